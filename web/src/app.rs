//! The route table and the shell around every page.

use std::sync::Arc;

use doorstep_shared::ProblemKind;
use hydration_context::SsrSharedContext;
use leptos::{
    config::LeptosOptions,
    nonce::{provide_nonce, use_nonce},
    prelude::*,
    tachys::html::InertElement,
};

use crate::{
    family::{self, missing},
    nursery::{self, places::day::Which},
    page::{Answer, Page},
    settings, td,
    ui::{
        Inert as _, icon,
        topbar::{Skip, TopBar},
    },
    visit::{Fields, FormState, Visit},
};

/// Answers a GET: one line for each page.
pub async fn answer(visit: &Visit) -> Answer {
    let segments = segments(&visit.path);
    if let Some(refusal) = family::people::refusal(visit, &segments).await {
        return refusal;
    }
    match segments.as_slice() {
        [] => family::find::page(visit).await.into(),
        ["nurseries", id] => family::nursery::page(visit, id).await.into(),
        ["settings"] => family::settings::page(visit).into(),
        ["vouchers"] | ["vouchers", _, _] => family::vouchers::page(visit).await,
        ["policy"] => family::policy::page(visit).await.into(),
        ["sign-in"] => family::sign_in::page(visit).await,
        ["book"] => family::book::page(visit).await,
        ["book", "weekly"] => family::book::weekly::page(visit).await,
        ["wait"] => family::waiting::page(visit).await,
        ["wait", id] | ["wait", id, "accept" | "leave" | "rejoin"] => family::waiting::entry_page(visit, id).await,
        ["bookings"] => family::bookings::page(visit).await,
        // A form of the booking that was refused shows the booking.
        ["bookings", id] | ["bookings", id, "confirm" | "extend" | "cancel" | "undo" | "pick-up", ..] => {
            family::booking::page(visit, id).await
        }
        ["bookings", id, "days"] => family::change::days::page(visit, id).await,
        ["bookings", id, "absent"] => family::change::absent::page(visit, id).await,
        ["bookings", id, "move"] => family::change::moving::page(visit, id).await,
        ["children"] => family::children::page(visit).await,
        ["children", "new"] => family::children::new_page(visit).await,
        ["children", id] | ["children", id, "consents"] => family::child::page(visit, id).await,
        ["children", id, "delete"] => family::child::delete_page(visit, id).await,
        ["children", id, "statement"] => family::statement::page(visit, id).await,
        ["children", id, "calendar"] | ["children", id, "calendar", "end"] => family::feed::page(visit, id).await,
        ["offline"] => missing::offline_page(visit).into(),
        ["door"] => family::door::page(visit).await,
        ["children", id, "withdraw"] => family::child::withdraw_page(visit, id).await,
        ["messages"] | ["messages", "read"] => family::inbox::page(visit).await,
        ["messages", id] | ["messages", id, "read" | "coming"] => family::inbox::message_page(visit, id).await,
        // An invitation that has ended is said on one's own page.
        ["me"] | ["me", "channels" | "family"] | ["me", "wechat", "unbind"] | ["invitations", ..] => {
            family::me::page(visit).await
        }
        ["me", "delete"] => family::me::delete_page(visit).await,
        ["me", "wechat"] => family::wechat::page(visit).await,
        ["family"] | ["family", "invitations", ..] => family::people::page(visit).await,
        ["family", "invite"] => family::people::invite::page(visit).await,
        ["family", "leave"] => family::people::member::leave_page(visit).into(),
        ["family", "members", id, ..] => family::people::member::page(visit, id).await,
        ["family", "pick-up", "new"] => family::people::person::new_page(visit).await,
        ["family", "pick-up", id, ..] => family::people::person::page(visit, id).await,
        ["staff", rest @ ..] => staff(visit, rest).await,
        _ => missing::page(visit).into(),
    }
}

