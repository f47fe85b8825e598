//! A thread that does its rounds until it is dropped.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use crate::{
    caught::caught,
    error::{Error, Result},
};

/// How long it waits before it looks again, when there was nothing more to do.
const POLL: Duration = Duration::from_millis(500);

/// Whether there is more to do than one round does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    AtOnce,
    Later,
}

/// Dropping it waits for the round that is being done.
pub struct Rounds {
    name: &'static str,
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

type Stop = (Mutex<bool>, Condvar);

impl Rounds {
    /// Starts the thread. A round that fails, or panics, is said and tried again.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(name: &'static str, round: impl FnMut() -> Result<More> + Send + 'static) -> Result<Self> {
        let stop = Arc::<Stop>::default();
        let told = Arc::clone(&stop);
        let work = move || go_round(name, round, &told);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(Error::internal)?;
        Ok(Self { name, stop, thread: Some(thread) })
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        let (stop, bell) = &*self.stop;
        *stop.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!(name = self.name, "a thread panicked");
        }
    }
}

fn go_round(name: &str, mut round: impl FnMut() -> Result<More>, (stop, bell): &Stop) {
    loop {
        let more = caught(&mut round).unwrap_or_else(|error| {
            // The database may come back.
            tracing::warn!(name, %error, "a round could not be done");
            More::Later
        });
        let stopped = stop.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = if more == More::Later { POLL } else { Duration::ZERO };
        let stopped = bell.wait_timeout_while(stopped, wait, |stopped| !*stopped);
        if *stopped.unwrap_or_else(PoisonError::into_inner).0 {
            return;
        }
    }
}
