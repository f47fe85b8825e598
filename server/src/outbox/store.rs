//! The rows of the outbox.

use diesel::{
    prelude::*,
    sql_types::{self, Array, Binary, Text},
};
use doorstep_shared::{Timestamp, ids::MessageId};

use super::{Message, Written};
use crate::db::{Conn, fixed::Fixed, schema::message};

pub fn insert_batch(conn: &mut Conn, now: Timestamp, messages: &[Message]) -> QueryResult<()> {
    if messages.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Postgres(conn) => {
            let text = |part: fn(&Message) -> &str| messages.iter().map(part).collect::<Vec<_>>();
            Fixed::new(
                "INSERT INTO message (id, event, recipient, channel, body, created_at, state) \
                 SELECT id, event, recipient, channel, body, ?, 'queued' \
                 FROM unnest(?, ?, ?, ?, ?) AS new (id, event, recipient, channel, body) ON CONFLICT DO NOTHING",
            )
            .bind::<sql_types::Timestamp, _>(now)
            .bind::<Array<Binary>, _>(messages.iter().map(|_| MessageId::new()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(text(|row| &row.event))
            .bind::<Array<Text>, _>(text(|row| &row.recipient))
            .bind::<Array<Text>, _>(text(|row| row.channel.as_str()))
            .bind::<Array<Text>, _>(text(|row| &row.body))
            .execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            // One by one: the statement is known already, and nothing travels.
            for row in messages {
                let row = (
                    message::id.eq(MessageId::new()),
                    message::event.eq(&row.event),
                    message::recipient.eq(&row.recipient),
                    message::channel.eq(row.channel.as_str()),
                    message::body.eq(&row.body),
                    message::created_at.eq(now),
                    message::state.eq("queued"),
                );
                diesel::insert_or_ignore_into(message::table).values(row).execute(conn)?;
            }
        }
    }
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
