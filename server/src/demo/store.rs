//! Rows of the made-up city that no slice writes this way: families and bookings by the thousand.

use diesel::prelude::*;
use doorstep_shared::{
    Date, Fen, HalfHour, Timestamp,
    bookings::{BookingState, DayState},
    care::CareKind,
    children::{ConsentPurpose, Sex},
    family::Role,
    ids::{AccountId, BookingDayId, BookingId, ChildId, ClassId, ConsentId, FamilyId, NurseryId, OfferId},
};
use uuid::Uuid;

use super::{
    Mark,
    plan::{Booking, Child, Family, Plan},
};
use crate::{
    db::{
        Conn,
        bulk::insert_batch,
        schema::{
            account, booking, booking_day, child, class_day, consent, family, family_member, nursery, setting,
            staff_member,
        },
    },
    error::{Error, Result},
    inventory::rules::Used,
};

/// The name of the setting that says which made-up city the database holds.
const MARK: &str = "demo";

pub fn mark(conn: &mut Conn) -> Result<Option<Mark>> {
    let value = setting::table.find(MARK).select(setting::value).first::<String>(conn).optional()?;
    value.map(|json| serde_json::from_str(&json).map_err(Error::internal)).transpose()
}

pub fn set_mark(conn: &mut Conn, mark: &Mark) -> Result<()> {
    let value = serde_json::to_string(mark).map_err(Error::internal)?;
    let known = setting::table.find(MARK);
    if diesel::update(known).set(setting::value.eq(&value)).execute(conn)? == 0 {
        let row = (setting::name.eq(MARK), setting::value.eq(&value));
        diesel::insert_into(setting::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Whether there is no nursery at all.
pub fn is_empty(conn: &mut Conn) -> QueryResult<bool> {
    let any = nursery::table.select(nursery::id);
    diesel::select(diesel::dsl::not(diesel::dsl::exists(any))).get_result(conn)
}

pub fn source_keys<C: FromIterator<String>>(conn: &mut Conn) -> QueryResult<C> {
    let keys = nursery::table.select(nursery::source_key.assume_not_null()).filter(nursery::source_key.is_not_null());
    Ok(keys.load::<String>(conn)?.into_iter().collect())
}

#[derive(Insertable)]
#[diesel(table_name = account)]
struct NewAccount<'a> {
    id: AccountId,
    phone: &'a str,
    created_at: Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = family)]
struct NewFamily {
    id: FamilyId,
    created_at: Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = family_member)]
struct NewMember {
    family_id: FamilyId,
    account_id: AccountId,
    role: Role,
    joined_at: Timestamp,
    chosen_at: Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = child)]
struct NewChild<'a> {
    id: ChildId,
    family_id: FamilyId,
    name: &'a str,
    birth_date: Date,
    sex: Sex,
    birth_order: i16,
    residence_district: &'a str,
    created_at: Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = consent)]
struct NewConsent {
    id: ConsentId,
    child_id: ChildId,
    account_id: AccountId,
    purpose: ConsentPurpose,
    version: &'static str,
    given_at: Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = booking)]
struct NewBooking<'a> {
    id: BookingId,
    family_id: FamilyId,
    account_id: AccountId,
    nursery_id: NurseryId,
    state: BookingState,
    created_at: Timestamp,
    extended: bool,
    confirmed_at: Timestamp,
    cancel_cost_fen: Fen,
    free_until_hours: i16,
    late_percent: i16,
    pickup: &'a str,
    door_code: &'a str,
    first_date: Date,
    last_date: Date,
    version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = booking_day)]
struct NewDay {
    id: BookingDayId,
    booking_id: BookingId,
    child_id: ChildId,
    offer_id: OfferId,
    class_id: ClassId,
    care: CareKind,
    date: Date,
    from_half_hour: HalfHour,
    to_half_hour: HalfHour,
    state: DayState,
    takes_place: bool,
    unit_price_fen: Fen,
    price_fen: Fen,
}

#[derive(Insertable)]
#[diesel(table_name = class_day)]
struct NewClassDay {
    class_id: ClassId,
    date: Date,
    used: Used,
    version: i64,
}

/// Families, bookings and places in use of one nursery.
pub fn insert_plan_batch(conn: &mut Conn, now: Timestamp, plan: &Plan) -> QueryResult<()> {
    insert_families_batch(conn, &plan.families)?;
    insert_children_batch(conn, &plan.children)?;
    insert_bookings_batch(conn, now, &plan.bookings)?;
    let day = |(class_id, date, used): &(ClassId, Date, Used)| NewClassDay {
        class_id: *class_id,
        date: *date,
        used: *used,
        version: 1,
    };
    let rows: Vec<_> = plan.class_days.iter().map(day).collect();
    insert_batch!(conn, class_day::table, rows, 4);
    Ok(())
}

