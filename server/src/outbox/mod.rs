//! The outbox: every message to a person or a nursery is a row, written in the transaction that causes it.
//!
//! A message is written at most once per event and recipient, so that a job which runs twice says nothing twice. By
//! default this table is also where messages end: a person can read them, at `/dev/outbox` in the demonstration.

mod http;
mod store;

use diesel::QueryResult;
use doorstep_shared::{Timestamp, ids::MessageId};
use serde::Serialize;

pub use self::http::register;
use crate::db::Conn;

/// How long messages are kept: they hold phone numbers and names.
pub const KEPT: chrono::Duration = chrono::Duration::days(30);

/// By what way a message travels. The words stand in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A text message; the recipient is a phone number.
    Sms,
    /// To the staff of a nursery; the recipient is its id.
    Nursery,
}

impl Channel {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Nursery => "nursery",
        }
    }
}

/// A message to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What is told, once per recipient: a kind and an id, `booked:<booking id>` style.
    pub event: String,
    pub recipient: String,
    pub channel: Channel,
    pub body: String,
}

/// A message as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    pub id: MessageId,
    pub event: String,
    pub recipient: String,
    pub channel: String,
    pub body: String,
    pub created_at: Timestamp,
    /// `queued` until a provider has taken it; the default outbox has none.
    pub state: String,
}

/// Writes one message; does nothing when the recipient was already told of the event.
pub fn send(
    conn: &mut Conn,
    now: Timestamp,
    event: impl Into<String>,
    recipient: impl Into<String>,
    channel: Channel,
    body: impl Into<String>,
) -> QueryResult<()> {
    let message = Message { event: event.into(), recipient: recipient.into(), channel, body: body.into() };
    send_batch(conn, now, &[message])
}

/// Writes messages in one statement; leaves out those whose recipient was already told of the event.
pub fn send_batch(conn: &mut Conn, now: Timestamp, messages: &[Message]) -> QueryResult<()> {
    if messages.is_empty() {
        return Ok(());
    }
    store::insert_batch(conn, now, messages)
}

/// The latest messages, newest first, of one recipient when told.
pub fn latest(conn: &mut Conn, recipient: Option<&str>, limit: u16) -> QueryResult<Vec<Written>> {
    store::latest(conn, recipient, limit)
}

/// Erases all that was told to one recipient, when a person asks to be forgotten.
pub fn forget(conn: &mut Conn, recipient: &str) -> QueryResult<usize> {
    store::delete_of(conn, recipient)
}

/// Erases messages older than [`KEPT`]; returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    store::delete_before(conn, now - KEPT)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::db::{Db, testing};

    fn bodies(db: &Db, recipient: Option<&str>) -> Vec<String> {
        let found = db.read_blocking(|conn| Ok(latest(conn, recipient, 10)?)).unwrap();
        found.into_iter().map(|message| message.body).collect()
    }

    #[test]
    fn a_recipient_is_told_of_an_event_once() {
        let (db, now) = (testing::scratch(), testing::now());
        let tell = |event: &'static str, to: &'static str, body: &'static str| {
            db.write_blocking(move |conn| Ok(send(conn, now, event, to, Channel::Sms, body)?)).unwrap();
        };
        tell("booked:1", "13800000001", "first");
        tell("booked:1", "13800000001", "again");
        tell("booked:1", "13800000002", "to another");
        tell("booked:2", "13800000001", "of another");
        assert_eq!(bodies(&db, None), ["of another", "to another", "first"]);
        assert_eq!(bodies(&db, Some("13800000001")), ["of another", "first"]);
    }

    #[test]
    fn messages_are_erased_with_their_recipient_and_with_time() {
        let (db, now) = (testing::scratch(), testing::now());
        db.write_blocking(move |conn| {
            send(conn, now - KEPT, "old", "13800000001", Channel::Sms, "old")?;
            send(conn, now - KEPT + Duration::seconds(1), "young", "13800000001", Channel::Sms, "young")?;
            send(conn, now, "other", "13800000002", Channel::Sms, "other")?;
            assert_eq!(prune(conn, now)?, 1);
            assert_eq!(forget(conn, "13800000001")?, 1);
            Ok(())
        })
        .unwrap();
        assert_eq!(bodies(&db, None), ["other"]);
    }
}
