//! Opening an invitation, and accepting it.
//!
//! Whoever has the code and knows the phone that it was sent to is taken for its owner. Another phone costs one of a few
//! tries, so that a link that was found opens nothing.

use doorstep_shared::{
    ProblemKind, Timestamp,
    ids::{AccountId, SessionId},
    phone::Phone,
    secret::Secret,
    staff::{StaffInvitationAnswer, StaffInvitationPurpose, StaffMe},
};

use super::{CHARACTERS, hash, staff, store};
use crate::{
    accounts::{
        codes,
        credentials::{self, NewCredential, Proof, TotpSecret},
        families,
        keys::Keys,
        sessions::{self, Held, Lifetime, StaffHolder},
    },
    audit::{self, Action},
    db::Conn,
    error::Result,
};

/// Tries with another phone, after which the invitation has ended.
const TRIES: i16 = 5;

/// How an invitation is accepted.
#[derive(Clone, PartialEq, Eq)]
pub enum Way {
    /// With a new password, and the app that was set up with this secret.
    Enrol(TotpSecret),
    /// With password and code that the account has.
    SignIn,
}

/// An invitation that can be accepted.
pub struct Opened {
    pub row: store::Row,
    pub way: Way,
}

/// Opens the invitation of a code, and keeps it from others until the transaction ends.
///
/// The inner error is `not-found` for a code or a phone that it is not, `invitation-ended` for one that is over; it must
/// be committed, because it counts.
pub fn open(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    phone: &Phone,
    code: &Secret,
) -> Result<Result<Opened, ProblemKind>> {
    let Some(code) = credentials::plain(code.expose(), CHARACTERS) else { return Ok(Err(ProblemKind::NotFound)) };
    let Some(row) = store::lock_by_code(conn, &hash(keys, &code))? else { return Ok(Err(ProblemKind::NotFound)) };
    if row.phone != phone.as_str() {
        store::count_try(conn, row.id)?;
        return Ok(Err(ProblemKind::NotFound));
    }
    if row.answer.is_some() || row.expires_at <= now || row.tries >= TRIES {
        return Ok(Err(ProblemKind::InvitationEnded));
    }
    let way = match row.purpose {
        StaffInvitationPurpose::Join if credentials::has(conn, phone)? => Way::SignIn,
        StaffInvitationPurpose::Join | StaffInvitationPurpose::Reset => Way::Enrol(app(conn, keys, &row)?),
    };
    Ok(Ok(Opened { row, way }))
}

/// The secret with which the app is set up: the same each time that the invitation is opened.
fn app(conn: &mut Conn, keys: &Keys, row: &store::Row) -> Result<TotpSecret> {
    let place = [b"invitation ".as_slice(), row.id.0.as_bytes()].concat();
    if let Some(sealed) = &row.totp_sealed {
        return TotpSecret::of(&keys.open_bytes(&place, sealed)?);
    }
    let secret = TotpSecret::draw()?;
    store::put_app(conn, row.id, &keys.seal_bytes(&place, secret.bytes())?)?;
    Ok(secret)
}

/// Who has accepted, signed in.
pub struct Joined {
    pub held: Held<StaffHolder>,
    pub me: StaffMe,
    /// As they are written down; none where the account had a credential.
    pub recovery_codes: Vec<String>,
}

/// Accepts with a new credential. The old one's sessions end.
///
/// The inner error is as with [`open`].
pub fn enrol(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    lifetime: Lifetime,
    (phone, code): (&Phone, &Secret),
    new: &NewCredential,
) -> Result<Result<Joined, ProblemKind>> {
    lock(conn, keys, phone, code)?;
    let opened = match open(conn, now, keys, phone, code)? {
        Ok(opened) if opened.way == Way::Enrol(new.totp.clone()) => opened,
        // It was accepted, or the account got a password elsewhere, since it was opened.
        Ok(_) => return Ok(Err(ProblemKind::InvitationEnded)),
        Err(refused) => return Ok(Err(refused)),
    };
    let account = families::account_of(conn, now, phone)?;
    sessions::end_at_work(conn, now, account)?;
    let recovery_codes = credentials::put(conn, now, keys, account, new)?;
    let (held, me) = accept(conn, now, lifetime, &opened.row, account)?;
    Ok(Ok(Joined { held, me, recovery_codes }))
}

/// Accepts with what the account signs in with.
///
/// The inner error is as with [`open`], or `wrong-credentials` when the proof was used up.
pub fn join(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    lifetime: Lifetime,
    (phone, code): (&Phone, &Secret),
    proof: &Proof,
) -> Result<Result<Joined, ProblemKind>> {
    lock(conn, keys, phone, code)?;
    let opened = match open(conn, now, keys, phone, code)? {
        Ok(opened) if opened.way == Way::SignIn => opened,
        Ok(_) => return Ok(Err(ProblemKind::InvitationEnded)),
        Err(refused) => return Ok(Err(refused)),
    };
    if !proof.redeem(conn, now)? {
        return Ok(Err(ProblemKind::WrongCredentials));
    }
    let (held, me) = accept(conn, now, lifetime, &opened.row, proof.account)?;
    Ok(Ok(Joined { held, me, recovery_codes: Vec::new() }))
}

/// In the order of everybody who changes who works at a nursery: its staff, the phone, and then the invitation.
fn lock(conn: &mut Conn, keys: &Keys, phone: &Phone, code: &Secret) -> Result<()> {
    if let Some(code) = credentials::plain(code.expose(), CHARACTERS)
        && let Some(nursery) = store::nursery_of_code(conn, &hash(keys, &code))?
    {
        staff::lock_staff(conn, nursery)?;
    }
    Ok(codes::lock_phone(conn, phone)?)
}

fn accept(
    conn: &mut Conn,
    now: Timestamp,
    lifetime: Lifetime,
    row: &store::Row,
    account: AccountId,
) -> Result<(Held<StaffHolder>, StaffMe)> {
    store::answer(conn, now, row.id, StaffInvitationAnswer::Accepted)?;
    let role = match (staff::role(conn, row.nursery_id, account)?, row.purpose) {
        // Who works there already stays what they are.
        (Some(role), _) => role,
        (None, StaffInvitationPurpose::Join) => {
            staff::insert_member(conn, now, row.nursery_id, account, row.role, &row.name)?;
            row.role
        }
        // Who is removed has no open invitation left; should that fail, nothing is changed.
        (None, StaffInvitationPurpose::Reset) => return Err(ProblemKind::InvitationEnded.into()),
    };
    staff::choose(conn, now, account, row.nursery_id)?;
    audit::record(conn, now, account, Action::StaffInvitationAccepted, row.id.0)?;
    let holder = StaffHolder { session: SessionId::new(), account, nursery: row.nursery_id, role };
    let held = sessions::start(conn, now, lifetime, holder)?;
    Ok((held, super::super::me(conn, &holder)?))
}
