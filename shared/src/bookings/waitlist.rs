//! Waiting for a place: join, look, accept, leave.

use serde::{Deserialize, Serialize};

use super::BookedNursery;
use crate::{
    care::{CareKind, ClassKind},
    endpoint::{Endpoint, Method, Status},
    ids::{BookingId, ChildId, ClassId, OfferId, WaitlistEntryId},
    money::Fen,
    problem::ProblemKind,
    time::{Date, HalfHour, Span, Timestamp},
    words::words,
};

words! {
    pub enum WaitState {
        Waiting = "waiting",
        /// A place is kept for the family until `offer_expires_at`.
        Offered = "offered",
        /// The place is booked.
        Accepted = "accepted",
        /// The family gave the offered place back.
        Declined = "declined",
        /// Nobody accepted in time: the place went to the next in line.
        Expired = "expired",
        Left = "left",
        /// The care began without a place.
        Lapsed = "lapsed",
    }
}

impl WaitState {
    /// Whether a place may still come of it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Offered)
    }
}

words! {
    /// Who comes first where a city says so. Private to the family and the nursery.
    pub enum PriorityGroup {
        /// 困境儿童
        Hardship = "hardship",
        /// 留守儿童
        LeftBehind = "left_behind",
        /// 流动儿童
        Migrant = "migrant",
        /// A child of the employer's own staff.
        OwnStaff = "own_staff",
    }
}

/// Wait for a place in one class and window on one date. Siblings wait together: both fit, or neither.
///
/// A place that falls free goes to the first in line whom it fits, before the public. It is offered to one family at a
/// time: kept for it until `offer_expires_at`, or booked at once while `auto_accept_until` is not past. The same
/// children for the same window again: the entry that there is, unchanged; one that was left is open again, and stands
/// at the end of the line.
///
/// 409 `place-free` when there is a place to book, `already-waiting` when only some of the children wait for it,
/// `too-many-entries`, and `wrong-age`, `closed`, `not-bookable`, `child-busy`, `temporary-limit` as for a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinWaitlist {
    /// One to four, each once.
    pub child_ids: Vec<ChildId>,
    pub offer_id: OfferId,
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    /// Until then a place is booked without asking again. Not later than the care begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_accept_until: Option<Timestamp>,
    /// When a place is booked without asking again: stop waiting for whatever else overlaps, for the same children.
    #[serde(default)]
    pub leave_others: bool,
}

impl JoinWaitlist {
    /// None unless `from` lies before `to`.
    pub fn span(&self) -> Option<Span> {
        Span::new(self.from, self.to)
    }
}

impl Endpoint for JoinWaitlist {
    type Response = WaitlistEntry;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/waitlist";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Wait for a place in one class and window on one date.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitlistEntry {
    pub id: WaitlistEntryId,
    /// While waiting: 1 for the next in line of those whose window overlaps. 0 when not in line.
    pub position: u32,
    pub state: WaitState,
    /// While offered: when the place goes to the next in line.
    pub offer_expires_at: Option<Timestamp>,
    pub joined_at: Timestamp,
    pub nursery: BookedNursery,
    pub offer_id: OfferId,
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub care: CareKind,
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    pub children: Vec<WaitingChild>,
    /// Of all children, at the nursery's price of now.
    pub price_fen: Fen,
    /// By which it stands where it does in line. None where the city has no groups, or the child is of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_group: Option<PriorityGroup>,
    pub auto_accept_until: Option<Timestamp>,
    pub leave_others: bool,
    /// While offered: for how many other windows at an overlapping time the same children wait.
    #[serde(default)]
    pub others: u32,
    /// The place that is offered, or was won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking_id: Option<BookingId>,
    /// While waiting, and where there is enough to tell by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odds: Option<Odds>,
    /// The last time that a place came free and could not be offered to this family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<PassedOver>,
    pub ended_at: Option<Timestamp>,
    /// Until when leaving can be undone, at the old place in line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejoin_until: Option<Timestamp>,
    pub as_of: Timestamp,
}

impl WaitlistEntry {
    pub fn span(&self) -> Option<Span> {
        Span::new(self.from, self.to)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingChild {
    pub id: ChildId,
    pub name: String,
}

/// How often enough places came free in the past: counted, not guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Odds {
    /// The latest dates of the same weekday on which the class was booked.
    pub dates: u16,
    /// On so many of them as many places came free in this window as would have reached this position.
    pub reached: u16,
}

/// Why a place that came free was not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PassedOver {
    pub at: Timestamp,
    /// What a booking would have been refused for.
    pub why: ProblemKind,
}

/// What the family waits for, soonest care first, and what came of it in the last days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListWaitlist {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waitlist {
    pub items: Vec<WaitlistEntry>,
}

impl Endpoint for ListWaitlist {
    type Response = Waitlist;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/waitlist";
    const SUMMARY: &'static str = "What the family waits for.";
}

/// How many wait for a window, before joining them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LookAtWaitlist {
    /// The offer.
    pub id: OfferId,
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitlistAhead {
    /// Families in line whose window overlaps. Who joins now stands behind them, unless a city's group comes first.
    pub waiting: u32,
    /// For who joins now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odds: Option<Odds>,
    /// How long an offered place is kept, in minutes by day.
    pub offer_minutes: u16,
}

impl Endpoint for LookAtWaitlist {
    type Response = WaitlistAhead;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/offers/{id}/waitlist";
    const SUMMARY: &'static str = "How many wait for a window.";
}

/// Declares the calls on one entry that carry nothing but its id.
macro_rules! entry_calls {
    ($($(#[$meta:meta])* $name:ident, $method:ident $path:literal, $summary:literal);+ $(;)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            pub id: WaitlistEntryId,
        }

        impl Endpoint for $name {
            type Response = WaitlistEntry;
            const METHOD: Method = Method::$method;
            const PATH: &'static str = $path;
            const SUMMARY: &'static str = $summary;
        }
    )+};
}

entry_calls! {
    /// One entry of the family.
    GetWaitlistEntry, Get "/api/v1/waitlist/{id}", "One entry of the family.";
    /// Stop waiting, or give an offered place to the next in line. Leaving is undone within five minutes; declining is
    /// not, because the place is gone. 409 `wrong-state` when it has ended.
    LeaveWaitlist, Delete "/api/v1/waitlist/{id}", "Stop waiting, or decline the offered place.";
    /// Undo leaving within five minutes, at the old place in line. 409 `too-late-to-undo`, `wrong-state`.
    RejoinWaitlist, Post "/api/v1/waitlist/{id}/rejoin", "Undo leaving, at the old place in line.";
}

/// Book the place that is offered. 409 `hold-expired` when it went to the next in line, `wrong-state` when there is no
/// offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptPlace {
    pub id: WaitlistEntryId,
    /// Stop waiting for whatever else overlaps, for the same children.
    #[serde(default)]
    pub leave_others: bool,
}

impl Endpoint for AcceptPlace {
    type Response = WaitlistEntry;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/waitlist/{id}/accept";
    const SUMMARY: &'static str = "Book the place that is offered.";
}
