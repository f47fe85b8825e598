//! Today at the nursery: who is expected, present and collected, and whether there are enough carers.
//!
//! The page is plain forms. Where WebAssembly runs, an island does what they do at once, without asking anybody: it keeps
//! the actions on the device, sends them when it can, and shows what they lead to by the same fold as the server.

pub mod state;
pub mod today;

mod shown;

#[cfg(feature = "ssr")]
pub mod child;
#[cfg(feature = "ssr")]
pub mod door;
#[cfg(feature = "ssr")]
mod page;
#[cfg(all(feature = "staff", target_arch = "wasm32"))]
mod sending;
#[cfg(all(feature = "staff", target_arch = "wasm32"))]
mod storage;

#[cfg(feature = "ssr")]
pub use page::{page, submit};

pub const PATH: &str = "/staff/board";
