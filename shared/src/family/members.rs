//! Who belongs to the family, and how that ends.

use serde::{Deserialize, Serialize};

use super::{Invitation, PickUpPerson, Role};
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::AccountId,
    time::Timestamp,
};

/// Who belongs to the family that the session acts for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetFamily {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyPeople {
    /// Guardians and members, longest-standing first.
    pub members: Vec<FamilyMember>,
    /// By name.
    pub pick_up_persons: Vec<PickUpPerson>,
    /// Those that wait for an answer, were declined, or ran out; newest first. Empty for who may not invite.
    pub invitations: Vec<Invitation>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyMember {
    pub id: AccountId,
    /// `guardian` or `member`.
    pub role: Role,
    /// What the family calls them; empty when nobody has said.
    pub name: String,
    /// `138****0001`.
    pub phone_masked: String,
    pub joined_at: Timestamp,
    /// Whether it is who asks.
    pub is_me: bool,
}

impl Endpoint for GetFamily {
    type Response = FamilyPeople;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/family";
    const SUMMARY: &'static str = "Who belongs to the family.";
}

/// Change what somebody of the family is called, or make a member a guardian, or a guardian a member.
///
/// Who gets another role signs in again. 409 `last-guardian` for the only guardian.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    pub id: AccountId,
    /// At most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `guardian` or `member`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

impl Endpoint for ChangeMember {
    type Response = ();
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/api/v1/family/members/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Change what somebody of the family is called, or their role.";
}

/// Remove somebody from the family: whatever they could do ends at once, with the calendar links of the children when it
/// was a guardian. 409 `last-guardian` for the only guardian.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RemoveMember {
    pub id: AccountId,
}

impl Endpoint for RemoveMember {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/family/members/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Remove somebody from the family.";
}

/// Leave the family, and be signed out. 409 `last-guardian` for the only guardian.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LeaveFamily {}

impl Endpoint for LeaveFamily {
    type Response = ();
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/family/leave";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Leave the family.";
}
