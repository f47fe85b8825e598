//! Template messages of a WeChat official account (`/cgi-bin/message/template/send`).

mod official;

use std::collections::BTreeMap;

use doorstep_shared::{
    Timestamp,
    messages::{DeliveryChannel, MessageKind},
};
use futures::future::BoxFuture;
use serde::Serialize;

pub use self::official::Official;
use self::official::{Failed, Taken, is_passing};
use super::{Carrier, OpenOpenid, Outcome, Parcel, Template, To};
use crate::{
    config::{Config, WechatSettings},
    error::Result,
};

pub struct Wechat {
    official: Official,
    templates: BTreeMap<MessageKind, Template>,
    open: OpenOpenid,
    /// Where browsers reach us.
    origin: String,
}

/// What WeChat is asked to send.
#[derive(Serialize)]
struct Letter<'a> {
    touser: &'a str,
    template_id: &'a str,
    /// What a tap on it opens.
    url: String,
    /// WeChat sends one person only one message of this name within ten minutes.
    client_msg_id: String,
    data: BTreeMap<&'a str, Value>,
}

#[derive(Serialize)]
struct Value {
    value: String,
}

impl Wechat {
    /// None when the settings name no official account.
    ///
    /// # Errors
    /// As [`Official::of`].
    pub fn of(config: &Config, open: OpenOpenid) -> Result<Option<Self>> {
        let Some(official) = Official::of(config)? else { return Ok(None) };
        Ok(Some(Self { official, templates: templates(&config.wechat), open, origin: config.origin() }))
    }

    async fn send(&self, parcel: &Parcel, now: Timestamp) -> Outcome {
        let (Some(template), To::Wechat { account, openid_sealed }) = (self.templates.get(&parcel.kind), &parcel.to)
        else {
            return Outcome::Refused { why: "it cannot go by WeChat".to_owned() };
        };
        let openid = match (self.open)(*account, openid_sealed) {
            Ok(openid) => openid,
            Err(error) => return Outcome::Refused { why: error.to_string() },
        };
        let data = template.filled(parcel, longest).into_iter().map(|(gap, value)| (gap, Value { value }));
        let letter = Letter {
            touser: &openid,
            template_id: &template.id,
            url: format!("{}/messages/{}", self.origin, parcel.id),
            client_msg_id: parcel.id.0.simple().to_string(),
            data: data.collect(),
        };
        match self.official.post("/cgi-bin/message/template/send", &letter, now).await {
            Ok(Taken { msgid }) => Outcome::Taken { id: msgid.map(|id| id.to_string()) },
            Err(failed) => outcome(failed),
        }
    }
}

impl Carrier for Wechat {
    fn channel(&self) -> DeliveryChannel {
        DeliveryChannel::Wechat
    }

    fn carries(&self, kind: MessageKind) -> bool {
        self.templates.contains_key(&kind)
    }

    fn carry<'a>(&'a self, parcel: &'a Parcel, now: Timestamp) -> BoxFuture<'a, Outcome> {
        Box::pin(self.send(parcel, now))
    }
}

/// A code to sign in with has none: it would lie beside the browser that asks for it.
fn templates(settings: &WechatSettings) -> BTreeMap<MessageKind, Template> {
    let templates = [
        (MessageKind::Booking, &settings.wechat_template_booking),
        (MessageKind::Offer, &settings.wechat_template_offer),
        (MessageKind::Reminder, &settings.wechat_template_reminder),
        (MessageKind::Other, &settings.wechat_template_other),
    ];
    templates.into_iter().filter_map(|(kind, template)| Some((kind, template.clone()?))).collect()
}

/// Characters that a gap takes, by the kind that its name begins with.
fn longest(gap: &str) -> usize {
    if gap.starts_with("character_string") || gap.starts_with("time") { 32 } else { 20 }
}

fn outcome(failed: Failed) -> Outcome {
    match failed {
        Failed::Unreachable(why) => Outcome::Unreachable { why },
        Failed::Lost(why) => Outcome::Unknown { why },
        Failed::Refused { code, message } => {
            let why = format!("{code}: {message}");
            // What is refused for good: 43004 does not follow the account, 43019 was blocked, 40003 is nobody here, 40037
            // and 47003 are about the template, 48001 and 48004 about what the account may.
            if is_passing(code) { Outcome::Throttled { wait: None, why } } else { Outcome::Refused { why } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_later_is_tried_again() {
        let refused = |code| outcome(Failed::Refused { code, message: "no".to_owned() });
        for code in [-1, 45_009, 45_011, 40_001, 40_014, 42_001] {
            assert!(matches!(refused(code), Outcome::Throttled { .. }), "{code}");
        }
        for code in [43_004, 43_019, 40_003, 40_037, 47_003, 48_001, 48_004, 50_002] {
            assert_eq!(refused(code), Outcome::Refused { why: format!("{code}: no") });
        }
        assert!(matches!(outcome(Failed::Lost(String::new())), Outcome::Unknown { .. }));
    }
}
