//! Confirm, extend, cancel, undo: one booking under the locks of its class-days.

use chrono::Datelike as _;
use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Span, Timestamp,
    bookings::{Booking, BookingState, Undoable},
    care::CareKind,
    ids::{BookingDayId, BookingId, ClassId, FamilyId},
    problem::FieldRule,
};
use doorstep_web::Locale;

use super::{
    facts::Known,
    messages::{self, Event},
    read, rules,
    store::{self, BookingRow, DayRow},
    view,
};
use crate::{
    db::Conn,
    error::Result,
    inventory::{self, Days},
    outbox,
    policy::{BookingRules, Policies},
};

/// Which booking is to be changed, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub id: BookingId,
    pub family: FamilyId,
    pub now: Timestamp,
    /// In which the family is told.
    pub locale: Locale,
}

/// A booking that nobody else can change until the transaction ends.
struct Locked<'a> {
    policies: &'a Policies,
    limits: &'a BookingRules,
    now: Timestamp,
    locale: Locale,
    row: BookingRow,
    days: Vec<DayRow>,
    places: Days,
}

/// Locks a booking of the family: its class-days, by class and date. All that changes a booking comes this way, so its
/// row needs no lock of its own.
fn lock<'a>(conn: &mut Conn, policies: &'a Policies, asked: Asked) -> Result<Locked<'a>> {
    let Asked { id, family, now, locale } = asked;
    let not_found = || Problem::new(ProblemKind::NotFound);
    store::find(conn, family, id)?.ok_or_else(not_found)?;
    // Its class-days never change, so they can be read before they are locked.
    let wanted: Vec<(ClassId, Date)> = store::days(conn, id)?.iter().map(|day| (day.class_id, day.date)).collect();
    let places = inventory::lock_days(conn, policies, now, &wanted)?;
    let row = store::find(conn, family, id)?.ok_or_else(not_found)?;
    let days = store::days(conn, id)?;
    let limits = &policies.on(now.local_date()).booking;
    Ok(Locked { policies, limits, now, locale, row, days, places })
}

impl Locked<'_> {
    /// Writes the new state: `changed` days take a place from now on, or none.
    fn save(
        mut self,
        conn: &mut Conn,
        changed: &[BookingDayId],
        takes_place: bool,
        event: Option<Event>,
    ) -> Result<Booking> {
        self.row.version += 1;
        store::update(conn, &self.row, changed, takes_place)?;
        for day in &self.days {
            // The index must hear of a hold's new deadline, too.
            self.places.touch(day.class_id, day.date);
        }
        inventory::save_days(conn, self.now, &self.places)?;
        let booking = read::one(conn, self.limits, self.now, &self.row)?;
        if let Some(event) = event {
            let phones = store::phones(conn, &[self.row.account_id])?;
            let phone = phones.get(&self.row.account_id).map(String::as_str);
            outbox::send_batch(
                conn,
                self.now,
                &messages::about(&booking, self.row.version, event, phone, self.locale),
            )?;
        }
        Ok(booking)
    }

    /// # Errors
    /// `hold-expired`, or `wrong-state` when it is no hold any more.
    fn is_held(&self) -> Result<(), Problem> {
        match self.row.state_at(self.now) {
            // Somebody whose clock runs ahead may have given a place back already.
            BookingState::Held if self.days.iter().all(|day| day.takes_place) => Ok(()),
            BookingState::Held | BookingState::Expired => Err(Problem::new(ProblemKind::HoldExpired)),
            state => Err(wrong_state(state)),
        }
    }

    fn release(&mut self, days: &[(BookingDayId, ClassId, Date, Span)]) -> Vec<BookingDayId> {
        for (_, class, date, span) in days {
            self.places.give_back(*class, *date, *span);
        }
        days.iter().map(|(id, ..)| *id).collect()
    }

    /// The days that take a place and pass `which`.
    fn placed(&self, which: impl Fn(&DayRow) -> bool) -> Vec<(BookingDayId, ClassId, Date, Span)> {
        let placed = self.days.iter().filter(|day| day.takes_place && which(day));
        placed.map(|day| (day.id, day.class_id, day.date, day.span())).collect()
    }
}

fn wrong_state(state: BookingState) -> Problem {
    Problem::new(ProblemKind::WrongState).detail(format!("the booking is {state}"))
}

/// Turns a hold into a booking.
///
/// # Errors
/// `not-found`, `hold-expired`, `wrong-state`.
pub fn confirm(conn: &mut Conn, policies: &Policies, asked: Asked) -> Result<Booking> {
    let mut locked = lock(conn, policies, asked)?;
    locked.is_held()?;
    locked.row.state = BookingState::Confirmed;
    locked.row.confirmed_at = Some(asked.now);
    locked.row.hold_expires_at = None;
    locked.save(conn, &[], true, Some(Event::Booked))
}

/// Keeps a hold for as long again, once: counted from when it would have run out.
///
/// # Errors
/// `not-found`, `hold-expired`, `wrong-state` the second time.
pub fn extend(conn: &mut Conn, policies: &Policies, asked: Asked) -> Result<Booking> {
    let mut locked = lock(conn, policies, asked)?;
    locked.is_held()?;
    if locked.row.extended || locked.limits.hold_extensions == 0 {
        return Err(Problem::new(ProblemKind::WrongState).detail("a hold is extended once").into());
    }
    locked.row.extended = true;
    locked.row.hold_expires_at = locked.row.hold_expires_at.map(|expires| expires + rules::hold_time(locked.limits));
    locked.save(conn, &[], true, None)
}

