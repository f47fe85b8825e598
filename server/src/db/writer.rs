//! SQLite's only writer: a thread that owns the writing connection and commits in groups.
//!
//! It drains the queue, runs each job in a savepoint of one `BEGIN IMMEDIATE` transaction, commits, and only then
//! answers. A single fsync so serves many callers. When the commit fails, or an error made SQLite roll the whole
//! transaction back (disk full, I/O error, out of memory), every job of the group is answered `unavailable` and the
//! connection is opened anew: nothing was changed for any of them. A job that panics is rolled back alone and answered
//! `internal`; the thread lives on.

use std::{
    sync::{Arc, OnceLock, mpsc},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use diesel::{
    Connection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
};
use tokio::sync::oneshot;

use super::{AfterCommit, Conn, connect::Connector};
use crate::{
    caught::caught,
    error::{Error, Result},
};

/// Tells a job's caller how it ended, once the group has been committed or lost.
type Acknowledge = Box<dyn FnOnce(std::result::Result<(), &str>) + Send>;
/// Runs a job in its savepoint.
type Job = Box<dyn FnOnce(&mut Conn) -> Acknowledge + Send>;

/// A group stops growing after this long, so that nobody waits for a long queue.
const GROUP_TIME: Duration = Duration::from_millis(50);
/// Jobs that may wait. More than that and the caller is told to come back.
const QUEUE: usize = 10_000;

pub struct Writer {
    jobs: mpsc::SyncSender<Job>,
    thread: JoinHandle<()>,
}

impl Writer {
    pub fn start(connector: Connector, after_commit: Arc<OnceLock<AfterCommit>>, most: usize) -> Result<Self> {
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        let conn = connector.open().map_err(|error| Error::unavailable(error.to_string()))?;
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || WriterThread { connector, conn: Some(conn), after_commit, most }.run(&queue))
            .map_err(|error| Error::internal(error.to_string()))?;
        Ok(Self { jobs, thread })
    }

    /// Whether there is still somebody who writes.
    pub fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Queues a transaction. The receiver has the result once it is on disk.
    pub fn write<T, F>(&self, run: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let result = conn.transaction(|conn| caught(|| run(conn)));
            Box::new(move |committed| {
                // A caller that has gone away is told nothing.
                let _ = answer.send(match (result, committed) {
                    // A refusal changed nothing, so it holds whatever became of the group.
                    (Err(error @ Error::Refused(_)), _) => Err(error),
                    // What a statement said while the group was being lost is not the reason.
                    (_, Err(why)) => Err(Error::unavailable(why)),
                    (result, Ok(())) => result,
                });
            })
        });
        self.jobs.try_send(job).map_err(|_| Error::unavailable("too many writes are waiting"))?;
        Ok(receiver)
    }
}

struct WriterThread {
    connector: Connector,
    /// None after a failure, until the next job opens it.
    conn: Option<Conn>,
    after_commit: Arc<OnceLock<AfterCommit>>,
    /// Jobs in one commit at most.
    most: usize,
}

impl WriterThread {
    fn run(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut acknowledgements = Vec::new();
            let ended = self.group(first, queue, &mut acknowledgements);
            let outcome = match &ended {
                Ok(()) => Ok(()),
                Err(why) => {
                    tracing::error!(why, jobs = acknowledgements.len(), "a group of writes was lost");
                    self.conn = None;
                    Err(why.as_str())
                }
            };
            for acknowledge in acknowledgements {
                acknowledge(outcome);
            }
        }
    }

    /// Runs jobs until the queue is empty or the group is full, and commits them.
    fn group(
        &mut self,
        first: Job,
        queue: &mpsc::Receiver<Job>,
        acknowledgements: &mut Vec<Acknowledge>,
    ) -> std::result::Result<(), String> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            // Every job that could not even begin must still be answered.
            closed => match self.connector.open() {
                Ok(conn) => closed.insert(conn),
                Err(error) => return refuse(first, queue, error.to_string()),
            },
        };
        if let Err(error) = begin(conn) {
            return refuse(first, queue, error.to_string());
        }
        let started = Instant::now();
        let mut next = Some(first);
        while let Some(job) = next {
            acknowledgements.push(job(conn));
            if was_rolled_back(conn) {
                return Err("the database rolled the transaction back".to_owned());
            }
            let has_room = acknowledgements.len() < self.most && started.elapsed() < GROUP_TIME;
            next = if has_room { queue.try_recv().ok() } else { None };
        }
        commit(conn).map_err(|error| error.to_string())?;
        if !super::followed(&self.after_commit, conn) {
            // Committed all the same; but who knows what the connection is in the middle of.
            self.conn = None;
        }
        Ok(())
    }
}

/// Gives up a job and all that wait behind it: each would wait as long for the same lock, and its caller with it.
fn refuse(job: Job, queue: &mpsc::Receiver<Job>, why: String) -> std::result::Result<(), String> {
    // All of them are taken first: a caller that is told, and tries again at once, is not among them.
    let behind: Vec<Job> = queue.try_iter().take(QUEUE).collect();
    tracing::warn!(behind = behind.len(), "the writes that waited are given up too");
    // Dropping a job drops its sender, and the caller reads that as `unavailable`.
    drop((job, behind));
    Err(why)
}

fn sqlite(conn: &mut Conn) -> &mut diesel::SqliteConnection {
    match conn {
        Conn::Sqlite(conn) => conn,
        Conn::Postgres(_) => unreachable_postgres(),
    }
}

fn unreachable_postgres() -> ! {
    #[expect(clippy::panic, reason = "the writer is started for SQLite only")]
    {
        panic!("the writer thread owns a SQLite connection")
    }
}

