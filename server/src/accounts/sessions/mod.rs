//! Sessions: a signed-in device with its rotating refresh token.
//!
//! A refresh token names its session and carries a secret of 256 bits, kept as a hash. The first secret is random, and
//! each next one is the keyed hash of the one before: when two tabs, or a retry after a lost answer, present the same
//! token, both get the same successor, and the session does not fork.

mod live;
mod store;
mod token;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use doorstep_shared::{
    Timestamp,
    family::Role,
    ids::{AccountId, FamilyId, SessionId},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use self::{
    live::{Answer, Live, Trust},
    token::{AccessTokens, VALID as ACCESS_VALID},
};
use super::{
    families::Met,
    keys::{self, Keys, Purpose},
};
use crate::{
    audit::{self, Action},
    db::Conn,
    error::Result,
};

/// A session ends when it was not used for this long.
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

/// Whose session it is, the family it acts for, and in which role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub session: SessionId,
    pub account: AccountId,
    pub family: FamilyId,
    pub role: Role,
}

/// A session with the token that continues it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub holder: Holder,
    pub refresh: RefreshToken,
}

/// What became of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    Continued(Held),
    /// It opens nothing (any more).
    Refused,
    /// It was an old one: somebody has a copy, so the session was ended.
    Reused,
}

/// Opens a session for an account that has proved who it is.
pub fn start(conn: &mut Conn, now: Timestamp, met: Met) -> Result<Held> {
    let Met { account, family, role } = met;
    let holder = Holder { session: SessionId::new(), account, family, role };
    let refresh = RefreshToken { session: holder.session, secret: keys::random()? };
    store::insert(conn, &holder, &refresh.hash(), now, now + IDLE)?;
    Ok(Held { holder, refresh })
}

/// Lets a session act for another family of its account.
pub fn act_for(conn: &mut Conn, session: SessionId, family: FamilyId) -> Result<()> {
    Ok(store::act_for(conn, session, family)?)
}

/// Exchanges a refresh token for its successor.
///
/// Returns `Ok` for a refusal too: that an old token was used again ends the session, and that must be committed.
pub fn rotate(conn: &mut Conn, now: Timestamp, keys: &Keys, presented: &RefreshToken) -> Result<Rotation> {
    let Some(row) = store::lock_session(conn, presented.session)? else { return Ok(Rotation::Refused) };
    if row.ended || row.expires_at <= now {
        return Ok(Rotation::Refused);
    }
    let (hash, successor) = (presented.hash(), presented.successor(keys));
    if hash == row.refresh_hash {
        store::rotate(conn, presented.session, &successor.hash(), &hash, now, now + IDLE)?;
    } else if row.previous_hash != Some(hash) || now - row.rotated_at > GRACE {
        store::end(conn, presented.session, now)?;
        audit::record(conn, now, row.account, Action::RefreshReused, presented.session.0)?;
        return Ok(Rotation::Reused);
    }
    Ok(match store::holder(conn, presented.session, now)? {
        Some(holder) => Rotation::Continued(Held { holder, refresh: successor }),
        None => Rotation::Refused,
    })
}

/// Whose session it is; None when it has ended.
pub fn holder(conn: &mut Conn, now: Timestamp, session: SessionId) -> Result<Option<Holder>> {
    Ok(store::holder(conn, session, now)?)
}

pub fn end(conn: &mut Conn, now: Timestamp, session: SessionId) -> Result<()> {
    Ok(store::end(conn, session, now)?)
}

/// Ends the sessions of an account that act for a family.
pub fn end_in(conn: &mut Conn, now: Timestamp, account: AccountId, family: FamilyId) -> Result<()> {
    Ok(store::end_in(conn, account, family, now)?)
}

/// Forgets sessions that have ended or were not used, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> diesel::QueryResult<usize> {
    store::delete_over(conn, now, now - KEPT)
}

#[cfg(test)]
pub mod testing {
    use super::*;

    /// A guardian whom nobody knows.
    pub fn holder() -> Holder {
        let (session, account, family) = (SessionId::new(), AccountId::new(), FamilyId::new());
        Holder { session, account, family, role: Role::Guardian }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::{families, keys::testing::keys},
        db::{Db, testing},
    };

    fn started(db: &Db, now: Timestamp) -> Held {
        db.write_blocking(move |conn| {
            let met = families::meet(conn, now, &"13800000001".parse().unwrap())?;
            start(conn, now, met)
        })
        .unwrap()
    }

    fn rotated(db: &Db, now: Timestamp, token: &RefreshToken) -> Option<RefreshToken> {
        let token = token.clone();
        match db.write_blocking(move |conn| rotate(conn, now, &keys(), &token)).unwrap() {
            Rotation::Continued(held) => Some(held.refresh),
            Rotation::Refused | Rotation::Reused => None,
        }
    }

    fn lives(db: &Db, now: Timestamp, session: SessionId) -> bool {
        db.read_blocking(|conn| holder(conn, now, session)).unwrap().is_some()
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
        let stored = db.write_blocking(move |conn| Ok(store::lock_session(conn, session)?.unwrap())).unwrap();
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
