//! The rows of children and of consents.

use diesel::{dsl::exists, prelude::*, select};
use doorstep_shared::{
    Date, HalfHour, Timestamp,
    bookings::{BookingState, WaitState},
    care::{ClassKind, NurseryKind},
    children::{ConsentGiven, ConsentPurpose, Sex},
    ids::{AccountId, ChildId, ConsentId, FamilyId},
};

use super::Record;
use crate::db::{
    Conn,
    schema::{
        board_action, booking, booking_day, child, child_group, class, consent, nursery, waitlist_child, waitlist_entry,
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = child)]
struct Row {
    id: ChildId,
    name: String,
    birth_date: Date,
    sex: Sex,
    birth_order: i16,
    residence_district: String,
    allergies_sealed: Option<Vec<u8>>,
    notes_sealed: Option<Vec<u8>>,
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            birth_date: row.birth_date,
            sex: row.sex,
            // A CHECK keeps it between 1 and 12.
            birth_order: u8::try_from(row.birth_order).unwrap_or(1),
            residence_district: row.residence_district,
            allergies: row.allergies_sealed,
            notes: row.notes_sealed,
        }
    }
}

pub fn count(conn: &mut Conn, family: FamilyId) -> QueryResult<i64> {
    child::table.filter(child::family_id.eq(family)).filter(child::erased_at.is_null()).count().get_result(conn)
}

