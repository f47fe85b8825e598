//! Keeping the index in step with the database, for as long as the process runs.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use super::index::Index;
use crate::{
    clock::Clock,
    db::{Db, changes},
    error::Result,
    policy::Policies,
};

/// How often changes of other processes are looked for.
const LOOK: Duration = Duration::from_millis(75);
/// How long to wait before trying again what the database refused.
const RETRY: Duration = Duration::from_secs(1);
/// Starts an index on the current runtime. It is ready once it has been built, and follows until it is dropped.
pub fn start(db: &Db, clock: Arc<dyn Clock>, policies: Arc<Policies>) -> Arc<Index> {
    let index = Arc::new(Index::new(policies));
    let (own, time) = (Arc::downgrade(&index), Arc::clone(&clock));
    db.after_commit(move |conn| {
        let Some(index) = own.upgrade() else { return };
        // What a process has committed it must know before it answers.
        if let Err(error) = index.follow(conn, time.now()) {
            tracing::warn!(%error, "the index could not follow a commit; the next look will");
        }
    });
    tokio::spawn(keep(Arc::downgrade(&index), db.clone(), clock));
    index
}

async fn keep(index: Weak<Index>, db: Db, clock: Arc<dyn Clock>) {
    loop {
        let Some(index) = index.upgrade() else { return };
        let wait = match look(index, &db, clock.as_ref()).await {
            Ok(()) => LOOK,
            Err(error) => {
                tracing::warn!(%error, "the index could not look for changes");
                RETRY
            }
        };
        tokio::time::sleep(wait).await;
    }
}

async fn look(index: Arc<Index>, db: &Db, clock: &dyn Clock) -> Result<()> {
    let now = clock.now();
    // Who has not looked for half as long as change rows are kept may miss some.
    let known = index.as_of().is_some_and(|as_of| now - as_of < changes::KEPT / 2);
    if known {
        db.read(move |conn| Ok(index.follow(conn, now)?)).await?;
    } else {
        let began = std::time::Instant::now();
        db.read_at_length(move |conn| Ok(index.build(conn, now)?)).await?;
        tracing::info!(ms = began.elapsed().as_millis(), "the index is built");
    }
    Ok(())
}
