//! The providers that bring messages to phones, behind one trait. Tests stand a local server in their place.

mod alibaba;
mod template;
mod wechat;

use std::{sync::Arc, time::Duration};

use doorstep_shared::{
    Timestamp,
    ids::{AccountId, MessageId},
    messages::{DeliveryChannel, MessageKind},
};
use futures::future::BoxFuture;
use url::Url;

pub use self::{
    alibaba::Alibaba,
    template::Template,
    wechat::{Official, Wechat},
};
use crate::{
    config::Config,
    error::{Error, Result},
    tls,
};

/// A message as a provider needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub id: MessageId,
    pub to: To,
    pub kind: MessageKind,
    pub body: String,
    pub nursery: Option<String>,
    /// When the visit begins that it is about, else when it was written.
    pub when: Timestamp,
}

/// Whom a parcel is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    Phone(String),
    /// Whom WeChat knows by an openid, sealed for that account.
    Wechat {
        account: AccountId,
        openid_sealed: Vec<u8>,
    },
}

/// Opens the openid that was sealed for an account.
pub type OpenOpenid = Arc<dyn Fn(AccountId, &[u8]) -> Result<String> + Send + Sync>;

/// What became of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has it, and calls it so.
    Taken { id: Option<String> },
    /// Too much at once: not taken, after a while perhaps.
    Throttled { wait: Option<chrono::Duration>, why: String },
    /// Certainly not taken, because nobody was there.
    Unreachable { why: String },
    /// Never taken.
    Refused { why: String },
    /// Sent off, and the answer was lost.
    Unknown { why: String },
}

/// A way to a phone. What may have arrived is not sent a second time: text messages are not known again by who carries
/// them, those of WeChat for ten minutes only.
pub trait Carrier: Send + Sync {
    fn channel(&self) -> DeliveryChannel;

    /// Whether it can bring messages of this kind.
    fn carries(&self, kind: MessageKind) -> bool;

    fn carry<'a>(&'a self, parcel: &'a Parcel, now: Timestamp) -> BoxFuture<'a, Outcome>;
}

/// The carriers that the settings name. None: messages stay in the outbox.
///
/// # Errors
/// When a setting is missing or wrong.
pub fn of(config: &Config, open: OpenOpenid) -> Result<Vec<Arc<dyn Carrier>>> {
    let sms = Alibaba::of(&config.sms)?.map(|sms| Arc::new(sms) as Arc<dyn Carrier>);
    let wechat = Wechat::of(config, open)?.map(|wechat| Arc::new(wechat) as Arc<dyn Carrier>);
    if wechat.is_some() && sms.is_none() {
        return Err(Error::internal(
            "DOORSTEP_WECHAT_APP_ID is set, and DOORSTEP_SMS_KEY_ID is not: codes to sign in with, and what WeChat \
             refuses, go by text message",
        ));
    }
    Ok(sms.into_iter().chain(wechat).collect())
}

/// A client that waits so long for an answer and goes nowhere else.
fn client(patience: Duration) -> Result<reqwest::Client> {
    tls::install();
    let client = reqwest::Client::builder().timeout(patience).redirect(reqwest::redirect::Policy::none());
    client.build().map_err(Error::internal)
}

/// Nothing secret travels in the clear, except on this machine.
fn refuse_clear_text(endpoint: &Url, setting: &str) -> Result<()> {
    if endpoint.scheme() == "https" || endpoint.host_str() == Some("127.0.0.1") {
        return Ok(());
    }
    Err(Error::internal(format!("{setting} must be https")))
}
