//! Waiting for places: the line of each class and date, and who gets what falls free.
//!
//! An entry is for one class and window on one date. It is made under the lock of its class-day and of its family;
//! whatever changes it later holds the family's. A place that is offered is a booking of its own: held for the family
//! until the offer's deadline, so that nobody else can have it. An offer that ran out reads as expired whether or not
//! somebody wrote that down, and the next in line is served by whoever locks the class-day next.

mod check;
mod http;
mod jobs;
mod join;
mod messages;
mod odds;
mod rules;
mod serve;
mod store;
mod verbs;
mod view;

pub use self::{
    check::check,
    http::register,
    jobs::KeepWaitlist,
    serve::serve,
    store::{families_in_line, set_group, wait_again},
    verbs::note,
    view::of_family,
};
