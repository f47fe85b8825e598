//! Accounts, sign-in and sessions, families and their children.
//!
//! - `codes`: six digits by text message, redeemed once.
//! - `devices`: those on which a phone has signed in before.
//! - `sessions`: a signed-in device, for a family, a nursery or an issuer; access tokens for a quarter of an hour, a refresh token
//!   that rotates.
//! - `permission`: [`Guardian`], [`ManagesStaff`] and the like, what handlers of every slice ask for.
//! - `credentials`: passwords, codes of an authenticator app, recovery codes, and how often one may be wrong.
//! - `families`: the account, the families it belongs to, its export and its end.
//! - `staff`: who works at a nursery.
//! - `issuers`: who works for an issuer of vouchers.
//! - `children`: records, consents, erasing.
//! - `board`: what the boards of nurseries need of the keys.
//! - `wechat`: what binding a WeChat needs of the keys.
//! - `keys`: the secrets of this installation.
//!
//! Everything is scoped by family or nursery: another family's child is not found, nor another nursery's staff.

mod board;
mod children;
mod codes;
mod cookies;
mod credentials;
mod devices;
mod families;
mod http;
mod issuers;
mod jobs;
mod keys;
mod permission;
mod sessions;
mod staff;
mod wechat;

use std::{path::Path, sync::Arc};

use doorstep_shared::{
    Timestamp,
    ids::{AccountId, PickUpCodeId, SessionId},
};
use doorstep_web::Locale;
use tokio::sync::Semaphore;

pub use self::{
    board::{BoardSeal, ChildHealth, CollectorPhotos, DoorKey},
    cookies::has_session,
    credentials::{NewCredential, TotpSecret, hash as hash_password},
    families::{
        Booked, BookingsOf, Told, collectors, draw_door_code, person_name, photo::response as photo_response,
        pick_up_contact, told,
    },
    http::register,
    issuers::{NewOfficer, Officers},
    jobs::{ForgetSignIns, prune},
    permission::{
        AnswersRequests, ChecksIn, ClosesMonths, EditsOffers, EditsPlaces, Guardian, IssuerSignedIn, KeepsBoard,
        ManagesCampaigns, ManagesChildren, ManagesStaff, PicksUp, SeesBookings, SeesCampaigns, SeesChildren, SeesMoney,
        SeesNurseryChildren, SignedIn, StaffSignedIn, WritesReports,
    },
    sessions::{Holder, IssuerHolder, StaffHolder},
    staff::{Colleague, DemoCodes, Enlister, Operator},
    wechat::{Openids, WechatStates},
};
use self::{
    credentials::Hashing,
    keys::{Keys, Purpose},
    sessions::{AccessTokens, Actor, Held, Live, RefreshToken, Rotation, Trust},
};
use crate::{
    api::Call,
    app::App,
    auth::{Permission, Reply},
    clock::Clock,
    db::{Conn, Db, gather::Gather},
    error::Result,
};

/// What sign-in needs beside the database.
pub struct Accounts {
    keys: Arc<Keys>,
    access: AccessTokens,
    live: Live<Holder>,
    live_staff: Live<StaffHolder>,
    live_issuers: Live<IssuerHolder>,
    hashing: Hashing,
    /// Whose turn it is to have a photo decoded.
    photos: Semaphore,
}

/// Where the database is asked whose sessions they are, for many callers at once.
pub struct Sessions {
    of_families: Gather<SessionId, Holder>,
    of_staff: Gather<SessionId, StaffHolder>,
    of_issuers: Gather<SessionId, IssuerHolder>,
}

impl Sessions {
    /// Starts on the current runtime.
    pub fn start(db: &Db, clock: &Arc<dyn Clock>) -> Self {
        Self { of_families: looks(db, clock), of_staff: looks(db, clock), of_issuers: looks(db, clock) }
    }
}

