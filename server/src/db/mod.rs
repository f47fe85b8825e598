//! The database and its three doors: [`Db::read`], [`Db::write`] (with [`Db::write_once`] for idempotent calls) and,
//! for the hot verbs, [`batch::Batch`]. What every call looks up goes through [`gather::Gather`].
//!
//! Verbs take `&mut Conn` and never open a transaction of their own. On SQLite one thread owns the only writing
//! connection and commits in groups ([`writer`]); on PostgreSQL each write takes a connection of the pool.

pub mod batch;
pub mod bulk;
pub mod changes;
mod connect;
pub mod fixed;
pub mod gather;
pub mod migrate;
pub mod once;
pub mod schema;
pub mod snapshot;
#[cfg(test)]
pub mod testing;
mod writer;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use diesel::{Connection, r2d2};
use serde::{Serialize, de::DeserializeOwned};

use self::{connect::Connector, writer::Writer};
pub use self::{
    connect::{DatabaseUrl, read_once},
    once::Once,
};
use crate::{
    caught::caught,
    error::{Error, Result},
};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// Called on the writing connection after every commit, before it is acknowledged.
type AfterCommit = Box<dyn Fn(&mut Conn) + Send + Sync>;

#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    pool: r2d2::Pool<Connector>,
    /// On SQLite; PostgreSQL writes through the pool.
    writer: Option<Writer>,
    after_commit: Arc<OnceLock<AfterCommit>>,
    /// On SQLite: keeps a restore away.
    _held: Option<snapshot::Held>,
}

/// Writes in one commit of SQLite at most, unless told.
pub const GROUP: usize = 256;

/// How long a request waits for a connection before it is told to come back.
const POOL_WAIT: Duration = Duration::from_secs(5);
/// How long a request waits for its answer from the database. Who waits for a lock is told no before that; a database
/// that has been stopped, or a network that swallows everything, does not say anything.
const ANSWER_WAIT: Duration = Duration::from_secs(15);
/// The same for reading everything.
const LONG_WAIT: Duration = Duration::from_secs(600);

impl Db {
    /// Opens the database; creates the SQLite file when it does not exist. Does not migrate.
    ///
    /// # Errors
    /// When it cannot be reached, or the SQLite in this binary is one that can lose committed writes.
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self> {
        Self::open_grouping(url, connections, GROUP)
    }

