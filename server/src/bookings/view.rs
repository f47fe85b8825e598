//! A booking as its family reads it at a moment.

use doorstep_shared::{
    Fen, Timestamp,
    bookings::{BookedNursery, Booking, BookingDay, BookingState, DayState, Price, Undo, Undoable},
};

use super::{
    price::{self, Charge},
    rules,
    store::{BookingRow, DayRow, DayView},
};
use crate::policy::BookingRules;

/// Puts a booking together. `days` are by date, then child.
pub fn booking(
    row: &BookingRow,
    nursery: BookedNursery,
    days: &[DayView],
    now: Timestamp,
    limits: &BookingRules,
) -> Booking {
    let state = row.state_at(now);
    let shown: Vec<&DayView> = days.iter().filter(|day| !day.row.is_trace()).collect();
    // While it stands, what stands is paid; afterwards, the price is what it had been.
    let charged = shown.iter().filter(|day| !day.row.is_given_up() || !state.is_active());
    let lines = price::lines(charged.map(|day| Charge {
        child_name: &day.child_name,
        offer: day.row.offer_id,
        class_kind: day.class_kind,
        care: day.row.care,
        date: day.row.date,
        span: day.row.span(),
        unit_price: day.row.unit_price_fen,
        price: day.row.price_fen,
    }));
    let total_fen: Fen = lines.iter().map(|line| line.amount_fen).sum();
    let cancelled_fen: Fen = days.iter().map(|day| day.row.left_cost_fen).sum();
    let cancel_cost_fen = match state {
        BookingState::Held | BookingState::Expired => Fen::ZERO,
        BookingState::Confirmed => {
            let standing = shown.iter().filter(|day| day.row.takes_place);
            standing.map(|day| cost_of_leaving(row, &day.row, now, limits)).sum()
        }
        BookingState::CancelledByFamily | BookingState::CancelledByNursery => row.cancel_cost_fen,
    };
    let late_pick_up_fen: Fen = days.iter().map(|day| day.row.late_cost_fen).sum();
    let due_fen = late_pick_up_fen + if state.is_active() { total_fen + cancelled_fen } else { cancel_cost_fen };
    let next = next_day(&shown, now);
    let until = |by_rule: Timestamp| free_for_all_until(row, now, limits).map_or(by_rule, |free| by_rule.max(free));
    let cancel_rule = next.map_or_else(|| row.rule(), |day| day.rule(row));
    Booking {
        id: row.id,
        state,
        created_at: row.created_at,
        nursery,
        hold_expires_at: row.hold_expires_at.filter(|_| state == BookingState::Held),
        can_extend: state == BookingState::Held && !row.extended && limits.hold_extensions > 0,
        days: shown.iter().map(|view| day(row, state, view, closed_for(view, days), (now, limits))).collect(),
        // What we wrote ourselves reads; a booking is worth more than its pattern.
        series: row.series.as_deref().and_then(|series| serde_json::from_str(series).ok()),
        moved_from: row.moved_from,
        price: Price { lines, total_fen, cancelled_fen, late_pick_up_fen, due_fen },
        cancel_rule,
        free_cancel_until: until(price::free_until(cancel_rule, next.map_or(row.created_at, DayRow::begins))),
        cancel_cost_fen,
        undo: undo(row, days.iter().map(|day| &day.row), now, limits),
        pickup: row.pickup.clone(),
        door_code: (state == BookingState::Confirmed).then(|| row.door_code.clone()),
        version: u32::try_from(row.version).unwrap_or(u32::MAX),
        as_of: now,
    }
}

/// What the nursery said when it cancelled a day, or moved it: of that, the trace of the place that was left tells.
fn closed_for(day: &DayView, days: &[DayView]) -> Option<String> {
    let is_left = |other: &&DayView| other.row.is_trace() && other.row.moved_day == Some(day.row.id);
    let own = day.closed_for.as_ref();
    own.or_else(|| days.iter().filter(is_left).find_map(|trace| trace.closed_for.as_ref())).cloned()
}

