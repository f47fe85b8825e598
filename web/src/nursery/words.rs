//! The words of staff as they stand on a screen.

use chrono::Datelike as _;
use doorstep_shared::{Timestamp, staff::StaffRole};

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
