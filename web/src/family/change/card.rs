//! On the booking's page: its days, how each stands, and the ways to change them.

use doorstep_shared::{
    Fen, Timestamp,
    bookings::{Booking, BookingDay, DayState},
};
use leptos::prelude::*;

use super::{absent, ahead, dates_of, href, moving, ticket, words};
use crate::{Locale, td, ui::icon::Icon};

/// What can be done with the days that are left; nothing when none is.
#[component]
pub fn ChangeCard<'a>(booking: &'a Booking, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let own = href(booking.id);
    let to_come = dates_of(&ahead(booking, now)).len();
    let mut ways = Vec::new();
    if !absent::possible(booking, now).is_empty() {
        let text = (td!(locale, change.to_absent), td!(locale, change.to_absent_text));
        ways.push(("to-absent", format!("{own}/absent"), text));
    }
    if to_come > 0 {
        ways.push((
            "to-move",
            moving::path(booking.id),
            (td!(locale, change.to_move), td!(locale, change.to_move_text)),
        ));
    }
    if to_come > 1 {
        ways.push(("to-days", format!("{own}/days"), (td!(locale, change.to_days), td!(locale, change.to_days_text))));
    }
    let ways: Vec<_> = ways
        .into_iter()
        .map(|(id, href, (name, text))| {
            view! {
                <li>
                    <a class="item" id=id href=href>
                        <span><b>{name}</b><span class="meta">{text}</span></span>
                        <Icon name="i-next"/>
                    </a>
                </li>
            }
        })
        .collect();
    (!ways.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="change">
                <h2 id="change">{td!(locale, change.title)}</h2>
                <ul class="rows">{ways}</ul>
            </section>
        }
        .into_any()
    })
}

/// One day with its state and what it costs; where the child is still expected, the way to say that it does not come.
#[component]
pub fn DayRow<'a>(booking: &'a Booking, day: &'a BookingDay, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let (state, class) = state(day, now, locale);
    let gone = matches!(day.state, DayState::Released | DayState::Absent);
    let cost = match (gone, day.cancel_cost_fen) {
        (false, _) => day.price_fen.to_string(),
        (true, Fen::ZERO) => td!(locale, change.no_cost).to_owned(),
        (true, cost) => td!(locale, change.pay, cost = cost),
    };
    let what = format!("{} · {}", words::class(day.class_kind, locale), words::care(day.care, locale));
    let elsewhere = day.moved_to.map(|to| {
        view! { <a class="link" href=href(to)>{td!(locale, change.see_moved)}</a> }
    });
    let absent = absent::is_possible(day, now).then(|| {
        let label = td!(locale, change.say_absent);
        view! {
            <a class="button line small" href=absent::href_of(booking, day)>
                <span class="visually-hidden">{super::when(day, locale)}" "{day.child_name.clone()}" "</span>{label}
            </a>
        }
    });
    view! {
        <li class="day-row">
            <div>
                <p>{super::when_in_parts(day.date, ticket::window(day), locale)}" "<span class=class>{state}</span></p>
                <p class="meta">{day.child_name.clone()}" · "{what}" · "{cost}</p>
                {elsewhere}
            </div>
            {absent}
        </li>
    }
    .into_any()
}

/// In a word, and how the word looks.
fn state(day: &BookingDay, now: Timestamp, locale: Locale) -> (&'static str, &'static str) {
    match day.state {
        DayState::Expected if Timestamp::at(day.date, day.to) <= now => (td!(locale, change.over), "tag plain"),
        DayState::Expected => (td!(locale, change.expected), "tag"),
        DayState::CheckedIn => (td!(locale, booking.checked_in), "tag ok"),
        DayState::CheckedOut => (td!(locale, booking.checked_out), "tag plain"),
        DayState::Absent => (td!(locale, booking.absent), "tag plain"),
        DayState::NoShow => (td!(locale, booking.no_show), "tag warn"),
        DayState::Released if day.moved_to.is_some() => (td!(locale, change.moved_away), "tag plain"),
        DayState::Released => (td!(locale, booking.cancelled), "tag plain"),
    }
}
