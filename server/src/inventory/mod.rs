//! One set of places under four kinds of care: places per class, day and half-hour; the in-memory index; search.
//!
//! Whoever changes places does it in one transaction: [`lock_days`], decide with [`Days`], write the booking's own rows,
//! [`save_days`]. Whoever changes the register calls [`changed_nursery`] in the same transaction. Both write change
//! rows, which the index of every process follows.

mod days;
mod index;
pub mod rules;
mod search;
mod state;
mod store;

pub use self::{
    days::{Day, Days, changed_nursery, check, lock_days, save_days},
    index::Index,
};