/// The pages of staff, below `/staff`.
async fn staff(visit: &Visit, segments: &[&str]) -> Answer {
    match segments {
        [] | ["nursery"] => nursery::home::page(visit).await,
        ["board"] | ["board", "code"] => nursery::board::page(visit).await,
        ["board", "door"] => nursery::board::door::page(visit).await,
        ["board", id] | ["board", id, "collect"] => nursery::board::child::page(visit, id).await,
        ["sign-in"] => nursery::sign_in::page(visit).await,
        ["join"] => nursery::join::page(visit).await,
        ["statements"] => nursery::statements::page(visit, None).await,
        ["statements", month] | ["statements", month, "close"] => nursery::statements::page(visit, Some(month)).await,
        ["statements", month, "children", id] => nursery::statements::child::page(visit, month, id).await,
        ["people"] | ["people", "invitations", ..] => nursery::people::page(visit).await,
        ["people", "invite"] => nursery::people::invite::page(visit).await,
        ["people", id] | ["people", id, "anew" | "remove"] => nursery::people::member::page(visit, id).await,
        ["places"] | ["places", "copy"] | ["places", "carers", ..] => nursery::places::page(visit).await,
        ["places", "close"] => nursery::hours::close::page(visit).await,
        ["places", "outlook"] => nursery::planning::outlook::page(visit).await,
        ["places", "ageing"] => nursery::planning::ageing::page(visit).await,
        ["places", "hours"] => nursery::hours::opening::page(visit).await,
        ["places", "hours", day @ ..] => {
            nursery::hours::opening::day_page(visit, nursery::hours::opening::Which::parse(day)).await
        }
        ["places", "changes", id] | ["places", "changes", id, "lift"] => nursery::hours::record::page(visit, id).await,
        ["places", class, day @ .., "roster" | "allowed"] | ["places", class, day @ ..] => {
            nursery::places::day::page(visit, class, Which::parse(day)).await
        }
        ["security"] | ["security", "end"] => nursery::security::page(visit).await,
        ["security", "confirm"] => nursery::security::confirm_page(visit).await,
        ["security", verb] => nursery::security::change_page(visit, verb).await,
        _ => nursery::missing::page(visit),
    }
}

/// Answers a POST: one line for each form. A refusal is the page again, with what was typed.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    match segments(&visit.path).as_slice() {
        ["settings"] => settings::submit(visit, form).await,
        ["sign-in"] => family::sign_in::submit(visit, form).await,
        ["sign-out"] => family::sign_in::sign_out(visit, form).await,
        ["book"] => family::book::submit(visit, form).await,
        ["book", "weekly"] => family::book::weekly::submit(visit, form).await,
        ["wait"] => family::waiting::submit(visit, form).await,
        ["door"] => family::door::submit(visit, form).await,
        ["wait", id, verb] => family::waiting::act(visit, form, id, verb).await,
        ["bookings", id, "days"] => family::change::days::submit(visit, form, id).await,
        ["bookings", id, "absent"] => family::change::absent::submit(visit, form, id).await,
        ["bookings", id, "move"] => family::change::moving::submit(visit, form, id).await,
        ["bookings", id, "pick-up"] => family::people::pick_ups::give(visit, form, id).await,
        ["bookings", id, "pick-up", "revoke"] => family::people::pick_ups::revoke(visit, form, id).await,
        ["bookings", id, verb] => family::booking::submit(visit, form, id, verb).await,
        ["children", "new"] => family::children::add(visit, form).await,
        ["children", id] => family::child::change(visit, form, id).await,
        ["children", id, "consents"] => family::child::consent(visit, form, id).await,
        ["children", id, "delete"] => family::child::delete(visit, form, id).await,
        ["children", id, "calendar"] => family::feed::make(visit, form, id).await,
        ["children", id, "calendar", "end"] => family::feed::end(visit, form, id).await,
        ["vouchers", campaign, child] => family::vouchers::claim(visit, form, campaign, child).await,
        ["messages", "read"] => family::inbox::read_all(visit, form).await,
        ["messages", id, verb] => family::inbox::submit(visit, form, id, verb).await,
        ["me", "channels"] => family::channels::submit(visit, form).await,
        ["me", "delete"] => family::me::delete(visit, form).await,
        ["me", "wechat"] => family::wechat::submit(visit, form, "bind").await,
        ["me", "wechat", verb] => family::wechat::submit(visit, form, verb).await,
        ["me", "family"] => family::people::invitations::choose(visit, form).await,
        ["invitations", id, verb] => family::people::invitations::answer(visit, form, id, verb).await,
        ["family", "invite"] => family::people::invite::submit(visit, form).await,
        ["family", "invitations", id, "revoke"] => family::people::invite::revoke(visit, form, id).await,
        ["family", "leave"] => family::people::member::leave(visit, form).await,
        ["family", "members", id] => family::people::member::change(visit, form, id).await,
        ["family", "members", id, "remove"] => family::people::member::remove(visit, form, id).await,
        ["family", "pick-up", "new"] => family::people::person::add(visit, form).await,
        ["family", "pick-up", id] => family::people::person::submit(visit, form, id, "save").await,
        ["family", "pick-up", id, "remove"] => family::people::person::submit(visit, form, id, "remove").await,
        ["family", "pick-up", id, "phone", "forget"] => family::people::person::submit(visit, form, id, "forget").await,
        ["family", "pick-up", id, "photo", "erase"] => family::people::person::submit(visit, form, id, "erase").await,
        ["staff", rest @ ..] => submit_staff(visit, form, rest).await,
        _ => missing::page(visit).into(),
    }
}

