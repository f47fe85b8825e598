//! The contract of Doorstep: what travels on the wire, and the pure rules both sides need.
//!
//! No input or output happens here, and everything compiles to WebAssembly. A request type *is* its contract: see
//! [`endpoint::Endpoint`].

pub mod accounts;
pub mod age;
pub mod board;
pub mod bookings;
pub mod care;
pub mod children;
pub mod dates;
pub mod endpoint;
pub mod family;
pub mod geo;
pub mod hours;
pub mod ids;
pub mod issuers;
pub mod messages;
pub mod money;
pub mod month;
pub mod nurseries;
pub mod phone;
pub mod planning;
pub mod policy;
pub mod problem;
pub mod roster;
pub mod secret;
pub mod slots;
pub mod staff;
pub mod statements;
pub mod text;
pub mod time;
pub mod vouchers;
mod words;

pub use endpoint::{Endpoint, Method, Status};
pub use money::Fen;
pub use month::Month;
pub use problem::{Problem, ProblemKind};
pub use time::{Date, HalfHour, Span, Timestamp};
