//! Links to follow a child's days.

use diesel::{QueryResult, prelude::*};
use doorstep_shared::{
    Timestamp,
    ids::{ChildId, FamilyId},
};

use crate::db::{
    Conn,
    schema::{calendar_feed, child},
};

/// The child's name, when it is the family's.
pub fn child_of(conn: &mut Conn, family: FamilyId, id: ChildId) -> QueryResult<Option<String>> {
    let theirs = child::id.eq(id).and(child::family_id.eq(family)).and(child::erased_at.is_null());
    child::table.filter(theirs).select(child::name).first(conn).optional()
}

/// Puts a new link in the place of the old one.
pub fn replace(conn: &mut Conn, now: Timestamp, child: ChildId, key_hash: &[u8]) -> QueryResult<()> {
    end(conn, child)?;
    let row =
        (calendar_feed::child_id.eq(child), calendar_feed::key_hash.eq(key_hash), calendar_feed::created_at.eq(now));
    diesel::insert_into(calendar_feed::table).values(row).execute(conn)?;
    Ok(())
}

pub fn end(conn: &mut Conn, child: ChildId) -> QueryResult<()> {
    diesel::delete(calendar_feed::table.find(child)).execute(conn)?;
    Ok(())
}

pub fn created_at(conn: &mut Conn, child: ChildId) -> QueryResult<Option<Timestamp>> {
    calendar_feed::table.find(child).select(calendar_feed::created_at).first(conn).optional()
}

/// Whose days a link shows: child, its name, its family.
pub fn followed(conn: &mut Conn, key_hash: &[u8]) -> QueryResult<Option<(ChildId, String, FamilyId)>> {
    calendar_feed::table
        .inner_join(child::table)
        .filter(calendar_feed::key_hash.eq(key_hash).and(child::erased_at.is_null()))
        .select((child::id, child::name, child::family_id))
        .first(conn)
        .optional()
}
