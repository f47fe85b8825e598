//! How often enough places came free before: counted in what was booked and given up, or not told.

use std::collections::HashMap;

use chrono::Days;
use doorstep_shared::{Date, Span, Timestamp, bookings::Odds, ids::ClassId};

use super::store::{self, Day};
use crate::{db::Conn, error::Result, policy::WaitlistRules};

/// For who stands at `position` in line. None where the class was not booked on enough dates to tell by.
pub fn odds(
    conn: &mut Conn,
    now: Timestamp,
    (class, date, span): (ClassId, Date, Span),
    position: u32,
    rules: &WaitlistRules,
) -> Result<Option<Odds>> {
    let dates = same_weekdays(date, now.local_date(), rules.history_weeks);
    let days = store::history(conn, class, &dates)?;
    Ok(count(&days, span, position, rules.history_dates))
}

/// The latest dates before `today` of the weekday of `date`.
fn same_weekdays(date: Date, today: Date, weeks: u16) -> Vec<Date> {
    let back = (1..).map_while(|week| date.checked_sub_days(Days::new(7 * week)));
    back.skip_while(|earlier| *earlier >= today).take(weeks.into()).collect()
}

fn count(days: &[Day], span: Span, position: u32, least: u16) -> Option<Odds> {
    let mut came_free: HashMap<Date, u32> = HashMap::new();
    for (date, from, to, left_at) in days {
        let count = came_free.entry(*date).or_default();
        let in_time = left_at.is_some_and(|left| left < Timestamp::at(*date, span.from));
        if in_time && (Span { from: *from, to: *to }).covers(span) {
            *count += 1;
        }
    }
    let told = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    let reached = came_free.values().filter(|count| **count >= position).count();
    (came_free.len() >= usize::from(least)).then(|| Odds { dates: told(came_free.len()), reached: told(reached) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_weekdays_lie_in_the_past() {
        let (date, today) = (date("2026-03-24"), date("2026-03-10"));
        let found = same_weekdays(date, today, 3);
        assert_eq!(found.iter().map(Date::to_string).collect::<Vec<_>>(), ["2026-03-03", "2026-02-24", "2026-02-17"]);
    }

    #[test]
    fn only_what_came_free_in_time_and_for_the_whole_window_counts() {
        let day = |on: &str, window: &str, left: Option<&str>| {
            let (window, left): (Span, _) =
                (window.parse().unwrap(), left.map(|at| Timestamp::at(date(on), at.parse().unwrap())));
            (date(on), window.from, window.to, left)
        };
        let booked = |on| day(on, "08:00-17:30", None);
        let morning: Span = "08:00-12:00".parse().unwrap();
        let dates = ["2026-02-03", "2026-02-10", "2026-02-17", "2026-02-24"];
        let with = |more: Vec<Day>| dates.map(booked).into_iter().chain(more).collect::<Vec<_>>();
        let odds = |reached| Some(Odds { dates: 4, reached });
        let freed = |on: &'static str| day(on, "08:00-17:30", Some("07:00"));
        let cases = [
            ("nothing came free", with(vec![]), 1, odds(0)),
            ("a whole day serves a morning", with(vec![freed(dates[0])]), 1, odds(1)),
            ("so does the morning", with(vec![day(dates[0], "08:00-12:00", Some("07:00"))]), 1, odds(1)),
            ("not the afternoon", with(vec![day(dates[0], "13:30-17:30", Some("07:00"))]), 1, odds(0)),
            (
                "nor what was left when it had begun",
                with(vec![day(dates[0], "08:00-17:30", Some("08:00"))]),
                1,
                odds(0),
            ),
            ("the second in line needs two", with(vec![freed(dates[0]), freed(dates[1]), freed(dates[1])]), 2, odds(1)),
            ("three dates are too few", dates[..3].iter().map(|on| booked(on)).collect(), 1, None),
        ];
        for (name, days, position, expected) in cases {
            assert_eq!(count(&days, morning, position, 4), expected, "{name}");
        }
    }
}
