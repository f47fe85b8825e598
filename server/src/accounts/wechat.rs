//! What binding a WeChat needs of the keys: permissions to come back with, and openids that only we can read.

use std::{path::Path, sync::Arc};

use chrono::Duration;
use doorstep_shared::{Timestamp, ids::AccountId};

use super::{
    keys::{Keys, Purpose},
    sessions::Holder,
};
use crate::error::Result;

/// What WeChat calls a person towards us, sealed for one account, and found by a keyed hash.
#[derive(Clone)]
pub struct Openids(Arc<Keys>);

impl Openids {
    pub(super) fn new(keys: &Arc<Keys>) -> Self {
        Self(Arc::clone(keys))
    }

    /// With the keys of this data folder, for who has no [`Accounts`](super::Accounts).
    ///
    /// # Errors
    /// As [`Accounts::open`](super::Accounts::open).
    pub fn at(data: &Path) -> Result<Self> {
        Ok(Self(Arc::new(Keys::open(data)?)))
    }

    pub fn hash(&self, openid: &str) -> [u8; 32] {
        self.0.hash(Purpose::Openid, &[openid.as_bytes()])
    }

    /// # Errors
    /// When the system has no random bytes.
    pub fn seal(&self, account: AccountId, openid: &str) -> Result<Vec<u8>> {
        self.0.seal(&place(account), openid)
    }

    /// # Errors
    /// When it was sealed with another key or for another account.
    pub fn open(&self, account: AccountId, sealed: &[u8]) -> Result<String> {
        self.0.open_sealed(&place(account), sealed)
    }
}

fn place(account: AccountId) -> Vec<u8> {
    [b"openid of ", account.0.as_bytes().as_slice()].concat()
}

/// Draws and knows again what a session takes along to WeChat and brings back. It stands nowhere until it is used; a
/// later use of an older one is refused by whoever keeps the account.
#[derive(Clone)]
pub struct WechatStates(Arc<Keys>);

/// How long somebody may take to come back.
const VALID: Duration = Duration::minutes(30);
/// Hexadecimal digits of when it was made, in microseconds.
const TIME: usize = 16;
/// Bytes of the keyed hash that go along: WeChat takes 128 characters.
const PROOF: usize = 24;

impl WechatStates {
    pub(super) fn new(keys: &Arc<Keys>) -> Self {
        Self(Arc::clone(keys))
    }

    /// A state for this session, and until when it is good.
    pub fn issue(&self, holder: &Holder, now: Timestamp) -> (String, Timestamp) {
        let made = format!("{:0TIME$x}", now.micros());
        let proof: String = self.proof(holder, &made).iter().take(PROOF).map(|byte| format!("{byte:02x}")).collect();
        (format!("{made}{proof}"), now + VALID)
    }

    /// When it was made; None when it is not this session's, or too old.
    pub fn check(&self, holder: &Holder, now: Timestamp, state: &str) -> Option<Timestamp> {
        let made = state.get(..TIME)?;
        let at = Timestamp::from_micros(i64::from_str_radix(made, 16).ok()?).filter(|at| *at <= now)?;
        let (expected, _) = self.issue(holder, at);
        // Compared by their hashes: how long that takes says nothing of where they differ.
        let is_ours = self.0.verify(Purpose::WechatState, &[state.as_bytes()], &self.hash(&expected));
        (is_ours && now < at + VALID).then_some(at)
    }

    fn proof(&self, holder: &Holder, made: &str) -> [u8; 32] {
        let parts = [holder.session.0.as_bytes().as_slice(), holder.account.0.as_bytes(), made.as_bytes()];
        self.0.hash(Purpose::WechatState, &parts)
    }

    fn hash(&self, state: &str) -> [u8; 32] {
        self.0.hash(Purpose::WechatState, &[state.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::{
        family::Role,
        ids::{FamilyId, SessionId},
    };

    use super::*;
    use crate::{accounts::keys, db::testing};

    fn holder() -> Holder {
        Holder { session: SessionId::new(), account: AccountId::new(), family: FamilyId::new(), role: Role::Guardian }
    }

    #[test]
    fn a_state_is_good_for_its_session_and_half_an_hour() {
        let (states, ann, now) = (WechatStates::new(&keys::testing::keys()), holder(), testing::now());
        let (state, until) = states.issue(&ann, now);
        assert!(state.len() <= 128 && state.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{state}");
        let second = Duration::seconds(1);
        assert_eq!(
            (states.check(&ann, now, &state), states.check(&ann, until - second, &state)),
            (Some(now), Some(now))
        );
        let changed = |at: usize| {
            let mut bytes = state.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            String::from_utf8(bytes).unwrap()
        };
        let elsewhere = Holder { session: SessionId::new(), ..ann };
        let cases = [
            ("too old", states.check(&ann, until, &state)),
            ("of the future", states.check(&ann, now - second, &state)),
            ("another's", states.check(&holder(), now, &state)),
            ("the same person's on another phone", states.check(&elsewhere, now, &state)),
            ("another time", states.check(&ann, now, &changed(TIME - 1))),
            ("another proof", states.check(&ann, now, &changed(TIME))),
            ("cut", states.check(&ann, now, &state[..state.len() - 1])),
            ("nothing", states.check(&ann, now, "")),
            ("no text of ours", states.check(&ann, now, "微信微信微信微信微信微信")),
        ];
        for (name, found) in cases {
            assert_eq!(found, None, "{name}");
        }
    }

    #[test]
    fn a_sealed_openid_opens_for_its_account_only() {
        let (openids, account) = (Openids::new(&keys::testing::keys()), AccountId::new());
        let sealed = openids.seal(account, "oid-1").unwrap();
        assert_eq!(openids.open(account, &sealed).unwrap(), "oid-1");
        assert!(openids.open(AccountId::new(), &sealed).is_err());
        assert_ne!(openids.hash("oid-1"), openids.hash("oid-2"));
    }
}
