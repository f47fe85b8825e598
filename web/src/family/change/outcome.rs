//! What was just done to some days of a booking, said on its page.

use doorstep_shared::{
    Date, Fen,
    bookings::{Booking, BookingDay, BookingState, DayState, Undoable},
};

use super::{href, words};
use crate::{Locale, td, visit::Fields};

/// In the address of the booking's page: the dates on which places were just given back.
pub const LEFT: &str = "left";

/// The booking's page, which says that these days were given up.
pub(super) fn done(booking: &Booking, dates: &[Date]) -> String {
    let fields = dates.iter().map(|date| super::field(LEFT, date)).collect();
    super::with_query(&href(booking.id), fields)
}

/// What was given up, and what it costs. Nothing where all of the booking was: then the whole is told.
///
/// Only what the booking says of itself too is believed of the address.
pub fn outcome(booking: &Booking, query: &Fields, locale: Locale) -> Option<(String, Fen)> {
    let is_part = booking.undo.is_some_and(|undo| undo.what == Undoable::Cancellation);
    if !is_part || booking.state != BookingState::Confirmed {
        return None;
    }
    let dates = query.dates(LEFT);
    let was_left =
        |day: &&BookingDay| dates.contains(&day.date) && matches!(day.state, DayState::Released | DayState::Absent);
    let left: Vec<&BookingDay> = booking.days.iter().filter(was_left).collect();
    if left.is_empty() {
        return Some((td!(locale, change.part_cancelled).to_owned(), booking.price.cancelled_fen));
    }
    let cost = super::cost_of(&left);
    let absent = left.iter().all(|day| day.state == DayState::Absent);
    let dates = super::dates_of(&left);
    let days = match dates.as_slice() {
        [date] => words::date(*date, locale),
        dates => td!(locale, change.count_days, count = dates.len()),
    };
    let names = super::names(&left, locale);
    let text = match (absent, cost == Fen::ZERO) {
        (true, true) => td!(locale, change.absent_free, names = names, days = days),
        (true, false) => td!(locale, change.absent_cost, names = names, days = days, cost = cost),
        (false, true) => td!(locale, change.cancelled_free, days = days),
        (false, false) => td!(locale, change.cancelled_cost, days = days, cost = cost),
    };
    Some((text, cost))
}
