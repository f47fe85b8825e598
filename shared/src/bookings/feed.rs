//! A child's days as a calendar that a phone follows.

use serde::{Deserialize, Serialize};

use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::ChildId,
    time::Timestamp,
};

/// A link to follow a child's days, for phones and whoever the family gives it to.
///
/// Whoever has the link sees the child's name, the nursery and the times, without signing in. A new link ends the old one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MakeCalendarFeed {
    /// The child.
    pub id: ChildId,
}

/// The only time that the link is told: what is kept cannot be turned back into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCalendarFeed {
    /// Answers with `text/calendar` (RFC 5545).
    pub url: String,
    pub created_at: Timestamp,
}

impl Endpoint for MakeCalendarFeed {
    type Response = NewCalendarFeed;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/children/{id}/calendar";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "A link to follow a child's days in a calendar; ends the old one.";
}

/// Whether there is a link to follow a child's days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetCalendarFeed {
    /// The child.
    pub id: ChildId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarFeed {
    /// None: there is no link that works.
    pub created_at: Option<Timestamp>,
}

impl Endpoint for GetCalendarFeed {
    type Response = CalendarFeed;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/children/{id}/calendar";
    const SUMMARY: &'static str = "Whether there is a link to follow a child's days.";
}

/// End the link at once. Calendars that follow it keep what they have read. No error when there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndCalendarFeed {
    /// The child.
    pub id: ChildId,
}

impl Endpoint for EndCalendarFeed {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/children/{id}/calendar";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "End the link to a child's days.";
}
