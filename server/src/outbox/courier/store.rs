//! Rows of deliveries that are due.

use std::collections::HashMap;

use chrono::Duration;
use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    ids::{BookingId, MessageId},
    messages::{DeliveryChannel, DeliveryState, MessageKind},
};

use super::rules::{Due, Settled, decide};
use crate::{
    carriers::Parcel,
    db::{
        Conn,
        schema::{account, booking, delivery, message, nursery},
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

/// Whether a claim would find anything, so that an idle courier writes nothing.
pub fn is_any_due(conn: &mut Conn, now: Timestamp, channels: &[DeliveryChannel]) -> QueryResult<bool> {
    let due = delivery::table.filter(delivery::next_try_at.le(now)).filter(delivery::channel.eq_any(channels));
    Ok(due.select(delivery::message_id).first::<MessageId>(conn).optional()?.is_some())
}

/// Takes deliveries that are due, longest due first; another courier passes over them. What need not be sent now is
/// written down as that.
pub fn claim_batch(
    conn: &mut Conn,
    now: Timestamp,
    rules: &MessageRules,
    channels: &[DeliveryChannel],
    most: i64,
) -> QueryResult<Vec<Claimed>> {
    let due = delivery::table
        .filter(delivery::next_try_at.le(now))
        .filter(delivery::channel.eq_any(channels))
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
    let parcels = parcels(conn, rows.iter().map(|row| row.0).collect())?;
    let mut claimed = Vec::new();
    for (id, channel, state, at_once, until, attempts) in rows {
        let Some((parcel, wanted)) = parcels.get(&id) else { continue };
        let due = Due { state, kind: parcel.kind, at_once, until, wanted: *wanted };
        let row = delivery::table.find((id, channel));
        if let Some(settled) = decide(&due, now, rules) {
            let changes = (
                delivery::state.eq(settled.state),
                delivery::next_try_at.eq(settled.next_try_at),
                delivery::error.eq(settled.error),
            );
            diesel::update(row).set(changes).execute(conn)?;
            continue;
        }
        let (attempts, claimed_until) = (attempts.saturating_add(1), now + CLAIM);
        let changes = (
            delivery::state.eq(DeliveryState::Sending),
            delivery::next_try_at.eq(claimed_until),
            delivery::attempts.eq(attempts),
        );
        diesel::update(row).set(changes).execute(conn)?;
        claimed.push(Claimed { channel, parcel: parcel.clone(), attempts, until, claimed_until });
    }
    Ok(claimed)
}

/// The messages, and whether their people want text messages.
fn parcels(conn: &mut Conn, ids: Vec<MessageId>) -> QueryResult<HashMap<MessageId, (Parcel, bool)>> {
    type Row = (MessageId, String, MessageKind, String, Timestamp, Option<Timestamp>, Option<BookingId>, Option<bool>);
    let rows: Vec<Row> = message::table
        .left_join(account::table)
        .filter(message::id.eq_any(ids))
        .select((
            message::id,
            message::recipient,
            message::kind,
            message::body,
            message::created_at,
            message::visit_at,
            message::booking_id,
            account::by_sms.nullable(),
        ))
        .load(conn)?;
    let bookings: Vec<BookingId> = rows.iter().filter_map(|row| row.6).collect();
    let names: HashMap<BookingId, String> = booking::table
        .inner_join(nursery::table)
        .filter(booking::id.eq_any(bookings))
        .select((booking::id, nursery::name))
        .load::<(BookingId, String)>(conn)?
        .into_iter()
        .collect();
    let parcels = rows.into_iter().map(|(id, to, kind, body, created_at, visit_at, booking, by_sms)| {
        let nursery = booking.and_then(|booking| names.get(&booking).cloned());
        let when = visit_at.unwrap_or(created_at);
        (id, (Parcel { id, to, kind, body, nursery, when }, by_sms.unwrap_or(true)))
    });
    Ok(parcels.collect())
}

/// Writes down what became of a delivery, unless the claim ran out and that was written down.
pub fn settle(conn: &mut Conn, claimed: &Claimed, settled: &Settled) -> QueryResult<()> {
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
    diesel::update(ours).set(changes).execute(conn)?;
    Ok(())
}
