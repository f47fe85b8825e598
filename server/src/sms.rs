//! Text messages to phones.

use diesel::QueryResult;
use doorstep_shared::{Timestamp, phone::Phone};

use crate::{
    db::Conn,
    outbox::{self, Channel},
};

/// Where text messages go.
pub trait TextMessages: Send + Sync {
    /// Takes a message in the transaction that causes it: none is sent for what was rolled back. `event` names what is
    /// told; a phone is told of it once.
    fn send(&self, conn: &mut Conn, now: Timestamp, event: String, to: &Phone, body: String) -> QueryResult<()>;
}

/// Into the outbox, where a person can read them. What a city gets until it names a provider.
pub struct ToOutbox;

impl TextMessages for ToOutbox {
    fn send(&self, conn: &mut Conn, now: Timestamp, event: String, to: &Phone, body: String) -> QueryResult<()> {
        outbox::send(conn, now, event, to.as_str(), Channel::Sms, body)
    }
}
