//! Guardians who book, cancel and move at random while something is killed, and remember what they were promised.
//!
//! Each guardian takes one step after the other and never forgets a call without an answer. After the fault, the same
//! call with the same idempotency key tells what became of it; then all that is stored must be all that was promised,
//! no more and no less, and `doorstep check` must find no difference.

mod disk;
mod guardian;
mod postgres;

use std::{
    path::PathBuf,
    process::Command,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use doorstep_server::{
    clock::{Clock as _, SystemClock},
    db::{DatabaseUrl, Db, migrate},
};
use doorstep_shared::{
    Date, Timestamp,
    accounts::{RequestCode, SignIn},
    children::{AddChild, Sex},
};
use tokio::task::JoinHandle;

use self::guardian::{Guardian, Progress};
pub use self::{disk::SmallDisk, postgres::OwnPostgres};
use crate::{
    client::Client,
    folder::Folder,
    nursery::{NurseryBuilder, Offer, OfferBuilder},
    program::command_of,
    running::Running,
};

const GUARDIANS: u64 = 12;
const CHILDREN: usize = 2;

/// What all guardians met.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub promised: usize,
    pub refused: usize,
    /// Calls without an answer, and those of which a repeat told what became of them.
    pub unknown: usize,
    pub resolved: usize,
    /// What must not be, each with its story: a kind and what was seen.
    pub wrong: Vec<(&'static str, String)>,
}

impl Tally {
    pub fn found(&mut self, kind: &'static str, story: String) {
        self.wrong.push((kind, story));
    }

    /// How many of a kind.
    pub fn count(&self, kind: &str) -> usize {
        self.wrong.iter().filter(|(one, _)| *one == kind).count()
    }

    /// Adds what others met.
    pub fn add(&mut self, other: Self) {
        self.promised += other.promised;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.resolved += other.resolved;
        self.wrong.extend(other.wrong);
    }
}

/// A small town on a database of its own, with the program that serves it.
pub struct Trial {
    program: PathBuf,
    /// As `DATABASE_URL` has it.
    pub database: String,
    data: Folder,
    guardians: Vec<Guardian>,
    pub tally: Tally,
}

/// Guardians at work.
pub struct Load {
    tasks: Vec<JoinHandle<Guardian>>,
    progress: Arc<Progress>,
}

/// How long anything here may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

impl Trial {
    /// A town on SQLite, in a folder of its own.
    pub async fn on_sqlite(program: PathBuf) -> Self {
        let data = Folder::new();
        let database = format!("sqlite:{}", data.path().join("doorstep.db").display());
        Self::make(program, database, data).await
    }

    /// A town in an empty database of a PostgreSQL that the caller keeps.
    pub async fn on_postgres(program: PathBuf, database: String) -> Self {
        Self::make(program, database, Folder::new()).await
    }

    async fn make(program: PathBuf, database: String, data: Folder) -> Self {
        let now = SystemClock.now();
        let offers = offers(database.parse().unwrap(), now).await;
        let mut trial = Self { program, database, data, guardians: Vec::new(), tally: Tally::default() };
        let server = trial.serve();
        let today = now.local_date();
        for number in 0..GUARDIANS {
            trial.guardians.push(guardian(&base(&server), number, today, Arc::clone(&offers)).await);
        }
        trial
    }

    /// The program's command on this town.
    pub fn command(&self, command: &str, database: &str) -> Command {
        let mut program = command_of(&self.program);
        program.arg(command).env("DATABASE_URL", database).env("DOORSTEP_DATA", self.data.path());
        program.envs([
            ("DOORSTEP_LISTEN", "127.0.0.1:0"),
            ("DOORSTEP_DEMO", "true"),
            ("DOORSTEP_TRUSTED_PROXIES", "127.0.0.1"),
            ("DOORSTEP_CALLS_PER_SECOND", "0"),
            ("RUST_LOG", "off"),
        ]);
        program
    }

    /// A server on this town.
    pub fn serve(&self) -> Running {
        Running::start(self.command("serve", &self.database))
    }

    /// A server that may write no file longer than this, as on a full disk: its database's file and the log beside it.
    pub fn serve_below(&self, kilobytes: u64) -> Running {
        let serve = self.command("serve", &self.database);
        // Without the trap the program would be killed instead of told. Blocks of 1,024 bytes, as bash counts.
        let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
        let mut limited = Command::new("bash");
        limited
            .args(["-c", &script])
            .arg(serve.get_program())
            .args(serve.get_args())
            .envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Running::start(limited)
    }

    /// Bytes of SQLite's file.
    pub fn file_bytes(&self) -> u64 {
        std::fs::metadata(self.data.path().join("doorstep.db")).unwrap().len()
    }

    /// Lets the guardians act, in turn at each of these servers.
    pub fn load(&mut self, servers: &[&Running]) -> Load {
        let progress = Arc::<Progress>::default();
        let bases: Vec<String> = servers.iter().map(|server| base(server)).collect();
        let at = |(number, guardian): (usize, Guardian)| {
            tokio::spawn(guardian.act(bases[number % bases.len()].clone(), Arc::clone(&progress)))
        };
        let tasks = self.guardians.drain(..).enumerate().map(at).collect();
        Load { tasks, progress }
    }

    /// Ends the load.
    pub async fn end(&mut self, load: Load) {
        load.progress.stop.store(true, Ordering::Relaxed);
        for task in load.tasks {
            self.guardians.push(within(task).await.unwrap());
        }
    }

    /// Compares what is stored with what was promised, and has `doorstep check` look at all of it. Adds to the tally.
    pub async fn settle(&mut self, server: &Running) {
        let base = base(server);
        let settling: Vec<_> = self.guardians.drain(..).map(|guardian| guardian.settle(&base)).collect();
        for mut guardian in within(futures::future::join_all(settling)).await {
            self.tally.add(std::mem::take(&mut guardian.tally));
            self.guardians.push(guardian);
        }
        let checked = self.command("check", &self.database).output().unwrap();
        let told = String::from_utf8_lossy(&checked.stdout);
        for line in told.lines().filter(|line| line.starts_with("warning:")) {
            self.tally.found("oversold", line.to_owned());
        }
        if !checked.status.success() {
            let why = String::from_utf8_lossy(&checked.stderr);
            self.tally.found("differences", format!("{told}{why}"));
        }
    }

    /// Starts a server; how long it took until it gave the first correct search.
    pub async fn start_timed(&self) -> (Running, Duration) {
        let began = Instant::now();
        let server = self.serve();
        let client = Client::new(base(&server), "10.9.9.9".to_owned());
        while client.get("/readyz").await.status != 200 {
            assert!(began.elapsed() < PATIENCE, "the server is not ready");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let found = client.get("/api/v1/slots?age_months=18&care=hourly").await.json();
        assert!(!found["items"].as_array().unwrap().is_empty(), "{found}");
        (server, began.elapsed())
    }
}

impl Load {
    /// Waits until the guardians have had so many more answers.
    pub async fn go_on_for(&self, answers: usize) {
        let until = self.progress.answered.load(Ordering::Relaxed) + answers;
        self.until(|| self.progress.answered.load(Ordering::Relaxed) >= until).await;
    }

    /// Waits until the guardians have been told some more times to come back later.
    pub async fn is_refused_for_now(&self) {
        let until = self.progress.put_off.load(Ordering::Relaxed) + 5;
        self.until(|| self.progress.put_off.load(Ordering::Relaxed) >= until).await;
    }

    pub async fn until(&self, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "the guardians get no further");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
}

fn base(server: &Running) -> String {
    format!("http://{}", server.address())
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("the guardians come to an end")
}

/// Two nurseries with a class each, small enough that guardians meet.
async fn offers(url: DatabaseUrl, now: Timestamp) -> Arc<[Offer]> {
    let db = Db::open(&url, 1).unwrap();
    migrate::migrate(&db).unwrap();
    let mut offers = Vec::new();
    for places in [4, 9] {
        let nursery = NurseryBuilder::new(db.clone(), now).create().await;
        offers.push(OfferBuilder::new(db.clone(), now).of(&nursery).places(places).hourly().create().await);
    }
    offers.into()
}

/// Signs somebody in by the code in the outbox, and adds the children.
async fn guardian(base: &str, number: u64, today: Date, offers: Arc<[Offer]>) -> Guardian {
    let client = Client::new(base.to_owned(), format!("10.8.0.{}", number + 1));
    let phone = format!("137{number:08}");
    client.call(&RequestCode { phone: phone.parse().unwrap() }).await.unwrap();
    let outbox = client.get(&format!("/dev/outbox?recipient={phone}")).await.json();
    let body = outbox["items"][0]["body"].as_str().unwrap().to_owned();
    let code = body.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).unwrap().to_owned();
    let tokens = client.call(&SignIn { phone: phone.parse().unwrap(), code }).await.unwrap();
    client.bear(&tokens.access_token);
    let mut children = Vec::new();
    for child in 0..CHILDREN {
        let add = AddChild {
            name: format!("T{number}-{child}"),
            birth_date: today - chrono::Months::new(18),
            sex: Sex::Female,
            birth_order: 1,
            residence_district: String::new(),
            allergies: String::new(),
            notes: String::new(),
            consents: None,
        };
        children.push(client.call(&add).await.unwrap().id);
    }
    Guardian::new(number, &client, children, offers, today)
}
