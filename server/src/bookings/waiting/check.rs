//! Looking through all waitlists for what cannot be.

mod store;

use std::collections::{HashMap, HashSet};

use doorstep_shared::{
    bookings::{BookingState, WaitState},
    ids::ChildId,
};

use super::store::{Entry, every_open};
use crate::{db::Conn, error::Result};

/// Names each open entry that contradicts itself, its children or the place that is kept for it, and each class-day that
/// knows of fewer who wait than there are. Empty: all is well.
///
/// # Errors
/// When the database fails.
pub fn check(conn: &mut Conn) -> Result<Vec<String>> {
    let (entries, places) = (every_open(conn)?, store::offered_places(conn)?);
    let families = store::families(conn, &entries.iter().flat_map(|entry| entry.children.clone()).collect::<Vec<_>>())?;
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut in_line: HashMap<_, i32> = HashMap::new();
    for entry in &entries {
        let row = &entry.row;
        let mut wrong = |what: &str| found.push(format!("waitlist entry {} ({}): {what}", row.id, row.state));
        *in_line.entry((row.class_id, row.date)).or_default() += 1;
        if entry.children.is_empty() {
            wrong("is for no child");
        }
        if entry.children.iter().any(|child| families.get(child) != Some(&row.family_id)) {
            wrong("is for a child of another family");
        }
        if row.ended_at.is_some() {
            wrong("has ended");
        }
        for child in &entry.children {
            if !seen.insert((*child, row.offer_id, row.date, row.span())) {
                wrong("is for a child who waits for the same twice");
            }
        }
        match row.state {
            WaitState::Waiting if row.booking_id.is_some() => wrong("has been given a place"),
            WaitState::Offered if !keeps_its_place(entry, &places) => {
                wrong("does not hold the place that it is offered")
            }
            _ => {}
        }
    }
    let known = store::counts(conn)?;
    for ((class, date), count) in in_line {
        let known = known.get(&(class, date)).copied().unwrap_or(0);
        if known < count {
            found.push(format!("class {class} on {date} knows of {known} who wait, and {count} do"));
        }
    }
    Ok(found)
}

/// Exactly one held booking, of the family, for each child in the entry's class and window.
fn keeps_its_place(entry: &Entry, places: &[store::Place]) -> bool {
    let row = &entry.row;
    if !matches!(entry.place, Some((BookingState::Held, Some(_)))) {
        return false;
    }
    let of_booking = || places.iter().filter(|place| Some(place.booking_id) == row.booking_id);
    let mut children: Vec<ChildId> = of_booking().map(|place| place.child_id).collect();
    children.sort_unstable();
    children == entry.children
        && of_booking().all(|place| {
            (place.family_id, place.class_id, place.date) == (row.family_id, row.class_id, row.date)
                && (place.from_half_hour, place.to_half_hour) == (row.from_half_hour, row.to_half_hour)
        })
}
