//! Who works at a nursery. An account may work at several, as those of a chain do, and acts for one at a time.
//!
//! It may be a parent's, too: that is another session, with other cookies and other powers.

mod demo;
mod http;
mod invitations;
mod operator;
mod people;
mod security;
mod store;

use std::{path::Path, sync::Arc};

use doorstep_shared::{
    ProblemKind, Timestamp,
    ids::{AccountId, NurseryId, SessionId},
    phone::Phone,
    staff::{StaffMe, StaffRole},
};

pub use self::{demo::DemoCodes, http::register, invitations::prune, operator::Operator};
use super::{
    BoardSeal,
    credentials::{self, NewCredential},
    families, issuers,
    keys::Keys,
    sessions::{self, StaffHolder},
};
use crate::{db::Conn, error::Result};

/// Whether an account works anywhere, for an issuer too: then it keeps its password.
pub fn works(conn: &mut Conn, account: AccountId) -> Result<bool> {
    Ok(store::chosen(conn, account)?.is_some() || issuers::works(conn, account)?)
}

/// As whom an account acts in a new session: at the nursery that it chose last. None when it works nowhere.
pub fn chosen(conn: &mut Conn, account: AccountId) -> Result<Option<StaffHolder>> {
    let chosen = store::chosen(conn, account)?;
    Ok(chosen.map(|(nursery, role)| StaffHolder { session: SessionId::new(), account, nursery, role }))
}

/// Lets the session act for another nursery of the account.
///
/// # Errors
/// `not-found` for a nursery that it does not work at.
fn choose(conn: &mut Conn, now: Timestamp, holder: &StaffHolder, at: NurseryId) -> Result<(StaffHolder, StaffMe)> {
    let role = store::choose(conn, now, holder.account, at)?.ok_or(ProblemKind::NotFound)?;
    sessions::act_at(conn, holder.session, at)?;
    let holder = StaffHolder { nursery: at, role, ..*holder };
    Ok((holder, me(conn, &holder)?))
}

/// The account as it sees itself.
///
/// # Errors
/// `unauthenticated` when it was removed a moment ago.
pub fn me(conn: &mut Conn, holder: &StaffHolder) -> Result<StaffMe> {
    let phone = families::phone(conn, holder.account)?;
    let workplaces = store::workplaces(conn, holder.account)?;
    let at = workplaces.iter().find(|place| place.nursery_id == holder.nursery).cloned();
    let at = at.ok_or(ProblemKind::Unauthenticated)?;
    Ok(StaffMe { id: holder.account, phone_masked: phone.masked(), at, workplaces })
}

/// Somebody who is to work at a nursery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub nursery: NurseryId,
    pub phone: Phone,
    pub role: StaffRole,
    pub name: String,
}

/// Puts people to work without an invitation: those of made-up nurseries.
#[derive(Clone)]
pub struct Enlister(Arc<Keys>);

impl Enlister {
    /// Reads the keys in the data folder, and makes them at first start.
    ///
    /// # Errors
    /// When the folder cannot be written, or others can read a key.
    pub fn at(data: &Path) -> Result<Self> {
        Ok(Self(Arc::new(Keys::open(data)?)))
    }

    /// What seals the actions of boards.
    pub fn board_seal(&self) -> BoardSeal {
        BoardSeal(Arc::clone(&self.0))
    }

    /// Without a credential they keep the one that they have from another nursery. Returns the recovery codes of a new
    /// one.
    ///
    /// # Errors
    /// When they work there already.
    pub fn enlist(
        &self,
        conn: &mut Conn,
        now: Timestamp,
        new: &Colleague,
        credential: Option<&NewCredential>,
    ) -> Result<Vec<String>> {
        let account = families::account_of(conn, now, &new.phone)?;
        store::insert_member(conn, now, new.nursery, account, new.role, &new.name)?;
        let Some(credential) = credential else { return Ok(Vec::new()) };
        credentials::put(conn, now, &self.0, account, credential)
    }
}
