//! The calls at the door: what staff need to know of one child, who collects it, and families who check in themselves.

use serde::{Deserialize, Serialize};

use super::{BoardChild, fold::Entry};
use crate::{
    endpoint::{Endpoint, Method},
    ids::{BookingDayId, NurseryId, PickUpPersonId},
    secret::Secret,
    time::{Date, Timestamp},
};

/// What somebody at the door needs to know of one child. Reading it is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetBoardDetails {
    pub id: BookingDayId,
}

impl Endpoint for GetBoardDetails {
    type Response = BoardDetails;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/board/days/{id}";
    const SUMMARY: &'static str = "What the board knows of one child on one day.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardDetails {
    pub child: BoardChild,
    pub date: Date,
    pub as_of: Timestamp,
    pub allergies: String,
    pub notes: String,
    /// Who may pick up for the family.
    pub collectors: Vec<Collector>,
    /// The code with which somebody picks up today.
    pub code: Option<CollectorCode>,
    /// What was done about it today.
    pub entries: Vec<Entry>,
    /// Minutes after the end of care in which being late costs nothing.
    pub late_free_minutes: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Collector {
    pub id: PickUpPersonId,
    pub name: String,
    pub relation: String,
    pub has_photo: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectorCode {
    pub person_id: PickUpPersonId,
    pub name: String,
    pub used: bool,
}

/// Let somebody collect a child by the code that the family gave them. The code is used up.
///
/// 401 `wrong-code` for a code that is wrong, used, expired or tried too often. 409 `wrong-state` unless the child is
/// there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CollectChild {
    pub id: BookingDayId,
    /// Six digits.
    pub code: Secret,
}

impl Endpoint for CollectChild {
    type Response = Collected;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/board/days/{id}/collect";
    const SUMMARY: &'static str = "Let somebody collect a child by the code that the family gave them.";
}

/// Who collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Collected {
    pub person_id: PickUpPersonId,
    pub name: String,
}

/// Find the children who come today by the six digits that their family says at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FindDoorCode {
    pub code: Secret,
}

impl Endpoint for FindDoorCode {
    type Response = FoundByCode;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/board/door-codes";
    const SUMMARY: &'static str = "Find the children who come today by the six digits that their family says.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundByCode {
    pub day_ids: Vec<BookingDayId>,
}

/// What the door shows now: families scan it to check their children in. It is another one every half minute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShowDoor {}

impl Endpoint for ShowDoor {
    type Response = DoorShown;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/board/door";
    const SUMMARY: &'static str = "What the door shows to families who check their children in themselves.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DoorShown {
    /// The address that a phone opens, as the QR code holds it.
    pub url: Secret,
    /// Until the next one.
    pub seconds: u32,
}

/// Check one's children in at the door, with what its QR code says now.
///
/// 401 `wrong-code` for what it said more than a minute ago, and for what no door says. 404 when nobody of the family is
/// expected there today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnterDoor {
    pub nursery_id: NurseryId,
    /// What the code in the door's window says beside that.
    pub token: Secret,
}

impl Endpoint for EnterDoor {
    type Response = Entered;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/door";
    const SUMMARY: &'static str = "Check one's children in at a nursery's door.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entered {
    pub nursery: String,
    /// The names of those who are there now.
    pub children: Vec<String>,
}
