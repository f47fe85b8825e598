//! Rows of opening hours and of their changes.

use diesel::prelude::*;
use doorstep_shared::{
    Date, HalfHour, Span, Timestamp,
    ids::{AccountId, ClassId, ClosureId, HoursChangeId, NurseryId},
};

use crate::db::{
    Conn,
    bulk::insert_batch,
    schema::{closure, hours_change, nursery, opening, opening_date},
};

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = hours_change)]
pub struct ChangeRow {
    pub id: HoursChangeId,
    pub nursery_id: NurseryId,
    /// Who made it.
    pub account_id: AccountId,
    /// [`doorstep_shared::hours::HoursChange`] as JSON.
    pub what: String,
    pub reason: String,
    /// None: every week.
    pub last_date: Option<Date>,
    pub made_at: Timestamp,
    pub lifted_at: Option<Timestamp>,
}

/// Keeps other changes of the nursery's hours and rosters away until the transaction ends. Before bookings and
/// class-days, never after.
pub fn lock(conn: &mut Conn, id: NurseryId) -> QueryResult<()> {
    if let Conn::Postgres(conn) = conn {
        // Not FOR UPDATE: bookings that point at it may still be written.
        nursery::table.find(id).select(nursery::id).for_no_key_update().first::<NurseryId>(conn)?;
    }
    // On SQLite the writer is alone.
    Ok(())
}

pub fn insert(conn: &mut Conn, row: &ChangeRow) -> QueryResult<()> {
    diesel::insert_into(hours_change::table).values(row).execute(conn)?;
    Ok(())
}

/// A change of the nursery's hours. None when there is none, or it is another nursery's.
pub fn find(conn: &mut Conn, of: NurseryId, id: HoursChangeId) -> QueryResult<Option<ChangeRow>> {
    hours_change::table.find(id).filter(hours_change::nursery_id.eq(of)).first(conn).optional()
}

/// Changes of dates that are not over, and not lifted, soonest end first.
pub fn dated(conn: &mut Conn, of: NurseryId, from: Date) -> QueryResult<Vec<ChangeRow>> {
    hours_change::table
        .filter(hours_change::nursery_id.eq(of).and(hours_change::last_date.ge(from)))
        .filter(hours_change::lifted_at.is_null())
        .order((hours_change::last_date, hours_change::id))
        .load(conn)
}

#[derive(Insertable)]
#[diesel(table_name = closure, treat_none_as_default_value = false)]
struct NewClosure<'a> {
    id: ClosureId,
    nursery_id: NurseryId,
    class_id: Option<ClassId>,
    date: Date,
    from_half_hour: HalfHour,
    to_half_hour: HalfHour,
    reason: &'a str,
    hours_change_id: HoursChangeId,
}

/// Closes the nursery or a class of it on these dates.
pub fn insert_closures_batch(
    conn: &mut Conn,
    by: &ChangeRow,
    class_id: Option<ClassId>,
    dates: &[Date],
    span: Span,
) -> QueryResult<()> {
    let closure = |date: &Date| NewClosure {
        id: ClosureId::new(),
        nursery_id: by.nursery_id,
        class_id,
        date: *date,
        from_half_hour: span.from,
        to_half_hour: span.to,
        reason: &by.reason,
        hours_change_id: by.id,
    };
    let rows: Vec<_> = dates.iter().map(closure).collect();
    insert_batch!(conn, closure::table, rows, 8);
    Ok(())
}

/// Takes back what a change closes from `from` on.
pub fn lift(conn: &mut Conn, id: HoursChangeId, now: Timestamp, from: Date) -> QueryResult<()> {
    let ahead = closure::table.filter(closure::hours_change_id.eq(id).and(closure::date.ge(from)));
    diesel::delete(ahead).execute(conn)?;
    diesel::update(hours_change::table.find(id)).set(hours_change::lifted_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Puts opening hours in the place of those that a weekday has; 1 is Monday.
pub fn set_weekday(conn: &mut Conn, of: NurseryId, weekday: u8, open: &[Span]) -> QueryResult<()> {
    let weekday = i16::from(weekday);
    diesel::delete(opening::table.filter(opening::nursery_id.eq(of).and(opening::weekday.eq(weekday))))
        .execute(conn)?;
    for span in open {
        let row = (
            opening::nursery_id.eq(of),
            opening::weekday.eq(weekday),
            opening::from_half_hour.eq(span.from),
            opening::to_half_hour.eq(span.to),
        );
        diesel::insert_into(opening::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Puts opening hours in the place of those that a date has of its own; none: it has none of its own any more.
pub fn set_date(conn: &mut Conn, of: NurseryId, date: Date, open: &[Span]) -> QueryResult<()> {
    let own = opening_date::table.filter(opening_date::nursery_id.eq(of).and(opening_date::date.eq(date)));
    diesel::delete(own).execute(conn)?;
    for span in open {
        let row = (
            opening_date::nursery_id.eq(of),
            opening_date::date.eq(date),
            opening_date::from_half_hour.eq(span.from),
            opening_date::to_half_hour.eq(span.to),
        );
        diesel::insert_into(opening_date::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The openings of dates from `from` on that have hours of their own, in order.
pub fn dates(conn: &mut Conn, of: NurseryId, from: Date) -> QueryResult<Vec<(Date, Span)>> {
    let rows: Vec<(Date, HalfHour, HalfHour)> = opening_date::table
        .filter(opening_date::nursery_id.eq(of).and(opening_date::date.ge(from)))
        .order((opening_date::date, opening_date::from_half_hour))
        .select((opening_date::date, opening_date::from_half_hour, opening_date::to_half_hour))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(date, from, to)| Some((date, Span::new(from, to)?))).collect())
}
