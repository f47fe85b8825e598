//! When a nursery is open: its week, dates that have hours of their own, and closures; and what becomes of the bookings
//! that a change of these touches.

use serde::{Deserialize, Serialize};

use crate::{
    care::{CareKind, ClassKind},
    endpoint::{Endpoint, Method, Status},
    ids::{BookingDayId, BookingId, ClassId, HoursChangeId},
    time::{Date, HalfHour, Span, Timestamp},
    words::words,
};

/// Characters of the reason that families read, at most.
pub const REASON_CHARACTERS: usize = 60;

/// What is changed about opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum HoursChange {
    /// Closed on these dates, both included, from today on.
    Closure {
        /// None: the whole nursery.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class_id: Option<ClassId>,
        #[serde(deserialize_with = "crate::dates::deserialize")]
        from: Date,
        #[serde(deserialize_with = "crate::dates::deserialize")]
        until: Date,
        /// None: all day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Span>,
    },
    /// A date with hours of its own, be it a weekend or a public holiday. A class that a closure closes stays closed.
    Date {
        #[serde(deserialize_with = "crate::dates::deserialize")]
        date: Date,
        /// One or more times; none: as its weekday and the calendar have it. To close a date, use a closure.
        #[serde(default)]
        open: Vec<Span>,
    },
    /// A weekday of every week, from today on. Public holidays stay closed.
    Week {
        /// 1 is Monday.
        weekday: u8,
        /// None: closed.
        #[serde(default)]
        open: Vec<Span>,
    },
}

/// What may be done with a child's day instead of cancelling it, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Instead {
    /// The same time in another class of the nursery that takes the child's age.
    pub other_class: bool,
    /// What is left of the day, where that is enough of it.
    pub shorter: bool,
    /// Another time of the same day in the same class.
    pub other_time: bool,
}

words! {
    /// What becomes of a child's day that does not fit the hours any more.
    pub enum Fate {
        /// The same time in another class.
        OtherClass = "other_class",
        /// What is left of it.
        Shorter = "shorter",
        /// Another time of the same day.
        OtherTime = "other_time",
        /// Cancelled by the nursery, free of cost.
        Cancelled = "cancelled",
        /// A place that was only held is given back.
        Released = "released",
        /// The care has begun: the child keeps the place, and the family is asked to pick it up.
        PickUp = "pick_up",
    }
}

/// What a change of hours would touch. Changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviewHours {
    pub change: HoursChange,
    #[serde(default)]
    pub instead: Instead,
}

impl Endpoint for PreviewHours {
    type Response = HoursPreview;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/hours/preview";
    const SUMMARY: &'static str = "What a change of opening hours would touch; changes nothing.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoursPreview {
    /// By date, then booking.
    pub touched: Vec<Touched>,
    /// Stands for exactly what is listed: to be sent with the change.
    pub seen: String,
    pub as_of: Timestamp,
}

/// A child's day that does not fit the hours any more, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Touched {
    pub booking_id: BookingId,
    pub day_id: BookingDayId,
    pub child_name: String,
    pub care: CareKind,
    pub date: Date,
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub from: HalfHour,
    pub to: HalfHour,
    pub fate: Fate,
    /// Where the child comes instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<TouchedPlace>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TouchedPlace {
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub from: HalfHour,
    pub to: HalfHour,
}

/// Change opening hours, and treat every booking that does not fit them any more as the preview has shown.
///
/// It holds at once and wholly: nothing can be booked into closed times from then on, and what falls free or comes open
/// goes to who waits. A family whose day is cancelled pays nothing for it, one whose day is moved may cancel it free of
/// cost until it begins, and each is told why. 409 `touches-others` when what it touches is not what was seen: look at
/// the preview again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeHours {
    pub change: HoursChange,
    #[serde(default)]
    pub instead: Instead,
    /// For the families, one to 60 characters.
    pub reason: String,
    /// Of the preview.
    pub seen: String,
}

impl Endpoint for ChangeHours {
    type Response = HoursRecord;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/hours";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Change opening hours, and treat the bookings that it touches.";
}

/// A change of hours, and what became of whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoursRecord {
    pub id: HoursChangeId,
    pub change: HoursChange,
    pub reason: String,
    pub made_at: Timestamp,
    /// When a closure was lifted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_at: Option<Timestamp>,
    /// What it did to the days that it touched. Families may have changed them since.
    pub touched: Vec<Touched>,
}

/// One change of the nursery's hours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetHoursChange {
    pub id: HoursChangeId,
}

impl Endpoint for GetHoursChange {
    type Response = HoursRecord;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/hours/{id}";
    const SUMMARY: &'static str = "A change of opening hours, and what it did.";
}

/// Open again what a closure closed, from today on.
///
/// Its places are offered to who waits for them. Bookings that it cancelled stay cancelled; their families are told.
/// 409 `wrong-state` when it is no closure, was lifted already, or is over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LiftClosure {
    pub id: HoursChangeId,
}

impl Endpoint for LiftClosure {
    type Response = HoursRecord;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/hours/{id}/lift";
    const SUMMARY: &'static str = "Open again what a closure closed.";
}

/// When the nursery is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetHours {}

impl Endpoint for GetHours {
    type Response = OpeningHours;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/hours";
    const SUMMARY: &'static str = "When the nursery is open: its week, its own dates, holidays, closures.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningHours {
    /// Monday first.
    pub week: Vec<Vec<Span>>,
    /// From today on, by date.
    pub dates: Vec<DateHours>,
    /// Public holidays, and working days on a weekend (调休), that can be booked.
    pub calendar: Vec<CalendarDay>,
    /// Closures that are not over, not lifted, soonest end first.
    pub closures: Vec<ClosureHead>,
}

/// A date with hours of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DateHours {
    pub date: Date,
    pub open: Vec<Span>,
}

/// A date that is not as its weekday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarDay {
    pub date: Date,
    pub name_zh: String,
    pub name_en: String,
    /// A public holiday; else a working day on a weekend.
    pub holiday: bool,
    /// When the nursery is open, before closures.
    pub open: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosureHead {
    pub id: HoursChangeId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_id: Option<ClassId>,
    pub from: Date,
    pub until: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Span>,
    pub reason: String,
}
