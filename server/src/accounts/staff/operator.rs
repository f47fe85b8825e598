//! What the operator does by command line: the first head of a nursery, and heads who have lost their password.

use std::{path::Path, sync::Arc};

use doorstep_shared::{Timestamp, ids::NurseryId, phone::Phone, staff::StaffInvitationPurpose};

use super::{
    Colleague,
    invitations::{self, Invited, Inviting},
    store,
};
use crate::{
    accounts::{families, keys::Keys},
    db::Conn,
    error::{Error, Result},
    language,
    policy::StaffRules,
};

/// Invites in the name of nobody, without a limit.
#[derive(Clone)]
pub struct Operator {
    keys: Arc<Keys>,
    rules: StaffRules,
    site: String,
}

impl Operator {
    /// With the keys in the data folder, under these rules, to a site at this address.
    ///
    /// # Errors
    /// When the folder cannot be written, or others can read a key.
    pub fn at(data: &Path, rules: StaffRules, site: String) -> Result<Self> {
        Ok(Self { keys: Arc::new(Keys::open(data)?), rules, site })
    }

    fn inviting(&self) -> Inviting<'_> {
        Inviting { rules: self.rules, keys: &self.keys, locale: language::NURSERY, site: &self.site }
    }

    /// The nursery with this id or filing number.
    ///
    /// # Errors
    /// When there is none, or several have that number.
    pub fn nursery(&self, conn: &mut Conn, named: &str) -> Result<NurseryId> {
        let found = match named.parse::<NurseryId>() {
            Ok(id) => store::nurseries_by_id(conn, id)?,
            Err(_) => store::nurseries_by_filing_no(conn, named)?,
        };
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(Error::internal(format!("there is no nursery with the id or filing number {named:?}"))),
            _ => Err(Error::internal(format!("several nurseries have the filing number {named:?}; take the id"))),
        }
    }

    /// Invites somebody to work at a nursery; returns the link that was sent.
    ///
    /// # Errors
    /// `invalid` when the number works there already, or the name is none.
    pub fn invite(&self, conn: &mut Conn, now: Timestamp, new: &Colleague) -> Result<String> {
        store::lock_staff(conn, new.nursery)?;
        let invited = Invited {
            purpose: StaffInvitationPurpose::Join,
            nursery: new.nursery,
            phone: new.phone.clone(),
            role: new.role,
            name: families::person_name("name", &new.name)?,
            by: None,
        };
        Ok(invitations::send(conn, now, &self.inviting(), &invited)?.1)
    }

    /// Lets somebody begin anew with another password and app; returns the link that was sent.
    ///
    /// # Errors
    /// When the number works nowhere.
    pub fn reset(&self, conn: &mut Conn, now: Timestamp, phone: &Phone) -> Result<String> {
        let nobody = || Error::internal(format!("{} works at no nursery", phone.as_str()));
        let (nursery, role, name) = store::works_at(conn, phone)?.ok_or_else(nobody)?;
        store::lock_staff(conn, nursery)?;
        let purpose = StaffInvitationPurpose::Reset;
        let invited = Invited { purpose, nursery, phone: phone.clone(), role, name, by: None };
        Ok(invitations::send(conn, now, &self.inviting(), &invited)?.1)
    }
}
