//! The outbox as operators see it: how far each message has come, and nothing of what it says.

use doorstep_shared::{
    Timestamp,
    ids::MessageId,
    messages::{DeliveryState, MessageKind},
    phone::Phone,
};
use serde::Serialize;

/// Which rows are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub state: Option<DeliveryState>,
    /// Written then or later.
    pub since: Option<Timestamp>,
    pub limit: u16,
}

/// A message on one of its ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    pub written_at: Timestamp,
    pub kind: MessageKind,
    /// `sms`, `wechat`, or `nursery` for one that lies there to be read.
    pub channel: String,
    /// None for what lies there to be read.
    pub state: Option<DeliveryState>,
    pub tries: i16,
    pub next_try_at: Option<Timestamp>,
    /// A masked phone number, or the id of a nursery.
    pub recipient: String,
    /// Why it is where it is.
    pub why: Option<String>,
    /// What the provider calls it.
    pub provider_id: Option<String>,
    pub message_id: MessageId,
}

impl Way {
    /// In the order of the fields.
    pub const COLUMNS: [&str; 10] = [
        "written_at",
        "kind",
        "channel",
        "state",
        "tries",
        "next_try_at",
        "recipient",
        "why",
        "provider_id",
        "message_id",
    ];

    /// Without the number that it goes to, also where a provider has written it into its refusal.
    pub(super) fn masked(mut self) -> Self {
        if let Ok(phone) = self.recipient.parse::<Phone>() {
            let masked = phone.masked();
            self.why = self.why.map(|why| why.replace(&self.recipient, &masked));
            self.recipient = masked;
        }
        self
    }
}
