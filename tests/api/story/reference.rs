//! What bookings, holds, cancellations and moves come to, told as simply as can be: a list, looked through anew for
//! each question. It shares nothing with the product but the words. Who waits stands in `line`.

use doorstep_shared::{
    ProblemKind,
    bookings::{BookingState, Undoable, WaitState},
};

use super::{
    closures::Closure,
    line::Entry,
    steps::{OFFERS, Offer, Place, Step, WINDOWS},
};

/// Minutes.
pub const HOLD: u32 = 10;
pub const UNDO: u32 = 5;
/// A story ends in the afternoon of the day on which it begins.
pub const DAY: u32 = 600;
/// Places that a family holds at most.
pub const HELD: usize = 3;

#[derive(Clone, Debug)]
pub struct Booked {
    pub family: usize,
    /// Numbers of its children.
    pub children: Vec<usize>,
    pub place: Place,
    pub state: State,
    /// The step that was taken last, and the minute.
    pub last: Option<(Last, u32)>,
    pub confirmed: u32,
    /// Where it has been, newest last: its rows are there still.
    pub traces: Vec<Place>,
    /// A hold ran out, and somebody has given its place back since.
    pub released: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Held {
        until: u32,
        extended: bool,
    },
    Confirmed,
    Cancelled,
    /// By the nursery, which is closed then.
    Closed,
}

#[derive(Clone, Copy, Debug)]
pub enum Last {
    Booking,
    Cancellation,
    Move { from: Place },
}

#[derive(Clone, Default)]
pub struct Reference {
    /// Minutes since the story began.
    pub now: u32,
    pub bookings: Vec<Booked>,
    /// Who waits or has waited, in the order in which they first joined.
    pub line: Vec<Entry>,
    /// The minute at which the worker worked last.
    pub worked: Option<u32>,
    /// Places that were given to one while another waited for an overlapping time.
    pub contested: usize,
    /// What a head has closed, in order.
    pub closures: Vec<Closure>,
}

pub type Outcome<T = ()> = Result<T, ProblemKind>;

impl Booked {
    pub fn stands(&self, now: u32) -> bool {
        match self.state {
            State::Held { until, .. } => now < until,
            State::Confirmed => true,
            State::Cancelled | State::Closed => false,
        }
    }

    /// A hold that can be confirmed still.
    pub fn is_open_hold(&self, now: u32) -> bool {
        matches!(self.state, State::Held { until, .. } if now < until)
    }

    /// A hold that ran out, and nobody has given its place back.
    pub fn is_overdue(&self, now: u32) -> bool {
        matches!(self.state, State::Held { until, .. } if until <= now) && !self.released
    }

