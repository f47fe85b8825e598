//! One after the other, but nobody for ever.
//!
//! Following needs the database, and a connection may fall silent in the middle of it. Whoever has had the turn for too
//! long loses it to the next, whose connection may work; what it reads, should it ever come back, is then not taken.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

pub struct Turns {
    patience: Duration,
    held: Mutex<Held>,
    free: Condvar,
}

#[derive(Default)]
struct Held {
    /// Counts turns, so that each knows its own.
    number: u64,
    since: Option<Instant>,
}

pub struct Turn<'t> {
    turns: &'t Turns,
    number: u64,
}

impl Turns {
    /// `patience`: how long a turn is respected.
    pub fn new(patience: Duration) -> Self {
        Self { patience, held: Mutex::default(), free: Condvar::new() }
    }

    /// Waits for the turn.
    pub fn take(&self) -> Turn<'_> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(since) = held.since {
            let left = self.patience.saturating_sub(since.elapsed());
            if left.is_zero() {
                tracing::warn!("a turn was taken from somebody who does not come back");
                break;
            }
            held = self.free.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        held.number += 1;
        held.since = Some(Instant::now());
        Turn { turns: self, number: held.number }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut held = self.turns.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.number == self.number {
            held.since = None;
            self.turns.free.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_come_back_loses_the_turn_and_takes_none_with_it() {
        let turns = Turns::new(Duration::from_millis(10));
        let lost = turns.take();
        let mine = turns.take();
        drop(lost);
        assert!(turns.held.lock().unwrap().since.is_some(), "it is still mine");
        drop(mine);
        assert!(turns.held.lock().unwrap().since.is_none());
    }

    #[test]
    fn a_turn_is_respected_while_it_lasts() {
        let turns = Turns::new(Duration::from_secs(600));
        let (mine, counted) = (turns.take(), Mutex::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let _turn = turns.take();
                    let before = *counted.lock().unwrap();
                    std::thread::yield_now();
                    *counted.lock().unwrap() = before + 1;
                });
            }
            assert_eq!(*counted.lock().unwrap(), 0);
            drop(mine);
        });
        assert_eq!(*counted.lock().unwrap(), 4);
    }
}
