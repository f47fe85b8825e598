//! Campaigns as families see them, claiming, and the wallet.

use serde::{Deserialize, Serialize};

use super::{Eligibility, Ineligible, Usable, VoucherState, VoucherValue};
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::{CampaignId, ChildId, VoucherId},
    money::Fen,
    time::{Date, Timestamp},
    words::words,
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListCampaigns {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenCampaigns {
    /// The server's time, which decides when something opens.
    pub now: Timestamp,
    /// Those that can be claimed or will be; what opens first comes first.
    pub items: Vec<OpenCampaign>,
}

impl Endpoint for ListCampaigns {
    type Response = OpenCampaigns;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/campaigns";
    const SUMMARY: &'static str = "Campaigns, and for each child of the family whether it can claim.";
}

words! {
    /// Whether a voucher can be claimed now.
    pub enum ClaimState {
        /// It opens at `opens_at`.
        Coming = "coming",
        Open = "open",
        /// All are claimed; where `opens_at` is told there will be more then.
        SoldOut = "sold_out",
        /// Paused by the issuer.
        Paused = "paused",
        Closed = "closed",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenCampaign {
    pub id: CampaignId,
    pub name: String,
    pub issuer_name: String,
    pub value: VoucherValue,
    pub state: ClaimState,
    /// When the next vouchers can be claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// Those that can be claimed now.
    pub left: u32,
    pub eligibility: Eligibility,
    pub usable: Usable,
    pub valid_from: Date,
    pub valid_until: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<u16>,
    pub children: Vec<ChildAndCampaign>,
}

/// Whether a child may claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildAndCampaign {
    pub child_id: ChildId,
    pub name: String,
    /// What it has claimed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher_id: Option<VoucherId>,
    /// Why it may not; empty when it may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ineligible: Vec<Ineligible>,
}

/// Claim a voucher for a child. Whatever the number of calls, a child has one voucher of a campaign at most.
///
/// 409 `not-open` (with `opens_at` when it will open), `sold-out`, `already-claimed`, `not-eligible` (with each rule in
/// `ineligible`), `campaign-closed`; nothing is claimed then.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Of the campaign.
    pub id: CampaignId,
    pub child_id: ChildId,
}

impl Endpoint for Claim {
    type Response = Voucher;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/campaigns/{id}/claims";
    const SUCCESS: Status = Status::Created;
    const NEEDS_KEY: bool = true;
    const SUMMARY: &'static str = "Claim a voucher for a child.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Voucher {
    pub id: VoucherId,
    pub campaign_id: CampaignId,
    pub campaign_name: String,
    pub issuer_name: String,
    pub child_id: ChildId,
    pub state: VoucherState,
    pub value: VoucherValue,
    /// What it has paid.
    pub used_fen: Fen,
    pub usable: Usable,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacking_group: Option<String>,
    pub claimed_at: Timestamp,
    pub valid_from: Date,
    /// Last day.
    pub expires_on: Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListVouchers {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wallet {
    /// Those that can be used first, what expires soonest before the rest.
    pub items: Vec<Voucher>,
}

impl Endpoint for ListVouchers {
    type Response = Wallet;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/vouchers";
    const SUMMARY: &'static str = "The family's vouchers.";
}
