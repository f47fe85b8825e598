//! A guardian's consents: each to one purpose, with the version of its text and the time.

use doorstep_shared::{
    Timestamp,
    children::{ConsentGiven, ConsentPurpose, GiveConsent},
    ids::{AccountId, ChildId, FamilyId},
};

use super::{
    find, lock, refuse_booked,
    rules::{self, Standing},
    store,
};
use crate::{
    accounts::sessions::Holder,
    audit::{self, Action},
    db::Conn,
    error::Result,
};

/// The consents given for a child, oldest first, withdrawn ones included.
///
/// # Errors
/// `not-found` when the child is erased or another family's.
pub fn list(conn: &mut Conn, family: FamilyId, child: ChildId) -> Result<Vec<ConsentGiven>> {
    find(conn, family, child)?;
    of(conn, child)
}

/// Gives a consent; changes nothing when it is in force already.
///
/// # Errors
/// `invalid` when the version is not the one in force; `not-found`.
pub fn give(conn: &mut Conn, now: Timestamp, holder: &Holder, given: &GiveConsent) -> Result<ConsentGiven> {
    rules::checked_version(given.purpose, &given.version).map_err(|problem| *problem)?;
    lock(conn, holder)?;
    find(conn, holder.family, given.id)?;
    note(conn, now, holder.account, given.id, given.purpose)
}

/// Withdraws a consent; changes nothing when it was not given. Without `health`, allergies and notes are erased.
///
/// # Errors
/// `still-booked` when it is `care` and there are bookings to come; `not-found`.
pub fn withdraw(
    conn: &mut Conn,
    now: Timestamp,
    holder: &Holder,
    child: ChildId,
    purpose: ConsentPurpose,
) -> Result<()> {
    lock(conn, holder)?;
    find(conn, holder.family, child)?;
    match purpose {
        ConsentPurpose::Care => refuse_booked(conn, now, &[child])?,
        ConsentPurpose::Health => store::erase_health(conn, child)?,
    }
    if store::withdraw(conn, child, Some(purpose), now)? > 0 {
        audit::record(conn, now, holder.account, Action::ConsentWithdrawn, child.0)?;
    }
    Ok(())
}

/// All consents of a child that is known to be the family's.
pub fn of(conn: &mut Conn, child: ChildId) -> Result<Vec<ConsentGiven>> {
    Ok(store::consents(conn, child)?)
}

/// How the consent to one purpose stands.
pub fn standing(conn: &mut Conn, child: ChildId, purpose: ConsentPurpose) -> Result<Standing> {
    let given: Vec<_> = of(conn, child)?.into_iter().filter(|consent| consent.purpose == purpose).collect();
    Ok(match given.last() {
        None => Standing::NeverGiven,
        Some(_) if given.iter().any(|consent| consent.withdrawn_at.is_none()) => Standing::InForce,
        Some(_) => Standing::Withdrawn,
    })
}

/// Notes a consent to the text in force, unless there is one.
pub fn note(
    conn: &mut Conn,
    now: Timestamp,
    account: AccountId,
    child: ChildId,
    purpose: ConsentPurpose,
) -> Result<ConsentGiven> {
    let version = purpose.version();
    let in_force = of(conn, child)?
        .into_iter()
        .find(|consent| consent.purpose == purpose && consent.version == version && consent.withdrawn_at.is_none());
    if let Some(given) = in_force {
        return Ok(given);
    }
    let given = ConsentGiven { purpose, version: version.to_owned(), given_at: now, withdrawn_at: None };
    store::insert_consent(conn, account, child, &given)?;
    audit::record(conn, now, account, Action::ConsentGiven, child.0)?;
    Ok(given)
}

pub fn withdraw_all(conn: &mut Conn, child: ChildId, now: Timestamp) -> Result<()> {
    store::withdraw(conn, child, None, now)?;
    Ok(())
}
