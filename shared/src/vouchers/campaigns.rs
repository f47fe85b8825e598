//! Campaigns as their issuer sets them up and follows them.

use serde::{Deserialize, Serialize};

use super::{Eligibility, Usable, VoucherValue};
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::{CampaignId, VoucherId},
    money::Fen,
    time::{Date, Timestamp},
    words::words,
};

/// Vouchers that can be claimed from a moment on, by the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WaveDraft {
    pub opens_at: Timestamp,
    /// When the next one opens, or the vouchers have lost their validity, when not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// How many there are.
    pub vouchers: u32,
}

/// Set a campaign up. Its money is there from the beginning: 422 when the budget is less than its vouchers may cost,
/// when waves overlap, when validity ends before they open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateCampaign {
    /// 1 to 60 characters.
    pub name: String,
    pub value: VoucherValue,
    pub budget_fen: Fen,
    /// In order of opening, 1 to 24.
    pub waves: Vec<WaveDraft>,
    /// Vouchers of one family at most. One for each of its children when not told, and never more than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_family: Option<u16>,
    #[serde(default)]
    pub eligibility: Eligibility,
    #[serde(default)]
    pub usable: Usable,
    /// Vouchers of one group are not used together; 1 to 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacking_group: Option<String>,
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub valid_from: Date,
    /// Last day.
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub valid_until: Date,
    /// Days after claiming in which a voucher must be used, if that is earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<u16>,
}

impl Endpoint for CreateCampaign {
    type Response = Campaign;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/campaigns";
    const SUCCESS: Status = Status::Created;
    const NEEDS_KEY: bool = true;
    const SUMMARY: &'static str = "Set a campaign up.";
}

/// Count the children who could claim today under such terms, before there is a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviewCampaign {
    pub eligibility: Eligibility,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// Known to the platform.
    pub children: u32,
    pub eligible: u32,
}

impl Endpoint for PreviewCampaign {
    type Response = Preview;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/campaigns/preview";
    const SUMMARY: &'static str = "Count the children who could claim today.";

    fn is_costly(&self) -> bool {
        true
    }
}

words! {
    pub enum WaveState {
        Coming = "coming",
        Open = "open",
        SoldOut = "sold_out",
        /// Its time is over, or the campaign's.
        Closed = "closed",
        Paused = "paused",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wave {
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub vouchers: u32,
    pub issued: u32,
    pub state: WaveState,
}

/// Where the budget is: budget = outstanding + redeemed + settled + expired + remaining.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BurnDown {
    pub budget_fen: Fen,
    /// Not promised to anybody.
    pub remaining_fen: Fen,
    /// Promised: claimed, or set aside for a booking.
    pub outstanding_fen: Fen,
    /// Owed to nurseries.
    pub redeemed_fen: Fen,
    /// Paid to nurseries.
    pub settled_fen: Fen,
    /// Promised and not used.
    pub expired_fen: Fen,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub value: VoucherValue,
    pub waves: Vec<Wave>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_family: Option<u16>,
    pub eligibility: Eligibility,
    pub usable: Usable,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacking_group: Option<String>,
    pub valid_from: Date,
    pub valid_until: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<u16>,
    pub burn_down: BurnDown,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListIssuerCampaigns {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Campaigns {
    /// Newest first.
    pub items: Vec<Campaign>,
}

impl Endpoint for ListIssuerCampaigns {
    type Response = Campaigns;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/issuer/campaigns";
    const SUMMARY: &'static str = "The issuer's campaigns, with where the budget of each is.";
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetIssuerCampaign {
    pub id: CampaignId,
}

impl Endpoint for GetIssuerCampaign {
    type Response = Campaign;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/issuer/campaigns/{id}";
    const SUMMARY: &'static str = "One of the issuer's campaigns.";
}

/// Nobody can claim until it is resumed. What was claimed stays good.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PauseCampaign {
    pub id: CampaignId,
}

impl Endpoint for PauseCampaign {
    type Response = Campaign;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/campaigns/{id}/pause";
    const SUMMARY: &'static str = "Pause a campaign.";
}

/// 409 `campaign-closed` when it was closed for good.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResumeCampaign {
    pub id: CampaignId,
}

impl Endpoint for ResumeCampaign {
    type Response = Campaign;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/campaigns/{id}/resume";
    const SUMMARY: &'static str = "Let a paused campaign go on.";
}

/// Nobody can claim any more. What was claimed stays good until its day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseCampaign {
    pub id: CampaignId,
}

impl Endpoint for CloseCampaign {
    type Response = Campaign;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/campaigns/{id}/close";
    const SUMMARY: &'static str = "Close a campaign for good.";
}

/// Set another budget, and other numbers of vouchers. 422 when a wave would have less than were claimed, or the budget
/// be less than what was promised and what may still be claimed. 409 `campaign-closed` once it is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetBudget {
    pub id: CampaignId,
    pub budget_fen: Fen,
    /// For each wave, in order. Left out: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouchers: Option<Vec<u32>>,
}

impl Endpoint for SetBudget {
    type Response = Campaign;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/campaigns/{id}/budget";
    const NEEDS_KEY: bool = true;
    const SUMMARY: &'static str = "Set another budget and numbers of vouchers.";
}

/// Take back a voucher that was claimed and not used: its money goes back to the budget, and its child gets no other
/// one. 409 `wrong-state` when it is set aside for a booking, used or expired.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelVoucher {
    pub id: VoucherId,
}

impl Endpoint for CancelVoucher {
    type Response = ();
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/issuer/vouchers/{id}/cancel";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Take back a voucher that was not used.";
}
