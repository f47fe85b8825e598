//! What one signs in with, and where one is signed in. Each change has a page of its own, and asks for password and code
//! again.

use doorstep_shared::{
    Problem,
    staff::{
        AppSetup, BeginApp, ChangePassword, ConfirmApp, EndStaffSessions, GetStaffMe, GetStaffSecurity, RecoveryCodes,
        RenewRecoveryCodes, StaffMe, StaffSecurity, StaffSession,
    },
};
use leptos::prelude::*;

use super::{join::Setup, missing, recovery::Codes, shell, sign_in, sign_in::secret, words};
use crate::{
    Locale, app,
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::{OnceKey, TextField},
        icon::Icon,
        notice::{Notice, Tone},
        way::Way,
    },
    visit::{Fields, FormState, Visit},
};

const PATH: &str = "/staff/security";

/// `GET /staff/security`, also below the address of its form.
pub async fn page(visit: &Visit) -> Answer {
    let (me, security) = match load(visit).await {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let done = match visit.query.get("done") {
        Some("password") => Some(td!(locale, staff.password_changed)),
        Some("app") => Some(td!(locale, staff.app_changed)),
        _ => None,
    };
    let body = move || {
        let changed = words::moment(security.changed_at, locale);
        let codes_left = td!(locale, staff.codes_left, count = security.recovery_codes_left);
        let ways = [
            ("password", td!(locale, staff.change_password), td!(locale, staff.change_password_text).to_owned()),
            ("app", td!(locale, staff.change_app), td!(locale, staff.change_app_text).to_owned()),
            ("codes", td!(locale, staff.renew_codes), codes_left),
        ];
        let ways = ways.map(|(verb, title, text)| {
            view! {
                <li><Way id=format!("to-{verb}") href=format!("{PATH}/{verb}") title text/></li>
            }
        });
        view! {
            <h1>{td!(locale, staff.security)}</h1>
            <FormSummary form locale/>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            <p class="meta">{td!(locale, staff.changed_at, time = changed)}</p>
            <ul class="card rows">{ways.into_iter().collect_view()}</ul>
            <Sessions sessions=security.sessions locale/>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, staff.security), body).back(PATH)).into()
}

async fn load(visit: &Visit) -> Result<(StaffMe, StaffSecurity), Problem> {
    Ok((visit.call(GetStaffMe {}).await?, visit.call(GetStaffSecurity {}).await?))
}

#[component]
fn Sessions(sessions: Vec<StaffSession>, locale: Locale) -> impl IntoView {
    let rows = sessions.into_iter().map(|session| {
        let this = session.is_this.then(|| view! { <span class="tag plain">{td!(locale, staff.this_session)}</span> });
        let times = td!(
            locale,
            staff.session_times,
            began = words::moment(session.began_at, locale),
            used = words::moment(session.used_at, locale)
        );
        view! { <li><p><b>{session.nursery_name}</b>" "{this}</p><p class="meta">{times}</p></li> }
    });
    view! {
        <section class="stack" aria-labelledby="sessions">
            <h2 id="sessions">{td!(locale, staff.sessions)}</h2>
            <ul class="card rows">{rows.collect_view()}</ul>
            <form method="post" action=format!("{PATH}/end")>
                <OnceKey/>
                <button class="button bad" id="end-all">{td!(locale, staff.end_all)}</button>
            </form>
        </section>
    }
    .inert()
}

/// `GET /staff/security/{verb}`: the form of one change, and again after a refusal.
pub async fn change_page(visit: &Visit, verb: &str) -> Answer {
    let me = match visit.call(GetStaffMe {}).await {
        Ok(me) => me,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let locale = visit.locale();
    let (title, text, label) = match verb {
        "password" => {
            (td!(locale, staff.change_password), td!(locale, staff.change_password_text), td!(locale, common.save))
        }
        "codes" => (td!(locale, staff.renew_codes), td!(locale, staff.renew_codes_text), td!(locale, staff.do_renew)),
        "app" => (td!(locale, staff.change_app), td!(locale, staff.change_app_text), td!(locale, staff.go_on)),
        // The other app is not set up without having been begun.
        _ => return Answer::see_other(PATH),
    };
    let (form, action, chooses) = (visit.form.clone(), format!("{PATH}/{verb}"), verb == "password");
    let body = move || {
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, staff.security)}</a>
            <h1>{title}</h1>
            <FormSummary form=form.clone() locale fields=labels(locale)/>
            <form class="card stack" id="change" method="post" action=action>
                <p class="meta">{text}</p>
                <Again form=form.clone() locale/>
                {chooses.then(|| view! { <NewPassword form locale/> })}
                <button class="button">{label}</button>
            </form>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(title, body)).into()
}

fn labels(locale: Locale) -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("password", "password", td!(locale, staff.password)),
        ("code", "code", td!(locale, staff.code)),
        ("new_password", "new_password", td!(locale, staff.new_password)),
        ("app_code", "app_code", td!(locale, staff.app_code)),
    ]
}

