//! Every booking and its days, to be looked through.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Date, HalfHour,
    ids::{BookingDayId, BookingId, ChildId, FamilyId, NurseryId},
};

use crate::{
    bookings::store::{BookingRow, DayRow},
    db::{
        Conn,
        schema::{booking, booking_day, child, class},
    },
};

/// A day with what it must agree with.
#[derive(Clone, Debug)]
pub struct CheckedDay {
    pub row: DayRow,
    pub child_family: FamilyId,
    pub class_nursery: NurseryId,
}

/// Bookings by id, a page at a time.
pub fn all_bookings(conn: &mut Conn, after: Option<BookingId>, most: i64) -> QueryResult<Vec<BookingRow>> {
    let mut query = booking::table.into_boxed();
    if let Some(after) = after {
        query = query.filter(booking::id.gt(after));
    }
    query.order(booking::id).limit(most).load(conn)
}

pub fn checked_days(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<HashMap<BookingId, Vec<CheckedDay>>> {
    let rows: Vec<(DayRow, FamilyId, NurseryId)> = booking_day::table
        .inner_join(child::table)
        .inner_join(class::table)
        .filter(booking_day::booking_id.eq_any(ids))
        .select((booking_day::all_columns, child::family_id, class::nursery_id))
        .load(conn)?;
    let mut days: HashMap<BookingId, Vec<CheckedDay>> = HashMap::new();
    for (row, child_family, class_nursery) in rows {
        days.entry(row.booking_id).or_default().push(CheckedDay { row, child_family, class_nursery });
    }
    Ok(days)
}

/// Pairs of days on which a child takes a place in two windows that overlap.
///
/// Compared here: a database that joins the days with themselves may do so by date, of which a city has few.
pub fn overlaps(conn: &mut Conn) -> QueryResult<Vec<(ChildId, Date, BookingDayId, BookingDayId)>> {
    type Row = (ChildId, Date, HalfHour, HalfHour, BookingDayId);
    let mut rows: Vec<Row> = booking_day::table
        .filter(booking_day::takes_place)
        .select((
            booking_day::child_id,
            booking_day::date,
            booking_day::from_half_hour,
            booking_day::to_half_hour,
            booking_day::id,
        ))
        .load(conn)?;
    rows.sort_unstable();
    let mut found = Vec::new();
    for of_day in rows.chunk_by(|(child, date, ..), (other, on, ..)| (child, date) == (other, on)) {
        for (at, (child, date, _, to, id)) in of_day.iter().enumerate() {
            let later = of_day.iter().skip(at + 1).take_while(|(_, _, from, ..)| from < to);
            found.extend(later.map(|(.., other)| (*child, *date, (*id).min(*other), (*id).max(*other))));
        }
    }
    Ok(found)
}
