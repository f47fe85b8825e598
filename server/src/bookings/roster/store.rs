//! Rows of carers, shifts and the numbers that follow from them.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Date, HalfHour, Timestamp,
    care::ClassKind,
    ids::{CarerId, ClassId, NurseryId, ShiftId},
    roster::{Carer, Shift},
};

use super::rules::When;
use crate::{
    db::{
        Conn,
        bulk::insert_batch,
        schema::{carer, class, class_day, shift},
    },
    inventory::{CarerColumns, PerHalfHour},
};

/// A class as the week shows it.
#[derive(Queryable)]
pub struct ClassRow {
    pub id: ClassId,
    pub kind: ClassKind,
    pub name: String,
    pub places: i16,
    pub carers: CarerColumns,
}

/// The classes of a nursery, youngest first.
pub fn classes(conn: &mut Conn, of: NurseryId) -> QueryResult<Vec<ClassRow>> {
    let carers = (class::carers, class::carers_most, class::carers_week, class::allowed_week);
    let mut rows: Vec<ClassRow> = class::table
        .filter(class::nursery_id.eq(of))
        .order((class::name, class::id))
        .select((class::id, class::kind, class::name, class::places, carers))
        .load(conn)?;
    rows.sort_by_key(|row| row.kind);
    Ok(rows)
}

/// Those on the nursery's list of carers, by name.
pub fn carers(conn: &mut Conn, of: NurseryId) -> QueryResult<Vec<Carer>> {
    let rows: Vec<(CarerId, String)> = carer::table
        .filter(carer::nursery_id.eq(of).and(carer::left_at.is_null()))
        .order((carer::name, carer::id))
        .select((carer::id, carer::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| Carer { id, name }).collect())
}

/// Those who are on the list, and those who were.
pub fn all_carers(conn: &mut Conn, of: NurseryId) -> QueryResult<Vec<CarerId>> {
    carer::table.filter(carer::nursery_id.eq(of)).select(carer::id).load(conn)
}

pub fn insert_carer(conn: &mut Conn, of: NurseryId, new: &Carer, now: Timestamp) -> QueryResult<()> {
    let row = (carer::id.eq(new.id), carer::nursery_id.eq(of), carer::name.eq(&new.name), carer::created_at.eq(now));
    diesel::insert_into(carer::table).values(row).execute(conn)?;
    Ok(())
}

/// Takes a carer off the list. False when there is no such one.
pub fn leave(conn: &mut Conn, of: NurseryId, id: CarerId, now: Timestamp) -> QueryResult<bool> {
    let here = carer::table.find(id).filter(carer::nursery_id.eq(of).and(carer::left_at.is_null()));
    Ok(diesel::update(here).set(carer::left_at.eq(now)).execute(conn)? > 0)
}

/// The nursery's shifts of every week, and those of dates from `from` until `until`, in order.
pub fn shifts(conn: &mut Conn, of: NurseryId, from: Date, until: Date) -> QueryResult<Vec<(ClassId, When, Shift)>> {
    type Row = (ClassId, Option<i16>, Option<Date>, (CarerId, HalfHour, HalfHour));
    let rows: Vec<Row> = shift::table
        .filter(shift::nursery_id.eq(of))
        .filter(shift::date.is_null().or(shift::date.between(from, until)))
        .order((shift::from_half_hour, shift::id))
        .select((
            shift::class_id,
            shift::weekday,
            shift::date,
            (shift::carer_id, shift::from_half_hour, shift::to_half_hour),
        ))
        .load(conn)?;
    let read = |(class, weekday, date, (carer_id, from, to)): Row| {
        let when = match (date, weekday) {
            (Some(date), _) => When::Date(date),
            (None, weekday) => When::Weekday(u8::try_from(weekday? - 1).ok()?),
        };
        Some((class, when, Shift { carer_id, from, to }))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Puts shifts in the place of those that a class has on a day.
pub fn replace_shifts(conn: &mut Conn, of: NurseryId, class: ClassId, when: When, shifts: &[Shift]) -> QueryResult<()> {
    let (weekday, date) = match when {
        When::Date(date) => (None, Some(date)),
        When::Weekday(weekday) => (Some(i16::from(weekday) + 1), None),
    };
    let of_class = shift::table.filter(shift::class_id.eq(class));
    match (weekday, date) {
        (Some(weekday), _) => diesel::delete(of_class.filter(shift::weekday.eq(weekday))).execute(conn)?,
        (None, date) => diesel::delete(of_class.filter(shift::date.eq(date))).execute(conn)?,
    };
    let row = |part: &Shift| {
        (
            shift::id.eq(ShiftId::new()),
            shift::nursery_id.eq(of),
            shift::class_id.eq(class),
            shift::carer_id.eq(part.carer_id),
            shift::weekday.eq(weekday),
            shift::date.eq(date),
            shift::from_half_hour.eq(part.from),
            shift::to_half_hour.eq(part.to),
        )
    };
    let rows: Vec<_> = shifts.iter().map(row).collect();
    insert_batch!(conn, shift::table, &rows, 8);
    Ok(())
}

/// Writes what a class has of carers and limits in every week.
pub fn save_columns(conn: &mut Conn, id: ClassId, columns: &CarerColumns) -> QueryResult<()> {
    let (_, most, carers, allowed) = columns;
    let row = (class::carers_most.eq(most), class::carers_week.eq(carers), class::allowed_week.eq(allowed));
    diesel::update(class::table.find(id)).set(row).execute(conn)?;
    Ok(())
}

/// The carers on duty on dates from `from` on that have rosters of their own, by class.
pub fn dated_carers(
    conn: &mut Conn,
    classes: &[ClassId],
    from: Date,
) -> QueryResult<HashMap<ClassId, Vec<(Date, PerHalfHour)>>> {
    let rows: Vec<(ClassId, Date, Option<PerHalfHour>)> = class_day::table
        .filter(class_day::class_id.eq_any(classes).and(class_day::date.ge(from)))
        .filter(class_day::carers.is_not_null())
        .select((class_day::class_id, class_day::date, class_day::carers))
        .load(conn)?;
    let mut dated: HashMap<_, Vec<_>> = HashMap::new();
    for (class, date, carers) in rows {
        dated.entry(class).or_default().extend(carers.map(|carers| (date, carers)));
    }
    Ok(dated)
}
