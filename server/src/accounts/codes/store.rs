//! The rows of sign-in codes.

use diesel::prelude::*;
use doorstep_shared::{Timestamp, phone::Phone};
use uuid::Uuid;

use super::limits::Scope;
use crate::db::{Conn, schema::login_code};

/// The code that can still be tried.
pub struct Latest {
    pub id: Uuid,
    pub hash: Vec<u8>,
    /// Keyed hash of the address that asked for it.
    pub address: Vec<u8>,
}

/// Keeps other processes from counting this phone's codes until the transaction ends.
pub fn lock_phone(conn: &mut Conn, phone: &Phone) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))")
                .bind::<diesel::sql_types::Text, _>(phone.as_str())
                .execute(conn)?;
        }
        // There is one writer.
        Conn::Sqlite(_) => (),
    }
    Ok(())
}

/// When the `n`th latest code of the scope was sent; None when there are fewer.
pub fn nth_latest(
    conn: &mut Conn,
    scope: Scope,
    n: u16,
    phone: &Phone,
    address: &[u8],
) -> QueryResult<Option<Timestamp>> {
    let mut query = login_code::table.select(login_code::sent_at).into_boxed();
    query = match scope {
        Scope::Phone => query.filter(login_code::phone.eq(phone.as_str().to_owned())),
        Scope::PhoneByAddress => query
            .filter(login_code::phone.eq(phone.as_str().to_owned()))
            .filter(login_code::address_hash.eq(address.to_vec())),
        Scope::Address => query.filter(login_code::address_hash.eq(address.to_vec())),
        Scope::All => query,
    };
    query.order(login_code::sent_at.desc()).offset(i64::from(n) - 1).limit(1).first(conn).optional()
}

pub fn insert(
    conn: &mut Conn,
    id: Uuid,
    phone: &Phone,
    hash: &[u8],
    address: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(login_code::table)
        .values((
            login_code::id.eq(id.as_bytes().to_vec()),
            login_code::phone.eq(phone.as_str()),
            login_code::code_hash.eq(hash.to_vec()),
            login_code::address_hash.eq(address.to_vec()),
            login_code::sent_at.eq(now),
            login_code::expires_at.eq(expires_at),
            login_code::tries.eq(0_i16),
        ))
        .execute(conn)?;
    Ok(())
}

/// The last code sent to the phone: those before it are void.
pub fn latest(conn: &mut Conn, phone: &Phone) -> QueryResult<Option<Latest>> {
    let row: Option<(Vec<u8>, Vec<u8>, Vec<u8>)> = login_code::table
        .filter(login_code::phone.eq(phone.as_str()))
        .order((login_code::sent_at.desc(), login_code::id.desc()))
        .select((login_code::id, login_code::code_hash, login_code::address_hash))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(id, hash, address)| Some(Latest { id: Uuid::from_slice(&id).ok()?, hash, address })))
}

/// Counts one more try, by a stranger or by who asked for the code; false when the code is used, expired or tried too
/// often by the likes of them. Locks the row.
pub fn take_try(conn: &mut Conn, id: Uuid, now: Timestamp, is_stranger: bool, most: i16) -> QueryResult<bool> {
    let open = login_code::table
        .filter(login_code::id.eq(id.as_bytes().to_vec()))
        .filter(login_code::used_at.is_null())
        .filter(login_code::expires_at.gt(now));
    let counted = if is_stranger {
        diesel::update(open.filter(login_code::stranger_tries.lt(most)))
            .set(login_code::stranger_tries.eq(login_code::stranger_tries + 1))
            .execute(conn)?
    } else {
        diesel::update(open.filter(login_code::tries.lt(most)))
            .set(login_code::tries.eq(login_code::tries + 1))
            .execute(conn)?
    };
    Ok(counted == 1)
}

/// False when it was used up a moment ago.
pub fn use_up(conn: &mut Conn, id: Uuid, now: Timestamp) -> QueryResult<bool> {
    let unused =
        login_code::table.filter(login_code::id.eq(id.as_bytes().to_vec())).filter(login_code::used_at.is_null());
    Ok(diesel::update(unused).set(login_code::used_at.eq(now)).execute(conn)? == 1)
}

/// Rows erased in one transaction at most.
const PRUNED: i64 = 5_000;

pub fn delete_before(conn: &mut Conn, oldest: Timestamp) -> QueryResult<usize> {
    let old: Vec<Vec<u8>> =
        login_code::table.filter(login_code::sent_at.le(oldest)).select(login_code::id).limit(PRUNED).load(conn)?;
    diesel::delete(login_code::table.filter(login_code::id.eq_any(old))).execute(conn)
}
