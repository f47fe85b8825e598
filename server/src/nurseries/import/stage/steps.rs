//! Transactions that are sized by how long the last one took.

use std::time::{Duration, Instant};

use crate::{
    db::{Conn, Db},
    error::Result,
};

/// A step that took less than this lets the next one be larger.
const SHORT: Duration = Duration::from_millis(8);
/// A step that took longer makes the next one smaller, well before the 50 ms that a writer may be held.
const LONG: Duration = Duration::from_millis(20);
/// Nurseries in the first step, and at most in any.
const FIRST: usize = 4;
const MOST: usize = 256;

pub struct Steps<'d> {
    db: &'d Db,
    size: usize,
    longest: Duration,
}

impl<'d> Steps<'d> {
    pub fn new(db: &'d Db) -> Self {
        Self { db, size: FIRST, longest: Duration::ZERO }
    }

    /// Before work of another kind, of which one step as large as the last might take too long.
    pub fn start_small(&mut self) {
        self.size = FIRST;
    }

    /// Nurseries in the next step.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How long the writer was held at most: from the transaction's first statement to the end of its commit.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// Runs one transaction, told how many nurseries it should take, and leaves the writer to others as long again:
    /// other processes only look now and then whether it is free.
    pub fn write<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut Conn, usize) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let size = self.size;
        let (began, value) = self.db.write_blocking(move |conn| {
            let began = Instant::now();
            Ok((began, run(conn, size)?))
        })?;
        let held = began.elapsed();
        self.longest = self.longest.max(held);
        self.size = next_size(size, held);
        std::thread::sleep(held);
        Ok(value)
    }
}

fn next_size(size: usize, held: Duration) -> usize {
    match held {
        held if held < SHORT => (size * 2).min(MOST),
        held if held > LONG => (size / 2).max(1),
        _ => size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_grows_while_it_is_short_and_shrinks_when_it_is_long() {
        let cases = [(4, 1, 8), (200, 1, 256), (64, 8, 64), (64, 20, 64), (64, 21, 32), (1, 500, 1)];
        for (size, ms, next) in cases {
            assert_eq!(next_size(size, Duration::from_millis(ms)), next, "{size} in {ms} ms");
        }
    }
}
