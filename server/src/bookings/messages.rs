//! What the nursery and the family are told, once per event, in the transaction that causes it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_shared::{
    Fen, Span,
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
    /// All of it, or what was left.
    Cancelled,
    /// Some of its days.
    DaysCancelled,
    /// A child does not come on a date.
    Absent,
    /// Days went to another time or class of the nursery.
    Moved,
    /// Days came from another nursery. The family is told here.
    MovedHere,
    /// Days went to another nursery. The nursery that they left is told here.
    MovedAway,
    /// The days are again where they were. The family is told here.
    MoveUndone,
    /// The days went back to another nursery. The nursery that they left again is told here.
    MoveTakenBack,
    /// The booking was undone, free of cost.
    BookingUndone,
    /// The cancellation was undone: the children come.
    CancellationUndone,
}

/// A message to the nursery, and one to the family in its language when its phone number is known.
///
/// `version` is that of the booking, which makes each event one of its own. No message names a child: the nursery reads
/// names in its list of the day.
/// `days` are those that it is about.
pub fn about(
    booking: &Booking,
    days: &[BookingDay],
    version: i64,
    event: Event,
    phone: Option<&str>,
    locale: Locale,
) -> Vec<Message> {
    let key = format!("booking:{}:{version}", booking.id);
    let message = |recipient: String, channel, body| Message { event: key.clone(), recipient, channel, body };
    let mut messages = vec![message(booking.nursery.id.to_string(), Channel::Nursery, to_nursery(days, event))];
    if let (Some(phone), Some(body)) = (phone, to_family(booking, days, event, locale)) {
        messages.push(message(phone.to_owned(), Channel::Sms, body));
    }
    messages
}

fn to_nursery(days: &[BookingDay], event: Event) -> String {
    let text = match event {
        Event::Booked => texts::nursery_booked,
        Event::Cancelled => texts::nursery_cancelled,
        Event::DaysCancelled => texts::nursery_days_cancelled,
        Event::Absent => texts::nursery_absent,
        Event::Moved => texts::nursery_moved,
        Event::MovedHere => texts::nursery_moved_here,
        Event::MovedAway => texts::nursery_moved_away,
        Event::MoveUndone => texts::nursery_move_undone,
        Event::BookingUndone | Event::MoveTakenBack => texts::nursery_booking_undone,
        Event::CancellationUndone => texts::nursery_cancellation_undone,
    };
    text(&every_day(days, language::NURSERY), &who(days, language::NURSERY), language::NURSERY)
}

/// None for what the family is told at the other booking of the event.
fn to_family(booking: &Booking, days: &[BookingDay], event: Event, locale: Locale) -> Option<String> {
    let text = match event {
        Event::Booked => texts::booked,
        Event::Cancelled if booking.price.due_fen == Fen::ZERO => texts::cancelled_free,
        Event::Cancelled => texts::cancelled,
        Event::DaysCancelled => texts::days_cancelled,
        Event::Absent => texts::absent,
        Event::Moved | Event::MovedHere => texts::moved,
        Event::MoveUndone => texts::move_undone,
        Event::BookingUndone => texts::booking_undone,
        Event::CancellationUndone => texts::cancellation_undone,
        Event::MovedAway | Event::MoveTakenBack => return None,
    };
    let of_booking = texts::OfBooking {
        nursery: &booking.nursery.name,
        when: &when(days, event, locale),
        code: booking.door_code.as_deref().unwrap_or_default(),
        due: booking.price.due_fen,
        cost: days.iter().map(|day| day.cancel_cost_fen).sum(),
    };
    Some(text(of_booking, locale))
}

/// Dates that are named one by one; more are counted.
const NAMED: usize = 7;

/// The dates with the first window. Of a new booking, and where they are many: the first date, and how many they are.
fn when(days: &[BookingDay], event: Event, locale: Locale) -> String {
    let dates: BTreeSet<_> = days.iter().map(|day| day.date).collect();
    let Some((date, window)) = days.first().and_then(|day| Some((day.date, Span::new(day.from, day.to)?))) else {
        return String::new();
    };
    if event != Event::Booked && (2..=NAMED).contains(&dates.len()) {
        return texts::dates(dates, window, locale);
    }
    texts::when(date, window, dates.len(), locale)
}

/// Every day with its window: the nursery plans each of them.
fn every_day(days: &[BookingDay], locale: Locale) -> String {
    let days: BTreeSet<_> = days.iter().filter_map(|day| Some((Span::new(day.from, day.to)?, day.date))).collect();
    let windows: Vec<_> = days.into_iter().collect();
    let told = windows.chunk_by(|(one, _), (next, _)| one == next).filter_map(|days| {
        let (window, _) = days.first()?;
        Some(texts::on_days(days.iter().map(|(_, date)| *date), *window, locale))
    });
    told.collect::<Vec<_>>().join(if locale == Locale::Zh { "；" } else { "; " })
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
