//! One set of places under four kinds of care: places per class, day and half-hour; the in-memory index; search.
//!
//! Whoever changes places does it in one transaction: [`lock_days`], decide with [`Days`], write the booking's own rows,
//! [`save_days`]. Whoever changes the register calls [`crate::db::changes::nurseries_batch`] in the same
//! transaction. Both write change rows, which the index of every process follows.

mod days;
mod http;
mod index;
mod keep;
pub mod rules;
mod search;
pub mod seats;
mod state;
mod store;
mod watch;

use doorstep_shared::{
    Timestamp,
    slots::{NextBest, SearchSlots, SlotPage},
};

#[cfg(test)]
pub use self::days::testing;
pub use self::{
    days::{Day, Days, check, hours_of, lock_days, look_at_days, overfull, save_days},
    http::register,
    index::Index,
    keep::start,
    rules::{Hours, Week},
    search::next_best::Refused,
    seats::{CarerColumns, Limits, PerHalfHour, Seats, UNSAID, WeekLimits, of_columns as limits_of},
};
use crate::error::Result;

/// Nurseries with a free window, from memory.
///
/// # Errors
/// `invalid` with every field that breaks a rule; `unavailable` until the index has been built.
pub fn search_slots(index: &Index, request: &SearchSlots, now: Timestamp) -> Result<SlotPage> {
    Ok(search::search(&*index.read(now)?, request, now)?)
}

/// The same as [`search_slots`], as JSON.
///
/// # Errors
/// As [`search_slots`].
pub fn search_slots_json(index: &Index, request: &SearchSlots, now: Timestamp) -> Result<Vec<u8>> {
    Ok(search::search_json(&*index.read(now)?, request, now)?)
}

/// Up to three windows that may do instead of one that could not be had, from memory.
///
/// # Errors
/// `unavailable` until the index has been built.
pub fn next_best(index: &Index, refused: &Refused, now: Timestamp) -> Result<Vec<NextBest>> {
    Ok(search::next_best::next_best(&*index.read(now)?, refused, now))
}
