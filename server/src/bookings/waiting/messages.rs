//! What a family is told of its place in line, once per event, in the transaction that causes it.

use doorstep_shared::{
    Timestamp,
    bookings::BookedNursery,
    ids::{BookingId, WaitlistEntryId},
    messages::MessageKind,
};
use doorstep_web::{Locale, family::messages as texts};

use super::store::EntryRow;
use crate::{
    accounts::{self, Told},
    bookings::store,
    db::Conn,
    error::Result,
    outbox::{self, Channel, Haste, Message, Notice},
};

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// This place is kept for the family until then.
    Offered(BookingId, Timestamp),
    /// The offer ran out.
    RanOut,
    /// The care begins without a place.
    Lapsed,
}

/// Tells everybody who is told for each family what happened, in their language. No message names a child.
pub fn tell(conn: &mut Conn, now: Timestamp, events: &[(&EntryRow, Event)]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let families: Vec<_> = events.iter().map(|(row, _)| row.family_id).collect();
    let nurseries: Vec<_> = events.iter().map(|(row, _)| row.nursery_id).collect();
    let (told, nurseries) = (accounts::told(conn, &families)?, store::nurseries(conn, &nurseries)?);
    let mut notices = Vec::new();
    for (row, event) in events {
        let Some(nursery) = nurseries.get(&row.nursery_id) else { continue };
        let people = told.get(&row.family_id).map_or(&[][..], Vec::as_slice);
        notices.extend(people.iter().map(|person| about(row, *event, person, nursery)));
    }
    Ok(outbox::tell_batch(conn, now, &notices)?)
}

fn about(row: &EntryRow, event: Event, person: &Told, nursery: &BookedNursery) -> Notice {
    let joined = Locale::parse(&row.locale).filter(|_| person.account == row.account_id);
    let locale = joined.unwrap_or(person.locale);
    let (nursery, when) = (&nursery.name, texts::when(row.date, row.span(), 1, locale));
    let notice = |word, body, haste, booking, until| Notice {
        message: Message { event: key(row.id, word), recipient: person.phone.clone(), channel: Channel::Sms, body },
        kind: MessageKind::Offer,
        booking,
        visit_at: None,
        haste,
        until,
    };
    match event {
        Event::Offered(booking, until) => {
            let body = texts::place_offered(nursery, &when, until, locale);
            notice("offered", body, Haste::AtOnce, Some(booking), Some(until))
        }
        Event::RanOut => notice("ran_out", texts::place_ran_out(nursery, &when, locale), Haste::ByDay, None, None),
        Event::Lapsed => notice("lapsed", texts::wait_lapsed(nursery, &when, locale), Haste::ByDay, None, None),
    }
}

fn key(id: WaitlistEntryId, word: &str) -> String {
    format!("waitlist:{id}:{word}")
}
