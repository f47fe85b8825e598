//! What bookings, holds, cancellations and moves come to, told as simply as can be: a list, looked through anew for
//! each question. It shares nothing with the product but the words.

use doorstep_shared::{
    ProblemKind,
    bookings::{BookingState, Undoable},
};

use super::steps::{OFFERS, Offer, Place, WINDOWS};

/// Minutes.
pub const HOLD: u32 = 10;
pub const UNDO: u32 = 5;
/// Places that a family holds at most.
pub const HELD: usize = 3;

#[derive(Clone, Debug)]
pub struct Booked {
    pub family: usize,
    /// Numbers of its children.
    pub children: Vec<usize>,
    pub place: Place,
    state: State,
    /// The step that was taken last, and the minute.
    last: Option<(Last, u32)>,
    confirmed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Held { until: u32, extended: bool },
    Confirmed,
    Cancelled,
}

#[derive(Clone, Copy, Debug)]
enum Last {
    Booking,
    Cancellation,
    Move { from: Place },
}

#[derive(Default)]
pub struct Reference {
    /// Minutes since the story began.
    pub now: u32,
    pub bookings: Vec<Booked>,
}

type Outcome = Result<(), ProblemKind>;

impl Booked {
    fn stands(&self, now: u32) -> bool {
        match self.state {
            State::Held { until, .. } => now < until,
            State::Confirmed => true,
            State::Cancelled => false,
        }
    }

    /// As it reads at this minute.
    pub fn state(&self, now: u32) -> BookingState {
        match self.state {
            State::Held { .. } if self.stands(now) => BookingState::Held,
            State::Held { .. } => BookingState::Expired,
            State::Confirmed => BookingState::Confirmed,
            State::Cancelled => BookingState::CancelledByFamily,
        }
    }

    /// What can be undone at this minute.
    pub fn undo(&self, now: u32) -> Option<Undoable> {
        let (last, at) = self.last?;
        (now < at + UNDO).then_some(match last {
            Last::Booking => Undoable::Booking,
            Last::Cancellation => Undoable::Cancellation,
            Last::Move { .. } => Undoable::Move,
        })
    }

    /// A hold that can be confirmed.
    fn is_held(&self, now: u32) -> Outcome {
        match self.state(now) {
            BookingState::Held => Ok(()),
            BookingState::Expired => Err(ProblemKind::HoldExpired),
            _ => Err(ProblemKind::WrongState),
        }
    }
}

impl Reference {
    /// Children in the fullest half-hour of a window; one booking left out.
    fn children_in(&self, place: Place, but: Option<usize>) -> usize {
        let at = |half_hour: u8| {
            let there = self.bookings.iter().enumerate().filter(|(number, booked)| {
                let (from, to) = WINDOWS[booked.place.window];
                Some(*number) != but
                    && booked.stands(self.now)
                    && (booked.place.offer, booked.place.day) == (place.offer, place.day)
                    && (from..to).contains(&half_hour)
            });
            there.map(|(_, booked)| booked.children.len()).sum::<usize>()
        };
        let (from, to) = WINDOWS[place.window];
        (from..to).map(at).max().unwrap_or_default()
    }

    /// Whether one more child could come.
    pub fn has_place(&self, place: Place) -> bool {
        self.children_in(place, None) < OFFERS[place.offer].places
    }

    /// Whether all children can be there: none of them elsewhere, a place for each.
    fn fits(&self, family: usize, children: &[usize], place: Place, but: Option<usize>) -> Outcome {
        let (from, to) = WINDOWS[place.window];
        let busy = self.bookings.iter().enumerate().any(|(number, booked)| {
            let (other_from, other_to) = WINDOWS[booked.place.window];
            Some(number) != but
                && booked.family == family
                && booked.stands(self.now)
                && booked.place.day == place.day
                && booked.children.iter().any(|child| children.contains(child))
                && from < other_to
                && other_from < to
        });
        if busy {
            return Err(ProblemKind::ChildBusy);
        }
        let left = OFFERS[place.offer].places.saturating_sub(self.children_in(place, but));
        if left < children.len() { Err(ProblemKind::SlotFull) } else { Ok(()) }
    }

