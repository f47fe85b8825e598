//! On the page of bookings: places that are offered, first of all, and what the family waits for.

use doorstep_shared::{
    Timestamp,
    bookings::{WaitState, WaitlistEntry},
};
use leptos::prelude::*;

use super::{price, words};
use crate::{
    Locale, td,
    ui::{
        countdown::{AtZero, Countdown},
        icon::Icon,
    },
};

const HOUR_S: u32 = 3_600;

/// A place is kept: the first thing to see.
#[component]
pub fn Offers(entries: Vec<WaitlistEntry>, now: Timestamp, locale: Locale) -> impl IntoView {
    let offered = entries.into_iter().filter(|entry| entry.state == WaitState::Offered);
    let cards = offered.map(|entry| {
        let href = words::href(&entry);
        view! {
            <section class="card stack offer">
                <OfferClock entry=&entry now locale/>
                <h2>{words::when(&entry, locale)}</h2>
                <p class="meta">{entry.nursery.name.clone()}" · "{words::names(&entry, locale)}</p>
                <a class="button" href=href>{td!(locale, waiting.to_offer)}</a>
            </section>
        }
    });
    cards.collect_view()
}

/// Until when the place is kept, counting down where it can.
#[component]
pub fn OfferClock<'a>(entry: &'a WaitlistEntry, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let expires = entry.offer_expires_at?;
    let seconds = u32::try_from((expires - now).num_seconds()).unwrap_or_default();
    // Over night there is nothing to hurry for.
    let countdown = (seconds < HOUR_S).then(|| view! { <Countdown seconds then=AtZero::Reload/> });
    let until = price::moment(expires, now, locale);
    Some(
        view! {
            <section class="hold" aria-label=td!(locale, waiting.offered)>
                {countdown}
                <p>{td!(locale, waiting.offered_until, moment = until)}</p>
            </section>
        }
        .into_any(),
    )
}

/// What the family waits for, and what came to nothing in the last days. What was won is among the bookings.
#[component]
pub fn WaitingList(entries: Vec<WaitlistEntry>, locale: Locale) -> impl IntoView {
    let is_listed = |entry: &WaitlistEntry| !matches!(entry.state, WaitState::Offered | WaitState::Accepted);
    let (open, ended): (Vec<_>, Vec<_>) =
        entries.into_iter().filter(is_listed).partition(|entry| entry.state == WaitState::Waiting);
    let rows: Vec<_> = open.iter().chain(&ended).map(|entry| view! { <Row entry locale/> }).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="waiting">
                <h2 id="waiting">{td!(locale, waiting.list)}</h2>
                <ul class="card rows">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Row<'a>(entry: &'a WaitlistEntry, locale: Locale) -> impl IntoView + use<> {
    let (state, class) = words::state(entry, locale);
    view! {
        <li>
            <a class="item" href=words::href(entry)>
                <span>
                    <b>{words::when(entry, locale)}</b>" "<span class=class>{state}</span>
                    <span class="meta">{entry.nursery.name.clone()}" · "{words::names(entry, locale)}</span>
                </span>
                <Icon name="i-next"/>
            </a>
        </li>
    }
    .into_any()
}
