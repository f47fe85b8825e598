//! Sign in with a phone code, and sign out. Also what happens when a session ends in the middle of something.

use doorstep_shared::{
    Problem, ProblemKind,
    accounts::{GetMe, RequestCode, SignIn, SignOut},
    phone::Phone,
    problem::FieldRule,
};
use leptos::prelude::*;

use super::{book, missing};
use crate::{
    Locale, app,
    page::{Answer, Page},
    problems,
    problems::FormSummary,
    settings::is_ours,
    td,
    ui::{
        countdown::{AtZero, Countdown},
        field::TextField,
        notice::{Notice, Tone},
    },
    visit::{Fields, FormState, Visit},
};

/// Where sign-in leads unless told.
const HOME: &str = "/bookings";

/// Hidden fields: the page to come back to, and the form that was on its way there.
const NEXT: &str = "next";
const KEPT: &str = "kept";

/// `GET /sign-in?next=…`, and the page again after a refusal.
pub async fn page(visit: &Visit) -> Answer {
    let next = next_of(visit.form.as_ref().map_or(&visit.query, |form| &form.fields));
    match &visit.form {
        None if visit.signed_in && visit.call(GetMe {}).await.is_ok() => Answer::see_other(next),
        None => phone_page(visit, next, String::new()).into(),
        Some(form) => {
            let kept = form.fields.get(KEPT).unwrap_or_default().to_owned();
            let wrong_phone = form.problem.fields.iter().any(|field| field.field == "phone");
            match form.fields.read::<Phone>("phone") {
                Some(phone) if form.fields.has("step") && !wrong_phone => {
                    code_page(visit, next, kept, phone, Sent::Before(form.problem.retry_after_s)).into()
                }
                _ => phone_page(visit, next, kept).into(),
            }
        }
    }
}

