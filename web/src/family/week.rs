//! The days of a week with their free places, and the weeks before and after it.

use doorstep_shared::{Date, Timestamp, slots::StripDay};
use leptos::prelude::*;

use super::words;
use crate::{
    Locale, td,
    ui::{
        Inert as _,
        icon::Icon,
        strip::{Day, Level, Strip},
    },
};

/// Places from which a day counts as `some` and as `many`.
const SOME_PLACES: u32 = 3;
const MANY_PLACES: u32 = 8;

/// `days` are none where they are not known; the other weeks can be asked for all the same.
#[component]
pub fn WeekStrip(
    days: Vec<Day>,
    /// The first day that is shown.
    first: Date,
    today: Date,
    /// Where a week that begins on a day is.
    href: impl Fn(Date) -> String,
    locale: Locale,
) -> impl IntoView {
    let week = chrono::Days::new(7);
    let before = first.checked_sub_days(week).map(|day| day.max(today)).filter(|day| *day < first);
    let before = before.map(|day| {
        view! { <a id="week-before" class="pill" href=href(day) data-live><Icon name="i-back"/>{td!(locale, nursery.week_before)}</a> }
    });
    let after = first.checked_add_days(week).map(|day| {
        view! { <a id="week-after" class="pill push" href=href(day) data-live>{td!(locale, nursery.week_after)}<Icon name="i-next"/></a> }
    });
    let strip = (!days.is_empty()).then(|| view! { <Strip label=td!(locale, nursery.days) days/> });
    view! {
        {strip}
        <div class="row">{before}{after}</div>
    }
    .inert()
}

/// A day of the strip. One that `is_over` has places, but none that can still be booked: it is over rather than full.
pub fn strip_day(day: &StripDay, href: String, chosen: bool, is_over: bool, now: Timestamp, locale: Locale) -> Day {
    let (level, word) = match day.free {
        _ if day.rest => (Level::Rest, td!(locale, words.level_rest)),
        0 if is_over => (Level::None, td!(locale, words.level_over)),
        0 => (Level::None, td!(locale, words.level_none)),
        1..SOME_PLACES => (Level::Few, td!(locale, words.level_few)),
        SOME_PLACES..MANY_PLACES => (Level::Some, td!(locale, words.level_some)),
        _ => (Level::Many, td!(locale, words.level_many)),
    };
    let rest = level == Level::Rest;
    Day {
        href,
        name: words::narrow_day(day.date, now, locale).to_owned(),
        date: day.date.format("%-m/%-d").to_string(),
        number: if rest { "–".to_owned() } else { day.free.to_string() },
        unit: if rest { String::new() } else { td!(locale, nursery.day_unit, count = day.free) },
        word,
        level,
        chosen,
    }
}
