//! Who belongs to the family: seen, renamed, given another role, removed; leaving it.
//!
//! Everything that changes it locks the family first. A family always has a guardian.

use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    family::{Ability, ChangeMember, FamilyMember, FamilyPeople, Role, guardian_may_go},
    ids::{AccountId, FamilyId},
    phone::Phone,
    problem::FieldRule,
};

use super::{door_codes, invitations, lock, pick_ups, rules, store};
use crate::{
    accounts::sessions::{self, Holder},
    audit::{self, Action},
    db::{Conn, once},
    error::Result,
};

/// Everybody who belongs to the family, picks up for it or is invited.
pub fn people(conn: &mut Conn, now: Timestamp, holder: &Holder) -> Result<FamilyPeople> {
    let invites = holder.role.may(Ability::ManageFamily);
    let members = store::members(conn, holder.family)?.into_iter().filter_map(|member| {
        Some(FamilyMember {
            id: member.account_id,
            role: member.role,
            name: member.name,
            phone_masked: member.phone.parse::<Phone>().ok()?.masked(),
            joined_at: member.joined_at,
            is_me: member.account_id == holder.account,
        })
    });
    Ok(FamilyPeople {
        members: members.collect(),
        pick_up_persons: pick_ups::list(conn, holder.family)?,
        invitations: if invites { invitations::of_family(conn, now, holder)? } else { Vec::new() },
    })
}

/// Whether the number is of somebody in the family, in whatever role.
pub fn has_phone(conn: &mut Conn, family: FamilyId, phone: &Phone) -> Result<bool> {
    Ok(store::has_phone(conn, family, phone)?)
}

/// Whose sessions are to end once the change is committed; none when they may go on.
pub type SignedOut = Option<AccountId>;

/// Changes name or role of a guardian or a member.
///
/// # Errors
/// `not-found` for anybody else, `invalid`, `last-guardian`.
pub fn change(conn: &mut Conn, now: Timestamp, holder: &Holder, change: &ChangeMember) -> Result<SignedOut> {
    let name = change.name.as_deref().map(|name| rules::name("name", name)).transpose()?;
    if change.role == Some(Role::PickUp) {
        return Err(Problem::field("role", FieldRule::Unknown, "guardian or member").into());
    }
    lock(conn, holder, Ability::ManageFamily)?;
    let before = member(conn, holder.family, change.id)?;
    if let Some(name) = name {
        store::rename(conn, holder.family, change.id, &name)?;
    }
    audit::record(conn, now, holder.account, Action::MemberChanged, change.id.0)?;
    let Some(role) = change.role.filter(|role| *role != before) else { return Ok(None) };
    if before == Role::Guardian {
        refuse_last(conn, holder.family)?;
        takes_leave_of_guardianship(conn, now, holder.family, change.id)?;
    }
    store::set_role(conn, holder.family, change.id, role)?;
    // What a session may is read with it: they sign in again.
    sessions::end_in(conn, now, change.id, holder.family)?;
    Ok(Some(change.id))
}

/// Removes a guardian or a member.
///
/// # Errors
/// `not-found` for anybody else, `last-guardian`.
pub fn remove(conn: &mut Conn, now: Timestamp, holder: &Holder, account: AccountId) -> Result<()> {
    door_codes::lock(conn, now, &[holder.family])?;
    lock(conn, holder, Ability::ManageFamily)?;
    let role = member(conn, holder.family, account)?;
    end(conn, now, holder.family, account, role)?;
    audit::record(conn, now, holder.account, Action::MemberRemoved, account.0)?;
    Ok(())
}

/// Leaves the family.
///
/// # Errors
/// `last-guardian`.
pub fn leave(conn: &mut Conn, now: Timestamp, holder: &Holder) -> Result<()> {
    door_codes::lock(conn, now, &[holder.family])?;
    lock(conn, holder, Ability::OwnAccount)?;
    let role = store::role(conn, holder.family, holder.account)?.ok_or(ProblemKind::Unauthenticated)?;
    end(conn, now, holder.family, holder.account, role)?;
    audit::record(conn, now, holder.account, Action::FamilyLeft, holder.family.0)?;
    Ok(())
}

/// Ends what an account is in a family that is locked, and its bookings before it, with everything that it could do by
/// it: codes for the door that it knows are so no more.
///
/// # Errors
/// `last-guardian`.
pub fn end(conn: &mut Conn, now: Timestamp, family: FamilyId, account: AccountId, role: Role) -> Result<()> {
    match role {
        Role::Guardian => {
            refuse_last(conn, family)?;
            takes_leave_of_guardianship(conn, now, family, account)?;
        }
        Role::Member => {}
        Role::PickUp => pick_ups::sign_out(conn, family, account)?,
    }
    store::delete_member(conn, family, account)?;
    if role.may(Ability::SeeBookings) {
        door_codes::renew(conn, now, family)?;
    }
    sessions::end_in(conn, now, account, family)?;
    // What was answered to their calls is not answered again.
    once::forget(conn, account)?;
    Ok(())
}

/// What a guardian has sent out or knows by heart, and can be ended: invitations, and the links of calendars.
fn takes_leave_of_guardianship(conn: &mut Conn, now: Timestamp, family: FamilyId, account: AccountId) -> Result<()> {
    invitations::take_back_of(conn, now, family, account)?;
    Ok(store::end_calendar_links(conn, family)?)
}

fn refuse_last(conn: &mut Conn, family: FamilyId) -> Result<()> {
    let guardians = store::guardians(conn, &[family])?.len();
    if guardian_may_go(guardians) { Ok(()) } else { Err(ProblemKind::LastGuardian.into()) }
}

fn member(conn: &mut Conn, family: FamilyId, account: AccountId) -> Result<Role> {
    let role = store::role(conn, family, account)?.filter(|role| *role != Role::PickUp);
    Ok(role.ok_or(ProblemKind::NotFound)?)
}
