//! The rows of jobs.

use chrono::Duration;
use diesel::prelude::*;
use doorstep_shared::{Timestamp, ids::JobId};

use super::{NewJob, Next};
use crate::db::{Conn, schema::job};

/// A job that this worker has claimed.
#[derive(Clone, Debug, PartialEq, Queryable)]
pub struct Claimed {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    /// How often it was tried before.
    pub attempts: i16,
}

/// How long a claim holds. A worker that died is followed by another after that.
const CLAIM: Duration = Duration::minutes(5);
/// The first retry waits a second, each further one twice as long, up to an hour.
const LONGEST_DELAY_S: i64 = 3_600;
/// How long jobs that are done can be looked at.
const KEPT: Duration = Duration::days(1);
/// Rows erased in one transaction at most.
const PRUNED: i64 = 2_000;

pub fn insert_batch(conn: &mut Conn, run_at: Timestamp, jobs: &[NewJob]) -> QueryResult<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows = jobs.iter().map(|new| {
        (job::id.eq(new.id), job::kind.eq(new.kind), job::payload.eq(new.payload.clone()), job::run_at.eq(run_at))
    });
    let rows: Vec<_> = rows.collect();
    match conn {
        Conn::Postgres(conn) => diesel::insert_into(job::table).values(rows).on_conflict_do_nothing().execute(conn)?,
        Conn::Sqlite(conn) => diesel::insert_or_ignore_into(job::table).values(rows).execute(conn)?,
    };
    Ok(())
}

/// Whether a claim would find anything, so that an idle worker writes nothing.
pub fn is_any_due(conn: &mut Conn, now: Timestamp, kinds: &[&'static str]) -> QueryResult<bool> {
    let unclaimed = job::locked_until.is_null().or(job::locked_until.le(now));
    let due = job::table.filter(job::done_at.is_null()).filter(job::run_at.le(now)).filter(unclaimed);
    let first: Option<JobId> = due.filter(job::kind.eq_any(kinds)).select(job::id).first(conn).optional()?;
    Ok(first.is_some())
}

/// Takes jobs that are due, longest due first; another worker passes over them.
pub fn claim_batch(conn: &mut Conn, now: Timestamp, kinds: &[&'static str], most: i64) -> QueryResult<Vec<Claimed>> {
    let columns = (job::id, job::kind, job::payload, job::attempts);
    let unclaimed = job::locked_until.is_null().or(job::locked_until.le(now));
    let due = job::table.filter(job::done_at.is_null()).filter(job::run_at.le(now)).filter(unclaimed);
    let due = due.filter(job::kind.eq_any(kinds)).order(job::run_at).limit(most).select(columns);
    let claimed: Vec<Claimed> = match conn {
        Conn::Postgres(conn) => due.for_update().skip_locked().load(conn)?,
        Conn::Sqlite(conn) => due.load(conn)?,
    };
    diesel::update(job::table.filter(job::id.eq_any(claimed.iter().map(|job| job.id))))
        .set(job::locked_until.eq(Some(now + CLAIM)))
        .execute(conn)?;
    Ok(claimed)
}

/// Notes that a job ran, in its own transaction. False when it is not this worker's any more: its claim ran out.
pub fn finish(
    conn: &mut Conn,
    now: Timestamp,
    claimed: &Claimed,
    claimed_at: Timestamp,
    next: Next,
) -> QueryResult<bool> {
    let ours = job::table.find(claimed.id).filter(job::locked_until.eq(claimed_at + CLAIM));
    let free = (job::locked_until.eq(None::<Timestamp>), job::error.eq(None::<String>), job::attempts.eq(0));
    let changed = match next {
        Next::Done => diesel::update(ours).set((free, job::done_at.eq(Some(now)))).execute(conn)?,
        Next::Again(after) => diesel::update(ours).set((free, job::run_at.eq(now + after))).execute(conn)?,
    };
    Ok(changed == 1)
}

/// Notes that a job failed, and when it is tried again. Leaves it alone when another worker has it by now.
pub fn fail(conn: &mut Conn, now: Timestamp, claimed: &Claimed, claimed_at: Timestamp, why: &str) -> QueryResult<()> {
    diesel::update(job::table.find(claimed.id).filter(job::locked_until.eq(claimed_at + CLAIM)))
        .set((
            job::locked_until.eq(None::<Timestamp>),
            job::attempts.eq(claimed.attempts.saturating_add(1)),
            job::error.eq(Some(why)),
            job::run_at.eq(now + delay(claimed.attempts)),
        ))
        .execute(conn)?;
    Ok(())
}

/// How long a job waits that failed after so many attempts before.
fn delay(attempts: i16) -> Duration {
    let seconds = 1_i64 << attempts.clamp(0, 12);
    Duration::seconds(seconds.min(LONGEST_DELAY_S))
}

/// Erases jobs that were done more than a day ago, a bounded number. Returns how many.
///
/// # Errors
/// When the database fails.
pub fn prune(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let old: Vec<JobId> = job::table.filter(job::done_at.le(now - KEPT)).select(job::id).limit(PRUNED).load(conn)?;
    diesel::delete(job::table.filter(job::id.eq_any(old))).execute(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_retry_waits_longer_up_to_an_hour() {
        let waited: Vec<_> = [0, 1, 2, 5, 11, 12, i16::MAX].map(|n| delay(n).num_seconds()).into();
        assert_eq!(waited, [1, 2, 4, 32, 2_048, 3_600, 3_600]);
    }
}
