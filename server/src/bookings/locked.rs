//! One booking under the locks of its row and its class-days.

use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Timestamp,
    bookings::{Booking, BookingDay, BookingState, DayState},
    ids::{BookingDayId, BookingId, ClassId, FamilyId},
};

use super::{
    board,
    messages::{self, Actor, Event},
    places, read,
    store::{self, BookingRow, DayRow},
    view,
};
use crate::{
    accounts,
    db::Conn,
    error::Result,
    inventory::Days,
    outbox,
    policy::{BookingRules, Policies},
};

/// Which booking is to be changed, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub id: BookingId,
    pub family: FamilyId,
    pub now: Timestamp,
    pub by: Actor,
}

/// A booking that nobody else can change until the transaction ends.
pub struct Locked<'a> {
    pub policies: &'a Policies,
    pub limits: &'a BookingRules,
    pub now: Timestamp,
    pub by: Actor,
    pub row: BookingRow,
    pub days: Vec<DayRow>,
    pub places: Days,
    /// Days that differ from what is stored.
    changed: Vec<BookingDayId>,
}

/// Locks a booking of the family: its row, which keeps other changes of it away, then its class-days, which keep away
/// what else concerns their places.
pub fn lock<'a>(conn: &mut Conn, policies: &'a Policies, asked: Asked) -> Result<Locked<'a>> {
    let Asked { id, family, now, .. } = asked;
    let row = store::lock_bookings(conn, family, &[id])?.pop().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    // Only a move changes which class-days they are, and that needs the row.
    let wanted: Vec<(ClassId, Date)> = store::days(conn, id)?.iter().map(|day| (day.class_id, day.date)).collect();
    let places = places::lock(conn, policies, now, &wanted, &[family])?;
    // Read now: locking gives back the places of holds that ran out.
    let days = store::days(conn, id)?;
    Ok(Locked::new(policies, asked, row, days, places))
}

impl<'a> Locked<'a> {
    pub fn new(policies: &'a Policies, asked: Asked, row: BookingRow, days: Vec<DayRow>, places: Days) -> Self {
        let Asked { now, by, .. } = asked;
        let limits = &policies.on(now.local_date()).booking;
        Self { policies, limits, now, by, row, days, places, changed: Vec::new() }
    }

    /// The version that is being made.
    pub const fn next_version(&self) -> i64 {
        self.row.version + 1
    }

    /// Gives back the places of the days that pass `which`, for what their frozen rule says. A hold costs nothing.
    pub fn leave(&mut self, state: DayState, which: impl Fn(&DayRow) -> bool) {
        let (version, is_held) = (self.next_version(), self.row.confirmed_at.is_none());
        for day in self.days.iter_mut().filter(|day| day.takes_place && which(day)) {
            self.places.give_back(day.class_id, day.date, day.span());
            day.left_cost_fen =
                if is_held { Fen::ZERO } else { view::cost_of_leaving(&self.row, day, self.now, self.limits) };
            (day.state, day.takes_place) = (state, false);
            (day.left_at, day.left_in) = (Some(self.now), Some(version));
            self.changed.push(day.id);
        }
    }

    /// Expects the children again on the days that pass `which`. Their places must have been taken.
    pub fn come_back(&mut self, which: impl Fn(&DayRow) -> bool) {
        for day in self.days.iter_mut().filter(|day| which(day)) {
            (day.state, day.takes_place) = (DayState::Expected, true);
            (day.left_at, day.left_in, day.left_cost_fen) = (None, None, Fen::ZERO);
            (day.moved_to, day.moved_day) = (None, None);
            self.changed.push(day.id);
        }
    }

    /// Nothing that was given up costs anything: the booking never came about.
    pub fn forgive(&mut self) {
        for day in self.days.iter_mut().filter(|day| day.left_cost_fen != Fen::ZERO) {
            day.left_cost_fen = Fen::ZERO;
            self.changed.push(day.id);
        }
    }

    /// Puts these days in the place of those with the same id, and adds those that are new.
    pub fn replace(&mut self, rows: Vec<DayRow>) {
        self.changed.extend(rows.iter().map(|row| row.id));
        self.days.retain(|day| rows.iter().all(|row| row.id != day.id));
        self.days.extend(rows);
    }

    /// Takes these days out of the booking.
    pub fn remove(&mut self, which: impl Fn(&DayRow) -> bool) {
        self.changed.extend(self.days.iter().filter(|day| which(day)).map(|day| day.id));
        self.days.retain(|day| !which(day));
    }

    /// The booking ends: what is due is what its days have cost, and those that have begun.
    pub fn end(&mut self) {
        self.row.state = BookingState::CancelledByFamily;
        self.row.cancelled_at = Some(self.now);
        self.row.hold_expires_at = None;
        self.row.cancel_cost_fen = view::owed(self.days.iter());
    }

    /// The booking stands.
    pub fn stand(&mut self) {
        self.row.state = BookingState::Confirmed;
        self.row.cancelled_at = None;
        self.row.cancel_cost_fen = Fen::ZERO;
    }

    pub fn is_empty(&self) -> bool {
        !self.days.iter().any(|day| day.takes_place)
    }

    /// Writes the new state, and tells both sides about the days that changed; about all when none did.
    pub fn save(mut self, conn: &mut Conn, event: Option<Event>) -> Result<Booking> {
        self.row.version = self.next_version();
        let dates = || self.days.iter().filter(|day| !day.is_trace()).map(|day| day.date);
        self.row.first_date = dates().min().unwrap_or(self.row.first_date);
        self.row.last_date = dates().max().unwrap_or(self.row.last_date);
        store::update(conn, &self.row)?;
        board::settle(conn, self.policies, &self.row, &mut self.days, &self.changed, &mut self.places)?;
        let rows: Vec<_> = self.days.iter().filter(|day| self.changed.contains(&day.id)).cloned().collect();
        store::replace_days(conn, &self.changed, &rows)?;
        for day in &self.days {
            // The index must hear of a hold's new deadline, too.
            self.places.touch(day.class_id, day.date);
        }
        places::save(conn, self.policies, self.now, &mut self.places)?;
        let booking = read::one(conn, self.limits, self.now, &self.row)?;
        if let Some(event) = event {
            let days = concerned(&booking, &self.changed);
            tell(conn, (self.now, self.by), &self.row, &booking, &days, event)?;
        }
        Ok(booking)
    }
}

/// The days of a booking that are among `changed`; all of them when none is.
fn concerned(booking: &Booking, changed: &[BookingDayId]) -> Vec<BookingDay> {
    let days: Vec<_> = booking.days.iter().filter(|day| changed.contains(&day.id)).cloned().collect();
    if days.is_empty() { booking.days.clone() } else { days }
}

/// Tells both sides of a booking what happened to some of its days.
pub fn tell(
    conn: &mut Conn,
    (now, by): (Timestamp, Actor),
    row: &BookingRow,
    booking: &Booking,
    days: &[BookingDay],
    event: Event,
) -> Result<()> {
    let told = accounts::told(conn, &[row.family_id])?.remove(&row.family_id).unwrap_or_default();
    outbox::tell_batch(conn, now, &messages::about(booking, days, row.version, event, &told, by))?;
    Ok(())
}

/// That cannot be done to a booking in this state.
pub fn wrong_state(state: BookingState) -> Problem {
    Problem::new(ProblemKind::WrongState).detail(format!("the booking is {state}"))
}
