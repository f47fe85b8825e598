//! The outbox: every message to a person or a nursery is a row, written in the transaction that causes it.
//!
//! A message is written at most once per event and recipient, so that a job which runs twice says nothing twice. One to
//! a person lies in the inbox of that person's account at once, and is delivered to the phone besides: by text message,
//! or by WeChat where one is bound.
//! Each way is a row of its own that says how far it has come. Without a provider that is where messages end: operators
//! see them with `doorstep outbox`, and in the demonstration everybody at `/dev/outbox`.

mod courier;
mod http;
mod inbox;
mod store;
mod ways;

use std::collections::BTreeMap;

use diesel::QueryResult;
use doorstep_shared::{
    Timestamp,
    ids::{BookingId, MessageId},
    messages::{DeliveryChannel, DeliveryState, MessageKind},
};
use serde::Serialize;

pub use self::{
    courier::{Courier, Post},
    http::{AppCode, register},
    inbox::{all, find, list, read, read_all},
    ways::{Wanted, Way},
};
use crate::db::Conn;

/// How long messages are kept: they hold phone numbers and names.
pub const KEPT: chrono::Duration = chrono::Duration::days(30);

/// How long a message is worth sending to a phone, unless it says otherwise.
const OF_USE: chrono::Duration = chrono::Duration::days(1);

/// By what way a message travels. The words stand in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// To a person; the recipient is a phone number.
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

/// Whether a message may ring at night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// Somebody waits for it, or it runs out.
    AtOnce,
    /// News: it waits for the morning.
    ByDay,
}

/// A message with what there is to know about it besides its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub message: Message,
    pub kind: MessageKind,
    pub booking: Option<BookingId>,
    /// When the visit begins that a reminder is about.
    pub visit_at: Option<Timestamp>,
    pub haste: Haste,
    /// Of no use on a phone after that. None: after a day.
    pub until: Option<Timestamp>,
}

impl From<Message> for Notice {
    /// Of no particular kind; it goes at once.
    fn from(message: Message) -> Self {
        let (kind, haste) = (MessageKind::Other, Haste::AtOnce);
        Self { message, kind, booking: None, visit_at: None, haste, until: None }
    }
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
    /// That of the way it goes by; `queued` where there is none.
    pub state: DeliveryState,
    pub kind: MessageKind,
    pub deliveries: BTreeMap<DeliveryChannel, Delivery>,
}

/// How far a message has come on one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    pub state: DeliveryState,
    pub attempts: i16,
    /// What the provider calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Why it is where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<Timestamp>,
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
    tell_batch(conn, now, &[message.into()])
}

/// Writes messages in one statement; leaves out those whose recipient was already told of the event.
pub fn tell_batch(conn: &mut Conn, now: Timestamp, notices: &[Notice]) -> QueryResult<()> {
    if notices.is_empty() {
        return Ok(());
    }
    store::insert_batch(conn, now, notices)
}

/// The latest messages, newest first, of one recipient when told.
pub fn latest(conn: &mut Conn, recipient: Option<&str>, limit: u16) -> QueryResult<Vec<Written>> {
    store::latest(conn, recipient, limit)
}

/// How far messages have come, newest first, one row for each of their ways.
pub fn ways(conn: &mut Conn, wanted: &Wanted) -> QueryResult<Vec<Way>> {
    store::ways(conn, wanted)
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
