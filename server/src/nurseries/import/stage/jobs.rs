//! What workers do for imports.

use chrono::Duration;
use doorstep_shared::{Timestamp, ids::ImportId};
use serde::{Deserialize, Serialize};

use super::{finish, store};
use crate::{
    db::Conn,
    error::Result,
    jobs::{Context, Job, Next},
};

/// Nurseries in one transaction.
const FINISHED: usize = 25;
const ERASED: usize = 4;

/// Finishes an import that has been accepted, when whoever ran it did not.
#[derive(Serialize, Deserialize)]
pub struct FinishImport {
    pub import: ImportId,
}

impl Job for FinishImport {
    const KIND: &'static str = "finish_import";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let left = finish(conn, context.now, self.import, FINISHED)?;
        Ok(if left { Next::Again(Duration::zero()) } else { Next::Done })
    }
}

/// Erases what an import staged that broke off more than a day ago.
#[derive(Serialize, Deserialize)]
pub struct ForgetImports {}

impl Job for ForgetImports {
    const KIND: &'static str = "forget_imports";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let left = forget_some(conn, context.now)?;
        Ok(Next::Again(if left { Duration::seconds(1) } else { Duration::hours(1) }))
    }
}

/// Returns whether there may be more.
pub fn forget_some(conn: &mut Conn, now: Timestamp) -> Result<bool> {
    let Some(import) = store::broken_off(conn, now)? else { return Ok(false) };
    store::erase(conn, import, ERASED)?;
    Ok(true)
}
