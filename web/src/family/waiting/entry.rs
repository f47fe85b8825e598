//! One entry: its number in line, the place that is offered, or what came of it.

use doorstep_shared::{
    Timestamp,
    accounts::{GetMe, Me},
    bookings::{AcceptPlace, GetWaitlistEntry, LeaveWaitlist, RejoinWaitlist, WaitState, WaitlistEntry},
    family::Ability,
    ids::WaitlistEntryId,
};
use leptos::prelude::*;

use super::{card::OfferClock, domain, join, missing, price, sign_in, words};
use crate::{
    Locale, app,
    family::people::{self, AskGuardian},
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        careful::Careful,
        field::{Check, OnceKey},
        icon::Icon,
        notice::{Notice, Tone},
        recheck::Recheck,
    },
    visit::{Fields, Visit},
};

/// `GET /wait/{id}`.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let Ok(id) = id.parse::<WaitlistEntryId>() else { return missing::page(visit).into() };
    let entry = match visit.call(GetWaitlistEntry { id }).await {
        Ok(entry) => entry,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    // What cannot be told leaves the buttons: whoever may not press them is told so then.
    let me = visit.call(GetMe {}).await.ok();
    let (visit, locale) = (visit.clone(), visit.locale());
    let title = title(&entry, locale);
    let back = words::href(&entry);
    let status = visit.form.as_ref().map_or(200, |form| form.problem.status);
    let body = move || view! { <EntryPage visit entry me/> }.into_any();
    Page::new(title, body).tab(Tab::Bookings).status(status).back(back).into()
}

/// `POST /wait/{id}/accept`, `leave`, `rejoin`.
pub async fn submit(visit: &Visit, form: &Fields, id: &str, verb: &str) -> Answer {
    let Ok(id) = id.parse::<WaitlistEntryId>() else { return missing::page(visit).into() };
    let done = match verb {
        "accept" => visit.call_once(form, AcceptPlace { id, leave_others: form.has("leave") }).await,
        "leave" => visit.call_once(form, LeaveWaitlist { id }).await,
        "rejoin" => visit.call_once(form, RejoinWaitlist { id }).await,
        _ => return missing::page(visit).into(),
    };
    match done {
        // What was won is a booking like any other: its page says how to come, and undoes.
        Ok(WaitlistEntry { state: WaitState::Accepted, booking_id: Some(booking), .. }) => {
            Answer::see_other(format!("/bookings/{booking}"))
        }
        Ok(entry) => Answer::see_other(words::href(&entry)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn title(entry: &WaitlistEntry, locale: Locale) -> String {
    match entry.state {
        WaitState::Waiting => td!(locale, waiting.waiting_title, position = entry.position),
        WaitState::Offered => td!(locale, waiting.offered_title).to_owned(),
        WaitState::Accepted => td!(locale, waiting.accepted).to_owned(),
        WaitState::Declined => td!(locale, waiting.declined).to_owned(),
        WaitState::Expired => td!(locale, waiting.expired).to_owned(),
        WaitState::Left => td!(locale, waiting.left).to_owned(),
        WaitState::Lapsed => td!(locale, waiting.lapsed).to_owned(),
    }
}

#[component]
fn EntryPage(visit: Visit, entry: WaitlistEntry, me: Option<Me>) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let what = [domain::care(entry.care, locale), domain::class(entry.class_kind, locale)];
    let group = entry.priority_group.map(|group| {
        view! { <p class="meta">{td!(locale, waiting.group, group = words::group(group, locale))}</p> }
    });
    let looks = me.filter(|me| !people::may(me, Ability::Book));
    let decides = looks.is_none();
    let main = match entry.state {
        WaitState::Waiting => view! { <Waiting entry=&entry decides now locale/> }.into_any(),
        WaitState::Offered if decides => view! { <Offered entry=&entry locale/> }.into_any(),
        WaitState::Offered => ().into_any(),
        _ => view! { <Ended entry=&entry decides now locale/> }.into_any(),
    };
    let stamp = format!("{}-{}", entry.state, entry.position);
    view! {
        <a class="back" href="/bookings"><Icon name="i-back"/>{td!(locale, booking.all)}</a>
        <h1>{title(&entry, locale)}</h1>
        <FormSummary form=visit.form.clone() locale/>
        <Recheck locale stamp url=words::href(&entry) as_of=now.clock_time() reload=true/>
        <OfferClock entry=&entry now locale/>
        <section class="card wish">
            <p class="big">{words::when_in_parts(&entry, locale)}</p>
            <p class="meta">{words::names(&entry, locale)}" · "{what.join(" · ")}</p>
            <p class="meta">
                <a href=format!("/nurseries/{}?date={}", entry.nursery.id, entry.date)>{entry.nursery.name.clone()}</a>
                " · "{entry.nursery.address.clone()}
            </p>
            {group}
        </section>
        {main}
        {looks.map(|me| view! { <AskGuardian me=&me locale/> })}
    }
    .into_any()
}

/// `decides`: whoever looks may leave the line.
#[component]
fn Waiting<'a>(entry: &'a WaitlistEntry, decides: bool, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let odds = words::odds(entry.odds, entry.position, domain::weekday(entry.date, locale), locale);
    let auto = match entry.auto_accept_until.filter(|until| *until >= now) {
        Some(until) => td!(locale, waiting.auto_until, moment = price::moment(until, now, locale)),
        None => td!(locale, waiting.asks).to_owned(),
    };
    let passed = entry.passed_over.map(|passed| {
        view! { <Notice tone=Tone::Warn title=words::passed_over(passed, now, locale)/> }
    });
    let leave = decides.then(|| {
        view! {
            <form method="post" action=format!("{}/leave", words::href(entry))>
                <OnceKey/>
                <button class="button line wide" id="leave">{td!(locale, waiting.leave)}</button>
            </form>
        }
    });
    view! {
        {passed}
        <section class="card stack">
            <p>{auto}</p>
            <p class="meta">{odds}</p>
        </section>
        {leave}
    }
    .into_any()
}

#[component]
fn Offered<'a>(entry: &'a WaitlistEntry, locale: Locale) -> impl IntoView + use<> {
    let own = words::href(entry);
    let leave = (entry.others > 0).then(|| {
        let label = td!(locale, waiting.leave_others, count = entry.others);
        view! { <Check id="leave-others" name="leave" value="yes" label checked=false/> }
    });
    view! {
        <form class="card stack" method="post" action=format!("{own}/accept") data-careful>
            <OnceKey/>
            <p class="row between"><b>{entry.price_fen.to_string()}</b><span class="tiny">{td!(locale, book.pay_there)}</span></p>
            {leave}
            {view! { <Careful locale/> }.inert()}
            <button class="button wide" id="accept">{td!(locale, waiting.accept)}</button>
            <p class="meta">{td!(locale, book.undo)}</p>
        </form>
        <form method="post" action=format!("{own}/leave")>
            <OnceKey/>
            <button class="button line wide" id="decline">{td!(locale, waiting.decline)}</button>
        </form>
    }
    .into_any()
}

