//! Invitations by phone number: sent by a guardian, found by whoever signs in with that number.
//!
//! Nothing here asks whether the number has an account, so no answer can tell. What the family writes never enters the
//! text message, so that nobody can send words of their own to strangers.

mod store;

use chrono::Duration;
use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    accounts::Me,
    family::{Ability, Invitation, InvitationAnswer, InvitationState, Invite, MyInvitation, Role},
    ids::{AccountId, FamilyId, InvitationId, PickUpPersonId},
    phone::Phone,
    problem::FieldRule,
};
use doorstep_web::{Locale, family::messages};

use self::store::Which;
use super::{Met, choose, lock, me, members, phone, pick_ups, rules, store as families};
use crate::{
    accounts::{codes, sessions::Holder},
    audit::{self, Action},
    db::Conn,
    error::Result,
    outbox::{self, Channel},
    policy::FamilyRules,
};

/// How long invitations are kept after they have ended, for the family to see what became of them.
pub const KEPT: Duration = Duration::days(7);
/// The time in which limits count.
const DAY: Duration = Duration::days(1);

/// What inviting needs beside the database.
pub struct Inviting<'a> {
    pub rules: FamilyRules,
    /// In which the invited is told.
    pub locale: Locale,
    /// Where to sign in, as people type it.
    pub site: &'a str,
}

/// Whom a family invites.
pub struct Invited {
    pub phone: Phone,
    pub role: Role,
    pub name: String,
    pub person: Option<PickUpPersonId>,
}

/// Invites a guardian or a member; an open invitation of the same number is taken back.
///
/// # Errors
/// `invalid` when the number belongs to the family already, or the family is too large; `too-many-requests` when it has
/// invited too many today.
pub fn invite(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    holder: &Holder,
    asked: &Invite,
) -> Result<InvitationId> {
    let name = rules::name("name", &asked.name)?;
    if asked.role == Role::PickUp {
        return Err(Problem::field("role", FieldRule::Unknown, "guardian or member").into());
    }
    lock(conn, holder, Ability::ManageFamily)?;
    store::take_back(conn, now, holder.family, Which::Phone(&asked.phone))?;
    refuse_many(conn, now, with, holder.family)?;
    let invited = Invited { phone: asked.phone.clone(), role: asked.role, name, person: None };
    send(conn, now, with, holder, &invited)
}

/// # Errors
/// `invalid` when nobody else fits into a family. It must be locked.
pub fn refuse_many(conn: &mut Conn, now: Timestamp, with: &Inviting<'_>, family: FamilyId) -> Result<()> {
    if store::people(conn, now, family)? < i64::from(with.rules.people) {
        return Ok(());
    }
    let detail = format!("a family has at most {} people", with.rules.people);
    Err(Problem::field("people", FieldRule::TooLarge, detail).into())
}

/// Writes an invitation and tells the invited. The family must be locked.
///
/// # Errors
/// As [`invite`].
pub fn send(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    holder: &Holder,
    invited: &Invited,
) -> Result<InvitationId> {
    let (family, rules) = (holder.family, with.rules);
    if members::has_phone(conn, family, &invited.phone)? {
        return Err(Problem::field("phone", FieldRule::Twice, "this number belongs to the family already").into());
    }
    let sent = store::sent_since(conn, family, now - DAY)?;
    if let Some(oldest) = sent.get(usize::from(rules.invitations_a_day).saturating_sub(1)) {
        let wait = (*oldest + DAY - now).num_seconds();
        return Err(Problem::new(ProblemKind::TooManyRequests).retry_after_s(u32::try_from(wait).unwrap_or(1)).into());
    }
    store::take_back(conn, now, family, Which::Phone(&invited.phone))?;
    codes::lock_phone(conn, &invited.phone)?;
    // Whoever is invited by many is told by text message so often and no more. They find the invitation all the same.
    let texted = store::texts_since(conn, &invited.phone, now - DAY)? < i64::from(rules.invitation_texts_a_day);
    let id = InvitationId::new();
    let expires_at = now + Duration::days(rules.invitation_days.into());
    store::insert(conn, id, holder, invited, texted, now, expires_at)?;
    if texted {
        let from = phone(conn, holder.account)?.masked();
        let text = messages::invitation(&from, rules.invitation_days.into(), with.site, with.locale);
        outbox::send(conn, now, format!("invitation:{id}"), invited.phone.as_str(), Channel::Sms, text)?;
    }
    audit::record(conn, now, holder.account, Action::RelativeInvited, id.0)?;
    Ok(id)
}

/// The family's invitations that were not accepted nor taken back, newest first.
pub fn of_family(conn: &mut Conn, now: Timestamp, holder: &Holder) -> Result<Vec<Invitation>> {
    Ok(store::of_family(conn, holder.family)?.into_iter().filter_map(|row| shown(row, now)).collect())
}

/// One of them.
///
/// # Errors
/// `not-found` when it is another family's.
pub fn get(conn: &mut Conn, now: Timestamp, holder: &Holder, id: InvitationId) -> Result<Invitation> {
    let found = of_family(conn, now, holder)?.into_iter().find(|invitation| invitation.id == id);
    Ok(found.ok_or(ProblemKind::NotFound)?)
}

