//! The providers that bring messages to phones, behind one trait. Tests stand a local server in their place.

mod alibaba;
mod template;

use std::sync::Arc;

use chrono::Duration;
use doorstep_shared::{
    Timestamp,
    ids::MessageId,
    messages::{DeliveryChannel, MessageKind},
};
use futures::future::BoxFuture;

pub use self::{alibaba::Alibaba, template::Template};
use crate::{config::Config, error::Result};

/// A message as a provider needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub id: MessageId,
    /// The phone number.
    pub to: String,
    pub kind: MessageKind,
    pub body: String,
    pub nursery: Option<String>,
    /// When the visit begins that it is about, else when it was written.
    pub when: Timestamp,
}

/// What became of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has it, and calls it so.
    Taken { id: Option<String> },
    /// Too much at once: not taken, after a while perhaps.
    Throttled { wait: Option<Duration>, why: String },
    /// Certainly not taken, because nobody was there.
    Unreachable { why: String },
    /// Never taken.
    Refused { why: String },
    /// Sent off, and the answer was lost.
    Unknown { why: String },
}

/// A way to a phone. No carrier so far knows a message again that it was given before: what may have arrived is not sent
/// a second time.
pub trait Carrier: Send + Sync {
    fn channel(&self) -> DeliveryChannel;

    fn carry<'a>(&'a self, parcel: &'a Parcel, now: Timestamp) -> BoxFuture<'a, Outcome>;
}

/// The carriers that the settings name. None: messages stay in the outbox.
///
/// # Errors
/// When a setting is missing or wrong.
pub fn of(config: &Config) -> Result<Vec<Arc<dyn Carrier>>> {
    let sms = Alibaba::of(&config.sms)?.map(|sms| Arc::new(sms) as Arc<dyn Carrier>);
    Ok(sms.into_iter().collect())
}