/// Password and code, as at signing in.
#[component]
pub fn Again(form: Option<FormState>, locale: Locale) -> impl IntoView {
    let error = |field: &str| form.as_ref().and_then(|form| form.error(field, locale));
    view! {
        <TextField
            id="password"
            kind="password"
            label=td!(locale, staff.password)
            value=""
            nostrip:error=error("password")
            autocomplete="current-password"
            required=true
        />
        <TextField
            id="code"
            label=td!(locale, staff.code)
            hint=td!(locale, staff.code_hint)
            value=""
            nostrip:error=error("code")
            autocomplete="one-time-code"
            maxlength=20
            required=true
        />
    }
    .into_any()
}

#[component]
fn NewPassword(form: Option<FormState>, locale: Locale) -> impl IntoView {
    let error = form.as_ref().and_then(|form| form.error("new_password", locale));
    view! {
        <TextField
            id="new_password"
            kind="password"
            label=td!(locale, staff.new_password)
            hint=td!(locale, staff.new_password_hint)
            value=""
            nostrip:error=error
            autocomplete="new-password"
            required=true
        />
    }
    .inert()
}

/// `POST /staff/security/{verb}`.
pub async fn submit(visit: &Visit, form: &Fields, verb: &str) -> Answer {
    let done = match verb {
        "password" => password(visit, form).await,
        "codes" => codes(visit, form).await,
        "app" => begin_app(visit, form).await,
        "confirm" => confirm_app(visit, form).await,
        "end" => visit.call(EndStaffSessions {}).await.map(|()| Answer::see_other(sign_in::PATH)),
        _ => return missing::page(visit),
    };
    match done {
        Ok(answer) => answer,
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

async fn password(visit: &Visit, form: &Fields) -> Result<Answer, Problem> {
    let (password, code) = (secret(form, "password")?, secret(form, "code")?);
    let change = ChangePassword { password, code, new_password: secret(form, "new_password")? };
    visit.call(change).await?;
    Ok(Answer::see_other(format!("{PATH}?done=password")))
}

async fn codes(visit: &Visit, form: &Fields) -> Result<Answer, Problem> {
    let renew = RenewRecoveryCodes { password: secret(form, "password")?, code: secret(form, "code")? };
    let RecoveryCodes { codes } = visit.call(renew).await?;
    let (locale, me) = (visit.locale(), visit.call(GetStaffMe {}).await?);
    let body = move || {
        view! {
            <h1>{td!(locale, staff.codes)}</h1>
            <Codes codes locale/>
            <p><a class="button" href=PATH>{td!(locale, staff.written_down)}</a></p>
        }
        .inert()
    };
    Ok(shell::inside(visit, &me, Page::new(td!(locale, staff.codes), body).back(PATH)).into())
}

async fn begin_app(visit: &Visit, form: &Fields) -> Result<Answer, Problem> {
    let begin = BeginApp { password: secret(form, "password")?, code: secret(form, "code")? };
    let setup = visit.call(begin).await?;
    Ok(app_page(visit, visit.call(GetStaffMe {}).await?, Some(setup)))
}

/// The first code of the other app is asked for. Its secret is shown once: after a wrong code only the field is.
fn app_page(visit: &Visit, me: StaffMe, setup: Option<AppSetup>) -> Answer {
    let (locale, form) = (visit.locale(), visit.form.clone());
    let body = move || {
        let error = form.as_ref().and_then(|form| form.error("app_code", locale));
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, staff.security)}</a>
            <h1>{td!(locale, staff.change_app)}</h1>
            <FormSummary form locale fields=labels(locale)/>
            <form class="card stack" id="confirm" method="post" action=format!("{PATH}/confirm")>
                {setup.map(|app| view! { <Setup app locale/> })}
                <TextField
                    id="app_code"
                    label=td!(locale, staff.app_code)
                    hint=td!(locale, staff.app_code_hint)
                    value=""
                    nostrip:error=error
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    maxlength=12
                    required=true
                />
                <button class="button">{td!(locale, common.save)}</button>
            </form>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, staff.change_app), body).back(PATH)).into()
}

async fn confirm_app(visit: &Visit, form: &Fields) -> Result<Answer, Problem> {
    visit.call(ConfirmApp { app_code: secret(form, "app_code")? }).await?;
    Ok(Answer::see_other(format!("{PATH}?done=app")))
}

/// `/staff/security/confirm` after a refusal.
pub async fn confirm_page(visit: &Visit) -> Answer {
    match visit.call(GetStaffMe {}).await {
        Ok(me) if visit.form.is_some() => app_page(visit, me, None),
        Ok(_) => Answer::see_other(PATH),
        Err(problem) => missing::or_problem(visit, problem),
    }
}
