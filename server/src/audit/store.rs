//! The rows of the audit trail: only ever added.

use diesel::prelude::*;
use doorstep_shared::{Timestamp, ids::AccountId};
use uuid::Uuid;

use crate::db::{Conn, schema::audit};

pub fn insert(conn: &mut Conn, now: Timestamp, account: AccountId, action: &str, subject: Uuid) -> QueryResult<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::id.eq(Uuid::now_v7().as_bytes().to_vec()),
            audit::at.eq(now),
            audit::account_id.eq(account),
            audit::action.eq(action),
            audit::subject.eq(subject.as_bytes().to_vec()),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn actions_of(conn: &mut Conn, subject: Uuid) -> QueryResult<Vec<String>> {
    audit::table
        .filter(audit::subject.eq(subject.as_bytes().to_vec()))
        .order((audit::at, audit::id))
        .select(audit::action)
        .load(conn)
}
