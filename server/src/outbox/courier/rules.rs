//! Whether a delivery goes now, and what follows from what became of it.

use chrono::Duration;
use doorstep_shared::{
    Timestamp,
    messages::{DeliveryChannel, DeliveryState, MessageKind},
};

use crate::{carriers::Outcome, policy::MessageRules};

/// Tries at most.
const TRIES: i16 = 10;
/// The first retry waits so long, each further one twice as long, up to the longest.
const FIRST_DELAY_S: i64 = 2;
const LONGEST_DELAY_S: i64 = 3_600;

/// A delivery that is due.
pub struct Due {
    pub channel: DeliveryChannel,
    pub state: DeliveryState,
    pub kind: MessageKind,
    pub at_once: bool,
    pub until: Timestamp,
    /// Whether the person wants messages by this way, and they can go by it.
    pub wanted: bool,
    /// Whether the person wants it by WeChat, it can go by it, and that has not been tried.
    pub wechat: bool,
}

/// What becomes of a delivery that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Goes,
    /// Not now, or not at all.
    Settled(Settled),
    /// WeChat is tried in the place of a text message, which is written in case that fails.
    ByWechat(Settled),
}

/// What is written down about a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub state: DeliveryState,
    pub next_try_at: Option<Timestamp>,
    pub provider_id: Option<String>,
    pub error: Option<String>,
}

impl Settled {
    fn for_good(state: DeliveryState, why: &str) -> Self {
        Self { state, next_try_at: None, provider_id: None, error: Some(why.to_owned()) }
    }

    /// Whether a text message goes instead, because WeChat certainly did not bring it and it is still of use. Where WeChat
    /// may have brought it, nobody is told twice.
    pub fn falls_back(&self, channel: DeliveryChannel, until: Timestamp, now: Timestamp) -> bool {
        let is_not_told = matches!(self.state, DeliveryState::Failed | DeliveryState::Skipped);
        channel == DeliveryChannel::Wechat && is_not_told && now < until
    }
}

pub fn decide(due: &Due, now: Timestamp, rules: &MessageRules) -> Decision {
    if due.state == DeliveryState::Sending {
        let why = "the program stopped while it was being sent";
        return Decision::Settled(Settled::for_good(DeliveryState::Unknown, why));
    }
    if due.until <= now {
        return Decision::Settled(Settled::for_good(DeliveryState::Skipped, "it is of no use any more"));
    }
    if due.channel == DeliveryChannel::Sms && due.wechat && due.kind != MessageKind::Code {
        return Decision::ByWechat(Settled::for_good(DeliveryState::Skipped, "it goes by WeChat"));
    }
    if !due.wanted && due.kind != MessageKind::Code {
        return Decision::Settled(Settled::for_good(DeliveryState::Skipped, "the person does not want it this way"));
    }
    let goes_at = if due.at_once { now } else { rules.by_day(now) };
    if goes_at <= now {
        return Decision::Goes;
    }
    Decision::Settled(Settled {
        state: DeliveryState::Queued,
        next_try_at: Some(goes_at),
        provider_id: None,
        error: Some("it waits for the morning".to_owned()),
    })
}

/// `attempts` count this one.
pub fn settle(outcome: Outcome, attempts: i16, until: Timestamp, now: Timestamp) -> Settled {
    let again = |wait: Option<Duration>, why: String| {
        let next = now + wait.unwrap_or(delay(attempts));
        if attempts >= TRIES || next >= until {
            return Settled::for_good(DeliveryState::Failed, &why);
        }
        Settled { state: DeliveryState::Queued, next_try_at: Some(next), provider_id: None, error: Some(why) }
    };
    match outcome {
        Outcome::Taken { id } => {
            Settled { state: DeliveryState::Sent, next_try_at: None, provider_id: id, error: None }
        }
        Outcome::Throttled { wait, why } => again(wait, why),
        Outcome::Unreachable { why } => again(None, why),
        Outcome::Refused { why } => Settled::for_good(DeliveryState::Failed, &why),
        Outcome::Unknown { why } => Settled::for_good(DeliveryState::Unknown, &why),
    }
}

fn delay(attempts: i16) -> Duration {
    let doubled = FIRST_DELAY_S << attempts.saturating_sub(1).clamp(0, 12);
    Duration::seconds(doubled.min(LONGEST_DELAY_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_retry_waits_longer_up_to_an_hour() {
        assert_eq!([1, 2, 3, 11, 12, i16::MAX].map(|n| delay(n).num_seconds()), [2, 4, 8, 2_048, 3_600, 3_600]);
    }
}
