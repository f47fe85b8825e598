//! The rows of actions and breaches, and of the days that follow from them.

use std::collections::HashMap;

use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use doorstep_shared::{
    Date, Fen, HalfHour, Timestamp,
    board::{Breach, DeedKind, ratio::Ratio},
    bookings::{BookingState, DayState},
    care::{CareKind, NurseryKind},
    ids::{
        AccountId, ActionId, BookingDayId, BookingId, CarerId, ChildId, ClassId, FamilyId, NurseryId, PickUpPersonId,
    },
};

use crate::{
    bookings::store::{BookingRow, DayRow},
    db::{
        Conn,
        bulk::insert_batch,
        schema::{
            board_action as action, booking, booking_day, child, nursery, pick_up_code, pick_up_person,
            ratio_breach as breach,
        },
    },
};

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = action)]
pub struct ActionRow {
    pub nursery_id: NurseryId,
    pub id: ActionId,
    pub date: Date,
    pub kind: DeedKind,
    pub booking_day_id: Option<BookingDayId>,
    pub carer_id: Option<CarerId>,
    pub class_id: Option<ClassId>,
    pub undoes: Option<ActionId>,
    pub detail_sealed: Option<Vec<u8>>,
    pub account_id: Option<AccountId>,
    pub device_at: Timestamp,
    pub at: Timestamp,
    pub received_at: Timestamp,
}

/// Those of these actions that are kept.
pub fn known(conn: &mut Conn, of: NurseryId, ids: &[ActionId]) -> QueryResult<Vec<ActionId>> {
    action::table.filter(action::nursery_id.eq(of).and(action::id.eq_any(ids))).select(action::id).load(conn)
}

/// What these actions are about, those that are kept.
pub fn targets(
    conn: &mut Conn,
    of: NurseryId,
    ids: &[ActionId],
) -> QueryResult<HashMap<ActionId, (Option<BookingDayId>, Date)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(ActionId, Option<BookingDayId>, Date)> = action::table
        .filter(action::nursery_id.eq(of).and(action::id.eq_any(ids)))
        .select((action::id, action::booking_day_id, action::date))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, day, date)| (id, (day, date))).collect())
}

pub fn insert(conn: &mut Conn, rows: &[ActionRow]) -> QueryResult<()> {
    insert_batch!(conn, action::table, rows, 13);
    Ok(())
}

/// The dates of these days, those that were booked at the nursery.
pub fn dates(conn: &mut Conn, of: NurseryId, ids: &[BookingDayId]) -> QueryResult<Vec<(BookingDayId, Date)>> {
    booking_day::table
        .inner_join(booking::table)
        .filter(booking_day::id.eq_any(ids))
        .filter(booking::nursery_id.eq(of).and(booking::confirmed_at.is_not_null()))
        .select((booking_day::id, booking_day::date))
        .load(conn)
}

/// Everything that was done about these days, also what takes some of it back.
pub fn about(conn: &mut Conn, ids: &[BookingDayId]) -> QueryResult<Vec<ActionRow>> {
    let mut rows: Vec<ActionRow> = action::table.filter(action::booking_day_id.eq_any(ids)).load(conn)?;
    rows.extend(taken_back(conn, &rows)?);
    Ok(rows)
}

/// Everything that was done on the board of a date.
pub fn on_date(conn: &mut Conn, of: NurseryId, date: Date) -> QueryResult<Vec<ActionRow>> {
    let mut rows: Vec<ActionRow> =
        action::table.filter(action::nursery_id.eq(of).and(action::date.eq(date))).load(conn)?;
    // What takes back what arrived later may stand on another date.
    let undos = taken_back(conn, &rows)?;
    rows.extend(undos.into_iter().filter(|undo| undo.nursery_id == of && undo.date != date));
    Ok(rows)
}

fn taken_back(conn: &mut Conn, rows: &[ActionRow]) -> QueryResult<Vec<ActionRow>> {
    let ids: Vec<ActionId> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    action::table.filter(action::undoes.eq_any(ids)).load(conn)
}

