//! What becomes of vouchers after they were claimed: one state, one ledger entry, one transaction.

use doorstep_shared::{
    Fen, ProblemKind, Timestamp,
    ids::{AccountId, BookingId, VoucherId},
};

use super::{
    ledger::{self, Entry},
    rules::states::{self, Step},
    store::{self, VoucherRow},
};
use crate::{db::Conn, error::Result};

/// Who has a step taken, what for, and when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// None: it came about by itself.
    pub account: Option<AccountId>,
    /// What a voucher is locked for.
    pub booking: Option<BookingId>,
    /// Earlier than now where it is written down later, as what a tablet did without network.
    pub at: Timestamp,
}

/// Takes a step with each of these vouchers, or with none. Locks them in the order of their ids; their campaigns need no
/// lock. What `Expire` means is decided by the day of `now`.
///
/// # Errors
/// `not-found`; `wrong-state` when one of them cannot take it.
pub fn take(conn: &mut Conn, now: Timestamp, vouchers: &[(VoucherId, Step)], by: By) -> Result<()> {
    let ids: Vec<_> = vouchers.iter().map(|(id, _)| *id).collect();
    let rows = store::lock_vouchers(conn, &ids)?;
    let mut entries = Vec::with_capacity(vouchers.len());
    for (id, step) in vouchers {
        let row = rows.iter().find(|row| row.id == *id).ok_or(ProblemKind::NotFound)?;
        entries.push(moved(conn, now, row, *step, by)?);
    }
    Ok(ledger::record_batch(conn, now, &entries)?)
}

fn moved(conn: &mut Conn, now: Timestamp, row: &VoucherRow, step: Step, by: By) -> Result<Entry> {
    let before = row.standing();
    let (after, kind) = states::step(before, step, now.local_date()).ok_or(ProblemKind::WrongState)?;
    let booking = match step {
        Step::Lock => by.booking,
        Step::Release => None,
        _ => row.booking_id,
    };
    store::set_standing(conn, now, row.id, after, booking)?;
    let amounts = after.amounts() - before.amounts();
    debug_assert_eq!(amounts.sum(), Fen::ZERO);
    Ok(Entry { campaign: row.campaign_id, voucher: Some(row.id), kind, amounts, at: by.at, by: by.account })
}

/// Vouchers written down as expired in one transaction at most.
const MOST: i64 = 500;

/// Writes down which vouchers were not used in time; returns how many, see [`is_full`].
///
/// # Errors
/// When the database fails.
pub fn expire_due(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    let rows = store::lock_run_out(conn, now.local_date(), MOST)?;
    let by = By { account: None, booking: None, at: now };
    let entries: Result<Vec<_>> = rows.iter().map(|row| moved(conn, now, row, Step::Expire, by)).collect();
    ledger::record_batch(conn, now, &entries?)?;
    Ok(rows.len())
}

/// Whether a call that wrote so many down may have left some.
pub const fn is_full(expired: usize) -> bool {
    expired as i64 >= MOST
}
