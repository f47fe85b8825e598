//! Rows of deliveries that are due.

use std::collections::HashMap;

use chrono::Duration;
use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, BookingId, MessageId},
    messages::{DeliveryChannel, DeliveryState, MessageKind},
};

use super::rules::{Decision, Due, Settled, decide};
use crate::{
    carriers::{Parcel, To},
    db::{
        Conn,
        schema::{account, booking, delivery, message, nursery, wechat_binding},
    },
    policy::MessageRules,
};

/// How long a claim holds: longer than a carrier is waited for.
const CLAIM: Duration = Duration::minutes(1);

/// A delivery that this courier has claimed.
pub struct Claimed {
    pub channel: DeliveryChannel,
    pub parcel: Parcel,
    /// This one included.
    pub attempts: i16,
    pub until: Timestamp,
    claimed_until: Timestamp,
}

/// What goes by which way.
#[derive(Clone)]
pub struct Ways {
    pub channels: Vec<DeliveryChannel>,
    /// What WeChat can bring.
    pub by_wechat: Vec<MessageKind>,
}

/// Whether a claim would find anything, so that an idle courier writes nothing.
pub fn is_any_due(conn: &mut Conn, now: Timestamp, ways: &Ways) -> QueryResult<bool> {
    let due = delivery::table.filter(delivery::next_try_at.le(now)).filter(delivery::channel.eq_any(&ways.channels));
    Ok(due.select(delivery::message_id).first::<MessageId>(conn).optional()?.is_some())
}

/// Takes deliveries that are due, longest due first; another courier passes over them. What need not be sent now, or
/// goes by another way, is written down as that.
pub fn claim_batch(
    conn: &mut Conn,
    now: Timestamp,
    rules: &MessageRules,
    ways: &Ways,
    most: i64,
) -> QueryResult<Vec<Claimed>> {
    let due = delivery::table
        .filter(delivery::next_try_at.le(now))
        .filter(delivery::channel.eq_any(&ways.channels))
        .order(delivery::next_try_at)
        .limit(most)
        .select((
            delivery::message_id,
            delivery::channel,
            delivery::state,
            delivery::at_once,
            delivery::until,
            delivery::attempts,
        ));
    let rows: Vec<(MessageId, DeliveryChannel, DeliveryState, bool, Timestamp, i16)> = match conn {
        Conn::Postgres(conn) => due.for_update().skip_locked().load(conn)?,
        Conn::Sqlite(conn) => due.load(conn)?,
    };
    let letters = letters(conn, rows.iter().map(|row| row.0).collect())?;
    let mut claimed = Vec::new();
    for (id, channel, state, at_once, until, attempts) in rows {
        let Some(letter) = letters.get(&id) else { continue };
        let by_wechat = letter.wechat.as_ref().filter(|_| ways.by_wechat.contains(&letter.parcel.kind));
        let wanted = match channel {
            DeliveryChannel::Sms => letter.by_sms,
            DeliveryChannel::Wechat => by_wechat.is_some(),
        };
        let wechat = by_wechat.is_some() && !letter.tried_wechat;
        let due = Due { channel, state, kind: letter.parcel.kind, at_once, until, wanted, wechat };
        match decide(&due, now, rules) {
            Decision::Goes => (),
            Decision::Settled(settled) => {
                write_down(conn, (id, channel), &settled)?;
                if settled.falls_back(channel, until, now) {
                    fall_back(conn, now, id)?;
                }
                continue;
            }
            Decision::ByWechat(settled) => {
                write_down(conn, (id, channel), &settled)?;
                hand_to_wechat(conn, now, id, at_once, until)?;
                continue;
            }
        }
        let (attempts, claimed_until) = (attempts.saturating_add(1), now + CLAIM);
        let changes = (
            delivery::state.eq(DeliveryState::Sending),
            delivery::next_try_at.eq(claimed_until),
            delivery::attempts.eq(attempts),
        );
        diesel::update(delivery::table.find((id, channel))).set(changes).execute(conn)?;
        let mut parcel = letter.parcel.clone();
        if let (DeliveryChannel::Wechat, Some(to)) = (channel, by_wechat) {
            parcel.to = to.clone();
        }
        claimed.push(Claimed { channel, parcel, attempts, until, claimed_until });
    }
    Ok(claimed)
}

fn write_down(conn: &mut Conn, key: (MessageId, DeliveryChannel), settled: &Settled) -> QueryResult<()> {
    let changes = (
        delivery::state.eq(settled.state),
        delivery::next_try_at.eq(settled.next_try_at),
        delivery::error.eq(&settled.error),
    );
    diesel::update(delivery::table.find(key)).set(changes).execute(conn)?;
    Ok(())
}

