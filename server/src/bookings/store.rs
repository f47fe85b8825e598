//! Rows and queries of bookings, and of what an order needs to know.

use std::collections::{HashMap, HashSet};

use diesel::{dsl::exists, prelude::*};
use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    bookings::{BookedNursery, BookingState, CancelRule, DayState},
    care::{CareKind, ClassKind, NurseryKind},
    children::ConsentPurpose,
    ids::{AccountId, BookingDayId, BookingId, ChildId, ClassId, FamilyId, HoursChangeId, NurseryId, OfferId},
};

use super::facts::{Child, Offer, Taken};
use crate::db::{
    Conn,
    bulk::insert_batch,
    schema::{IsHeld, booking, booking_day, child, class, consent, family, hours_change, nursery, offer, offer_window},
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
    /// Counts the changes.
    pub version: i64,
    /// [`doorstep_shared::bookings::Series`] as JSON; None for single days.
    pub series: Option<String>,
    /// The booking at another nursery that its days were moved from.
    pub moved_from: Option<BookingId>,
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
    /// When the family gave the place up: cancelled, absent or moved.
    pub left_at: Option<Timestamp>,
    /// The version of the booking that this change made.
    pub left_in: Option<i64>,
    /// What that cost by the frozen rule.
    pub left_cost_fen: Fen,
    /// The booking that the day was moved to.
    pub moved_to: Option<BookingId>,
    /// The day that it became.
    pub moved_day: Option<BookingDayId>,
    /// The cancel rule frozen by a move; None: the booking's.
    pub free_until_hours: Option<i16>,
    pub late_percent: Option<i16>,
    /// What each half-hour costs by which the child is collected late, as it was when booked.
    pub late_pick_up_fen: Fen,
    /// What collecting it late came to.
    pub late_cost_fen: Fen,
    /// The change of hours for which the nursery cancelled it, moved it away, or asked to have the child picked up.
    pub hours_change_id: Option<HoursChangeId>,
}

impl DayRow {
    /// Whether it only remembers a place that its day left by a move: no day of its own any more.
    pub fn is_trace(&self) -> bool {
        self.moved_to == Some(self.booking_id)
    }

    /// Whether nobody is to come any more: the family has given its place up, or told the nursery so.
    pub fn is_given_up(&self) -> bool {
        self.left_at.is_some() || self.state == DayState::Absent
    }

    /// Whether its care has begun by `now`: by the clock, or because the child has been there already.
    pub fn has_begun(&self, now: Timestamp) -> bool {
        self.begins() <= now || matches!(self.state, DayState::CheckedIn | DayState::CheckedOut)
    }

    /// What cancelling it costs: as its last move froze it, else as its booking did.
    pub fn rule(&self, booking: &BookingRow) -> CancelRule {
        match (self.free_until_hours, self.late_percent) {
            (Some(hours), Some(percent)) => CancelRule {
                free_until_hours: hours.unsigned_abs(),
                late_percent: u8::try_from(percent).unwrap_or(100),
            },
            _ => booking.rule(),
        }
    }

    /// When its care ends.
    pub fn ends(&self) -> Timestamp {
        Timestamp::at(self.date, self.to_half_hour)
    }

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
    /// In the nursery's words, where a change of its hours concerned the day.
    pub closed_for: Option<String>,
}

// What an order needs to know -----------------------------------------------------------------------------------------

/// Offers that are sold, with where and how.
pub fn offers(conn: &mut Conn, ids: &[OfferId]) -> QueryResult<HashMap<OfferId, Offer>> {
    type Row = (
        (OfferId, ClassId, CareKind, Fen, i32, i16, i16, Fen),
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
                offer::late_pick_up_fen,
            ),
            class::kind,
            nursery::kind,
            (nursery::id, nursery::name, nursery::address, nursery::phone, nursery::lat, nursery::lng),
            (offer_window::from_half_hour, offer_window::to_half_hour).nullable(),
        ))
        .load(conn)?;
    let mut offers: HashMap<OfferId, Offer> = HashMap::new();
    for (own, class_kind, nursery_kind, nursery, window) in rows {
        let (id, class, care, unit_price, lead_minutes, free_until_hours, late_percent, late_pick_up) = own;
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
            late_pick_up,
            windows: Vec::new(),
        });
        offer.windows.extend(window.and_then(|(from, to)| Span::new(from, to)));
    }
    Ok(offers)
}

