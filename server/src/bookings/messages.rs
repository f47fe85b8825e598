//! What the nursery and the family are told, once per event, in the transaction that causes it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_shared::{
    Date, Fen, Span,
    bookings::{Booking, BookingDay},
    care::ClassKind,
    ids::AccountId,
    messages::MessageKind,
};
use doorstep_web::{Locale, family::messages as texts};

use crate::{
    accounts::Told,
    language,
    outbox::{Channel, Haste, Message, Notice},
};

/// Who has done something, and in which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub account: AccountId,
    pub locale: Locale,
}

/// What happened to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Booked at once, or a hold was confirmed.
    Booked,
    /// A place that came free was booked for who waited, without asking again.
    Won,
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

/// A message to the nursery, and one to everybody who is told for the family: to who did it at once, to the others when
/// it is day.
///
/// `version` is that of the booking, which makes each event one of its own. No message names a child: the nursery reads
/// names in its list of the day.
/// `days` are those that it is about.
pub fn about(
    booking: &Booking,
    days: &[BookingDay],
    version: i64,
    event: Event,
    told: &[Told],
    actor: Actor,
) -> Vec<Notice> {
    let notice = |recipient: String, channel, haste, body| Notice {
        message: Message { event: format!("booking:{}:{version}", booking.id), recipient, channel, body },
        kind: MessageKind::Booking,
        booking: Some(booking.id),
        visit_at: None,
        haste,
        until: None,
    };
    let nursery = to_nursery(days, event);
    let mut notices = vec![notice(booking.nursery.id.to_string(), Channel::Nursery, Haste::AtOnce, nursery)];
    for person in told {
        let (haste, locale) =
            if person.account == actor.account { (Haste::AtOnce, actor.locale) } else { (Haste::ByDay, person.locale) };
        let body = to_family(booking, days, event, locale);
        notices.extend(body.map(|body| notice(person.phone.clone(), Channel::Sms, haste, body)));
    }
    notices
}

fn to_nursery(days: &[BookingDay], event: Event) -> String {
    let text = match event {
        Event::Booked | Event::Won => texts::nursery_booked,
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
        Event::Won => texts::won,
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
    if event == Event::Booked {
        texts::when(date, window, dates.len(), locale)
    } else {
        on_dates(&dates, window, locale)
    }
}

/// The dates with a window; where they are many, the first of them and how many they are.
pub fn on_dates(dates: &BTreeSet<Date>, window: Span, locale: Locale) -> String {
    match dates.first() {
        Some(_) if (2..=NAMED).contains(&dates.len()) => texts::dates(dates.iter().copied(), window, locale),
        Some(first) => texts::when(*first, window, dates.len(), locale),
        None => String::new(),
    }
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
