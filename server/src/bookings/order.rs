//! An order: who asks for what, and whether the request makes sense by itself.

use std::collections::HashSet;

use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    bookings::{Book, PICKUP_CHARACTERS, Pattern},
    ids::{AccountId, FamilyId},
    problem::{FieldProblem, FieldRule},
    text,
};
use doorstep_web::Locale;

use crate::db::Once;

/// Children in one booking at most.
const CHILDREN: usize = 4;
/// Days in one booking at most.
const DAYS: usize = 31;
/// Days from the first to the last date of a pattern at most.
const SPAN_DAYS: i64 = 366;

/// A family's wish, ready for the batch. Its book has passed [`check_shape`].
#[derive(Clone, Debug)]
pub struct Order {
    pub family: FamilyId,
    pub account: AccountId,
    /// In which the family is told.
    pub locale: Locale,
    /// When the call came in: holds, lead times and ages are judged by it.
    pub now: Timestamp,
    pub once: Option<Once>,
    pub book: Book,
}

/// What can be said about a request without looking anything up.
///
/// # Errors
/// `invalid`, naming every field that breaks a rule.
pub fn check_shape(book: &Book) -> Result<(), Problem> {
    let mut fields = Vec::new();
    let mut broken = |field: String, rule, detail: &str| {
        fields.push(FieldProblem { field, rule, detail: detail.to_owned() });
    };
    match book.children.len() {
        0 => broken("children".into(), FieldRule::Required, "at least one child comes"),
        1..=CHILDREN => {}
        _ => broken("children".into(), FieldRule::TooLong, "at most four children are booked together"),
    }
    match (book.days.len(), &book.pattern) {
        (0, None) => broken("days".into(), FieldRule::Required, "at least one day is booked"),
        (0, Some(pattern)) => check_pattern(pattern, &mut broken),
        (_, Some(_)) => broken("pattern".into(), FieldRule::Twice, "either days or a pattern"),
        (1..=DAYS, None) => {}
        _ => broken("days".into(), FieldRule::TooLong, "at most 31 days are booked together"),
    }
    let mut children = HashSet::new();
    for (index, child) in book.children.iter().enumerate() {
        if !children.insert(child.child_id) {
            broken(format!("children.{index}.child_id"), FieldRule::Twice, "each child is named once");
        }
    }
    let mut dates: HashSet<Date> = HashSet::new();
    for (index, day) in book.days.iter().enumerate() {
        if !dates.insert(day.date) {
            broken(format!("days.{index}.date"), FieldRule::Twice, "each date is named once");
        }
        if day.span().is_none() {
            broken(format!("days.{index}.to"), FieldRule::TooShort, "a window ends after it begins");
        }
    }
    if !book.voucher_ids.is_empty() {
        broken("voucher_ids".into(), FieldRule::Unknown, "there are no vouchers yet");
    }
    if text::one_line(&book.pickup).is_err() {
        broken("pickup".into(), FieldRule::ControlCharacters, "control characters are not kept");
    } else if book.pickup.chars().count() > PICKUP_CHARACTERS {
        broken("pickup".into(), FieldRule::TooLong, "at most 60 characters");
    }
    if fields.is_empty() {
        return Ok(());
    }
    let mut problem = Problem::new(ProblemKind::Invalid);
    problem.fields = fields;
    Err(problem)
}

