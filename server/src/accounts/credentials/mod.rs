//! Who proves who they are by a password and a second factor, whatever they work as.
//!
//! - `password`: what a password must be. `hashing`: how it is kept, and how many are checked at once.
//! - `totp`, `recovery`: the second factor, each code good once.
//! - `devices`, `tries`: how often one may be wrong, and that strangers keep nobody out.
//!
//! An unknown phone, a wrong password, a wrong code and a used one are answered alike and after the same steps.

mod devices;
mod hashing;
mod password;
mod recovery;
mod sign_in;
mod store;
mod totp;
mod tries;

use std::sync::Arc;

use actix_web::HttpRequest;
use doorstep_shared::{
    Problem, ProblemKind, Timestamp, ids::AccountId, phone::Phone, problem::FieldRule, secret::Secret,
};

use self::{
    hashing::Lane,
    tries::{Trier, Try},
};
pub use self::{
    hashing::{Hashing, hash},
    recovery::{characters, plain},
    sign_in::sign_in,
    totp::TotpSecret,
    tries::prune,
};
use super::{cookies, keys::Keys};
use crate::{
    app::App,
    auth::{self, Reply},
    db::Conn,
    error::Result,
};

/// What somebody types in the second place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Factor {
    /// Six digits of the app.
    App(Secret),
    /// A recovery code, as it was drawn.
    Recovery(Secret),
}

impl Factor {
    /// # Errors
    /// `invalid` when it can be neither; that costs no try.
    fn read(field: &str, typed: &Secret) -> Result<Self, Problem> {
        let digits: String = typed.expose().chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::App(Secret(digits)));
        }
        let code = recovery::read(typed.expose()).map(|code| Self::Recovery(Secret(code)));
        code.ok_or_else(|| Problem::field(field, FieldRule::NotACode, "six digits, or a recovery code of twelve signs"))
    }
}

/// Reads the wide digits of Chinese keyboards.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        c => c,
    }
}

/// What was proved, to be used up in the transaction that follows from it.
pub struct Proof {
    pub account: AccountId,
    /// The password that was proved is the one since then.
    changed_at: Timestamp,
    used: Used,
    taken: Try,
}

enum Used {
    /// The code of this time step.
    Step(i64),
    /// The recovery code with this hash.
    Recovery(Vec<u8>),
}

impl Proof {
    /// Uses the code up; false when another call has done so since it was proved, or the password was changed.
    pub fn redeem(&self, conn: &mut Conn, now: Timestamp) -> Result<bool> {
        let redeemed = match &self.used {
            Used::Step(step) => store::take_step(conn, self.account, *step, self.changed_at)?,
            Used::Recovery(hash) => store::use_recovery_code(conn, self.account, hash, now)?,
        };
        if redeemed {
            tries::forgive(conn, self.taken)?;
        }
        Ok(redeemed)
    }
}

/// A credential as it is checked.
struct Known {
    row: store::Row,
    recovery: Vec<Vec<u8>>,
}

/// Checks phone, password and code, which costs a try.
///
/// # Errors
/// `wrong-credentials`; `too-many-requests` after too many of these; `unavailable` when too many passwords are being
/// checked; `invalid` when the code can be none.
pub async fn prove(
    app: &App,
    request: &HttpRequest,
    now: Timestamp,
    phone: &Phone,
    password: Secret,
    code: &Secret,
) -> Result<Proof> {
    let factor = Factor::read("code", code)?;
    let keys = Arc::clone(&app.accounts.keys);
    let device = devices::known(&keys, phone, &cookies::staff_device(app, request).unwrap_or_default());
    let place = app.accounts.hashing.reserve(if device.is_some() { Lane::Known } else { Lane::Strangers })?;
    let trier = Trier { phone: phone.clone(), address: auth::address(app, request), device };
    let rules = app.policy.on(now.local_date()).staff;
    let found = app.db.write(move |conn| {
        let taken = tries::take(conn, now, &keys, rules, &trier)?;
        let row = store::by_phone(conn, &trier.phone)?;
        // As many statements for an unknown phone.
        let account = row.as_ref().map_or_else(AccountId::new, |row| row.account);
        let recovery = store::recovery_codes(conn, account)?;
        Ok((taken, row.map(|row| Known { row, recovery })))
    });
    let (taken, known) = found.await?;
    let hash = known.as_ref().map(|known| known.row.password_hash.clone());
    let is_password = place.verify(password, hash).await?;
    // Checked whether or not the password was right.
    let used = match &known {
        Some(known) => second(&app.accounts.keys, known, &factor, now)?,
        None => None,
    };
    match (is_password, known, used) {
        (true, Some(known), Some(used)) => {
            Ok(Proof { account: known.row.account, changed_at: known.row.changed_at, used, taken })
        }
        _ => Err(ProblemKind::WrongCredentials.into()),
    }
}

fn second(keys: &Keys, known: &Known, factor: &Factor, now: Timestamp) -> Result<Option<Used>> {
    let Known { row, recovery } = known;
    Ok(match factor {
        Factor::App(code) => {
            let secret = TotpSecret::of(&keys.open_bytes(&place_of(row.account), &row.totp_sealed)?)?;
            let step = secret.step_of(code.expose(), now)?.filter(|step| *step > row.totp_step);
            step.map(Used::Step)
        }
        Factor::Recovery(code) => {
            let hash = recovery::hash(keys, row.account, code.expose());
            recovery.contains(&hash).then_some(Used::Recovery(hash))
        }
    })
}

