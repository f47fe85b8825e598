//! Who takes a place on a day, for the people at the door.

use diesel::prelude::*;
use doorstep_shared::{
    Date, HalfHour, Timestamp,
    care::{CareKind, ClassKind},
    ids::{BookingId, NurseryId},
};

use crate::db::{
    Conn,
    schema::{audit, booking, booking_day, child, class, nursery},
};

/// Nursery, class and its kind; child and birth date; care and window; booking, pick-up and code.
type ExpectedRow =
    ((String, String, ClassKind), (String, Date), (CareKind, HalfHour, HalfHour), (BookingId, String, String));

/// Who takes a place on the day by a confirmed booking, or one that was cancelled after its care had begun.
pub fn expected(conn: &mut Conn, nursery_id: Option<NurseryId>, date: Date) -> QueryResult<Vec<ExpectedRow>> {
    let mut query = booking_day::table
        .inner_join(booking::table.inner_join(nursery::table))
        .inner_join(child::table)
        .inner_join(class::table)
        .filter(booking_day::date.eq(date).and(booking_day::takes_place))
        .filter(booking::confirmed_at.is_not_null())
        .order((nursery::name, booking_day::from_half_hour, booking_day::to_half_hour, child::name, booking_day::id))
        .select((
            (nursery::name, class::name, class::kind),
            (child::name, child::birth_date),
            (booking_day::care, booking_day::from_half_hour, booking_day::to_half_hour),
            (booking::id, booking::pickup, booking::door_code),
        ))
        .into_boxed();
    if let Some(id) = nursery_id {
        query = query.filter(nursery::id.eq(id));
    }
    query.load(conn)
}

/// Notes that the list of a nursery's day was taken.
pub fn audit_export(conn: &mut Conn, now: Timestamp, nursery: Option<NurseryId>) -> QueryResult<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::id.eq(uuid::Uuid::now_v7().as_bytes().as_slice()),
            audit::at.eq(now),
            audit::action.eq("bookings.export"),
            audit::subject.eq(nursery),
        ))
        .execute(conn)?;
    Ok(())
}
