//! Cancel all of a booking or some of its days, or report a child absent.

use std::collections::HashSet;

use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    bookings::{Booking, BookingState, CancelBooking, DayState, ReportAbsent, WaitState},
    problem::{FieldProblem, FieldRule},
};

use super::{
    locked::{Asked, lock, wrong_state},
    messages::Event,
    rules::moving::begun,
    store::DayRow,
    waiting,
};
use crate::{db::Conn, error::Result, policy::Policies};

/// Dates in one request at most.
const DATES: usize = 62;

/// Which days are cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    All,
    Dates(Vec<Date>),
    Between(Date, Option<Date>),
}

impl Part {
    /// # Errors
    /// `invalid`, for a request that names its days in two ways, or no day.
    fn of(ask: &CancelBooking) -> Result<Self, Problem> {
        match (ask.dates.as_slice(), ask.from, ask.until) {
            ([], None, None) => Ok(Self::All),
            ([], None, Some(_)) => Err(Problem::field("from", FieldRule::Required, "a range has a beginning")),
            ([], Some(from), Some(until)) if until < from => {
                Err(Problem::field("until", FieldRule::TooSmall, "a range ends no earlier than it begins"))
            }
            ([], Some(from), until) => Ok(Self::Between(from, until)),
            (_, Some(_), _) => Err(Problem::field("from", FieldRule::Twice, "either dates or a range")),
            (_, None, Some(_)) => Err(Problem::field("until", FieldRule::Twice, "either dates or a range")),
            (dates, None, None) if dates.len() > DATES => {
                Err(Problem::field("dates", FieldRule::TooLong, "at most 62 dates"))
            }
            (dates, None, None) => {
                let mut seen = HashSet::new();
                match dates.iter().position(|date| !seen.insert(*date)) {
                    Some(index) => {
                        Err(Problem::field(format!("dates.{index}"), FieldRule::Twice, "each date is named once"))
                    }
                    None => Ok(Self::Dates(dates.to_vec())),
                }
            }
        }
    }

    fn has(&self, date: Date) -> bool {
        match self {
            Self::All => true,
            Self::Dates(dates) => dates.contains(&date),
            Self::Between(from, until) => *from <= date && until.is_none_or(|until| date <= until),
        }
    }

    /// Every day that is named for itself can be cancelled, and some day is there to be.
    ///
    /// # Errors
    /// `invalid` for a date that the booking does not have, `wrong-state` when its care has begun.
    fn check(&self, days: &[DayRow], now: Timestamp) -> Result<(), Problem> {
        if let Self::Dates(dates) = self {
            for (index, date) in dates.iter().enumerate() {
                let field = format!("dates.{index}");
                let mut on_date = days.iter().filter(|day| day.takes_place && day.date == *date).peekable();
                if on_date.peek().is_none() {
                    return Err(Problem::field(field, FieldRule::Unknown, format!("the booking has no day on {date}")));
                }
                if on_date.all(|day| day.has_begun(now)) {
                    return Err(begun(&field, *date));
                }
            }
        }
        let mut ahead = days.iter().filter(|day| day.takes_place && !day.has_begun(now));
        if ahead.any(|day| self.has(day.date)) {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::WrongState).detail("no day is left whose care has not begun"))
    }
}

/// Gives places back: of all days, or of the part that is asked for. A hold costs nothing; a booking costs what its
/// frozen rule says for each day.
///
/// Days whose care has begun keep their place, because the child may be there, and are due in full.
///
/// # Errors
/// `not-found`, `invalid`, `wrong-state` when it is cancelled or expired already, or when all named days have begun.
pub fn cancel(conn: &mut Conn, policies: &Policies, asked: Asked, ask: &CancelBooking) -> Result<Booking> {
    let (part, now) = (Part::of(ask)?, asked.now);
    let mut locked = lock(conn, policies, asked)?;
    match locked.row.state_at(now) {
        BookingState::Held if part == Part::All => {
            locked.leave(DayState::Released, |_| true);
            locked.end();
            waiting::note(conn, &mut locked, WaitState::Declined)?;
            return locked.save(conn, None);
        }
        BookingState::Held => {
            return Err(Problem::new(ProblemKind::WrongState).detail("a hold is given up whole").into());
        }
        BookingState::Confirmed => part.check(&locked.days, now)?,
        state => return Err(wrong_state(state).into()),
    }
    locked.leave(DayState::Released, |day| !day.has_begun(now) && part.has(day.date));
    if part == Part::All || locked.is_empty() {
        locked.end();
        return locked.save(conn, Some(Event::Cancelled));
    }
    locked.save(conn, Some(Event::DaysCancelled))
}

