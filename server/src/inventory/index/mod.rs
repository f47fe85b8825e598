//! The index of free places: what search is answered from, in every process of its own.
//!
//! Built from the database at start, then it follows change rows: a process applies its own commits before it answers
//! them, and polls for those of others. Holds run out and days roll over by themselves when the index is read.

mod build;
pub mod city;
mod follow;
pub mod names;
pub mod nursery;
mod quick;
pub mod shelf;
mod store;
pub mod table;
pub mod tally;
pub mod tree;
mod turns;

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use diesel::QueryResult;
use doorstep_shared::Timestamp;

use self::{city::City, follow::Position, turns::Turns};
use super::watch::Watchers;
use crate::{
    db::Conn,
    error::{Error, Result},
    policy::Policies,
};

pub struct Index {
    policies: Arc<Policies>,
    /// Empty until it has been built.
    city: OnceLock<RwLock<City>>,
    /// Who follows.
    turns: Turns,
    /// Never held while the database is asked.
    followed: Mutex<Followed>,
    /// Microseconds since 1970 at which time changes something next.
    next_due: AtomicI64,
    /// Pages that are told when something changes.
    watchers: Arc<Watchers>,
}

/// What has been followed so far.
#[derive(Default)]
struct Followed {
    position: Position,
    /// How often the position has moved.
    moves: u64,
}

/// How long somebody may follow before the next does. It takes a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The city for as long as an answer is made.
pub struct Reading<'i>(RwLockReadGuard<'i, City>);

impl Deref for Reading<'_> {
    type Target = City;
    fn deref(&self) -> &City {
        &self.0
    }
}

impl Index {
    /// An index that is not ready yet.
    pub fn new(policies: Arc<Policies>) -> Self {
        Self {
            policies,
            city: OnceLock::new(),
            turns: Turns::new(PATIENCE),
            followed: Mutex::default(),
            next_due: AtomicI64::new(i64::MIN),
            watchers: Arc::default(),
        }
    }

    pub fn watchers(&self) -> &Arc<Watchers> {
        &self.watchers
    }

    /// Whether it has been built.
    pub fn is_ready(&self) -> bool {
        self.city.get().is_some()
    }

    /// Up to when every change is known; None until it has been built.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.city.get().map(|city| city.read().unwrap_or_else(PoisonError::into_inner).as_of)
    }

    /// The city at `now`.
    ///
    /// # Errors
    /// `unavailable` until the index has been built.
    pub fn read(&self, now: Timestamp) -> Result<Reading<'_>> {
        let city = self.city.get().ok_or_else(|| Error::unavailable("the index is being built"))?;
        if now.micros() >= self.next_due.load(Ordering::Acquire) {
            self.change(city, |city| city.catch_up(now));
        }
        // A panic while writing has been logged; what it left is as good as what a reader had before.
        Ok(Reading(city.read().unwrap_or_else(PoisonError::into_inner)))
    }

    fn change(&self, city: &RwLock<City>, change: impl FnOnce(&mut City)) {
        let mut city = city.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut city);
        self.next_due.store(city.next_due().micros(), Ordering::Release);
    }

    /// Reads everything from the database. The index that there was answers until the new one is complete.
    ///
    /// # Errors
    /// When the database fails; the index is as before then.
    pub fn build(&self, conn: &mut Conn, now: Timestamp) -> QueryResult<()> {
        let turn = self.turns.take();
        // Whatever is committed from here on is followed afterwards, and taken twice without harm.
        let position = Position::latest(conn)?;
        let mut built = build::city(conn, Arc::clone(&self.policies), now)?;
        built.catch_up(now);
        let due = built.next_due();
        let mut followed = self.followed();
        *followed = Followed { position, moves: followed.moves + 1 };
        match self.city.get() {
            Some(city) => self.change(city, |city| *city = built),
            None => {
                // Locked since it was looked at, so it is still empty.
                let _ = self.city.set(RwLock::new(built));
                self.next_due.store(due.micros(), Ordering::Release);
            }
        }
        drop(followed);
        drop(turn);
        self.follow(conn, now)
    }

    fn followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes every change committed so far. Does nothing until the index has been built.
    ///
    /// # Errors
    /// When the database fails; the next call takes what is missing.
    pub fn follow(&self, conn: &mut Conn, now: Timestamp) -> QueryResult<()> {
        let Some(city) = self.city.get() else { return Ok(()) };
        let _turn = self.turns.take();
        let (mut followed, changes, next) = loop {
            let (mut next, moves) = {
                let followed = self.followed();
                (followed.position.clone(), followed.moves)
            };
            let changes = follow::load(conn, &mut next, now.local_date(), |class| {
                city.read().unwrap_or_else(PoisonError::into_inner).knows(class)
            })?;
            let followed = self.followed();
            // Otherwise the turn was lost meanwhile, and what was read may be older than what is known.
            if followed.moves == moves {
                break (followed, changes, next);
            }
        };
        let subjects = self.watchers.is_watched().then(|| changes.subjects());
        self.change(city, |city| {
            changes.apply(city);
            city.as_of = city.as_of.max(now);
        });
        *followed = Followed { position: next, moves: followed.moves + 1 };
        if let Some((mut nurseries, classes)) = subjects {
            let city = city.read().unwrap_or_else(PoisonError::into_inner);
            let of_class = |class| city.find_class(class).map(|(_, nursery, _)| nursery.id);
            nurseries.extend(classes.into_iter().filter_map(of_class));
            self.watchers.tell(nurseries);
        }
        Ok(())
    }
}
