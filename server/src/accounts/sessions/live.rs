//! Which sessions were found alive a moment ago, so that not every call asks the database.
//!
//! A session ended in this process is refused from that moment. One ended in another process is refused from that
//! moment where something is changed ([`Trust`]), and may read for [`TRUSTED`] more: less than its access token, which
//! a program without a database would have to believe for a quarter of an hour.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::Duration;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, FamilyId, NurseryId, SessionId},
};

use super::{Actor, Holder, StaffHolder, token};

/// How long a look into the database is believed.
const TRUSTED: Duration = Duration::seconds(10);
/// Entries at which those that are over are thrown out.
const MANY: usize = 50_000;

#[derive(Clone, Copy)]
enum Known<A> {
    Alive {
        holder: A,
        until: Timestamp,
    },
    /// Kept until no access token of the session can be in time: a look that began before the end finds it ended.
    Ended {
        until: Timestamp,
    },
}

/// Those of one kind of actor.
pub struct Live<A>(Mutex<HashMap<SessionId, Known<A>>>);

impl<A> Default for Live<A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// How far an earlier look into the database is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// For [`TRUSTED`].
    ForAWhile,
    /// The database is asked again.
    Nothing,
}

/// What is known without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<A> {
    Alive(A),
    Ended,
    Unknown,
}

impl<A: Actor> Live<A> {
    pub fn get(&self, now: Timestamp, session: SessionId) -> Answer<A> {
        match self.lock().get(&session) {
            Some(Known::Ended { until }) if now < *until => Answer::Ended,
            Some(Known::Alive { holder, until }) if now < *until => Answer::Alive(*holder),
            _ => Answer::Unknown,
        }
    }

    /// Notes a session that the database holds; false when it was ended in the meantime.
    pub fn found(&self, now: Timestamp, holder: A) -> bool {
        let mut known = self.lock();
        if let Some(Known::Ended { until }) = known.get(&holder.session())
            && now < *until
        {
            return false;
        }
        make_room(&mut known, now);
        known.insert(holder.session(), Known::Alive { holder, until: now + TRUSTED });
        true
    }

    pub fn ended(&self, now: Timestamp, session: SessionId) {
        self.lock().insert(session, Known::Ended { until: now + token::VALID });
    }

    /// All sessions of an account that this process knows.
    pub fn ended_all(&self, now: Timestamp, account: AccountId) {
        self.end(now, |holder| holder.account() == account);
    }

    fn end(&self, now: Timestamp, which: impl Fn(&A) -> bool) {
        for entry in self.lock().values_mut() {
            if matches!(entry, Known::Alive { holder, .. } if which(holder)) {
                *entry = Known::Ended { until: now + token::VALID };
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Known<A>>> {
        // No entry is ever half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live<Holder> {
    /// Those of an account that act for a family: it was removed from it, or given another role there.
    pub fn ended_in(&self, now: Timestamp, account: AccountId, family: FamilyId) {
        self.end(now, |holder| holder.account == account && holder.family == family);
    }

    /// Those of everybody who acts for a family.
    pub fn ended_family(&self, now: Timestamp, family: FamilyId) {
        self.end(now, |holder| holder.family == family);
    }
}

impl Live<StaffHolder> {
    /// Those of an account that act for a nursery: it was removed from it, or given another role there.
    pub fn ended_at(&self, now: Timestamp, account: AccountId, nursery: NurseryId) {
        self.end(now, |holder| holder.account == account && holder.nursery == nursery);
    }

    /// Those of an account but this one.
    pub fn ended_but(&self, now: Timestamp, account: AccountId, this: SessionId) {
        self.end(now, |holder| holder.account == account && holder.session != this);
    }
}

fn make_room<A>(known: &mut HashMap<SessionId, Known<A>>, now: Timestamp) {
    if known.len() < MANY {
        return;
    }
    known.retain(|_, entry| match entry {
        Known::Alive { until, .. } | Known::Ended { until } => now < *until,
    });
    if known.len() >= MANY {
        // Only what saves a question to the database.
        known.retain(|_, entry| matches!(entry, Known::Ended { .. }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{accounts::sessions::testing::holder, db::testing::now};

    #[test]
    fn a_look_is_believed_for_ten_seconds() {
        let (live, one) = (Live::<Holder>::default(), holder());
        assert_eq!(live.get(now(), one.session), Answer::Unknown);
        assert!(live.found(now(), one));
        assert_eq!(live.get(now() + TRUSTED - Duration::microseconds(1), one.session), Answer::Alive(one));
        assert_eq!(live.get(now() + TRUSTED, one.session), Answer::Unknown);
    }

    #[test]
    fn a_slow_look_does_not_revive_a_session_that_was_ended() {
        let (live, one) = (Live::<Holder>::default(), holder());
        live.ended(now(), one.session);
        assert!(!live.found(now(), one));
        assert_eq!(live.get(now(), one.session), Answer::Ended);
    }

    #[test]
    fn every_session_of_an_account_can_be_ended() {
        let (live, one, other) = (Live::<Holder>::default(), holder(), holder());
        let second = Holder { session: SessionId::new(), ..one };
        for holder in [one, second, other] {
            live.found(now(), holder);
        }
        live.ended_all(now(), one.account);
        let answers = [one, second, other].map(|holder| live.get(now(), holder.session));
        assert_eq!(answers, [Answer::Ended, Answer::Ended, Answer::Alive(other)]);
    }

    #[test]
    fn the_memory_of_sessions_is_bounded() {
        let live = Live::<Holder>::default();
        for _ in 0..MANY + 10 {
            live.found(now(), holder());
        }
        assert!(live.lock().len() <= MANY);
    }
}
