//! The server under test.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use actix_web::dev::ServerHandle;
use diesel::prelude::*;
use doorstep_server::{
    app::App,
    bookings,
    clock::{Clock, DrivenClock},
    config::Config,
    db::{Conn, Db, schema::message},
    inventory,
    nurseries::{self, draft::ClosureDraft},
    serve, subsidies, vouchers,
};
use doorstep_shared::{
    Date, Timestamp,
    accounts::Me,
    family::{AcceptInvitation, AddPickUpPerson, Invite, ListMyInvitations, Role},
    ids::NurseryId,
};

use crate::{
    client::Client,
    database::{Database, Fresh},
    family::Family,
    folder::Folder,
    nursery::{NurseryBuilder, OfferBuilder},
    snapshot::Snapshot,
};

/// Monday, with a month of ordinary weeks ahead.
const START: &str = "2026-03-02T08:00:00+08:00";

/// The server as it is shipped, on a free port. Stops when it is dropped.
pub struct TestApp {
    /// Stands at 08:00 on Monday, 2 March 2026, until a test moves it.
    pub clock: DrivenClock,
    app: Option<App>,
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    /// Told apart by their numbers.
    people: AtomicU32,
    database: Arc<Fresh>,
    _data: Arc<Folder>,
}

impl TestApp {
    pub async fn on(database: Database) -> Self {
        Self::with(database, |_| ()).await
    }

    /// With other settings than the tests usually have.
    pub async fn with(database: Database, settings: impl FnOnce(&mut Config)) -> Self {
        Self::at(serde_json::from_value(START.into()).unwrap(), database, settings).await
    }

    /// At another time than the tests usually begin.
    pub async fn at(now: Timestamp, database: Database, settings: impl FnOnce(&mut Config)) -> Self {
        Self::start(Arc::new(database.fresh()), Arc::new(Folder::new()), DrivenClock::at(now), settings).await
    }

    /// A second server on the same database, with an index of its own, as a second process would have.
    pub async fn beside(&self) -> Self {
        let (database, data) = (Arc::clone(&self.database), Arc::clone(&self._data));
        let beside = Self::start(database, data, self.clock.clone(), |_| ()).await;
        beside.people.store(self.people.load(Ordering::Relaxed) + 50_000, Ordering::Relaxed);
        beside
    }