fn looks<A: Actor>(db: &Db, clock: &Arc<dyn Clock>) -> Gather<SessionId, A> {
    let clock = Arc::clone(clock);
    let look = move |conn: &mut Conn, sessions: &[SessionId]| {
        let holders = A::find(conn, clock.now(), sessions)?;
        Ok(holders.into_iter().map(|holder| (holder.session(), holder)).collect())
    };
    Gather::start(db, Arc::new(look))
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
    /// Reads the keys in the data folder, and makes them at first start. Checks so many `passwords` at once.
    ///
    /// # Errors
    /// When the folder cannot be written, or others can read a key.
    pub fn open(data: &Path, passwords: usize) -> Result<Self> {
        let keys = Keys::open(data)?;
        Ok(Self {
            access: AccessTokens::new(&keys),
            keys: Arc::new(keys),
            live: Live::default(),
            live_staff: Live::default(),
            live_issuers: Live::default(),
            hashing: Hashing::new(passwords),
            photos: Semaphore::new(1),
        })
    }

    /// Ends in this process what [`sessions::end_at_work`] has ended in the database.
    fn ended_at_work(&self, now: Timestamp, account: AccountId) {
        self.live_staff.ended_all(now, account);
        self.live_issuers.ended_all(now, account);
    }

    pub fn pick_up_digits(&self) -> PickUpDigits {
        PickUpDigits(Arc::clone(&self.keys))
    }

    pub fn board_seal(&self) -> BoardSeal {
        BoardSeal(Arc::clone(&self.keys))
    }

    pub fn child_health(&self) -> ChildHealth {
        ChildHealth(Arc::clone(&self.keys))
    }

    pub fn collector_photos(&self) -> CollectorPhotos {
        CollectorPhotos(Arc::clone(&self.keys))
    }

    pub fn door_key(&self) -> DoorKey {
        DoorKey(Arc::clone(&self.keys))
    }

    pub fn openids(&self) -> Openids {
        Openids::new(&self.keys)
    }

    pub fn wechat_states(&self) -> WechatStates {
        WechatStates::new(&self.keys)
    }

    /// What the apps of those show who work at made-up nurseries.
    pub fn demo_codes(&self) -> DemoCodes {
        DemoCodes(Arc::clone(&self.keys))
    }

    /// Whose access token it is; None when it is not valid, or its session has ended.
    ///
    /// A session that the database held alive is believed for ten seconds, unless `trust` forbids; one ended in this
    /// process is refused at once.
    async fn by_access<A: Actor>(&self, app: &App, token: &str, trust: Trust) -> Result<Option<A>> {
        let now = app.clock.now();
        let Some(claims) = self.access.check::<A>(now, token) else { return Ok(None) };
        let live = A::live(self);
        let holder = match live.get(now, claims.sid) {
            sessions::Answer::Alive(holder) if trust == Trust::ForAWhile && claims.are_of(holder) => Some(holder),
            sessions::Answer::Ended => None,
            sessions::Answer::Alive(_) | sessions::Answer::Unknown => {
                let found = A::looks(&app.sessions).get(claims.sid).await?;
                found.filter(|holder| live.found(now, *holder))
            }
        };
        Ok(holder.filter(|holder| holder.account() == claims.sub))
    }

    /// Exchanges a refresh token; None when it opens nothing. Notes the language that its holder uses.
    async fn rotate<A: Actor>(
        &self,
        app: &App,
        now: Timestamp,
        token: RefreshToken,
        locale: Locale,
    ) -> Result<Option<(Held<A>, A::Me)>> {
        let (keys, session) = (Arc::clone(&self.keys), token.session());
        let lifetime = A::lifetime(app.policy.on(now.local_date()));
        let rotated = app.db.write(move |conn| {
            Ok(match sessions::rotate::<A>(conn, now, lifetime, &keys, &token)? {
                Rotation::Continued(held) => {
                    families::speaks(conn, held.holder.account(), locale)?;
                    let me = held.holder.me(conn)?;
                    Some(Some((held, me)))
                }
                Rotation::Refused => Some(None),
                Rotation::Reused => None,
            })
        });
        let rotated = rotated.await?;
        if rotated.is_none() {
            A::live(self).ended(now, session);
        }
        Ok(rotated.flatten())
    }

    /// Gives a browser the cookies of a session, and returns its access token with the time when that stops working.
    fn hand_over<A: Actor>(
        &self,
        app: &App,
        now: Timestamp,
        reply: &Reply,
        held: &Held<A>,
    ) -> Result<(String, Timestamp)> {
        let (access, expires_at) = self.access.issue(now, &held.holder)?;
        let idle = A::lifetime(app.policy.on(now.local_date())).idle;
        cookies::set(app, reply, A::KIND, access.clone(), held.refresh.to_string(), idle);
        Ok((access, expires_at))
    }

    /// The session acts for another family or nursery from now on: calls that follow in this request and in others go
    /// by it.
    fn acts_as<A: Actor, P: Permission>(&self, call: &Call<P>, holder: A) -> Result<()> {
        if A::live(self).found(call.now, holder) {
            permission::remember(&call.request, Some(holder));
        }
        if has_session(&call.request, A::KIND) {
            cookies::set_access(&call.app, &call.reply, A::KIND, self.access.issue(call.now, &holder)?.0);
        }
        Ok(())
    }

    /// Nobody is signed in any more, as this kind of actor, in what follows in this request and in this browser.
    fn leave<A: Actor, P: Permission>(&self, call: &Call<P>) {
        permission::remember::<A>(&call.request, None);
        cookies::clear(&call.app, &call.reply, A::KIND);
    }
}
