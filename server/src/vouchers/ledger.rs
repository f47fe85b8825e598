//! The money of campaigns. Entries are added and never changed; the database refuses anything else.

use doorstep_shared::{
    Timestamp,
    ids::{AccountId, CampaignId, VoucherId},
    vouchers::{BurnDown, LedgerKind},
};

use super::{rules::states::Amounts, store};
use crate::db::Conn;

/// What changed, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub campaign: CampaignId,
    /// None: the campaign's budget.
    pub voucher: Option<VoucherId>,
    pub kind: LedgerKind,
    /// Make nothing together.
    pub amounts: Amounts,
    /// When it happened; it is written down `now`.
    pub at: Timestamp,
    /// None: it came about by itself.
    pub by: Option<AccountId>,
}

/// Writes entries, one statement for all.
pub fn record_batch(conn: &mut Conn, now: Timestamp, entries: &[Entry]) -> diesel::QueryResult<()> {
    store::insert_entries_batch(conn, now, entries)
}

/// Where a campaign's budget is.
pub fn burn_down(amounts: Amounts) -> BurnDown {
    BurnDown {
        budget_fen: doorstep_shared::Fen::ZERO - amounts.budget,
        remaining_fen: amounts.remaining,
        outstanding_fen: amounts.claimed + amounts.locked,
        redeemed_fen: amounts.redeemed,
        settled_fen: amounts.settled,
        expired_fen: amounts.expired,
    }
}
