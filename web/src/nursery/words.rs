//! The words of staff as they stand on a screen.

use chrono::Datelike as _;
use doorstep_shared::{
    Date, Timestamp,
    roster::{Carer, Shift, WeekdayPlan},
    staff::StaffRole,
};

pub use crate::words::{class, date, month_day, weekday, weekday_number};
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
    format!("{} {}", month_day(at.local_date(), locale), at.clock_time())
}

/// `11/23`, above a column.
pub fn short_day(date: Date) -> String {
    format!("{}/{}", date.month(), date.day())
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

/// What holds on a weekday: who is on duty, and how many children may come.
pub fn planned(plan: &WeekdayPlan, carers: &[Carer], locale: Locale) -> String {
    let limits = plan
        .allowed
        .iter()
        .map(|limit| td!(locale, places.limit, from = limit.from, to = limit.to, children = limit.children));
    let duty = Some(on_duty(&plan.shifts, carers, locale)).filter(|duty| !duty.is_empty());
    duty.into_iter().chain(limits).collect::<Vec<_>>().join(if locale == Locale::Zh { "；" } else { "; " })
}
