//! The rows of sessions.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    accounts::SessionKind,
    family::Role,
    ids::{AccountId, FamilyId, IssuerId, NurseryId, SessionId},
    issuers::IssuerRole,
    staff::StaffRole,
};

use super::{Actor, Holder, IssuerHolder, StaffHolder};
use crate::db::{
    Conn,
    schema::{family_member, issuer_member, session, staff_member},
};

pub struct Row {
    pub account: AccountId,
    pub refresh_hash: Vec<u8>,
    pub previous_hash: Option<Vec<u8>>,
    pub rotated_at: Timestamp,
    pub expires_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub ended: bool,
}

pub fn insert<A: Actor>(
    conn: &mut Conn,
    holder: &A,
    refresh_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
    ends_at: Option<Timestamp>,
) -> QueryResult<()> {
    diesel::insert_into(session::table)
        .values((
            session::id.eq(holder.session()),
            session::account_id.eq(holder.account()),
            session::kind.eq(A::KIND),
            session::family_id.eq(holder.family()),
            session::nursery_id.eq(holder.nursery()),
            session::issuer_id.eq(holder.issuer()),
            session::ends_at.eq(ends_at),
            session::refresh_hash.eq(refresh_hash.to_vec()),
            session::rotated_at.eq(now),
            session::created_at.eq(now),
            session::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The row of a session of that kind, kept from others until the transaction ends, so that one of two rotations sees the
/// other's.
pub fn lock_session(conn: &mut Conn, id: SessionId, kind: SessionKind) -> QueryResult<Option<Row>> {
    type Columns = (AccountId, Vec<u8>, Option<Vec<u8>>, Timestamp, Timestamp, Option<Timestamp>, Option<Timestamp>);
    let columns = (
        session::account_id,
        session::refresh_hash,
        session::previous_hash,
        session::rotated_at,
        session::expires_at,
        session::ends_at,
        session::ended_at,
    );
    let query = session::table.filter(session::id.eq(id)).filter(session::kind.eq(kind)).select(columns);
    let row: Option<Columns> = match conn {
        Conn::Postgres(conn) => query.for_update().first(conn).optional()?,
        Conn::Sqlite(conn) => query.first(conn).optional()?,
    };
    Ok(row.map(|(account, refresh_hash, previous_hash, rotated_at, expires_at, ends_at, ended_at)| Row {
        account,
        refresh_hash,
        previous_hash,
        rotated_at,
        expires_at,
        ends_at,
        ended: ended_at.is_some(),
    }))
}

pub fn rotate(
    conn: &mut Conn,
    id: SessionId,
    to: &[u8],
    from: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<()> {
    diesel::update(session::table.filter(session::id.eq(id)))
        .set((
            session::refresh_hash.eq(to.to_vec()),
            session::previous_hash.eq(from.to_vec()),
            session::rotated_at.eq(now),
            session::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Who holds those sessions that have not ended, unless they do not belong (any more) to the family that it acts for.
pub fn holders(conn: &mut Conn, ids: &[SessionId], now: Timestamp) -> QueryResult<Vec<Holder>> {
    let rows: Vec<(SessionId, AccountId, FamilyId, Role)> = session::table
        .inner_join(
            family_member::table.on(family_member::account_id
                .eq(session::account_id)
                .and(family_member::family_id.nullable().eq(session::family_id))),
        )
        .filter(session::id.eq_any(ids))
        .filter(session::kind.eq(Holder::KIND))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(now))
        .select((session::id, session::account_id, family_member::family_id, family_member::role))
        .load(conn)?;
    Ok(rows.into_iter().map(|(session, account, family, role)| Holder { session, account, family, role }).collect())
}

/// Who holds those staff sessions that have not ended, unless they do not work (any more) at the nursery that it acts for.
pub fn staff_holders(conn: &mut Conn, ids: &[SessionId], now: Timestamp) -> QueryResult<Vec<StaffHolder>> {
    let rows: Vec<(SessionId, AccountId, NurseryId, StaffRole)> = session::table
        .inner_join(
            staff_member::table.on(staff_member::account_id
                .eq(session::account_id)
                .and(staff_member::nursery_id.nullable().eq(session::nursery_id))),
        )
        .filter(session::id.eq_any(ids))
        .filter(session::kind.eq(StaffHolder::KIND))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(now))
        .select((session::id, session::account_id, staff_member::nursery_id, staff_member::role))
        .load(conn)?;
    let holder = |(session, account, nursery, role)| StaffHolder { session, account, nursery, role };
    Ok(rows.into_iter().map(holder).collect())
}

/// Who holds those sessions of issuers that have not ended, unless they do not work (any more) for the issuer that it acts
/// for.
pub fn issuer_holders(conn: &mut Conn, ids: &[SessionId], now: Timestamp) -> QueryResult<Vec<IssuerHolder>> {
    let rows: Vec<(SessionId, AccountId, IssuerId, IssuerRole)> = session::table
        .inner_join(
            issuer_member::table.on(issuer_member::account_id
                .eq(session::account_id)
                .and(issuer_member::issuer_id.nullable().eq(session::issuer_id))),
        )
        .filter(session::id.eq_any(ids))
        .filter(session::kind.eq(IssuerHolder::KIND))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(now))
        .select((session::id, session::account_id, issuer_member::issuer_id, issuer_member::role))
        .load(conn)?;
    let holder = |(session, account, issuer, role)| IssuerHolder { session, account, issuer, role };
    Ok(rows.into_iter().map(holder).collect())
}

pub fn act_at(conn: &mut Conn, id: SessionId, nursery: NurseryId) -> QueryResult<()> {
    diesel::update(session::table.filter(session::id.eq(id))).set(session::nursery_id.eq(nursery)).execute(conn)?;
    Ok(())
}

pub fn act_for(conn: &mut Conn, id: SessionId, family: FamilyId) -> QueryResult<()> {
    diesel::update(session::table.filter(session::id.eq(id))).set(session::family_id.eq(family)).execute(conn)?;
    Ok(())
}

/// Keeps the first end of a session that is ended twice.
pub fn end(conn: &mut Conn, id: SessionId, now: Timestamp) -> QueryResult<()> {
    let open = session::table.filter(session::id.eq(id)).filter(session::ended_at.is_null());
    diesel::update(open).set(session::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

pub fn end_in(conn: &mut Conn, account: AccountId, family: FamilyId, now: Timestamp) -> QueryResult<()> {
    let open = session::table
        .filter(session::account_id.eq(account))
        .filter(session::family_id.eq(family))
        .filter(session::ended_at.is_null());
    diesel::update(open).set(session::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

pub fn end_at(conn: &mut Conn, account: AccountId, nursery: NurseryId, now: Timestamp) -> QueryResult<()> {
    let open = session::table
        .filter(session::account_id.eq(account))
        .filter(session::nursery_id.eq(nursery))
        .filter(session::ended_at.is_null());
    diesel::update(open).set(session::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

pub fn end_others(conn: &mut Conn, account: AccountId, this: SessionId, now: Timestamp) -> QueryResult<()> {
    let open = session::table
        .filter(session::account_id.eq(account))
        .filter(session::kind.eq(StaffHolder::KIND))
        .filter(session::id.ne(this))
        .filter(session::ended_at.is_null());
    diesel::update(open).set(session::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

pub fn end_all(conn: &mut Conn, account: AccountId, kind: SessionKind, now: Timestamp) -> QueryResult<()> {
    let open = session::table
        .filter(session::account_id.eq(account))
        .filter(session::kind.eq(kind))
        .filter(session::ended_at.is_null());
    diesel::update(open).set(session::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Rows erased in one transaction at most.
const PRUNED: i64 = 5_000;

/// Erases sessions that expired by `now` or were ended by `ended`.
pub fn delete_over(conn: &mut Conn, now: Timestamp, ended: Timestamp) -> QueryResult<usize> {
    let over = session::expires_at.le(now).or(session::ended_at.assume_not_null().le(ended));
    let over: Vec<SessionId> = session::table.filter(over).select(session::id).limit(PRUNED).load(conn)?;
    diesel::delete(session::table.filter(session::id.eq_any(over))).execute(conn)
}
