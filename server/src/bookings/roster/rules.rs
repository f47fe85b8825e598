//! What a roster or a limit may look like, and the numbers that follow from it.

use std::collections::{HashMap, HashSet};

use doorstep_shared::{
    Date, Problem, Span,
    ids::CarerId,
    problem::FieldRule,
    roster::{Allowed, Shift},
    time::HALF_HOURS,
};

use crate::inventory::{PerHalfHour, UNSAID};

/// Shifts of a class on one day at most.
const SHIFTS: usize = 60;

/// The day that a roster or a limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum When {
    Date(Date),
    /// Of every week; 0 is Monday.
    Weekday(u8),
}

impl When {
    /// # Errors
    /// `invalid` unless it is one of both: a date from today until the last one that can be booked, or a weekday.
    pub fn of(
        date: Option<Date>,
        weekday: Option<u8>,
        bookable: std::ops::RangeInclusive<Date>,
    ) -> Result<Self, Problem> {
        match (date, weekday) {
            (Some(_), Some(_)) => Err(Problem::field("weekday", FieldRule::Twice, "either a date or a weekday")),
            (None, None) => Err(Problem::field("date", FieldRule::Required, "a date or a weekday")),
            (Some(date), None) if date < *bookable.start() => {
                Err(Problem::field("date", FieldRule::InThePast, "from today on"))
            }
            (Some(date), None) if date > *bookable.end() => {
                Err(Problem::field("date", FieldRule::TooFarAhead, "until the last day that can be booked"))
            }
            (Some(date), None) => Ok(Self::Date(date)),
            (None, Some(weekday @ 1..=7)) => Ok(Self::Weekday(weekday - 1)),
            (None, Some(_)) => Err(Problem::field("weekday", FieldRule::Unknown, "1 to 7, Monday first")),
        }
    }
}

/// # Errors
/// `invalid` with the first shift that ends before it begins, is of nobody on the list, or has a carer twice at a time.
pub fn check_shifts(shifts: &[Shift], carers: &HashSet<CarerId>) -> Result<(), Problem> {
    if shifts.len() > SHIFTS {
        return Err(Problem::field("shifts", FieldRule::TooLong, format!("at most {SHIFTS} shifts")));
    }
    let mut seen: Vec<(CarerId, Span)> = Vec::with_capacity(shifts.len());
    for (index, shift) in shifts.iter().enumerate() {
        let Some(span) = shift.span() else {
            let detail = "a shift begins before it ends";
            return Err(Problem::field(format!("shifts.{index}.to"), FieldRule::TooShort, detail));
        };
        if !carers.contains(&shift.carer_id) {
            let detail = "not on the nursery's list of carers";
            return Err(Problem::field(format!("shifts.{index}.carer_id"), FieldRule::Unknown, detail));
        }
        if seen.iter().any(|(carer, other)| *carer == shift.carer_id && other.mask() & span.mask() != 0) {
            let detail = "the carer is on duty at that time already";
            return Err(Problem::field(format!("shifts.{index}"), FieldRule::Twice, detail));
        }
        seen.push((shift.carer_id, span));
    }
    Ok(())
}

/// Whether somebody is in two of these classes at the same time.
pub fn is_torn(rosters: &[&[Shift]]) -> bool {
    let mut busy: HashMap<CarerId, u64> = HashMap::new();
    rosters.iter().any(|shifts| {
        // Within one class nobody is twice at a time: each roster was checked when it was made.
        let torn = shifts.iter().any(|shift| {
            let before = busy.get(&shift.carer_id).copied().unwrap_or(0);
            shift.span().is_some_and(|span| before & span.mask() != 0)
        });
        for (carer, span) in shifts.iter().filter_map(|shift| Some((shift.carer_id, shift.span()?))) {
            *busy.entry(carer).or_default() |= span.mask();
        }
        torn
    })
}

/// # Errors
/// `invalid` with the first time that ends before it begins, or overlaps one before.
pub fn check_allowed(allowed: &[Allowed]) -> Result<(), Problem> {
    let mut seen = 0;
    for (index, part) in allowed.iter().enumerate() {
        let Some(span) = part.span() else {
            let detail = "a time begins before it ends";
            return Err(Problem::field(format!("allowed.{index}.to"), FieldRule::TooShort, detail));
        };
        if seen & span.mask() != 0 {
            return Err(Problem::field(format!("allowed.{index}"), FieldRule::Twice, "each time is named once"));
        }
        seen |= span.mask();
    }
    Ok(())
}

/// Carers on duty in each half-hour.
pub fn on_duty(shifts: &[Shift]) -> PerHalfHour {
    let mut numbers = [0_u8; HALF_HOURS];
    for span in shifts.iter().filter_map(Shift::span) {
        for number in numbers.get_mut(span.indexes()).unwrap_or_default() {
            *number = number.saturating_add(1);
        }
    }
    PerHalfHour::new(numbers)
}

/// Children who may come in each half-hour; outside of the times named as many as there are places.
pub fn may_come(allowed: &[Allowed]) -> PerHalfHour {
    let mut numbers = [UNSAID; HALF_HOURS];
    for (part, span) in allowed.iter().filter_map(|part| Some((part, part.span()?))) {
        numbers.get_mut(span.indexes()).unwrap_or_default().fill(part.children);
    }
    PerHalfHour::new(numbers)
}

/// The times that a limit names, as [`may_come`] reads them.
pub fn named(limit: &PerHalfHour) -> Vec<Allowed> {
    let mut found: Vec<Allowed> = Vec::new();
    let halves = (0..HALF_HOURS as u8).filter_map(|index| {
        Some((
            doorstep_shared::HalfHour::new(index)?,
            doorstep_shared::HalfHour::new(index + 1)?,
            limit.at(index.into()),
        ))
    });
    for (from, to, children) in halves.filter(|(.., children)| *children != UNSAID) {
        match found.last_mut().filter(|last| last.to == from && last.children == children) {
            Some(last) => last.to = to,
            None => found.push(Allowed { from, to, children }),
        }
    }
    found
}