/// Gives the places back. A hold costs nothing; a booking costs what its frozen rule says.
///
/// Days whose care has begun keep their place, because the child may be there, and are due in full.
///
/// # Errors
/// `not-found`, `wrong-state` when it is cancelled or expired already, or when all its days have begun.
pub fn cancel(conn: &mut Conn, policies: &Policies, asked: Asked) -> Result<Booking> {
    let mut locked = lock(conn, policies, asked)?;
    let now = asked.now;
    let (cost, released, event) = match locked.row.state_at(now) {
        BookingState::Held => (Fen::ZERO, locked.placed(|_| true), None),
        BookingState::Confirmed => {
            let prices = locked.days.iter().map(|day| (day.begins(), day.price_fen));
            let cost = view::cancel_cost(&locked.row, prices, now);
            let ahead = locked.placed(|day| day.begins() > now);
            if ahead.is_empty() {
                return Err(Problem::new(ProblemKind::WrongState).detail("the care of every day has begun").into());
            }
            (cost, ahead, Some(Event::Cancelled))
        }
        state => return Err(wrong_state(state).into()),
    };
    let released = locked.release(&released);
    locked.row.state = BookingState::CancelledByFamily;
    locked.row.cancelled_at = Some(now);
    locked.row.hold_expires_at = None;
    locked.row.cancel_cost_fen = cost;
    locked.save(conn, &released, false, event)
}

/// Undoes the last step while its minutes run: the booking, free of cost, or its cancellation.
///
/// # Errors
/// `not-found`, `wrong-state` when there is nothing to undo or something else than `what`, `too-late-to-undo`; for a
/// cancellation also `slot-full`, `child-busy`, `wrong-age`, `temporary-limit` or `invalid` (without consent) when the
/// children cannot come any more.
pub fn undo(conn: &mut Conn, policies: &Policies, asked: Asked, what: Option<Undoable>) -> Result<Booking> {
    let mut locked = lock(conn, policies, asked)?;
    let now = asked.now;
    let Some(undo) = view::undo(&locked.row, now, locked.limits) else {
        let was_undoable = match locked.row.state {
            BookingState::Confirmed => true,
            BookingState::CancelledByFamily => locked.row.confirmed_at.is_some(),
            _ => false,
        };
        return Err(match was_undoable {
            true => Problem::new(ProblemKind::TooLateToUndo).into(),
            false => wrong_state(locked.row.state_at(now)).into(),
        });
    };
    if what.is_some_and(|what| what != undo.what) {
        return Err(wrong_state(locked.row.state).into());
    }
    match undo.what {
        Undoable::Booking => {
            let placed = locked.placed(|_| true);
            let released = locked.release(&placed);
            locked.row.state = BookingState::CancelledByFamily;
            locked.row.confirmed_at = None;
            locked.row.cancelled_at = Some(now);
            locked.row.cancel_cost_fen = Fen::ZERO;
            locked.save(conn, &released, false, Some(Event::BookingUndone))
        }
        Undoable::Cancellation => {
            let retaken = retake(conn, &mut locked)?;
            locked.row.state = BookingState::Confirmed;
            locked.row.cancelled_at = None;
            locked.row.cancel_cost_fen = Fen::ZERO;
            locked.save(conn, &retaken, true, Some(Event::CancellationUndone))
        }
    }
}

/// Takes the places of the released days again, all or none.
fn retake(conn: &mut Conn, locked: &mut Locked) -> Result<Vec<BookingDayId>> {
    let family = locked.row.family_id;
    store::lock_families(conn, &[family])?;
    let children = store::children(conn, &[family])?;
    // The whole month: temporary care is counted in it. The first of a month exists in every month.
    let since = locked.row.first_date.with_day(1).unwrap_or(locked.row.first_date);
    let taken = store::taken(conn, &[family], since, locked.now)?;
    let known = Known { taken, ..Known::default() };
    let released: Vec<DayRow> = locked.days.iter().filter(|day| !day.takes_place).cloned().collect();
    for day in &released {
        let gone = || Problem::new(ProblemKind::WrongState).detail("the child's record was erased");
        let child = children.get(&day.child_id).ok_or_else(gone)?;
        if !child.may_be_booked {
            let detail = "the guardian's consent to care is needed";
            return Err(Problem::field("id", FieldRule::ConsentNeeded, detail).into());
        }
        let class = locked.places.get(day.class_id, day.date);
        let misfit = class.and_then(|class| {
            locked.policies.age_misfit(class.nursery_kind, class.class_kind, child.birth_date, day.date)
        });
        if misfit.is_some() {
            return Err(Problem::new(ProblemKind::WrongAge).into());
        }
        if let Some(busy) = known.busy(family, day.child_id, day.date, day.span()) {
            return Err(rules::child_busy("id".to_owned(), busy.date, busy.span).into());
        }
    }
    for child in children.keys() {
        let temporary = released.iter().filter(|day| day.child_id == *child && day.care == CareKind::Temporary);
        let dates: Vec<_> = temporary.map(|day| day.date).collect();
        if let Some(detail) = rules::too_much_temporary(&known, family, *child, &dates, locked.limits) {
            return Err(Problem::new(ProblemKind::TemporaryLimit).detail(detail).into());
        }
    }
    let places: Vec<_> = released.iter().map(|day| (day.class_id, day.date, day.span())).collect();
    rules::take_all(&mut locked.places, &places).map_err(|full| rules::slot_full(&full, |_| None))?;
    Ok(released.iter().map(|day| day.id).collect())
}
