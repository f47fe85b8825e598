//! Confirm and extend a hold; undo the last step.

use chrono::Datelike as _;
use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    bookings::{Booking, BookingState, DayState, Undoable, WaitState},
    care::CareKind,
    ids::FamilyId,
    problem::FieldRule,
};

use super::{
    facts::Known,
    locked::{Asked, Locked, lock, wrong_state},
    messages::Event,
    moving, rules,
    store::{self, DayRow},
    view, waiting,
};
use crate::{db::Conn, error::Result, policy::Policies};

/// # Errors
/// `hold-expired`, or `wrong-state` when it is no hold any more.
fn is_held(locked: &Locked) -> Result<(), Problem> {
    match locked.row.state_at(locked.now) {
        // Somebody whose clock runs ahead may have given a place back already.
        BookingState::Held if locked.days.iter().all(|day| day.takes_place) => Ok(()),
        BookingState::Held | BookingState::Expired => Err(Problem::new(ProblemKind::HoldExpired)),
        state => Err(wrong_state(state)),
    }
}

/// Turns a hold into a booking.
///
/// # Errors
/// `not-found`, `hold-expired`, `wrong-state`.
pub fn confirm(conn: &mut Conn, policies: &Policies, asked: Asked) -> Result<Booking> {
    let mut locked = lock(conn, policies, asked)?;
    is_held(&locked)?;
    locked.row.state = BookingState::Confirmed;
    locked.row.confirmed_at = Some(asked.now);
    locked.row.hold_expires_at = None;
    waiting::note(conn, &mut locked, WaitState::Accepted)?;
    locked.save(conn, Some(Event::Booked))
}

/// Keeps a hold for as long again, once: counted from when it would have run out.
///
/// # Errors
/// `not-found`, `hold-expired`, `wrong-state` the second time.
pub fn extend(conn: &mut Conn, policies: &Policies, asked: Asked) -> Result<Booking> {
    let mut locked = lock(conn, policies, asked)?;
    is_held(&locked)?;
    if locked.row.extended || locked.limits.hold_extensions == 0 {
        return Err(Problem::new(ProblemKind::WrongState).detail("a hold is extended once").into());
    }
    locked.row.extended = true;
    locked.row.hold_expires_at = locked.row.hold_expires_at.map(|expires| expires + rules::hold_time(locked.limits));
    locked.save(conn, None)
}

