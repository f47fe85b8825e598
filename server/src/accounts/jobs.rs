//! Forgetting codes, tries, sessions and invitations that are over, a little at a time.

use chrono::Duration;
use diesel::QueryResult;
use doorstep_shared::Timestamp;
use serde::{Deserialize, Serialize};

use super::{codes, credentials, families, sessions, staff};
use crate::{
    db::Conn,
    error::Result,
    jobs::{Context, Job, Next},
};

/// Forgets codes, tries, sessions and invitations that are over, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let sign_ins = codes::prune(conn, now)? + credentials::prune(conn, now)? + sessions::prune(conn, now)?;
    Ok(sign_ins + families::prune(conn, now)? + staff::prune(conn, now)?)
}

/// Runs [`prune`] for as long as the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetSignIns {}

impl Job for ForgetSignIns {
    const KIND: &'static str = "forget_sign_ins";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let left = prune(conn, context.now)? > 0;
        Ok(Next::Again(if left { Duration::seconds(1) } else { Duration::minutes(1) }))
    }
}
