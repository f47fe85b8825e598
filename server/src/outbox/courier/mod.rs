//! The courier: claims deliveries that are due, hands them to their carriers outside any transaction, and writes down
//! what became of them.
//!
//! A carrier that was given a message and whose answer was lost, or a courier that stopped between the two, leaves the
//! delivery `unknown`: it is not sent again, because nobody is to be told twice, and it says so.
//!
//! Every message is written as one to be texted. Where its person has bound a WeChat it is handed over to that when it is
//! due, and back when WeChat refuses it for good.

mod rules;
mod store;

use std::sync::Arc;

use doorstep_shared::messages::{DeliveryChannel, MessageKind};
use futures::future::join_all;

use self::store::{Claimed, Ways};
use crate::{
    carriers::Carrier,
    clock::Clock,
    db::Db,
    error::{Error, Result},
    policy::Policies,
    rounds::{More, Rounds},
};

/// Deliveries claimed at a time.
const CLAIMED: i64 = 16;
/// Rounds before the courier looks whether it should stop.
const ROUNDS: usize = 16;

/// What a courier works with.
pub struct Post {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub policies: Arc<Policies>,
    pub carriers: Vec<Arc<dyn Carrier>>,
}

impl Post {
    /// Delivers what is due now, a bounded number. Returns how many were handed to a carrier.
    ///
    /// # Errors
    /// When the database cannot be used. What a carrier refuses is no error: the delivery says why.
    pub async fn run_due(&self) -> Result<usize> {
        let ways = self.ways();
        let mut carried = 0;
        for _ in 0..ROUNDS {
            let now = self.clock.now();
            let (wanted, rules) = (ways.clone(), self.policies.on(now.local_date()).messages);
            if !self.db.read(move |conn| Ok(store::is_any_due(conn, now, &wanted)?)).await? {
                break;
            }
            let wanted = ways.clone();
            let claimed =
                self.db.write(move |conn| Ok(store::claim_batch(conn, now, &rules, &wanted, CLAIMED)?)).await?;
            let carrying =
                claimed.into_iter().filter_map(|claimed| Some(self.carry(self.carrier(claimed.channel)?, claimed)));
            carried += join_all(carrying).await.into_iter().collect::<Result<Vec<_>>>()?.len();
        }
        Ok(carried)
    }

    /// WeChat always: what was to go by it when it was still set up goes by text message.
    fn ways(&self) -> Ways {
        let others = self.carriers.iter().map(|carrier| carrier.channel());
        let channels = others.filter(|channel| *channel != DeliveryChannel::Wechat).chain([DeliveryChannel::Wechat]);
        let wechat = self.carrier(DeliveryChannel::Wechat);
        let by_wechat = MessageKind::ALL.iter().copied().filter(|kind| wechat.is_some_and(|way| way.carries(*kind)));
        Ways { channels: channels.collect(), by_wechat: by_wechat.collect() }
    }

    fn carrier(&self, channel: DeliveryChannel) -> Option<&dyn Carrier> {
        self.carriers.iter().map(Arc::as_ref).find(|carrier| carrier.channel() == channel)
    }

    async fn carry(&self, carrier: &dyn Carrier, claimed: Claimed) -> Result<()> {
        let outcome = carrier.carry(&claimed.parcel, self.clock.now()).await;
        let now = self.clock.now();
        let settled = rules::settle(outcome, claimed.attempts, claimed.until, now);
        let labels = [("channel", claimed.channel.as_str()), ("state", settled.state.as_str())];
        metrics::counter!("doorstep_deliveries_total", &labels).increment(1);
        self.db.write(move |conn| Ok(store::settle(conn, now, &claimed, &settled)?)).await
    }
}

/// A thread that delivers until it is dropped. Dropping it waits for what is on its way.
pub struct Courier {
    _rounds: Option<Rounds>,
}

impl Courier {
    /// Starts it. Without a carrier there is nothing to do, and it does nothing.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(post: Post) -> Result<Self> {
        if post.carriers.is_empty() {
            return Ok(Self { _rounds: None });
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let round = move || Ok(if runtime.block_on(post.run_due())? == 0 { More::Later } else { More::AtOnce });
        Ok(Self { _rounds: Some(Rounds::start("courier", round)?) })
    }
}
