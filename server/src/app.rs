//! What every handler can reach, and the list of slices.

use std::{ops::Deref, sync::Arc};

use doorstep_shared::bookings::Booking;

use crate::{
    accounts::{self, Accounts, Sessions},
    api::Api,
    bookings::{self, KeepWaitlist},
    carriers::Official,
    clock::Clock,
    config::Config,
    db::{
        Conn, Db,
        batch::{Batch, Shape},
    },
    error::Result,
    housekeeping::Prune,
    inventory::{self, Index},
    jobs::Jobs,
    messages,
    nurseries::{self, KnownDistricts},
    outbox,
    policy::{self, Policies},
    subsidies,
    vouchers::{self, ExpireVouchers},
};

/// The running product. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub struct Inner {
    pub config: Config,
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    /// The numbers that policy fixes, by date.
    pub policy: Arc<Policies>,
    /// Free places, in memory.
    pub index: Arc<Index>,
    pub districts: KnownDistricts,
    pub accounts: Accounts,
    /// The official account that people bind their WeChat to, where there is one.
    pub wechat: Option<Official>,
    pub sessions: Sessions,
    /// Waiting orders, booked many in one transaction.
    pub bookings: Batch<bookings::Order, Booking>,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Opens what the product needs. The database must have been migrated, and a runtime must be running.
    ///
    /// # Errors
    /// When a setting or the policy file is wrong, or the database cannot be reached.
    pub fn new(config: Config, db: Db, clock: Arc<dyn Clock>) -> Result<Self> {
        let policy = Policies::load(config.policy.as_deref(), config.holidays.as_deref())?;
        let policy = Arc::new(policy);
        let accounts = Accounts::open(&config.data, config.passwords)?;
        let (book, shape) = (Arc::clone(&policy), Shape::of(&db, config.commit_group.max(1)));
        let bookings = Batch::start(&db, shape, Arc::new(move |conn, orders| bookings::book_many(conn, &book, orders)));
        let index = inventory::start(&db, Arc::clone(&clock), Arc::clone(&policy));
        let (districts, sessions) = (KnownDistricts::default(), Sessions::start(&db, &clock));
        let wechat = Official::of(&config)?;
        Ok(Self(Arc::new(Inner { config, db, clock, policy, index, districts, accounts, sessions, wechat, bookings })))
    }

    /// Why calls had better go to another process; None when all is well.
    pub fn is_unready(&self) -> Option<&'static str> {
        match (self.index.is_ready(), self.db.is_writable()) {
            (false, _) => Some("the index is being built"),
            (true, false) => Some("the database's writer has stopped"),
            (true, true) => None,
        }
    }

    /// Every endpoint of every slice.
    pub fn api(&self) -> Api {
        let mut api = Api::new(self.config.calls_per_second, self.config.searches_per_second);
        let policies = Arc::clone(&self.policy);
        let bookings_of = move |conn: &mut Conn, now, family| {
            let bookings = bookings::all(conn, &policies, now, family)?;
            let waitlist = bookings::waits_of(conn, &policies, now, family)?;
            Ok(accounts::Booked { bookings, waitlist, pick_ups: bookings::all_codes(conn, &policies, now, family)? })
        };
        policy::register(&mut api);
        accounts::register(&mut api, Arc::new(bookings_of));
        messages::register(&mut api);
        nurseries::register(&mut api);
        inventory::register(&mut api);
        vouchers::register(&mut api);
        bookings::register(&mut api);
        subsidies::register(&mut api);
        if self.config.demo {
            let codes = self.accounts.demo_codes();
            outbox::register(&mut api, Arc::new(move |conn, now| codes.now(conn, now)));
        }
        api
    }
}

/// Every kind of background work of every slice.
///
/// # Errors
/// When a job does not serialise, which is a mistake in its type.
pub fn jobs() -> Result<Jobs> {
    let jobs = Jobs::default().on::<nurseries::FinishImport>();
    let jobs =
        jobs.always(&bookings::ReleaseExpired {})?.always(&bookings::Remind {})?.always(&accounts::ForgetSignIns {})?;
    let jobs = jobs.always(&bookings::NoteNoShows {})?.always(&ExpireVouchers {})?;
    let jobs = jobs.always(&nurseries::ForgetImports {})?;
    let jobs = KeepWaitlist::ALL.iter().try_fold(jobs, Jobs::always)?;
    Prune::ALL.iter().try_fold(jobs, Jobs::always)
}
