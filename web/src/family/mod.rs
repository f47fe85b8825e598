//! The pages of parents, one file per page.

#[cfg(feature = "ssr")]
mod again;
#[cfg(feature = "ssr")]
pub mod book;
#[cfg(feature = "ssr")]
pub mod booking;
#[cfg(feature = "ssr")]
pub mod bookings;
#[cfg(feature = "ssr")]
pub mod change;
#[cfg(feature = "ssr")]
pub mod channels;
#[cfg(feature = "ssr")]
pub mod child;
#[cfg(feature = "ssr")]
mod child_form;
#[cfg(feature = "ssr")]
pub mod children;
#[cfg(feature = "ssr")]
pub mod door;
#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod find;
#[cfg(feature = "ssr")]
pub mod inbox;
#[cfg(feature = "ssr")]
pub mod me;
#[cfg(feature = "ssr")]
pub mod messages;
#[cfg(feature = "ssr")]
pub mod missing;
pub mod near;
#[cfg(feature = "ssr")]
pub mod nursery;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod price;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod statement;
#[cfg(feature = "ssr")]
mod ticket;
#[cfg(feature = "ssr")]
pub mod vouchers;
#[cfg(feature = "ssr")]
pub mod waiting;
#[cfg(feature = "ssr")]
pub mod wechat;
#[cfg(feature = "ssr")]
mod week;
#[cfg(feature = "ssr")]
pub mod words;
