//! The user interface: server-rendered pages, woken up here and there by WebAssembly islands.
//!
//! A page loads what it shows, then renders: [`app::answer`] for what is read, [`app::submit`] for forms. Both exist
//! only on the server (`ssr`). An island is compiled for both sides and must not need anything of the server's.

// A page is one type, as deep as its HTML.
#![recursion_limit = "256"]

pub mod api;
#[cfg(any(feature = "ssr", feature = "family"))]
pub mod family;
pub mod nursery;
mod texts;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod page;
pub mod problems;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
mod statement;
#[cfg(feature = "ssr")]
pub mod visit;
#[cfg(any(feature = "ssr", feature = "staff"))]
mod words;

pub use texts::Locale;
pub(crate) use texts::td;
