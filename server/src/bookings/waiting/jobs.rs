//! What waitlists have done in the background. Nobody waits for it: reading and serving decide by the clock.

use chrono::Duration;
use doorstep_shared::{Timestamp, bookings::WaitState};
use serde::{Deserialize, Serialize};

use super::{
    messages::{self, Event},
    store,
};
use crate::{
    bookings::places,
    db::Conn,
    error::Result,
    inventory::{self, Day},
    jobs::{Context, Job, Next},
    policy::Policies,
};

/// What is done for waitlists, each in a transaction of its own.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepWaitlist {
    /// Ends entries whose care began without a place.
    Lapse,
    /// Offers places that came about in other ways than by being given back: a carer more, a closure lifted, a child who
    /// was somewhere else then and is not any more.
    Serve,
    /// Erases what is long past.
    Forget,
}

impl KeepWaitlist {
    pub const ALL: [Self; 3] = [Self::Lapse, Self::Serve, Self::Forget];
}

const EVERY: Duration = Duration::seconds(30);
/// Entries ended or erased in one transaction at most.
const ENTRIES: i64 = 200;
/// Class-days looked at, and of these locked, in one transaction at most.
const LOOKED_AT: usize = 500;
const LOCKED: usize = 20;
/// How long entries are kept after the day that they were for.
const KEPT: Duration = Duration::days(30);

impl Job for KeepWaitlist {
    const KIND: &'static str = "keep_waitlist";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let now = context.now;
        let done = match self {
            Self::Lapse => lapse(conn, now)?,
            Self::Serve => serve_all(conn, &context.policies, now).map(|()| 0)?,
            Self::Forget => store::forget(conn, (now - KEPT).local_date(), ENTRIES)?,
        };
        let is_more = i64::try_from(done).is_ok_and(|done| done >= ENTRIES);
        Ok(Next::Again(if is_more { Duration::zero() } else { EVERY }))
    }
}

fn lapse(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    let rows = store::lock_lapsed(conn, now, ENTRIES)?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    store::end(conn, now, &ids, WaitState::Lapsed)?;
    messages::tell(conn, now, &rows.iter().map(|row| (row, Event::Lapsed)).collect::<Vec<_>>())?;
    Ok(ids.len())
}

/// Looks without a lock first: nearly always there is nothing to give. Where there is too much to look at, or who fits
/// cannot be served, each has its turn.
fn serve_all(conn: &mut Conn, policies: &Policies, now: Timestamp) -> Result<()> {
    let awaited = in_turn(store::awaited(conn, now.local_date())?, now, LOOKED_AT);
    if awaited.is_empty() {
        return Ok(());
    }
    let seen = inventory::look_at_days(conn, policies, now, &awaited)?;
    let line = store::line(conn, &awaited)?;
    let fits = line.iter().filter(|entry| {
        let day = seen.get(entry.row.class_id, entry.row.date);
        let free = day.map_or(0, |day| usize::from(day.free(entry.row.span())));
        entry.state_at(now) == WaitState::Waiting && free >= entry.children.len()
    });
    let mut wanted: Vec<_> = fits.map(|entry| (entry.row.class_id, entry.row.date)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let wanted = in_turn(wanted, now, LOCKED);
    let mut days = places::lock(conn, policies, now, &wanted, &[])?;
    days.iter_mut().for_each(Day::look_again);
    places::save(conn, policies, now, &mut days)
}

/// So many of them, others each time.
fn in_turn<T>(mut all: Vec<T>, now: Timestamp, most: usize) -> Vec<T> {
    if all.len() > most {
        let turn = usize::try_from(now.seconds() / EVERY.num_seconds()).unwrap_or(0);
        let first = turn.wrapping_mul(most) % all.len();
        all.rotate_left(first);
        all.truncate(most);
    }
    all
}
