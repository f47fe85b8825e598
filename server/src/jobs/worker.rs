//! The worker: claims jobs that are due, runs them, retries, and stops when told.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use doorstep_shared::Timestamp;

use super::{
    Context, Jobs,
    store::{self, Claimed},
};
use crate::{
    caught::caught,
    clock::Clock,
    db::Db,
    error::{Error, Result},
    policy::Policies,
};

/// How often an idle worker looks.
const POLL: Duration = Duration::from_millis(500);
/// Jobs claimed at a time.
const CLAIMED: i64 = 16;
/// Jobs run before the worker looks whether it should stop.
const AT_MOST: usize = 256;

/// What a worker works with.
pub struct Office {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub policies: Arc<Policies>,
    pub jobs: Jobs,
}

/// A thread that runs jobs until it is dropped. Dropping it waits for the job that is running.
pub struct Worker {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// When the periodic work cannot be written, or no thread can be started.
    pub fn start(office: Office) -> Result<Self> {
        office.open()?;
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || work(&office, &told))
            .map_err(Error::internal)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let (stop, bell) = &*self.stop;
        *stop.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the worker panicked");
        }
    }
}

fn work(office: &Office, (stop, bell): &(Mutex<bool>, Condvar)) {
    loop {
        let ran = caught(|| office.run_due()).unwrap_or_else(|error| {
            // The database may come back.
            tracing::warn!(%error, "jobs could not be looked for");
            0
        });
        let stopped = stop.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = if ran < AT_MOST { POLL } else { Duration::ZERO };
        let stopped = bell.wait_timeout_while(stopped, wait, |stopped| !*stopped);
        if *stopped.unwrap_or_else(PoisonError::into_inner).0 {
            return;
        }
    }
}

impl Office {
    /// Writes down the periodic work, where it is not.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn open(&self) -> Result<()> {
        let (now, periodic) = (self.clock.now(), self.jobs.periodic.clone());
        self.db.write_blocking(move |conn| super::enqueue_batch(conn, now, &periodic))
    }

    /// Runs what is due now, a bounded number of jobs. Returns how many were tried.
    ///
    /// # Errors
    /// When the database cannot be used. A job that fails is no error: its row says why.
    pub fn run_due(&self) -> Result<usize> {
        let mut tried = 0;
        while tried < AT_MOST {
            let (now, kinds) = (self.clock.now(), self.jobs.known());
            if !self.db.read_blocking(|conn| Ok(store::is_any_due(conn, now, &kinds)?))? {
                break;
            }
            let claimed = self.db.write_blocking(move |conn| Ok(store::claim_batch(conn, now, &kinds, CLAIMED)?))?;
            if claimed.is_empty() {
                break;
            }
            for job in claimed {
                tried += 1;
                self.run(job, now)?;
            }
        }
        Ok(tried)
    }

    fn run(&self, job: Claimed, claimed_at: Timestamp) -> Result<()> {
        let Some(run) = self.jobs.kinds.get(job.kind.as_str()).copied() else { return Ok(()) };
        let now = self.clock.now();
        let context = Context { now, policies: Arc::clone(&self.policies) };
        let (kind, failed) = (job.kind.clone(), job.clone());
        let ran = self.db.write_blocking(move |conn| {
            let next = run(&job.payload, conn, &context)?;
            match store::finish(conn, now, &job, claimed_at, next)? {
                true => Ok(()),
                false => Err(Error::internal("its claim ran out while it ran; another worker has it")),
            }
        });
        let outcome = if ran.is_ok() { "done" } else { "failed" };
        metrics::counter!("doorstep_jobs_total", "kind" => kind.clone(), "outcome" => outcome).increment(1);
        let Err(error) = ran else { return Ok(()) };
        tracing::warn!(kind, %error, attempts = failed.attempts + 1, "a job failed and is tried again later");
        self.db.write_blocking(move |conn| Ok(store::fail(conn, now, &failed, claimed_at, &error.to_string())?))
    }
}