/// Undoes the last step while its minutes run: the booking, free of cost, a cancellation, or a move.
///
/// # Errors
/// `not-found`, `wrong-state` when there is nothing to undo or something else than `what`, `too-late-to-undo`; for a
/// cancellation or a move also `slot-full`, `child-busy`, `wrong-age`, `temporary-limit` or `invalid` (without consent)
/// when the children cannot come any more.
pub fn undo(conn: &mut Conn, policies: &Policies, asked: Asked, what: Option<Undoable>) -> Result<Booking> {
    let found = store::find(conn, asked.family, asked.id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    // Where a booking was moved from never changes, so it can be read before it is locked.
    if let Some(from) = found.moved_from.filter(|_| found.version == 1) {
        return moving::undo_to_other_nursery(conn, policies, asked, from, what);
    }
    let mut locked = lock(conn, policies, asked)?;
    match what_to_undo(&locked, what)? {
        Undoable::Booking => {
            locked.leave(DayState::Released, |_| true);
            locked.forgive();
            locked.row.confirmed_at = None;
            locked.end();
            locked.save(conn, Some(Event::BookingUndone))
        }
        Undoable::Cancellation => {
            let version = locked.row.version;
            let last = move |day: &DayRow| day.left_in == Some(version);
            retake(conn, &mut locked, last)?;
            locked.come_back(last);
            locked.stand();
            locked.save(conn, Some(Event::CancellationUndone))
        }
        Undoable::Move => moving::undo_here(conn, locked),
    }
}

/// # Errors
/// `wrong-state` when there is nothing to undo, or something else than was meant; `too-late-to-undo`.
pub fn what_to_undo(locked: &Locked, meant: Option<Undoable>) -> Result<Undoable, Problem> {
    if let Some(undo) = view::undo(&locked.row, locked.days.iter(), locked.now, locked.limits) {
        let is_meant = meant.is_none_or(|meant| meant == undo.what);
        return if is_meant { Ok(undo.what) } else { Err(wrong_state(locked.row.state)) };
    }
    match view::last_step(&locked.row, locked.days.iter()) {
        Some(_) => Err(Problem::new(ProblemKind::TooLateToUndo)),
        None => Err(wrong_state(locked.row.state_at(locked.now))),
    }
}

/// Takes the places of days that were given up again, all or none.
///
/// # Errors
/// `slot-full`, `child-busy`, `wrong-age`, `wrong-state`.
pub fn retake(conn: &mut Conn, locked: &mut Locked, which: impl Fn(&DayRow) -> bool) -> Result<()> {
    let left: Vec<DayRow> = locked.days.iter().filter(|day| which(day)).cloned().collect();
    let known = family_facts(conn, locked.row.family_id, &left, locked.now)?;
    may_come(locked, &left, &known)?;
    Ok(take_again(locked, &left)?)
}

/// The family, locked, with its children and what they have booked in the months of these days and later.
pub fn family_facts(conn: &mut Conn, family: FamilyId, days: &[DayRow], now: Timestamp) -> Result<Known> {
    store::lock_families(conn, &[family])?;
    let first = days.iter().map(|day| day.date).min().unwrap_or_else(|| now.local_date());
    // The whole month: temporary care is counted in it. The first of a month exists in every month.
    let taken = store::taken(conn, &[family], first.with_day(1).unwrap_or(first), now)?;
    Ok(Known { children: store::children(conn, &[family])?, taken, ..Known::default() })
}

/// # Errors
/// `child-busy`, `wrong-age`, `temporary-limit`, `invalid` without consent, `wrong-state` when a child's record was
/// erased.
pub fn may_come(locked: &Locked, left: &[DayRow], known: &Known) -> Result<(), Problem> {
    let family = locked.row.family_id;
    for day in left {
        let gone = || Problem::new(ProblemKind::WrongState).detail("the child's record was erased");
        let child = known.children.get(&day.child_id).ok_or_else(gone)?;
        if !child.may_be_booked {
            let detail = "the guardian's consent to care is needed";
            return Err(Problem::field("id", FieldRule::ConsentNeeded, detail));
        }
        let class = locked.places.get(day.class_id, day.date);
        let misfit = class.and_then(|class| {
            locked.policies.age_misfit(class.nursery_kind, class.class_kind, child.birth_date, day.date)
        });
        if misfit.is_some() {
            return Err(Problem::new(ProblemKind::WrongAge));
        }
        if let Some(busy) = known.busy(family, day.child_id, day.date, day.span()) {
            return Err(rules::child_busy("id".to_owned(), busy.date, busy.span));
        }
    }
    for child in known.children.keys() {
        let temporary = left.iter().filter(|day| day.child_id == *child && day.care == CareKind::Temporary);
        let dates: Vec<_> = temporary.map(|day| day.date).collect();
        if let Some(detail) = rules::too_much_temporary(known, family, *child, &dates, locked.limits) {
            return Err(Problem::new(ProblemKind::TemporaryLimit).detail(detail));
        }
    }
    Ok(())
}

/// # Errors
/// `slot-full`; nothing is taken then.
pub fn take_again(locked: &mut Locked, left: &[DayRow]) -> Result<(), Problem> {
    let places: Vec<_> = left.iter().map(|day| (day.class_id, day.date, day.span())).collect();
    rules::take_all(&mut locked.places, &places).map_err(|full| rules::slot_full(&full, |_| None))
}
