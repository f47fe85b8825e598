//! The rows of vouchers that were redeemed.

use diesel::prelude::*;
use doorstep_shared::{
    Fen, Timestamp,
    ids::{ChildId, NurseryId, VoucherId},
    vouchers::{LedgerKind, VoucherState},
};

use super::Paid;
use crate::db::{
    Conn,
    schema::{booking, campaign, ledger_entry as entry, voucher},
};

/// Vouchers that are redeemed or settled, once for each time that they were redeemed, in the order of these times.
pub fn redeemed(conn: &mut Conn, of: NurseryId, until: Timestamp) -> QueryResult<Vec<Paid>> {
    let rows: Vec<(VoucherId, ChildId, String, Timestamp, Fen)> = voucher::table
        .inner_join(campaign::table)
        .inner_join(entry::table.on(entry::voucher_id.eq(voucher::id.nullable())))
        .inner_join(booking::table.on(voucher::booking_id.eq(booking::id.nullable())))
        .filter(booking::nursery_id.eq(of))
        .filter(voucher::state.eq_any([VoucherState::Redeemed, VoucherState::Settled]))
        .filter(entry::kind.eq(LedgerKind::Redeem).and(entry::business_at.lt(until)))
        .order((entry::recorded_at, entry::id))
        .select((voucher::id, voucher::child_id, campaign::name, entry::business_at, voucher::used_fen))
        .load(conn)?;
    let paid =
        |(voucher, child, campaign_name, redeemed_at, fen)| Paid { voucher, child, campaign_name, redeemed_at, fen };
    Ok(rows.into_iter().map(paid).collect())
}

pub fn campaign_names(conn: &mut Conn, ids: &[VoucherId]) -> QueryResult<Vec<(VoucherId, String)>> {
    let rows = voucher::table.inner_join(campaign::table).filter(voucher::id.eq_any(ids));
    rows.select((voucher::id, campaign::name)).load(conn)
}
