//! What is booked in the classes of a nursery.

use diesel::prelude::*;
use doorstep_shared::{
    Date, HalfHour, Span,
    bookings::DayState,
    care::{ClassKind, NurseryKind},
    ids::{ChildId, ClassId, NurseryId},
};

use crate::db::{
    Conn,
    schema::{booking, booking_day, child, class, nursery},
};

/// A class, and of what kind it and its nursery are.
#[derive(Clone, Debug, Queryable)]
pub struct ClassRow {
    pub id: ClassId,
    pub kind: ClassKind,
    pub name: String,
    pub nursery_kind: NurseryKind,
}

/// The classes of a nursery, youngest first.
pub fn classes(conn: &mut Conn, of: NurseryId) -> QueryResult<Vec<ClassRow>> {
    let mut rows: Vec<ClassRow> = class::table
        .inner_join(nursery::table)
        .filter(class::nursery_id.eq(of))
        .order((class::name, class::id))
        .select((class::id, class::kind, class::name, nursery::kind))
        .load(conn)?;
    rows.sort_by_key(|row| row.kind);
    Ok(rows)
}

/// A booked day: who comes when, and what became of it.
#[derive(Clone, Debug)]
pub struct Booked {
    pub class: ClassId,
    pub child: ChildId,
    pub name: String,
    pub birth_date: Date,
    pub date: Date,
    pub span: Span,
    pub state: DayState,
}

/// Days of confirmed bookings that take a place in these classes, from a date on, in order of their dates.
pub fn booked(conn: &mut Conn, classes: &[ClassId], from: Date, until: Option<Date>) -> QueryResult<Vec<Booked>> {
    type Row = ((ClassId, Date, HalfHour, HalfHour, DayState), (ChildId, String, Date));
    let mut query = booking_day::table
        .inner_join(booking::table)
        .inner_join(child::table)
        .filter(booking_day::class_id.eq_any(classes).and(booking_day::date.ge(from)))
        .filter(booking_day::takes_place.and(booking::confirmed_at.is_not_null()))
        .order((booking_day::date, booking_day::from_half_hour, booking_day::id))
        .select((
            (
                booking_day::class_id,
                booking_day::date,
                booking_day::from_half_hour,
                booking_day::to_half_hour,
                booking_day::state,
            ),
            (child::id, child::name, child::birth_date),
        ))
        .into_boxed();
    if let Some(until) = until {
        query = query.filter(booking_day::date.le(until));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let booked = |((class, date, from, to, state), (child, name, birth_date)): Row| {
        Some(Booked { class, child, name, birth_date, date, span: Span::new(from, to)?, state })
    };
    Ok(rows.into_iter().filter_map(booked).collect())
}
