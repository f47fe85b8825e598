//! Building blocks without a word of the domain in them.

pub mod countdown;
pub mod icon;
pub mod recheck;

#[cfg(feature = "ssr")]
pub mod face;
#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod qr;
#[cfg(feature = "ssr")]
pub mod strip;
#[cfg(feature = "ssr")]
pub mod topbar;
