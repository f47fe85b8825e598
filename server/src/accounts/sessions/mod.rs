//! Sessions: a signed-in device with its rotating refresh token, acting as one kind of [`Actor`].
//!
//! A refresh token names its session and carries a secret of 256 bits, kept as a hash. The first secret is random, and
//! each next one is the keyed hash of the one before: when two tabs, or a retry after a lost answer, present the same
//! token, both get the same successor, and the session does not fork.

mod actor;
mod live;
mod store;
mod token;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use doorstep_shared::{
    Timestamp,
    accounts::SessionKind,
    ids::{AccountId, FamilyId, NurseryId, SessionId},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use self::{
    actor::{Actor, ByPassword, Holder, IssuerHolder, Lifetime, StaffHolder},
    live::{Answer, Live, Trust},
    token::{AccessTokens, VALID as ACCESS_VALID},
};
use super::keys::{self, Keys, Purpose};
use crate::{
    audit::{self, Action},
    db::Conn,
    error::Result,
};

/// A family's session ends when it was not used for this long.
pub const IDLE: Duration = Duration::days(30);
/// How long the token before the current one is still honoured.
pub const GRACE: Duration = Duration::seconds(30);
/// How long ended sessions are kept, for whoever asks when they ended.
const KEPT: Duration = Duration::days(1);

/// What a browser keeps in its cookie and a phone in its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    session: SessionId,
    secret: [u8; 32],
}

impl RefreshToken {
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// None when it was not made here.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (session, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self { session: SessionId(Uuid::from_bytes(*session)), secret: secret.try_into().ok()? })
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.secret).to_vec()
    }

    fn successor(&self, keys: &Keys) -> Self {
        let secret = keys.hash(Purpose::Refresh, &[self.session.0.as_bytes(), &self.secret]);
        Self { session: self.session, secret }
    }
}

impl std::fmt::Display for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode([self.session.0.as_bytes().as_slice(), &self.secret].concat()))
    }
}

/// A session with the token that continues it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held<A> {
    pub holder: A,
    pub refresh: RefreshToken,
    /// When it ends however much it is used.
    pub ends_at: Option<Timestamp>,
}

/// What became of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation<A> {
    Continued(Held<A>),
    /// It opens nothing (any more).
    Refused,
    /// It was an old one: somebody has a copy, so the session was ended.
    Reused,
}

/// Opens a session for an account that has proved who it is; `holder` names a new one.
pub fn start<A: Actor>(conn: &mut Conn, now: Timestamp, lifetime: Lifetime, holder: A) -> Result<Held<A>> {
    let refresh = RefreshToken { session: holder.session(), secret: keys::random()? };
    let ends_at = lifetime.most.map(|most| now + most);
    store::insert(conn, &holder, &refresh.hash(), now, expiry(now, lifetime, ends_at), ends_at)?;
    Ok(Held { holder, refresh, ends_at })
}

fn expiry(now: Timestamp, lifetime: Lifetime, ends_at: Option<Timestamp>) -> Timestamp {
    let idle = now + lifetime.idle;
    ends_at.map_or(idle, |ends_at| idle.min(ends_at))
}

/// Lets a session act for another family of its account.
pub fn act_for(conn: &mut Conn, session: SessionId, family: FamilyId) -> Result<()> {
    Ok(store::act_for(conn, session, family)?)
}

/// Lets a staff session act for another nursery of its account.
pub fn act_at(conn: &mut Conn, session: SessionId, nursery: NurseryId) -> Result<()> {
    Ok(store::act_at(conn, session, nursery)?)
}

/// Exchanges a refresh token for its successor. One of another kind of session opens nothing.
///
/// Returns `Ok` for a refusal too: that an old token was used again ends the session, and that must be committed.
pub fn rotate<A: Actor>(
    conn: &mut Conn,
    now: Timestamp,
    lifetime: Lifetime,
    keys: &Keys,
    presented: &RefreshToken,
) -> Result<Rotation<A>> {
    let Some(row) = store::lock_session(conn, presented.session, A::KIND)? else { return Ok(Rotation::Refused) };
    if row.ended || row.expires_at <= now {
        return Ok(Rotation::Refused);
    }
    let (hash, successor) = (presented.hash(), presented.successor(keys));
    if hash == row.refresh_hash {
        let expires_at = expiry(now, lifetime, row.ends_at);
        store::rotate(conn, presented.session, &successor.hash(), &hash, now, expires_at)?;
    } else if row.previous_hash != Some(hash) || now - row.rotated_at > GRACE {
        store::end(conn, presented.session, now)?;
        audit::record(conn, now, row.account, Action::RefreshReused, presented.session.0)?;
        return Ok(Rotation::Reused);
    }
    Ok(match A::find(conn, now, &[presented.session])?.pop() {
        Some(holder) => Rotation::Continued(Held { holder, refresh: successor, ends_at: row.ends_at }),
        None => Rotation::Refused,
    })
}

