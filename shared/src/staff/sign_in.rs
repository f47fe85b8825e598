//! Staff sign in with phone, password and a code; one session acts for one nursery.

use serde::{Deserialize, Serialize};

use super::StaffRole;
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::{AccountId, NurseryId},
    phone::Phone,
    secret::Secret,
    time::Timestamp,
};

/// Sign in as staff, for the nursery that was acted for last.
///
/// 401 `wrong-credentials` alike for an unknown phone, a wrong password, a wrong code and one that was used before. 429
/// after too many wrong tries: those of strangers count apart from those on devices where this account has signed in.
/// 503 with the seconds to wait when too many passwords are being checked already. 403 when the account works nowhere
/// any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StaffSignIn {
    pub phone: Phone,
    pub password: Secret,
    /// Six digits of the authenticator app, or one of the recovery codes.
    pub code: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffTokens {
    /// Bearer token, valid 15 minutes.
    pub access_token: String,
    pub access_expires_at: Timestamp,
    /// Used once, for the next pair.
    pub refresh_token: String,
    /// When one must sign in again, however much the session is used.
    pub session_ends_at: Option<Timestamp>,
    pub staff: StaffMe,
}

impl Endpoint for StaffSignIn {
    type Response = StaffTokens;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/sessions";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Sign in as staff with phone, password and code.";
}

/// Exchange the refresh token of a staff session for a new pair. Browsers send theirs in a cookie and leave the field
/// out. As with families, the previous token is honoured for 30 seconds; after that its use ends the session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefreshStaffSession {
    #[serde(default)]
    pub refresh_token: Option<String>,
}

impl Endpoint for RefreshStaffSession {
    type Response = StaffTokens;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/sessions/refresh";
    const SUMMARY: &'static str = "Exchange the refresh token of a staff session for a new pair.";
}

/// End this staff session. Clears its cookies; a family session in the same browser goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StaffSignOut {}

impl Endpoint for StaffSignOut {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/staff/sessions/current";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "End this staff session.";
}

/// Act for another nursery that one works at from now on. 404 for one that one does not work at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseNursery {
    pub nursery_id: NurseryId,
}

impl Endpoint for ChooseNursery {
    type Response = StaffMe;
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/api/v1/staff/sessions/current";
    const SUMMARY: &'static str = "Act for another nursery that one works at.";
}

/// Who is signed in as staff, for which nursery.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetStaffMe {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffMe {
    pub id: AccountId,
    /// `138****0001`.
    pub phone_masked: String,
    /// Where the session acts.
    pub at: Workplace,
    /// Every nursery that the account works at, the longest known first; that of the session among them.
    pub workplaces: Vec<Workplace>,
}

/// That an account works at a nursery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Workplace {
    pub nursery_id: NurseryId,
    pub nursery_name: String,
    pub role: StaffRole,
    /// As whom the nursery knows this account.
    pub name: String,
}

impl Endpoint for GetStaffMe {
    type Response = StaffMe;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/me";
    const SUMMARY: &'static str = "Who is signed in as staff, for which nursery.";
}
