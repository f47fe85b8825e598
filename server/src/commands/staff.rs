//! `doorstep staff`

use clap::{Args, Subcommand};
use doorstep_shared::{Timestamp, phone::Phone, staff::StaffRole};

use super::open;
use crate::{
    accounts::{Colleague, Operator},
    config::Config,
    error::{Error, Result},
    policy::Policies,
};

#[derive(Clone, Debug, Subcommand)]
pub enum Staff {
    /// Invite somebody to work at a nursery: its first head, who then invites the others. Sends a link that works once,
    /// and prints it.
    Invite(Invite),
    /// Let somebody who has lost password or phone begin anew: a head, whom nobody at the nursery can. Sends a link that
    /// works once, and prints it.
    Reset {
        /// The number that signs in.
        phone: Phone,
    },
}

#[derive(Clone, Debug, Args)]
pub struct Invite {
    /// Id or filing number of the nursery.
    nursery: String,
    /// Mobile number; the link is sent there, and works with it only.
    phone: Phone,
    /// As the nursery knows them.
    name: String,
    /// `head`, `teacher` or `front_desk`.
    #[arg(long, default_value_t = StaffRole::Head)]
    role: StaffRole,
}

/// Writes the invitation; returns its link.
///
/// # Errors
/// When there is no such nursery or number, or the number works there already.
pub fn staff(config: &Config, wanted: &Staff, now: Timestamp) -> Result<String> {
    let policies = Policies::load(config.policy.as_deref(), config.holidays.as_deref())?;
    let db = open(config)?;
    let operator = Operator::at(&config.data, policies.on(now.local_date()).staff, config.origin())?;
    let wanted = wanted.clone();
    let written = db.write_blocking(move |conn| match &wanted {
        Staff::Reset { phone } => operator.reset(conn, now, phone),
        Staff::Invite(Invite { nursery, phone, name, role }) => {
            let nursery = operator.nursery(conn, nursery)?;
            let (phone, role, name) = (phone.clone(), *role, name.clone());
            operator.invite(conn, now, &Colleague { nursery, phone, role, name })
        }
    });
    written.map_err(in_words)
}

/// What is wrong with a field, without the form that the callers of the API get.
pub fn in_words(error: Error) -> Error {
    match error {
        Error::Refused(problem) => match problem.fields.first() {
            Some(wrong) => Error::internal(format!("{}: {}", wrong.field, wrong.detail)),
            None => Error::Refused(problem),
        },
        other => other,
    }
}
