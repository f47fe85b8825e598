//! What vouchers have done in the background.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::steps;
use crate::{
    db::Conn,
    error::Result,
    jobs::{Context, Job, Next},
};

/// Writes down which vouchers were not used in time. Nobody waits for it: reading and using decide by the date.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExpireVouchers {}

/// How often they are looked through.
const EVERY: Duration = Duration::minutes(10);

impl Job for ExpireVouchers {
    const KIND: &'static str = "expire_vouchers";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let expired = steps::expire_due(conn, context.now)?;
        Ok(Next::Again(if steps::is_full(expired) { Duration::zero() } else { EVERY }))
    }
}
