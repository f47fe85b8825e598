//! The words of staff as they stand on a screen.

use chrono::Datelike as _;
use doorstep_shared::{
    Date, Timestamp,
    care::ClassKind,
    roster::{Carer, Shift},
    staff::StaffRole,
};

use crate::{Locale, td};

pub fn role(role: StaffRole, locale: Locale) -> &'static str {
    match role {
        StaffRole::Head => td!(locale, staff.head),
        StaffRole::Teacher => td!(locale, staff.teacher),
        StaffRole::FrontDesk => td!(locale, staff.front_desk),
    }
}

/// What a role may, in a few words.
pub fn role_text(role: StaffRole, locale: Locale) -> &'static str {
    match role {
        StaffRole::Head => td!(locale, staff.head_text),
        StaffRole::Teacher => td!(locale, staff.teacher_text),
        StaffRole::FrontDesk => td!(locale, staff.front_desk_text),
    }
}

/// Day and time, `11月23日 08:15`.
pub fn moment(at: Timestamp, locale: Locale) -> String {
    let date = at.local_date();
    let day = td!(locale, staff.month_day, month = date.month(), day = date.day());
    format!("{day} {}", at.clock_time())
}

pub fn class_kind(kind: ClassKind, locale: Locale) -> &'static str {
    match kind {
        ClassKind::Infant => td!(locale, words.infant),
        ClassKind::Toddler => td!(locale, words.toddler),
        ClassKind::SeniorToddler => td!(locale, words.senior_toddler),
        ClassKind::Mixed => td!(locale, words.mixed),
    }
}

/// 周一, Mon; 1 is Monday.
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

pub fn weekday(date: Date, locale: Locale) -> &'static str {
    weekday_number(u8::try_from(date.weekday().number_from_monday()).unwrap_or_default(), locale)
}

/// `11月23日`.
pub fn month_day(date: Date, locale: Locale) -> String {
    td!(locale, staff.month_day, month = date.month(), day = date.day())
}

/// `11/23`, above a column.
pub fn short_day(date: Date) -> String {
    format!("{}/{}", date.month(), date.day())
}

/// `11月23日 周一`.
pub fn day(date: Date, locale: Locale) -> String {
    format!("{} {}", month_day(date, locale), weekday(date, locale))
}

/// `11月23日 – 11月29日`.
pub fn span_of_days(from: Date, to: Date, locale: Locale) -> String {
    format!("{} – {}", month_day(from, locale), month_day(to, locale))
}

/// Who is on duty when, in the order in which they come.
pub fn on_duty(shifts: &[Shift], carers: &[Carer], locale: Locale) -> String {
    let mut shifts = shifts.to_vec();
    shifts.sort_by_key(|shift| (shift.from, shift.to));
    let told = shifts.iter().filter_map(|shift| {
        // Who has left since is on no roster to come; of one that is past the name is not told.
        let carer = carers.iter().find(|carer| carer.id == shift.carer_id)?;
        Some(td!(locale, places.duty, name = carer.name, from = shift.from, to = shift.to))
    });
    told.collect::<Vec<_>>().join(if locale == Locale::Zh { "、" } else { ", " })
}
