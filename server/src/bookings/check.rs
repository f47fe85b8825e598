//! Looking through all bookings for what cannot be.

mod store;

use std::collections::HashSet;

use doorstep_shared::{
    Timestamp,
    bookings::{BookingState, DayState},
};

use self::store::CheckedDay;
use super::{
    board, price,
    store::{BookingRow, DayRow},
    view, waiting,
};
use crate::{db::Conn, error::Result, policy::Policies};

/// Bookings looked through at a time.
const AT_A_TIME: i64 = 2_000;

/// Names each booking that contradicts itself, its children or its nursery, each child that is in two places at once, and
/// what is wrong with who waits. Empty: all is well. A hold that ran out by `now` stands in nobody's way, whether or not
/// its places have been given back.
///
/// # Errors
/// When the database fails.
pub fn check(conn: &mut Conn, policies: &Policies, now: Timestamp) -> Result<Vec<String>> {
    let (mut found, mut ran_out) = (Vec::new(), HashSet::new());
    let mut after = None;
    loop {
        let rows = store::all_bookings(conn, after, AT_A_TIME)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        let mut days = store::checked_days(conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
        let checked: Vec<&DayRow> = days.values().flatten().map(|day| &day.row).collect();
        found.extend(board::check(conn, policies, &checked)?);
        for row in &rows {
            let days = days.remove(&row.id).unwrap_or_default();
            contradictions(row, &days, &mut found);
            if row.state_at(now) == BookingState::Expired {
                ran_out.extend(days.iter().map(|day| day.row.id));
            }
        }
    }
    for (child, date, one, other) in store::overlaps(conn)? {
        if ran_out.contains(&one) || ran_out.contains(&other) {
            continue;
        }
        found.push(format!("child {child} is in two places at once on {date}: booking days {one} and {other}"));
    }
    found.extend(waiting::check(conn)?);
    Ok(found)
}

fn contradictions(row: &BookingRow, days: &[CheckedDay], found: &mut Vec<String>) {
    let mut wrong = |what: String| found.push(format!("booking {} ({}): {what}", row.id, row.state));
    if days.is_empty() {
        wrong("has no days".to_owned());
    }
    let dates = || days.iter().filter(|day| !day.row.is_trace()).map(|day| day.row.date);
    if !days.is_empty() && (dates().min(), dates().max()) != (Some(row.first_date), Some(row.last_date)) {
        wrong(format!("says {} to {}, its days say otherwise", row.first_date, row.last_date));
    }
    let missing = match row.state {
        BookingState::Held => row.hold_expires_at.is_none().then_some("hold_expires_at"),
        BookingState::Confirmed => row.confirmed_at.is_none().then_some("confirmed_at"),
        BookingState::CancelledByFamily | BookingState::CancelledByNursery => {
            row.cancelled_at.is_none().then_some("cancelled_at")
        }
        BookingState::Expired => None,
    };
    if let Some(missing) = missing {
        wrong(format!("has no {missing}"));
    }
    if matches!(row.state, BookingState::CancelledByFamily | BookingState::CancelledByNursery)
        && row.cancel_cost_fen != view::owed(days.iter().map(|day| &day.row))
    {
        wrong(format!("costs {}, its days say otherwise", row.cancel_cost_fen));
    }
    for CheckedDay { row: day, child_family, class_nursery } in days {
        let mut wrong = |what: &str| wrong(format!("its day {} on {} {what}", day.id, day.date));
        if *child_family != row.family_id {
            wrong("is for a child of another family");
        }
        if *class_nursery != row.nursery_id {
            wrong("is in a class of another nursery");
        }
        if day.price_fen != price::of_day(day.care, day.unit_price_fen, day.span()) {
            wrong("does not cost its units");
        }
        if day.takes_place == matches!(day.state, DayState::Released | DayState::Absent) {
            wrong("takes a place and was given up, or neither");
        }
        if day.left_at.is_some() != day.left_in.is_some() {
            wrong("was given up at no time, or by no change");
        }
        match (places(row, day), day.takes_place) {
            (Places::Taken, false) => wrong("takes no place"),
            (Places::Free, true) => wrong("still takes a place"),
            _ => {}
        }
    }
}

enum Places {
    Taken,
    Free,
    /// A hold's days are given back one by one once it has run out.
    Either,
}

/// Whether a day takes a place.
fn places(row: &BookingRow, day: &DayRow) -> Places {
    if day.is_given_up() {
        return Places::Free;
    }
    match row.state {
        BookingState::Confirmed => Places::Taken,
        BookingState::Held => Places::Either,
        BookingState::Expired => Places::Free,
        BookingState::CancelledByFamily | BookingState::CancelledByNursery => {
            // The child may have been there already. A booking that was undone never came about.
            let had_begun = row.cancelled_at.is_some_and(|cancelled| day.has_begun(cancelled));
            if had_begun && row.confirmed_at.is_some() { Places::Taken } else { Places::Free }
        }
    }
}
