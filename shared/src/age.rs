//! Age in completed months.

use chrono::{Datelike, Months};

use crate::time::Date;

/// Completed months of life on `on`; `None` before birth.
///
/// A child born on the 31st completes a month on the last day of a shorter one.
pub fn completed_months(birth: Date, on: Date) -> Option<u16> {
    if on < birth {
        return None;
    }
    let months = (on.year() - birth.year()) * 12 + on.month() as i32 - birth.month() as i32;
    let months = u16::try_from(months).ok()?;
    // `checked_add_months` lands on the last day where the month is too short.
    match birth.checked_add_months(Months::new(u32::from(months))) {
        Some(completed) if completed <= on => Some(months),
        _ => months.checked_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_complete_on_the_same_day_or_the_last_of_a_shorter_month() {
        let cases = [
            ("2025-01-31", "2025-02-27", Some(0)),
            ("2025-01-31", "2025-02-28", Some(1)),
            ("2024-02-29", "2025-02-28", Some(12)),
            ("2024-02-29", "2026-02-27", Some(23)),
            ("2024-01-15", "2027-01-14", Some(35)),
            ("2024-01-15", "2027-01-15", Some(36)),
            ("2025-05-20", "2025-05-20", Some(0)),
            ("2025-05-20", "2025-05-19", None),
        ];
        for (birth, on, months) in cases {
            let (birth, on): (Date, Date) = (birth.parse().unwrap(), on.parse().unwrap());
            assert_eq!(completed_months(birth, on), months, "{birth} on {on}");
        }
    }
}