pub fn end(conn: &mut Conn, now: Timestamp, session: SessionId) -> Result<()> {
    Ok(store::end(conn, session, now)?)
}

/// Ends the sessions of an account that act for a family.
pub fn end_in(conn: &mut Conn, now: Timestamp, account: AccountId, family: FamilyId) -> Result<()> {
    Ok(store::end_in(conn, account, family, now)?)
}

/// Ends the staff sessions of an account that act for a nursery.
pub fn end_at(conn: &mut Conn, now: Timestamp, account: AccountId, nursery: NurseryId) -> Result<()> {
    Ok(store::end_at(conn, account, nursery, now)?)
}

/// Ends the staff sessions of an account but this one.
pub fn end_others(conn: &mut Conn, now: Timestamp, account: AccountId, this: SessionId) -> Result<()> {
    Ok(store::end_others(conn, account, this, now)?)
}

/// Ends the sessions of one kind of an account.
pub fn end_all(conn: &mut Conn, now: Timestamp, account: AccountId, kind: SessionKind) -> Result<()> {
    Ok(store::end_all(conn, account, kind, now)?)
}

/// Ends all that an account has opened by password, wherever it works.
pub fn end_at_work(conn: &mut Conn, now: Timestamp, account: AccountId) -> Result<()> {
    end_all(conn, now, account, SessionKind::Staff)?;
    end_all(conn, now, account, SessionKind::Issuer)
}

/// Forgets sessions that have ended or were not used, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> diesel::QueryResult<usize> {
    store::delete_over(conn, now, now - KEPT)
}

#[cfg(test)]
pub mod testing {
    use doorstep_shared::family::Role;

    use super::*;

    pub const LIFETIME: Lifetime = Lifetime { idle: IDLE, most: None };

    /// A guardian whom nobody knows.
    pub fn holder() -> Holder {
        let (session, account, family) = (SessionId::new(), AccountId::new(), FamilyId::new());
        Holder { session, account, family, role: Role::Guardian }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::LIFETIME, *};
    use crate::{
        accounts::{families, keys::testing::keys},
        db::{Db, testing},
    };

    fn started(db: &Db, now: Timestamp) -> Held<Holder> {
        started_for(db, now, LIFETIME)
    }

    fn started_for(db: &Db, now: Timestamp, lifetime: Lifetime) -> Held<Holder> {
        db.write_blocking(move |conn| {
            let holder = families::meet(conn, now, &"13800000001".parse().unwrap())?.holder();
            start(conn, now, lifetime, holder)
        })
        .unwrap()
    }

    fn rotated(db: &Db, now: Timestamp, token: &RefreshToken) -> Option<RefreshToken> {
        rotated_as::<Holder>(db, now, LIFETIME, token)
    }

    fn rotated_as<A: Actor>(db: &Db, now: Timestamp, lifetime: Lifetime, token: &RefreshToken) -> Option<RefreshToken> {
        let token = token.clone();
        match db.write_blocking(move |conn| rotate::<A>(conn, now, lifetime, &keys(), &token)).unwrap() {
            Rotation::Continued(held) => Some(held.refresh),
            Rotation::Refused | Rotation::Reused => None,
        }
    }

    fn lives(db: &Db, now: Timestamp, session: SessionId) -> bool {
        db.read_blocking(|conn| Holder::find(conn, now, &[session])).unwrap().len() == 1
    }

