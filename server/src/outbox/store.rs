//! The rows of the outbox.

use std::collections::{BTreeMap, HashMap};

use diesel::{
    prelude::*,
    sql_types::{self, Array, Binary, Bool, Nullable, Text},
};
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, MessageId},
    messages::{DeliveryChannel, DeliveryState, MessageKind},
};

use super::{Channel, Delivery, Haste, Notice, OF_USE, Wanted, Way, Written};
use crate::db::{
    Conn,
    fixed::Fixed,
    schema::{account, delivery, message},
};

impl Notice {
    fn until(&self, now: Timestamp) -> Timestamp {
        self.until.unwrap_or(now + OF_USE)
    }
}

pub fn insert_batch(conn: &mut Conn, now: Timestamp, notices: &[Notice]) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => {
            let text = |part: fn(&Notice) -> &str| notices.iter().map(part).collect::<Vec<_>>();
            Fixed::new(
                "WITH told AS (SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
                 AS told (id, event, recipient, channel, body, kind, booking_id, visit_at, at_once, until)), \
                 new AS (INSERT INTO message \
                 (id, event, recipient, channel, body, created_at, kind, account_id, booking_id, visit_at) \
                 SELECT told.id, event, recipient, channel, body, ?, kind, account.id, booking_id, visit_at \
                 FROM told LEFT JOIN account ON channel = 'sms' AND phone = recipient \
                 ON CONFLICT DO NOTHING RETURNING id) \
                 INSERT INTO delivery (message_id, channel, state, at_once, until, next_try_at) \
                 SELECT told.id, 'sms', 'queued', at_once, until, ? FROM told JOIN new USING (id) WHERE channel = 'sms'",
            )
            .bind::<Array<Binary>, _>(notices.iter().map(|_| MessageId::new()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(text(|notice| &notice.message.event))
            .bind::<Array<Text>, _>(text(|notice| &notice.message.recipient))
            .bind::<Array<Text>, _>(text(|notice| notice.message.channel.as_str()))
            .bind::<Array<Text>, _>(text(|notice| &notice.message.body))
            .bind::<Array<Text>, _>(text(|notice| notice.kind.as_str()))
            .bind::<Array<Nullable<Binary>>, _>(notices.iter().map(|notice| notice.booking).collect::<Vec<_>>())
            .bind::<Array<Nullable<sql_types::Timestamp>>, _>(
                notices.iter().map(|notice| notice.visit_at).collect::<Vec<_>>(),
            )
            .bind::<Array<Bool>, _>(notices.iter().map(|notice| notice.haste == Haste::AtOnce).collect::<Vec<_>>())
            .bind::<Array<sql_types::Timestamp>, _>(notices.iter().map(|notice| notice.until(now)).collect::<Vec<_>>())
            .bind::<sql_types::Timestamp, _>(now)
            .bind::<sql_types::Timestamp, _>(now)
            .execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            // One by one: the statements are known already, and nothing travels.
            for notice in notices {
                insert_one(conn, now, notice)?;
            }
        }
    }
    Ok(())
}

fn insert_one(conn: &mut SqliteConnection, now: Timestamp, notice: &Notice) -> QueryResult<()> {
    let (id, told) = (MessageId::new(), &notice.message);
    let to_person = told.channel == Channel::Sms;
    let account: Option<AccountId> = if to_person {
        account::table.filter(account::phone.eq(&told.recipient)).select(account::id).first(conn).optional()?
    } else {
        None
    };
    let row = (
        message::id.eq(id),
        message::event.eq(&told.event),
        message::recipient.eq(&told.recipient),
        message::channel.eq(told.channel.as_str()),
        message::body.eq(&told.body),
        message::created_at.eq(now),
        message::kind.eq(notice.kind),
        message::account_id.eq(account),
        message::booking_id.eq(notice.booking),
        message::visit_at.eq(notice.visit_at),
    );
    if diesel::insert_or_ignore_into(message::table).values(row).execute(conn)? == 0 || !to_person {
        return Ok(());
    }
    let row = (
        delivery::message_id.eq(id),
        delivery::channel.eq(DeliveryChannel::Sms),
        delivery::state.eq(DeliveryState::Queued),
        delivery::at_once.eq(notice.haste == Haste::AtOnce),
        delivery::until.eq(notice.until(now)),
        delivery::next_try_at.eq(now),
    );
    diesel::insert_into(delivery::table).values(row).execute(conn)?;
    Ok(())
}

