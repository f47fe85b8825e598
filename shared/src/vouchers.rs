//! Vouchers: what issuers give out, who may have it, and what families hold.

mod campaigns;
mod claims;

use serde::{Deserialize, Serialize};

pub use self::{
    campaigns::{
        BurnDown, Campaign, Campaigns, CancelVoucher, CloseCampaign, CreateCampaign, GetIssuerCampaign,
        ListIssuerCampaigns, PauseCampaign, Preview, PreviewCampaign, ResumeCampaign, SetBudget, Wave, WaveDraft,
        WaveState,
    },
    claims::{
        ChildAndCampaign, Claim, ClaimState, ListCampaigns, ListVouchers, OpenCampaign, OpenCampaigns, Voucher, Wallet,
    },
};
use crate::{
    care::{CareKind, NurseryKind},
    money::Fen,
    time::Date,
    words::words,
};

words! {
    /// What a voucher is worth.
    pub enum ValueKind {
        /// An amount off the price.
        Fixed = "fixed",
        /// A share of the price, up to an amount.
        Percent = "percent",
        /// One visit for nothing, up to an amount: 免费体验券.
        FreeSession = "free_session",
        /// An amount off the price of one month's enrolled care.
        Monthly = "monthly",
    }
}

words! {
    pub enum VoucherState {
        /// It can be used.
        Claimed = "claimed",
        /// Set aside for a booking.
        Locked = "locked",
        /// Used, at check-in.
        Redeemed = "redeemed",
        /// The nursery has been paid.
        Settled = "settled",
        /// It was not used in time.
        Expired = "expired",
        /// Cancelled by the issuer.
        Void = "void",
        /// What was paid was taken back.
        Recovered = "recovered",
    }
}

words! {
    /// What the money of a campaign does. The words stand in the ledger for good.
    pub enum LedgerKind {
        /// The budget is set, raised or lowered.
        Fund = "fund",
        Claim = "claim",
        Lock = "lock",
        Release = "release",
        Redeem = "redeem",
        /// A check-in was taken back.
        Undo = "undo",
        Settle = "settle",
        Expire = "expire",
        Cancel = "cancel",
        Recover = "recover",
    }
}

words! {
    /// Where a child is cared for.
    pub enum CareStatus {
        /// Not enrolled for full-day or half-day care.
        HomeCared = "home_cared",
        Enrolled = "enrolled",
    }
}

words! {
    /// Why a child cannot have a voucher.
    pub enum EligibilityRule {
        TooYoung = "too_young",
        TooOld = "too_old",
        /// It lives elsewhere.
        District = "district",
        BirthOrder = "birth_order",
        /// The campaign is for children who are cared for at home.
        Enrolled = "enrolled",
        /// The campaign is for enrolled children.
        NotEnrolled = "not_enrolled",
        /// It has had one of this issuer's vouchers before.
        NotFirst = "not_first",
        /// The family has as many as it may.
        FamilyLimit = "family_limit",
    }
}

/// A rule that a child does not fulfil, with what it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ineligible {
    pub rule: EligibilityRule,
    /// `too_young`: the first day on which the child is old enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// `too_old`: completed months below which a child may have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_months: Option<u16>,
    /// `district`: codes of those whose children may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<String>,
    /// `birth_order`: those that may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub birth_orders: Vec<u8>,
}

impl Ineligible {
    pub const fn by(rule: EligibilityRule) -> Self {
        Self { rule, from: None, under_months: None, districts: Vec::new(), birth_orders: Vec::new() }
    }
}

/// Who may claim. What is left out asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Eligibility {
    /// Completed months on the day of claiming, at least.
    pub from_months: Option<u16>,
    /// Completed months, not included.
    pub under_months: Option<u16>,
    /// Codes of the districts where the child may live.
    pub districts: Vec<String>,
    pub birth_orders: Vec<u8>,
    pub care: Option<CareStatus>,
    /// Only who has never had a voucher of this issuer.
    pub first_time: bool,
}

/// Where it may be used. What is left out allows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Usable {
    pub care: Vec<CareKind>,
    pub nursery_kinds: Vec<NurseryKind>,
    pub inclusive_only: bool,
    /// Codes of the districts where the nursery may lie.
    pub districts: Vec<String>,
}

/// What one voucher is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VoucherValue {
    pub kind: ValueKind,
    /// The amount; of a percentage and of a free visit the most that is paid.
    pub amount_fen: Fen,
    /// Of the price, 1 to 100; with `percent` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}
