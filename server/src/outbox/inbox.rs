//! An account's messages, for whoever signs in to it.

mod store;

use diesel::QueryResult;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, MessageId},
    messages::{InboxMessage, MessagePage},
};

use crate::db::Conn;

/// Messages on a page.
const PAGE: usize = 30;

/// A page of the inbox, newest first.
pub fn list(conn: &mut Conn, account: AccountId, after: Option<MessageId>) -> QueryResult<MessagePage> {
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = store::page(conn, account, after, Some(most))?;
    let has_more = items.len() > PAGE;
    items.truncate(PAGE);
    let next_cursor = items.last().filter(|_| has_more).map(|last| last.id);
    Ok(MessagePage { items, unread: store::unread(conn, account)?, next_cursor })
}

/// All of it, for the export.
pub fn all(conn: &mut Conn, account: AccountId) -> QueryResult<Vec<InboxMessage>> {
    store::page(conn, account, None, None)
}

/// None when there is none, or it is another account's.
pub fn find(conn: &mut Conn, account: AccountId, id: MessageId) -> QueryResult<Option<InboxMessage>> {
    store::find(conn, account, id)
}

/// Marks a message as read, unless it is. None as for [`find`].
pub fn read(conn: &mut Conn, now: Timestamp, account: AccountId, id: MessageId) -> QueryResult<Option<InboxMessage>> {
    store::mark_read(conn, now, account, Some(id))?;
    store::find(conn, account, id)
}

pub fn read_all(conn: &mut Conn, now: Timestamp, account: AccountId) -> QueryResult<()> {
    store::mark_read(conn, now, account, None)
}
