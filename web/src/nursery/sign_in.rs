//! Staff sign in with phone, password and code, and out.

use doorstep_shared::{
    Problem, ProblemKind,
    phone::Phone,
    problem::FieldRule,
    secret::Secret,
    staff::{GetStaffMe, StaffSignIn, StaffSignOut, demo},
};
use leptos::prelude::*;

use super::{missing, security::Again, shell, words};
use crate::{
    Locale, app,
    page::{Answer, Page},
    problems::FormSummary,
    settings::is_ours,
    td,
    ui::{
        Inert as _,
        field::TextField,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// Below which the pages of staff lie.
const PAGES: &str = "/staff";
/// Where sign-in leads unless told: the board is what a tablet shows all day.
const FIRST: &str = super::board::PATH;
pub const PATH: &str = "/staff/sign-in";

/// `GET /staff/sign-in?next=…`, and the page again after a refusal.
pub async fn page(visit: &Visit) -> Answer {
    let next = next_of(visit.form.as_ref().map_or(&visit.query, |form| &form.fields));
    if visit.form.is_none() && visit.as_staff && visit.call(GetStaffMe {}).await.is_ok() {
        return Answer::see_other(next);
    }
    form_page(visit, next).into()
}

/// `POST /staff/sign-in`.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let signed_in = match read(form) {
        Ok(sign_in) => visit.call(sign_in).await,
        Err(problem) => Err(problem),
    };
    match signed_in {
        Ok(_) => Answer::see_other(next_of(form)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn read(form: &Fields) -> Result<StaffSignIn, Problem> {
    Ok(StaffSignIn { phone: phone(form)?, password: secret(form, "password")?, code: secret(form, "code")? })
}

/// # Errors
/// `invalid` when it is none.
pub fn phone(form: &Fields) -> Result<Phone, Problem> {
    let phone = form.read::<Phone>("phone");
    phone.ok_or_else(|| Problem::field("phone", FieldRule::NotAPhone, "eleven digits"))
}

/// # Errors
/// `invalid` when the field is empty.
pub fn secret(form: &Fields, field: &str) -> Result<Secret, Problem> {
    let typed = form.get(field).map(Secret::from);
    typed.ok_or_else(|| Problem::field(field, FieldRule::Required, "it is needed"))
}

/// `POST /staff/sign-out`.
pub async fn sign_out(visit: &Visit, form: &Fields) -> Answer {
    match visit.call_once(form, StaffSignOut {}).await {
        // A session that has ended already is what was asked for.
        Ok(()) => Answer::see_other(PATH),
        Err(problem) if problem.kind == ProblemKind::Unauthenticated => Answer::see_other(PATH),
        Err(problem) => missing::or_problem(visit, problem),
    }
}

/// The session ended: sign in, and come back. What was typed into a form is not kept: passwords are among it.
pub fn interrupted(visit: &Visit) -> Answer {
    let next = if visit.form.is_some() { visit.path.clone() } else { visit.here() };
    Answer::see_other(format!("{PATH}?{}", Fields(vec![("next".to_owned(), next)]).encoded()))
}

fn next_of(fields: &Fields) -> String {
    let next = fields.get("next").filter(|next| is_ours(next) && next.starts_with(PAGES));
    next.unwrap_or(FIRST).to_owned()
}

fn form_page(visit: &Visit, next: String) -> Page {
    let (locale, form, demo) = (visit.locale(), visit.form.clone(), visit.site.demo);
    let back = format!("{PATH}?{}", Fields(vec![("next".to_owned(), next.clone())]).encoded());
    let typed = visit.value("phone", "");
    let body = move || {
        let error = |field: &str| form.as_ref().and_then(|form| form.error(field, locale));
        let fields = vec![
            ("phone", "phone", td!(locale, staff.phone)),
            ("password", "password", td!(locale, staff.password)),
            ("code", "code", td!(locale, staff.code)),
        ];
        view! {
            <h1>{td!(locale, staff.sign_in)}</h1>
            <FormSummary form=form.clone() locale fields/>
            {demo.then(|| view! { <Demo locale/> })}
            <form class="card stack" id="sign-in" method="post" action=PATH>
                <input type="hidden" name="next" value=next/>
                <TextField
                    id="phone"
                    kind="tel"
                    label=td!(locale, staff.phone)
                    value=typed
                    nostrip:error=error("phone")
                    autocomplete="username"
                    inputmode="tel"
                    maxlength=20
                    required=true
                />
                <Again form locale/>
                <button class="button wide">{td!(locale, staff.sign_in)}</button>
            </form>
            <p class="meta">{td!(locale, staff.lost)}</p>
            <p><a class="link" href="/staff/join">{td!(locale, staff.have_invitation)}</a></p>
        }
        .inert()
    };
    shell::outside(visit, Page::new(td!(locale, staff.sign_in), body).back(back))
}

/// With a made-up city: who can sign in, and where the codes are shown.
#[component]
fn Demo(locale: Locale) -> impl IntoView {
    let people = demo::PEOPLE.iter().map(move |(phone, role, _)| {
        view! { <li>{*phone}" · "{words::role(*role, locale)}</li> }
    });
    view! {
        <Notice tone=Tone::Info title=td!(locale, staff.demo)>
            <ul>{people.collect_view()}</ul>
            <p>{td!(locale, staff.demo_password, password = demo::PASSWORD)}</p>
            <p><a href="/dev/outbox" target="_blank" rel="noopener">{td!(locale, staff.demo_codes)}</a></p>
        </Notice>
    }
    .inert()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_back_to_pages_of_staff_only() {
        let cases = [
            ("next=/staff/people", "/staff/people"),
            ("next=/me", FIRST),
            ("next=//evil.example/staff", FIRST),
            ("next=https://evil.example", FIRST),
            ("", FIRST),
        ];
        for (query, next) in cases {
            assert_eq!(next_of(&Fields::parse(query)), next, "{query}");
        }
    }
}