    /// As it reads at this minute.
    pub fn state(&self, now: u32) -> BookingState {
        match self.state {
            State::Held { .. } if self.stands(now) => BookingState::Held,
            State::Held { .. } => BookingState::Expired,
            State::Confirmed => BookingState::Confirmed,
            State::Cancelled => BookingState::CancelledByFamily,
            State::Closed => BookingState::CancelledByNursery,
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
    /// Lets time go by, but not into the evening: then other rules hold. Returns how many minutes.
    pub fn pass(&mut self, minutes: u32) -> u32 {
        let minutes = minutes.min(DAY - self.now);
        self.now += minutes;
        minutes
    }

    /// What comes of a step, without a server.
    pub fn take(&mut self, step: &Step) {
        let numbers = |count: usize| (0..count).collect::<Vec<_>>();
        let bookings = self.bookings.len();
        // What is refused is a part of the story, too.
        let _ = match step {
            Step::Wait { minutes } => {
                self.pass(*minutes);
                Ok(())
            }
            Step::Work => {
                self.work();
                Ok(())
            }
            Step::Book { family, children, place, hold } => self.book(*family, &numbers(*children), *place, *hold),
            Step::Join { family, children, place, auto } => {
                self.or_nothing(|this| this.join(*family, &numbers(*children), *place, *auto)).map(drop)
            }
            Step::Accept(index) => match self.pick_entry(index) {
                Some(number) => self.or_nothing(|this| this.accept(number)),
                None => Ok(()),
            },
            Step::Leave(index) => match self.pick_entry(index) {
                Some(number) => self.or_nothing(|this| this.leave(number)),
                None => Ok(()),
            },
            Step::Close(place) => {
                self.close(*place);
                Ok(())
            }
            Step::Open(index) => match self.pick_closure(index) {
                Some(number) => self.open(number),
                None => Ok(()),
            },
            Step::Free(place) => match self.who_is_there(*place) {
                Some(number) => self.or_nothing(|this| this.cancel(number)),
                None => Ok(()),
            },
            _ if bookings == 0 => Ok(()),
            Step::Confirm(index) => self.or_nothing(|this| this.confirm(index.index(bookings))),
            Step::Extend(index) => self.or_nothing(|this| this.extend(index.index(bookings))),
            Step::Cancel(index) => self.or_nothing(|this| this.cancel(index.index(bookings))),
            Step::Undo(index) => self.or_nothing(|this| this.undo(index.index(bookings))),
            Step::Move(index, place) => {
                let number = index.index(bookings);
                let from = self.bookings[number].place;
                let offer = if is_beside(&OFFERS[from.offer], &OFFERS[place.offer]) { place.offer } else { from.offer };
                self.or_nothing(|this| this.go(number, Place { offer, ..*place }))
            }
        };
    }

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

    /// How many more children could come; one booking left out.
    pub fn places_left(&self, place: Place, but: Option<usize>) -> usize {
        if self.is_closed(place) {
            return 0;
        }
        OFFERS[place.offer].places.saturating_sub(self.children_in(place, but))
    }

    /// What is refused has changed nothing.
    pub fn or_nothing<T>(&mut self, step: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let before = self.clone();
        let outcome = step(self);
        if outcome.is_err() {
            *self = before;
        }
        outcome
    }

    /// Locks the class-days of a booking, those among them that it has left.
    fn lock(&mut self, number: usize) {
        let booked = &self.bookings[number];
        let places = booked.traces.iter().chain([&booked.place]);
        let days: Vec<_> = places.map(|place| (place.offer, place.day)).collect();
        self.look_at(&days);
    }

    /// Whether all children can be there: none of them elsewhere, a place for each.
    pub fn fits(&self, family: usize, children: &[usize], place: Place, but: Option<usize>) -> Outcome {
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
        if self.places_left(place, but) < children.len() { Err(ProblemKind::SlotFull) } else { Ok(()) }
    }

    pub fn places_held(&self, family: usize) -> usize {
        let held = self.bookings.iter().filter(|booked| booked.family == family);
        let held = held.filter(|booked| booked.state(self.now) == BookingState::Held);
        held.map(|booked| booked.children.len()).sum()
    }

    /// Who waits is served first, and that stands whatever becomes of the order.
    pub fn book(&mut self, family: usize, children: &[usize], place: Place, hold: bool) -> Outcome {
        let before = self.clone();
        let served = self.look_at(&[(place.offer, place.day)]);
        let outcome = self.book_now(family, children, place, hold);
        if outcome.is_err() && !served {
            *self = before;
        }
        outcome
    }

    fn book_now(&mut self, family: usize, children: &[usize], place: Place, hold: bool) -> Outcome {
        if self.is_closed(place) {
            return Err(ProblemKind::Closed);
        }
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
        self.bookings.push(Booked {
            family,
            children,
            place,
            state,
            last,
            confirmed: self.now,
            traces: Vec::new(),
            released: false,
        });
        Ok(())
    }

    pub fn confirm(&mut self, number: usize) -> Outcome {
        let now = self.now;
        self.lock(number);
        let booked = &mut self.bookings[number];
        booked.is_held(now)?;
        booked.state = State::Confirmed;
        (booked.confirmed, booked.last) = (now, Some((Last::Booking, now)));
        self.note(number, WaitState::Accepted);
        Ok(())
    }

    pub fn extend(&mut self, number: usize) -> Outcome {
        self.lock(number);
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
        let (now, place) = (self.now, self.bookings[number].place);
        self.lock(number);
        let booked = &mut self.bookings[number];
        match booked.state(now) {
            BookingState::Held => booked.last = None,
            BookingState::Confirmed => booked.last = Some((Last::Cancellation, now)),
            _ => return Err(ProblemKind::WrongState),
        }
        booked.state = State::Cancelled;
        self.note(number, WaitState::Declined);
        self.serve(&[(place.offer, place.day)]);
        Ok(())
    }

    pub fn undo(&mut self, number: usize) -> Outcome {
        self.lock(number);
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
        let is_back = matches!(last, Last::Cancellation);
        let left = (booked.place.offer, booked.place.day);
        let mut traces = booked.traces.clone();
        if matches!(last, Last::Move { .. }) {
            traces.pop();
        }
        self.bookings[number] = Booked { state, place, last: next, traces, ..booked };
        if !is_back {
            self.serve(&[left]);
        }
        Ok(())
    }

    pub fn go(&mut self, number: usize, place: Place) -> Outcome {
        let booked = self.bookings[number].clone();
        let left = (booked.place.offer, booked.place.day);
        self.look_at(&[left, (place.offer, place.day)]);
        if booked.state(self.now) != BookingState::Confirmed {
            return Err(ProblemKind::WrongState);
        }
        if booked.place == place {
            return Err(ProblemKind::Invalid);
        }
        if self.is_closed(place) {
            return Err(ProblemKind::Closed);
        }
        self.fits(booked.family, &booked.children, place, Some(number))?;
        let last = Some((Last::Move { from: booked.place }, self.now));
        let traces = booked.traces.iter().copied().chain([booked.place]).collect();
        self.bookings[number] = Booked { place, last, traces, ..booked };
        self.serve(&[left]);
        Ok(())
    }
}

/// An offer of the same nursery: days move between them within one booking.
pub fn is_beside(one: &Offer, other: &Offer) -> bool {
    one.nursery == other.nursery
}
