//! The signed-in person: how pages look, what is kept, taking it away, erasing it, signing out.

use doorstep_shared::{
    ProblemKind,
    accounts::{DeleteAccount, GetMe, Me},
    family::Ability,
};
use leptos::prelude::*;

use super::{
    channels::{self, ChannelsForm, ToInbox},
    people::{
        self,
        invitations::{self, Families, Invited},
    },
    policy,
    settings::SettingsForm,
    sign_in, vouchers,
    wechat::WechatCard,
};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
        way::Way,
    },
    visit::{Fields, Visit},
};

/// `GET /me`. The settings are there for everybody.
pub async fn page(visit: &Visit) -> Answer {
    let me = match visit.call(GetMe {}).await {
        Ok(me) => Some(me),
        Err(problem) if problem.kind == ProblemKind::Unauthenticated => None,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let told = if me.is_some() { channels::load(visit).await } else { None };
    let (locale, settings) = (visit.locale(), visit.settings);
    let done = match visit.query.get("done") {
        Some("deleted") => Some(td!(locale, me.deleted)),
        Some("channels") => Some(td!(locale, inbox.channels_saved)),
        Some("wechat") => Some(td!(locale, wechat.done)),
        Some("no-wechat") => Some(td!(locale, wechat.undone)),
        Some("left") => Some(td!(locale, me.left)),
        Some("declined") => Some(td!(locale, people.declined_by_me)),
        _ => None,
    };
    let invited = if me.is_some() { invitations::waiting(visit).await } else { Vec::new() };
    let form = visit.form.clone();
    let sees_children = me.as_ref().is_some_and(|me| people::may(me, Ability::SeeChildren));
    let body = move || {
        view! {
            <h1>{td!(locale, me.title)}</h1>
            <FormSummary form locale/>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            <Invited invitations=invited locale/>
            {match me.clone() {
                Some(me) => view! { <People me=&me locale/><Account me=me locale/> }.into_any(),
                None => view! { <SignedOut locale/> }.into_any(),
            }}
            {told.clone().map(|told| view! {
                <ToInbox unread=told.unread locale/>
                <ChannelsForm channels=told.channels locale/>
                {told.wechat.map(|wechat| view! { <WechatCard wechat locale/> })}
            })}
            <h2>{td!(locale, settings.title)}</h2>
            <SettingsForm locale settings back="/me"/>
            {sees_children.then(|| view! {
                <section class="card">
                    <Way id="to-vouchers" href=vouchers::PATH title=td!(locale, vouchers.title)
                        text=td!(locale, vouchers.enter_text)/>
                </section>
            })}
            <section class="card">
                <Way href=policy::PATH title=td!(locale, policy.title) text=td!(locale, policy.enter_text)/>
            </section>
            <Privacy wechat=told.is_some_and(|told| told.wechat.is_some()) locale/>
            {me.map(|_| view! { <Data locale/> })}
        }
        .into_any()
    };
    Page::new(td!(locale, me.title), body).tab(Tab::Me).into()
}

/// The way to who belongs to the family, or out of it; and to other families of one's own.
#[component]
fn People<'a>(me: &'a Me, locale: Locale) -> impl IntoView + use<> {
    let way = if people::may(me, Ability::SeeFamily) {
        let (title, text) = (td!(locale, people.enter), td!(locale, people.enter_text));
        view! { <Way id="to-family" href=people::PATH title text/> }.into_any()
    } else {
        view! { <a class="link bad" id="to-leave" href="/family/leave">{td!(locale, people.leave)}</a> }.into_any()
    };
    view! {
        <section class="card">{way}</section>
        <Families me locale/>
    }
    .into_any()
}

#[component]
fn Account(me: Me, locale: Locale) -> impl IntoView {
    view! {
        <section class="card row between">
            <div>
                <p class="meta">{td!(locale, me.signed_in)}</p>
                <p class="big"><b id="phone-masked">{me.phone_masked}</b></p>
            </div>
            <form method="post" action="/sign-out">
                <OnceKey/>
                <button class="button line small" id="sign-out">{td!(locale, me.sign_out)}</button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn SignedOut(locale: Locale) -> impl IntoView {
    view! {
        <section class="card row between">
            <p>{td!(locale, me.signed_out)}</p>
            <a class="button small" href=sign_in::to_sign_in("/me")>{td!(locale, sign_in.title)}</a>
        </section>
    }
    .into_any()
}

/// What is kept and why, in plain words.
#[component]
fn Privacy(
    /// Whether somebody's WeChat may be kept.
    wechat: bool,
    locale: Locale,
) -> impl IntoView {
    let wechat = wechat.then(|| (td!(locale, wechat.keep), td!(locale, wechat.keep_why)));
    let rows = [
        (td!(locale, me.keep_phone), td!(locale, me.keep_phone_why)),
        (td!(locale, me.keep_child), td!(locale, me.keep_child_why)),
        (td!(locale, me.keep_health), td!(locale, me.keep_health_why)),
        (td!(locale, me.keep_bookings), td!(locale, me.keep_bookings_why)),
        (td!(locale, me.keep_look), td!(locale, me.keep_look_why)),
    ];
    let rows = rows
        .into_iter()
        .chain(wechat)
        .map(|(what, why)| view! { <div><dt>{what}</dt><dd class="meta">{why}</dd></div> });
    view! {
        <section class="card stack" id="privacy">
            <h2>{td!(locale, me.privacy)}</h2>
            <dl class="keeps">{rows.collect_view()}</dl>
            <p class="meta">{td!(locale, me.not_kept)}</p>
        </section>
    }
    .into_any()
}

#[component]
fn Data(locale: Locale) -> impl IntoView {
    view! {
        <section class="card stack">
            <h2>{td!(locale, me.data)}</h2>
            <p class="meta">{td!(locale, me.data_text)}</p>
            <a class="link" href="/api/v1/me/export" download="doorstep.json">{td!(locale, me.export)}</a>
            <a class="link bad" href="/me/delete">{td!(locale, me.delete)}</a>
        </section>
    }
    .into_any()
}

/// `GET /me/delete`: what erasing means, before it is done.
pub async fn delete_page(visit: &Visit) -> Answer {
    if let Err(problem) = visit.call(GetMe {}).await {
        return sign_in::or_problem(visit, problem);
    }
    let (locale, form) = (visit.locale(), visit.form.clone());
    let body = move || {
        view! {
            <a class="back" href="/me"><Icon name="i-back"/>{td!(locale, me.title)}</a>
            <h1>{td!(locale, me.delete)}</h1>
            <FormSummary form locale/>
            <form class="card stack" method="post" action="/me/delete">
                <OnceKey/>
                <p>{td!(locale, me.delete_text)}</p>
                <p class="meta">{td!(locale, me.delete_kept)}</p>
                <div class="actions">
                    <button class="button bad" id="delete">{td!(locale, me.do_delete)}</button>
                    <a class="button line" href="/me">{td!(locale, me.keep_account)}</a>
                </div>
            </form>
        }
        .into_any()
    };
    Page::new(td!(locale, me.delete), body).tab(Tab::Me).into()
}

/// `POST /me/delete`.
pub async fn delete(visit: &Visit, form: &Fields) -> Answer {
    match visit.call_once(form, DeleteAccount {}).await {
        Ok(()) => Answer::see_other("/me?done=deleted"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