/// The forms of staff, below `/staff`.
async fn submit_staff(visit: &Visit, form: &Fields, segments: &[&str]) -> Answer {
    match segments {
        ["nursery"] => nursery::home::choose(visit, form).await,
        ["board"] => nursery::board::submit(visit, form).await,
        ["board", "code"] => nursery::board::door::find(visit, form).await,
        ["board", id] => nursery::board::child::submit(visit, form, id, None).await,
        ["board", id, verb] => nursery::board::child::submit(visit, form, id, Some(verb)).await,
        ["sign-in"] => nursery::sign_in::submit(visit, form).await,
        ["sign-out"] => nursery::sign_in::sign_out(visit, form).await,
        ["join"] => nursery::join::submit(visit, form).await,
        ["statements", month, "close"] => nursery::statements::close(visit, form, month).await,
        ["people", "invite"] => nursery::people::invite::submit(visit, form).await,
        ["people", "invitations", id, "revoke"] => nursery::people::invite::revoke(visit, form, id).await,
        ["people", id] => nursery::people::member::submit(visit, form, id, "save").await,
        ["people", id, verb] => nursery::people::member::submit(visit, form, id, verb).await,
        ["places", "copy"] => nursery::places::copy(visit, form).await,
        ["places", "carers"] => nursery::places::add(visit, form).await,
        ["places", "carers", id, "remove"] => nursery::places::remove(visit, form, id).await,
        ["places", "close"] => nursery::hours::close::submit(visit, form).await,
        ["places", "hours", day @ ..] => {
            nursery::hours::opening::submit(visit, form, nursery::hours::opening::Which::parse(day)).await
        }
        ["places", "changes", id, "lift"] => nursery::hours::record::lift(visit, form, id).await,
        ["places", class, day @ .., "roster"] => {
            nursery::places::day::set_roster(visit, form, class, Which::parse(day)).await
        }
        ["places", class, day @ .., "allowed"] => {
            nursery::places::day::set_allowed(visit, form, class, Which::parse(day)).await
        }
        ["security", verb] => nursery::security::submit(visit, form, verb).await,
        _ => nursery::missing::page(visit),
    }
}

