//! What one signs in with, changed by oneself: each change asks for password and code again.

use serde::{Deserialize, Serialize};

use super::AppSetup;
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::SessionId,
    secret::Secret,
    time::Timestamp,
};

/// How one signs in, and where one is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetStaffSecurity {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffSecurity {
    /// When password or app were last changed.
    pub changed_at: Timestamp,
    pub recovery_codes_left: u16,
    /// The latest first.
    pub sessions: Vec<StaffSession>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffSession {
    pub id: SessionId,
    pub nursery_name: String,
    pub began_at: Timestamp,
    /// To a quarter of an hour.
    pub used_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

impl Endpoint for GetStaffSecurity {
    type Response = StaffSecurity;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/me/security";
    const SUMMARY: &'static str = "How one signs in as staff, and where one is signed in.";
}

/// End all staff sessions of the account, this one included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndStaffSessions {}

impl Endpoint for EndStaffSessions {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/staff/sessions";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Sign out everywhere.";
}

/// Choose another password. All other sessions of the account end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    pub password: Secret,
    /// Six digits of the app, or a recovery code.
    pub code: Secret,
    pub new_password: Secret,
}

impl Endpoint for ChangePassword {
    type Response = ();
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/me/password";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Choose another password.";
}

/// Get ten new recovery codes; the old ones are void.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewRecoveryCodes {
    pub password: Secret,
    pub code: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Shown once.
    pub codes: Vec<Secret>,
}

impl Endpoint for RenewRecoveryCodes {
    type Response = RecoveryCodes;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/me/recovery-codes";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Get ten new recovery codes.";
}

/// Begin to set up another authenticator app. The present one works until the new one has shown its first code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BeginApp {
    pub password: Secret,
    pub code: Secret,
}

impl Endpoint for BeginApp {
    type Response = AppSetup;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/me/app";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Begin to set up another authenticator app.";
}

/// The first code of the other app: it takes the place of the present one. 404 when none is being set up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmApp {
    pub app_code: Secret,
}

impl Endpoint for ConfirmApp {
    type Response = ();
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/me/app/confirm";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Put the other authenticator app in the place of the present one.";
}
