//! One booking, and pages of them.

use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    bookings::{Book, Booking, BookingPage, ListBookings, MoveBooking},
    dates,
    ids::{BookingId, FamilyId},
    problem::FieldRule,
};

use super::{
    Order,
    rules::moving::{self, Going},
    store::{self, BookingRow, Page},
    view,
};
use crate::{
    db::Conn,
    error::{Error, Result},
    inventory::Refused,
    policy::{BookingRules, Policies},
};

/// Bookings on a page.
const PAGE: usize = 50;

/// A booking of the family, as it is at `now`.
///
/// # Errors
/// `not-found` when there is none, or it is another family's.
pub fn get(conn: &mut Conn, policies: &Policies, now: Timestamp, family: FamilyId, id: BookingId) -> Result<Booking> {
    let row = store::find(conn, family, id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    one(conn, &policies.on(now.local_date()).booking, now, &row)
}

/// The family's bookings: latest care first, or soonest first from a date on.
///
/// # Errors
/// `invalid` when the cursor is not one of ours.
pub fn list(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    family: FamilyId,
    ask: &ListBookings,
) -> Result<BookingPage> {
    let after = ask.cursor.as_deref().map(read_cursor).transpose()?;
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = store::page(conn, &Page { family, state: ask.state, from: ask.from, after, most }, now)?;
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next_cursor = rows.last().filter(|_| has_more).map(|last| {
        let date = if ask.from.is_some() { last.first_date } else { last.last_date };
        format!("{date}_{}", last.id)
    });
    let items = many(conn, &policies.on(now.local_date()).booking, now, &rows)?;
    Ok(BookingPage { items, next_cursor })
}

/// All of the family's bookings, latest care first, for its export.
pub fn all(conn: &mut Conn, policies: &Policies, now: Timestamp, family: FamilyId) -> Result<Vec<Booking>> {
    since(conn, policies, now, family, None)
}

/// The family's bookings with a day on or after a date; all of them without one.
pub fn since(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    family: FamilyId,
    from: Option<Date>,
) -> Result<Vec<Booking>> {
    let mut all = Vec::new();
    let mut ask = ListBookings { from, ..ListBookings::default() };
    loop {
        let page = list(conn, policies, now, family, &ask)?;
        all.extend(page.items);
        match page.next_cursor {
            Some(cursor) => ask.cursor = Some(cursor),
            None => return Ok(all),
        }
    }
}

fn read_cursor(cursor: &str) -> Result<(Date, BookingId), Problem> {
    let parts = cursor.split_once('_').and_then(|(date, id)| Some((dates::read(date)?, id.parse().ok()?)));
    parts.ok_or_else(|| Problem::field("cursor", FieldRule::Unknown, "it is not the next_cursor of a page"))
}

/// The whole of a booking whose row is known.
pub fn one(conn: &mut Conn, limits: &BookingRules, now: Timestamp, row: &BookingRow) -> Result<Booking> {
    let booking = many(conn, limits, now, std::slice::from_ref(row))?.pop();
    booking.ok_or_else(|| Error::internal(format!("booking {} has no nursery", row.id)))
}

/// The same of several, in their order.
pub fn many(conn: &mut Conn, limits: &BookingRules, now: Timestamp, rows: &[BookingRow]) -> Result<Vec<Booking>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<_> = rows.iter().map(|row| row.nursery_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let nurseries = store::nurseries(conn, &ids)?;
    let days = store::day_views(conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
    let bookings = rows.iter().filter_map(|row| {
        let nursery = nurseries.get(&row.nursery_id)?.clone();
        let days = days.get(&row.id).map_or(&[][..], Vec::as_slice);
        Some(view::booking(row, nursery, days, now, limits))
    });
    Ok(bookings.collect())
}

/// What an order could not have, so that others can be looked for: the day that the refusal names, `days.N.date`, else
/// its first. None when the order names nothing that exists.
pub fn refused(conn: &mut Conn, order: &Order, full_day: Option<&str>) -> Result<Option<Refused>> {
    let Book { children, days, .. } = &order.book;
    let index = full_day.and_then(|field| field.split('.').nth(1)).and_then(|index| index.parse().ok()).unwrap_or(0);
    let (Some(first), Some(full)) = (children.first(), days.get::<usize>(index)) else { return Ok(None) };
    let Some(offer) = store::offers(conn, &[first.offer_id])?.remove(&first.offer_id) else { return Ok(None) };
    let Some(span) = full.span() else { return Ok(None) };
    let mut dates: Vec<_> = days.iter().map(|day| day.date).collect();
    dates.sort_unstable();
    let known = store::children(conn, &[order.family])?;
    let born = children.iter().filter_map(|child| known.get(&child.child_id)).map(|child| child.birth_date);
    let (nursery, care) = (offer.nursery.id, offer.care);
    Ok(Some(Refused { nursery, offer: offer.id, care, dates, full: full.date, span, children: born.collect() }))
}

/// The same of days that were to move: where the first of them that was full was to go, else the first.
pub fn refused_move(
    conn: &mut Conn,
    family: FamilyId,
    now: Timestamp,
    ask: &MoveBooking,
    full_day: Option<&str>,
) -> Result<Option<Refused>> {
    let Some(row) = store::find(conn, family, ask.id)? else { return Ok(None) };
    let going = moving::going(ask, &store::days(conn, row.id)?, now)?;
    let is_full = |going: &&Going| full_day.is_some_and(|field| going.field == field);
    let Some(full) = going.iter().find(is_full).or(going.first()) else { return Ok(None) };
    let Some(offer) = store::offers(conn, &[full.offer])?.remove(&full.offer) else { return Ok(None) };
    let mut dates: Vec<_> = going.iter().map(|going| going.date).collect();
    dates.dedup();
    let known = store::children(conn, &[family])?;
    let mut children: Vec<_> = going.iter().map(|going| going.row.child_id).collect();
    children.sort_unstable();
    children.dedup();
    let born = children.iter().filter_map(|child| known.get(child)).map(|child| child.birth_date);
    Ok(Some(Refused {
        nursery: offer.nursery.id,
        offer: offer.id,
        care: offer.care,
        dates,
        full: full.date,
        span: full.span,
        children: born.collect(),
    }))
}
