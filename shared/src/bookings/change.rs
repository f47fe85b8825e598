//! Changing a booking, or a part of it: cancel, report a child absent, move.

use serde::{Deserialize, Serialize};

use super::{BookedNursery, Booking, CancelRule, ChildInOffer};
use crate::{
    care::{CareKind, ClassKind},
    endpoint::{Endpoint, Method},
    ids::{BookingDayId, BookingId, ChildId, OfferId},
    money::Fen,
    time::{Date, HalfHour, Timestamp},
};

/// Give places back: of all days, of some dates, or of a range of dates. All children of the booking together.
///
/// Each day costs what the rule that was frozen for it says; a hold costs nothing, and is given up whole. The booking
/// stays `confirmed` while a day is left, and is `cancelled_by_family` after that. 409 `wrong-state` when it is
/// cancelled or expired, or when the care of every named day has begun; 422 for a date that the booking does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelBooking {
    pub id: BookingId,
    /// Only these dates, each a day of the booking whose care has not begun.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<Date>,
    /// Only from this date on. Not together with `dates`.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// And only until this date. Without it, the rest of the booking.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl CancelBooking {
    /// All of a booking.
    pub const fn all(id: BookingId) -> Self {
        Self { id, dates: Vec::new(), from: None, until: None }
    }
}

impl Endpoint for CancelBooking {
    type Response = Booking;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/bookings/{id}/cancel";
    const SUMMARY: &'static str = "Cancel a booking or some of its days by the frozen rule.";
}

/// Say that a child does not come on a date. The place is free for others at once; the day's state is `absent`.
///
/// Costs what cancelling the day would cost, in full once its care has begun; possible until it ends, unless the child
/// has been checked in. Undone like a cancellation. 409 `wrong-state` when the day is over or the child was there; 422
/// for a date on which the child is not expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportAbsent {
    pub id: BookingId,
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub date: Date,
    /// Only this child. Without it, all children of the booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
}

impl Endpoint for ReportAbsent {
    type Response = Booking;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/bookings/{id}/absent";
    const SUMMARY: &'static str = "Report that a child does not come on a date.";
}

/// Where one day goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MoveDay {
    /// The day as it is booked.
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub date: Date,
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub to_date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
}

/// Declares two calls with the same fields: one that moves and one that only tells what moving would mean.
macro_rules! moves {
    ($($(#[$meta:meta])* $name:ident -> $response:ty, $path:literal, $summary:literal);+ $(;)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            pub id: BookingId,
            /// The dates to move. Empty, with empty `days`: every day whose care has not begun.
            #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Vec::is_empty")]
            pub dates: Vec<Date>,
            /// To this offer, of any nursery, with all children. Without it and `children`: in the offers of now.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub offer_id: Option<OfferId>,
            /// Instead of `offer_id`, an offer for each child of the booking: siblings may belong in different classes.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub children: Vec<ChildInOffer>,
            /// So many days later, or earlier when negative; at most 366.
            #[serde(default)]
            pub shift_days: i16,
            /// To another window, with `to`. Without both, at the time of now.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub from: Option<HalfHour>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub to: Option<HalfHour>,
            /// Instead of `dates`, `shift_days`, `from` and `to`: where each day goes.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub days: Vec<MoveDay>,
        }

        impl $name {
            /// All days that have not begun, to where they are; to be completed.
            pub const fn of(id: BookingId) -> Self {
                Self {
                    id,
                    dates: Vec::new(),
                    offer_id: None,
                    children: Vec::new(),
                    shift_days: 0,
                    from: None,
                    to: None,
                    days: Vec::new(),
                }
            }
        }

        impl Endpoint for $name {
            type Response = $response;
            const METHOD: Method = Method::Post;
            const PATH: &'static str = $path;
            const SUMMARY: &'static str = $summary;
        }
    )+};
}

moves! {
    /// Move days of a booking to another time, class or nursery. All children of the booking move together.
    ///
    /// The old places are kept until the new ones are won: one transaction, and any refusal changes nothing. It answers
    /// the booking that has the days now: the same one, or a new one at another nursery, because a booking is with one
    /// nursery. The price is the new offer's, and its cancel rule is frozen for the moved days from then on.
    ///
    /// A day that leaves its date or its nursery costs what cancelling it would cost; another time or class on the same
    /// day at the same nursery costs nothing. Ask [`PreviewMove`] before. Undone within five minutes, while the old
    /// places are free.
    ///
    /// 409 `wrong-state` when the booking is not confirmed or a named day has begun; else as [`super::Book`]; 422 for a
    /// date that the booking does not have, and when nothing would change.
    MoveBooking -> Booking, "/api/v1/bookings/{id}/move", "Move days of a booking to another time, class or nursery.";
    /// What a [`MoveBooking`] with the same fields would mean, and whether it can be. Changes nothing.
    PreviewMove -> MovePreview, "/api/v1/bookings/{id}/move/preview", "What a move would cost and mean; changes nothing.";
}

impl From<PreviewMove> for MoveBooking {
    fn from(ask: PreviewMove) -> Self {
        let PreviewMove { id, dates, offer_id, children, shift_days, from, to, days } = ask;
        Self { id, dates, offer_id, children, shift_days, from, to, days }
    }
}

/// A move that could be made at `as_of`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovePreview {
    /// Where the children would go.
    pub nursery: BookedNursery,
    /// Whether that is another nursery than now; the days become a booking of their own then.
    pub other_nursery: bool,
    /// By date, then child.
    pub days: Vec<MovedDay>,
    /// Price of these days now.
    pub before_fen: Fen,
    /// Their price after the move.
    pub after_fen: Fen,
    /// `after_fen` − `before_fen`; negative when it becomes cheaper.
    pub difference_fen: Fen,
    /// What leaving the old places costs by their frozen rule, due at the nursery of now, beside the price.
    pub cost_fen: Fen,
    /// The rule that would hold for these days from then on.
    pub cancel_rule: CancelRule,
    /// Until when cancelling the first of them is free now.
    pub free_cancel_until_before: Timestamp,
    /// And after the move.
    pub free_cancel_until_after: Timestamp,
    pub as_of: Timestamp,
}

/// One child's day, before and after a move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedDay {
    pub id: BookingDayId,
    pub child_id: ChildId,
    pub child_name: String,
    pub before: DayInClass,
    pub after: DayInClass,
    /// What leaving the old place costs.
    pub cost_fen: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayInClass {
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    pub class_kind: ClassKind,
    pub care: CareKind,
    pub price_fen: Fen,
}
