//! Codes with which one person picks up the children of a booking on one day.
//!
//! A guardian gives one, and the one given before for that day ends. It is good on its day, until a while after care
//! ends, once, for a few tries. The six digits are kept nowhere: a keyed hash draws them from the id of the row, so that
//! whoever reads the database opens no door, and whoever picks up can read them again.

mod http;
mod store;

use chrono::Duration;
use doorstep_shared::{
    Date, HalfHour, Problem, ProblemKind, Timestamp,
    bookings::BookingState,
    family::{IssuePickUpCode, PickUp, PickUpCode},
    ids::{BookingId, FamilyId, NurseryId, PickUpCodeId, PickUpPersonId},
    problem::FieldRule,
};
use doorstep_web::{Locale, family::messages as texts};

pub use self::http::register;
use super::store as bookings;
use crate::{
    accounts::{self, Holder, PickUpDigits},
    audit::{self, Action},
    db::Conn,
    error::Result,
    outbox::{self, Channel},
    policy::{FamilyRules, Policies},
};

/// When care ends on a day, and until when a code for it is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct End {
    until: HalfHour,
    expires_at: Timestamp,
}

impl End {
    fn of(date: Date, until: HalfHour, rules: FamilyRules) -> Self {
        let margin = Duration::minutes(rules.pick_up_margin_minutes.into());
        Self { until, expires_at: Timestamp::at(date, until) + margin }
    }
}

/// When care ends on a day of a booking that stands; None when nobody comes then.
fn end(conn: &mut Conn, rules: FamilyRules, booking: BookingId, date: Date) -> Result<Option<End>> {
    let days = bookings::days(conn, booking)?;
    let comes = days.iter().filter(|day| day.date == date && day.takes_place);
    Ok(comes.map(|day| day.to_half_hour).max().map(|until| End::of(date, until, rules)))
}

/// Gives a person the code for a day, and tells them by text message where their number is known. Returns the row's id:
/// the digits are read with [`store::Row::shown`].
///
/// # Errors
/// `not-found` for another family's booking or person; `wrong-state` unless the booking is confirmed and children come
/// that day; `invalid` when that day's care is over.
fn issue(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    digits: &PickUpDigits,
    holder: &Holder,
    locale: Locale,
    ask: &IssuePickUpCode,
) -> Result<PickUpCodeId> {
    let rules = policies.on(now.local_date()).family;
    let row = bookings::lock_bookings(conn, holder.family, &[ask.id])?.pop().ok_or(ProblemKind::NotFound)?;
    let person = accounts::pick_up_contact(conn, holder.family, ask.person_id)?;
    if row.state_at(now) != BookingState::Confirmed {
        return Err(ProblemKind::WrongState.into());
    }
    let end = end(conn, rules, ask.id, ask.date)?.ok_or(ProblemKind::WrongState)?;
    if end.expires_at <= now {
        return Err(Problem::field("date", FieldRule::InThePast, "the care of that day is over").into());
    }
    store::end_open(conn, now, ask.id, ask.date)?;
    let id = PickUpCodeId::new();
    store::insert(conn, now, id, ask)?;
    audit::record(conn, now, holder.account, Action::PickUpCodeIssued, id.0)?;
    if let Some(phone) = person.phone {
        let nursery = bookings::nurseries(conn, &[row.nursery_id])?.remove(&row.nursery_id);
        let nursery = nursery.map(|nursery| nursery.name).unwrap_or_default();
        let text = texts::pick_up_code(&digits.of(id), ask.date, end.until, &nursery, locale);
        outbox::send(conn, now, format!("pick-up:{id}"), phone.as_str(), Channel::Sms, text)?;
    }
    Ok(id)
}

/// Takes the code of a day back; nothing happens when there is none.
///
/// # Errors
/// `not-found` for another family's booking.
fn revoke(conn: &mut Conn, now: Timestamp, holder: &Holder, booking: BookingId, date: Date) -> Result<()> {
    bookings::lock_bookings(conn, holder.family, &[booking])?.pop().ok_or(ProblemKind::NotFound)?;
    if let Some(id) = store::end_open(conn, now, booking, date)? {
        audit::record(conn, now, holder.account, Action::PickUpCodeRevoked, id.0)?;
    }
    Ok(())
}

/// The codes of a booking that stand or were used, by date.
///
/// # Errors
/// `not-found` for another family's booking.
fn list(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    family: FamilyId,
    booking: BookingId,
) -> Result<Vec<PickUpCode>> {
    bookings::find(conn, family, booking)?.ok_or(ProblemKind::NotFound)?;
    let rules = policies.on(now.local_date()).family;
    let mut shown = Vec::new();
    for code in store::of_booking(conn, booking)? {
        // A day that nobody comes on any more needs nobody who picks up.
        let Some(end) = end(conn, rules, booking, code.date)? else { continue };
        shown.push(code.shown(end.expires_at));
    }
    Ok(shown)
}

/// All codes of a family, for its export.
pub fn all_codes(conn: &mut Conn, policies: &Policies, now: Timestamp, family: FamilyId) -> Result<Vec<PickUpCode>> {
    let mut all = Vec::new();
    for booking in store::with_codes(conn, family)? {
        all.extend(list(conn, policies, now, family, booking)?);
    }
    Ok(all)
}

/// Whom a code let pick up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickedUpBy {
    pub person: PickUpPersonId,
    pub name: String,
}

/// At the door: takes one try at the code of a booking's day at a nursery. Whom it lets pick up when it is right, and
/// then it is used up.
///
/// Returns `Ok` for a wrong code too: the try must be committed.
pub fn verify(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    digits: &PickUpDigits,
    nursery: NurseryId,
    booking: BookingId,
    typed: &str,
) -> Result<Option<PickedUpBy>> {
    let (today, rules) = (now.local_date(), policies.on(now.local_date()).family);
    let Some(code) = store::open_at(conn, nursery, booking, today)? else { return Ok(None) };
    // Counted before it is compared: of many at once, so many are.
    if !store::take_try(conn, code.id, i16::try_from(rules.pick_up_tries).unwrap_or(i16::MAX))? {
        return Ok(None);
    }
    let in_time = end(conn, rules, booking, today)?.is_some_and(|end| now < end.expires_at);
    if !in_time || typed != digits.of(code.id) || !store::use_up(conn, code.id, now)? {
        return Ok(None);
    }
    Ok(Some(PickedUpBy { person: code.person_id, name: code.name }))
}

/// The days on which an account picks up for the family that it acts for, today and later, soonest first.
fn pick_ups(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    digits: &PickUpDigits,
    holder: &Holder,
) -> Result<Vec<PickUp>> {
    let rules = policies.on(now.local_date()).family;
    let mut all = Vec::new();
    for code in store::of_account(conn, holder, now.local_date())? {
        let days = bookings::day_views(conn, &[code.booking_id])?.remove(&code.booking_id).unwrap_or_default();
        let come: Vec<_> = days.iter().filter(|day| day.row.date == code.date && day.row.takes_place).collect();
        let end = come.iter().map(|day| day.row.to_half_hour).max().map(|until| End::of(code.date, until, rules));
        let nursery = bookings::nurseries(conn, &[code.nursery_id])?.remove(&code.nursery_id);
        let (Some(end), Some(nursery)) = (end.filter(|end| now < end.expires_at), nursery) else { continue };
        all.push(PickUp {
            date: code.date,
            until: end.until,
            nursery,
            children: come.iter().map(|day| day.child_name.clone()).collect(),
            code: code.used_at.is_none().then(|| digits.of(code.id)),
            expires_at: end.expires_at,
        });
    }
    Ok(all)
}