    /// The same with at most `group` writes in one commit of SQLite.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub fn open_grouping(url: &DatabaseUrl, connections: u32, group: usize) -> Result<Self> {
        let connector = Connector::new(url.clone())?;
        let held = match url {
            DatabaseUrl::Sqlite(path) => Some(snapshot::hold(path)?),
            DatabaseUrl::Postgres(_) => None,
        };
        let after_commit = Arc::<OnceLock<AfterCommit>>::default();
        let writer = match url {
            DatabaseUrl::Sqlite(_) => Some(Writer::start(connector.clone(), Arc::clone(&after_commit), group)?),
            DatabaseUrl::Postgres(_) => None,
        };
        let pool = r2d2::Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(POOL_WAIT)
            .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
            .build_unchecked(connector);
        Ok(Self(Arc::new(Inner { pool, writer, after_commit, _held: held })))
    }

    /// Whether writing can work at all in this process.
    pub fn is_writable(&self) -> bool {
        self.0.writer.as_ref().is_none_or(Writer::is_alive)
    }

    /// Whether writes go through one connection.
    pub fn is_sqlite(&self) -> bool {
        self.0.writer.is_some()
    }

    /// What to do on the writing connection after every commit. Set once, at start.
    pub fn after_commit(&self, hook: impl Fn(&mut Conn) + Send + Sync + 'static) {
        // A second hook would be a mistake in the start-up code; the first stays.
        let _ = self.0.after_commit.set(Box::new(hook));
    }

    /// Runs queries that change nothing.
    ///
    /// # Errors
    /// What `run` returns, or `unavailable` when no connection came free in five seconds or no answer in fifteen.
    pub async fn read<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        within(ANSWER_WAIT, blocking(move || run(&mut *inner.connection()?))).await
    }

    /// The same for reading everything, which may take minutes.
    ///
    /// # Errors
    /// As [`Db::read`], after ten minutes.
    pub async fn read_at_length<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        within(LONG_WAIT, blocking(move || run(&mut *inner.connection()?))).await
    }

    /// The same for commands and threads that may wait.
    pub fn read_blocking<T>(&self, run: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        run(&mut *self.0.connection()?)
    }

    /// Runs queries that all see the same moment, for commands that look through everything.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_moment_blocking<T>(&self, run: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        use diesel::connection::SimpleConnection as _;
        let mut conn = self.0.connection()?;
        let conn: &mut Conn = &mut conn;
        conn.transaction(|conn| {
            if let Conn::Postgres(conn) = conn {
                conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
            }
            run(conn)
        })
    }

    /// Lets PostgreSQL look at how much there is, after much was written at once. Until it does so by itself, which may
    /// take minutes, it plans as for tables that are all but empty.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn take_stock(&self) -> Result<()> {
        use diesel::connection::SimpleConnection as _;
        let mut conn = self.0.connection()?;
        let conn: &mut Conn = &mut conn;
        match conn {
            Conn::Postgres(conn) => Ok(conn.batch_execute("ANALYZE")?),
            Conn::Sqlite(_) => Ok(()),
        }
    }

    /// Runs one transaction. What `run` returns as an error rolls it back.
    ///
    /// # Errors
    /// What `run` returns, or `unavailable` when the database cannot be written; nothing is changed then. Only where the
    /// database falls silent while it commits does nobody know: the same call with the same idempotency key tells.
    pub async fn write<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let given_up = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&given_up);
        // What nobody waits for any more is not to happen when the database wakes up.
        let run = move |conn: &mut Conn| {
            let written = run(conn)?;
            if told.load(Ordering::SeqCst) { Err(Error::unavailable("nobody waits any more")) } else { Ok(written) }
        };
        let inner = Arc::clone(&self.0);
        let written = async move {
            match &inner.writer {
                Some(writer) => writer.write(run)?.await.map_err(|_| Error::unavailable("the write was given up"))?,
                None => {
                    let inner = Arc::clone(&inner);
                    blocking(move || inner.write_here(run)).await
                }
            }
        };
        let answer = within(ANSWER_WAIT, written).await;
        given_up.store(true, Ordering::SeqCst);
        answer
    }

    /// The same for commands and threads that may wait.
    pub fn write_blocking<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        match &self.0.writer {
            Some(writer) => {
                // Not the receiver's own waiting: at start that happens on a thread that drives a runtime.
                let written = futures::executor::block_on(writer.write(run)?);
                written.map_err(|_| Error::unavailable("the writer has stopped"))?
            }
            None => self.0.write_here(run),
        }
    }

    /// Runs one transaction together with its idempotency record: a repeat of the same call replays the committed
    /// answer, the same key with another body is refused with `key-reused`. A refusal is not recorded.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_once<T, F>(&self, once: Option<Once>, run: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let Some(once) = once else { return self.write(run).await };
        let first = once.clone();
        let result = self
            .write(move |conn| {
                once::lock(conn, &first)?;
                if let Some(answer) = once::replay(conn, &first)? {
                    return Ok(answer);
                }
                let answer = run(conn)?;
                once::remember(conn, &first, &answer)?;
                Ok(answer)
            })
            .await;
        match result {
            // Another process committed the same call a moment earlier: its answer is ours.
            Err(error) if error.is_unique_violation_of("idempotency") => {
                let replayed = self.read(move |conn| once::replay(conn, &once)).await?;
                replayed.ok_or_else(|| Error::unavailable("the same call is still running"))
            }
            result => result,
        }
    }
}

impl Inner {
    fn connection(&self) -> Result<r2d2::PooledConnection<Connector>> {
        self.pool.get().map_err(|error| Error::unavailable(error.to_string()))
    }

    fn write_here<T>(&self, run: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.connection()?;
        let conn: &mut Conn = &mut conn;
        let written = conn.transaction(|conn| caught(|| run(conn)))?;
        followed(&self.after_commit, conn);
        Ok(written)
    }
}

/// Does what is to be done after a commit. False when that panicked; the commit stands, and it has been logged.
fn followed(hook: &OnceLock<AfterCommit>, conn: &mut Conn) -> bool {
    let Some(hook) = hook.get() else { return true };
    let run = || {
        hook(conn);
        Ok(())
    };
    caught(run).is_ok()
}

/// What comes of waiting so long.
async fn within<T>(wait: Duration, answer: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| Error::unavailable(format!("the database has not answered in {} seconds", wait.as_secs()));
    tokio::time::timeout(wait, answer).await.map_err(late)?
}

async fn blocking<T: Send + 'static>(run: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(run).await.map_err(|error| Error::internal(error.to_string()))?
}
