//! Accounts, sign-in and sessions, families and their children.
//!
//! - `codes`: six digits by text message, redeemed once.
//! - `devices`: those on which a phone has signed in before.
//! - `sessions`: a signed-in device; access tokens for a quarter of an hour, a refresh token that rotates.
//! - `permission`: [`Guardian`] and the like, what handlers of every slice ask for.
//! - `families`: the account, the families it belongs to, its export and its end.
//! - `children`: records, consents, erasing.
//! - `keys`: the secrets of this installation.
//!
//! Everything is scoped by family: another family's child is not found.

mod children;
mod codes;
mod cookies;
mod devices;
mod families;
mod http;
mod jobs;
mod keys;
mod permission;
mod sessions;

use std::{path::Path, sync::Arc};

use doorstep_shared::{
    Timestamp,
    accounts::{Me, Tokens},
    ids::PickUpCodeId,
};
use doorstep_web::Locale;
use tokio::sync::Semaphore;

pub use self::{
    cookies::has_session,
    families::{Booked, BookingsOf, Told, pick_up_contact, told},
    http::register,
    jobs::{ForgetSignIns, prune},
    permission::{Guardian, ManagesChildren, PicksUp, SeesBookings, SeesChildren, SignedIn},
    sessions::Holder,
};
use self::{
    keys::{Keys, Purpose},
    sessions::{AccessTokens, Held, Live, RefreshToken, Rotation, Trust},
};
use crate::{db::Db, error::Result};

/// What sign-in needs beside the database.
pub struct Accounts {
    keys: Arc<Keys>,
    access: AccessTokens,
    live: Live,
    /// Whose turn it is to have a photo decoded.
    photos: Semaphore,
}

/// Draws the six digits of a code to pick up with. They are kept nowhere.
#[derive(Clone)]
pub struct PickUpDigits(Arc<Keys>);

impl PickUpDigits {
    pub fn of(&self, code: PickUpCodeId) -> String {
        codes::digits(&self.0.hash(Purpose::PickUp, &[code.0.as_bytes()]))
    }
}

impl Accounts {
    /// Reads the keys in the data folder, and makes them at first start.
    ///
    /// # Errors
    /// When the folder cannot be written, or others can read a key.
    pub fn open(data: &Path) -> Result<Self> {
        let keys = Keys::open(data)?;
        Ok(Self {
            access: AccessTokens::new(&keys),
            keys: Arc::new(keys),
            live: Live::default(),
            photos: Semaphore::new(1),
        })
    }

    pub fn pick_up_digits(&self) -> PickUpDigits {
        PickUpDigits(Arc::clone(&self.keys))
    }

    /// Whose access token it is; None when it is not valid, or its session has ended.
    ///
    /// A session that the database held alive is believed for ten seconds, unless `trust` forbids; one ended in this
    /// process is refused at once.
    async fn by_access(&self, db: &Db, now: Timestamp, token: &str, trust: Trust) -> Result<Option<Holder>> {
        let Some(claims) = self.access.check(now, token) else { return Ok(None) };
        let holder = match self.live.get(now, claims.sid) {
            sessions::Answer::Alive(holder) if trust == Trust::ForAWhile && claims.are_of(holder) => Some(holder),
            sessions::Answer::Ended => None,
            sessions::Answer::Alive(_) | sessions::Answer::Unknown => {
                let found = db.read(move |conn| sessions::holder(conn, now, claims.sid)).await?;
                found.filter(|holder| self.live.found(now, *holder))
            }
        };
        Ok(holder.filter(|holder| holder.account == claims.sub))
    }

    /// Exchanges a refresh token; None when it opens nothing. Notes the language that its holder uses.
    async fn rotate(&self, db: &Db, now: Timestamp, token: RefreshToken, locale: Locale) -> Result<Option<(Held, Me)>> {
        let (keys, session) = (Arc::clone(&self.keys), token.session());
        let rotated = db.write(move |conn| {
            Ok(match sessions::rotate(conn, now, &keys, &token)? {
                Rotation::Continued(held) => {
                    families::speaks(conn, held.holder.account, locale)?;
                    let me = families::me(conn, &held.holder)?;
                    Some(Some((held, me)))
                }
                Rotation::Refused => Some(None),
                Rotation::Reused => None,
            })
        });
        let rotated = rotated.await?;
        if rotated.is_none() {
            self.live.ended(now, session);
        }
        Ok(rotated.flatten())
    }

    /// The answer to a sign-in or a refresh.
    fn tokens(&self, now: Timestamp, held: &Held, account: Me) -> Result<Tokens> {
        let (access_token, access_expires_at) = self.access.issue(now, &held.holder)?;
        Ok(Tokens { access_token, access_expires_at, refresh_token: held.refresh.to_string(), account })
    }
}
