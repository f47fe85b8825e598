//! Accept, decline, leave, and come back.

use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    bookings::{CancelBooking, WaitState, WaitlistEntry},
    ids::{ClassId, FamilyId, WaitlistEntryId},
};

use super::{
    store::{self, Entry},
    view,
};
use crate::{
    bookings::{
        cancel, change,
        locked::{self, Locked},
        messages::Actor,
        places, rules, store as rows,
    },
    db::Conn,
    error::Result,
    inventory::Day,
    policy::Policies,
};

/// Which entry is meant, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub id: WaitlistEntryId,
    pub family: FamilyId,
    pub now: Timestamp,
    pub by: Actor,
}

fn find(conn: &mut Conn, asked: Asked) -> Result<Entry> {
    Ok(store::find(conn, asked.family, asked.id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?)
}

fn wrong_state(state: WaitState) -> Problem {
    Problem::new(ProblemKind::WrongState).detail(format!("the entry is {state}"))
}

/// Has what time decided written down: a hold ran out that nobody has looked at since, and its place is the next one's.
pub fn catch_up(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    family: FamilyId,
    class_days: &[(ClassId, Date)],
) -> Result<()> {
    let mut days = places::lock(conn, policies, now, class_days, &[family])?;
    places::save(conn, policies, now, &mut days)
}

/// Books the place that is offered.
///
/// # Errors
/// `not-found`, `hold-expired` when it is the next one's by now, `wrong-state` when none is offered.
pub fn accept(conn: &mut Conn, policies: &Policies, asked: Asked, leave_others: bool) -> Result<WaitlistEntry> {
    let mut entry = find(conn, asked)?;
    if entry.state_at(asked.now) == WaitState::Waiting {
        catch_up(conn, policies, asked.now, asked.family, &[(entry.row.class_id, entry.row.date)])?;
        entry = find(conn, asked)?;
    }
    let place = match (entry.state_at(asked.now), entry.row.booking_id) {
        (WaitState::Offered, Some(place)) => place,
        (WaitState::Expired, _) => return Err(ProblemKind::HoldExpired.into()),
        (state, _) => return Err(wrong_state(state).into()),
    };
    let Asked { family, now, by, .. } = asked;
    change::confirm(conn, policies, locked::Asked { id: place, family, now, by })?;
    if leave_others {
        rows::lock_families(conn, &[family])?;
        let others = store::others(conn, &entry)?;
        store::end(conn, now, &others, WaitState::Left)?;
    }
    view::get(conn, policies, now, family, asked.id)
}

/// Stops waiting, or gives an offered place to the next in line.
///
/// # Errors
/// `not-found`, `wrong-state` when it has ended.
pub fn leave(conn: &mut Conn, policies: &Policies, asked: Asked) -> Result<WaitlistEntry> {
    let Asked { family, now, by, .. } = asked;
    let entry = find(conn, asked)?;
    match (entry.state_at(now), entry.row.booking_id) {
        (WaitState::Offered, Some(id)) => {
            cancel::cancel(conn, policies, locked::Asked { id, family, now, by }, &CancelBooking::all(id))?;
        }
        (WaitState::Waiting, _) => {
            let wanted = [(entry.row.class_id, entry.row.date)];
            let mut days = places::lock(conn, policies, now, &wanted, &[family])?;
            rows::lock_families(conn, &[family])?;
            // A place may have been offered while the lock was waited for: leaving that is another decision.
            let entry = find(conn, asked)?;
            if entry.state_at(now) != WaitState::Waiting {
                return Err(wrong_state(entry.state_at(now)).into());
            }
            store::end(conn, now, &[asked.id], WaitState::Left)?;
            for day in days.iter_mut() {
                day.waiting = (day.waiting - 1).max(0);
                day.touch();
            }
            places::save(conn, policies, now, &mut days)?;
        }
        (state, _) => return Err(wrong_state(state).into()),
    }
    view::get(conn, policies, now, family, asked.id)
}

/// Undoes leaving, at the old place in line. What has come free meanwhile is offered at once.
///
/// # Errors
/// `not-found`, `wrong-state` when the family has not left, `too-late-to-undo`, `already-waiting` when it has joined
/// anew.
pub fn rejoin(conn: &mut Conn, policies: &Policies, asked: Asked) -> Result<WaitlistEntry> {
    let Asked { family, now, .. } = asked;
    let entry = find(conn, asked)?;
    let wanted = [(entry.row.class_id, entry.row.date)];
    let mut days = places::lock(conn, policies, now, &wanted, &[family])?;
    rows::lock_families(conn, &[family])?;
    let entry = find(conn, asked)?;
    let (WaitState::Left, Some(left)) = (entry.row.state, entry.row.ended_at) else {
        return Err(wrong_state(entry.state_at(now)).into());
    };
    let policy = policies.on(now.local_date());
    if left + rules::undo_time(&policy.booking) <= now || entry.row.begins() <= now {
        return Err(ProblemKind::TooLateToUndo.into());
    }
    let own = store::of_family(conn, family, Some(now.local_date()), i64::MAX)?;
    let open: Vec<_> = own.iter().filter(|other| other.state_at(now).is_open()).collect();
    if open.iter().any(|other| is_same(other, &entry)) {
        return Err(ProblemKind::AlreadyWaiting.into());
    }
    if open.len() >= usize::from(policy.waitlist.entries) {
        return Err(ProblemKind::TooManyEntries.into());
    }
    store::reopen(conn, asked.id)?;
    for day in days.iter_mut() {
        day.waiting += 1;
        day.touch();
        day.look_again();
    }
    places::save(conn, policies, now, &mut days)?;
    view::get(conn, policies, now, family, asked.id)
}

/// Whether both are for the same window, and some of the same children.
fn is_same(one: &Entry, other: &Entry) -> bool {
    (one.row.offer_id, one.row.date, one.row.span()) == (other.row.offer_id, other.row.date, other.row.span())
        && one.children.iter().any(|child| other.children.contains(child))
}

/// Writes down what became of a hold, where it was a place that was offered. Its class-days are locked.
///
/// # Errors
/// When the database fails.
pub fn note(conn: &mut Conn, locked: &mut Locked, state: WaitState) -> Result<()> {
    // An offer counts among those who wait, so where nobody does it was none.
    if locked.places.iter().all(|day| day.waiting == 0) {
        return Ok(());
    }
    let offered = i32::try_from(store::note(conn, locked.now, locked.row.id, state)?).unwrap_or(0);
    let ended = |day: &mut Day| day.waiting = (day.waiting - offered).max(0);
    locked.places.iter_mut().for_each(ended);
    Ok(())
}
