//! Persons who only pick up: known to the family by name and photo, signing in only once they have accepted.

pub mod photo;
mod store;

use std::collections::HashMap;

use doorstep_shared::{
    ProblemKind, Timestamp,
    family::{Ability, AddPickUpPerson, ChangePickUpPerson, PickUpPerson, PickUpPersonExport, Role},
    ids::{AccountId, FamilyId, PickUpPersonId},
    phone::Phone,
};

use super::{
    invitations::{self, Invited, Inviting},
    lock, members, rules,
};
use crate::{
    accounts::{keys::Keys, sessions::Holder},
    audit::{self, Action},
    db::Conn,
    error::Result,
};

/// The persons of a family, by name.
pub fn list(conn: &mut Conn, family: FamilyId) -> Result<Vec<PickUpPerson>> {
    Ok(store::list(conn, family)?.into_iter().map(shown).collect())
}

/// One of them.
///
/// # Errors
/// `not-found` when it is another family's.
pub fn get(conn: &mut Conn, family: FamilyId, id: PickUpPersonId) -> Result<PickUpPerson> {
    find(conn, family, id).map(shown)
}

fn find(conn: &mut Conn, family: FamilyId, id: PickUpPersonId) -> Result<store::Row> {
    Ok(store::find(conn, family, id)?.ok_or(ProblemKind::NotFound)?)
}

fn shown(row: store::Row) -> PickUpPerson {
    PickUpPerson {
        id: row.id,
        name: row.name,
        relation: row.relation,
        phone_masked: row.phone.and_then(|phone| Some(phone.parse::<Phone>().ok()?.masked())),
        has_photo: row.has_photo,
        signs_in: row.account_id.is_some(),
    }
}

/// Adds a person; one with a phone number is invited to sign in.
///
/// # Errors
/// `invalid`, and what inviting refuses.
pub fn add(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    holder: &Holder,
    person: &AddPickUpPerson,
) -> Result<PickUpPersonId> {
    let (name, relation) = (rules::name("name", &person.name)?, rules::words("relation", &person.relation)?);
    lock(conn, holder, Ability::ManageFamily)?;
    invitations::refuse_many(conn, now, with, holder.family)?;
    let id = PickUpPersonId::new();
    store::insert(conn, now, holder.family, id, &name, &relation)?;
    audit::record(conn, now, holder.account, Action::PickUpPersonAdded, id.0)?;
    if let Some(phone) = &person.phone {
        give_phone(conn, now, with, holder, id, &name, phone)?;
    }
    Ok(id)
}

fn give_phone(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    holder: &Holder,
    id: PickUpPersonId,
    name: &str,
    phone: &Phone,
) -> Result<()> {
    store::set_phone(conn, id, Some(phone))?;
    let invited = Invited { phone: phone.clone(), role: Role::PickUp, name: name.to_owned(), person: Some(id) };
    invitations::send(conn, now, with, holder, &invited)?;
    Ok(())
}

/// Changes what is named.
///
/// # Errors
/// `not-found`, `invalid`, and what inviting refuses.
pub fn change(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    holder: &Holder,
    change: &ChangePickUpPerson,
) -> Result<(PickUpPersonId, members::SignedOut)> {
    let name = change.name.as_deref().map(|name| rules::name("name", name)).transpose()?;
    let relation = change.relation.as_deref().map(|words| rules::words("relation", words)).transpose()?;
    lock(conn, holder, Ability::ManageFamily)?;
    let before = find(conn, holder.family, change.id)?;
    let name = name.unwrap_or(before.name);
    store::rename(conn, change.id, &name, &relation.unwrap_or(before.relation))?;
    audit::record(conn, now, holder.account, Action::PickUpPersonChanged, change.id.0)?;
    let phone = change.phone.as_ref().filter(|_| !change.without_phone);
    let is_same = phone.is_none_or(|phone| before.phone.as_deref() == Some(phone.as_str()));
    if is_same && !change.without_phone {
        return Ok((change.id, None));
    }
    let signed_out = forget_phone(conn, now, holder.family, change.id, before.account_id)?;
    if let Some(phone) = phone {
        give_phone(conn, now, with, holder, change.id, &name, phone)?;
    }
    Ok((change.id, signed_out))
}

/// Whom a code is for.
pub struct Contact {
    pub phone: Option<Phone>,
}

/// Who is to pick up.
///
/// # Errors
/// `not-found` when it is another family's.
pub fn contact(conn: &mut Conn, family: FamilyId, id: PickUpPersonId) -> Result<Contact> {
    let phone = find(conn, family, id)?.phone.and_then(|phone| phone.parse().ok());
    Ok(Contact { phone })
}

/// Nobody signs in as this person any more.
fn forget_phone(
    conn: &mut Conn,
    now: Timestamp,
    family: FamilyId,
    id: PickUpPersonId,
    account: Option<AccountId>,
) -> Result<members::SignedOut> {
    invitations::take_back_for(conn, now, family, id)?;
    store::set_phone(conn, id, None)?;
    if let Some(account) = account {
        members::end(conn, now, family, account, Role::PickUp)?;
    }
    Ok(account)
}

/// Removes a person with photo and codes.
///
/// # Errors
/// `not-found`.
pub fn remove(conn: &mut Conn, now: Timestamp, holder: &Holder, id: PickUpPersonId) -> Result<members::SignedOut> {
    lock(conn, holder, Ability::ManageFamily)?;
    let person = find(conn, holder.family, id)?;
    let signed_out = forget_phone(conn, now, holder.family, id, person.account_id)?;
    store::delete(conn, id)?;
    audit::record(conn, now, holder.account, Action::PickUpPersonRemoved, id.0)?;
    Ok(signed_out)
}

/// Who has accepted signs in as this person.
pub fn sign_in_as(conn: &mut Conn, id: PickUpPersonId, account: AccountId) -> Result<()> {
    Ok(store::set_account(conn, id, account)?)
}

/// An account picks up for the family no more; whom it signed in as stays, without a phone number.
pub fn sign_out(conn: &mut Conn, family: FamilyId, account: AccountId) -> Result<()> {
    Ok(store::unset_account(conn, family, account)?)
}

/// Forgets a number wherever families have written it.
pub fn forget_number(conn: &mut Conn, phone: &Phone) -> Result<()> {
    Ok(store::forget_number(conn, phone)?)
}

/// What is kept about each person, for the family's export.
pub fn export(conn: &mut Conn, keys: &Keys, family: FamilyId) -> Result<Vec<PickUpPersonExport>> {
    let mut photos: HashMap<_, _> = photo::all(conn, keys, family)?.into_iter().collect();
    let person = |row: store::Row| PickUpPersonExport {
        photo_base64: photos.remove(&row.id),
        name: row.name,
        relation: row.relation,
        phone: row.phone,
    };
    Ok(store::list(conn, family)?.into_iter().map(person).collect())
}

/// Everybody who picks up for a family that ends.
pub fn forget_family(conn: &mut Conn, family: FamilyId) -> Result<()> {
    Ok(store::delete_all(conn, family)?)
}
