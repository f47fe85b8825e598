//! Building blocks without a word of the domain in them.

pub mod icon;

#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod strip;
#[cfg(feature = "ssr")]
pub mod topbar;
