//! Persons who only pick up: name, photo, and a code for each day.

use serde::{Deserialize, Serialize};

use crate::{
    bookings::BookedNursery,
    endpoint::{Endpoint, Method, Status},
    ids::{BookingId, PickUpPersonId},
    phone::Phone,
    time::{Date, HalfHour, Timestamp},
};

/// Characters of a name, and of a relation, at most.
pub const PERSON_CHARACTERS: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PickUpPerson {
    pub id: PickUpPersonId,
    pub name: String,
    /// `外公`, `邻居`; empty when not told.
    pub relation: String,
    /// `138****0001`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_masked: Option<String>,
    /// There is a photo at `GET /api/v1/family/pick-up-persons/{id}/photo`.
    pub has_photo: bool,
    /// They have accepted, and see the days on which they pick up.
    pub signs_in: bool,
}

/// Everything that is kept about a person who picks up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PickUpPersonExport {
    pub name: String,
    pub relation: String,
    /// In full: the family has written it.
    pub phone: Option<String>,
    /// A JPEG.
    pub photo_base64: Option<String>,
}

/// Add a person who picks up. With a phone number they are invited to sign in, as by [`super::Invite`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddPickUpPerson {
    /// 1 to 40 characters.
    pub name: String,
    /// At most 40 characters.
    #[serde(default)]
    pub relation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

impl Endpoint for AddPickUpPerson {
    type Response = PickUpPerson;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/family/pick-up-persons";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Add a person who picks up.";
}

/// Change what is named. Another phone number ends what was signed in with the one before, and is invited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePickUpPerson {
    pub id: PickUpPersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Forget the phone number, and end what was signed in with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_phone: bool,
}

impl Endpoint for ChangePickUpPerson {
    type Response = PickUpPerson;
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/api/v1/family/pick-up-persons/{id}";
    const SUMMARY: &'static str = "Change a person who picks up.";
}

/// Remove a person who picks up, with photo and codes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RemovePickUpPerson {
    pub id: PickUpPersonId,
}

impl Endpoint for RemovePickUpPerson {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/family/pick-up-persons/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Remove a person who picks up.";
}

/// Erase a photo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ErasePhoto {
    pub id: PickUpPersonId,
}

impl Endpoint for ErasePhoto {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/family/pick-up-persons/{id}/photo";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Erase the photo of a person who picks up.";
}

/// A code with which one person picks up the children of a booking on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PickUpCode {
    pub date: Date,
    pub person_id: PickUpPersonId,
    pub name: String,
    pub issued_at: Timestamp,
    /// A while after the care of that day ends.
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// Six digits; told once, to who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Give a person a code to pick up the children of a booking on one of its days. They get it by text message where their
/// number is known.
///
/// A code given before for that day ends. 409 `wrong-state` unless the booking is confirmed and children come that day;
/// `invalid` when that day's care is over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IssuePickUpCode {
    pub id: BookingId,
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub date: Date,
    pub person_id: PickUpPersonId,
}

impl Endpoint for IssuePickUpCode {
    type Response = PickUpCode;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/bookings/{id}/pick-up-codes";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Give a person a code to pick up on a day.";
}

/// Who has a code for which day of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListPickUpCodes {
    pub id: BookingId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PickUpCodes {
    /// Those that stand or were used, by date. None tells its digits.
    pub items: Vec<PickUpCode>,
}

impl Endpoint for ListPickUpCodes {
    type Response = PickUpCodes;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/bookings/{id}/pick-up-codes";
    const SUMMARY: &'static str = "Who has a code for which day of a booking.";
}

/// Take the code of a day back. Nothing happens when there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokePickUpCode {
    pub id: BookingId,
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub date: Date,
}

impl Endpoint for RevokePickUpCode {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/bookings/{id}/pick-up-codes/{date}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Take the code of a day back.";
}

/// The days on which the signed-in person picks up, today and later.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListPickUps {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PickUps {
    /// Soonest first.
    pub items: Vec<PickUp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PickUp {
    pub date: Date,
    /// When the care of that day ends.
    pub until: HalfHour,
    pub nursery: BookedNursery,
    /// What the children are called, and nothing else of them.
    pub children: Vec<String>,
    /// Six digits; none once it was used.
    pub code: Option<String>,
    pub expires_at: Timestamp,
}

impl Endpoint for ListPickUps {
    type Response = PickUps;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/pick-ups";
    const SUMMARY: &'static str = "The days on which one picks up.";
}