    async fn start(
        database: Arc<Fresh>,
        data: Arc<Folder>,
        clock: DrivenClock,
        settings: impl FnOnce(&mut Config),
    ) -> Self {
        log_to_the_test();
        let mut config = Config {
            database_url: Some(database.url()),
            data: data.path().to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            workers: 2,
            // So that each person of a test can come from an address of its own.
            trusted_proxies: vec![[127, 0, 0, 1].into()],
            calls_per_second: 0,
            searches_per_second: 0,
            ..defaults()
        };
        settings(&mut config);
        let (tell, told) = tokio::sync::oneshot::channel();
        let driven: Arc<dyn Clock> = Arc::new(clock.clone());
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let db = Db::open(&config.database(), config.connections).unwrap();
                let app = App::new(config, db, driven).unwrap();
                let listening = serve::listen(app.clone()).unwrap();
                let _ = tell.send((app, listening.address, listening.handle));
                listening.server.await.unwrap();
            });
        });
        let (app, address, handle) = told.await.expect("the server starts");
        let people = AtomicU32::new(1);
        let app = Self { clock, app: Some(app), address, handle, thread: Some(thread), people, database, _data: data };
        app.is_ready().await;
        app
    }

    async fn is_ready(&self) {
        let (client, began) = (self.client(), Instant::now());
        while client.get("/readyz").await.status != 200 {
            assert!(began.elapsed() < Duration::from_secs(20), "the server is not ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Somebody who is not signed in, at an address of their own.
    pub fn client(&self) -> Client {
        let number = self.number();
        let [_, b, c, d] = number.to_be_bytes();
        Client::new(self.url(), format!("10.{b}.{c}.{d}"))
    }

    /// One that nobody else has.
    pub(crate) fn number(&self) -> u32 {
        self.people.fetch_add(1, Ordering::Relaxed)
    }

    /// A signed-in guardian with one child, a girl of 18 months.
    pub async fn family(&self, name: &str) -> Family {
        let mut family = self.family_without_children(name).await;
        family.add_child(18).await;
        family
    }

    /// A signed-in guardian.
    pub async fn family_without_children(&self, name: &str) -> Family {
        let number = self.people.load(Ordering::Relaxed);
        Family::sign_in(self, name, &format!("138{number:08}")).await
    }

    /// Somebody else of the family, who was invited, has accepted and acts for it.
    pub async fn relative(&self, of: &Family, role: Role) -> Family {
        let mut relative = self.family_without_children("relative").await;
        relative.me = self.join(of, &relative, role).await;
        relative
    }

    /// Invites somebody, who accepts.
    pub async fn join(&self, of: &Family, who: &Family, role: Role) -> Me {
        let (name, phone) = (who.name.clone(), who.phone.parse().unwrap());
        if role == Role::PickUp {
            let person = AddPickUpPerson { name, relation: "邻居".to_owned(), phone: Some(phone) };
            of.call(&person).await.unwrap();
        } else {
            of.call(&Invite { phone, role, name }).await.unwrap();
        }
        let invitation = who.call(&ListMyInvitations {}).await.unwrap().items.remove(0);
        who.call(&AcceptInvitation { id: invitation.id }).await.unwrap()
    }

    /// An offer that can be booked: by default one hourly place for toddlers in a new nursery, open every day.
    pub fn offer(&self) -> OfferBuilder {
        OfferBuilder::new(self.db().clone(), self.now())
    }

    pub fn nursery(&self) -> NurseryBuilder {
        NurseryBuilder::new(self.db().clone(), self.now())
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn today(&self) -> Date {
        self.now().local_date()
    }

    /// So many days from today.
    pub fn in_days(&self, days: i64) -> Date {
        self.today() + chrono::Duration::days(days)
    }

    /// What runs inside, for what cannot be seen from outside.
    pub fn inside(&self) -> &App {
        self.app.as_ref().expect("the server runs")
    }

    pub fn db(&self) -> &Db {
        &self.inside().db
    }

    pub fn database(&self) -> &Fresh {
        &self.database
    }

    /// Every place is taken by exactly the bookings that say so, no booking contradicts itself, and the money of every
    /// voucher is where it is, as `doorstep check` finds it.
    pub async fn check_finds_no_difference(&self) {
        let (now, policies) = (self.now(), Arc::clone(&self.inside().policy));
        let check = move |conn: &mut Conn| {
            let bookings = bookings::check(conn, &policies, now)?;
            Ok([inventory::check(conn)?, bookings, vouchers::check(conn)?, subsidies::check(conn)?].concat())
        };
        let found = self.db().read(check);
        let found = found.await.unwrap();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    /// What the database holds now, to be compared with later.
    pub async fn snapshot(&self) -> Snapshot {
        self.db().read(|conn| Ok(Snapshot::of(conn)?)).await.unwrap()
    }

    /// Closes a nursery for a time of a day.
    pub async fn close(&self, nursery: NurseryId, date: Date, span: &str) {
        let (span, reason, now) = (span.parse().unwrap(), "培训".to_owned(), self.now());
        let closure = ClosureDraft { nursery_id: nursery, class_id: None, date, span, reason };
        self.db().write(move |conn| nurseries::close(conn, now, &closure)).await.unwrap();
    }

    /// The messages sent so far to this phone number or nursery, oldest first.
    pub async fn messages(&self, recipient: &str) -> Vec<String> {
        let recipient = recipient.to_owned();
        let read = self.db().read(move |conn| {
            let mine = message::table.filter(message::recipient.eq(recipient));
            Ok(mine.order(message::id).select(message::body).load(conn)?)
        });
        read.await.unwrap()
    }

    /// The newest sign-in code sent to this number.
    pub async fn code_sent_to(&self, phone: &str) -> String {
        let messages = self.messages(phone).await;
        let newest = messages.last().unwrap_or_else(|| panic!("nothing was sent to {phone}"));
        let mut runs = newest.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 6);
        runs.next().unwrap_or_else(|| panic!("no code in {newest:?}")).to_owned()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app = None;
        // The command is sent at once; the thread ends when the server has.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server panicked");
        }
    }
}

/// The settings as somebody gets them who sets nothing.
fn defaults() -> Config {
    #[derive(clap::Parser)]
    struct Settings {
        #[command(flatten)]
        config: Config,
    }
    <Settings as clap::Parser>::parse_from(["doorstep"]).config
}

/// `RUST_LOG=debug` shows what the server says, beside the test that fails.
fn log_to_the_test() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "error".into());
    // The first test of a process does it for all.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
}
