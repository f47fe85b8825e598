//! Sign-in by phone code, sessions, the signed-in account.

use serde::{Deserialize, Serialize};

use crate::{
    bookings::{Booking, WaitlistEntry},
    children::{Child, ConsentGiven},
    endpoint::{Endpoint, Method, Status},
    family::{FamilyPeople, PickUpCode, PickUpPersonExport, Role},
    ids::{AccountId, ChildId, FamilyId},
    messages::{InboxMessage, WechatChannel},
    phone::Phone,
    time::Timestamp,
    words::words,
};

words! {
    /// As whom a session acts. One kind never has the powers of another, though the account be the same.
    pub enum SessionKind {
        /// For a family, after a code by text message.
        Family = "family",
        /// For a nursery, after password and second factor.
        Staff = "staff",
        /// For an issuer of vouchers, likewise.
        Issuer = "issuer",
    }
}

/// Send a sign-in code by text message.
///
/// 202 in the same time and words for known and unknown numbers. 429 above the limits per phone, per address and overall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RequestCode {
    pub phone: Phone,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeSent {
    /// Seconds until another code may be asked for.
    pub retry_after_s: u32,
}

impl Endpoint for RequestCode {
    type Response = CodeSent;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/auth/codes";
    const SUCCESS: Status = Status::Accepted;
    const SUMMARY: &'static str = "Send a sign-in code by text message.";
}

/// Sign in with the code. An unknown number becomes a new account with an empty family.
///
/// 401 `wrong-code` when the code is wrong, used, older than ten minutes or tried five times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub phone: Phone,
    /// Six digits; spaces are ignored.
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tokens {
    /// Bearer token, valid 15 minutes.
    pub access_token: String,
    pub access_expires_at: Timestamp,
    /// Used once, for the next pair.
    pub refresh_token: String,
    pub account: Me,
}

impl Endpoint for SignIn {
    type Response = Tokens;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/auth/sessions";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Sign in with a phone code.";
}

/// Exchange the refresh token for a new pair. Browsers send theirs in a cookie and leave the field out.
///
/// The previous token is honoured for 30 seconds (two tabs); after that its use ends the session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefreshSession {
    #[serde(default)]
    pub refresh_token: Option<String>,
}

impl Endpoint for RefreshSession {
    type Response = Tokens;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/auth/sessions/refresh";
    const SUMMARY: &'static str = "Exchange the refresh token for a new pair.";
}

/// End this session. Clears the cookies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignOut {}

impl Endpoint for SignOut {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/auth/sessions/current";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "End this session.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: AccountId,
    /// `138****0001`.
    pub phone_masked: String,
    /// What the session acts as: the role in `family_id`.
    pub roles: Vec<Role>,
    /// The family that the session acts for.
    pub family_id: FamilyId,
    /// Every family that the account belongs to, the longest known first.
    pub families: Vec<Belonging>,
}

impl Me {
    /// The role in the family that the session acts for.
    pub fn role(&self) -> Option<Role> {
        self.roles.first().copied()
    }
}

/// That an account belongs to a family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Belonging {
    pub family_id: FamilyId,
    pub role: Role,
    /// What the family calls this account; empty when nobody has said.
    pub name: String,
    /// `138****0001` of its longest-standing guardian; none when that is the account itself.
    pub guardian_phone_masked: Option<String>,
}

/// Act for another of one's families from now on. 404 for a family that one does not belong to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseFamily {
    pub family_id: FamilyId,
}

impl Endpoint for ChooseFamily {
    type Response = Me;
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/api/v1/auth/sessions/current";
    const SUMMARY: &'static str = "Act for another of one's families.";
}

/// The signed-in account.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetMe {}

impl Endpoint for GetMe {
    type Response = Me;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/me";
    const SUMMARY: &'static str = "The signed-in account.";
}

/// Everything that is kept about the family, to take away; for who is no guardian, what is kept about them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportFamily {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyExport {
    pub exported_at: Timestamp,
    /// In full: it is one's own.
    pub phone: String,
    /// The WeChat that is bound to the account. What WeChat calls it is kept sealed, and means nothing elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<WechatChannel>,
    /// Where the account belongs.
    #[serde(default)]
    pub families: Vec<Belonging>,
    pub children: Vec<ChildExport>,
    pub bookings: Vec<Booking>,
    /// Those in the inbox of the account that asks.
    pub messages: Vec<InboxMessage>,
    /// Who belongs to the family, for a guardian.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<FamilyPeople>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pick_up_persons: Vec<PickUpPersonExport>,
    /// Who had a code to pick up, without its digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pick_ups: Vec<PickUpCode>,
    /// What it waits for, and waited for in the last month.
    #[serde(default)]
    pub waitlist: Vec<WaitlistEntry>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildExport {
    pub child: Child,
    pub consents: Vec<ConsentGiven>,
    /// Those in which the child comes. Left out in the family's own export, which lists all bookings once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bookings: Vec<Booking>,
    /// As with the bookings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waitlist: Vec<WaitlistEntry>,
}

impl Endpoint for ExportFamily {
    type Response = FamilyExport;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/me/export";
    const SUMMARY: &'static str = "Everything that is kept about the family.";
}

/// Everything that is kept about one child.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportChild {
    pub id: ChildId,
}

impl Endpoint for ExportChild {
    type Response = ChildExport;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/children/{id}/export";
    const SUMMARY: &'static str = "Everything that is kept about one child.";
}

/// Erase the account, and with it every family in which it is the last guardian: its children, who belongs to it.
/// Families that have another guardian stay as they are. 409 `still-booked` while there are bookings to come for a
/// family that would be erased.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteAccount {}

impl Endpoint for DeleteAccount {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/me";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Erase the account, and the families of which it is the last guardian.";
}
