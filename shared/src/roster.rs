//! When carers are on duty and how many children the head lets come, and the places that follow from it.

use serde::{Deserialize, Serialize};

use crate::{
    care::ClassKind,
    endpoint::{Endpoint, Method, Status},
    ids::{CarerId, ClassId},
    slots::Limit,
    time::{Date, HalfHour, Span},
};

/// Somebody who looks after children, whether or not they sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Carer {
    pub id: CarerId,
    pub name: String,
}

/// Put somebody on the list of carers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddCarer {
    /// One to 40 characters.
    pub name: String,
}

impl Endpoint for AddCarer {
    type Response = Carer;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/carers";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Put somebody on the list of carers.";
}

/// Take a carer off the list, and off the rosters from today on.
///
/// 409 `fewer-than-booked`, with `overfull`, when more children have a place than there would be, unless `accept` says
/// that it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RemoveCarer {
    pub id: CarerId,
    #[serde(default)]
    pub accept: bool,
}

impl Endpoint for RemoveCarer {
    type Response = PlacesChange;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/staff/carers/{id}";
    const SUMMARY: &'static str = "Take a carer off the list and off the rosters from today on.";
}

/// A week of every class of the nursery: places taken, places there are and what limits them, in each half-hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetPlacesWeek {
    /// Any day of the week; this week when not named.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::dates::deserialize")]
    pub date: Option<Date>,
}

impl Endpoint for GetPlacesWeek {
    type Response = PlacesWeek;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/places";
    const SUMMARY: &'static str = "A week of every class: places taken, places there are, and what limits them.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacesWeek {
    /// Its Monday.
    pub monday: Date,
    /// Those who are on the list.
    pub carers: Vec<Carer>,
    pub classes: Vec<ClassWeek>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassWeek {
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub name: String,
    /// Approved places.
    pub places: u16,
    /// Carers all day where no roster is kept.
    pub carers: u16,
    /// The roster of every week; empty on all weekdays where none is kept.
    pub weekly: Vec<WeekdayPlan>,
    /// Monday first.
    pub days: Vec<ClassDayPlan>,
}

/// What holds on one weekday of every week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekdayPlan {
    /// 1 is Monday.
    pub weekday: u8,
    pub shifts: Vec<Shift>,
    pub allowed: Vec<Allowed>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassDayPlan {
    pub date: Date,
    /// Those of the date, or else of its weekday.
    pub shifts: Vec<Shift>,
    pub allowed: Vec<Allowed>,
    /// The date has a roster of its own.
    pub own_shifts: bool,
    /// The date has its own numbers of children who may come.
    pub own_allowed: bool,
    /// Why it is closed at some time at which it usually is not, in the nursery's words.
    pub closure: Option<String>,
    /// The half-hours in which it is open.
    pub cells: Vec<PlaceCell>,
}

/// One half-hour of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceCell {
    pub at: HalfHour,
    /// Children who have a place, holds included.
    pub used: u8,
    pub seats: u16,
    /// What sets `seats`.
    pub limit: Limit,
}

/// A carer on duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Shift {
    pub carer_id: CarerId,
    pub from: HalfHour,
    pub to: HalfHour,
}

impl Shift {
    /// None unless `from` lies before `to`.
    pub fn span(&self) -> Option<Span> {
        Span::new(self.from, self.to)
    }
}

/// How many children the head lets come at a time. Outside of these times: as many as there are places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    pub from: HalfHour,
    pub to: HalfHour,
    /// At most 255.
    pub children: u8,
}

impl Allowed {
    /// None unless `from` lies before `to`.
    pub fn span(&self) -> Option<Span> {
        Span::new(self.from, self.to)
    }
}

/// Who is on duty in a class: on a date, or on a weekday of every week.
///
/// Places follow at once: those that there are more go to who waits for them. 409 `fewer-than-booked`, with `overfull`,
/// when more children have a place than there would be, unless `accept` says that it is known; nothing is changed then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetRoster {
    pub class_id: ClassId,
    /// One of both: from today until the last day that can be booked.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::dates::deserialize")]
    pub date: Option<Date>,
    /// 1 is Monday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<u8>,
    /// None: the date as every week. Of a weekday: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shifts: Option<Vec<Shift>>,
    #[serde(default)]
    pub accept: bool,
}

impl Endpoint for SetRoster {
    type Response = PlacesChange;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/classes/{class_id}/roster";
    const SUMMARY: &'static str = "Say who is on duty in a class.";
}

/// How many children may come to a class at a time: on a date, or on a weekday of every week.
///
/// As [`SetRoster`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetAllowed {
    pub class_id: ClassId,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::dates::deserialize")]
    pub date: Option<Date>,
    /// 1 is Monday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<u8>,
    /// None: the date as every week. Of a weekday: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<Allowed>>,
    #[serde(default)]
    pub accept: bool,
}

impl Endpoint for SetAllowed {
    type Response = PlacesChange;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/classes/{class_id}/allowed";
    const SUMMARY: &'static str = "Say how many children may come to a class.";
}

/// Give the days of a week the rosters that those of another week have. Days that are past or beyond what can be booked
/// are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CopyRoster {
    /// Any day of the week that is copied.
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub from: Date,
    /// Any day of the week that gets it.
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub to: Date,
    #[serde(default)]
    pub accept: bool,
}

impl Endpoint for CopyRoster {
    type Response = PlacesChange;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/roster-copies";
    const SUMMARY: &'static str = "Give a week the rosters of another.";
}

/// What a change of places comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacesChange {
    /// Days that have other places than before.
    pub days: u16,
    /// Where more children have a place than there are places now: somebody must speak with their families.
    pub overfull: Vec<Overfull>,
}

/// A time at which more children have a place than there are places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overfull {
    pub class_id: ClassId,
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    /// Most at one time of it.
    pub children: u8,
    /// Fewest at one time of it.
    pub places: u16,
}
