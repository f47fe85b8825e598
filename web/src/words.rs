//! Words of the domain that every audience reads.

#[cfg(feature = "ssr")]
use chrono::Datelike as _;
#[cfg(feature = "ssr")]
use doorstep_shared::care::CareKind;
use doorstep_shared::care::ClassKind;
#[cfg(feature = "ssr")]
use doorstep_shared::{Date, Month};

use crate::{Locale, td};

pub fn class(kind: ClassKind, locale: Locale) -> &'static str {
    match kind {
        ClassKind::Infant => td!(locale, words.infant),
        ClassKind::Toddler => td!(locale, words.toddler),
        ClassKind::SeniorToddler => td!(locale, words.senior_toddler),
        ClassKind::Mixed => td!(locale, words.mixed),
    }
}

#[cfg(feature = "ssr")]
pub fn care(kind: CareKind, locale: Locale) -> &'static str {
    match kind {
        CareKind::FullDay => td!(locale, words.full_day),
        CareKind::HalfDay => td!(locale, words.half_day),
        CareKind::Temporary => td!(locale, words.temporary),
        CareKind::Hourly => td!(locale, words.hourly),
    }
}

/// 周一, Mon.
#[cfg(feature = "ssr")]
pub fn weekday(date: Date, locale: Locale) -> &'static str {
    weekday_number(u8::try_from(date.weekday().number_from_monday()).unwrap_or_default(), locale)
}

/// The same by number: 1 is Monday.
#[cfg(feature = "ssr")]
pub fn weekday_number(number: u8, locale: Locale) -> &'static str {
    match number {
        1 => td!(locale, common.weekday_1),
        2 => td!(locale, common.weekday_2),
        3 => td!(locale, common.weekday_3),
        4 => td!(locale, common.weekday_4),
        5 => td!(locale, common.weekday_5),
        6 => td!(locale, common.weekday_6),
        _ => td!(locale, common.weekday_7),
    }
}

/// 11月23日, 23 Nov.
#[cfg(feature = "ssr")]
pub fn month_day(date: Date, locale: Locale) -> String {
    match locale {
        Locale::Zh => td!(locale, common.month_day, month = date.month(), day = date.day()),
        Locale::En => td!(locale, common.month_day, month = date.format("%b"), day = date.day()),
    }
}

/// 周一 11月23日, Mon 23 Nov.
#[cfg(feature = "ssr")]
pub fn date(date: Date, locale: Locale) -> String {
    format!("{} {}", weekday(date, locale), month_day(date, locale))
}

/// 2026年11月, Nov 2026.
#[cfg(feature = "ssr")]
pub fn month(month: Month, locale: Locale) -> String {
    let first = month.first();
    match locale {
        Locale::Zh => td!(locale, common.month, year = first.year(), month = first.month()),
        Locale::En => td!(locale, common.month, year = first.year(), month = first.format("%b")),
    }
}
