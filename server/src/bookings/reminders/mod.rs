//! Reminders of visits that are near, and what families answer.
//!
//! A periodic job decides stretch after stretch of time, and notes how far it has come: what fell due while nothing ran
//! is told late, or not at all when it would be too late. A visit is what a booking's children do on one day, from the
//! first of them on; moved to another time it is another visit.

mod answer;
mod rules;
mod store;

use chrono::Duration;
use doorstep_shared::{
    Span, Timestamp,
    bookings::{BookedNursery, DayState},
    ids::BookingId,
    messages::MessageKind,
};
use doorstep_web::family::messages as texts;
use serde::{Deserialize, Serialize};

use self::rules::{Reminder, Stretch};
pub use self::{answer::answer, store::answers};
use super::store::{BookingRow, DayRow};
use crate::{
    accounts::{self, Told},
    db::Conn,
    error::Result,
    jobs::{Context, Job, Next},
    outbox::{self, Channel, Haste, Message, Notice},
    policy::{MessageRules, Policies},
};

/// Bookings looked at in one transaction at most.
const MOST: usize = 100;
const EVERY: Duration = Duration::minutes(1);
/// Looked at again, for bookings that were being committed when it was looked at first. Nobody is told twice.
const AGAIN: Duration = Duration::minutes(5);

/// How far reminding has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// All that fell due until then is decided.
    through: Timestamp,
    /// The end of the stretch that is being decided, and the last booking of it that was looked at.
    open: Option<(Timestamp, store::Cursor)>,
}

/// Reminds everybody of a family of visits that are near.
#[derive(Debug, Serialize, Deserialize)]
pub struct Remind {}

impl Job for Remind {
    const KIND: &'static str = "remind";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        Ok(Next::Again(if remind(conn, &context.policies, context.now)? { Duration::zero() } else { EVERY }))
    }
}

/// One step of reminding. True when there is more to do at once.
fn remind(conn: &mut Conn, policies: &Policies, now: Timestamp) -> Result<bool> {
    let rules = policies.on(now.local_date()).messages;
    let longest = Reminder::ALL.into_iter().map(|reminder| reminder.late(&rules)).max().unwrap_or_default();
    let Progress { through, open } = store::progress(conn)?.unwrap_or(Progress { through: now - longest, open: None });
    let (until, after) = open.map_or((now, None), |(until, last)| (until, Some(last)));
    let stretch = Stretch { from: through - AGAIN, until };
    let (bookings, last) = store::page(conn, &stretch.begins(now, &rules), after, MOST)?;
    let notices = notices(conn, &bookings, stretch, now, &rules)?;
    outbox::tell_batch(conn, now, &notices)?;
    let next = match last {
        Some(last) => Progress { through, open: Some((until, last)) },
        None => Progress { through: until, open: None },
    };
    store::save(conn, &next)?;
    Ok(next.open.is_some())
}

fn notices(
    conn: &mut Conn,
    bookings: &[BookingId],
    stretch: Stretch,
    now: Timestamp,
    rules: &MessageRules,
) -> Result<Vec<Notice>> {
    let mut notices = Vec::new();
    let found = store::with_days(conn, bookings)?;
    let families: Vec<_> = found.iter().map(|(booking, ..)| booking.family_id).collect();
    let told = accounts::told(conn, &families)?;
    for (booking, nursery, days) in &found {
        let told = told.get(&booking.family_id).map_or(&[][..], Vec::as_slice);
        for visit in visits(booking, days) {
            let near = Reminder::ALL.into_iter().filter(|reminder| {
                // Who booked or moved it after that knows.
                let due = reminder.due(visit.begins, rules);
                stretch.has(*reminder, visit.begins, now, rules) && visit.since <= due
            });
            for reminder in near {
                notices.extend(told.iter().map(|person| notice(booking, nursery, &visit, reminder, person)));
            }
        }
    }
    Ok(notices)
}

/// The coming of a booking's children on one day.
pub struct Visit {
    /// When the first of them is expected.
    pub begins: Timestamp,
    pub window: Span,
    /// Since when it has been so.
    since: Timestamp,
}

/// The visits of a confirmed booking that are still to be: one for each date.
pub fn visits(booking: &BookingRow, days: &[DayRow]) -> Vec<Visit> {
    let expected: Vec<_> = days.iter().filter(|day| day.takes_place && day.state == DayState::Expected).collect();
    let dates = expected.chunk_by(|one, next| one.date == next.date);
    let visits = dates.filter_map(|on_date| {
        let first = on_date.iter().min_by_key(|day| day.from_half_hour)?;
        let moved = days.iter().filter(|day| day.is_trace() && day.moved_day == Some(first.id));
        let since = moved.filter_map(|trace| trace.left_at).chain(booking.confirmed_at).max()?;
        Some(Visit { begins: first.begins(), window: first.span(), since })
    });
    visits.collect()
}

fn notice(booking: &BookingRow, nursery: &BookedNursery, visit: &Visit, reminder: Reminder, to: &Told) -> Notice {
    let when = texts::when(visit.begins.local_date(), visit.window, 1, to.locale);
    let event = format!("reminder:{}:{}:{}", reminder.as_str(), booking.id, visit.begins.seconds());
    let body = texts::reminder(&nursery.name, &when, &booking.door_code, to.locale);
    Notice {
        message: Message { event, recipient: to.phone.clone(), channel: Channel::Sms, body },
        kind: MessageKind::Reminder,
        booking: Some(booking.id),
        visit_at: Some(visit.begins),
        haste: Haste::ByDay,
        until: Some(visit.begins),
    }
}
