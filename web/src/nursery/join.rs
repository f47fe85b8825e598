//! Beginning to work at a nursery, by the link of a text message: whose phone it is, then a password and an app, then
//! the recovery codes. Who has a password signs in instead.

use doorstep_shared::{
    Problem, ProblemKind,
    phone::Phone,
    secret::Secret,
    staff::{
        AcceptStaffInvitation, AppSetup, OpenStaffInvitation, OpenedStaffInvitation, StaffInvitationPurpose,
        StaffJoined,
    },
};
use leptos::prelude::*;

use super::{
    recovery::Codes,
    shell,
    sign_in::{phone, secret},
    words,
};
use crate::{
    Locale, app,
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::TextField,
        notice::{Notice, Tone},
        qr::Qr,
    },
    visit::{Fields, FormState, Visit},
};

const PATH: &str = "/staff/join";

/// `GET /staff/join?code=…`, and the page again after a refusal.
pub async fn page(visit: &Visit) -> Answer {
    let Some(form) = &visit.form else { return phone_page(visit, visit.query.get("code").unwrap_or_default()).into() };
    let code = form.fields.get("code").unwrap_or_default();
    // Opened again: the form is shown with what the invitation says.
    if form.fields.get("step") == Some("accept")
        && let Ok(phone) = phone(&form.fields)
        && let Ok(opened) = open(visit, &phone, code).await
    {
        return accept_page(visit, opened, phone, code).into();
    }
    phone_page(visit, code).into()
}

async fn open(visit: &Visit, phone: &Phone, code: &str) -> Result<OpenedStaffInvitation, Problem> {
    visit.call(OpenStaffInvitation { phone: phone.clone(), code: Secret::from(code) }).await
}

