//! As whom a session acts. Each kind finds itself in the database, and has its own cookies, tokens and abilities; so
//! none can be taken for another.

use chrono::Duration;
use doorstep_shared::{
    Timestamp,
    accounts::{Me, SessionKind},
    family::{Ability, Role},
    ids::{AccountId, FamilyId, IssuerId, NurseryId, SessionId},
    issuers::{IssuerAbility, IssuerMe, IssuerRole},
    staff::{StaffAbility, StaffMe, StaffRole},
};

use super::{IDLE, Live, store};
use crate::{
    accounts::{Accounts, Sessions, families, issuers, staff},
    audit::Action,
    db::{Conn, gather::Gather},
    error::Result,
    policy::Policy,
};

pub trait Actor: Copy + PartialEq + Send + Sync + 'static {
    const KIND: SessionKind;
    type Ability: Copy + Send;
    /// What it is told about itself.
    type Me: Send + 'static;

    fn session(&self) -> SessionId;
    fn account(&self) -> AccountId;
    fn family(&self) -> Option<FamilyId> {
        None
    }
    fn nursery(&self) -> Option<NurseryId> {
        None
    }
    fn issuer(&self) -> Option<IssuerId> {
        None
    }
    fn may(&self, ability: Self::Ability) -> bool;

    /// How long such a session lives.
    fn lifetime(policy: &Policy) -> Lifetime;
    /// Those that were found alive a moment ago.
    fn live(accounts: &Accounts) -> &Live<Self>;
    /// Where the database is asked for many at once.
    fn looks(sessions: &Sessions) -> &Gather<SessionId, Self>;
    /// Who holds these sessions, those of this kind that have not ended.
    fn find(conn: &mut Conn, now: Timestamp, sessions: &[SessionId]) -> Result<Vec<Self>>;
    /// The account as it sees itself.
    fn me(&self, conn: &mut Conn) -> Result<Self::Me>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Not used for this long, it ends.
    pub idle: Duration,
    /// It ends after that in any case. None: never, while it is used.
    pub most: Option<Duration>,
}

/// Whose session it is, the family it acts for, and in which role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub session: SessionId,
    pub account: AccountId,
    pub family: FamilyId,
    pub role: Role,
}

impl Actor for Holder {
    const KIND: SessionKind = SessionKind::Family;
    type Ability = Ability;
    type Me = Me;

    fn session(&self) -> SessionId {
        self.session
    }

    fn account(&self) -> AccountId {
        self.account
    }

    fn family(&self) -> Option<FamilyId> {
        Some(self.family)
    }

    fn may(&self, ability: Ability) -> bool {
        self.role.may(ability)
    }

    fn lifetime(_: &Policy) -> Lifetime {
        Lifetime { idle: IDLE, most: None }
    }

    fn live(accounts: &Accounts) -> &Live<Self> {
        &accounts.live
    }

    fn looks(sessions: &Sessions) -> &Gather<SessionId, Self> {
        &sessions.of_families
    }

    fn find(conn: &mut Conn, now: Timestamp, sessions: &[SessionId]) -> Result<Vec<Self>> {
        Ok(store::holders(conn, sessions, now)?)
    }

    fn me(&self, conn: &mut Conn) -> Result<Me> {
        families::me(conn, self)
    }
}

/// Whose session it is, the nursery it acts for, and as what they work there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffHolder {
    pub session: SessionId,
    pub account: AccountId,
    pub nursery: NurseryId,
    pub role: StaffRole,
}

impl Actor for StaffHolder {
    const KIND: SessionKind = SessionKind::Staff;
    type Ability = StaffAbility;
    type Me = StaffMe;

    fn session(&self) -> SessionId {
        self.session
    }

    fn account(&self) -> AccountId {
        self.account
    }

    fn nursery(&self) -> Option<NurseryId> {
        Some(self.nursery)
    }

    fn may(&self, ability: StaffAbility) -> bool {
        self.role.may(ability)
    }

    fn lifetime(policy: &Policy) -> Lifetime {
        at_work(policy)
    }

    fn live(accounts: &Accounts) -> &Live<Self> {
        &accounts.live_staff
    }

    fn looks(sessions: &Sessions) -> &Gather<SessionId, Self> {
        &sessions.of_staff
    }

    fn find(conn: &mut Conn, now: Timestamp, sessions: &[SessionId]) -> Result<Vec<Self>> {
        Ok(store::staff_holders(conn, sessions, now)?)
    }

    fn me(&self, conn: &mut Conn) -> Result<StaffMe> {
        staff::me(conn, self)
    }
}

/// How long a session lives of somebody who has signed in by password to work.
fn at_work(policy: &Policy) -> Lifetime {
    let rules = policy.staff;
    let hours = |hours: u16| Duration::hours(hours.into());
    Lifetime { idle: hours(rules.session_idle_hours), most: Some(hours(rules.session_hours)) }
}

/// Whose session it is, the issuer of vouchers it acts for, and as what they work there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerHolder {
    pub session: SessionId,
    pub account: AccountId,
    pub issuer: IssuerId,
    pub role: IssuerRole,
}

impl Actor for IssuerHolder {
    const KIND: SessionKind = SessionKind::Issuer;
    type Ability = IssuerAbility;
    type Me = IssuerMe;

    fn session(&self) -> SessionId {
        self.session
    }

    fn account(&self) -> AccountId {
        self.account
    }

    fn issuer(&self) -> Option<IssuerId> {
        Some(self.issuer)
    }

    fn may(&self, ability: IssuerAbility) -> bool {
        self.role.may(ability)
    }

    fn lifetime(policy: &Policy) -> Lifetime {
        at_work(policy)
    }

    fn live(accounts: &Accounts) -> &Live<Self> {
        &accounts.live_issuers
    }

    fn looks(sessions: &Sessions) -> &Gather<SessionId, Self> {
        &sessions.of_issuers
    }

    fn find(conn: &mut Conn, now: Timestamp, sessions: &[SessionId]) -> Result<Vec<Self>> {
        Ok(store::issuer_holders(conn, sessions, now)?)
    }

    fn me(&self, conn: &mut Conn) -> Result<IssuerMe> {
        issuers::me(conn, self)
    }
}

/// Who signs in by password and code.
pub trait ByPassword: Actor {
    const SIGNED_IN: Action;

    /// As whom an account acts in a new session. None when there is nowhere that it works.
    fn of(conn: &mut Conn, account: AccountId) -> Result<Option<Self>>;
}

impl ByPassword for StaffHolder {
    const SIGNED_IN: Action = Action::StaffSignedIn;

    fn of(conn: &mut Conn, account: AccountId) -> Result<Option<Self>> {
        staff::chosen(conn, account)
    }
}

impl ByPassword for IssuerHolder {
    const SIGNED_IN: Action = Action::IssuerSignedIn;

    fn of(conn: &mut Conn, account: AccountId) -> Result<Option<Self>> {
        issuers::of(conn, account)
    }
}
