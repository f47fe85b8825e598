//! Rows and queries of waitlists.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Date, Fen, HalfHour, ProblemKind, Span, Timestamp,
    bookings::{BookingState, PriorityGroup, WaitState, WaitingChild},
    care::{CareKind, ClassKind},
    ids::{AccountId, BookingId, ChildId, ClassId, FamilyId, NurseryId, OfferId, WaitlistEntryId},
};

use crate::db::{
    Conn,
    schema::{IsHeld, audit, booking, booking_day, child, child_group, class, offer, waitlist_child, waitlist_entry},
};

#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = waitlist_entry, treat_none_as_null = true)]
pub struct EntryRow {
    pub id: WaitlistEntryId,
    pub family_id: FamilyId,
    /// Who joined, and is told.
    pub account_id: AccountId,
    pub nursery_id: NurseryId,
    pub class_id: ClassId,
    pub offer_id: OfferId,
    pub date: Date,
    pub from_half_hour: HalfHour,
    pub to_half_hour: HalfHour,
    /// Lower comes first.
    pub priority: i16,
    pub priority_group: Option<PriorityGroup>,
    /// Counted for each class and date; lower comes first among those of one priority.
    pub number: i64,
    /// In which the family is told.
    pub locale: String,
    pub state: WaitState,
    pub joined_at: Timestamp,
    pub auto_accept_until: Option<Timestamp>,
    pub leave_others: bool,
    pub booking_id: Option<BookingId>,
    pub ended_at: Option<Timestamp>,
    pub passed_at: Option<Timestamp>,
    pub passed_for: Option<String>,
}

impl EntryRow {
    pub fn span(&self) -> Span {
        // The schema keeps `from` before `to`.
        Span { from: self.from_half_hour, to: self.to_half_hour }
    }

    pub fn begins(&self) -> Timestamp {
        Timestamp::at(self.date, self.from_half_hour)
    }
}

/// An entry with what its state depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub row: EntryRow,
    /// By id.
    pub children: Vec<ChildId>,
    /// Of the place that was offered: its state and until when it is held.
    pub place: Option<(BookingState, Option<Timestamp>)>,
}

impl Entry {
    /// Its state at `now`, whether or not somebody wrote that down.
    pub fn state_at(&self, now: Timestamp) -> WaitState {
        match (self.row.state, self.place) {
            (WaitState::Waiting, _) if self.row.begins() <= now => WaitState::Lapsed,
            (WaitState::Offered, Some((BookingState::Held, Some(expires)))) if expires > now => WaitState::Offered,
            (WaitState::Offered, _) => WaitState::Expired,
            (state, _) => state,
        }
    }
}

type ClassDate = (ClassId, Date);
type Found = (EntryRow, Option<(BookingState, Option<Timestamp>)>);

fn with_children(conn: &mut Conn, found: Vec<Found>) -> QueryResult<Vec<Entry>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = found.iter().map(|(row, _)| row.id).collect();
    let rows: Vec<(WaitlistEntryId, ChildId)> = waitlist_child::table
        .filter(waitlist_child::entry_id.eq_any(&ids))
        .order((waitlist_child::entry_id, waitlist_child::child_id))
        .load(conn)?;
    let mut children: HashMap<_, Vec<_>> = HashMap::new();
    for (entry, child) in rows {
        children.entry(entry).or_default().push(child);
    }
    let whole = |(row, place): Found| Entry { children: children.remove(&row.id).unwrap_or_default(), row, place };
    Ok(found.into_iter().map(whole).collect())
}

/// Entries with the places that were offered, to be filtered.
macro_rules! entries {
    () => {
        waitlist_entry::table
            .left_join(booking::table)
            .select((waitlist_entry::all_columns, (booking::state, booking::hold_expires_at).nullable()))
    };
}