/// Notes that a child does not come on a date, and frees its place for others at once.
///
/// # Errors
/// `not-found`, `invalid` for a date or a child that the booking does not have, `wrong-state` when it does not stand, the
/// day is over, or the child has been there.
pub fn absent(conn: &mut Conn, policies: &Policies, asked: Asked, ask: ReportAbsent) -> Result<Booking> {
    let (ReportAbsent { date, child_id, .. }, now) = (ask, asked.now);
    let mut locked = lock(conn, policies, asked)?;
    if locked.row.state_at(now) != BookingState::Confirmed {
        return Err(wrong_state(locked.row.state_at(now)).into());
    }
    let named = |day: &DayRow| day.date == date && child_id.is_none_or(|child| day.child_id == child);
    let refuse = |rule, detail: String| {
        let mut problem = Problem::new(ProblemKind::WrongState).detail(detail.clone());
        problem.fields.push(FieldProblem { field: "date".to_owned(), rule, detail });
        problem
    };
    let expected: Vec<_> = locked.days.iter().filter(|day| day.takes_place && named(day)).collect();
    if expected.is_empty() {
        let field = if locked.days.iter().any(|day| day.takes_place && day.date == date) { "child_id" } else { "date" };
        return Err(Problem::field(field, FieldRule::Unknown, format!("nobody is expected on {date}")).into());
    }
    if expected.iter().all(|day| day.ends() <= now) {
        return Err(refuse(FieldRule::InThePast, format!("the care on {date} is over")).into());
    }
    if expected.iter().any(|day| day.state != DayState::Expected) {
        return Err(refuse(FieldRule::Taken, format!("the child has been there on {date}")).into());
    }
    locked.leave(DayState::Absent, |day| named(day) && day.ends() > now);
    locked.save(conn, Some(Event::Absent))
}

#[cfg(test)]
mod tests {
    use doorstep_shared::ids::BookingId;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_part_is_named_in_one_way() {
        let (first, second) = (date("2026-12-01"), date("2026-12-02"));
        let all = CancelBooking::all(BookingId::new());
        let ask = |dates: &[Date], from, until| CancelBooking { dates: dates.to_vec(), from, until, ..all.clone() };
        let many: Vec<_> = first.iter_days().take(63).collect();
        let cases: Vec<(&str, CancelBooking, Result<Part, (&str, FieldRule)>)> = vec![
            ("nothing named is all", all.clone(), Ok(Part::All)),
            ("dates", ask(&[second, first], None, None), Ok(Part::Dates(vec![second, first]))),
            ("the rest", ask(&[], Some(first), None), Ok(Part::Between(first, None))),
            ("a range", ask(&[], Some(first), Some(second)), Ok(Part::Between(first, Some(second)))),
            ("one day", ask(&[], Some(first), Some(first)), Ok(Part::Between(first, Some(first)))),
            ("a range without beginning", ask(&[], None, Some(second)), Err(("from", FieldRule::Required))),
            ("a range backwards", ask(&[], Some(second), Some(first)), Err(("until", FieldRule::TooSmall))),
            ("dates and a beginning", ask(&[first], Some(first), None), Err(("from", FieldRule::Twice))),
            ("dates and an end", ask(&[first], None, Some(first)), Err(("until", FieldRule::Twice))),
            ("a date twice", ask(&[first, second, first], None, None), Err(("dates.2", FieldRule::Twice))),
            ("63 dates", ask(&many, None, None), Err(("dates", FieldRule::TooLong))),
        ];
        for (name, ask, expected) in cases {
            let found = Part::of(&ask).map_err(|problem| (problem.fields[0].field.clone(), problem.fields[0].rule));
            assert_eq!(found, expected.map_err(|(field, rule)| (field.to_owned(), rule)), "{name}");
        }
        let range = Part::Between(first, Some(second));
        let inside = ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03"].map(|day| range.has(date(day)));
        assert_eq!(inside, [false, true, true, false], "both ends belong to it");
    }
}
