//! Every open entry and what it must agree with.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Date, HalfHour,
    bookings::WaitState,
    ids::{BookingId, ChildId, ClassId, FamilyId},
};

use crate::db::{
    Conn,
    schema::{booking, booking_day, child, class_day, waitlist_entry},
};

/// A day of a place that is offered.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Place {
    pub booking_id: BookingId,
    pub family_id: FamilyId,
    pub child_id: ChildId,
    pub class_id: ClassId,
    pub date: Date,
    pub from_half_hour: HalfHour,
    pub to_half_hour: HalfHour,
}

pub fn offered_places(conn: &mut Conn) -> QueryResult<Vec<Place>> {
    waitlist_entry::table
        .inner_join(booking::table.inner_join(booking_day::table))
        .filter(waitlist_entry::state.eq(WaitState::Offered))
        .select((
            booking::id,
            booking::family_id,
            booking_day::child_id,
            booking_day::class_id,
            booking_day::date,
            booking_day::from_half_hour,
            booking_day::to_half_hour,
        ))
        .load(conn)
}

pub fn families(conn: &mut Conn, children: &[ChildId]) -> QueryResult<HashMap<ChildId, FamilyId>> {
    let rows: Vec<(ChildId, FamilyId)> =
        child::table.filter(child::id.eq_any(children)).select((child::id, child::family_id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// How many wait at most, as the class-days know it.
pub fn counts(conn: &mut Conn) -> QueryResult<HashMap<(ClassId, Date), i32>> {
    let rows: Vec<(ClassId, Date, i32)> = class_day::table
        .filter(class_day::waiting.gt(0))
        .select((class_day::class_id, class_day::date, class_day::waiting))
        .load(conn)?;
    Ok(rows.into_iter().map(|(class, date, waiting)| ((class, date), waiting)).collect())
}
