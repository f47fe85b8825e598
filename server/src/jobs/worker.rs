//! The worker: claims jobs that are due, runs them, retries, and stops when told.

use std::sync::Arc;

use doorstep_shared::Timestamp;

use super::{
    Context, Jobs,
    store::{self, Claimed},
};
use crate::{
    clock::Clock,
    db::Db,
    error::{Error, Result},
    policy::Policies,
    rounds::{More, Rounds},
};

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
    _rounds: Rounds,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// When the periodic work cannot be written, or no thread can be started.
    pub fn start(office: Office) -> Result<Self> {
        office.open()?;
        let round = move || Ok(if office.run_due()? < AT_MOST { More::Later } else { More::AtOnce });
        Ok(Self { _rounds: Rounds::start("worker", round)? })
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
