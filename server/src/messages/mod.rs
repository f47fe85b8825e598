//! A person's inbox, and how that person wants to be told besides.
//!
//! The messages themselves are rows of the outbox, written by whoever causes them.

mod channels;
mod http;
mod wechat;

pub use self::http::register;
