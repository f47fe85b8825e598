//! The pages of parents, one file per page.

#[cfg(feature = "ssr")]
pub mod find;
#[cfg(feature = "ssr")]
pub mod missing;
#[cfg(feature = "ssr")]
pub mod nursery;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod words;