pub fn insert(conn: &mut Conn, now: Timestamp, family: FamilyId, record: &Record) -> QueryResult<()> {
    diesel::insert_into(child::table)
        .values((
            child::id.eq(record.id),
            child::family_id.eq(family),
            child::name.eq(record.name.clone()),
            child::birth_date.eq(record.birth_date),
            child::sex.eq(record.sex),
            child::birth_order.eq(i16::from(record.birth_order)),
            child::residence_district.eq(record.residence_district.clone()),
            child::allergies_sealed.eq(record.allergies.clone()),
            child::notes_sealed.eq(record.notes.clone()),
            child::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn update(conn: &mut Conn, record: &Record) -> QueryResult<()> {
    diesel::update(child::table.filter(child::id.eq(record.id)))
        .set((
            child::name.eq(record.name.clone()),
            child::birth_date.eq(record.birth_date),
            child::sex.eq(record.sex),
            child::birth_order.eq(i16::from(record.birth_order)),
            child::residence_district.eq(record.residence_district.clone()),
            child::allergies_sealed.eq(record.allergies.clone()),
            child::notes_sealed.eq(record.notes.clone()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Oldest first.
pub fn list(conn: &mut Conn, family: FamilyId) -> QueryResult<Vec<Record>> {
    let rows: Vec<Row> = child::table
        .filter(child::family_id.eq(family))
        .filter(child::erased_at.is_null())
        .order((child::birth_date, child::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Record::from).collect())
}

pub fn find(conn: &mut Conn, family: FamilyId, id: ChildId) -> QueryResult<Option<Record>> {
    let row: Option<Row> = child::table
        .filter(child::id.eq(id))
        .filter(child::family_id.eq(family))
        .filter(child::erased_at.is_null())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Record::from))
}

/// What is sealed of a child's health.
type Sealed = (Option<Vec<u8>>, Option<Vec<u8>>);

pub fn health(conn: &mut Conn, id: ChildId) -> QueryResult<Option<Sealed>> {
    child::table.find(id).select((child::allergies_sealed, child::notes_sealed)).first(conn).optional()
}

pub fn erase_health(conn: &mut Conn, id: ChildId) -> QueryResult<()> {
    diesel::update(child::table.filter(child::id.eq(id)))
        .set((child::allergies_sealed.eq(None::<Vec<u8>>), child::notes_sealed.eq(None::<Vec<u8>>)))
        .execute(conn)?;
    Ok(())
}

/// Leaves a row that says nothing: columns that must hold something hold the same for everybody.
pub fn erase(conn: &mut Conn, id: ChildId, now: Timestamp) -> QueryResult<()> {
    erase_health(conn, id)?;
    diesel::update(child::table.filter(child::id.eq(id)))
        .set((
            child::name.eq(""),
            child::birth_date.eq(Date::default()),
            child::sex.eq(Sex::Female),
            child::birth_order.eq(1_i16),
            child::residence_district.eq(""),
            child::erased_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The booking days of these children that are to come, and stand or are held.
///
/// The rows are those of bookings, a higher slice: asked here, because a record may only be changed or erased in the
/// transaction that has seen that nobody needs it as it was.
macro_rules! days_to_come {
    ($ids:expr, $now:expr) => {{
        let (today, half_hour) = ($now.local_date(), HalfHour::containing($now));
        let later_today = booking_day::date.eq(today).and(booking_day::to_half_hour.gt(half_hour));
        let held = booking::state.eq(BookingState::Held).and(booking::hold_expires_at.assume_not_null().gt($now));
        booking_day::table
            .inner_join(booking::table)
            .inner_join(class::table.inner_join(nursery::table))
            .filter(booking_day::child_id.eq_any($ids))
            .filter(booking_day::takes_place)
            .filter(booking_day::date.gt(today).or(later_today))
            .filter(booking::state.eq(BookingState::Confirmed).or(held))
    }};
}

/// Whether one of these children is expected somewhere from now on, or a place is held for it.
pub fn is_any_booked(conn: &mut Conn, ids: &[ChildId], now: Timestamp) -> QueryResult<bool> {
    select(exists(days_to_come!(ids.to_vec(), now))).get_result(conn)
}

/// A day on which a child is expected, or a place held for it, and who expects it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Expected {
    pub date: Date,
    pub class: ClassKind,
    pub nursery: NurseryKind,
}

/// Where a child is expected from now on, by date.
pub fn expected(conn: &mut Conn, id: ChildId, now: Timestamp) -> QueryResult<Vec<Expected>> {
    days_to_come!([id], now).order(booking_day::date).select((booking_day::date, class::kind, nursery::kind)).load(conn)
}

/// Ends what the child waits for, and forgets its group. A place that is kept for it stands in the way of erasing.
///
/// The rows are those of bookings, as those of [`days_to_come`] are. The family is locked, so nobody serves them now.
pub fn leave_lines(conn: &mut Conn, id: ChildId, now: Timestamp) -> QueryResult<()> {
    let of_child = waitlist_child::table.filter(waitlist_child::child_id.eq(id)).select(waitlist_child::entry_id);
    diesel::update(waitlist_entry::table.filter(waitlist_entry::id.eq_any(of_child)))
        .set(waitlist_entry::priority_group.eq(None::<String>))
        .execute(conn)?;
    let waiting = waitlist_entry::id.eq_any(of_child).and(waitlist_entry::state.eq(WaitState::Waiting));
    diesel::update(waitlist_entry::table.filter(waiting))
        .set((waitlist_entry::state.eq(WaitState::Left), waitlist_entry::ended_at.eq(now)))
        .execute(conn)?;
    diesel::delete(child_group::table.find(id)).execute(conn)?;
    Ok(())
}

/// Forgets what nurseries' boards said of the child's health and of who collected it. When it was there is kept: care
/// was paid for that.
///
/// The rows are those of bookings, as those of [`days_to_come`] are.
pub fn forget_at_boards(conn: &mut Conn, id: ChildId) -> QueryResult<()> {
    let days = booking_day::table.filter(booking_day::child_id.eq(id)).select(booking_day::id.nullable());
    diesel::update(board_action::table.filter(board_action::booking_day_id.eq_any(days)))
        .set(board_action::detail_sealed.eq(None::<Vec<u8>>))
        .execute(conn)?;
    Ok(())
}

pub fn consents(conn: &mut Conn, id: ChildId) -> QueryResult<Vec<ConsentGiven>> {
    let rows: Vec<(ConsentPurpose, String, Timestamp, Option<Timestamp>)> = consent::table
        .filter(consent::child_id.eq(id))
        .order((consent::given_at, consent::id))
        .select((consent::purpose, consent::version, consent::given_at, consent::withdrawn_at))
        .load(conn)?;
    let given = rows.into_iter().map(|(purpose, version, given_at, withdrawn_at)| ConsentGiven {
        purpose,
        version,
        given_at,
        withdrawn_at,
    });
    Ok(given.collect())
}

pub fn insert_consent(conn: &mut Conn, account: AccountId, id: ChildId, given: &ConsentGiven) -> QueryResult<()> {
    diesel::insert_into(consent::table)
        .values((
            consent::id.eq(ConsentId::new()),
            consent::child_id.eq(id),
            consent::account_id.eq(account),
            consent::purpose.eq(given.purpose),
            consent::version.eq(given.version.clone()),
            consent::given_at.eq(given.given_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends the consents in force, to one purpose or to all; returns how many there were.
pub fn withdraw(conn: &mut Conn, id: ChildId, purpose: Option<ConsentPurpose>, now: Timestamp) -> QueryResult<usize> {
    let purposes = purpose.map_or(ConsentPurpose::ALL.to_vec(), |purpose| vec![purpose]);
    let in_force = consent::table
        .filter(consent::child_id.eq(id))
        .filter(consent::purpose.eq_any(purposes))
        .filter(consent::withdrawn_at.is_null());
    diesel::update(in_force).set(consent::withdrawn_at.eq(now)).execute(conn)
}
