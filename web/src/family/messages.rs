//! What text messages say: to a family in the language it has chosen, to a nursery in its own.

use doorstep_shared::{Date, Fen, HalfHour, Span, Timestamp, care::ClassKind};

use super::words;
use crate::{Locale, td};

/// A code to sign in with.
pub fn sign_in_code(code: &str, minutes: i64, locale: Locale) -> String {
    td!(locale, message.sign_in_code, code = code, minutes = minutes)
}

/// That a guardian, told by their number, invites. Says nothing that a family has written.
pub fn invitation(from: &str, days: i64, site: &str, locale: Locale) -> String {
    td!(locale, message.invitation, from = from, days = days, site = site)
}

/// The code for one pick-up. Names no child.
pub fn pick_up_code(code: &str, date: Date, until: HalfHour, nursery: &str, locale: Locale) -> String {
    let date = words::month_day(date, locale);
    td!(locale, message.pick_up_code, date = date, until = until, nursery = nursery, code = code)
}

/// What the family reads of its booking.
pub struct OfBooking<'a> {
    pub nursery: &'a str,
    pub when: &'a str,
    /// Said at the door.
    pub code: &'a str,
    pub due: Fen,
    /// What giving up the days that it is about cost.
    pub cost: Fen,
}

pub fn booked(OfBooking { nursery, when, code, due, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.booked, nursery = nursery, when = when, code = code, due = due)
}

/// A place that came free was booked for who waited, without asking again.
pub fn won(OfBooking { nursery, when, code, due, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.won, nursery = nursery, when = when, code = code, due = due)
}

/// A place that came free is kept until then for who waited.
pub fn place_offered(nursery: &str, when: &str, until: Timestamp, locale: Locale) -> String {
    let until = format!("{} {}", words::month_day(until.local_date(), locale), until.clock_time());
    td!(locale, message.place_offered, nursery = nursery, when = when, until = until)
}

/// Nobody accepted it in time.
pub fn place_ran_out(nursery: &str, when: &str, locale: Locale) -> String {
    td!(locale, message.place_ran_out, nursery = nursery, when = when)
}

/// The care begins, and no place came free.
pub fn wait_lapsed(nursery: &str, when: &str, locale: Locale) -> String {
    td!(locale, message.wait_lapsed, nursery = nursery, when = when)
}

pub fn cancelled(OfBooking { nursery, when, due, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.cancelled, nursery = nursery, when = when, due = due)
}

/// As [`cancelled`], where nothing is due.
pub fn cancelled_free(OfBooking { nursery, when, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.cancelled_free, nursery = nursery, when = when)
}

pub fn booking_undone(OfBooking { nursery, when, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.booking_undone, nursery = nursery, when = when)
}

pub fn cancellation_undone(OfBooking { nursery, when, code, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.cancellation_undone, nursery = nursery, when = when, code = code)
}

pub fn days_cancelled(OfBooking { nursery, when, due, cost, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.days_cancelled, nursery = nursery, when = when, due = due, cost = cost)
}

pub fn absent(OfBooking { nursery, when, cost, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.absent, nursery = nursery, when = when, cost = cost)
}

pub fn moved(OfBooking { nursery, when, code, due, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.moved, nursery = nursery, when = when, code = code, due = due)
}

pub fn move_undone(OfBooking { nursery, when, code, .. }: OfBooking<'_>, locale: Locale) -> String {
    td!(locale, message.move_undone, nursery = nursery, when = when, code = code)
}

/// Somebody who knew the codes for the door has left the family.
pub fn door_codes_renewed(bookings: usize, locale: Locale) -> String {
    td!(locale, message.door_codes_renewed, count = bookings)
}

/// Its WeChat was bound to another account.
pub fn wechat_left(locale: Locale) -> String {
    td!(locale, message.wechat_left).to_owned()
}

/// A visit is near. `code` is said at the door.
pub fn reminder(nursery: &str, when: &str, code: &str, locale: Locale) -> String {
    td!(locale, message.reminder, nursery = nursery, when = when, code = code)
}

/// The nursery closes then, and has cancelled these days.
pub fn closed_cancelled(nursery: &str, when: &str, reason: &str, locale: Locale) -> String {
    td!(locale, message.closed_cancelled, nursery = nursery, when = when, reason = reason)
}

/// The nursery closes then: a place that was held is none any more.
pub fn closed_released(nursery: &str, when: &str, reason: &str, locale: Locale) -> String {
    td!(locale, message.closed_released, nursery = nursery, when = when, reason = reason)
}

/// The nursery closes then, and the days go to another class or time.
pub fn closed_moved(
    nursery: &str,
    when: &str,
    (class, window): (ClassKind, Span),
    reason: &str,
    locale: Locale,
) -> String {
    let class = words::class(class, locale);
    td!(locale, message.closed_moved, nursery = nursery, when = when, class = class, window = window, reason = reason)
}

/// The nursery closes while the child is there.
pub fn closed_pick_up(nursery: &str, when: &str, time: HalfHour, reason: &str, locale: Locale) -> String {
    td!(locale, message.closed_pick_up, nursery = nursery, when = when, time = time, reason = reason)
}

/// The nursery opens then after all. What was cancelled stays so.
pub fn reopened(nursery: &str, when: &str, reason: &str, locale: Locale) -> String {
    td!(locale, message.reopened, nursery = nursery, when = when, reason = reason)
}

/// What a nursery reads: all of it says when and who.
macro_rules! to_nursery {
    ($($name:ident),+ $(,)?) => {$(
        pub fn $name(when: &str, who: &str, locale: Locale) -> String {
            td!(locale, message.$name, when = when, who = who)
        }
    )+};
}

to_nursery! {
    nursery_booked,
    nursery_cancelled,
    nursery_booking_undone,
    nursery_cancellation_undone,
    nursery_days_cancelled,
    nursery_absent,
    nursery_moved,
    nursery_moved_here,
    nursery_moved_away,
    nursery_move_undone,
}

/// Each date, and the window of the first.
pub fn dates(dates: impl IntoIterator<Item = Date>, window: Span, locale: Locale) -> String {
    let days: Vec<_> = dates.into_iter().map(|date| words::month_day(date, locale)).collect();
    let day = days.join(if locale == Locale::Zh { "、" } else { ", " });
    td!(locale, message.one_day, day = day, window = window)
}

/// The first day with its window, and of how many days it is the first.
pub fn when(first: Date, window: Span, days: usize, locale: Locale) -> String {
    let day = words::month_day(first, locale);
    match days {
        0 | 1 => td!(locale, message.one_day, day = day, window = window),
        days => td!(locale, message.several_days, day = day, window = window, count = days),
    }
}

/// So many children of a class.
pub fn children(class: ClassKind, count: usize, locale: Locale) -> String {
    td!(locale, message.children, class = words::class(class, locale), count = count)
}

/// Days that share a window.
pub fn on_days(days: impl Iterator<Item = Date>, window: Span, locale: Locale) -> String {
    let days: Vec<_> = days.map(|date| words::month_day(date, locale)).collect();
    td!(locale, message.one_day, day = words::list(&days, locale), window = window)
}
