//! What an entry says of itself.

use doorstep_shared::{
    Timestamp,
    bookings::{Odds, PassedOver, PriorityGroup, WaitState, WaitlistEntry},
};

use leptos::prelude::*;

use super::{domain, price};
use crate::{Locale, problems, td};

/// Where its page is.
pub fn href(entry: &WaitlistEntry) -> String {
    format!("/wait/{}", entry.id)
}

/// 周二 12月1日 08:00–12:00
pub fn when(entry: &WaitlistEntry, locale: Locale) -> String {
    format!("{} {}–{}", domain::date(entry.date, locale), entry.from, entry.to)
}

/// The same in two parts that stay whole where a line ends.
pub fn when_in_parts(entry: &WaitlistEntry, locale: Locale) -> impl IntoView + use<> {
    let (date, window) = (domain::date(entry.date, locale), format!("{}–{}", entry.from, entry.to));
    view! { <b>{date}</b>" "<b>{window}</b> }
}

pub fn names(entry: &WaitlistEntry, locale: Locale) -> String {
    let names: Vec<_> = entry.children.iter().map(|child| child.name.as_str()).collect();
    domain::list(&names, locale)
}

/// In a word or two, and how the words look.
pub fn state(entry: &WaitlistEntry, locale: Locale) -> (String, &'static str) {
    match entry.state {
        WaitState::Waiting => (td!(locale, waiting.number, position = entry.position), "tag"),
        WaitState::Offered => (td!(locale, waiting.offered).to_owned(), "tag ok"),
        WaitState::Accepted => (td!(locale, waiting.accepted).to_owned(), "tag ok"),
        WaitState::Declined => (td!(locale, waiting.declined).to_owned(), "tag plain"),
        WaitState::Expired => (td!(locale, waiting.expired).to_owned(), "tag plain"),
        WaitState::Left => (td!(locale, waiting.left).to_owned(), "tag plain"),
        WaitState::Lapsed => (td!(locale, waiting.lapsed).to_owned(), "tag plain"),
    }
}

/// How often it has come to that number before; in words, too, where there is not enough to tell by.
pub fn odds(odds: Option<Odds>, position: u32, weekday: &str, locale: Locale) -> String {
    match odds {
        Some(Odds { dates, reached }) => {
            td!(locale, waiting.odds, dates = dates, weekday = weekday, reached = reached, position = position)
        }
        None => td!(locale, waiting.no_odds).to_owned(),
    }
}

/// Why a place that came free was not offered.
pub fn passed_over(passed: PassedOver, now: Timestamp, locale: Locale) -> String {
    let (moment, why) = (price::moment(passed.at, now, locale), problems::title(passed.why, locale));
    td!(locale, waiting.passed_over, moment = moment, why = why)
}

pub fn group(group: PriorityGroup, locale: Locale) -> &'static str {
    match group {
        PriorityGroup::Hardship => td!(locale, waiting.hardship),
        PriorityGroup::LeftBehind => td!(locale, waiting.left_behind),
        PriorityGroup::Migrant => td!(locale, waiting.migrant),
        PriorityGroup::OwnStaff => td!(locale, waiting.own_staff),
    }
}
