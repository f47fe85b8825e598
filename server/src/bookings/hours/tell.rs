//! What families are told of a change of hours, in the transaction that makes it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use doorstep_shared::{
    Date, HalfHour, Span, Timestamp,
    care::ClassKind,
    hours::{Fate, HoursChange, Touched},
    ids::{BookingId, FamilyId, HoursChangeId},
    messages::MessageKind,
};
use doorstep_web::{Locale, family::messages as texts};

use super::{
    Asked,
    plan::{Place, Standing, Treated},
    store,
};
use crate::{
    accounts,
    bookings::{messages::on_dates, store as rows},
    db::Conn,
    error::Result,
    nurseries::HoursChangeRow,
    outbox::{self, Channel, Haste, Message, Notice},
};

/// How long before a day begins its news does not wait for the morning.
const SOON: Duration = Duration::hours(24);

/// What one message is about: days of a booking that have the same window and the same fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    family: FamilyId,
    booking: BookingId,
    fate: Fate,
    window: Span,
    instead: Option<(ClassKind, Span)>,
}

/// Tells each family what became of its days, and why.
///
/// # Errors
/// When the database fails.
pub fn treated(conn: &mut Conn, asked: Asked<'_>, row: &HoursChangeRow, treated: &[Treated]) -> Result<()> {
    let mut news: BTreeMap<Key, BTreeSet<Date>> = BTreeMap::new();
    for Treated { standing: Standing { booking, day, .. }, fate, place } in treated {
        let instead = place.map(|Place { class_kind, span, .. }| (class_kind, span));
        let key = Key { family: booking.family_id, booking: booking.id, fate: *fate, window: day.span(), instead };
        news.entry(key).or_default().insert(day.date);
    }
    let closes = match row.what()? {
        HoursChange::Closure { window: Some(window), .. } => window.from,
        _ => HalfHour::MIDNIGHT,
    };
    let now = HalfHour::containing(asked.now);
    let body = |key: &Key, dates: &BTreeSet<Date>, nursery: &str, locale| {
        let when = on_dates(dates, key.window, locale);
        let (reason, class) = (row.reason.as_str(), key.instead);
        match (key.fate, class) {
            (Fate::PickUp, _) => texts::closed_pick_up(nursery, &when, closes.max(now), reason, locale),
            (Fate::Released, _) => texts::closed_released(nursery, &when, reason, locale),
            (_, Some((class, span))) => texts::closed_moved(nursery, &when, (class, span), reason, locale),
            (_, None) => texts::closed_cancelled(nursery, &when, reason, locale),
        }
    };
    tell(conn, asked, row.id, &news, body)
}

/// Tells the families whose days a closure cancelled that it is open again. Their bookings stay cancelled.
///
/// # Errors
/// When the database fails.
pub fn reopened(conn: &mut Conn, asked: Asked<'_>, row: &HoursChangeRow, cancelled: &[&Touched]) -> Result<()> {
    let bookings: Vec<_> = cancelled.iter().map(|touched| touched.booking_id).collect();
    let families: BTreeMap<_, _> =
        store::bookings(conn, &bookings)?.into_iter().map(|booking| (booking.id, booking.family_id)).collect();
    let mut news: BTreeMap<Key, BTreeSet<Date>> = BTreeMap::new();
    for touched in cancelled {
        let (Some(family), Some(window)) =
            (families.get(&touched.booking_id).copied(), Span::new(touched.from, touched.to))
        else {
            continue;
        };
        let key = Key { family, booking: touched.booking_id, fate: touched.fate, window, instead: None };
        news.entry(key).or_default().insert(touched.date);
    }
    let body = |key: &Key, dates: &BTreeSet<Date>, nursery: &str, locale| {
        texts::reopened(nursery, &on_dates(dates, key.window, locale), &row.reason, locale)
    };
    tell(conn, asked, row.id, &news, body)
}

/// Everybody who is told for a family, each in their language.
fn tell(
    conn: &mut Conn,
    asked: Asked<'_>,
    id: HoursChangeId,
    news: &BTreeMap<Key, BTreeSet<Date>>,
    body: impl Fn(&Key, &BTreeSet<Date>, &str, Locale) -> String,
) -> Result<()> {
    if news.is_empty() {
        return Ok(());
    }
    let mut families: Vec<_> = news.keys().map(|key| key.family).collect();
    families.dedup();
    let told = accounts::told(conn, &families)?;
    let nurseries = rows::nurseries(conn, &[asked.nursery])?;
    let name = nurseries.get(&asked.nursery).map(|nursery| nursery.name.as_str()).unwrap_or_default();
    let mut notices = Vec::new();
    for (number, (key, dates)) in news.iter().enumerate() {
        let begins = dates.first().map(|date| Timestamp::at(*date, key.window.from));
        let is_soon = begins.is_some_and(|begins| begins < asked.now + SOON);
        for person in told.get(&key.family).map_or(&[][..], Vec::as_slice) {
            let event = format!("hours:{id}:{}:{number}", asked.now.micros());
            let body = body(key, dates, name, person.locale);
            notices.push(Notice {
                message: Message { event, recipient: person.phone.clone(), channel: Channel::Sms, body },
                kind: MessageKind::Booking,
                booking: Some(key.booking),
                visit_at: None,
                haste: if is_soon { Haste::AtOnce } else { Haste::ByDay },
                until: None,
            });
        }
    }
    Ok(outbox::tell_batch(conn, asked.now, &notices)?)
}
