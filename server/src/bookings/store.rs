//! Rows and queries of bookings, and of what an order needs to know.

use std::collections::{HashMap, HashSet};

use diesel::{
    dsl::exists,
    prelude::*,
    sql_types::{self, Array, BigInt, Binary, Bool, Nullable, SmallInt, Text},
};
use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    bookings::{BookedNursery, BookingState, CancelRule, DayState},
    care::{CareKind, ClassKind, NurseryKind},
    children::ConsentPurpose,
    ids::{AccountId, BookingDayId, BookingId, ChildId, ClassId, FamilyId, NurseryId, OfferId},
};

use super::facts::{Child, Offer, Taken};
use crate::db::{
    Conn,
    fixed::Fixed,
    schema::{
        IsHeld, account, audit, booking, booking_day, child, class, consent, family, nursery, offer, offer_window,
    },
};

#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = booking, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct BookingRow {
    pub id: BookingId,
    pub family_id: FamilyId,
    pub account_id: AccountId,
    pub nursery_id: NurseryId,
    pub state: BookingState,
    pub created_at: Timestamp,
    /// None once confirmed.
    pub hold_expires_at: Option<Timestamp>,
    pub extended: bool,
    /// None while held, and after the booking was undone: it never came about then.
    pub confirmed_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
    pub cancel_cost_fen: Fen,
    pub free_until_hours: i16,
    pub late_percent: i16,
    pub pickup: String,
    pub door_code: String,
    pub first_date: Date,
    pub last_date: Date,
    /// Counts the changes of state.
    pub version: i64,
}

impl BookingRow {
    pub fn rule(&self) -> CancelRule {
        CancelRule {
            free_until_hours: self.free_until_hours.unsigned_abs(),
            late_percent: u8::try_from(self.late_percent).unwrap_or(100),
        }
    }

    /// Its state at `now`: a hold that ran out is expired, whether or not somebody wrote that down.
    pub fn state_at(&self, now: Timestamp) -> BookingState {
        match (self.state, self.hold_expires_at) {
            (BookingState::Held, Some(expires)) if expires > now => BookingState::Held,
            (BookingState::Held, _) => BookingState::Expired,
            (state, _) => state,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = booking_day, treat_none_as_default_value = false)]
pub struct DayRow {
    pub id: BookingDayId,
    pub booking_id: BookingId,
    pub child_id: ChildId,
    pub offer_id: OfferId,
    pub class_id: ClassId,
    pub care: CareKind,
    pub date: Date,
    pub from_half_hour: HalfHour,
    pub to_half_hour: HalfHour,
    pub state: DayState,
    pub takes_place: bool,
    pub unit_price_fen: Fen,
    pub price_fen: Fen,
}

impl DayRow {
    pub fn span(&self) -> Span {
        // The schema keeps `from` before `to`.
        Span { from: self.from_half_hour, to: self.to_half_hour }
    }