/// Keeps other changes of the bookings of these days away until the transaction ends, in the order of their ids, as
/// families' changes do.
pub fn lock_bookings(conn: &mut Conn, of: NurseryId, days: &[BookingDayId]) -> QueryResult<Vec<BookingRow>> {
    let ids: Vec<BookingId> = booking_day::table
        .filter(booking_day::id.eq_any(days))
        .select(booking_day::booking_id)
        .distinct()
        .load(conn)?;
    let wanted = booking::table.filter(booking::id.eq_any(ids).and(booking::nursery_id.eq(of))).order(booking::id);
    match conn {
        Conn::Postgres(conn) => wanted.for_no_key_update().load(conn),
        // The writer is alone.
        Conn::Sqlite(conn) => wanted.load(conn),
    }
}

pub fn days(conn: &mut Conn, ids: &[BookingDayId]) -> QueryResult<Vec<DayRow>> {
    booking_day::table.filter(booking_day::id.eq_any(ids)).order(booking_day::id).load(conn)
}

/// Writes what became of a day.
pub fn save_day(conn: &mut Conn, day: &DayRow) -> QueryResult<()> {
    diesel::update(booking_day::table.find(day.id))
        .set((
            booking_day::state.eq(day.state),
            booking_day::takes_place.eq(day.takes_place),
            booking_day::left_at.eq(day.left_at),
            booking_day::left_in.eq(day.left_in),
            booking_day::left_cost_fen.eq(day.left_cost_fen),
            booking_day::late_cost_fen.eq(day.late_cost_fen),
        ))
        .execute(conn)?;
    Ok(())
}

/// A child of a day's board.
#[derive(Queryable)]
pub struct ChildRow {
    pub day_id: BookingDayId,
    pub booking_id: BookingId,
    pub class_id: ClassId,
    pub care: CareKind,
    pub from: HalfHour,
    pub to: HalfHour,
    pub state: DayState,
    pub takes_place: bool,
    pub left_at: Option<Timestamp>,
    pub late_pick_up_fen: Fen,
    pub name: String,
    pub pickup: String,
}

/// Those booked for a date, by window and name; those who have given the day up are among them, those who have moved it
/// are not.
pub fn children(conn: &mut Conn, of: NurseryId, date: Date) -> QueryResult<Vec<ChildRow>> {
    booking_day::table
        .inner_join(booking::table)
        .inner_join(child::table)
        .filter(booking::nursery_id.eq(of).and(booking::confirmed_at.is_not_null()))
        .filter(booking_day::date.eq(date).and(booking_day::moved_to.is_null()))
        .order((booking_day::from_half_hour, child::name, booking_day::id))
        .select((
            booking_day::id,
            booking_day::booking_id,
            booking_day::class_id,
            booking_day::care,
            booking_day::from_half_hour,
            booking_day::to_half_hour,
            booking_day::state,
            booking_day::takes_place,
            booking_day::left_at,
            booking_day::late_pick_up_fen,
            child::name,
            booking::pickup,
        ))
        .load(conn)
}

/// Of these bookings those for which somebody has a code to pick up with on the date.
pub fn with_codes(conn: &mut Conn, ids: &[BookingId], date: Date) -> QueryResult<Vec<BookingId>> {
    pick_up_code::table
        .filter(pick_up_code::booking_id.eq_any(ids).and(pick_up_code::date.eq(date)))
        .filter(pick_up_code::used_at.is_null().and(pick_up_code::ended_at.is_null()))
        .select(pick_up_code::booking_id)
        .load(conn)
}

pub fn kind_of(conn: &mut Conn, id: NurseryId) -> QueryResult<NurseryKind> {
    nursery::table.find(id).select(nursery::kind).first(conn)
}

