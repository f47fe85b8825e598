//! Who gives vouchers out, and what each may see and do there: one table, [`IssuerRole::may`].

use serde::{Deserialize, Serialize};

use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::{AccountId, IssuerId},
    phone::Phone,
    secret::Secret,
    time::Timestamp,
    words::words,
};

words! {
    /// As what somebody works for an issuer.
    pub enum IssuerRole {
        /// Sets campaigns up and answers for them.
        Manager = "manager",
        /// Sees every campaign and its money, and changes nothing: the finance office.
        Auditor = "auditor",
    }
}

words! {
    /// What people of an issuer may see or do. Each route of theirs names one of them.
    pub enum IssuerAbility {
        /// One's own sign-in: who one is, ending the session.
        OwnIssuerAccount = "own_issuer_account",
        /// Campaigns, how far each has come, and its money.
        SeeCampaigns = "see_campaigns",
        /// Setting campaigns up, pausing and closing them, changing their budget, cancelling a voucher.
        ManageCampaigns = "manage_campaigns",
    }
}

impl IssuerRole {
    pub const fn may(self, ability: IssuerAbility) -> bool {
        match ability {
            IssuerAbility::OwnIssuerAccount | IssuerAbility::SeeCampaigns => true,
            IssuerAbility::ManageCampaigns => matches!(self, Self::Manager),
        }
    }
}

/// Sign in for an issuer, with what staff sign in with: phone, password, code. Answered alike, with a session of another
/// kind, which has no power of the others. 403 when the account works for no issuer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IssuerSignIn {
    pub phone: Phone,
    pub password: Secret,
    /// Six digits of the authenticator app, or one of the recovery codes.
    pub code: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuerTokens {
    /// Bearer token, valid 15 minutes.
    pub access_token: String,
    pub access_expires_at: Timestamp,
    /// Used once, for the next pair.
    pub refresh_token: String,
    /// When one must sign in again, however much the session is used.
    pub session_ends_at: Option<Timestamp>,
    pub issuer: IssuerMe,
}

impl Endpoint for IssuerSignIn {
    type Response = IssuerTokens;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/sessions";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Sign in for an issuer with phone, password and code.";
}

/// Exchange the refresh token of an issuer's session for a new pair, as with staff.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefreshIssuerSession {
    #[serde(default)]
    pub refresh_token: Option<String>,
}

impl Endpoint for RefreshIssuerSession {
    type Response = IssuerTokens;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/sessions/refresh";
    const SUMMARY: &'static str = "Exchange the refresh token of an issuer's session for a new pair.";
}

/// End this session. Clears its cookies; sessions of other kinds in the same browser go on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IssuerSignOut {}

impl Endpoint for IssuerSignOut {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/issuer/sessions/current";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "End this session of an issuer.";
}

/// Who is signed in, for which issuer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetIssuerMe {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuerMe {
    pub id: AccountId,
    /// `138****0001`.
    pub phone_masked: String,
    pub issuer_id: IssuerId,
    pub issuer_name: String,
    pub role: IssuerRole,
    /// As whom the issuer knows this account.
    pub name: String,
}

impl Endpoint for GetIssuerMe {
    type Response = IssuerMe;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/issuer/me";
    const SUMMARY: &'static str = "Who is signed in, for which issuer.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{family::Ability, staff::StaffAbility};

    #[test]
    fn an_auditor_sees_everything_and_changes_nothing() {
        for ability in IssuerAbility::ALL {
            assert!(IssuerRole::Manager.may(*ability), "{ability}");
            let changes = *ability == IssuerAbility::ManageCampaigns;
            assert_eq!(IssuerRole::Auditor.may(*ability), !changes, "{ability}");
        }
    }

    #[test]
    fn no_ability_of_issuers_is_called_as_one_of_others() {
        for ability in IssuerAbility::ALL {
            let word = ability.as_str();
            assert!(word.parse::<Ability>().is_err() && word.parse::<StaffAbility>().is_err(), "{word}");
        }
    }
}
