//! Which hours a change leaves, and whether it makes sense. Pure decisions.

use std::ops::RangeInclusive;

use chrono::Days as DaysAhead;
use doorstep_shared::{
    Date, Problem, Span,
    hours::{HoursChange, REASON_CHARACTERS},
    problem::FieldRule,
    text,
};

use crate::{
    inventory::{Day, Hours, Week, WeekLimits, rules as place_rules},
    nurseries::hours as register,
    policy::Policies,
};

/// Days ahead for which hours can be changed.
const AHEAD: u64 = 366;
/// Times at which a nursery opens on one day, at most.
const OPENINGS: usize = 6;

/// What can be said about a change without looking anything up.
///
/// # Errors
/// `invalid`, naming the field.
pub fn check(change: &HoursChange, today: Date) -> Result<(), Problem> {
    let in_time = |field: &str, date: Date| match date {
        date if date < today => Err(Problem::field(field, FieldRule::InThePast, "from today on")),
        date if date > today + DaysAhead::new(AHEAD) => {
            Err(Problem::field(field, FieldRule::TooFarAhead, format!("at most {AHEAD} days ahead")))
        }
        _ => Ok(()),
    };
    match change {
        HoursChange::Closure { from, until, window, .. } => {
            in_time("change.from", *from)?;
            in_time("change.until", *until)?;
            if until < from {
                return Err(Problem::field("change.until", FieldRule::TooSmall, "it ends no earlier than it begins"));
            }
            match window {
                Some(window) if Span::new(window.from, window.to).is_none() => {
                    Err(Problem::field("change.window.to", FieldRule::TooShort, "a time ends after it begins"))
                }
                _ => Ok(()),
            }
        }
        HoursChange::Date { date, open } => {
            in_time("change.date", *date)?;
            check_open(open)
        }
        HoursChange::Week { weekday: 1..=7, open } => check_open(open),
        HoursChange::Week { .. } => Err(Problem::field("change.weekday", FieldRule::Unknown, "1 to 7, Monday first")),
    }
}

fn check_open(open: &[Span]) -> Result<(), Problem> {
    if open.len() > OPENINGS {
        return Err(Problem::field("change.open", FieldRule::TooLong, format!("at most {OPENINGS} times")));
    }
    let mut seen = 0;
    for (index, span) in open.iter().enumerate() {
        if Span::new(span.from, span.to).is_none() {
            let detail = "a time ends after it begins";
            return Err(Problem::field(format!("change.open.{index}.to"), FieldRule::TooShort, detail));
        }
        if seen & span.mask() != 0 {
            return Err(Problem::field(format!("change.open.{index}"), FieldRule::Twice, "the times overlap"));
        }
        seen |= span.mask();
    }
    Ok(())
}

/// The reason as families read it.
///
/// # Errors
/// `invalid` without one, with a long one, or with characters that nobody writes.
pub fn reason(written: &str) -> Result<String, Problem> {
    let refuse = |rule, detail: &str| Problem::field("reason", rule, detail);
    let control = || refuse(FieldRule::ControlCharacters, "control characters are not kept");
    let reason = text::one_line(written).map_err(|_| control())?;
    match reason.chars().count() {
        0 => Err(refuse(FieldRule::Required, "families read why")),
        1..=REASON_CHARACTERS => Ok(reason),
        _ => Err(refuse(FieldRule::TooLong, "at most 60 characters")),
    }
}

/// The nursery's hours once the change holds. Closures are none of these.
pub fn after(hours: &Hours, change: &HoursChange) -> Hours {
    let mut after = hours.clone();
    match change {
        HoursChange::Closure { .. } => {}
        HoursChange::Date { date, open } => {
            after.dates.retain(|(of, _)| of != date);
            open.iter().for_each(|span| after.open_on(*date, *span));
        }
        HoursChange::Week { weekday, open } => {
            let weekday = usize::from(*weekday) - 1;
            if let Some(day) = after.week.0.get_mut(weekday) {
                *day = 0;
            }
            open.iter().for_each(|span| after.week.open(weekday, *span));
        }
    }
    after
}

/// The dates among `bookable` on which something is another than before.
pub fn dates(
    change: &HoursChange,
    (before, after): (&Hours, &Hours),
    bookable: RangeInclusive<Date>,
    policies: &Policies,
) -> Vec<Date> {
    let differs = |date: &Date| {
        let kind = policies.calendar.day_kind(*date);
        let weekday = |week: &Week| place_rules::weekday_on(week, *date, kind);
        place_rules::template_on(before, *date, kind) != place_rules::template_on(after, *date, kind)
            || weekday(&before.week) != weekday(&after.week)
    };
    let days = bookable.start().iter_days().take_while(|date| bookable.contains(date));
    match change {
        HoursChange::Closure { from, until, .. } => days.filter(|date| (from..=until).contains(&date)).collect(),
        HoursChange::Date { .. } | HoursChange::Week { .. } => days.filter(differs).collect(),
    }
}

