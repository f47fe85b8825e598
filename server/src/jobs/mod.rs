//! Work that outlives the call that causes it: rows of `job`, written in the transaction that needs them done.
//!
//! A job runs in one transaction together with the note that it ran, so its effect on the database happens once however
//! often it is tried. A failed one is tried again, later each time, and its row says why. Nothing that a caller may see
//! waits for a job: what time decides (a hold that ran out) is decided again whenever it is read.

mod store;
mod worker;

use std::{collections::HashMap, sync::Arc};

use chrono::Duration;
use doorstep_shared::{Timestamp, ids::JobId};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

pub use self::{
    store::prune,
    worker::{Office, Worker},
};
use crate::{
    db::Conn,
    error::{Error, Result},
    policy::Policies,
};

/// One kind of work.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the database: rows outlive the program that wrote them, so it never changes.
    const KIND: &'static str;

    /// Does it, in the worker's transaction.
    ///
    /// # Errors
    /// Nothing is changed then, and it is tried again later.
    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next>;
}

/// What a job may look at.
pub struct Context {
    pub now: Timestamp,
    pub policies: Arc<Policies>,
}

/// What comes after a job ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    /// It runs again after so long: periodic work, or more of it than one transaction should take.
    Again(Duration),
}

type Run = fn(&str, &mut Conn, &Context) -> Result<Next>;

/// A job to be written.
#[derive(Clone, Debug)]
pub struct NewJob {
    id: JobId,
    kind: &'static str,
    payload: String,
}

impl NewJob {
    /// One piece of work of its own.
    ///
    /// # Errors
    /// When the job does not serialise, which is a mistake in its type.
    pub fn once<J: Job>(job: &J) -> Result<Self> {
        let payload = serde_json::to_string(job).map_err(Error::internal)?;
        Ok(Self { id: JobId::new(), kind: J::KIND, payload })
    }

    /// Work of which there is only one, whoever writes it and how often: its id follows from what it is.
    ///
    /// # Errors
    /// As [`NewJob::once`].
    pub fn only<J: Job>(job: &J) -> Result<Self> {
        let job = Self::once(job)?;
        let digest = Sha256::new().chain_update(job.kind).chain_update([0]).chain_update(&job.payload).finalize();
        let mut id = [0; 16];
        id.iter_mut().zip(digest).for_each(|(byte, digest)| *byte = digest);
        Ok(Self { id: JobId(uuid::Builder::from_random_bytes(id).into_uuid()), ..job })
    }
}

/// Writes jobs that are due at `run_at`, one statement for all; one that is written already stays as it is.
///
/// # Errors
/// When the database fails.
pub fn enqueue_batch(conn: &mut Conn, run_at: Timestamp, jobs: &[NewJob]) -> Result<()> {
    Ok(store::insert_batch(conn, run_at, jobs)?)
}

/// The kinds of work that this program knows, and the work that is always there.
#[derive(Default)]
pub struct Jobs {
    kinds: HashMap<&'static str, Run>,
    periodic: Vec<NewJob>,
}

impl Jobs {
    /// A kind that others enqueue.
    pub fn on<J: Job>(mut self) -> Self {
        self.kinds.insert(J::KIND, |payload, conn, context| {
            let job: J = serde_json::from_str(payload).map_err(Error::internal)?;
            job.run(conn, context)
        });
        self
    }

    /// Work that runs from the first start on, one at a time however many servers there are. It answers
    /// [`Next::Again`].
    ///
    /// # Errors
    /// As [`NewJob::once`].
    pub fn always<J: Job>(mut self, job: &J) -> Result<Self> {
        self.periodic.push(NewJob::only(job)?);
        Ok(self.on::<J>())
    }

    fn known(&self) -> Vec<&'static str> {
        self.kinds.keys().copied().collect()
    }
}
