//! What is computed from attendance: the statements of months, with what subsidies are expected for them.

mod statements;

pub use self::statements::{check, register};