    #[test]
    fn a_refresh_token_survives_being_written_down() {
        let token = RefreshToken { session: SessionId::new(), secret: [7; 32] };
        assert_eq!(RefreshToken::parse(&token.to_string()), Some(token.clone()));
        for broken in ["", "x", &token.to_string()[1..], &format!("{token}A"), "!!!!"] {
            assert_eq!(RefreshToken::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn two_tabs_that_present_one_token_go_on_together() {
        let (db, now) = (testing::scratch(), testing::now());
        let first = started(&db, now).refresh;
        let one = rotated(&db, now, &first).unwrap();
        let other = rotated(&db, now + GRACE, &first).unwrap();
        assert_eq!(one, other);
        assert!(rotated(&db, now + GRACE, &one).is_some());
    }

    #[test]
    fn an_old_token_used_again_ends_the_session() {
        let late = GRACE + Duration::microseconds(1);
        let cases: &[(&str, usize, Duration)] = &[
            ("the previous one, after the grace", 1, late),
            ("one before the previous, at once", 2, Duration::zero()),
            ("an ancient one", 5, Duration::days(3)),
        ];
        for &(name, rotations, after) in cases {
            let (db, now) = (testing::scratch(), testing::now());
            let held = started(&db, now);
            let mut current = held.refresh.clone();
            for _ in 0..rotations {
                current = rotated(&db, now, &current).unwrap();
            }
            assert_eq!(rotated(&db, now + after, &held.refresh), None, "{name}");
            assert!(!lives(&db, now + after, held.holder.session), "{name}");
            assert_eq!(rotated(&db, now + after, &current), None, "{name}: the thief's token is void too");
            let noted = db.read_blocking(|conn| Ok(audit::of(conn, held.holder.session.0)?)).unwrap();
            assert_eq!(noted, ["refresh_reused"], "{name}");
        }
    }

    #[test]
    fn a_session_slides_for_thirty_days_and_no_longer() {
        let (db, now) = (testing::scratch(), testing::now());
        let held = started(&db, now);
        let nearly = now + IDLE - Duration::seconds(1);
        let second = rotated(&db, nearly, &held.refresh).unwrap();
        assert_eq!(rotated(&db, nearly + IDLE, &second), None);
        assert!(!lives(&db, nearly + IDLE, held.holder.session));
    }

    #[test]
    fn a_session_that_must_end_is_not_kept_alive_by_its_use() {
        let (db, now) = (testing::scratch(), testing::now());
        let lifetime = Lifetime { idle: Duration::hours(4), most: Some(Duration::hours(6)) };
        let held = started_for(&db, now, lifetime);
        let late = now + Duration::hours(6) - Duration::seconds(1);
        assert_eq!(rotated_as::<Holder>(&db, now + lifetime.idle, lifetime, &held.refresh), None, "not used");
        let second = rotated_as::<Holder>(&db, now + Duration::hours(3), lifetime, &held.refresh).unwrap();
        let third = rotated_as::<Holder>(&db, late, lifetime, &second).unwrap();
        assert!(lives(&db, late, held.holder.session));
        assert!(!lives(&db, now + Duration::hours(6), held.holder.session));
        assert_eq!(rotated_as::<Holder>(&db, now + Duration::hours(6), lifetime, &third), None);
    }

    #[test]
    fn a_token_of_one_kind_of_session_opens_none_of_another_and_ends_none() {
        let (db, now) = (testing::scratch(), testing::now());
        let held = started(&db, now);
        assert_eq!(rotated_as::<StaffHolder>(&db, now, LIFETIME, &held.refresh), None);
        assert!(rotated(&db, now, &held.refresh).is_some());
    }

    #[test]
    fn an_ended_session_cannot_be_continued() {
        let (db, now) = (testing::scratch(), testing::now());
        let held = started(&db, now);
        let session = held.holder.session;
        db.write_blocking(move |conn| end(conn, now, session)).unwrap();
        assert_eq!(rotated(&db, now, &held.refresh), None);
        assert!(!lives(&db, now, session));
    }

    #[test]
    fn what_is_stored_does_not_open_a_session() {
        let (db, now) = (testing::scratch(), testing::now());
        let held = started(&db, now);
        let session = held.holder.session;
        let stored =
            db.write_blocking(move |conn| Ok(store::lock_session(conn, session, Holder::KIND)?.unwrap())).unwrap();
        let forged = RefreshToken { session, secret: stored.refresh_hash.try_into().unwrap() };
        assert_eq!(rotated(&db, now, &forged), None);
    }

    #[test]
    fn sessions_that_are_over_are_forgotten() {
        let (db, now) = (testing::scratch(), testing::now());
        let ended = started(&db, now).holder.session;
        started(&db, now);
        let pruned = |now| db.write_blocking(move |conn| Ok(prune(conn, now)?)).unwrap();
        db.write_blocking(move |conn| end(conn, now, ended)).unwrap();
        assert_eq!(pruned(now), 0);
        assert_eq!(pruned(now + KEPT), 1);
        assert_eq!(pruned(now + IDLE), 1);
    }
}