fn day(
    booking: &BookingRow,
    state: BookingState,
    day: &DayView,
    closed_for: Option<String>,
    (now, limits): (Timestamp, &BookingRules),
) -> BookingDay {
    let DayView { row, child_name, class_kind, .. } = day;
    let by_rule = price::free_until(row.rule(booking), row.begins());
    let is_left = row.is_given_up() || !matches!(state, BookingState::Confirmed);
    BookingDay {
        id: row.id,
        child_id: row.child_id,
        child_name: child_name.clone(),
        offer_id: row.offer_id,
        class_id: row.class_id,
        class_kind: *class_kind,
        care: row.care,
        date: row.date,
        from: row.from_half_hour,
        to: row.to_half_hour,
        state: row.state,
        price_fen: row.price_fen,
        free_cancel_until: free_for_all_until(booking, now, limits).map_or(by_rule, |free| by_rule.max(free)),
        cancel_cost_fen: if is_left { row.left_cost_fen } else { cost_of_leaving(booking, row, now, limits) },
        moved_to: row.moved_to,
        closed_for,
    }
}

/// Until when a booking can be undone whole, whatever its rule says; nothing when that time is over. One that other days
/// were moved to is not new.
fn free_for_all_until(booking: &BookingRow, now: Timestamp, limits: &BookingRules) -> Option<Timestamp> {
    let confirmed = booking.confirmed_at.filter(|_| booking.moved_from.is_none())?;
    Some(confirmed + rules::undo_time(limits)).filter(|until| now < *until)
}

/// What giving up a day's place would cost at `now`: nothing while the booking is new enough to be undone, else by the
/// rule that was frozen for it.
pub fn cost_of_leaving(booking: &BookingRow, day: &DayRow, now: Timestamp, limits: &BookingRules) -> Fen {
    if now < day.begins() && free_for_all_until(booking, now, limits).is_some() {
        return Fen::ZERO;
    }
    price::of_cancelling(day.rule(booking), day.begins(), day.price_fen, now)
}

/// What is due for a cancelled booking: what giving up its days cost, and the days that had begun.
pub fn owed<'a>(days: impl Iterator<Item = &'a DayRow>) -> Fen {
    days.map(|day| if day.takes_place { day.price_fen + day.left_cost_fen } else { day.left_cost_fen }).sum()
}

/// The next day that has not begun; the first one when all have. Days that were given up count only where no other is
/// left.
fn next_day<'a>(days: &[&'a DayView], now: Timestamp) -> Option<&'a DayRow> {
    let stands = |day: &&DayRow| !day.is_given_up();
    let rows = || days.iter().map(|day| &day.row);
    let ahead = rows().filter(stands).filter(|day| day.begins() > now).min_by_key(|day| day.begins());
    let first = || rows().filter(stands).min_by_key(|day| day.begins());
    ahead.or_else(first).or_else(|| rows().min_by_key(|day| day.begins()))
}

/// What can be undone, until when. A hold that was given up is simply held again.
pub fn undo<'a>(
    row: &BookingRow,
    days: impl Iterator<Item = &'a DayRow>,
    now: Timestamp,
    limits: &BookingRules,
) -> Option<Undo> {
    let (what, since) = last_step(row, days)?;
    let until = since + rules::undo_time(limits);
    (now < until).then_some(Undo { what, until })
}

/// The last step, if it is one that can be undone, and when it was made.
pub fn last_step<'a>(row: &BookingRow, days: impl Iterator<Item = &'a DayRow>) -> Option<(Undoable, Timestamp)> {
    let confirmed = row.confirmed_at?;
    let days: Vec<&DayRow> = days.collect();
    // A child who is there, or was, has not been booked or moved by mistake.
    let has_been_in = days.iter().any(|day| matches!(day.state, DayState::CheckedIn | DayState::CheckedOut));
    if let Some(left) = days.iter().find(|day| day.left_in == Some(row.version)) {
        // What the nursery did is not the family's to undo.
        if left.hours_change_id.is_some() {
            return None;
        }
        return match left.moved_to {
            None => Some((Undoable::Cancellation, left.left_at?)),
            Some(to) if to == row.id && !has_been_in => Some((Undoable::Move, left.left_at?)),
            // Undone where the days are now.
            Some(_) => None,
        };
    }
    if has_been_in {
        return None;
    }
    match (row.state, row.moved_from) {
        (BookingState::Confirmed, None) => Some((Undoable::Booking, confirmed)),
        (BookingState::Confirmed, Some(_)) if row.version == 1 => Some((Undoable::Move, confirmed)),
        _ => None,
    }
}
