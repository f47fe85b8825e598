//! What vouchers have paid for, at a nursery.

mod store;

use std::collections::HashMap;

use doorstep_shared::{
    Fen, Timestamp,
    ids::{ChildId, NurseryId, VoucherId},
};

use crate::{db::Conn, error::Result};

/// A voucher that has paid for care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    pub voucher: VoucherId,
    pub child: ChildId,
    pub campaign_name: String,
    /// When the child was checked in with it.
    pub redeemed_at: Timestamp,
    pub fen: Fen,
}

/// The vouchers that have paid for bookings at a nursery before `until`, in the order in which they did.
///
/// # Errors
/// When the database fails.
pub fn paid_at(conn: &mut Conn, nursery: NurseryId, until: Timestamp) -> Result<Vec<Paid>> {
    // A check-in that was taken back and made again redeems twice: the last time counts.
    let mut last: HashMap<VoucherId, Paid> = HashMap::new();
    for row in store::redeemed(conn, nursery, until)? {
        last.insert(row.voucher, row);
    }
    let mut paid: Vec<Paid> = last.into_values().collect();
    paid.sort_unstable_by_key(|paid| (paid.redeemed_at, paid.voucher));
    Ok(paid)
}

/// What the campaigns of these vouchers are called.
///
/// # Errors
/// When the database fails.
pub fn campaign_names(conn: &mut Conn, vouchers: &[VoucherId]) -> Result<HashMap<VoucherId, String>> {
    Ok(store::campaign_names(conn, vouchers)?.into_iter().collect())
}
