//! Invitations to work at a nursery, and to begin anew with a lost password: a code in a link, sent by text message to
//! the phone that it is for, good once and for a limited time.
//!
//! The code is shown to nobody else, not to the head who invites either, and is kept as a hash. What a head writes never
//! enters the message.

mod accept;
mod http;
mod store;

use chrono::Duration;
use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    ids::{AccountId, NurseryId, StaffInvitationId},
    messages::MessageKind,
    phone::Phone,
    problem::FieldRule,
    staff::{InviteStaff, StaffAbility, StaffInvitation, StaffInvitationAnswer, StaffInvitationPurpose, StaffRole},
};
use doorstep_web::{Locale, nursery::messages};

pub use self::http::register;
use self::store::{Sent, Which};
use super::{people, store as staff};
use crate::{
    accounts::{
        codes, credentials, families, issuers,
        keys::{Keys, Purpose},
        sessions::StaffHolder,
    },
    audit::{self, Action},
    db::Conn,
    error::Result,
    outbox::{self, Channel, Message, Notice},
    policy::StaffRules,
};

/// How long invitations are kept after they have ended.
const KEPT: Duration = Duration::days(7);
/// The time in which limits count.
const DAY: Duration = Duration::days(1);
/// Characters of a code, five bits each.
const CHARACTERS: usize = 16;

/// What inviting needs beside the database.
pub struct Inviting<'a> {
    pub rules: StaffRules,
    pub keys: &'a Keys,
    /// In which the invited is told.
    pub locale: Locale,
    /// Where to sign in, as people type it.
    pub site: &'a str,
}

/// Who is invited, for what.
pub struct Invited {
    pub purpose: StaffInvitationPurpose,
    pub nursery: NurseryId,
    pub phone: Phone,
    pub role: StaffRole,
    pub name: String,
    /// None: the operator.
    pub by: Option<AccountId>,
}

/// Invites somebody to work at the nursery; an open invitation of the same number is taken back.
///
/// # Errors
/// `invalid` when the number works there already; `too-many-requests` when the nursery has invited too many today.
pub fn invite(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    holder: &StaffHolder,
    asked: &InviteStaff,
) -> Result<StaffInvitationId> {
    let name = families::person_name("name", &asked.name)?;
    people::lock(conn, holder, StaffAbility::ManageStaff)?;
    let invited = Invited {
        purpose: StaffInvitationPurpose::Join,
        nursery: holder.nursery,
        phone: asked.phone.clone(),
        role: asked.role,
        name,
        by: Some(holder.account),
    };
    let (id, _) = send(conn, now, with, &invited)?;
    audit::record(conn, now, holder.account, Action::StaffInvited, id.0)?;
    Ok(id)
}

/// Lets somebody of the nursery begin anew with a new password and app.
///
/// # Errors
/// `not-found` for who does not work there; `forbidden` for who is a head anywhere or works for an issuer, so that no head
/// can take another nursery or an issuer over; `too-many-requests` as [`invite`].
pub fn reset(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    holder: &StaffHolder,
    account: AccountId,
) -> Result<StaffInvitationId> {
    people::lock(conn, holder, StaffAbility::ManageStaff)?;
    let (role, name) = staff::member(conn, holder.nursery, account)?.ok_or(ProblemKind::NotFound)?;
    if staff::is_head(conn, account)? || issuers::works(conn, account)? {
        return Err(ProblemKind::Forbidden.into());
    }
    let invited = Invited {
        purpose: StaffInvitationPurpose::Reset,
        nursery: holder.nursery,
        phone: families::phone(conn, account)?,
        role,
        name,
        by: Some(holder.account),
    };
    let (id, _) = send(conn, now, with, &invited)?;
    audit::record(conn, now, holder.account, Action::StaffLetInAnew, account.0)?;
    Ok(id)
}

/// Writes an invitation and tells the invited. The nursery's staff must be locked. Returns the link, too.
///
/// # Errors
/// As [`invite`].
pub fn send(
    conn: &mut Conn,
    now: Timestamp,
    with: &Inviting<'_>,
    invited: &Invited,
) -> Result<(StaffInvitationId, String)> {
    let Invited { nursery, phone, .. } = invited;
    if invited.purpose == StaffInvitationPurpose::Join && staff::has_phone(conn, *nursery, phone)? {
        return Err(Problem::field("phone", FieldRule::Twice, "this number works at the nursery already").into());
    }
    codes::lock_phone(conn, phone)?;
    store::take_back(conn, now, *nursery, &Which::Phone(phone))?;
    refuse_many(conn, now, with.rules, invited)?;
    let (id, code) = (StaffInvitationId::new(), credentials::characters::<CHARACTERS>()?);
    let expires_at = now + Duration::hours(with.rules.invitation_hours.into());
    store::insert(conn, id, invited, &hash(with.keys, &code), now, expires_at)?;
    let link = format!("{}/staff/join?code={code}", with.site);
    let name = store::nursery_name(conn, *nursery)?.ok_or(ProblemKind::NotFound)?;
    let body = match invited.purpose {
        StaffInvitationPurpose::Join => messages::invitation(&name, &link, with.rules.invitation_hours, with.locale),
        StaffInvitationPurpose::Reset => messages::reset(&name, &link, with.rules.invitation_hours, with.locale),
    };
    let event = format!("staff-invitation:{id}");
    let message = Message { event, recipient: phone.as_str().to_owned(), channel: Channel::Sms, body };
    outbox::tell_batch(conn, now, &[Notice { kind: MessageKind::Code, until: Some(expires_at), ..message.into() }])?;
    Ok((id, link))
}

