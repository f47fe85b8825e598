//! A mistake in one piece of work must not end the thread that does everybody's.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::error::{Error, Result};

/// Runs `work`; when it panics, that is its error.
///
/// What it had borrowed may be half done: a transaction is to be rolled back.
///
/// # Errors
/// What `work` returns, or `internal` when it panics.
pub fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let why = message(&*panic);
        tracing::error!(why, "a panic was caught");
        Err(Error::internal(format!("panicked: {why}")))
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}