/// Offers of these care kinds that these nurseries sell.
pub fn offers_beside(conn: &mut Conn, nurseries: &[NurseryId], cares: &[CareKind]) -> QueryResult<Vec<OfferId>> {
    offer::table
        .inner_join(class::table)
        .filter(class::nursery_id.eq_any(nurseries))
        .filter(offer::care.eq_any(cares).and(offer::withdrawn_at.is_null()))
        .select(offer::id)
        .load(conn)
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

/// Keeps other changes of these bookings of the family away until the transaction ends, in the order of their ids.
/// Before the class-days, never after: a move changes which they are.
pub fn lock_bookings(conn: &mut Conn, family: FamilyId, ids: &[BookingId]) -> QueryResult<Vec<BookingRow>> {
    let wanted = booking::table.filter(booking::id.eq_any(ids).and(booking::family_id.eq(family))).order(booking::id);
    match conn {
        // Not FOR UPDATE: its days may still be written, which point at it.
        Conn::Postgres(conn) => wanted.for_no_key_update().load(conn),
        // The writer is alone.
        Conn::Sqlite(conn) => wanted.load(conn),
    }
}

/// Writes the new state of a booking.
pub fn update(conn: &mut Conn, row: &BookingRow) -> QueryResult<()> {
    diesel::update(booking::table.find(row.id)).set(row).execute(conn)?;
    Ok(())
}

/// Puts `rows` in the place of the days that are named.
pub fn replace_days(conn: &mut Conn, gone: &[BookingDayId], rows: &[DayRow]) -> QueryResult<()> {
    if !gone.is_empty() {
        diesel::delete(booking_day::table.filter(booking_day::id.eq_any(gone))).execute(conn)?;
    }
    insert_batch!(conn, booking_day::table, rows, 23);
    Ok(())
}

/// Holds that ran out by `now` and have not been written down as expired, oldest first, with their days. Leaves out what
/// somebody is changing just now.
pub fn lock_expired_holds(
    conn: &mut Conn,
    now: Timestamp,
    most: i64,
) -> QueryResult<Vec<(BookingId, Vec<(ClassId, Date)>)>> {
    let expired = booking::table
        .filter(IsHeld.and(booking::hold_expires_at.le(now)))
        .order(booking::hold_expires_at)
        .select(booking::id)
        .limit(most);
    let ids: Vec<BookingId> = match conn {
        Conn::Postgres(conn) => expired.for_no_key_update().skip_locked().load(conn)?,
        Conn::Sqlite(conn) => expired.load(conn)?,
    };
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
    let change = hours_change::table.on(booking_day::hours_change_id.eq(hours_change::id.nullable()));
    let rows: Vec<(DayRow, String, ClassKind, Option<String>)> = booking_day::table
        .inner_join(child::table)
        .inner_join(class::table)
        .left_join(change)
        .filter(booking_day::booking_id.eq_any(ids))
        .order((booking_day::date, booking_day::from_half_hour, booking_day::id))
        .select((booking_day::all_columns, child::name, class::kind, hours_change::reason.nullable()))
        .load(conn)?;
    let mut views: HashMap<BookingId, Vec<DayView>> = HashMap::new();
    for (row, child_name, class_kind, closed_for) in rows {
        views.entry(row.booking_id).or_default().push(DayView { row, child_name, class_kind, closed_for });
    }
    Ok(views)
}
