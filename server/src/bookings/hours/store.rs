//! Rows of the bookings that a change of hours touches.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Date, Fen, Timestamp,
    bookings::BookingState,
    care::{CareKind, ClassKind},
    ids::{BookingDayId, BookingId, ClassId, HoursChangeId, NurseryId, OfferId},
};

use super::plan::Standing;
use crate::{
    bookings::store::{BookingRow, DayRow},
    db::{
        Conn,
        schema::{booking, booking_day, child, class, offer},
    },
};

/// Days that take a place at `now`, with their bookings, to be filtered.
macro_rules! standing {
    () => {
        booking_day::table
            .inner_join(booking::table)
            .inner_join(child::table)
            .inner_join(class::table)
            .filter(booking_day::takes_place)
            .order(booking_day::id)
            .select((booking::all_columns, booking_day::all_columns, (child::name, child::birth_date, class::kind)))
    };
}

type Row = (BookingRow, DayRow, (String, Date, ClassKind));

fn read(rows: Vec<Row>, now: Timestamp) -> Vec<Standing> {
    let standing = rows.into_iter().map(|(booking, day, (child_name, birth_date, class_kind))| Standing {
        booking,
        day,
        child_name,
        birth_date,
        class_kind,
    });
    // A hold that ran out stands in nobody's way, whether or not somebody wrote that down.
    standing.filter(|standing| standing.booking.state_at(now) != BookingState::Expired).collect()
}

/// Days in these classes between two dates, both included.
pub fn in_classes(
    conn: &mut Conn,
    now: Timestamp,
    classes: &[ClassId],
    from: Date,
    until: Date,
) -> QueryResult<Vec<Standing>> {
    let rows: Vec<Row> = standing!()
        .filter(booking_day::class_id.eq_any(classes).and(booking_day::date.between(from, until)))
        .load(conn)?;
    Ok(read(rows, now))
}

/// Days of these bookings.
pub fn of_bookings(conn: &mut Conn, now: Timestamp, ids: &[BookingId]) -> QueryResult<Vec<Standing>> {
    let rows: Vec<Row> = standing!().filter(booking_day::booking_id.eq_any(ids)).load(conn)?;
    Ok(read(rows, now))
}

/// Every day of these bookings, by booking.
pub fn days_of(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<HashMap<BookingId, Vec<DayRow>>> {
    let rows: Vec<DayRow> = booking_day::table.filter(booking_day::booking_id.eq_any(ids)).load(conn)?;
    let mut days: HashMap<BookingId, Vec<DayRow>> = HashMap::new();
    for row in rows {
        days.entry(row.booking_id).or_default().push(row);
    }
    Ok(days)
}

/// Keeps other changes of these bookings away until the transaction ends, in the order of their ids. Before the
/// class-days, never after.
pub fn lock_bookings(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<()> {
    if let Conn::Postgres(conn) = conn {
        // Not FOR UPDATE: its days may still be written, which point at it.
        let wanted = booking::table.filter(booking::id.eq_any(ids)).order(booking::id).select(booking::id);
        wanted.for_no_key_update().load::<BookingId>(conn)?;
    }
    // On SQLite the writer is alone.
    Ok(())
}

/// What a nursery sells of these kinds of care.
pub fn offers(conn: &mut Conn, of: NurseryId, cares: &[CareKind]) -> QueryResult<Vec<OfferId>> {
    offer::table
        .inner_join(class::table)
        .filter(class::nursery_id.eq(of))
        .filter(offer::care.eq_any(cares).and(offer::withdrawn_at.is_null()))
        .select(offer::id)
        .load(conn)
}

/// Counts one more change of these bookings.
pub fn count_change(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<()> {
    diesel::update(booking::table.filter(booking::id.eq_any(ids)))
        .set(booking::version.eq(booking::version + 1))
        .execute(conn)?;
    Ok(())
}

/// Writes down that the nursery cancelled these bookings, each for so much that is due all the same.
pub fn cancel(conn: &mut Conn, now: Timestamp, ids: &[BookingId], due: Fen) -> QueryResult<()> {
    diesel::update(booking::table.filter(booking::id.eq_any(ids)))
        .set((
            booking::state.eq(BookingState::CancelledByNursery),
            booking::cancelled_at.eq(now),
            booking::hold_expires_at.eq(None::<Timestamp>),
            booking::cancel_cost_fen.eq(due),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes the change of hours at days that keep their places.
pub fn note(conn: &mut Conn, id: HoursChangeId, days: &[BookingDayId]) -> QueryResult<()> {
    diesel::update(booking_day::table.filter(booking_day::id.eq_any(days)))
        .set(booking_day::hours_change_id.eq(id))
        .execute(conn)?;
    Ok(())
}

/// The rows of these bookings, in the order of their ids.
pub fn bookings(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<Vec<BookingRow>> {
    booking::table.filter(booking::id.eq_any(ids)).order(booking::id).load(conn)
}

/// The days that a change noted, with their bookings: those that were cancelled or kept, and for what was moved the trace
/// of the place that was left, each with where the child went instead.
pub fn noted(conn: &mut Conn, id: HoursChangeId) -> QueryResult<Vec<(Standing, Option<(DayRow, ClassKind)>)>> {
    let rows: Vec<Row> = booking_day::table
        .inner_join(booking::table)
        .inner_join(child::table)
        .inner_join(class::table)
        .filter(booking_day::hours_change_id.eq(id))
        .order((booking_day::date, booking_day::booking_id, booking_day::id))
        .select((booking::all_columns, booking_day::all_columns, (child::name, child::birth_date, class::kind)))
        .load(conn)?;
    let moved: Vec<_> = rows.iter().filter_map(|(_, day, _)| day.moved_day).collect();
    let now: Vec<(DayRow, ClassKind)> = booking_day::table
        .inner_join(class::table)
        .filter(booking_day::id.eq_any(moved))
        .select((booking_day::all_columns, class::kind))
        .load(conn)?;
    let mut now: HashMap<_, _> = now.into_iter().map(|place| (place.0.id, place)).collect();
    let noted = rows.into_iter().map(|(booking, day, (child_name, birth_date, class_kind))| {
        let instead = day.moved_day.and_then(|day| now.remove(&day));
        (Standing { booking, day, child_name, birth_date, class_kind }, instead)
    });
    Ok(noted.collect())
}