    /// When its care begins.
    pub fn begins(&self) -> Timestamp {
        Timestamp::at(self.date, self.from_half_hour)
    }
}

/// A day with what the family reads beside it.
#[derive(Clone, Debug)]
pub struct DayView {
    pub row: DayRow,
    pub child_name: String,
    pub class_kind: ClassKind,
}

// What an order needs to know -----------------------------------------------------------------------------------------

/// Offers that are sold, with where and how.
pub fn offers(conn: &mut Conn, ids: &[OfferId]) -> QueryResult<HashMap<OfferId, Offer>> {
    type Row = (
        (OfferId, ClassId, CareKind, Fen, i32, i16, i16),
        ClassKind,
        NurseryKind,
        (NurseryId, String, String, Option<String>, f64, f64),
        Option<(HalfHour, HalfHour)>,
    );
    // A row for each window of an offer, so that one statement tells both.
    let rows: Vec<Row> = offer::table
        .inner_join(class::table.inner_join(nursery::table))
        .left_join(offer_window::table)
        .filter(offer::id.eq_any(ids).and(offer::withdrawn_at.is_null()))
        .order((offer::id, offer_window::from_half_hour, offer_window::to_half_hour))
        .select((
            (
                offer::id,
                offer::class_id,
                offer::care,
                offer::price_fen,
                offer::lead_minutes,
                offer::free_until_hours,
                offer::late_percent,
            ),
            class::kind,
            nursery::kind,
            (nursery::id, nursery::name, nursery::address, nursery::phone, nursery::lat, nursery::lng),
            (offer_window::from_half_hour, offer_window::to_half_hour).nullable(),
        ))
        .load(conn)?;
    let mut offers: HashMap<OfferId, Offer> = HashMap::new();
    for (own, class_kind, nursery_kind, nursery, window) in rows {
        let (id, class, care, unit_price, lead_minutes, free_until_hours, late_percent) = own;
        let rule = CancelRule {
            free_until_hours: free_until_hours.unsigned_abs(),
            late_percent: u8::try_from(late_percent).unwrap_or(100),
        };
        let offer = offers.entry(id).or_insert_with(|| Offer {
            id,
            class,
            class_kind,
            nursery: booked_nursery(nursery),
            nursery_kind,
            care,
            unit_price,
            lead_minutes: lead_minutes.unsigned_abs(),
            rule,
            windows: Vec::new(),
        });
        offer.windows.extend(window.and_then(|(from, to)| Span::new(from, to)));
    }
    Ok(offers)
}

fn booked_nursery(row: (NurseryId, String, String, Option<String>, f64, f64)) -> BookedNursery {
    let (id, name, address, phone, lat, lng) = row;
    BookedNursery { id, name, address, phone, lat, lng }
}

/// Keeps other bookings of these families away until the transaction ends, in the order of their ids. After the
/// class-days, never before.
pub fn lock_families(conn: &mut Conn, families: &[FamilyId]) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => {
            // Not FOR UPDATE: rows of other tables that point at the family may still be written.
            family::table
                .filter(family::id.eq_any(families))
                .order(family::id)
                .select(family::id)
                .for_no_key_update()
                .load::<FamilyId>(conn)?;
        }
        // The writer is alone.
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

/// The children of these families whose record has not been erased.
pub fn children(conn: &mut Conn, families: &[FamilyId]) -> QueryResult<HashMap<ChildId, Child>> {
    let consented = exists(
        consent::table
            .filter(consent::child_id.eq(child::id))
            .filter(consent::purpose.eq(ConsentPurpose::Care))
            .filter(consent::withdrawn_at.is_null()),
    );
    let rows: Vec<(ChildId, FamilyId, String, Date, bool)> = child::table
        .filter(child::family_id.eq_any(families).and(child::erased_at.is_null()))
        .select((child::id, child::family_id, child::name, child::birth_date, consented))
        .load(conn)?;
    let children = rows.into_iter().map(|(id, family, name, birth_date, may_be_booked)| {
        (id, Child { id, family, name, birth_date, may_be_booked })
    });
    Ok(children.collect())
}

/// What these families have booked on `from` or later. Read it under [`lock_families`].
pub fn taken(
    conn: &mut Conn,
    families: &[FamilyId],
    from: Date,
    now: Timestamp,
) -> QueryResult<HashMap<FamilyId, Vec<Taken>>> {
    type Row = ((FamilyId, BookingState, Option<Timestamp>), (BookingId, ChildId, CareKind, Date, HalfHour, HalfHour));
    let rows: Vec<Row> = booking::table
        .inner_join(booking_day::table)
        .filter(booking::family_id.eq_any(families).and(booking::last_date.ge(from)))
        .filter(booking_day::takes_place.and(booking_day::date.ge(from)))
        .select((
            (booking::family_id, booking::state, booking::hold_expires_at),
            (
                booking::id,
                booking_day::child_id,
                booking_day::care,
                booking_day::date,
                booking_day::from_half_hour,
                booking_day::to_half_hour,
            ),
        ))
        .load(conn)?;
    let mut taken: HashMap<FamilyId, Vec<Taken>> = HashMap::new();
    for ((family, state, hold_expires_at), (booking, child, care, date, from, to)) in rows {
        let day = Taken { booking, child, care, date, span: Span { from, to }, hold_expires_at };
        taken.entry(family).or_default().extend(day.at(state, now));
    }
    Ok(taken)
}

// Bookings -------------------------------------------------------------------------------------------------------------

/// Writes new bookings and their days: on PostgreSQL in one statement.
pub fn insert_batch(conn: &mut Conn, bookings: &[BookingRow], days: &[DayRow]) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => insert_postgres_batch(conn, bookings, days),
        Conn::Sqlite(conn) => {
            // One by one: each statement is known already, and nothing travels.
            for row in bookings {
                diesel::insert_into(booking::table).values(row).execute(conn)?;
            }
            for row in days {
                diesel::insert_into(booking_day::table).values(row).execute(conn)?;
            }
            Ok(())
        }
    }
}

