//! What the nursery and the family are told, once per event, in the transaction that causes it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_shared::{
    Span,
    bookings::{Booking, BookingDay},
    care::ClassKind,
};
use doorstep_web::{Locale, family::messages as texts};

use crate::{
    language,
    outbox::{Channel, Message},
};

/// What happened to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Booked at once, or a hold was confirmed.
    Booked,
    Cancelled,
    /// The booking was undone, free of cost.
    BookingUndone,
    /// The cancellation was undone: the children come.
    CancellationUndone,
}

/// A message to the nursery, and one to the family in its language when its phone number is known.
///
/// `version` is that of the booking, which makes each event one of its own. No message names a child: the nursery reads
/// names in its list of the day.
pub fn about(booking: &Booking, version: i64, event: Event, phone: Option<&str>, locale: Locale) -> Vec<Message> {
    let key = format!("booking:{}:{version}", booking.id);
    let message = |recipient: String, channel, body| Message { event: key.clone(), recipient, channel, body };
    let mut messages = vec![message(booking.nursery.id.to_string(), Channel::Nursery, to_nursery(booking, event))];
    if let Some(phone) = phone {
        messages.push(message(phone.to_owned(), Channel::Sms, to_family(booking, event, locale)));
    }
    messages
}

fn to_nursery(booking: &Booking, event: Event) -> String {
    let text = match event {
        Event::Booked => texts::nursery_booked,
        Event::Cancelled => texts::nursery_cancelled,
        Event::BookingUndone => texts::nursery_booking_undone,
        Event::CancellationUndone => texts::nursery_cancellation_undone,
    };
    text(&when(&booking.days, language::NURSERY), &who(&booking.days, language::NURSERY), language::NURSERY)
}

fn to_family(booking: &Booking, event: Event, locale: Locale) -> String {
    let text = match event {
        Event::Booked => texts::booked,
        Event::Cancelled => texts::cancelled,
        Event::BookingUndone => texts::booking_undone,
        Event::CancellationUndone => texts::cancellation_undone,
    };
    let of_booking = texts::OfBooking {
        nursery: &booking.nursery.name,
        when: &when(&booking.days, locale),
        code: booking.door_code.as_deref().unwrap_or_default(),
        due: booking.price.due_fen,
    };
    text(of_booking, locale)
}

fn when(days: &[BookingDay], locale: Locale) -> String {
    let dates: BTreeSet<_> = days.iter().map(|day| day.date).collect();
    let first = days.first().and_then(|day| Some((day.date, Span::new(day.from, day.to)?)));
    first.map(|(date, window)| texts::when(date, window, dates.len(), locale)).unwrap_or_default()
}

/// How many children of which classes.
fn who(days: &[BookingDay], locale: Locale) -> String {
    let mut classes: BTreeMap<ClassKind, BTreeSet<_>> = BTreeMap::new();
    for day in days {
        classes.entry(day.class_kind).or_default().insert(day.child_id);
    }
    let told = classes.into_iter().map(|(class, children)| texts::children(class, children.len(), locale));
    told.collect::<Vec<_>>().join(if locale == Locale::Zh { "、" } else { ", " })
}
