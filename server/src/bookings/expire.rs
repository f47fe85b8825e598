//! Writing down that holds ran out. Reading never waits for it.

use doorstep_shared::Timestamp;

use super::{places, store};
use crate::{db::Conn, error::Result, inventory, policy::Policies};

/// Holds written down in one transaction at most.
const MOST: i64 = 200;

/// Gives back the places of holds that ran out by `now` and writes them down as expired. Returns how many; there may be
/// more when it is the most that one transaction takes, see [`is_full`].
///
/// # Errors
/// When the database fails.
pub fn release_expired(conn: &mut Conn, policies: &Policies, now: Timestamp) -> Result<usize> {
    let holds = store::lock_expired_holds(conn, now, MOST)?;
    if holds.is_empty() {
        return Ok(0);
    }
    let wanted: Vec<_> = holds.iter().flat_map(|(_, days)| days.iter().copied()).collect();
    // Locking gives the places back, to those who wait for them first.
    let (days, _) = places::lock_to_take(conn, policies, now, &wanted, &[])?;
    let ids: Vec<_> = holds.iter().map(|(id, _)| *id).collect();
    let expired = store::expire(conn, now, &ids)?;
    inventory::save_days(conn, now, &days)?;
    Ok(expired)
}

/// Whether a call that released so many may have left some.
pub const fn is_full(released: usize) -> bool {
    released as i64 >= MOST
}
