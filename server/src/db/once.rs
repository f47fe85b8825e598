//! Idempotency: the committed answer of an unsafe call, stored in the transaction that made it.

use std::collections::HashMap;

use chrono::Duration;
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{self, Array, BigInt, Binary, Nullable, Text},
};
use doorstep_shared::{ProblemKind, Timestamp, ids::AccountId};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use super::{Conn, fixed::Fixed, schema::idempotency};
use crate::error::{Error, Result};

/// How long a key is remembered.
pub const KEPT: Duration = Duration::hours(24);

/// One unsafe call with its `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Hash of account, route and key.
    pub scope: Vec<u8>,
    pub account: Option<AccountId>,
    pub body_hash: Vec<u8>,
    pub now: Timestamp,
}

impl Once {
    /// `body` is the request in its canonical form, so that the order of fields does not matter.
    pub fn new(account: Option<AccountId>, route: &str, key: &str, body: &[u8], now: Timestamp) -> Self {
        let owner = account.map(|account| account.0.into_bytes()).unwrap_or_default();
        let scope = Sha256::new().chain_update(owner).chain_update(route).chain_update([0]).chain_update(key);
        Self { scope: scope.finalize().to_vec(), account, body_hash: Sha256::digest(body).to_vec(), now }
    }
}

/// Answers that have been given, by call.
#[derive(Default)]
pub struct Answers(HashMap<Vec<u8>, (Vec<u8>, String)>);

impl Answers {
    /// What was answered to this call. None: it has not happened.
    ///
    /// The inner error is `key-reused`: the key was used with another body.
    pub fn of(&self, call: &Once) -> Option<Result<&str>> {
        let (body_hash, answer) = self.0.get(&call.scope)?;
        Some(if *body_hash == call.body_hash { Ok(answer) } else { Err(ProblemKind::KeyReused.into()) })
    }

    /// Adds an answer that this transaction gives, for the same call later in its batch.
    pub fn add(&mut self, call: &Once, answer: String) {
        self.0.insert(call.scope.clone(), (call.body_hash.clone(), answer));
    }
}

/// The answers already committed for these calls, one statement for all.
pub fn replay_batch(conn: &mut Conn, calls: &[&Once]) -> QueryResult<Answers> {
    let Some(now) = calls.iter().map(|call| call.now).max() else { return Ok(Answers::default()) };
    let rows: Vec<(Vec<u8>, Vec<u8>, String)> = idempotency::table
        .filter(idempotency::scope.eq_any(calls.iter().map(|call| call.scope.clone())))
        .filter(idempotency::created_at.gt(now - KEPT))
        .select((idempotency::scope, idempotency::body_hash, idempotency::answer))
        .load(conn)?;
    Ok(Answers(rows.into_iter().map(|(scope, hash, answer)| (scope, (hash, answer))).collect()))
}

/// Stores answers, one statement for all. Unique by scope: the same call committed by another process fails here.
pub fn remember_batch(conn: &mut Conn, answers: &[(&Once, String)]) -> QueryResult<()> {
    if answers.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Postgres(conn) => remember_postgres_batch(conn, answers),
        Conn::Sqlite(conn) => {
            // One by one: the statements are known already, and nothing travels.
            for (once, answer) in answers {
                // A key older than a day may be used again.
                let old = idempotency::table.find(&once.scope).filter(idempotency::created_at.le(once.now - KEPT));
                diesel::delete(old).execute(conn)?;
                let row = (
                    idempotency::scope.eq(&once.scope),
                    idempotency::account_id.eq(once.account),
                    idempotency::body_hash.eq(&once.body_hash),
                    idempotency::answer.eq(answer),
                    idempotency::created_at.eq(once.now),
                );
                diesel::insert_into(idempotency::table).values(row).execute(conn)?;
            }
            Ok(())
        }
    }
}

fn remember_postgres_batch(conn: &mut PgConnection, answers: &[(&Once, String)]) -> QueryResult<()> {
    let Some(now) = answers.iter().map(|(once, _)| once.now).max() else { return Ok(()) };
    let insert = |sql| {
        Fixed::new(sql)
            .bind::<Array<Binary>, _>(answers.iter().map(|(once, _)| once.scope.as_slice()).collect::<Vec<_>>())
            .bind::<Array<Nullable<Binary>>, _>(answers.iter().map(|(once, _)| once.account).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(answers.iter().map(|(once, _)| once.body_hash.as_slice()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(answers.iter().map(|(_, answer)| answer.as_str()).collect::<Vec<_>>())
            .bind::<Array<sql_types::Timestamp>, _>(answers.iter().map(|(once, _)| once.now).collect::<Vec<_>>())
    };
    // A key older than a day may be used again.
    let kept = insert(
        "INSERT INTO idempotency (scope, account_id, body_hash, answer, created_at) \
         SELECT * FROM unnest(?, ?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE SET account_id = EXCLUDED.account_id, \
         body_hash = EXCLUDED.body_hash, answer = EXCLUDED.answer, created_at = EXCLUDED.created_at \
         WHERE idempotency.created_at <= ?",
    );
    if kept.bind::<sql_types::Timestamp, _>(now - KEPT).execute(conn)? < answers.len() {
        // Another process has committed one of the calls: the database says so in its own words.
        let strictly = insert(
            "INSERT INTO idempotency (scope, account_id, body_hash, answer, created_at) \
             SELECT * FROM unnest(?, ?, ?, ?, ?)",
        );
        strictly.execute(conn)?;
    }
    Ok(())
}

/// Keeps the same call from running elsewhere until the transaction ends, so that whoever comes second finds the answer.
/// Before any other lock. SQLite has one writer.
pub fn lock(conn: &mut Conn, call: &Once) -> QueryResult<()> {
    let Conn::Postgres(conn) = conn else { return Ok(()) };
    // Two calls that share a number wait for each other without need, and nothing else.
    let number = call.scope.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
    sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(number).execute(conn)?;
    Ok(())
}

/// The committed answer of this call, if there is one.
pub fn replay<T: DeserializeOwned>(conn: &mut Conn, call: &Once) -> Result<Option<T>> {
    match replay_batch(conn, &[call])?.of(call) {
        None => Ok(None),
        Some(answer) => Ok(Some(serde_json::from_str(answer?).map_err(Error::internal)?)),
    }
}

/// Stores the answer of this call.
pub fn remember<T: Serialize>(conn: &mut Conn, call: &Once, answer: &T) -> Result<()> {
    let answer = serde_json::to_string(answer).map_err(Error::internal)?;
    Ok(remember_batch(conn, &[(call, answer)])?)
}

/// Forgets what an account was answered: it names children, and has nothing to answer for when they are erased.
///
/// # Errors
/// When the database fails.
pub fn forget(conn: &mut Conn, account: AccountId) -> QueryResult<()> {
    diesel::delete(idempotency::table.filter(idempotency::account_id.eq(account))).execute(conn)?;
    Ok(())
}

/// Rows erased in one transaction at most.
const PRUNED: i64 = 5_000;

/// Forgets keys older than a day, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let old: Vec<Vec<u8>> = idempotency::table
        .filter(idempotency::created_at.le(now - KEPT))
        .select(idempotency::scope)
        .limit(PRUNED)
        .load(conn)?;
    diesel::delete(idempotency::table.filter(idempotency::scope.eq_any(old))).execute(conn)
}
