//! Who works at the nursery, and how that ends.

use serde::{Deserialize, Serialize};

use super::{StaffInvitation, StaffRole};
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::AccountId,
    time::Timestamp,
};

/// Who works at the nursery that the session acts for, and who is invited.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetStaffPeople {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffPeople {
    /// The longest-standing first.
    pub members: Vec<StaffMember>,
    /// Those that wait for an answer or ran out, newest first.
    pub invitations: Vec<StaffInvitation>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffMember {
    pub id: AccountId,
    pub role: StaffRole,
    pub name: String,
    /// `138****0001`.
    pub phone_masked: String,
    pub joined_at: Timestamp,
    /// Whether it is who asks.
    pub is_me: bool,
}

impl Endpoint for GetStaffPeople {
    type Response = StaffPeople;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/people";
    const SUMMARY: &'static str = "Who works at the nursery.";
}

/// Change what somebody who works at the nursery is called, or as what they work there.
///
/// Who gets another role signs in again. 409 `last-head` for the only head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeStaff {
    pub id: AccountId,
    /// 1 to 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<StaffRole>,
}

impl Endpoint for ChangeStaff {
    type Response = ();
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/api/v1/staff/people/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Change name or role of somebody who works at the nursery.";
}

/// Remove somebody from the nursery: their sessions there end at once. 409 `last-head` for the only head.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RemoveStaff {
    pub id: AccountId,
}

impl Endpoint for RemoveStaff {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/staff/people/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Remove somebody from the nursery.";
}

/// Let somebody who has lost password or phone begin anew: a link goes to their number by text message, by which they
/// choose a password and set up an app. Until they do, the old ones work.
///
/// 403 for who is a head anywhere: the operator lets them in anew.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetStaff {
    pub id: AccountId,
}

impl Endpoint for ResetStaff {
    type Response = StaffInvitation;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/people/{id}/reset";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Let somebody who has lost the password begin anew.";
}
