//! By what ways an account is told besides its inbox.

mod store;

use doorstep_shared::{
    ProblemKind,
    ids::AccountId,
    messages::{ChangeChannels, Channels},
};

use crate::{db::Conn, error::Result};

/// # Errors
/// `unauthenticated` when the account was erased a moment ago.
pub fn get(conn: &mut Conn, account: AccountId) -> Result<Channels> {
    let (language, sms) = store::find(conn, account)?.ok_or(ProblemKind::Unauthenticated)?;
    Ok(Channels { language, sms })
}

/// Takes over what is named and leaves the rest.
///
/// # Errors
/// As [`get`].
pub fn change(conn: &mut Conn, account: AccountId, change: ChangeChannels) -> Result<Channels> {
    store::update(conn, account, change)?;
    get(conn, account)
}
