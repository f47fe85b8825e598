//! The rows of days that were confirmed.

use diesel::prelude::*;
use doorstep_shared::{
    Date,
    bookings::DayState,
    care::{CareKind, ClassKind},
    ids::{ChildId, NurseryId},
    month::Month,
};

use crate::{
    bookings::store::DayRow,
    db::{
        Conn,
        schema::{booking, booking_day, class},
    },
};

/// Which days.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    pub nursery: NurseryId,
    /// None: of all children.
    pub child: Option<ChildId>,
    /// None: from the first one on.
    pub from: Option<Date>,
    pub until: Date,
}

/// A day, and of which kind its class is.
#[derive(Queryable)]
pub struct Row {
    pub day: DayRow,
    pub class_kind: ClassKind,
}

pub fn days(conn: &mut Conn, of: Of) -> QueryResult<Vec<Row>> {
    let mut query = booking_day::table
        .inner_join(booking::table)
        .inner_join(class::table)
        .filter(booking::nursery_id.eq(of.nursery).and(booking::confirmed_at.is_not_null()))
        .filter(booking_day::date.le(of.until))
        .order((booking_day::date, booking_day::from_half_hour, booking_day::id))
        .select((booking_day::all_columns, class::kind))
        .into_boxed();
    if let Some(child) = of.child {
        query = query.filter(booking_day::child_id.eq(child));
    }
    if let Some(from) = of.from {
        // A booking's own dates have an index.
        query = query.filter(booking_day::date.ge(from).and(booking::last_date.ge(from)));
    }
    query.load(conn)
}

pub fn first_date(conn: &mut Conn, of: NurseryId) -> QueryResult<Option<Date>> {
    booking_day::table
        .inner_join(booking::table)
        .filter(booking::nursery_id.eq(of).and(booking::confirmed_at.is_not_null()))
        .order(booking_day::date)
        .select(booking_day::date)
        .first(conn)
        .optional()
}

/// A day that was not given up, and the booking that it is of.
#[derive(Queryable)]
pub struct BookedDay {
    pub child: ChildId,
    pub nursery: NurseryId,
    pub date: Date,
    pub first_date: Date,
    pub last_date: Date,
    pub series: Option<String>,
}

/// The days of these children in a month, at any nursery, by date; those on which a child was absent are among them.
pub fn booked(conn: &mut Conn, children: &[ChildId], month: Month, cares: &[CareKind]) -> QueryResult<Vec<BookedDay>> {
    booking_day::table
        .inner_join(booking::table)
        .filter(booking_day::child_id.eq_any(children).and(booking::confirmed_at.is_not_null()))
        .filter(booking_day::date.between(month.first(), month.last()))
        .filter(booking_day::care.eq_any(cares).and(booking_day::state.ne(DayState::Released)))
        .order((booking_day::date, booking_day::id))
        .select((
            booking_day::child_id,
            booking::nursery_id,
            booking_day::date,
            booking::first_date,
            booking::last_date,
            booking::series,
        ))
        .load(conn)
}