fn hand_to_wechat(conn: &mut Conn, now: Timestamp, id: MessageId, at_once: bool, until: Timestamp) -> QueryResult<()> {
    let row = (
        delivery::message_id.eq(id),
        delivery::channel.eq(DeliveryChannel::Wechat),
        delivery::state.eq(DeliveryState::Queued),
        delivery::at_once.eq(at_once),
        delivery::until.eq(until),
        delivery::next_try_at.eq(now),
    );
    diesel::insert_into(delivery::table).values(row).execute(conn)?;
    Ok(())
}

/// The text message goes after all.
fn fall_back(conn: &mut Conn, now: Timestamp, id: MessageId) -> QueryResult<()> {
    let text = delivery::table.find((id, DeliveryChannel::Sms)).filter(delivery::state.eq(DeliveryState::Skipped));
    let changes = (delivery::state.eq(DeliveryState::Queued), delivery::next_try_at.eq(now));
    diesel::update(text).set(changes).execute(conn)?;
    Ok(())
}

/// A message with what its person wants.
struct Letter {
    /// To the phone.
    parcel: Parcel,
    by_sms: bool,
    /// The WeChat that is bound and wanted.
    wechat: Option<To>,
    tried_wechat: bool,
}

fn letters(conn: &mut Conn, ids: Vec<MessageId>) -> QueryResult<HashMap<MessageId, Letter>> {
    type Of = (MessageId, String, MessageKind, String, Timestamp, Option<Timestamp>, Option<BookingId>);
    type By = (Option<bool>, Option<AccountId>, Option<Vec<u8>>, Option<bool>);
    let rows: Vec<(Of, By)> = message::table
        .left_join(account::table.left_join(wechat_binding::table))
        .filter(message::id.eq_any(&ids))
        .select((
            (
                message::id,
                message::recipient,
                message::kind,
                message::body,
                message::created_at,
                message::visit_at,
                message::booking_id,
            ),
            (
                account::by_sms.nullable(),
                wechat_binding::account_id.nullable(),
                wechat_binding::openid_sealed.nullable(),
                wechat_binding::is_on.nullable(),
            ),
        ))
        .load(conn)?;
    let names = nursery_names(conn, rows.iter().filter_map(|(of, _)| of.6).collect())?;
    let tried: Vec<MessageId> = delivery::table
        .filter(delivery::message_id.eq_any(&ids))
        .filter(delivery::channel.eq(DeliveryChannel::Wechat))
        .select(delivery::message_id)
        .load(conn)?;
    let letters = rows.into_iter().map(|((id, phone, kind, body, created_at, visit_at, booking), by)| {
        let nursery = booking.and_then(|booking| names.get(&booking).cloned());
        let when = visit_at.unwrap_or(created_at);
        let (by_sms, account, openid_sealed, is_on) = by;
        let bound = account.zip(openid_sealed).filter(|_| is_on == Some(true));
        let letter = Letter {
            parcel: Parcel { id, to: To::Phone(phone), kind, body, nursery, when },
            by_sms: by_sms.unwrap_or(true),
            wechat: bound.map(|(account, openid_sealed)| To::Wechat { account, openid_sealed }),
            tried_wechat: tried.contains(&id),
        };
        (id, letter)
    });
    Ok(letters.collect())
}

fn nursery_names(conn: &mut Conn, bookings: Vec<BookingId>) -> QueryResult<HashMap<BookingId, String>> {
    let names = booking::table.inner_join(nursery::table).filter(booking::id.eq_any(bookings));
    Ok(names.select((booking::id, nursery::name)).load::<(BookingId, String)>(conn)?.into_iter().collect())
}

/// Writes down what became of a delivery, unless the claim ran out and that was written down.
pub fn settle(conn: &mut Conn, now: Timestamp, claimed: &Claimed, settled: &Settled) -> QueryResult<()> {
    let ours = delivery::table
        .find((claimed.parcel.id, claimed.channel))
        .filter(delivery::state.eq(DeliveryState::Sending))
        .filter(delivery::next_try_at.eq(claimed.claimed_until));
    let changes = (
        delivery::state.eq(settled.state),
        delivery::next_try_at.eq(settled.next_try_at),
        delivery::provider_id.eq(&settled.provider_id),
        delivery::error.eq(&settled.error),
    );
    let is_ours = diesel::update(ours).set(changes).execute(conn)? == 1;
    if is_ours && settled.falls_back(claimed.channel, claimed.until, now) {
        fall_back(conn, now, claimed.parcel.id)?;
    }
    Ok(())
}
