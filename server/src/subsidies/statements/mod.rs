//! What a month comes to, for a child and for its nursery.
//!
//! While a month is open its figures are reckoned from the days that were booked (`bookings::charged`), each time anew.
//! When a head closes it they are written down and never change (`close`); the database refuses it. A day of a closed
//! month that costs something else later stands in the first open month, with what it cost before: so the sum of all
//! statements is at any time what the bookings come to.

mod check;
mod close;
mod http;
mod read;
mod rules;
mod store;
mod xlsx;

pub use self::{check::check, http::register};