/// Puts these breaches in the place of those of the nursery's date.
pub fn replace_breaches(conn: &mut Conn, of: NurseryId, date: Date, found: &[Breach]) -> QueryResult<()> {
    diesel::delete(breach::table.filter(breach::nursery_id.eq(of).and(breach::date.eq(date)))).execute(conn)?;
    let number = |number: u16| i16::try_from(number).unwrap_or(i16::MAX);
    let row = |found: &Breach| {
        let Ratio { children, carers, most } = found.ratio;
        (
            breach::class_id.eq(found.class_id),
            breach::from_at.eq(found.from),
            breach::until_at.eq(found.until),
            breach::nursery_id.eq(of),
            breach::date.eq(date),
            breach::children.eq(number(children)),
            breach::carers.eq(number(carers)),
            breach::most.eq(number(most)),
        )
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    insert_batch!(conn, breach::table, &rows, 8);
    Ok(())
}

/// Children who are still expected on these dates though their window is over by `now`, where the board is kept: by
/// nursery, oldest first.
pub fn missed(
    conn: &mut Conn,
    dates: &[Date],
    (today, half_hour): (Date, HalfHour),
    most: i64,
) -> QueryResult<Vec<(NurseryId, BookingDayId, Date, HalfHour)>> {
    let is_over = booking_day::date.lt(today).or(booking_day::to_half_hour.le(half_hour));
    let kept = action::table.filter(action::nursery_id.eq(booking::nursery_id).and(action::date.eq(booking_day::date)));
    // Said once; taken back by somebody who knew better, it is not said again.
    let said = action::table
        .filter(action::booking_day_id.eq(booking_day::id.nullable()))
        .filter(action::kind.eq(DeedKind::NoShow).and(action::account_id.is_null()));
    booking_day::table
        .inner_join(booking::table)
        .filter(booking_day::date.eq_any(dates).and(is_over))
        .filter(booking_day::state.eq(DayState::Expected).and(booking_day::takes_place))
        .filter(booking::state.eq(BookingState::Confirmed))
        .filter(exists(kept).and(not(exists(said))))
        .order((booking::nursery_id, booking_day::date, booking_day::id))
        .select((booking::nursery_id, booking_day::id, booking_day::date, booking_day::to_half_hour))
        .limit(most)
        .load(conn)
}

/// Whose day it is.
#[derive(Queryable)]
pub struct Who {
    pub booking: BookingId,
    pub family: FamilyId,
    pub child: ChildId,
}

pub fn who(conn: &mut Conn, id: BookingDayId) -> QueryResult<Who> {
    let day = booking_day::table.inner_join(booking::table).filter(booking_day::id.eq(id));
    day.select((booking::id, booking::family_id, booking_day::child_id)).first(conn)
}

/// Who has the code to pick up with on a date, and whether it was used: the one that was given last.
pub fn code(conn: &mut Conn, of: BookingId, date: Date) -> QueryResult<Option<(PickUpPersonId, String, bool)>> {
    pick_up_code::table
        .inner_join(pick_up_person::table)
        .filter(pick_up_code::booking_id.eq(of).and(pick_up_code::date.eq(date)))
        .filter(pick_up_code::ended_at.is_null())
        .order(pick_up_code::id.desc())
        .select((pick_up_person::id, pick_up_person::name, pick_up_code::used_at.is_not_null()))
        .first(conn)
        .optional()
}

/// The days of a date whose bookings have this code, of those that stand.
pub fn with_door_code(conn: &mut Conn, of: NurseryId, date: Date, code: &str) -> QueryResult<Vec<BookingDayId>> {
    booking_day::table
        .inner_join(booking::table)
        .filter(booking::nursery_id.eq(of).and(booking::state.eq(BookingState::Confirmed)))
        .filter(booking::door_code.eq(code).and(booking_day::date.eq(date)))
        .filter(booking_day::left_at.is_null())
        .order(booking_day::id)
        .select(booking_day::id)
        .load(conn)
}

/// The children of a family who have a day here on a date, with their names.
pub fn of_family(
    conn: &mut Conn,
    of: NurseryId,
    family: FamilyId,
    date: Date,
) -> QueryResult<Vec<(BookingDayId, String)>> {
    booking_day::table
        .inner_join(booking::table)
        .inner_join(child::table)
        .filter(booking::nursery_id.eq(of).and(booking::state.eq(BookingState::Confirmed)))
        .filter(booking::family_id.eq(family).and(booking_day::date.eq(date)))
        .filter(booking_day::left_at.is_null())
        .order((booking_day::from_half_hour, booking_day::id))
        .select((booking_day::id, child::name))
        .load(conn)
}

pub fn name_of(conn: &mut Conn, id: NurseryId) -> QueryResult<String> {
    nursery::table.find(id).select(nursery::name).first(conn)
}
