//! Erasing what is no longer needed, a little at a time.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::{
    db::{Conn, changes, once},
    error::Result,
    jobs::{self, Context, Job, Next},
    outbox,
};

/// What grows by itself and is erased after its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prune {
    /// Answers kept for repeated calls.
    Answers,
    /// Change rows that every process has followed.
    Changes,
    Jobs,
    Messages,
}

impl Prune {
    pub const ALL: [Self; 4] = [Self::Answers, Self::Changes, Self::Jobs, Self::Messages];
}

const EVERY: Duration = Duration::minutes(1);

impl Job for Prune {
    const KIND: &'static str = "prune";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let now = context.now;
        let erased = match self {
            Self::Answers => once::prune(conn, now)?,
            Self::Changes => changes::prune(conn, now)?,
            Self::Jobs => jobs::prune(conn, now)?,
            Self::Messages => outbox::prune(conn, now)?,
        };
        if erased > 0 {
            tracing::debug!(what = ?self, erased, "pruned");
        }
        Ok(Next::Again(if erased == 0 { EVERY } else { Duration::seconds(1) }))
    }
}
