//! Hold, book, confirm, cancel, undo: a family's bookings, and the places they take.
//!
//! A booking is one transaction over three nouns: its own rows, the class-days of `inventory` and the messages of the
//! outbox. Everything that changes a booking locks its class-days first, by class and date, and its family after them,
//! so two changes of one booking, two bookings of one place and two bookings of one child never run side by side.

mod book;
mod calendar;
mod change;
mod check;
mod expected;
mod expire;
mod facts;
mod http;
mod jobs;
mod messages;
mod order;
mod price;
mod read;
mod rules;
mod store;
mod view;

pub use self::{
    book::book_many,
    check::check,
    expected::{Expected, expected},
    http::register,
    jobs::ReleaseExpired,
    order::{Order, check_shape},
    read::all,
};
