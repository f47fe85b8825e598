//! The rows of issuers and of who works for them.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, IssuerId},
    issuers::IssuerRole,
};

use crate::{
    accounts::sessions::IssuerHolder,
    db::{
        Conn,
        schema::{issuer, issuer_member},
    },
};

pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<IssuerId>> {
    issuer::table.filter(issuer::name.eq(name)).select(issuer::id).first(conn).optional()
}

pub fn insert(conn: &mut Conn, now: Timestamp, name: &str) -> QueryResult<IssuerId> {
    let id = IssuerId::new();
    diesel::insert_into(issuer::table)
        .values((issuer::id.eq(id), issuer::name.eq(name), issuer::created_at.eq(now)))
        .execute(conn)?;
    Ok(id)
}

pub fn insert_member(
    conn: &mut Conn,
    now: Timestamp,
    of: IssuerId,
    account: AccountId,
    role: IssuerRole,
    name: &str,
) -> QueryResult<()> {
    diesel::insert_into(issuer_member::table)
        .values((
            issuer_member::account_id.eq(account),
            issuer_member::issuer_id.eq(of),
            issuer_member::role.eq(role),
            issuer_member::name.eq(name),
            issuer_member::joined_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// For whom an account works, and as what.
pub fn find(conn: &mut Conn, account: AccountId) -> QueryResult<Option<(IssuerId, IssuerRole)>> {
    let member = issuer_member::table.find(account);
    member.select((issuer_member::issuer_id, issuer_member::role)).first(conn).optional()
}

/// Name of the issuer, role and name there.
pub fn member(conn: &mut Conn, holder: &IssuerHolder) -> QueryResult<Option<(String, IssuerRole, String)>> {
    issuer_member::table
        .inner_join(issuer::table)
        .filter(issuer_member::account_id.eq(holder.account))
        .filter(issuer_member::issuer_id.eq(holder.issuer))
        .select((issuer::name, issuer_member::role, issuer_member::name))
        .first(conn)
        .optional()
}