fn begin(conn: &mut Conn) -> diesel::QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(sqlite(conn), "BEGIN IMMEDIATE")
}

fn commit(conn: &mut Conn) -> diesel::QueryResult<()> {
    AnsiTransactionManager::commit_transaction(sqlite(conn))
}

/// Whether the group's transaction is not the one that is open. SQLite refuses a second BEGIN inside a transaction; when
/// it accepts one, the transaction is gone. A job that panicked in a transaction of its own leaves that open.
fn was_rolled_back(conn: &mut Conn) -> bool {
    use diesel::connection::TransactionManagerStatus;
    let conn = sqlite(conn);
    let in_doubt = match AnsiTransactionManager::transaction_manager_status_mut(conn) {
        TransactionManagerStatus::InError => true,
        TransactionManagerStatus::Valid(status) => status.transaction_depth().is_none_or(|depth| depth.get() > 1),
    };
    in_doubt || conn.batch_execute("BEGIN").is_ok()
}

#[cfg(test)]
mod tests {
    use diesel::{RunQueryDsl, SqliteConnection, sql_query};

    use super::*;
    use crate::db::{DatabaseUrl, Db};

    fn scratch() -> (Db, std::path::PathBuf) {
        let path = std::env::temp_dir().join(format!("doorstep-writer-{}.db", uuid::Uuid::now_v7()));
        let db = Db::open(&DatabaseUrl::Sqlite(path.clone()), 2).unwrap();
        db.write_blocking(|conn| {
            sql_query("CREATE TABLE t (n INTEGER NOT NULL UNIQUE)").execute(conn)?;
            Ok(())
        })
        .unwrap();
        (db, path)
    }

    fn insert(n: i32) -> impl FnOnce(&mut Conn) -> Result<()> + Send {
        move |conn| {
            sql_query(format!("INSERT INTO t VALUES ({n})")).execute(conn)?;
            Ok(())
        }
    }

    fn count(db: &Db) -> usize {
        // UPDATE reports the rows it meets.
        db.write_blocking(|conn| Ok(sql_query("UPDATE t SET n = n").execute(conn)?)).unwrap()
    }

    #[test]
    fn one_refused_job_leaves_the_others_of_its_group_alone() {
        let (db, path) = scratch();
        db.write_blocking(insert(1)).unwrap();
        let good = db.0.writer.as_ref().unwrap().write(insert(2)).unwrap();
        let bad = db.0.writer.as_ref().unwrap().write(insert(1)).unwrap();
        let also_good = db.0.writer.as_ref().unwrap().write(insert(3)).unwrap();
        assert!(good.blocking_recv().unwrap().is_ok());
        assert!(bad.blocking_recv().unwrap().is_err());
        assert!(also_good.blocking_recv().unwrap().is_ok());
        assert_eq!(count(&db), 3);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_job_that_panics_takes_neither_its_group_nor_the_thread_with_it() {
        let (db, path) = scratch();
        let writer = db.0.writer.as_ref().unwrap();
        let good = writer.write(insert(1)).unwrap();
        let bad = writer.write(|conn| -> Result<()> {
            insert(2)(conn)?;
            panic!("as a mistake of ours would")
        });
        assert!(good.blocking_recv().unwrap().is_ok());
        assert!(matches!(bad.unwrap().blocking_recv().unwrap(), Err(Error::Internal(_))));
        let inside = writer.write(|conn| {
            conn.transaction(|conn| -> Result<()> {
                insert(3)(conn)?;
                panic!("in a transaction of its own")
            })
        });
        // That group is lost, because nobody knows what is in it.
        assert!(inside.unwrap().blocking_recv().unwrap().is_err());
        assert!(writer.is_alive());
        db.after_commit(|_| panic!("and so would the hook"));
        db.write_blocking(insert(4)).unwrap();
        db.write_blocking(insert(5)).unwrap();
        assert_eq!(count(&db), 3);
        assert!(writer.is_alive());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_writer_whose_thread_has_ended_is_not_alive() {
        let (jobs, _) = mpsc::sync_channel(1);
        let writer = Writer { jobs, thread: std::thread::spawn(|| ()) };
        while !writer.thread.is_finished() {
            std::thread::yield_now();
        }
        assert!(!writer.is_alive());
    }

    #[test]
    fn what_waits_for_a_locked_file_waits_together() {
        let (db, path) = scratch();
        // A lock is waited for five seconds otherwise, which is long for a test.
        db.write_blocking(|conn| Ok(conn.batch_execute("PRAGMA busy_timeout = 200")?)).unwrap();
        let mut other = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        let began = Instant::now();
        let writer = db.0.writer.as_ref().unwrap();
        // Opening the connection anew brings the five seconds back.
        let waiting: Vec<_> = (0..4).map(|n| writer.write(insert(n)).unwrap()).collect();
        for written in waiting {
            assert!(written.blocking_recv().is_err());
        }
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
        other.batch_execute("ROLLBACK").unwrap();
        db.write_blocking(insert(1)).unwrap();
        assert_eq!(count(&db), 1);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_lost_transaction_is_never_acknowledged() {
        let (db, path) = scratch();
        let lost = db.write_blocking(|conn| {
            sql_query("INSERT INTO t VALUES (7)").execute(conn)?;
            // What SQLite itself does when the disk is full.
            sql_query("ROLLBACK").execute(conn)?;
            Ok(())
        });
        assert!(lost.is_err());
        assert_eq!(count(&db), 0);
        db.write_blocking(insert(8)).unwrap();
        assert_eq!(count(&db), 1);
        std::fs::remove_file(path).unwrap();
    }
}