fn insert_postgres_batch(conn: &mut PgConnection, bookings: &[BookingRow], days: &[DayRow]) -> QueryResult<()> {
    if bookings.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($rows:ident, $field:ident) => {
            $rows.iter().map(|row| row.$field.clone()).collect::<Vec<_>>()
        };
    }
    Fixed::new(
        "WITH new AS (INSERT INTO booking (id, family_id, account_id, nursery_id, state, created_at, hold_expires_at, \
                      extended, confirmed_at, cancelled_at, cancel_cost_fen, free_until_hours, late_percent, pickup, \
                      door_code, first_date, last_date, version) \
                      SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) \
         INSERT INTO booking_day (id, booking_id, child_id, offer_id, class_id, care, date, from_half_hour, \
                                  to_half_hour, state, takes_place, unit_price_fen, price_fen) \
         SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<Array<Binary>, _>(column!(bookings, id))
    .bind::<Array<Binary>, _>(column!(bookings, family_id))
    .bind::<Array<Binary>, _>(column!(bookings, account_id))
    .bind::<Array<Binary>, _>(column!(bookings, nursery_id))
    .bind::<Array<Text>, _>(column!(bookings, state))
    .bind::<Array<sql_types::Timestamp>, _>(column!(bookings, created_at))
    .bind::<Array<Nullable<sql_types::Timestamp>>, _>(column!(bookings, hold_expires_at))
    .bind::<Array<Bool>, _>(column!(bookings, extended))
    .bind::<Array<Nullable<sql_types::Timestamp>>, _>(column!(bookings, confirmed_at))
    .bind::<Array<Nullable<sql_types::Timestamp>>, _>(column!(bookings, cancelled_at))
    .bind::<Array<BigInt>, _>(column!(bookings, cancel_cost_fen))
    .bind::<Array<SmallInt>, _>(column!(bookings, free_until_hours))
    .bind::<Array<SmallInt>, _>(column!(bookings, late_percent))
    .bind::<Array<Text>, _>(column!(bookings, pickup))
    .bind::<Array<Text>, _>(column!(bookings, door_code))
    .bind::<Array<sql_types::Date>, _>(column!(bookings, first_date))
    .bind::<Array<sql_types::Date>, _>(column!(bookings, last_date))
    .bind::<Array<BigInt>, _>(column!(bookings, version))
    .bind::<Array<Binary>, _>(column!(days, id))
    .bind::<Array<Binary>, _>(column!(days, booking_id))
    .bind::<Array<Binary>, _>(column!(days, child_id))
    .bind::<Array<Binary>, _>(column!(days, offer_id))
    .bind::<Array<Binary>, _>(column!(days, class_id))
    .bind::<Array<Text>, _>(column!(days, care))
    .bind::<Array<sql_types::Date>, _>(column!(days, date))
    .bind::<Array<SmallInt>, _>(column!(days, from_half_hour))
    .bind::<Array<SmallInt>, _>(column!(days, to_half_hour))
    .bind::<Array<Text>, _>(column!(days, state))
    .bind::<Array<Bool>, _>(column!(days, takes_place))
    .bind::<Array<BigInt>, _>(column!(days, unit_price_fen))
    .bind::<Array<BigInt>, _>(column!(days, price_fen))
    .execute(conn)?;
    Ok(())
}

/// A booking of the family. None when there is none, or it is another family's.
pub fn find(conn: &mut Conn, family: FamilyId, id: BookingId) -> QueryResult<Option<BookingRow>> {
    booking::table.find(id).filter(booking::family_id.eq(family)).first(conn).optional()
}