/// `POST /staff/join`: first the phone, then what one signs in with from now on.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let answered =
        if form.get("step") == Some("accept") { accept(visit, form).await } else { opened(visit, form).await };
    match answered {
        Ok(answer) => answer,
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

async fn opened(visit: &Visit, form: &Fields) -> Result<Answer, Problem> {
    let (phone, code) = (phone(form)?, secret(form, "code")?);
    let opened = open(visit, &phone, code.expose()).await?;
    Ok(accept_page(visit, opened, phone, code.expose()).into())
}

async fn accept(visit: &Visit, form: &Fields) -> Result<Answer, Problem> {
    let (phone, code) = (phone(form)?, secret(form, "code")?);
    let (password, app_code) = (secret(form, "password")?, secret(form, "app_code")?);
    let joined = visit.call(AcceptStaffInvitation { phone, code, password, app_code }).await?;
    Ok(if joined.recovery_codes.is_empty() { Answer::see_other("/staff") } else { codes_page(visit, joined).into() })
}

fn phone_page(visit: &Visit, code: &str) -> Page {
    let (locale, form, code) = (visit.locale(), visit.form.clone(), code.to_owned());
    let typed = visit.value("phone", "");
    let back = format!("{PATH}?{}", Fields(vec![("code".to_owned(), code.clone())]).encoded());
    let body = move || {
        let error = |field: &str| form.as_ref().and_then(|form| form.error(field, locale));
        let fields = vec![("phone", "phone", td!(locale, staff.phone)), ("code", "code", td!(locale, staff.key))];
        let code = match code.as_str() {
            "" => view! {
                <TextField
                    id="code"
                    label=td!(locale, staff.key)
                    hint=td!(locale, staff.key_hint)
                    value=""
                    nostrip:error=error("code")
                    required=true
                />
            }
            .into_any(),
            code => view! { <input type="hidden" name="code" value=code.to_owned()/> }.into_any(),
        };
        view! {
            <h1>{td!(locale, staff.join)}</h1>
            <Refusal form=form.clone() locale fields/>
            <form class="card stack" id="open" method="post" action=PATH>
                <p class="meta">{td!(locale, staff.join_text)}</p>
                {code}
                <TextField
                    id="phone"
                    kind="tel"
                    label=td!(locale, staff.phone)
                    hint=td!(locale, staff.join_phone_hint)
                    value=typed
                    nostrip:error=error("phone")
                    autocomplete="tel"
                    inputmode="tel"
                    maxlength=20
                    required=true
                />
                <button class="button wide">{td!(locale, staff.go_on)}</button>
            </form>
        }
        .inert()
    };
    shell::outside(visit, Page::new(td!(locale, staff.join), body).back(back))
}

/// Why an invitation cannot be opened, in its own words; any other refusal as everywhere.
#[component]
fn Refusal(
    form: Option<FormState>,
    locale: Locale,
    fields: Vec<(&'static str, &'static str, &'static str)>,
) -> impl IntoView {
    let title = match form.as_ref().map(|form| form.problem.kind) {
        Some(ProblemKind::NotFound) => td!(locale, staff.invitation_unknown),
        Some(ProblemKind::InvitationEnded) => td!(locale, staff.invitation_ended),
        _ => return view! { <FormSummary form locale fields/> }.inert(),
    };
    view! { <Notice tone=Tone::Bad title focus=true><p>{td!(locale, staff.ask_head)}</p></Notice> }.inert()
}

fn accept_page(visit: &Visit, opened: OpenedStaffInvitation, phone: Phone, code: &str) -> Page {
    let (locale, form, code) = (visit.locale(), visit.form.clone(), code.to_owned());
    let title = match opened.purpose {
        StaffInvitationPurpose::Join => td!(locale, staff.join),
        StaffInvitationPurpose::Reset => td!(locale, staff.anew),
    };
    let body = move || {
        let error = |field: &str| form.as_ref().and_then(|form| form.error(field, locale));
        let code_label = if opened.app.is_some() { td!(locale, staff.app_code) } else { td!(locale, staff.code) };
        let password_label =
            if opened.app.is_some() { td!(locale, staff.new_password) } else { td!(locale, staff.password) };
        let fields = vec![
            ("password", "password", password_label),
            ("app_code", "app_code", code_label),
            ("code", "app_code", code_label),
        ];
        let is_new = opened.app.is_some();
        let hint = |text: &'static str| is_new.then_some(text).map_or(String::new(), str::to_owned);
        view! {
            <h1>{title}</h1>
            <Refusal form=form.clone() locale fields/>
            <p>
                <b>{opened.nursery_name.clone()}</b>" · "
                {opened.name.clone()}" "<span class="tag">{words::role(opened.role, locale)}</span>
            </p>
            <form class="card stack" id="accept" method="post" action=PATH>
                <input type="hidden" name="step" value="accept"/>
                <input type="hidden" name="code" value=code/>
                <input type="hidden" name="phone" value=phone.as_str().to_owned()/>
                {(!is_new).then(|| view! { <p class="meta">{td!(locale, staff.known_text)}</p> })}
                <TextField
                    id="password"
                    kind="password"
                    label=password_label
                    hint=hint(td!(locale, staff.new_password_hint))
                    value=""
                    nostrip:error=error("password")
                    autocomplete=if is_new { "new-password" } else { "current-password" }
                    required=true
                />
                {opened.app.map(|app| view! { <Setup app locale/> })}
                <TextField
                    id="app_code"
                    label=code_label
                    hint=if is_new { td!(locale, staff.app_code_hint) } else { td!(locale, staff.code_hint) }
                    value=""
                    nostrip:error=error("app_code")
                    autocomplete="one-time-code"
                    maxlength=20
                    required=true
                />
                <button class="button wide">{td!(locale, staff.accept)}</button>
            </form>
        }
        .inert()
    };
    shell::outside(visit, Page::new(title, body).back(PATH))
}

/// A QR code for the authenticator app, and the same to be typed.
#[component]
pub fn Setup(app: AppSetup, locale: Locale) -> impl IntoView {
    let grouped: Vec<char> = app.secret.expose().chars().collect();
    let grouped = grouped.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ");
    view! {
        <div class="stack setup">
            <p>{td!(locale, staff.setup)}</p>
            <Qr text=app.url.0 label=td!(locale, staff.setup_qr)/>
            <p class="meta">{td!(locale, staff.setup_text)}" "<code id="app-secret">{grouped}</code></p>
        </div>
    }
    .inert()
}

fn codes_page(visit: &Visit, joined: StaffJoined) -> Page {
    let (locale, me) = (visit.locale(), joined.tokens.staff);
    let body = move || {
        view! {
            <h1>{td!(locale, staff.codes)}</h1>
            <Codes codes=joined.recovery_codes locale/>
            <p><a class="button" id="begin" href="/staff">{td!(locale, staff.begin)}</a></p>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, staff.codes), body).back("/staff"))
}
