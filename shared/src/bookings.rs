//! Hold, book, confirm, cancel, undo, move.

mod change;
mod feed;
mod series;
mod waitlist;

use serde::{Deserialize, Serialize};

use crate::{
    care::{CareKind, ClassKind},
    endpoint::{Endpoint, Method, Status},
    ids::{BookingDayId, BookingId, ChildId, ClassId, NurseryId, OfferId, VoucherId},
    money::Fen,
    time::{Date, HalfHour, Span, Timestamp},
    words::words,
};

pub use self::{
    change::{CancelBooking, DayInClass, MoveBooking, MoveDay, MovePreview, MovedDay, PreviewMove, ReportAbsent},
    feed::{CalendarFeed, EndCalendarFeed, GetCalendarFeed, MakeCalendarFeed, NewCalendarFeed},
    series::{Pattern, Series, Skipped, UnfitDay},
    waitlist::{
        AcceptPlace, GetWaitlistEntry, JoinWaitlist, LeaveWaitlist, ListWaitlist, LookAtWaitlist, Odds, PassedOver,
        PriorityGroup, RejoinWaitlist, WaitState, WaitingChild, Waitlist, WaitlistAhead, WaitlistEntry,
    },
};

words! {
    pub enum BookingState {
        /// A place is kept while the parent decides.
        Held = "held",
        Confirmed = "confirmed",
        CancelledByFamily = "cancelled_by_family",
        CancelledByNursery = "cancelled_by_nursery",
        /// The hold ran out.
        Expired = "expired",
    }
}

impl BookingState {
    /// Whether it takes places.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed)
    }
}

words! {
    /// Attendance of one child on one day.
    pub enum DayState {
        Expected = "expected",
        CheckedIn = "checked_in",
        CheckedOut = "checked_out",
        /// The family said so; the place was given back.
        Absent = "absent",
        NoShow = "no_show",
        /// The place was given back.
        Released = "released",
    }
}

/// Characters of the name of who picks the child up at most.
pub const PICKUP_CHARACTERS: usize = 60;

/// Book places for one or more children of one family at one nursery.
///
/// 201 with the booking. 409 `slot-full` (with `next_best`), `wrong-age`, `child-busy`, `closed`, `not-bookable`,
/// `too-many-holds`, `temporary-limit` when a rule says no; nothing is booked then, for any child or day.
///
/// With a `pattern`, 409 `some-days-unfit` names each date that cannot be booked, with its own kind, in `unfit`, and in
/// `fits` those that can: the same pattern with the unfit dates in `except` books the rest. On dates on which a child
/// has outgrown its offer's class, the nursery's offer of the same care and window for a class of that age is booked
/// when it has a place; each day of the answer says its class, and the price has a line for each offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// Who comes to which offer: siblings may belong in different classes. One to four, all at one nursery.
    pub children: Vec<ChildInOffer>,
    /// One to 31 days, each once. Every child comes on every day. Empty when there is a `pattern`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<DayAndTime>,
    /// Instead of `days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// Keep the places for ten minutes instead of confirming at once.
    #[serde(default)]
    pub hold: bool,
    /// Who picks the child up, at most 60 characters.
    #[serde(default)]
    pub pickup: String,
    /// Vouchers to pay with, in order. None exist yet, so anything but an empty list is `invalid`.
    #[serde(default)]
    pub voucher_ids: Vec<VoucherId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChildInOffer {
    pub child_id: ChildId,
    pub offer_id: OfferId,
}

/// A date with a window of half-hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DayAndTime {
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
}

impl CareKind {
    /// The price of one child on one day: that of the window, or of its half-hours where care is hourly (half a fen is
    /// not charged).
    pub fn price_of(self, unit_price: Fen, span: Span) -> Fen {
        match self {
            Self::FullDay | Self::HalfDay | Self::Temporary => unit_price,
            Self::Hourly => Fen(unit_price.0 * i64::from(span.half_hours()) / 2),
        }
    }
}

impl DayAndTime {
    /// None unless `from` lies before `to`.
    pub fn span(self) -> Option<Span> {
        Span::new(self.from, self.to)
    }
}

