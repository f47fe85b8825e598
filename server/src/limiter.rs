//! How many calls a second one caller may make.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
};

use doorstep_shared::{Problem, ProblemKind};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Seconds' worth of calls that may come at once.
const BURST_S: u32 = 5;
/// Calls after which callers that have been quiet are forgotten, so that their number bounds the memory.
const FORGET_AFTER: usize = 1_024;

/// Counts calls by caller.
pub struct Limiter {
    calls: DefaultKeyedRateLimiter<Vec<u8>>,
    checked: AtomicUsize,
}

impl Limiter {
    /// None for no limit: 0 calls a second.
    pub fn new(per_second: u32) -> Option<Self> {
        let per_second = NonZeroU32::new(per_second)?;
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(NonZeroU32::new(BURST_S)?));
        Some(Self { calls: RateLimiter::keyed(quota), checked: AtomicUsize::new(0) })
    }

    /// Counts a call.
    ///
    /// # Errors
    /// `too-many-requests` when it is one too many.
    pub fn check(&self, caller: &Vec<u8>) -> Result<(), Problem> {
        if self.checked.fetch_add(1, Ordering::Relaxed) % FORGET_AFTER == FORGET_AFTER - 1 {
            self.calls.retain_recent();
            self.calls.shrink_to_fit();
        }
        self.calls.check_key(caller).map_err(|_| Problem::new(ProblemKind::TooManyRequests).retry_after_s(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_five_seconds_worth_at_once_and_others_have_their_own() {
        let limiter = Limiter::new(1).unwrap();
        let (ann, ben) = (b"ann".to_vec(), b"ben".to_vec());
        let answers: Vec<_> = (0..6).map(|_| limiter.check(&ann).is_ok()).collect();
        assert_eq!(answers, [true, true, true, true, true, false]);
        assert!(limiter.check(&ben).is_ok());
        assert!(Limiter::new(0).is_none());
    }

    #[test]
    fn callers_that_have_been_quiet_are_forgotten() {
        // A caller is as good as new after a microsecond.
        let limiter = Limiter::new(1_000_000).unwrap();
        for caller in 0..10_000_u32 {
            limiter.check(&caller.to_be_bytes().to_vec()).unwrap();
        }
        assert!(limiter.calls.len() <= FORGET_AFTER, "{}", limiter.calls.len());
    }
}
