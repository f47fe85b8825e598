//! The rows of an inbox: the messages that name an account, codes left out.

use diesel::{dsl::count_star, prelude::*};
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, BookingId, MessageId},
    messages::{InboxMessage, MessageKind, Visit},
};

use crate::db::{
    Conn,
    schema::{message, visit_answer},
};

type Row = (
    MessageId,
    MessageKind,
    String,
    Timestamp,
    Option<Timestamp>,
    Option<BookingId>,
    Option<Timestamp>,
    Option<Timestamp>,
);

fn inbox_message((id, kind, body, created_at, read_at, booking_id, visit_at, coming_at): Row) -> InboxMessage {
    let visit = visit_at.map(|at| Visit { at, coming_at });
    InboxMessage { id, kind, body, created_at, read_at, booking_id, visit }
}

macro_rules! rows_of {
    ($account:expr) => {{
        let answered = visit_answer::booking_id
            .nullable()
            .eq(message::booking_id)
            .and(visit_answer::visit_at.nullable().eq(message::visit_at));
        message::table
            .left_join(visit_answer::table.on(answered))
            .filter(message::account_id.eq($account).and(message::kind.ne(MessageKind::Code)))
            .select((
                message::id,
                message::kind,
                message::body,
                message::created_at,
                message::read_at,
                message::booking_id,
                message::visit_at,
                visit_answer::answered_at.nullable(),
            ))
    }};
}

/// Newest first, from the one after `after` on.
pub fn page(
    conn: &mut Conn,
    account: AccountId,
    after: Option<MessageId>,
    most: Option<i64>,
) -> QueryResult<Vec<InboxMessage>> {
    // Ids sort in the order written.
    let mut query = rows_of!(account).order(message::id.desc()).into_boxed();
    if let Some(after) = after {
        query = query.filter(message::id.lt(after));
    }
    if let Some(most) = most {
        query = query.limit(most);
    }
    Ok(query.load::<Row>(conn)?.into_iter().map(inbox_message).collect())
}

pub fn find(conn: &mut Conn, account: AccountId, id: MessageId) -> QueryResult<Option<InboxMessage>> {
    let row = rows_of!(account).filter(message::id.eq(id)).first::<Row>(conn).optional()?;
    Ok(row.map(inbox_message))
}

pub fn unread(conn: &mut Conn, account: AccountId) -> QueryResult<u32> {
    let unread = message::table
        .filter(message::account_id.eq(account).and(message::kind.ne(MessageKind::Code)))
        .filter(message::read_at.is_null());
    let count: i64 = unread.select(count_star()).first(conn)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// One message, or all.
pub fn mark_read(conn: &mut Conn, now: Timestamp, account: AccountId, id: Option<MessageId>) -> QueryResult<()> {
    let unread = message::table.filter(message::account_id.eq(account)).filter(message::read_at.is_null());
    match id {
        Some(id) => diesel::update(unread.filter(message::id.eq(id))).set(message::read_at.eq(now)).execute(conn)?,
        None => diesel::update(unread).set(message::read_at.eq(now)).execute(conn)?,
    };
    Ok(())
}
