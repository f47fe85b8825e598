//! Argon2id, so many at a time and no more.
//!
//! A password takes memory and a core to check, so whoever sends many could take all of both. So they are checked in two
//! lanes, each with a few places and a short queue: one for devices on which the phone has signed in before, one for all
//! others. Beyond that callers are told to come back. Strangers fill only their own lane.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use doorstep_shared::{Problem, ProblemKind, secret::Secret};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::password;
use crate::{
    accounts::keys,
    error::{Error, Result},
};

/// Memory in KiB, passes and lanes: the first choice of the OWASP Password Storage Cheat Sheet (19 MiB, 2, 1).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Bytes of a salt, as RFC 9106 recommends.
const SALT: usize = 16;
/// How many may wait for each one that is checked: at thirty milliseconds each, a quarter of a second.
const WAITING: usize = 8;
/// Seconds after which a caller may try again who found no place in the queue.
const RETRY_AFTER_S: u32 = 2;
/// What the password of an unknown phone is compared with, for as long as any other. Nobody's.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZG9vcnN0ZXAgZGVjb3kuLg$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whose password it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Who has signed in on this device before, or is signed in.
    Known,
    Strangers,
}

/// Hashes passwords and checks them, off the threads that answer requests.
pub struct Hashing {
    known: Queue,
    strangers: Queue,
}

struct Queue {
    /// Those that are checked, and those that wait.
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Queue {
    fn new(at_once: usize) -> Self {
        let places = Arc::new(Semaphore::new(at_once * (1 + WAITING)));
        Self { places, turns: Arc::new(Semaphore::new(at_once)) }
    }
}

/// A place in the queue. Taken before anything else is done for a caller, so that whoever finds none costs nothing.
pub struct Place {
    place: OwnedSemaphorePermit,
    turns: Arc<Semaphore>,
}

impl Hashing {
    /// So many `at_once` in each lane, at least one.
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.max(1);
        Self { known: Queue::new(at_once), strangers: Queue::new(at_once) }
    }

    /// # Errors
    /// `unavailable` when too many wait already.
    pub fn reserve(&self, lane: Lane) -> Result<Place> {
        let queue = match lane {
            Lane::Known => &self.known,
            Lane::Strangers => &self.strangers,
        };
        let busy = || Problem::new(ProblemKind::Unavailable).retry_after_s(RETRY_AFTER_S);
        let place = Arc::clone(&queue.places).try_acquire_owned().map_err(|_| busy())?;
        Ok(Place { place, turns: Arc::clone(&queue.turns) })
    }
}

impl Place {
    /// The hash of a new password.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub async fn hash(self, password: Secret) -> Result<String> {
        self.run(move || hash(&password)).await?
    }

    /// Whether a password is the one of this hash; without a hash no password is, after as long.
    ///
    /// # Errors
    /// When the program stops meanwhile.
    pub async fn verify(self, password: Secret, hash: Option<String>) -> Result<bool> {
        self.run(move || verify(&password, hash.as_deref())).await
    }

    async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = self.turns.acquire_owned().await.map_err(Error::internal)?;
        let place = self.place;
        // Its turn lasts as long as the work, also when nobody waits for the answer any more.
        let run = move || {
            let worked = work();
            drop((place, turn));
            worked
        };
        tokio::task::spawn_blocking(run).await.map_err(Error::internal)
    }
}

/// On the thread that asks: for commands, which hash a few.
///
/// # Errors
/// When the system has no random bytes.
pub fn hash(password: &Secret) -> Result<String> {
    let salt = keys::random::<SALT>()?;
    let hash =
        argon2()?.hash_password_with_salt(password::normal(password).as_bytes(), &salt).map_err(Error::internal)?;
    Ok(hash.to_string())
}

fn verify(password: &Secret, hash: Option<&str>) -> bool {
    let is_it = argon2().is_ok_and(|argon2| {
        argon2.verify_password(password::normal(password).as_bytes(), hash.unwrap_or(DECOY)).is_ok()
    });
    is_it && hash.is_some()
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHash;

    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_no_two_hashes_are_alike() {
        let password = Secret::from("院里的玉兰开了两次");
        let (one, other) = (hash(&password).unwrap(), hash(&password).unwrap());
        assert_ne!(one, other);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        for hash in [&one, &other] {
            assert!(verify(&password, Some(hash)));
            assert!(!verify(&Secret::from("院里的玉兰开了一次"), Some(hash)));
        }
        assert!(!verify(&password, None));
    }

    #[test]
    fn a_password_is_the_same_on_every_keyboard() {
        let hash = hash(&Secret::from("Café 玉兰 2026")).unwrap();
        for typed in ["Cafe\u{301} 玉兰 2026", "Ｃａｆé　玉兰　２０２６"] {
            assert!(verify(&Secret::from(typed), Some(&hash)), "{typed}");
        }
        assert!(!verify(&Secret::from("Cafe 玉兰 2026"), Some(&hash)));
    }

    #[test]
    fn an_unknown_phone_takes_as_long_as_a_known_one() {
        let parameters = |hash: &str| PasswordHash::new(hash).unwrap().params.to_string();
        let known = hash(&Secret::from("correct horse")).unwrap();
        assert_eq!(parameters(DECOY), parameters(&known));
        // Both are worked out to the end: a decoy that cannot be read would be refused for that, in no time at all.
        let refused = |hash: &str| argon2().unwrap().verify_password(b"wrong horse", hash).unwrap_err().to_string();
        assert_eq!(refused(DECOY), refused(&known));
        assert_ne!(refused("$argon2id$"), refused(&known));
    }

    #[tokio::test]
    async fn beyond_the_queue_callers_are_told_to_come_back_and_the_other_lane_goes_on() {
        let hashing = Hashing::new(1);
        let reserved: Vec<_> = (0..50).map(|_| hashing.reserve(Lane::Strangers)).collect();
        let (places, refused): (Vec<_>, Vec<_>) = reserved.into_iter().partition(Result::is_ok);
        assert_eq!(places.len(), 1 + WAITING);
        for error in refused.into_iter().filter_map(Result::err) {
            let problem = error.into_problem();
            assert_eq!((problem.status, problem.retry_after_s), (503, Some(RETRY_AFTER_S)));
        }
        let wrong = || Secret::from("wrong horse");
        assert!(!hashing.reserve(Lane::Known).unwrap().verify(wrong(), None).await.unwrap());
        for place in places {
            assert!(!place.unwrap().verify(wrong(), None).await.unwrap());
        }
        assert!(hashing.reserve(Lane::Strangers).is_ok(), "there is room again");
    }

    #[tokio::test]
    async fn a_check_that_nobody_waits_for_keeps_its_turn_until_it_is_done() {
        let hashing = Hashing::new(1);
        let place = hashing.reserve(Lane::Strangers).unwrap();
        let (began, begun) = std::sync::mpsc::channel();
        let (go_on, waits) = std::sync::mpsc::channel::<()>();
        let given_up = tokio::spawn(place.run(move || {
            began.send(()).unwrap();
            waits.recv().unwrap();
        }));
        tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
        given_up.abort();
        assert!(given_up.await.unwrap_err().is_cancelled());
        assert_eq!(hashing.strangers.turns.available_permits(), 0);
        go_on.send(()).unwrap();
        let turn = hashing.strangers.turns.acquire().await;
        assert!(turn.is_ok());
    }
}
