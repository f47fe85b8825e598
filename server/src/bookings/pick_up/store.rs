//! The rows of codes to pick up with.

use diesel::prelude::*;
use doorstep_shared::{
    Date, Timestamp,
    bookings::BookingState,
    family::{IssuePickUpCode, PickUpCode},
    ids::{BookingId, FamilyId, NurseryId, PickUpCodeId, PickUpPersonId},
};

use crate::{
    accounts::Holder,
    db::{
        Conn,
        schema::{booking, pick_up_code as code, pick_up_person as person},
    },
};

/// A code that stands or was used, with whom it is for.
#[derive(Queryable)]
pub struct Row {
    pub id: PickUpCodeId,
    pub booking_id: BookingId,
    pub nursery_id: NurseryId,
    pub date: Date,
    pub person_id: PickUpPersonId,
    pub name: String,
    pub issued_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

impl Row {
    /// Without its digits.
    pub fn shown(self, expires_at: Timestamp) -> PickUpCode {
        let Self { date, person_id, name, issued_at, used_at, .. } = self;
        PickUpCode { date, person_id, name, issued_at, expires_at, used_at, code: None }
    }
}

macro_rules! not_ended {
    () => {
        code::table
            .inner_join(person::table)
            .inner_join(booking::table)
            .filter(code::ended_at.is_null())
            .filter(booking::state.eq(BookingState::Confirmed))
            .select((
                code::id,
                code::booking_id,
                booking::nursery_id,
                code::date,
                code::person_id,
                person::name,
                code::issued_at,
                code::used_at,
            ))
    };
}

/// By date; where one was used and another given after it, the later one last.
pub fn of_booking(conn: &mut Conn, id: BookingId) -> QueryResult<Vec<Row>> {
    not_ended!().filter(code::booking_id.eq(id)).order((code::date, code::id)).load(conn)
}

/// The family's bookings for which codes were given.
pub fn with_codes(conn: &mut Conn, family: FamilyId) -> QueryResult<Vec<BookingId>> {
    let bookings = code::table.inner_join(booking::table).filter(booking::family_id.eq(family));
    bookings.select(code::booking_id).distinct().order(code::booking_id).load(conn)
}

/// Those of an account from a date on.
pub fn of_account(conn: &mut Conn, holder: &Holder, from: Date) -> QueryResult<Vec<Row>> {
    not_ended!()
        .filter(person::account_id.eq(holder.account))
        .filter(person::family_id.eq(holder.family))
        .filter(code::date.ge(from))
        .order((code::date, code::id))
        .load(conn)
}

/// The code of a booking's day that can still be used, where it is booked at that nursery.
pub fn open_at(conn: &mut Conn, nursery: NurseryId, id: BookingId, date: Date) -> QueryResult<Option<Row>> {
    not_ended!()
        .filter(booking::nursery_id.eq(nursery))
        .filter(code::booking_id.eq(id))
        .filter(code::date.eq(date))
        .filter(code::used_at.is_null())
        .first(conn)
        .optional()
}

pub fn insert(conn: &mut Conn, now: Timestamp, id: PickUpCodeId, ask: &IssuePickUpCode) -> QueryResult<()> {
    diesel::insert_into(code::table)
        .values((
            code::id.eq(id),
            code::booking_id.eq(ask.id),
            code::date.eq(ask.date),
            code::person_id.eq(ask.person_id),
            code::issued_at.eq(now),
            code::tries.eq(0_i16),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends the code of a day that was not used; which one it was. Its booking must be locked.
pub fn end_open(conn: &mut Conn, now: Timestamp, id: BookingId, date: Date) -> QueryResult<Option<PickUpCodeId>> {
    let open = code::table
        .filter(code::booking_id.eq(id))
        .filter(code::date.eq(date))
        .filter(code::used_at.is_null())
        .filter(code::ended_at.is_null());
    diesel::update(open).set(code::ended_at.eq(now)).returning(code::id).get_result(conn).optional()
}

/// Counts one more try; false when there were too many. Locks the row.
pub fn take_try(conn: &mut Conn, id: PickUpCodeId, most: i16) -> QueryResult<bool> {
    let open = code::table.filter(code::id.eq(id)).filter(code::tries.lt(most));
    Ok(diesel::update(open).set(code::tries.eq(code::tries + 1)).execute(conn)? == 1)
}

/// False when it was used up or ended a moment ago.
pub fn use_up(conn: &mut Conn, id: PickUpCodeId, now: Timestamp) -> QueryResult<bool> {
    let open = code::table.filter(code::id.eq(id)).filter(code::used_at.is_null()).filter(code::ended_at.is_null());
    Ok(diesel::update(open).set(code::used_at.eq(now)).execute(conn)? == 1)
}