fn check_pattern(pattern: &Pattern, broken: &mut impl FnMut(String, FieldRule, &str)) {
    let Pattern { from, until, weekdays, windows, except } = pattern;
    if until < from {
        broken("pattern.until".into(), FieldRule::TooSmall, "a pattern ends no earlier than it begins");
    }
    if (*until - *from).num_days() > SPAN_DAYS {
        broken("pattern.until".into(), FieldRule::TooLarge, "a pattern spans at most 366 days");
    }
    if weekdays.is_empty() {
        broken("pattern.weekdays".into(), FieldRule::Required, "at least one weekday");
    }
    let mut named = HashSet::new();
    for (index, weekday) in weekdays.iter().enumerate() {
        let field = || format!("pattern.weekdays.{index}");
        match weekday {
            1..=7 if named.insert(*weekday) => {}
            1..=7 => broken(field(), FieldRule::Twice, "each weekday is named once"),
            _ => broken(field(), FieldRule::Unknown, "1 is Monday, 7 is Sunday"),
        }
    }
    match windows.len() {
        0 => broken("pattern.windows".into(), FieldRule::Required, "at least one window"),
        1 | 2 => {}
        _ => broken("pattern.windows".into(), FieldRule::TooLong, "at most two windows on each date"),
    }
    for (index, window) in windows.iter().enumerate() {
        if window.from >= window.to {
            broken(format!("pattern.windows.{index}.to"), FieldRule::TooShort, "a window ends after it begins");
        }
    }
    if let [one, other] = windows.as_slice()
        && one.overlaps(*other)
    {
        broken("pattern.windows.1.from".into(), FieldRule::Twice, "the windows overlap");
    }
    if i64::try_from(except.len()).unwrap_or(i64::MAX) > SPAN_DAYS {
        broken("pattern.except".into(), FieldRule::TooLong, "at most 366 dates");
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::{
        bookings::{ChildInOffer, DayAndTime},
        ids::{ChildId, OfferId},
    };

    use super::*;

    fn child() -> ChildInOffer {
        ChildInOffer { child_id: ChildId::new(), offer_id: OfferId::new() }
    }

    fn day(date: &str, from: &str, to: &str) -> DayAndTime {
        DayAndTime { date: date.parse().unwrap(), from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    fn month_of_days(days: u32) -> Vec<DayAndTime> {
        let first: Date = "2026-12-01".parse().unwrap();
        (0..days)
            .map(|ahead| DayAndTime {
                date: first + chrono::Days::new(ahead.into()),
                ..day("2026-12-01", "08:00", "12:00")
            })
            .collect()
    }

    #[test]
    fn a_request_that_makes_no_sense_names_the_field() {
        let twin = child();
        let morning = day("2026-12-01", "08:00", "12:00");
        let afternoon = day("2026-12-01", "13:30", "17:30");
        let cases: Vec<(&str, Vec<ChildInOffer>, Vec<DayAndTime>, String, &[(&str, FieldRule)])> = vec![
            ("one child on one day", vec![child()], vec![morning], String::new(), &[]),
            (
                "four children on 31 days",
                vec![child(), child(), child(), child()],
                month_of_days(31),
                "外".repeat(60),
                &[],
            ),
            ("nobody", vec![], vec![morning], String::new(), &[("children", FieldRule::Required)]),
            (
                "five children",
                vec![child(); 1].into_iter().chain((0..4).map(|_| child())).collect(),
                vec![morning],
                String::new(),
                &[("children", FieldRule::TooLong)],
            ),
            ("no day", vec![child()], vec![], String::new(), &[("days", FieldRule::Required)]),
            ("32 days", vec![child()], month_of_days(32), String::new(), &[("days", FieldRule::TooLong)]),
            (
                "a child twice",
                vec![twin, twin],
                vec![morning],
                String::new(),
                &[("children.1.child_id", FieldRule::Twice)],
            ),
            (
                "a date twice",
                vec![child()],
                vec![morning, afternoon],
                String::new(),
                &[("days.1.date", FieldRule::Twice)],
            ),
            (
                "an empty window",
                vec![child()],
                vec![day("2026-12-01", "08:00", "08:00")],
                String::new(),
                &[("days.0.to", FieldRule::TooShort)],
            ),
            (
                "a window that runs backwards",
                vec![child()],
                vec![day("2026-12-01", "12:00", "08:00")],
                String::new(),
                &[("days.0.to", FieldRule::TooShort)],
            ),
            ("a long name", vec![child()], vec![morning], "外".repeat(61), &[("pickup", FieldRule::TooLong)]),
            (
                "a name of nothing",
                vec![child()],
                vec![morning],
                "外\0婆".to_owned(),
                &[("pickup", FieldRule::ControlCharacters)],
            ),
            (
                "two mistakes",
                vec![],
                vec![],
                String::new(),
                &[("children", FieldRule::Required), ("days", FieldRule::Required)],
            ),
        ];
        for (name, children, days, pickup, expected) in cases {
            let result =
                check_shape(&Book { children, days, pattern: None, hold: false, pickup, voucher_ids: Vec::new() });
            let fields = result.err().map(|problem| problem.fields).unwrap_or_default();
            let found: Vec<_> = fields.iter().map(|field| (field.field.as_str(), field.rule)).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
    #[test]
    fn a_pattern_that_makes_no_sense_names_the_field() {
        let date = |text: &str| -> Date { text.parse().unwrap() };
        let pattern = || Pattern {
            from: date("2026-12-01"),
            until: date("2026-12-31"),
            weekdays: vec![1, 3, 5],
            windows: vec!["08:00-12:00".parse().unwrap()],
            except: vec![date("2026-12-25")],
        };
        let windows = |spans: &[&str]| spans.iter().map(|span| span.parse().unwrap()).collect::<Vec<_>>();
        let backwards = doorstep_shared::Span { from: "12:00".parse().unwrap(), to: "08:00".parse().unwrap() };
        let cases: Vec<(&str, Pattern, &[(&str, FieldRule)])> = vec![
            ("three mornings a week", pattern(), &[]),
            ("one date", Pattern { until: date("2026-12-01"), ..pattern() }, &[]),
            ("morning and afternoon", Pattern { windows: windows(&["08:00-12:00", "12:00-17:30"]), ..pattern() }, &[]),
            (
                "backwards",
                Pattern { until: date("2026-11-30"), ..pattern() },
                &[("pattern.until", FieldRule::TooSmall)],
            ),
            (
                "longer than a year",
                Pattern { until: date("2027-12-03"), ..pattern() },
                &[("pattern.until", FieldRule::TooLarge)],
            ),
            ("no weekday", Pattern { weekdays: vec![], ..pattern() }, &[("pattern.weekdays", FieldRule::Required)]),
            (
                "weekdays 0, 8 and Monday twice",
                Pattern { weekdays: vec![0, 1, 8, 1], ..pattern() },
                &[
                    ("pattern.weekdays.0", FieldRule::Unknown),
                    ("pattern.weekdays.2", FieldRule::Unknown),
                    ("pattern.weekdays.3", FieldRule::Twice),
                ],
            ),
            ("no window", Pattern { windows: vec![], ..pattern() }, &[("pattern.windows", FieldRule::Required)]),
            (
                "three windows",
                Pattern { windows: windows(&["08:00-09:00", "10:00-11:00", "12:00-13:00"]), ..pattern() },
                &[("pattern.windows", FieldRule::TooLong)],
            ),
            (
                "windows that overlap",
                Pattern { windows: windows(&["08:00-12:00", "11:30-17:30"]), ..pattern() },
                &[("pattern.windows.1.from", FieldRule::Twice)],
            ),
            (
                "a window backwards",
                Pattern { windows: vec![backwards], ..pattern() },
                &[("pattern.windows.0.to", FieldRule::TooShort)],
            ),
        ];
        let book = |days: Vec<DayAndTime>, pattern| Book {
            children: vec![child()],
            days,
            pattern: Some(pattern),
            hold: false,
            pickup: String::new(),
            voucher_ids: Vec::new(),
        };
        let found = |book: &Book| {
            let fields = check_shape(book).err().map(|problem| problem.fields).unwrap_or_default();
            fields.into_iter().map(|field| (field.field, field.rule)).collect::<Vec<_>>()
        };
        for (name, pattern, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(field, rule)| ((*field).to_owned(), *rule)).collect();
            assert_eq!(found(&book(vec![], pattern)), expected, "{name}");
        }
        let both = book(vec![day("2026-12-01", "08:00", "12:00")], pattern());
        assert_eq!(found(&both), [("pattern".to_owned(), FieldRule::Twice)]);
    }
}
