//! The rows of the outbox.

use diesel::prelude::*;
use doorstep_shared::{Timestamp, ids::MessageId};

use super::{Message, Written};
use crate::db::{Conn, schema::message};

pub fn insert_batch(conn: &mut Conn, now: Timestamp, messages: &[Message]) -> QueryResult<()> {
    let rows = messages.iter().map(|row| {
        (
            message::id.eq(MessageId::new()),
            message::event.eq(row.event.clone()),
            message::recipient.eq(row.recipient.clone()),
            message::channel.eq(row.channel.as_str()),
            message::body.eq(row.body.clone()),
            message::created_at.eq(now),
            message::state.eq("queued"),
        )
    });
    let rows: Vec<_> = rows.collect();
    match conn {
        Conn::Postgres(conn) => {
            diesel::insert_into(message::table).values(rows).on_conflict_do_nothing().execute(conn)?
        }
        Conn::Sqlite(conn) => diesel::insert_or_ignore_into(message::table).values(rows).execute(conn)?,
    };
    Ok(())
}

pub fn latest(conn: &mut Conn, recipient: Option<&str>, limit: u16) -> QueryResult<Vec<Written>> {
    let columns = (
        message::id,
        message::event,
        message::recipient,
        message::channel,
        message::body,
        message::created_at,
        message::state,
    );
    let mut query = message::table.select(columns).into_boxed();
    if let Some(recipient) = recipient {
        query = query.filter(message::recipient.eq(recipient.to_owned()));
    }
    // Ids of one moment sort in the order written.
    let rows: Vec<(MessageId, String, String, String, String, Timestamp, String)> =
        query.order((message::created_at.desc(), message::id.desc())).limit(i64::from(limit)).load(conn)?;
    let written = rows.into_iter().map(|(id, event, recipient, channel, body, created_at, state)| Written {
        id,
        event,
        recipient,
        channel,
        body,
        created_at,
        state,
    });
    Ok(written.collect())
}

pub fn delete_of(conn: &mut Conn, recipient: &str) -> QueryResult<usize> {
    diesel::delete(message::table.filter(message::recipient.eq(recipient.to_owned()))).execute(conn)
}

pub fn delete_before(conn: &mut Conn, oldest: Timestamp) -> QueryResult<usize> {
    diesel::delete(message::table.filter(message::created_at.le(oldest))).execute(conn)
}
