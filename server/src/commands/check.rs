//! `doorstep check`

use doorstep_shared::Timestamp;

use super::open;
use crate::{bookings, config::Config, error::Result, inventory, policy::Policies, subsidies, vouchers};

/// What a look through everything found.
#[derive(Debug, Default)]
pub struct Findings {
    /// What must not be: each names its row.
    pub differences: Vec<String>,
    /// What may be and somebody should know: more children than places where places were taken away later.
    pub warnings: Vec<String>,
}

/// Derives the places in use from the bookings, looks for bookings that contradict themselves, proves where the money of
/// every campaign and voucher is, and that closed months are the sum of their days. Changes nothing; a server may go on
/// working.
///
/// # Errors
/// When the database cannot be read.
pub fn check(config: &Config, now: Timestamp) -> Result<Findings> {
    let policies = Policies::load(config.policy.as_deref(), config.holidays.as_deref())?;
    open(config)?.read_moment_blocking(|conn| {
        let mut differences = inventory::check(conn)?;
        differences.extend(bookings::check(conn, &policies, now)?);
        differences.extend(vouchers::check(conn)?);
        differences.extend(subsidies::check(conn)?);
        let warnings = inventory::overfull(conn, &policies, now.local_date())?;
        Ok(Findings { differences, warnings })
    })
}