/// The open entries of these class-days, first in line first.
pub fn line(conn: &mut Conn, class_days: &[ClassDate]) -> QueryResult<Vec<Entry>> {
    let (classes, dates): (Vec<_>, Vec<_>) = class_days.iter().copied().unzip();
    let mut found: Vec<Found> = entries!()
        .filter(waitlist_entry::class_id.eq_any(classes).and(waitlist_entry::date.eq_any(dates)))
        .filter(waitlist_entry::state.eq_any([WaitState::Waiting, WaitState::Offered]))
        // Numbers are those of one class-day: between two of them the older wish comes first.
        .order((waitlist_entry::priority, waitlist_entry::number, waitlist_entry::id))
        .load(conn)?;
    found.retain(|(row, _)| class_days.contains(&(row.class_id, row.date)));
    with_children(conn, found)
}

/// Whose entries are open on these class-days.
pub fn families_in_line(conn: &mut Conn, class_days: &[ClassDate]) -> QueryResult<Vec<FamilyId>> {
    let (classes, dates): (Vec<_>, Vec<_>) = class_days.iter().copied().unzip();
    waitlist_entry::table
        .filter(waitlist_entry::class_id.eq_any(classes).and(waitlist_entry::date.eq_any(dates)))
        .filter(waitlist_entry::state.eq_any([WaitState::Waiting, WaitState::Offered]))
        .select(waitlist_entry::family_id)
        .distinct()
        .load(conn)
}

/// An entry of the family. None when there is none, or it is another family's.
pub fn find(conn: &mut Conn, family: FamilyId, id: WaitlistEntryId) -> QueryResult<Option<Entry>> {
    let found = entries!().filter(waitlist_entry::id.eq(id).and(waitlist_entry::family_id.eq(family))).load(conn)?;
    Ok(with_children(conn, found)?.pop())
}

/// The entries of the family, for care on `from` or later when it is given; soonest first.
pub fn of_family(conn: &mut Conn, family: FamilyId, from: Option<Date>, most: i64) -> QueryResult<Vec<Entry>> {
    let mut query = entries!().filter(waitlist_entry::family_id.eq(family)).into_boxed();
    if let Some(from) = from {
        query = query.filter(waitlist_entry::date.ge(from));
    }
    let order = (waitlist_entry::date, waitlist_entry::from_half_hour, waitlist_entry::id);
    let found = query.order(order).limit(most).load(conn)?;
    with_children(conn, found)
}

