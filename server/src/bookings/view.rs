//! A booking as its family reads it at a moment.

use doorstep_shared::{
    Fen, Timestamp,
    bookings::{BookedNursery, Booking, BookingDay, BookingState, Price, Undo, Undoable},
};

use super::{
    price::{self, Charge},
    rules,
    store::{BookingRow, DayView},
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
    let lines = price::lines(days.iter().map(|day| Charge {
        child_name: &day.child_name,
        care: day.row.care,
        date: day.row.date,
        span: day.row.span(),
        unit_price: day.row.unit_price_fen,
        price: day.row.price_fen,
    }));
    let total_fen: Fen = lines.iter().map(|line| line.amount_fen).sum();
    let cancel_cost_fen = match state {
        BookingState::Held | BookingState::Expired => Fen::ZERO,
        BookingState::Confirmed => cancel_cost(row, days.iter().map(|day| (day.row.begins(), day.row.price_fen)), now),
        BookingState::CancelledByFamily | BookingState::CancelledByNursery => row.cancel_cost_fen,
    };
    let due_fen = if state.is_active() { total_fen } else { cancel_cost_fen };
    Booking {
        id: row.id,
        state,
        created_at: row.created_at,
        nursery,
        hold_expires_at: row.hold_expires_at.filter(|_| state == BookingState::Held),
        can_extend: state == BookingState::Held && !row.extended && limits.hold_extensions > 0,
        days: days.iter().map(day).collect(),
        price: Price { lines, total_fen, due_fen },
        cancel_rule: row.rule(),
        free_cancel_until: free_cancel_until(row, days, now),
        cancel_cost_fen,
        undo: undo(row, now, limits),
        pickup: row.pickup.clone(),
        door_code: (state == BookingState::Confirmed).then(|| row.door_code.clone()),
        as_of: now,
    }
}

fn day(day: &DayView) -> BookingDay {
    let DayView { row, child_name, class_kind } = day;
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
    }
}

/// What cancelling all of it would cost at `now`: the sum over its days.
pub fn cancel_cost(row: &BookingRow, days: impl Iterator<Item = (Timestamp, Fen)>, now: Timestamp) -> Fen {
    days.map(|(begins, price)| price::of_cancelling(row.rule(), begins, price, now)).sum()
}

/// Of the next day that has not begun; of the first day when all have.
fn free_cancel_until(row: &BookingRow, days: &[DayView], now: Timestamp) -> Timestamp {
    let begins = |from: Timestamp| days.iter().map(|day| day.row.begins()).filter(|begins| *begins > from).min();
    let next = begins(now).or_else(|| days.iter().map(|day| day.row.begins()).min());
    price::free_until(row.rule(), next.unwrap_or(row.created_at))
}

/// What can be undone, until when. A hold that was given up is simply held again.
pub fn undo(row: &BookingRow, now: Timestamp, limits: &BookingRules) -> Option<Undo> {
    let (what, since) = match (row.state, row.confirmed_at, row.cancelled_at) {
        (BookingState::Confirmed, Some(confirmed), _) => (Undoable::Booking, confirmed),
        (BookingState::CancelledByFamily, Some(_), Some(cancelled)) => (Undoable::Cancellation, cancelled),
        _ => return None,
    };
    let until = since + rules::undo_time(limits);
    (now < until).then_some(Undo { what, until })
}