#[component]
fn Ended<'a>(entry: &'a WaitlistEntry, decides: bool, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let (tone, text) = match entry.state {
        WaitState::Accepted => (Tone::Good, td!(locale, waiting.accepted_text)),
        WaitState::Declined => (Tone::Info, td!(locale, waiting.declined_text)),
        WaitState::Expired => (Tone::Warn, td!(locale, waiting.expired_text)),
        WaitState::Left => (Tone::Info, td!(locale, waiting.left_text)),
        _ => (Tone::Warn, td!(locale, waiting.lapsed_text)),
    };
    let undo = entry.rejoin_until.filter(|until| decides && now < *until).map(|until| {
        view! {
            <form class="row" method="post" action=format!("{}/rejoin", words::href(entry))>
                <OnceKey/>
                <button class="button line small" id="rejoin">{td!(locale, waiting.rejoin)}</button>
                <span>{td!(locale, waiting.rejoin_until, time = until.clock_time())}</span>
            </form>
        }
    });
    let is_ahead = Timestamp::at(entry.date, entry.from) > now;
    let anew = (undo.is_none()
        && decides
        && is_ahead
        && matches!(entry.state, WaitState::Declined | WaitState::Expired | WaitState::Left))
    .then(|| entry.span())
    .flatten()
    .map(|span| {
        let href = join::href(entry.offer_id, entry.date, span);
        view! { <a class="button line wide" id="anew" href=href>{td!(locale, waiting.anew)}</a> }
    });
    let booking = entry.booking_id.filter(|_| entry.state == WaitState::Accepted).map(|booking| {
        view! { <a class="button wide" href=format!("/bookings/{booking}")>{td!(locale, waiting.to_booking)}</a> }
    });
    view! {
        <Notice tone title=text>{undo}</Notice>
        {anew}
        {booking}
        <a class="link" href="/">{td!(locale, find.to_search)}</a>
    }
    .into_any()
}