fn insert_families_batch(conn: &mut Conn, families: &[Family]) -> QueryResult<()> {
    let new = |one: &Family| NewFamily { id: one.id, created_at: one.created_at };
    let rows: Vec<_> = families.iter().map(new).collect();
    insert_batch!(conn, family::table, rows, 2);
    let rows: Vec<_> = families
        .iter()
        .map(|one| NewAccount { id: one.account_id, phone: &one.phone, created_at: one.created_at })
        .collect();
    insert_batch!(conn, account::table, rows, 3);
    let member = |one: &Family| NewMember {
        family_id: one.id,
        account_id: one.account_id,
        role: Role::Guardian,
        joined_at: one.created_at,
        chosen_at: one.created_at,
    };
    let rows: Vec<_> = families.iter().map(member).collect();
    insert_batch!(conn, family_member::table, rows, 5);
    Ok(())
}

fn insert_children_batch(conn: &mut Conn, children: &[Child]) -> QueryResult<()> {
    let rows: Vec<_> = children
        .iter()
        .map(|one| NewChild {
            id: one.id,
            family_id: one.family_id,
            name: &one.name,
            birth_date: one.birth_date,
            sex: one.sex,
            birth_order: one.birth_order,
            residence_district: &one.residence_district,
            created_at: one.created_at,
        })
        .collect();
    insert_batch!(conn, child::table, rows, 8);
    let purpose = ConsentPurpose::Care;
    let rows: Vec<_> = children
        .iter()
        .map(|one| NewConsent {
            // Any id that is not taken: each child has one consent.
            id: ConsentId(Uuid::from_u128(one.id.0.as_u128() ^ 1)),
            child_id: one.id,
            account_id: one.account_id,
            purpose,
            version: purpose.version(),
            given_at: one.created_at,
        })
        .collect();
    insert_batch!(conn, consent::table, rows, 6);
    Ok(())
}

fn insert_bookings_batch(conn: &mut Conn, now: Timestamp, bookings: &[Booking]) -> QueryResult<()> {
    let date = |day: Option<&super::plan::Day>| day.map_or(now.local_date(), |day| day.date);
    let rows: Vec<_> = bookings
        .iter()
        .map(|one| NewBooking {
            id: one.id,
            family_id: one.family_id,
            account_id: one.account_id,
            nursery_id: one.nursery_id,
            state: BookingState::Confirmed,
            created_at: one.created_at,
            extended: false,
            confirmed_at: one.created_at,
            cancel_cost_fen: Fen::ZERO,
            free_until_hours: one.cancel_rule.free_until_hours.cast_signed(),
            late_percent: one.cancel_rule.late_percent.into(),
            pickup: "",
            door_code: &one.door_code,
            first_date: date(one.days.first()),
            last_date: date(one.days.last()),
            version: 1,
        })
        .collect();
    insert_batch!(conn, booking::table, rows, 16);
    let rows: Vec<_> = bookings
        .iter()
        .flat_map(|one| one.days.iter().map(move |day| (one, day)))
        .map(|(one, day)| NewDay {
            id: day.id,
            booking_id: one.id,
            child_id: one.child_id,
            offer_id: one.offer_id,
            class_id: one.class_id,
            care: one.care,
            date: day.date,
            from_half_hour: day.span.from,
            to_half_hour: day.span.to,
            state: DayState::Expected,
            takes_place: true,
            unit_price_fen: one.unit_price_fen,
            price_fen: day.price_fen,
        })
        .collect();
    insert_batch!(conn, booking_day::table, rows, 13);
    Ok(())
}

/// The made-up nursery of that index, when nobody works there.
pub fn unstaffed(conn: &mut Conn, seed: u64, index: u32) -> Result<Option<NurseryId>> {
    let key = format!("demo:{seed}:{index}");
    let found = nursery::table.filter(nursery::source_key.eq(key)).select(nursery::id).first(conn).optional()?;
    let Some(id) = found else { return Ok(None) };
    let staff = staff_member::table.filter(staff_member::nursery_id.eq(id)).select(staff_member::account_id);
    let is_staffed: bool = diesel::select(diesel::dsl::exists(staff)).get_result(conn)?;
    Ok((!is_staffed).then_some(id))
}