/// `POST /sign-in`: first the phone, then the code with it.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let (next, kept) = (next_of(form), form.get(KEPT).unwrap_or_default());
    let Some(typed) = form.get("phone") else {
        return app::refused(visit, form, Problem::field("phone", FieldRule::Required, "a phone number is needed"))
            .await;
    };
    let Ok(phone) = typed.parse::<Phone>() else {
        return app::refused(visit, form, Problem::field("phone", FieldRule::NotAPhone, "eleven digits")).await;
    };
    if form.get("step") != Some("code") {
        return match visit.call(RequestCode { phone: phone.clone() }).await {
            Ok(sent) => code_page(visit, next, kept.to_owned(), phone, Sent::Now(sent.retry_after_s)).into(),
            // Asked twice within a minute, or the page was loaded again: the code that was sent is good.
            Err(problem) if problem.fields.iter().any(|field| field.rule == FieldRule::Twice) => {
                code_page(visit, next, kept.to_owned(), phone, Sent::Again(problem.retry_after_s)).into()
            }
            Err(problem) => app::refused(visit, form, problem).await,
        };
    }
    let Some(code) = six_digits(form.get("code").unwrap_or_default()) else {
        return app::refused(visit, form, Problem::field("code", FieldRule::NotACode, "six digits")).await;
    };
    match visit.call(SignIn { phone, code }).await {
        Ok(_) if kept.is_empty() => Answer::see_other(next),
        Ok(_) => resume_page(visit, next, &Fields::parse(kept)).into(),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// `POST /sign-out`.
pub async fn sign_out(visit: &Visit, form: &Fields) -> Answer {
    match visit.call_once(form, SignOut {}).await {
        // A session that has ended already is what was asked for.
        Ok(()) => Answer::see_other("/me"),
        Err(problem) if problem.kind == ProblemKind::Unauthenticated => Answer::see_other("/me"),
        Err(problem) => missing::problem_page(visit, problem).into(),
    }
}

/// The answer when a page could not load: to sign-in and back when that is what it takes, else the problem's page.
pub fn or_problem(visit: &Visit, problem: Problem) -> Answer {
    match (problem.kind, &visit.form) {
        (ProblemKind::Unauthenticated, None) => Answer::see_other(to_sign_in(&visit.here())),
        (ProblemKind::Unauthenticated, Some(form)) => interrupted(visit, &form.fields),
        _ => missing::problem_page(visit, problem).into(),
    }
}

/// The link that signs in and comes back.
pub fn to_sign_in(next: &str) -> String {
    format!("/sign-in?{}", Fields(vec![(NEXT.to_owned(), next.to_owned())]).encoded())
}

/// The session ended while a form was being filled: sign in, and the form goes on its way. Nothing of it enters a URL.
pub fn interrupted(visit: &Visit, form: &Fields) -> Answer {
    let mut visit = visit.clone();
    visit.form = Some(FormState { fields: Fields::default(), problem: Problem::new(ProblemKind::Unauthenticated) });
    let next = match book::Wish::read(form) {
        Some(wish) if visit.path == "/book" => wish.href(),
        Some(wish) if visit.path == "/book/weekly" => book::weekly::of_wish(&wish),
        _ => visit.path.clone(),
    };
    phone_page(&visit, next, form.encoded()).status(401).into()
}

fn next_of(fields: &Fields) -> String {
    fields.get(NEXT).filter(|next| is_ours(next)).unwrap_or(HOME).to_owned()
}

/// People paste `482 917` and type full-width digits.
fn six_digits(typed: &str) -> Option<String> {
    let plain = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    };
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(plain).collect();
    (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

fn phone_page(visit: &Visit, next: String, kept: String) -> Page {
    let (locale, visit, back) = (visit.locale(), visit.clone(), to_sign_in(&next));
    let body = move || {
        view! {
            <h1>{td!(locale, sign_in.title)}</h1>
            <p class="meta">{td!(locale, sign_in.why)}</p>
            <PhoneForm visit next kept/>
        }
        .into_any()
    };
    Page::new(td!(locale, sign_in.title), body).back(back)
}

/// Whether the code that is asked for was just sent, and the seconds until another one may be asked for.
#[derive(Clone, Copy)]
enum Sent {
    Now(u32),
    /// Less than a minute ago.
    Again(Option<u32>),
    /// Some time ago: a code was typed meanwhile.
    Before(Option<u32>),
}

/// Asks for the number; also part of pages that need a sign-in to go on.
#[component]
pub fn PhoneForm(
    visit: Visit,
    /// Path of this site to come back to.
    next: String,
    /// A form to send on after the sign-in, encoded; empty when there is none.
    #[prop(optional)]
    kept: String,
) -> impl IntoView {
    let locale = visit.locale();
    let typed = visit.value("phone", "");
    let error = visit.form.as_ref().and_then(|form| form.error("phone", locale));
    let fields = vec![("phone", "phone", td!(locale, sign_in.phone))];
    view! {
        <FormSummary form=visit.form locale fields/>
        <form class="card stack" id="sign-in" method="post" action="/sign-in">
            <input type="hidden" name=NEXT value=next/>
            {(!kept.is_empty()).then(|| view! { <input type="hidden" name=KEPT value=kept/> })}
            <TextField
                id="phone"
                kind="tel"
                label=td!(locale, sign_in.phone)
                hint=td!(locale, sign_in.phone_hint)
                value=typed
                nostrip:error=error
                autocomplete="tel"
                inputmode="tel"
                maxlength=20
                required=true
            />
            <button class="button wide">{td!(locale, sign_in.send_code)}</button>
            <p class="tiny">{td!(locale, sign_in.privacy)}</p>
        </form>
    }
    .into_any()
}

/// Asks for the code. Where the wait for another one is unknown, the page does not count.
fn code_page(visit: &Visit, next: String, kept: String, phone: Phone, sent: Sent) -> Page {
    let (locale, form, demo) = (visit.locale(), visit.form.clone(), visit.site.demo);
    let wait_s = match sent {
        Sent::Now(seconds) => Some(seconds),
        Sent::Again(seconds) | Sent::Before(seconds) => seconds,
    };
    let before = matches!(sent, Sent::Again(_)).then(|| {
        view! {
            <Notice tone=Tone::Info title=td!(locale, sign_in.sent_before)>
                <p>{td!(locale, sign_in.sent_before_text)}</p>
            </Notice>
        }
    });
    let error = form.as_ref().and_then(|form| match form.problem.kind {
        ProblemKind::WrongCode => Some(problems::title(ProblemKind::WrongCode, locale).to_owned()),
        _ => form.error("code", locale),
    });
    let masked = phone.masked();
    let back = to_sign_in(&next);
    let other_phone = back.clone();
    let body = move || {
        let hidden = hidden(&next, &kept, &phone);
        let again = hidden.clone();
        let fields = vec![("code", "code", td!(locale, sign_in.code))];
        view! {
            <h1>{td!(locale, sign_in.code_title)}</h1>
            <FormSummary form locale fields/>
            {before}
            <p class="meta">
                {td!(locale, sign_in.sent_to, phone = masked)}" "
                <a class="link" href=other_phone>{td!(locale, sign_in.other_phone)}</a>
            </p>
            <DemoHint demo locale/>
            <form class="card stack" id="sign-in" method="post" action="/sign-in">
                {hidden.into_iter().map(Hidden::view).collect_view()}
                <input type="hidden" name="step" value="code"/>
                <TextField
                    id="code"
                    label=td!(locale, sign_in.code)
                    hint=td!(locale, sign_in.code_hint)
                    value=""
                    nostrip:error=error
                    autocomplete="one-time-code"
                    inputmode="numeric"
                    maxlength=12
                    required=true
                />
                <button class="button wide">{td!(locale, sign_in.do_sign_in)}</button>
            </form>
            <form class="resend" method="post" action="/sign-in">
                {again.into_iter().map(Hidden::view).collect_view()}
                <input type="hidden" name="step" value="again"/>
                <button class="button line small" id="resend">{td!(locale, sign_in.resend)}</button>
                {wait_s.filter(|seconds| *seconds > 0).map(|seconds| view! {
                    <span class="meta">
                        {td!(locale, sign_in.resend_in, seconds = seconds)}
                        <Countdown seconds then=AtZero::Enable("resend".to_owned())/>
                    </span>
                })}
            </form>
        }
        .into_any()
    };
    Page::new(td!(locale, sign_in.code_title), body).back(back)
}

/// With a made-up city no text message is sent: say where the code can be read.
#[component]
fn DemoHint(demo: bool, locale: Locale) -> impl IntoView {
    demo.then(|| {
        view! {
            <Notice tone=Tone::Info title=td!(locale, sign_in.demo)>
                <p><a href="/dev/outbox" target="_blank" rel="noopener">{td!(locale, sign_in.demo_outbox)}</a></p>
            </Notice>
        }
    })
}

/// Signed in again: one tap sends the form that was interrupted.
fn resume_page(visit: &Visit, next: String, kept: &Fields) -> Page {
    let locale = visit.locale();
    let back = next.clone();
    let kept: Vec<_> = kept.0.iter().map(|(name, value)| Hidden { name: name.clone(), value: value.clone() }).collect();
    let body = move || {
        let action = next.clone();
        view! {
            <h1>{td!(locale, sign_in.resume_title)}</h1>
            <form class="card stack" method="post" action=action>
                {kept.into_iter().map(Hidden::view).collect_view()}
                <p>{td!(locale, sign_in.resume_text)}</p>
                <button class="button wide">{td!(locale, sign_in.resume)}</button>
                <a class="link" href=next>{td!(locale, sign_in.resume_not)}</a>
            </form>
        }
        .into_any()
    };
    Page::new(td!(locale, sign_in.resume_title), body).back(back)
}

#[derive(Clone)]
struct Hidden {
    name: String,
    value: String,
}

impl Hidden {
    fn view(self) -> impl IntoView {
        view! { <input type="hidden" name=self.name value=self.value/> }
    }
}

fn hidden(next: &str, kept: &str, phone: &Phone) -> Vec<Hidden> {
    let fields = [(NEXT, next), (KEPT, kept), ("phone", phone.as_str())];
    let there = fields.into_iter().filter(|(_, value)| !value.is_empty());
    there.map(|(name, value)| Hidden { name: name.to_owned(), value: value.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_paste_it() {
        let cases = [
            ("482917", Some("482917")),
            (" 482 917 ", Some("482917")),
            ("482-917", Some("482917")),
            ("４８２９１７", Some("482917")),
            ("48291", None),
            ("4829177", None),
            ("48291a", None),
            ("", None),
        ];
        for (typed, code) in cases {
            assert_eq!(six_digits(typed).as_deref(), code, "{typed:?}");
        }
    }

    #[test]
    fn sign_in_leads_back_to_this_site_only() {
        let cases = [
            ("next=/book?offer=1", "/book?offer=1"),
            ("next=//evil.example", HOME),
            ("next=https://evil.example", HOME),
            ("", HOME),
        ];
        for (query, next) in cases {
            assert_eq!(next_of(&Fields::parse(query)), next, "{query}");
        }
        assert_eq!(to_sign_in("/book?a=1&b=2"), "/sign-in?next=%2Fbook%3Fa%3D1%26b%3D2");
    }
}
