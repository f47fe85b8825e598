//! What bookings have done in the background.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::expire;
use crate::{
    db::Conn,
    error::Result,
    jobs::{Context, Job, Next},
};

/// Writes down which holds ran out, and gives their places back. Nobody waits for it: reading and booking decide by
/// the clock.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReleaseExpired {}

/// How often holds are looked through.
const EVERY: Duration = Duration::seconds(5);

impl Job for ReleaseExpired {
    const KIND: &'static str = "release_expired_holds";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let released = expire::release_expired(conn, &context.policies, context.now)?;
        Ok(Next::Again(if expire::is_full(released) { Duration::zero() } else { EVERY }))
    }
}