/// # Errors
/// `too-many-requests` when the nursery has invited, or the phone was sent, as many as may be in a day. The operator
/// invites without limit.
fn refuse_many(conn: &mut Conn, now: Timestamp, rules: StaffRules, invited: &Invited) -> Result<()> {
    if invited.by.is_none() {
        return Ok(());
    }
    let of_nursery = store::sent_since(conn, &Sent::By(invited.nursery), now - DAY)?;
    let to_phone = store::sent_since(conn, &Sent::To(&invited.phone), now - DAY)?;
    for (sent, most) in [(of_nursery, rules.invitations_a_day), (to_phone, rules.invitation_texts_a_day)] {
        if let Some(oldest) = sent.get(usize::from(most).saturating_sub(1)) {
            let wait = codes::seconds(*oldest + DAY - now);
            return Err(Problem::new(ProblemKind::TooManyRequests).retry_after_s(wait).into());
        }
    }
    Ok(())
}

/// What is kept of a code.
fn hash(keys: &Keys, code: &str) -> [u8; 32] {
    keys.hash(Purpose::Invitation, &[code.as_bytes()])
}

/// The nursery's invitations that were not accepted nor taken back, newest first.
pub fn of_nursery(conn: &mut Conn, now: Timestamp, nursery: NurseryId) -> Result<Vec<StaffInvitation>> {
    Ok(store::unanswered(conn, nursery)?.into_iter().filter_map(|row| shown(row, now)).collect())
}

/// One of them.
///
/// # Errors
/// `not-found` when it is another nursery's.
pub fn get(conn: &mut Conn, now: Timestamp, nursery: NurseryId, id: StaffInvitationId) -> Result<StaffInvitation> {
    let found = of_nursery(conn, now, nursery)?.into_iter().find(|invitation| invitation.id == id);
    Ok(found.ok_or(ProblemKind::NotFound)?)
}

fn shown(row: store::Row, now: Timestamp) -> Option<StaffInvitation> {
    Some(StaffInvitation {
        id: row.id,
        purpose: row.purpose,
        role: row.role,
        name: row.name,
        phone_masked: row.phone.parse::<Phone>().ok()?.masked(),
        created_at: row.created_at,
        expires_at: row.expires_at,
        is_open: row.expires_at > now,
    })
}

/// Takes an invitation back, or puts away one that ran out.
///
/// # Errors
/// `not-found` for another nursery's, `invitation-ended` when it was accepted or taken back before.
pub fn revoke(conn: &mut Conn, now: Timestamp, holder: &StaffHolder, id: StaffInvitationId) -> Result<()> {
    people::lock(conn, holder, StaffAbility::ManageStaff)?;
    let row = store::find(conn, id)?.filter(|row| row.nursery_id == holder.nursery).ok_or(ProblemKind::NotFound)?;
    if row.answer.is_some() {
        return Err(ProblemKind::InvitationEnded.into());
    }
    store::answer(conn, now, id, StaffInvitationAnswer::Revoked)?;
    audit::record(conn, now, holder.account, Action::StaffInvitationRevoked, id.0)?;
    Ok(())
}

/// A head is one no more: what they have sent out and nobody has accepted is taken back.
pub fn take_back_of(conn: &mut Conn, now: Timestamp, nursery: NurseryId, account: AccountId) -> Result<()> {
    Ok(store::take_back(conn, now, nursery, &Which::By(account))?)
}

/// Somebody was removed: what was sent to them is taken back.
pub fn take_back_for(conn: &mut Conn, now: Timestamp, nursery: NurseryId, phone: &Phone) -> Result<()> {
    Ok(store::take_back(conn, now, nursery, &Which::Phone(phone))?)
}

/// Forgets invitations that ended long enough ago, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> diesel::QueryResult<usize> {
    store::delete_over(conn, now - KEPT)
}