impl Endpoint for Book {
    type Response = Booking;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/bookings";
    const SUCCESS: Status = Status::Created;
    const NEEDS_KEY: bool = true;
    const SUMMARY: &'static str = "Book places for one or more children of one family.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Booking {
    pub id: BookingId,
    pub state: BookingState,
    pub created_at: Timestamp,
    pub nursery: BookedNursery,
    /// While held: when the places are given back.
    pub hold_expires_at: Option<Timestamp>,
    /// Whether the hold can still be extended (once).
    pub can_extend: bool,
    /// By date, then child. Days that were cancelled, missed or moved to another nursery are among them.
    pub days: Vec<BookingDay>,
    /// The pattern it was booked by; later changes of single days do not show in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// The booking at another nursery that its days were moved from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<BookingId>,
    pub price: Price,
    /// As it was when booked, or moved: that of the next day.
    pub cancel_rule: CancelRule,
    /// Until when cancelling the next day costs nothing.
    pub free_cancel_until: Timestamp,
    /// What cancelling all that is left would cost at `as_of`. Once cancelled: what is due.
    pub cancel_cost_fen: Fen,
    /// What can be undone, until when.
    pub undo: Option<Undo>,
    pub pickup: String,
    /// Six digits to say at the door; only once confirmed.
    pub door_code: Option<String>,
    /// Grows with each change.
    #[serde(default)]
    pub version: u32,
    pub as_of: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookedNursery {
    pub id: NurseryId,
    pub name: String,
    pub address: String,
    pub phone: Option<String>,
    pub lat: f64,
    pub lng: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookingDay {
    pub id: BookingDayId,
    pub child_id: ChildId,
    pub child_name: String,
    pub offer_id: OfferId,
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub care: CareKind,
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    pub state: DayState,
    pub price_fen: Fen,
    /// Until when cancelling this day is free.
    pub free_cancel_until: Timestamp,
    /// What cancelling this day would cost at `as_of`, or what it cost to give its place up.
    pub cancel_cost_fen: Fen,
    /// The booking at another nursery that it was moved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<BookingId>,
    /// Why the nursery cancelled it, moved it, or asked to have the child picked up, in its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_for: Option<String>,
}

/// Price = offer price × units, line by line. Paid at the nursery; nothing is taken online.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    /// For each child and offer. While days are left, only of these; of a cancelled booking, what it had been.
    pub lines: Vec<PriceLine>,
    /// Sum of the lines.
    pub total_fen: Fen,
    /// What days cost that were cancelled late, missed, or left by a move. Not part of `total_fen`.
    #[serde(default)]
    pub cancelled_fen: Fen,
    /// What collecting children late came to. Not part of `total_fen`.
    #[serde(default)]
    pub late_pick_up_fen: Fen,
    /// What is to be paid at the nursery: the total and `cancelled_fen`, or what a late cancellation costs; and
    /// `late_pick_up_fen`.
    pub due_fen: Fen,
}

/// One line of the arithmetic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceLine {
    /// In Chinese, for receipts; screens build their own from the numbers.
    pub label: String,
    pub care: CareKind,
    pub class_kind: ClassKind,
    pub child_name: String,
    /// Days, or half-hours where care is hourly.
    pub units: u32,
    /// Of one day's window; of one hour where care is hourly.
    pub unit_price_fen: Fen,
    pub amount_fen: Fen,
}

/// What cancelling costs. Shown before booking and frozen into the booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelRule {
    /// Free until so many hours before the care of that day begins.
    pub free_until_hours: u16,
    /// After that, per cent of that day's price, 0 to 100.
    pub late_percent: u8,
}

impl CancelRule {
    /// The last instant at which cancelling a day that begins at `begins` costs nothing.
    pub fn free_until(self, begins: Timestamp) -> Timestamp {
        begins - chrono::Duration::hours(self.free_until_hours.into())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Undo {
    pub what: Undoable,
    pub until: Timestamp,
}

words! {
    pub enum Undoable {
        /// Undoing gives the places back, free of cost.
        Booking = "booking",
        /// Of all days, of some, or because a child is absent. Undoing needs the places to be free still.
        Cancellation = "cancellation",
        /// Undoing takes the children back to the old places, which must be free still.
        Move = "move",
    }
}

/// Declares the calls on one booking that carry nothing but its id.
macro_rules! booking_calls {
    ($($(#[$meta:meta])* $name:ident, $method:ident $path:literal, $summary:literal);+ $(;)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            pub id: BookingId,
        }

        impl Endpoint for $name {
            type Response = Booking;
            const METHOD: Method = Method::$method;
            const PATH: &'static str = $path;
            const SUMMARY: &'static str = $summary;
        }
    )+};
}

booking_calls! {
    /// One booking of the family.
    GetBooking, Get "/api/v1/bookings/{id}", "One booking of the family.";
    /// Turn a hold into a booking. 409 `hold-expired` when it ran out.
    ConfirmBooking, Post "/api/v1/bookings/{id}/confirm", "Turn a hold into a booking.";
    /// Keep a hold for ten more minutes, once. 409 `wrong-state` the second time.
    ExtendHold, Post "/api/v1/bookings/{id}/extend", "Keep a hold for ten more minutes, once.";
}

/// Undo the last step within five minutes: the booking, a cancellation or a move, as [`Booking::undo`] says.
///
/// Exactly the days of that step, all or none. What was given back needs free places again. A move to another nursery is
/// undone on the booking that it made; the answer is the old booking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UndoBooking {
    pub id: BookingId,
    /// What is meant; 409 `wrong-state` when something else can be undone by now. A second tap must not undo what the
    /// first one did. Unless told: whatever was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Undoable>,
}

impl Endpoint for UndoBooking {
    type Response = Booking;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/bookings/{id}/undo";
    const SUMMARY: &'static str = "Undo the last step, within five minutes.";
}

/// The family's bookings, newest care date first, or upcoming ones soonest first when `from` is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListBookings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BookingState>,
    /// Only bookings with a day on or after this date.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookingPage {
    /// At most 50.
    pub items: Vec<Booking>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl Endpoint for ListBookings {
    type Response = BookingPage;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/bookings";
    const SUMMARY: &'static str = "The family's bookings.";
}
