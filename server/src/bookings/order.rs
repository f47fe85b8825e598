//! An order: who asks for what, and whether the request makes sense by itself.

use std::collections::HashSet;

use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    bookings::Book,
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
/// Characters of the name of who picks the child up at most.
const PICKUP: usize = 60;

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
    match book.days.len() {
        0 => broken("days".into(), FieldRule::Required, "at least one day is booked"),
        1..=DAYS => {}
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
    } else if book.pickup.chars().count() > PICKUP {
        broken("pickup".into(), FieldRule::TooLong, "at most 60 characters");
    }
    if fields.is_empty() {
        return Ok(());
    }
    let mut problem = Problem::new(ProblemKind::Invalid);
    problem.fields = fields;
    Err(problem)
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
            let result = check_shape(&Book { children, days, hold: false, pickup, voucher_ids: Vec::new() });
            let fields = result.err().map(|problem| problem.fields).unwrap_or_default();
            let found: Vec<_> = fields.iter().map(|field| (field.field.as_str(), field.rule)).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
