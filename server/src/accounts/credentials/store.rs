//! The rows of credentials, recovery codes, and wrong tries.

use diesel::prelude::*;
use doorstep_shared::{Timestamp, ids::AccountId, phone::Phone};

use super::tries::{Marks, Scope, Try};
use crate::db::{
    Conn,
    schema::{account, credential, recovery_code, sign_in_try},
};

pub struct Row {
    pub account: AccountId,
    pub password_hash: String,
    pub totp_sealed: Vec<u8>,
    pub totp_step: i64,
    pub changed_at: Timestamp,
}

type Columns = (AccountId, String, Vec<u8>, i64, Timestamp);

const COLUMNS: (
    credential::account_id,
    credential::password_hash,
    credential::totp_sealed,
    credential::totp_step,
    credential::changed_at,
) = (
    credential::account_id,
    credential::password_hash,
    credential::totp_sealed,
    credential::totp_step,
    credential::changed_at,
);

fn row((account, password_hash, totp_sealed, totp_step, changed_at): Columns) -> Row {
    Row { account, password_hash, totp_sealed, totp_step, changed_at }
}

pub fn by_phone(conn: &mut Conn, phone: &Phone) -> QueryResult<Option<Row>> {
    let of_phone = credential::table.inner_join(account::table).filter(account::phone.eq(phone.as_str()));
    let found: Option<Columns> = of_phone.select(COLUMNS).first(conn).optional()?;
    Ok(found.map(row))
}

pub fn by_account(conn: &mut Conn, account: AccountId) -> QueryResult<Option<Row>> {
    let found: Option<Columns> = credential::table.find(account).select(COLUMNS).first(conn).optional()?;
    Ok(found.map(row))
}

/// Hashes of the recovery codes that have not been used.
pub fn recovery_codes(conn: &mut Conn, account: AccountId) -> QueryResult<Vec<Vec<u8>>> {
    recovery_code::table
        .filter(recovery_code::account_id.eq(account))
        .filter(recovery_code::used_at.is_null())
        .select(recovery_code::code_hash)
        .load(conn)
}

/// Notes that a code of this step was taken; false when one of it or a later one was before, or the password is another
/// by now. Locks the row.
pub fn take_step(conn: &mut Conn, account: AccountId, step: i64, changed_at: Timestamp) -> QueryResult<bool> {
    let fresh = credential::table
        .find(account)
        .filter(credential::totp_step.lt(step))
        .filter(credential::changed_at.eq(changed_at));
    Ok(diesel::update(fresh).set(credential::totp_step.eq(step)).execute(conn)? == 1)
}

/// Uses a recovery code up; false when it was used a moment ago, or replaced.
pub fn use_recovery_code(conn: &mut Conn, account: AccountId, hash: &[u8], now: Timestamp) -> QueryResult<bool> {
    let unused = recovery_code::table.find((account, hash.to_vec())).filter(recovery_code::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_code::used_at.eq(now)).execute(conn)? == 1)
}