/// Gives a class-day that the change concerns its new hours, and what else its weekday says.
pub fn apply(
    day: &mut Day,
    change: &HoursChange,
    after: &Hours,
    limits: Option<&(u16, Option<Box<WeekLimits>>)>,
    policies: &Policies,
) {
    match change {
        HoursChange::Closure { window, .. } => {
            if let Some(span) = register::whole_day(*window) {
                day.close(span);
            }
        }
        HoursChange::Date { .. } | HoursChange::Week { .. } => {
            let kind = policies.calendar.day_kind(day.date);
            if let Some((carers, Some(week))) = limits {
                let weekday = place_rules::weekday_on(&after.week, day.date, kind);
                day.plan(*carers, week.on(weekday), day.limits());
            }
            day.open_at(place_rules::template_on(after, day.date, kind));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    #[test]
    fn a_change_that_makes_no_sense_names_the_field() {
        let today = date("2026-11-23");
        let backwards = Span { from: span("12:00-13:00").from, to: span("08:00-09:00").from };
        let closure = |from: &str, until: &str, window| HoursChange::Closure {
            class_id: None,
            from: date(from),
            until: date(until),
            window,
        };
        let week = |weekday, open: &[Span]| HoursChange::Week { weekday, open: open.to_vec() };
        let cases = [
            ("today", closure("2026-11-23", "2026-11-23", None), None),
            ("two weeks", closure("2026-12-01", "2026-12-14", Some(span("08:00-12:00"))), None),
            ("yesterday", closure("2026-11-22", "2026-11-23", None), Some(("change.from", FieldRule::InThePast))),
            ("backwards", closure("2026-12-02", "2026-12-01", None), Some(("change.until", FieldRule::TooSmall))),
            (
                "the year after next",
                closure("2026-12-02", "2028-01-01", None),
                Some(("change.until", FieldRule::TooFarAhead)),
            ),
            (
                "a time backwards",
                closure("2026-12-02", "2026-12-02", Some(backwards)),
                Some(("change.window.to", FieldRule::TooShort)),
            ),
            ("a day off", week(7, &[]), None),
            ("morning and afternoon", week(1, &[span("08:00-12:00"), span("13:00-17:30")]), None),
            ("no weekday", week(8, &[]), Some(("change.weekday", FieldRule::Unknown))),
            ("weekday 0", week(0, &[]), Some(("change.weekday", FieldRule::Unknown))),
            (
                "times that overlap",
                week(1, &[span("08:00-12:00"), span("11:30-17:30")]),
                Some(("change.open.1", FieldRule::Twice)),
            ),
            ("an opening backwards", week(1, &[backwards]), Some(("change.open.0.to", FieldRule::TooShort))),
            ("seven openings", week(1, &[span("08:00-09:00"); 7]), Some(("change.open", FieldRule::TooLong))),
            (
                "a date that is past",
                HoursChange::Date { date: date("2026-11-22"), open: Vec::new() },
                Some(("change.date", FieldRule::InThePast)),
            ),
        ];
        for (name, change, expected) in cases {
            let found = check(&change, today).err();
            let found = found.as_ref().map(|problem| (problem.fields[0].field.as_str(), problem.fields[0].rule));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn families_read_a_short_reason() {
        assert_eq!(reason("  设备检修 ").unwrap(), "设备检修");
        let rule = |text: &str| reason(text).unwrap_err().fields[0].rule;
        assert_eq!(rule(" "), FieldRule::Required);
        assert_eq!(rule(&"长".repeat(61)), FieldRule::TooLong);
        assert_eq!(rule("停\0电"), FieldRule::ControlCharacters);
    }

    #[test]
    fn a_weekday_changes_its_dates_but_holidays_and_dates_of_their_own() {
        let policies = Policies::load(None, None).unwrap();
        let mut hours = Hours::default();
        (0..5).for_each(|weekday| hours.week.open(weekday, span("08:00-17:30")));
        hours.open_on(date("2027-01-08"), span("09:00-11:00"));
        // Fridays: 2026-12-25, 2027-01-01 (a holiday where the year is published), 2027-01-08, 2027-01-15.
        let change = HoursChange::Week { weekday: 5, open: vec![span("08:00-12:00")] };
        let after = after(&hours, &change);
        let found = dates(&change, (&hours, &after), date("2026-12-20")..=date("2027-01-16"), &policies);
        assert!(found.contains(&date("2026-12-25")) && found.contains(&date("2027-01-15")));
        assert!(!found.contains(&date("2027-01-08")), "that date has hours of its own");
        let back = HoursChange::Date { date: date("2027-01-08"), open: Vec::new() };
        let without = super::after(&after, &back);
        assert_eq!(without.of_date(date("2027-01-08")), None);
        assert_eq!(
            dates(&back, (&after, &without), date("2026-12-20")..=date("2027-01-16"), &policies),
            [date("2027-01-08")]
        );
    }
}
