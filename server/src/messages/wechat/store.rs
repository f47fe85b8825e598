//! The rows of bound WeChats.

use diesel::prelude::*;
use doorstep_shared::{Timestamp, ids::AccountId, messages::Language};

use crate::db::{
    Conn,
    schema::{account, wechat_binding},
};

/// Whether it is on, and since when it is bound.
pub fn find(conn: &mut Conn, of: AccountId) -> QueryResult<Option<(bool, Timestamp)>> {
    wechat_binding::table.find(of).select((wechat_binding::is_on, wechat_binding::bound_at)).first(conn).optional()
}

/// Whether there is one to switch.
pub fn switch(conn: &mut Conn, of: AccountId, is_on: bool) -> QueryResult<bool> {
    let row = wechat_binding::table.find(of);
    Ok(diesel::update(row).set(wechat_binding::is_on.eq(is_on)).execute(conn)? == 1)
}

pub fn remove(conn: &mut Conn, of: AccountId) -> QueryResult<()> {
    diesel::delete(wechat_binding::table.find(of)).execute(conn)?;
    Ok(())
}

/// Whether a permission that was made then is used up.
pub fn is_used(conn: &mut Conn, of: AccountId, made: Timestamp) -> QueryResult<bool> {
    let until: Option<Option<Timestamp>> =
        account::table.find(of).select(account::wechat_asked_until).first(conn).optional()?;
    Ok(until.flatten().is_some_and(|until| made <= until))
}

/// Uses up a permission, and all that were made before; false when it was. Of two that come together one succeeds.
pub fn use_up(conn: &mut Conn, of: AccountId, made: Timestamp, now: Timestamp) -> QueryResult<bool> {
    let is_good = account::wechat_asked_until.is_null().or(account::wechat_asked_until.lt(made));
    let row = account::table.filter(account::id.eq(of)).filter(is_good);
    Ok(diesel::update(row).set(account::wechat_asked_until.eq(now.max(made))).execute(conn)? == 1)
}

/// An account that has lost its WeChat to another.
pub struct Left {
    pub account: AccountId,
    pub phone: String,
    pub language: Language,
}

/// Unbinds it from the other account that it is bound to.
pub fn take_from_another(conn: &mut Conn, openid_hash: &[u8], for_whom: AccountId) -> QueryResult<Option<Left>> {
    let others = wechat_binding::openid_hash.eq(openid_hash).and(wechat_binding::account_id.ne(for_whom));
    let found: Option<(AccountId, String, Language)> = wechat_binding::table
        .inner_join(account::table)
        .filter(others)
        .select((account::id, account::phone, account::language))
        .first(conn)
        .optional()?;
    let Some((account, phone, language)) = found else { return Ok(None) };
    remove(conn, account)?;
    Ok(Some(Left { account, phone, language }))
}

/// In the place of what was bound before. It is on.
pub fn put(conn: &mut Conn, of: AccountId, hash: &[u8], sealed: Vec<u8>, now: Timestamp) -> QueryResult<()> {
    remove(conn, of)?;
    let row = (
        wechat_binding::account_id.eq(of),
        wechat_binding::openid_hash.eq(hash.to_vec()),
        wechat_binding::openid_sealed.eq(sealed),
        wechat_binding::is_on.eq(true),
        wechat_binding::bound_at.eq(now),
    );
    diesel::insert_into(wechat_binding::table).values(row).execute(conn)?;
    Ok(())
}