/// The page of a refused form: the same page, its fields as typed, the problem at its field, the problem's status.
pub async fn refused(visit: &Visit, form: &Fields, problem: doorstep_shared::Problem) -> Answer {
    let is_of_staff = visit.path.starts_with("/staff");
    match problem.kind {
        ProblemKind::Unauthenticated if is_of_staff => return nursery::sign_in::interrupted(visit),
        ProblemKind::Unauthenticated => return family::sign_in::interrupted(visit, form),
        // What a page of staff is refused for is said in its own frame.
        ProblemKind::Forbidden if is_of_staff => return nursery::missing::or_problem(visit, problem),
        _ => {}
    }
    let status = if problem.kind == ProblemKind::Malformed { 422 } else { problem.status };
    let mut again = visit.clone();
    again.form = Some(FormState { fields: form.clone(), problem });
    match answer(&again).await {
        Answer::Page(page) => page.status(status).into(),
        other => other,
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// A page as HTML, and the nonce that its scripts carry.
pub struct Rendered {
    pub html: String,
    pub nonce: String,
}

/// Renders a page. Everything was loaded before, so this waits for nothing.
pub fn render(visit: &Visit, page: Page) -> Rendered {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let rendered = owner.with(|| {
        provide_nonce();
        let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        Rendered { html: shell(visit, page).to_html(), nonce }
    });
    owner.unset_with_forced_cleanup();
    rendered
}

fn shell(visit: &Visit, page: Page) -> impl IntoView + use<> {
    let (locale, look) = (visit.locale(), visit.settings);
    let title = format!("{} · {}", page.title, td!(locale, common.name));
    let is_of_staff = page.frame.is_some();
    let bundle = if is_of_staff { &visit.site.staff_bundle } else { &visit.site.bundle };
    let scripts = bundle.as_deref().map(|output_name| {
        let options = LeptosOptions::builder().output_name(output_name.to_owned()).build();
        view! { <HydrationScripts options islands=true/> }
    });
    let foot = page.own_foot.then_some("own");
    let style = visit.site.file("style.css");
    let (tab, back) = (page.tab, page.back.unwrap_or_else(|| visit.here()));
    // Of whose pages this is one, and where they sign in.
    let (signed_in, way_in) = match &page.frame {
        Some(frame) => (frame.name == nursery::shell::INSIDE, nursery::sign_in::PATH),
        None => (visit.signed_in, "/sign-in"),
    };
    let (frame, sheet, top) = match page.frame {
        Some(frame) => (Some(frame.name), visit.site.file(frame.sheet), InertElement::new((frame.top)())),
        None => (None, None, view! { <TopBar locale tab elder=look.elder back/> }.inert()),
    };
    let body = InertElement::new((page.body)());
    // The script that keeps pages at hand; on the page that signs in it throws away what an ended session left.
    let offline = signed_in.then(|| td!(locale, recheck.offline, time = "{time}"));
    let keeps = signed_in || visit.path == way_in;
    view! {
        <!DOCTYPE html>
        <html
            lang=locale.tag()
            data-theme=look.theme.as_str()
            data-size=look.size.to_string()
            data-mode=look.elder.then_some("elder")
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="format-detection" content="telephone=no"/>
                <title>{title}</title>
                <meta name="description" content=td!(locale, common.description)/>
                {style.map(|href| view! { <link rel="stylesheet" href=href/> })}
                {sheet.map(|href| view! { <link rel="stylesheet" href=href/> })}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                {keeps.then(|| view! { <script src="/offline.js" defer data-offline=offline></script> })}
                // Leaving a page before it has faded in aborts the fading, which is no error.
                <script nonce=use_nonce()>"addEventListener('pagereveal',e=>e.viewTransition?.ready.catch(()=>{}))"</script>
                {scripts}
            </head>
            <body data-foot=foot data-frame=frame>
                <Skip locale/>
                <div hidden inner_html=icon::SPRITE></div>
                {top}
                <main id="main" tabindex="-1" class=page.layout>
                    {body}
                </main>
            </body>
        </html>
    }
}
