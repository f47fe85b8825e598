//! Beginning to work at a nursery: invited by its head, or let in anew after a lost password.

use serde::{Deserialize, Serialize};

use super::{StaffInvitationPurpose, StaffRole, StaffTokens};
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::StaffInvitationId,
    phone::Phone,
    secret::Secret,
    time::Timestamp,
};

/// An invitation as the nursery sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffInvitation {
    pub id: StaffInvitationId,
    pub purpose: StaffInvitationPurpose,
    pub role: StaffRole,
    pub name: String,
    /// `138****0001`.
    pub phone_masked: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Whether it can still be accepted; else it ran out.
    pub is_open: bool,
}

/// Invite somebody to work at the nursery. They get a text message with a link that works once and for a limited time.
///
/// An earlier invitation of the same phone is taken back. 429 when the nursery has invited too many today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteStaff {
    pub phone: Phone,
    pub role: StaffRole,
    /// As the nursery knows them, 1 to 40 characters.
    pub name: String,
}

impl Endpoint for InviteStaff {
    type Response = StaffInvitation;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/invitations";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Invite somebody to work at the nursery.";
}

/// Take an invitation back, or put away one that ran out. 409 `invitation-ended` when it was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeStaffInvitation {
    pub id: StaffInvitationId,
}

impl Endpoint for RevokeStaffInvitation {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/staff/invitations/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Take an invitation to work at the nursery back.";
}

/// Read an invitation that came by text message, before accepting it.
///
/// 404 alike for a code that was never sent and for another phone than the one that it was sent to; 409
/// `invitation-ended` when it ran out, was accepted or taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenStaffInvitation {
    /// The one that the message was sent to.
    pub phone: Phone,
    /// As it stands in the link of the message.
    pub code: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedStaffInvitation {
    pub purpose: StaffInvitationPurpose,
    pub nursery_name: String,
    pub role: StaffRole,
    pub name: String,
    pub expires_at: Timestamp,
    /// What to set an authenticator app up with. None: the account has a password and an app, and accepts with those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppSetup>,
}

/// What an authenticator app needs, to be shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppSetup {
    /// `otpauth://…`, for a QR code.
    pub url: Secret,
    /// Base32, to be typed.
    pub secret: Secret,
}

impl Endpoint for OpenStaffInvitation {
    type Response = OpenedStaffInvitation;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/invitations/open";
    const SUMMARY: &'static str = "Read an invitation to work at a nursery.";
}

/// Accept an invitation: with a new password and the first code of the app that was set up, or, where the account has
/// both already, with those. Signs in for that nursery.
///
/// As opening it, and: 422 for a password that is short or easily guessed, or a code that is not the app's; where one
/// signs in with what one has, what signing in is answered with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptStaffInvitation {
    pub phone: Phone,
    pub code: Secret,
    pub password: Secret,
    /// Six digits of the app; where one signs in with what one has, also a recovery code.
    pub app_code: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffJoined {
    pub tokens: StaffTokens,
    /// Shown once; none where one has signed in with what one had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<Secret>,
}

impl Endpoint for AcceptStaffInvitation {
    type Response = StaffJoined;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/invitations/accept";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Accept an invitation to work at a nursery.";
}
