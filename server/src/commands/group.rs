//! `doorstep group`

use clap::Args;
use doorstep_shared::{Timestamp, bookings::PriorityGroup, ids::ChildId};

use super::open;
use crate::{
    bookings,
    config::Config,
    error::{Error, Result},
    policy::Policies,
};

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Id of the child.
    child: ChildId,
    /// `hardship`, `left_behind`, `migrant` or `own_staff`, where the city's policy has it. Unless told: none any more.
    group: Option<PriorityGroup>,
}

/// Writes down that the city has confirmed whose child comes first in line. It counts for what the family waits for from
/// then on.
///
/// # Errors
/// When there is no such child, or the city does not put that group first.
pub fn group(config: &Config, options: &Options, now: Timestamp) -> Result<()> {
    let policies = Policies::load(config.policy.as_deref(), config.holidays.as_deref())?;
    let Options { child, group } = *options;
    let first = &policies.on(now.local_date()).waitlist.priority_groups;
    if let Some(group) = group.filter(|group| !first.contains(group)) {
        return Err(Error::internal(format!("the city's policy does not put {group} first")));
    }
    let found = open(config)?.write_blocking(move |conn| Ok(bookings::set_group(conn, now, child, group)?))?;
    if found { Ok(()) } else { Err(Error::internal(format!("there is no child {child}"))) }
}
