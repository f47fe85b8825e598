//! Who works at the nursery: seen, renamed, given another role, removed.
//!
//! Everything that changes it locks the nursery's staff first, so that of two heads who remove each other one stays.

use doorstep_shared::{
    ProblemKind, Timestamp,
    accounts::SessionKind,
    ids::{AccountId, NurseryId},
    phone::Phone,
    staff::{ChangeStaff, StaffAbility, StaffMember, StaffPeople, StaffRole, head_may_go},
};

use super::{invitations, store};
use crate::{
    accounts::{
        credentials, families,
        sessions::{self, StaffHolder},
    },
    audit::{self, Action},
    db::{Conn, once},
    error::Result,
};

/// Keeps other changes of who works there away until the transaction ends.
///
/// # Errors
/// `unauthenticated` when who asks was removed a moment ago, `forbidden` when their role was taken.
pub fn lock(conn: &mut Conn, holder: &StaffHolder, ability: StaffAbility) -> Result<()> {
    store::lock_staff(conn, holder.nursery)?;
    match store::role(conn, holder.nursery, holder.account)? {
        None => Err(ProblemKind::Unauthenticated.into()),
        Some(role) if role.may(ability) => Ok(()),
        Some(_) => Err(ProblemKind::Forbidden.into()),
    }
}

/// Everybody who works there or is invited to.
pub fn people(conn: &mut Conn, now: Timestamp, holder: &StaffHolder) -> Result<StaffPeople> {
    let members = store::members(conn, holder.nursery)?.into_iter().filter_map(|member| {
        Some(StaffMember {
            id: member.account_id,
            role: member.role,
            name: member.name,
            phone_masked: member.phone.parse::<Phone>().ok()?.masked(),
            joined_at: member.joined_at,
            is_me: member.account_id == holder.account,
        })
    });
    Ok(StaffPeople { members: members.collect(), invitations: invitations::of_nursery(conn, now, holder.nursery)? })
}

/// Whose sessions are to end once the change is committed; none when they may go on.
pub type SignedOut = Option<AccountId>;

/// Changes name or role.
///
/// # Errors
/// `not-found` for who does not work there, `invalid`, `last-head`.
pub fn change(conn: &mut Conn, now: Timestamp, holder: &StaffHolder, change: &ChangeStaff) -> Result<SignedOut> {
    let name = change.name.as_deref().map(|name| families::person_name("name", name)).transpose()?;
    lock(conn, holder, StaffAbility::ManageStaff)?;
    let before = store::role(conn, holder.nursery, change.id)?.ok_or(ProblemKind::NotFound)?;
    if let Some(name) = name {
        store::rename(conn, holder.nursery, change.id, &name)?;
    }
    audit::record(conn, now, holder.account, Action::StaffChanged, change.id.0)?;
    let Some(role) = change.role.filter(|role| *role != before) else { return Ok(None) };
    if before == StaffRole::Head {
        refuse_last(conn, holder.nursery)?;
        invitations::take_back_of(conn, now, holder.nursery, change.id)?;
    }
    store::set_role(conn, holder.nursery, change.id, role)?;
    // What a session may is read with it: they sign in again.
    sessions::end_at(conn, now, change.id, holder.nursery)?;
    Ok(Some(change.id))
}

/// Removes somebody. Who works nowhere any more keeps no password either.
///
/// # Errors
/// `not-found` for who does not work there, `last-head`.
pub fn remove(conn: &mut Conn, now: Timestamp, holder: &StaffHolder, account: AccountId) -> Result<()> {
    lock(conn, holder, StaffAbility::ManageStaff)?;
    let role = store::role(conn, holder.nursery, account)?.ok_or(ProblemKind::NotFound)?;
    if role == StaffRole::Head {
        refuse_last(conn, holder.nursery)?;
    }
    let phone = families::phone(conn, account)?;
    invitations::take_back_of(conn, now, holder.nursery, account)?;
    invitations::take_back_for(conn, now, holder.nursery, &phone)?;
    store::delete_member(conn, holder.nursery, account)?;
    sessions::end_at(conn, now, account, holder.nursery)?;
    // What was answered to their calls is not answered again.
    once::forget(conn, account)?;
    if !super::works(conn, account)? {
        credentials::forget(conn, account)?;
        sessions::end_all(conn, now, account, SessionKind::Staff)?;
    }
    audit::record(conn, now, holder.account, Action::StaffRemoved, account.0)?;
    Ok(())
}

fn refuse_last(conn: &mut Conn, nursery: NurseryId) -> Result<()> {
    if head_may_go(store::heads(conn, nursery)?) { Ok(()) } else { Err(ProblemKind::LastHead.into()) }
}