fn shown(row: store::Row, now: Timestamp) -> Option<Invitation> {
    let state = match row.answer {
        None if row.expires_at > now => InvitationState::Open,
        None => InvitationState::Expired,
        Some(InvitationAnswer::Declined) => InvitationState::Declined,
        Some(InvitationAnswer::Accepted | InvitationAnswer::Revoked) => return None,
    };
    Some(Invitation {
        id: row.id,
        role: row.role,
        name: row.name,
        phone_masked: row.phone.parse::<Phone>().ok()?.masked(),
        person_id: row.person_id,
        created_at: row.created_at,
        expires_at: row.expires_at,
        state,
    })
}

/// Takes an invitation back.
///
/// # Errors
/// `not-found` for another family's, `invitation-ended` when it was answered.
pub fn revoke(conn: &mut Conn, now: Timestamp, holder: &Holder, id: InvitationId) -> Result<()> {
    lock(conn, holder, Ability::ManageFamily)?;
    let row = store::find(conn, id)?.filter(|row| row.family_id == holder.family).ok_or(ProblemKind::NotFound)?;
    // One that ran out or was declined may be put away, too.
    let is_over = row.answer == Some(InvitationAnswer::Declined) || row.expires_at <= now;
    if !is_over && !store::answer(conn, now, id, InvitationAnswer::Revoked)? {
        return Err(ProblemKind::InvitationEnded.into());
    }
    if is_over {
        store::put_away(conn, id)?;
    }
    audit::record(conn, now, holder.account, Action::InvitationRevoked, id.0)?;
    Ok(())
}

/// The open invitations of an account's number, newest first.
pub fn mine(conn: &mut Conn, now: Timestamp, holder: &Holder) -> Result<Vec<MyInvitation>> {
    let own = phone(conn, holder.account)?;
    let rows = store::of_phone(conn, now, &own)?;
    let mine = rows.into_iter().filter_map(|(row, from)| {
        let guardian_phone_masked = from.parse::<Phone>().ok()?.masked();
        Some(MyInvitation {
            id: row.id,
            role: row.role,
            name: row.name,
            guardian_phone_masked,
            expires_at: row.expires_at,
        })
    });
    Ok(mine.collect())
}

/// Accepts: the account belongs to the family, and its session acts for it. A family of its own with nothing in it is
/// given up.
///
/// # Errors
/// `not-found` unless it is of the account's number; `invitation-ended` when it ran out, was answered or taken back.
pub fn accept(conn: &mut Conn, now: Timestamp, holder: &Holder, id: InvitationId) -> Result<(Holder, Me)> {
    let row = of_own(conn, holder, id)?;
    // In the order of their ids, as everybody who locks two.
    let mut families = [holder.family, row.family_id];
    families.sort_unstable();
    let mut role_there = None;
    for family in families {
        let role = families::lock_family(conn, family, holder.account)?;
        if family == row.family_id {
            role_there = role;
        }
    }
    if !store::answer(conn, now, id, InvitationAnswer::Accepted)? {
        return Err(ProblemKind::InvitationEnded.into());
    }
    // Who belongs to it already stays what they are.
    if role_there.is_none() {
        let met = Met { account: holder.account, family: row.family_id, role: row.role };
        families::insert_member(conn, now, met, &row.name)?;
        if let Some(person) = row.person_id {
            pick_ups::sign_in_as(conn, person, holder.account)?;
        }
    }
    audit::record(conn, now, holder.account, Action::InvitationAccepted, id.0)?;
    let chosen = choose(conn, now, holder, row.family_id)?;
    if holder.family == row.family_id || !families::give_up_empty(conn, holder.family, holder.account)? {
        return Ok(chosen);
    }
    let (holder, _) = chosen;
    Ok((holder, me(conn, &holder)?))
}

/// Declines, which ends it.
///
/// # Errors
/// As [`accept`].
pub fn decline(conn: &mut Conn, now: Timestamp, holder: &Holder, id: InvitationId) -> Result<()> {
    of_own(conn, holder, id)?;
    if !store::answer(conn, now, id, InvitationAnswer::Declined)? {
        return Err(ProblemKind::InvitationEnded.into());
    }
    audit::record(conn, now, holder.account, Action::InvitationDeclined, id.0)?;
    Ok(())
}

fn of_own(conn: &mut Conn, holder: &Holder, id: InvitationId) -> Result<store::Row> {
    let own = phone(conn, holder.account)?;
    let row = store::find(conn, id)?.filter(|row| row.phone == own.as_str());
    Ok(row.ok_or(ProblemKind::NotFound)?)
}

/// A guardian is one no more: what they have sent out and nobody has answered is taken back.
pub fn take_back_of(conn: &mut Conn, now: Timestamp, family: FamilyId, account: AccountId) -> Result<()> {
    Ok(store::take_back(conn, now, family, Which::By(account))?)
}

/// Nobody is to sign in any more as a person who picks up.
pub fn take_back_for(conn: &mut Conn, now: Timestamp, family: FamilyId, person: PickUpPersonId) -> Result<()> {
    Ok(store::take_back(conn, now, family, Which::Person(person))?)
}

/// The family ends: nobody can accept, and its words are forgotten. Numbers go within the time that limits count, and
/// then with [`prune`].
pub fn forget_family(conn: &mut Conn, now: Timestamp, family: FamilyId) -> Result<()> {
    store::take_back(conn, now, family, Which::All)?;
    Ok(store::forget_family(conn, family, now - DAY)?)
}

/// Whoever has this number asks to be forgotten.
pub fn forget_phone(conn: &mut Conn, phone: &Phone) -> Result<()> {
    Ok(store::forget_phone(conn, phone)?)
}

/// Forgets invitations that ended long enough ago, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> diesel::QueryResult<usize> {
    store::delete_over(conn, now - KEPT)
}