/// Writes the credential of an account, a new one or in the place of its old one.
pub fn put(conn: &mut Conn, new: &Row) -> QueryResult<()> {
    diesel::delete(credential::table.find(new.account)).execute(conn)?;
    diesel::insert_into(credential::table)
        .values((
            credential::account_id.eq(new.account),
            credential::password_hash.eq(&new.password_hash),
            credential::totp_sealed.eq(&new.totp_sealed),
            credential::totp_step.eq(new.totp_step),
            credential::changed_at.eq(new.changed_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn changed_at(conn: &mut Conn, account: AccountId) -> QueryResult<Option<Timestamp>> {
    credential::table.find(account).select(credential::changed_at).first(conn).optional()
}

pub fn set_password(conn: &mut Conn, account: AccountId, hash: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(credential::table.find(account))
        .set((credential::password_hash.eq(hash), credential::changed_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

pub fn put_next_app(conn: &mut Conn, account: AccountId, sealed: &[u8]) -> QueryResult<()> {
    diesel::update(credential::table.find(account))
        .set(credential::totp_next_sealed.eq(sealed.to_vec()))
        .execute(conn)?;
    Ok(())
}

pub fn next_app(conn: &mut Conn, account: AccountId) -> QueryResult<Option<Vec<u8>>> {
    let next: Option<Option<Vec<u8>>> =
        credential::table.find(account).select(credential::totp_next_sealed).first(conn).optional()?;
    Ok(next.flatten())
}

/// The app that was being set up is the present one, its code of this step taken.
pub fn take_next_app(conn: &mut Conn, account: AccountId, sealed: &[u8], step: i64, now: Timestamp) -> QueryResult<()> {
    diesel::update(credential::table.find(account))
        .set((
            credential::totp_sealed.eq(sealed.to_vec()),
            credential::totp_step.eq(step),
            credential::totp_next_sealed.eq(None::<Vec<u8>>),
            credential::changed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut Conn, account: AccountId) -> QueryResult<()> {
    diesel::delete(credential::table.find(account)).execute(conn)?;
    Ok(())
}

/// Puts new recovery codes in the place of all old ones.
pub fn put_recovery_codes(conn: &mut Conn, account: AccountId, hashes: &[Vec<u8>]) -> QueryResult<()> {
    diesel::delete(recovery_code::table.filter(recovery_code::account_id.eq(account))).execute(conn)?;
    for hash in hashes {
        let new = (recovery_code::account_id.eq(account), recovery_code::code_hash.eq(hash));
        diesel::insert_into(recovery_code::table).values(new).execute(conn)?;
    }
    Ok(())
}

/// When the `n`th latest try of the scope was; None when there are fewer.
pub fn nth_latest_try(conn: &mut Conn, scope: Scope, n: u16, marks: &Marks) -> QueryResult<Option<Timestamp>> {
    let query = sign_in_try::table.select(sign_in_try::at).into_boxed();
    let query = match scope {
        Scope::Device => query
            .filter(sign_in_try::phone_hash.eq(marks.phone.to_vec()))
            .filter(sign_in_try::device.eq(marks.device.map(|device| device.to_vec()))),
        Scope::Strangers => {
            query.filter(sign_in_try::phone_hash.eq(marks.phone.to_vec())).filter(sign_in_try::device.is_null())
        }
        Scope::Address => {
            query.filter(sign_in_try::address_hash.eq(marks.address.to_vec())).filter(sign_in_try::device.is_null())
        }
        Scope::All => query.filter(sign_in_try::device.is_null()),
    };
    query.order(sign_in_try::at.desc()).offset(i64::from(n) - 1).limit(1).first(conn).optional()
}

pub fn insert_try(conn: &mut Conn, taken: Try, marks: &Marks, now: Timestamp) -> QueryResult<()> {
    diesel::insert_into(sign_in_try::table)
        .values((
            sign_in_try::id.eq(taken.0.as_bytes().to_vec()),
            sign_in_try::phone_hash.eq(marks.phone.to_vec()),
            sign_in_try::address_hash.eq(marks.address.to_vec()),
            sign_in_try::device.eq(marks.device.map(|device| device.to_vec())),
            sign_in_try::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete_try(conn: &mut Conn, taken: Try) -> QueryResult<()> {
    diesel::delete(sign_in_try::table.find(taken.0.as_bytes().to_vec())).execute(conn)?;
    Ok(())
}

/// Rows erased in one transaction at most.
const PRUNED: i64 = 5_000;

pub fn delete_tries_before(conn: &mut Conn, oldest: Timestamp) -> QueryResult<usize> {
    let old: Vec<Vec<u8>> =
        sign_in_try::table.filter(sign_in_try::at.le(oldest)).select(sign_in_try::id).limit(PRUNED).load(conn)?;
    diesel::delete(sign_in_try::table.filter(sign_in_try::id.eq_any(old))).execute(conn)
}