/// Where the secret of an account's app is sealed.
fn place_of(account: AccountId) -> Vec<u8> {
    [b"totp ".as_slice(), account.0.as_bytes()].concat()
}

/// The device is known to this phone from now on.
///
/// # Errors
/// When the system has no random bytes.
pub fn mark_device(app: &App, request: &HttpRequest, reply: &Reply, phone: &Phone) -> Result<()> {
    let before = cookies::staff_device(app, request).unwrap_or_default();
    cookies::set_staff_device(app, reply, devices::marked(&app.accounts.keys, phone, &before)?);
    Ok(())
}

/// What an account proves itself by.
pub struct NewCredential {
    /// As [`hash`] gives it.
    pub password_hash: String,
    pub totp: TotpSecret,
    /// The step of the code by which its owner has shown that the app is set up; no code up to it is taken again.
    pub totp_step: i64,
}

/// Gives an account a credential, in the place of the one that it may have, and returns its recovery codes.
pub fn put(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    account: AccountId,
    new: &NewCredential,
) -> Result<Vec<String>> {
    let row = store::Row {
        account,
        password_hash: new.password_hash.clone(),
        totp_sealed: keys.seal_bytes(&place_of(account), new.totp.bytes())?,
        totp_step: new.totp_step,
        changed_at: now,
    };
    store::put(conn, &row)?;
    draw_recovery_codes(conn, keys, account)
}

/// Gives an account ten recovery codes in the place of all it had, and returns them: they are kept nowhere.
pub fn draw_recovery_codes(conn: &mut Conn, keys: &Keys, account: AccountId) -> Result<Vec<String>> {
    let codes = recovery::draw()?;
    let plain = codes.iter().filter_map(|code| recovery::read(code));
    let hashes: Vec<_> = plain.map(|code| recovery::hash(keys, account, &code)).collect();
    store::put_recovery_codes(conn, account, &hashes)?;
    Ok(codes)
}

/// Refuses a new password that is short or easily guessed.
///
/// # Errors
/// `invalid`, naming the field.
pub fn check_password(
    app: &App,
    now: Timestamp,
    field: &str,
    password: &Secret,
    phone: &Phone,
    name: &str,
) -> Result<(), Problem> {
    let least = app.policy.on(now.local_date()).staff.password_characters;
    password::check(field, password, least.into(), phone, name)
}

/// The hash of the password that somebody chooses who is signed in.
///
/// # Errors
/// `unavailable` when too many passwords are being checked.
pub async fn hash_for_known(app: &App, password: Secret) -> Result<String> {
    app.accounts.hashing.reserve(Lane::Known)?.hash(password).await
}

/// The same for somebody who has an invitation only.
///
/// # Errors
/// As [`hash_for_known`].
pub async fn hash_for_stranger(app: &App, password: Secret) -> Result<String> {
    app.accounts.hashing.reserve(Lane::Strangers)?.hash(password).await
}

/// Whether a phone has a password.
pub fn has(conn: &mut Conn, phone: &Phone) -> Result<bool> {
    Ok(store::by_phone(conn, phone)?.is_some())
}

/// When password or app were last changed, and how many recovery codes are left.
///
/// # Errors
/// `unauthenticated` when the account has none any more.
pub fn summary(conn: &mut Conn, account: AccountId) -> Result<(Timestamp, u16)> {
    let changed_at = store::changed_at(conn, account)?.ok_or(ProblemKind::Unauthenticated)?;
    let left = store::recovery_codes(conn, account)?.len();
    Ok((changed_at, u16::try_from(left).unwrap_or(u16::MAX)))
}

pub fn set_password(conn: &mut Conn, now: Timestamp, account: AccountId, hash: &str) -> Result<()> {
    Ok(store::set_password(conn, account, hash, now)?)
}

/// Keeps the secret of another app, until that has shown its first code.
pub fn begin_app(conn: &mut Conn, keys: &Keys, account: AccountId, secret: &TotpSecret) -> Result<()> {
    let sealed = keys.seal_bytes(&place_of(account), secret.bytes())?;
    Ok(store::put_next_app(conn, account, &sealed)?)
}

/// Puts the other app in the place of the present one; false when that is not its code.
///
/// # Errors
/// `not-found` when none is being set up.
pub fn confirm_app(conn: &mut Conn, now: Timestamp, keys: &Keys, account: AccountId, code: &Secret) -> Result<bool> {
    let sealed = store::next_app(conn, account)?.ok_or(ProblemKind::NotFound)?;
    let secret = TotpSecret::of(&keys.open_bytes(&place_of(account), &sealed)?)?;
    let Some(step) = secret.step_of(code.expose().trim(), now)? else { return Ok(false) };
    store::take_next_app(conn, account, &sealed, step, now)?;
    Ok(true)
}

/// The account signs in by password no more.
pub fn forget(conn: &mut Conn, account: AccountId) -> Result<()> {
    store::put_recovery_codes(conn, account, &[])?;
    Ok(store::delete(conn, account)?)
}

/// The code that an account can sign in with now: the present one or, once that was used, the next. For demonstrations.
pub fn code_now(conn: &mut Conn, now: Timestamp, keys: &Keys, account: AccountId) -> Result<Option<String>> {
    let Some(row) = store::by_account(conn, account)? else { return Ok(None) };
    let present = totp::step_at(now);
    let step = present.max(row.totp_step + 1);
    let secret = TotpSecret::of(&keys.open_bytes(&place_of(account), &row.totp_sealed)?)?;
    if step > present + 1 { Ok(None) } else { secret.code(step).map(Some) }
}