/// A column of seven days with another one in the place of `weekday`. None when it says nothing any more.
pub fn with_weekday(column: Option<&[u8]>, weekday: u8, day: Option<PerHalfHour>) -> Option<Vec<u8>> {
    let mut days = column.map_or_else(|| vec![UNSAID; 7 * HALF_HOURS], <[u8]>::to_vec);
    let from = usize::from(weekday) * HALF_HOURS;
    if let Some(place) = days.get_mut(from..from + HALF_HOURS) {
        place.copy_from_slice(day.unwrap_or(PerHalfHour::new([UNSAID; HALF_HOURS])).as_bytes());
    }
    days.iter().any(|number| *number != UNSAID).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn shift(carer_id: CarerId, time: &str) -> Shift {
        let Span { from, to } = time.parse().unwrap();
        Shift { carer_id, from, to }
    }

    fn allowed(time: &str, children: u8) -> Allowed {
        let Span { from, to } = time.parse().unwrap();
        Allowed { from, to, children }
    }

    #[test]
    fn a_day_is_a_date_that_can_be_booked_or_a_weekday() {
        let bookable = || date("2026-11-22")..=date("2027-01-21");
        let of = |date: Option<&str>, weekday| {
            let found = When::of(date.map(|date| date.parse().unwrap()), weekday, bookable());
            found.map_err(|problem| (problem.fields[0].field.clone(), problem.fields[0].rule))
        };
        let refused = |field: &str, rule| Err((field.to_owned(), rule));
        assert_eq!(of(Some("2026-11-22"), None), Ok(When::Date(date("2026-11-22"))));
        assert_eq!(of(None, Some(7)), Ok(When::Weekday(6)));
        assert_eq!(of(Some("2026-11-21"), None), refused("date", FieldRule::InThePast));
        assert_eq!(of(Some("2027-01-22"), None), refused("date", FieldRule::TooFarAhead));
        assert_eq!(of(None, Some(0)), refused("weekday", FieldRule::Unknown));
        assert_eq!(of(None, None), refused("date", FieldRule::Required));
        assert_eq!(of(Some("2026-11-23"), Some(1)), refused("weekday", FieldRule::Twice));
    }

    #[test]
    fn nobody_is_in_two_places_at_once() {
        let (wang, li, stranger) = (CarerId::new(), CarerId::new(), CarerId::new());
        let carers = HashSet::from([wang, li]);
        let check = |shifts: &[Shift]| {
            check_shifts(shifts, &carers).map_err(|problem| (problem.fields[0].field.clone(), problem.fields[0].rule))
        };
        let (morning, noon) = (shift(wang, "08:00-12:00"), shift(wang, "12:00-17:00"));
        assert_eq!(check(&[morning, noon, shift(li, "08:00-12:00")]), Ok(()));
        assert_eq!(check(&[morning, shift(wang, "11:30-13:00")]), Err(("shifts.1".to_owned(), FieldRule::Twice)));
        let unknown = shift(stranger, "08:00-12:00");
        assert_eq!(check(&[morning, unknown]), Err(("shifts.1.carer_id".to_owned(), FieldRule::Unknown)));
        let backwards = Shift { from: noon.to, to: noon.from, ..noon };
        assert_eq!(check(&[backwards]), Err(("shifts.0.to".to_owned(), FieldRule::TooShort)));
        let elsewhere = shift(wang, "16:30-18:00");
        assert!(!is_torn(&[&[morning], &[noon], &[shift(li, "12:00-13:00")]]));
        assert!(!is_torn(&[&[morning, noon], &[]]));
        assert!(is_torn(&[&[shift(li, "08:00-09:00"), noon], &[morning], &[elsewhere]]));
    }

    #[test]
    fn carers_on_duty_are_counted_for_each_half_hour() {
        let shifts = [shift(CarerId::new(), "08:00-12:00"), shift(CarerId::new(), "11:30-17:00")];
        let on_duty = on_duty(&shifts);
        let at = |time: &str| on_duty.at(usize::from(time.parse::<doorstep_shared::HalfHour>().unwrap().index()));
        assert_eq!(["07:30", "08:00", "11:30", "12:00", "17:00"].map(at), [0, 1, 2, 1, 0]);
    }

    #[test]
    fn what_the_head_allows_reads_back_as_it_was_said() {
        let said = [allowed("08:00-09:00", 5), allowed("09:00-12:00", 8), allowed("16:00-17:30", 0)];
        assert_eq!(check_allowed(&said), Ok(()));
        assert_eq!(named(&may_come(&said)), said);
        assert!(named(&may_come(&[])).is_empty());
        assert!(check_allowed(&[said[0], allowed("08:30-10:00", 3)]).is_err());
    }

    #[test]
    fn a_week_says_something_while_one_of_its_days_does() {
        let duty = on_duty(&[shift(CarerId::new(), "08:00-12:00")]);
        let week = with_weekday(None, 2, Some(duty)).unwrap();
        assert_eq!(week[..2 * HALF_HOURS], [UNSAID; 2 * HALF_HOURS]);
        assert_eq!(week[2 * HALF_HOURS..3 * HALF_HOURS], *duty.as_bytes());
        let more = with_weekday(Some(&week), 6, Some(duty)).unwrap();
        assert_eq!(with_weekday(Some(&more), 6, None).unwrap(), week);
        assert_eq!(with_weekday(Some(&week), 2, None), None);
    }
}
