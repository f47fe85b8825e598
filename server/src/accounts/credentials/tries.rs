//! How often somebody may be wrong about a password.
//!
//! Each try is counted before anything is compared, and forgiven when it signs in. Tries on a device on which the phone
//! has signed in before have their own share, so whoever hammers on a phone from elsewhere keeps its owner out of new
//! devices only. All strangers together have a share of each phone, and so has each address of all phones.

use std::net::IpAddr;

use chrono::Duration;
use doorstep_shared::{Problem, ProblemKind, Timestamp, phone::Phone};
use uuid::Uuid;

use super::{devices::Device, store};
use crate::{
    accounts::{
        codes,
        keys::{Keys, Purpose},
    },
    auth,
    db::Conn,
    error::Result,
    policy::StaffRules,
};

/// How long tries are kept: as long as the longest limit counts them.
const KEPT: Duration = Duration::days(1);

/// Whose wrong tries count against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// At the phone, on the device.
    Device,
    /// At the phone, on devices that it is new on.
    Strangers,
    /// Of strangers, from the address.
    Address,
    /// Of all strangers.
    All,
}

/// Who tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trier {
    pub phone: Phone,
    pub address: IpAddr,
    /// None: a stranger.
    pub device: Option<Device>,
}

/// What is kept of who tries: keyed hashes.
pub struct Marks {
    pub phone: [u8; 32],
    pub address: [u8; 32],
    pub device: Option<[u8; 16]>,
}

impl Trier {
    fn marks(&self, keys: &Keys) -> Marks {
        Marks {
            phone: keys.hash(Purpose::Try, &[self.phone.as_str().as_bytes()]),
            address: keys.hash(Purpose::Address, &[&auth::network(self.address)]),
            device: self.device.map(|device| device.0),
        }
    }
}

/// A try that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try(pub Uuid);

/// Counts one more try.
///
/// # Errors
/// `too-many-requests` with the time to wait when a limit is reached; it is not counted then.
pub fn take(conn: &mut Conn, now: Timestamp, keys: &Keys, rules: StaffRules, trier: &Trier) -> Result<Try> {
    codes::lock_phone(conn, &trier.phone)?;
    let marks = trier.marks(keys);
    for (scope, most, within) in limits(rules, trier.device.is_some()) {
        let Some(oldest) = store::nth_latest_try(conn, scope, most, &marks)? else { continue };
        let left = oldest + within - now;
        if left > Duration::zero() {
            return Err(Problem::new(ProblemKind::TooManyRequests).retry_after_s(codes::seconds(left)).into());
        }
    }
    let taken = Try(Uuid::now_v7());
    store::insert_try(conn, taken, &marks, now)?;
    Ok(taken)
}

/// At most so many wrong tries of one scope in any stretch of this length, shortest first.
fn limits(rules: StaffRules, is_known: bool) -> Vec<(Scope, u16, Duration)> {
    if is_known {
        return vec![(Scope::Device, rules.tries_device_quarter_hour, Duration::minutes(15))];
    }
    vec![
        (Scope::All, rules.tries_strangers_minute, Duration::minutes(1)),
        (Scope::Strangers, rules.tries_phone_hour, Duration::hours(1)),
        (Scope::Address, rules.tries_address_hour, Duration::hours(1)),
        (Scope::Strangers, rules.tries_phone_day, Duration::days(1)),
    ]
}

/// The try was no wrong one.
pub fn forgive(conn: &mut Conn, taken: Try) -> Result<()> {
    Ok(store::delete_try(conn, taken)?)
}

/// Forgets tries that no limit counts any more, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> diesel::QueryResult<usize> {
    store::delete_tries_before(conn, now - KEPT)
}