pub fn next_number(conn: &mut Conn, class: ClassId, date: Date) -> QueryResult<i64> {
    let last: Option<i64> = waitlist_entry::table
        .filter(waitlist_entry::class_id.eq(class).and(waitlist_entry::date.eq(date)))
        .select(diesel::dsl::max(waitlist_entry::number))
        .first(conn)?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn insert(conn: &mut Conn, row: &EntryRow, children: &[ChildId]) -> QueryResult<()> {
    diesel::insert_into(waitlist_entry::table).values(row).execute(conn)?;
    for child in children {
        diesel::insert_into(waitlist_child::table)
            .values((waitlist_child::entry_id.eq(row.id), waitlist_child::child_id.eq(child)))
            .execute(conn)?;
    }
    Ok(())
}

/// Makes an entry that was left a new one, for the same children.
pub fn join_again(conn: &mut Conn, row: &EntryRow) -> QueryResult<()> {
    diesel::update(waitlist_entry::table.find(row.id)).set(row).execute(conn)?;
    Ok(())
}

/// Writes down that a place was offered, or booked at once.
pub fn give(conn: &mut Conn, id: WaitlistEntryId, place: BookingId, won_at: Option<Timestamp>) -> QueryResult<()> {
    let state = if won_at.is_some() { WaitState::Accepted } else { WaitState::Offered };
    diesel::update(waitlist_entry::table.find(id))
        .set((
            waitlist_entry::state.eq(state),
            waitlist_entry::booking_id.eq(place),
            waitlist_entry::ended_at.eq(won_at),
            waitlist_entry::passed_at.eq(None::<Timestamp>),
            waitlist_entry::passed_for.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes down why a place could not be offered.
pub fn pass_over(conn: &mut Conn, now: Timestamp, ids: &[WaitlistEntryId], why: ProblemKind) -> QueryResult<()> {
    diesel::update(waitlist_entry::table.filter(waitlist_entry::id.eq_any(ids)))
        .set((waitlist_entry::passed_at.eq(now), waitlist_entry::passed_for.eq(why.as_str())))
        .execute(conn)?;
    Ok(())
}

pub fn end(conn: &mut Conn, now: Timestamp, ids: &[WaitlistEntryId], state: WaitState) -> QueryResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    diesel::update(waitlist_entry::table.filter(waitlist_entry::id.eq_any(ids)))
        .set((waitlist_entry::state.eq(state), waitlist_entry::ended_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Takes the entry back into line.
pub fn reopen(conn: &mut Conn, id: WaitlistEntryId) -> QueryResult<()> {
    diesel::update(waitlist_entry::table.find(id))
        .set((waitlist_entry::state.eq(WaitState::Waiting), waitlist_entry::ended_at.eq(None::<Timestamp>)))
        .execute(conn)?;
    Ok(())
}

/// Writes down what became of an offered place. Tells how many entries it was offered to: one, or none.
pub fn note(conn: &mut Conn, now: Timestamp, place: BookingId, state: WaitState) -> QueryResult<usize> {
    let offered = waitlist_entry::booking_id.eq(place).and(waitlist_entry::state.eq(WaitState::Offered));
    diesel::update(waitlist_entry::table.filter(offered))
        .set((waitlist_entry::state.eq(state), waitlist_entry::ended_at.eq(now)))
        .execute(conn)
}

/// Has those wait again, at their old place in line, to whom these places were offered.
pub fn wait_again(conn: &mut Conn, places: &[BookingId]) -> QueryResult<()> {
    let offered = waitlist_entry::booking_id.eq_any(places).and(waitlist_entry::state.eq(WaitState::Offered));
    diesel::update(waitlist_entry::table.filter(offered))
        .set((waitlist_entry::state.eq(WaitState::Waiting), waitlist_entry::booking_id.eq(None::<BookingId>)))
        .execute(conn)?;
    Ok(())
}

/// The family's other entries for some of these children at an overlapping time, still waiting.
pub fn others(conn: &mut Conn, won: &Entry) -> QueryResult<Vec<WaitlistEntryId>> {
    let EntryRow { id, family_id, date, from_half_hour, to_half_hour, .. } = won.row;
    waitlist_entry::table
        .filter(waitlist_entry::family_id.eq(family_id).and(waitlist_entry::date.eq(date)))
        .filter(waitlist_entry::id.ne(id).and(waitlist_entry::state.eq(WaitState::Waiting)))
        .filter(waitlist_entry::from_half_hour.lt(to_half_hour).and(waitlist_entry::to_half_hour.gt(from_half_hour)))
        .filter(diesel::dsl::exists(
            waitlist_child::table
                .filter(waitlist_child::entry_id.eq(waitlist_entry::id))
                .filter(waitlist_child::child_id.eq_any(&won.children)),
        ))
        .select(waitlist_entry::id)
        .load(conn)
}

/// Entries whose care began by `now` without a place, and whom to tell. Leaves out what somebody is changing.
pub fn lock_lapsed(conn: &mut Conn, now: Timestamp, most: i64) -> QueryResult<Vec<EntryRow>> {
    let (today, half_hour) = (now.local_date(), HalfHour::containing(now));
    let begun = waitlist_entry::date.eq(today).and(waitlist_entry::from_half_hour.le(half_hour));
    let lapsed = waitlist_entry::table
        .filter(waitlist_entry::state.eq(WaitState::Waiting).and(waitlist_entry::date.lt(today).or(begun)))
        .order(waitlist_entry::id)
        .limit(most);
    match conn {
        Conn::Postgres(conn) => lapsed.for_no_key_update().skip_locked().load(conn),
        Conn::Sqlite(conn) => lapsed.load(conn),
    }
}

/// The class-days from `from` on for which somebody waits.
pub fn awaited(conn: &mut Conn, from: Date) -> QueryResult<Vec<ClassDate>> {
    waitlist_entry::table
        .filter(waitlist_entry::state.eq(WaitState::Waiting).and(waitlist_entry::date.ge(from)))
        .select((waitlist_entry::class_id, waitlist_entry::date))
        .distinct()
        .order((waitlist_entry::class_id, waitlist_entry::date))
        .load(conn)
}

/// Erases entries for care before `before`; returns how many.
pub fn forget(conn: &mut Conn, before: Date, most: i64) -> QueryResult<usize> {
    let old: Vec<WaitlistEntryId> = waitlist_entry::table
        .filter(waitlist_entry::date.lt(before))
        .select(waitlist_entry::id)
        .limit(most)
        .load(conn)?;
    diesel::delete(waitlist_entry::table.filter(waitlist_entry::id.eq_any(old))).execute(conn)
}

/// Every open entry, for whoever looks through all of them.
pub fn every_open(conn: &mut Conn) -> QueryResult<Vec<Entry>> {
    let found = entries!()
        .filter(waitlist_entry::state.eq_any([WaitState::Waiting, WaitState::Offered]))
        .order(waitlist_entry::id)
        .load(conn)?;
    with_children(conn, found)
}

/// Whether a hold ran out on one of these class-days that nobody has given back yet.
pub fn is_overdue(conn: &mut Conn, now: Timestamp, class_days: &[ClassDate]) -> QueryResult<bool> {
    let days: Vec<ClassDate> = booking::table
        .inner_join(booking_day::table)
        .filter(IsHeld.and(booking::hold_expires_at.le(now)))
        .filter(booking_day::takes_place)
        .select((booking_day::class_id, booking_day::date))
        .load(conn)?;
    Ok(days.iter().any(|day| class_days.contains(day)))
}

// What a family reads beside ------------------------------------------------------------------------------------------

/// What an offer is, also when it is sold no more.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Sold {
    pub class_kind: ClassKind,
    pub care: CareKind,
    pub unit_price: Fen,
}

pub fn sold(conn: &mut Conn, ids: &[OfferId]) -> QueryResult<HashMap<OfferId, Sold>> {
    let rows: Vec<(OfferId, Sold)> = offer::table
        .inner_join(class::table)
        .filter(offer::id.eq_any(ids))
        .select((offer::id, (class::kind, offer::care, offer::price_fen)))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

pub fn names(conn: &mut Conn, ids: &[ChildId]) -> QueryResult<HashMap<ChildId, WaitingChild>> {
    let rows: Vec<(ChildId, String)> =
        child::table.filter(child::id.eq_any(ids)).select((child::id, child::name)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id, WaitingChild { id, name })).collect())
}

/// A confirmed booking's day: its window, and when its place was given up.
pub type Day = (Date, HalfHour, HalfHour, Option<Timestamp>);

/// What was booked, and given up, in a class on these dates.
pub fn history(conn: &mut Conn, class: ClassId, dates: &[Date]) -> QueryResult<Vec<Day>> {
    booking_day::table
        .inner_join(booking::table)
        .filter(booking_day::class_id.eq(class).and(booking_day::date.eq_any(dates)))
        .filter(booking::confirmed_at.is_not_null())
        .select((booking_day::date, booking_day::from_half_hour, booking_day::to_half_hour, booking_day::left_at))
        .load(conn)
}

// Priority groups -----------------------------------------------------------------------------------------------------

pub fn groups(conn: &mut Conn, children: &[ChildId]) -> QueryResult<Vec<PriorityGroup>> {
    child_group::table.filter(child_group::child_id.eq_any(children)).select(child_group::name).load(conn)
}

/// Puts a child into a group, or takes it out of any, and notes that somebody did. It counts for entries made from then
/// on. False when there is no such child.
pub fn set_group(conn: &mut Conn, now: Timestamp, id: ChildId, group: Option<PriorityGroup>) -> QueryResult<bool> {
    let there = child::table.find(id).filter(child::erased_at.is_null());
    if !diesel::select(diesel::dsl::exists(there)).get_result::<bool>(conn)? {
        return Ok(false);
    }
    diesel::delete(child_group::table.find(id)).execute(conn)?;
    if let Some(group) = group {
        diesel::insert_into(child_group::table)
            .values((child_group::child_id.eq(id), child_group::name.eq(group), child_group::given_at.eq(now)))
            .execute(conn)?;
    }
    diesel::insert_into(audit::table)
        .values((
            audit::id.eq(uuid::Uuid::now_v7().as_bytes().as_slice()),
            audit::at.eq(now),
            audit::action.eq("child.group"),
            audit::subject.eq(id),
        ))
        .execute(conn)?;
    Ok(true)
}