/// The newest messages with the state of each of their ways.
pub fn latest(conn: &mut Conn, recipient: Option<&str>, limit: u16) -> QueryResult<Vec<Written>> {
    type Row = (MessageId, String, String, String, String, Timestamp, MessageKind);
    let columns = (
        message::id,
        message::event,
        message::recipient,
        message::channel,
        message::body,
        message::created_at,
        message::kind,
    );
    let mut query = message::table.select(columns).into_boxed();
    if let Some(recipient) = recipient {
        query = query.filter(message::recipient.eq(recipient.to_owned()));
    }
    // Ids of one moment sort in the order written.
    let rows: Vec<Row> =
        query.order((message::created_at.desc(), message::id.desc())).limit(i64::from(limit)).load(conn)?;
    let mut deliveries = deliveries(conn, rows.iter().map(|row| row.0).collect())?;
    let written = rows.into_iter().map(|(id, event, recipient, channel, body, created_at, kind)| {
        let deliveries = deliveries.remove(&id).unwrap_or_default();
        let by_sms = deliveries.get(&DeliveryChannel::Sms).map(|text| text.state);
        let by_wechat = deliveries.get(&DeliveryChannel::Wechat).map(|letter| letter.state);
        // A text message that is left out is so because WeChat brings it, or nobody wants it.
        let state = match (by_sms, by_wechat) {
            (Some(DeliveryState::Skipped), Some(state)) | (Some(state), _) => state,
            (None, state) => state.unwrap_or(DeliveryState::Queued),
        };
        Written { id, event, recipient, channel, body, created_at, state, kind, deliveries }
    });
    Ok(written.collect())
}

/// Each message on each of its ways, newest first; one that lies there to be read has none of its own.
pub fn ways(conn: &mut Conn, wanted: &Wanted) -> QueryResult<Vec<Way>> {
    type Message = (MessageId, Timestamp, MessageKind, String, String);
    type On = (
        Option<DeliveryChannel>,
        Option<DeliveryState>,
        Option<i16>,
        Option<Timestamp>,
        Option<String>,
        Option<String>,
    );
    let mut query = message::table
        .left_join(delivery::table)
        .select((
            (message::id, message::created_at, message::kind, message::recipient, message::channel),
            (
                delivery::channel.nullable(),
                delivery::state.nullable(),
                delivery::attempts.nullable(),
                delivery::next_try_at.nullable(),
                delivery::error.nullable(),
                delivery::provider_id.nullable(),
            ),
        ))
        .into_boxed();
    if let Some(state) = wanted.state {
        query = query.filter(delivery::state.eq(state));
    }
    if let Some(since) = wanted.since {
        query = query.filter(message::created_at.ge(since));
    }
    let order = (message::created_at.desc(), message::id.desc(), delivery::channel.asc());
    let rows: Vec<(Message, On)> = query.order(order).limit(i64::from(wanted.limit)).load(conn)?;
    let way = |((message_id, written_at, kind, recipient, lies_at), on): (Message, On)| {
        let (channel, state, tries, next_try_at, why, provider_id) = on;
        let channel = channel.map_or(lies_at, |channel| channel.to_string());
        let tries = tries.unwrap_or(0);
        Way { written_at, kind, channel, state, tries, next_try_at, recipient, why, provider_id, message_id }.masked()
    };
    Ok(rows.into_iter().map(way).collect())
}

type Ways = BTreeMap<DeliveryChannel, Delivery>;

fn deliveries(conn: &mut Conn, of: Vec<MessageId>) -> QueryResult<HashMap<MessageId, Ways>> {
    type Row = (MessageId, DeliveryChannel, DeliveryState, i16, Option<String>, Option<String>, Option<Timestamp>);
    let rows: Vec<Row> = delivery::table
        .filter(delivery::message_id.eq_any(of))
        .select((
            delivery::message_id,
            delivery::channel,
            delivery::state,
            delivery::attempts,
            delivery::provider_id,
            delivery::error,
            delivery::next_try_at,
        ))
        .load(conn)?;
    let mut found: HashMap<MessageId, Ways> = HashMap::new();
    for (id, channel, state, attempts, provider_id, error, next_try_at) in rows {
        let delivery = Delivery { state, attempts, provider_id, error, next_try_at };
        found.entry(id).or_default().insert(channel, delivery);
    }
    Ok(found)
}

pub fn delete_of(conn: &mut Conn, recipient: &str) -> QueryResult<usize> {
    diesel::delete(message::table.filter(message::recipient.eq(recipient.to_owned()))).execute(conn)
}

pub fn delete_before(conn: &mut Conn, oldest: Timestamp) -> QueryResult<usize> {
    diesel::delete(message::table.filter(message::created_at.le(oldest))).execute(conn)
}
