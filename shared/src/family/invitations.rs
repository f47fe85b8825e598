//! Invitations to a family, by phone number.

use serde::{Deserialize, Serialize};

use super::Role;
use crate::{
    accounts::Me,
    endpoint::{Endpoint, Method, Status},
    ids::{InvitationId, PickUpPersonId},
    phone::Phone,
    time::Timestamp,
    words::words,
};

words! {
    /// How an invitation stands.
    pub enum InvitationState {
        /// It waits for an answer.
        Open = "open",
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
    }
}

/// An invitation as the family sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub id: InvitationId,
    pub role: Role,
    /// What the family calls them.
    pub name: String,
    /// `138****0001`.
    pub phone_masked: String,
    /// Whom it invites to sign in as, where it invites to pick up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PickUpPersonId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: InvitationState,
}

/// Invite somebody to the family by phone number: they find the invitation when they sign in with it.
///
/// Answered alike whether or not the number is known here. An earlier invitation of the same number is taken back. 429
/// when the family has invited too many today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Invite {
    pub phone: Phone,
    /// `guardian` or `member`. For who only picks up, add a person who picks up.
    pub role: Role,
    /// What the family calls them, 1 to 40 characters.
    pub name: String,
}

impl Endpoint for Invite {
    type Response = Invitation;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/family/invitations";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Invite somebody to the family by phone number.";
}

/// Take an invitation back. 409 `invitation-ended` when it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeInvitation {
    pub id: InvitationId,
}

impl Endpoint for RevokeInvitation {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/family/invitations/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Take an invitation back.";
}

/// The invitations that wait for an answer of the signed-in account.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListMyInvitations {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyInvitations {
    /// Newest first.
    pub items: Vec<MyInvitation>,
}

/// An invitation as who is invited sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyInvitation {
    pub id: InvitationId,
    pub role: Role,
    /// What the family calls the account.
    pub name: String,
    /// `138****0001` of the guardian who invites.
    pub guardian_phone_masked: String,
    pub expires_at: Timestamp,
}

impl Endpoint for ListMyInvitations {
    type Response = MyInvitations;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/me/invitations";
    const SUMMARY: &'static str = "The invitations that wait for one's answer.";
}

/// Accept an invitation: the session acts for that family from now on. A family of one's own in which there is nothing
/// yet is given up for it. 409 `invitation-ended` when it ran out or was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    pub id: InvitationId,
}

impl Endpoint for AcceptInvitation {
    type Response = Me;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/me/invitations/{id}/accept";
    const SUMMARY: &'static str = "Accept an invitation to a family.";
}

/// Decline an invitation, which ends it. 409 `invitation-ended` when it had ended before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeclineInvitation {
    pub id: InvitationId,
}

impl Endpoint for DeclineInvitation {
    type Response = ();
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/me/invitations/{id}/decline";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Decline an invitation to a family.";
}