/// Its days, by date, then window and child.
pub fn days(conn: &mut Conn, id: BookingId) -> QueryResult<Vec<DayRow>> {
    booking_day::table
        .filter(booking_day::booking_id.eq(id))
        .order((booking_day::date, booking_day::from_half_hour, booking_day::id))
        .load(conn)
}

/// Writes the new state of a booking and of those of its days that are named.
pub fn update(conn: &mut Conn, row: &BookingRow, days: &[BookingDayId], takes_place: bool) -> QueryResult<()> {
    diesel::update(booking::table.find(row.id)).set(row).execute(conn)?;
    if !days.is_empty() {
        let state = if takes_place { DayState::Expected } else { DayState::Released };
        diesel::update(booking_day::table.filter(booking_day::id.eq_any(days)))
            .set((booking_day::state.eq(state), booking_day::takes_place.eq(takes_place)))
            .execute(conn)?;
    }
    Ok(())
}

/// Phone numbers of guardians, for messages.
pub fn phones(conn: &mut Conn, accounts: &[AccountId]) -> QueryResult<HashMap<AccountId, String>> {
    let rows: Vec<(AccountId, String)> =
        account::table.filter(account::id.eq_any(accounts)).select((account::id, account::phone)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Holds that ran out by `now` and have not been written down as expired, oldest first, with their days.
pub fn expired_holds(
    conn: &mut Conn,
    now: Timestamp,
    most: i64,
) -> QueryResult<Vec<(BookingId, Vec<(ClassId, Date)>)>> {
    let ids: Vec<BookingId> = booking::table
        .filter(IsHeld.and(booking::hold_expires_at.le(now)))
        .order(booking::hold_expires_at)
        .select(booking::id)
        .limit(most)
        .load(conn)?;
    let rows: Vec<(BookingId, ClassId, Date)> = booking_day::table
        .filter(booking_day::booking_id.eq_any(&ids))
        .select((booking_day::booking_id, booking_day::class_id, booking_day::date))
        .load(conn)?;
    let mut days: HashMap<BookingId, HashSet<(ClassId, Date)>> = HashMap::new();
    for (id, class, date) in rows {
        days.entry(id).or_default().insert((class, date));
    }
    let with_days = ids.into_iter().map(|id| (id, days.remove(&id).unwrap_or_default().into_iter().collect()));
    Ok(with_days.collect())
}

/// Writes down that these holds ran out; one that was confirmed or extended meanwhile is left alone.
pub fn expire(conn: &mut Conn, now: Timestamp, ids: &[BookingId]) -> QueryResult<usize> {
    diesel::update(booking::table.filter(booking::id.eq_any(ids)).filter(IsHeld.and(booking::hold_expires_at.le(now))))
        .set((booking::state.eq(BookingState::Expired), booking::version.eq(booking::version + 1)))
        .execute(conn)
}

// Reading --------------------------------------------------------------------------------------------------------------

/// What a page of bookings is asked for.
pub struct Page {
    pub family: FamilyId,
    pub state: Option<BookingState>,
    /// Given: soonest first, from this date on. None: latest first.
    pub from: Option<Date>,
    /// The last one of the page before, by its sorting date and id.
    pub after: Option<(Date, BookingId)>,
    pub most: i64,
}

pub fn page(conn: &mut Conn, page: &Page, now: Timestamp) -> QueryResult<Vec<BookingRow>> {
    let mut query = booking::table.filter(booking::family_id.eq(page.family)).into_boxed();
    // As it reads at `now`, not as it was last written.
    match page.state {
        None => {}
        Some(BookingState::Held) => {
            query = query.filter(booking::state.eq(BookingState::Held).and(booking::hold_expires_at.gt(now)));
        }
        Some(BookingState::Expired) => {
            let ran_out = booking::state.eq(BookingState::Held).and(booking::hold_expires_at.le(now));
            query = query.filter(booking::state.eq(BookingState::Expired).or(ran_out));
        }
        Some(state) => query = query.filter(booking::state.eq(state)),
    }
    query = match page.from {
        Some(from) => {
            query = query.filter(booking::last_date.ge(from));
            if let Some((date, id)) = page.after {
                let later = booking::first_date.gt(date);
                query = query.filter(later.or(booking::first_date.eq(date).and(booking::id.gt(id))));
            }
            query.order((booking::first_date.asc(), booking::id.asc()))
        }
        None => {
            if let Some((date, id)) = page.after {
                let earlier = booking::last_date.lt(date);
                query = query.filter(earlier.or(booking::last_date.eq(date).and(booking::id.lt(id))));
            }
            query.order((booking::last_date.desc(), booking::id.desc()))
        }
    };
    query.limit(page.most).load(conn)
}

pub fn nurseries(conn: &mut Conn, ids: &[NurseryId]) -> QueryResult<HashMap<NurseryId, BookedNursery>> {
    let rows = nursery::table
        .filter(nursery::id.eq_any(ids))
        .select((nursery::id, nursery::name, nursery::address, nursery::phone, nursery::lat, nursery::lng))
        .load(conn)?;
    Ok(rows.into_iter().map(booked_nursery).map(|nursery| (nursery.id, nursery)).collect())
}

/// The days of these bookings, by date, then window and child.
pub fn day_views(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<HashMap<BookingId, Vec<DayView>>> {
    let rows: Vec<(DayRow, String, ClassKind)> = booking_day::table
        .inner_join(child::table)
        .inner_join(class::table)
        .filter(booking_day::booking_id.eq_any(ids))
        .order((booking_day::date, booking_day::from_half_hour, booking_day::id))
        .select((booking_day::all_columns, child::name, class::kind))
        .load(conn)?;
    let mut views: HashMap<BookingId, Vec<DayView>> = HashMap::new();
    for (row, child_name, class_kind) in rows {
        views.entry(row.booking_id).or_default().push(DayView { row, child_name, class_kind });
    }
    Ok(views)
}

// Looking through ------------------------------------------------------------------------------------------------------

/// A day with what it must agree with.
#[derive(Clone, Debug)]
pub struct CheckedDay {
    pub row: DayRow,
    pub child_family: FamilyId,
    pub class_nursery: NurseryId,
}

/// Bookings by id, a page at a time.
pub fn all_bookings(conn: &mut Conn, after: Option<BookingId>, most: i64) -> QueryResult<Vec<BookingRow>> {
    let mut query = booking::table.into_boxed();
    if let Some(after) = after {
        query = query.filter(booking::id.gt(after));
    }
    query.order(booking::id).limit(most).load(conn)
}

pub fn checked_days(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<HashMap<BookingId, Vec<CheckedDay>>> {
    let rows: Vec<(DayRow, FamilyId, NurseryId)> = booking_day::table
        .inner_join(child::table)
        .inner_join(class::table)
        .filter(booking_day::booking_id.eq_any(ids))
        .select((booking_day::all_columns, child::family_id, class::nursery_id))
        .load(conn)?;
    let mut days: HashMap<BookingId, Vec<CheckedDay>> = HashMap::new();
    for (row, child_family, class_nursery) in rows {
        days.entry(row.booking_id).or_default().push(CheckedDay { row, child_family, class_nursery });
    }
    Ok(days)
}

diesel::alias!(booking_day as other_day: OtherDay);

/// Pairs of days on which a child takes a place in two windows that overlap.
pub fn overlaps(conn: &mut Conn) -> QueryResult<Vec<(ChildId, Date, BookingDayId, BookingDayId)>> {
    let other = |column| other_day.field(column);
    booking_day::table
        .inner_join(
            other_day.on(booking_day::child_id
                .eq(other_day.field(booking_day::child_id))
                .and(booking_day::date.eq(other_day.field(booking_day::date)))
                .and(booking_day::id.lt(other(booking_day::id)))),
        )
        .filter(booking_day::takes_place.and(other_day.field(booking_day::takes_place)))
        .filter(booking_day::from_half_hour.lt(other_day.field(booking_day::to_half_hour)))
        .filter(other_day.field(booking_day::from_half_hour).lt(booking_day::to_half_hour))
        .select((booking_day::child_id, booking_day::date, booking_day::id, other_day.field(booking_day::id)))
        .load(conn)
}

/// Nursery, class and its kind; child and birth date; care and window; pick-up and code.
type ExpectedRow = ((String, String, ClassKind), (String, Date), (CareKind, HalfHour, HalfHour), (String, String));

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
            (booking::pickup, booking::door_code),
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