    fn places_held(&self, family: usize) -> usize {
        let held = self.bookings.iter().filter(|booked| booked.family == family);
        let held = held.filter(|booked| booked.state(self.now) == BookingState::Held);
        held.map(|booked| booked.children.len()).sum()
    }

    pub fn book(&mut self, family: usize, children: &[usize], place: Place, hold: bool) -> Outcome {
        let fits = self.fits(family, children, place, None);
        if fits == Err(ProblemKind::ChildBusy) {
            return fits;
        }
        if hold && self.places_held(family) + children.len() > HELD {
            return Err(ProblemKind::TooManyHolds);
        }
        fits?;
        let state = if hold { State::Held { until: self.now + HOLD, extended: false } } else { State::Confirmed };
        let last = (!hold).then_some((Last::Booking, self.now));
        let children = children.to_vec();
        self.bookings.push(Booked { family, children, place, state, last, confirmed: self.now });
        Ok(())
    }

    pub fn confirm(&mut self, number: usize) -> Outcome {
        let now = self.now;
        let booked = &mut self.bookings[number];
        booked.is_held(now)?;
        booked.state = State::Confirmed;
        (booked.confirmed, booked.last) = (now, Some((Last::Booking, now)));
        Ok(())
    }

    pub fn extend(&mut self, number: usize) -> Outcome {
        let booked = &mut self.bookings[number];
        booked.is_held(self.now)?;
        match booked.state {
            State::Held { until, extended: false } => {
                booked.state = State::Held { until: until + HOLD, extended: true };
                Ok(())
            }
            _ => Err(ProblemKind::WrongState),
        }
    }

    pub fn cancel(&mut self, number: usize) -> Outcome {
        let now = self.now;
        let booked = &mut self.bookings[number];
        match booked.state(now) {
            BookingState::Held => booked.last = None,
            BookingState::Confirmed => booked.last = Some((Last::Cancellation, now)),
            _ => return Err(ProblemKind::WrongState),
        }
        booked.state = State::Cancelled;
        Ok(())
    }

    pub fn undo(&mut self, number: usize) -> Outcome {
        let booked = self.bookings[number].clone();
        let Some((last, at)) = booked.last else { return Err(ProblemKind::WrongState) };
        if self.now >= at + UNDO {
            return Err(ProblemKind::TooLateToUndo);
        }
        let (state, place, next) = match last {
            Last::Booking => (State::Cancelled, booked.place, None),
            Last::Cancellation => {
                self.fits(booked.family, &booked.children, booked.place, Some(number))?;
                (State::Confirmed, booked.place, Some((Last::Booking, booked.confirmed)))
            }
            Last::Move { from } => {
                self.fits(booked.family, &booked.children, from, Some(number))?;
                (State::Confirmed, from, Some((Last::Booking, booked.confirmed)))
            }
        };
        self.bookings[number] = Booked { state, place, last: next, ..booked };
        Ok(())
    }

    pub fn go(&mut self, number: usize, place: Place) -> Outcome {
        let booked = self.bookings[number].clone();
        if booked.state(self.now) != BookingState::Confirmed {
            return Err(ProblemKind::WrongState);
        }
        if booked.place == place {
            return Err(ProblemKind::Invalid);
        }
        self.fits(booked.family, &booked.children, place, Some(number))?;
        let last = Some((Last::Move { from: booked.place }, self.now));
        self.bookings[number] = Booked { place, last, ..booked };
        Ok(())
    }
}

/// An offer of the same nursery: days move between them within one booking.
pub fn is_beside(one: &Offer, other: &Offer) -> bool {
    one.nursery == other.nursery
}
