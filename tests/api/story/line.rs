//! The line of each class and day, as simply as can be told: who joined first is served first, whenever the class-day is
//! looked at under its lock and something has fallen free.
//!
//! A hold that ran out frees its place for everybody who asks what is free. To those who wait it is offered by whoever
//! locks the class-day next; what is refused leaves no trace, and so has not looked.

use doorstep_shared::{ProblemKind, bookings::WaitState};
use proptest::sample::Index;

use super::{
    reference::{Booked, HELD, Last, Outcome, Reference, State},
    steps::{Place, WINDOWS},
};

/// How long an offered place is kept, in minutes; and windows that a family waits for at most.
const OFFER: u32 = 30;
const ENTRIES: usize = 5;

#[derive(Clone, Debug)]
pub struct Entry {
    pub family: usize,
    pub children: Vec<usize>,
    pub place: Place,
    auto: bool,
    /// Who has the lower one of a class-day comes first.
    number: u32,
    state: WaitState,
    /// The booking that it was offered, or got.
    pub given: Option<usize>,
    /// Why it was passed over last.
    passed_for: Option<ProblemKind>,
}

pub type ClassDay = (usize, usize);

pub fn class_day(place: Place) -> ClassDay {
    (place.offer, place.day)
}

pub fn overlap(one: Place, other: Place) -> bool {
    let ((from, to), (other_from, other_to)) = (WINDOWS[one.window], WINDOWS[other.window]);
    class_day(one) == class_day(other) && from < other_to && other_from < to
}

impl Reference {
    /// As it reads at this minute.
    pub fn wait_state(&self, number: usize) -> WaitState {
        let entry = &self.line[number];
        match (entry.state, entry.given) {
            (WaitState::Offered, Some(place)) if !self.bookings[place].is_open_hold(self.now) => WaitState::Expired,
            (state, _) => state,
        }
    }

    /// Its number in line: behind those before it who wait for an overlapping window.
    pub fn position(&self, number: usize) -> u32 {
        if self.wait_state(number) != WaitState::Waiting {
            return 0;
        }
        let own = &self.line[number];
        let before = self.line.iter().enumerate().filter(|(other, entry)| {
            self.wait_state(*other) == WaitState::Waiting
                && entry.number < own.number
                && overlap(entry.place, own.place)
        });
        1 + u32::try_from(before.count()).unwrap()
    }

    /// The entry that a step means: of those to whom a place is offered, or else of all.
    pub fn pick_entry(&self, index: &Index) -> Option<usize> {
        let all: Vec<usize> = (0..self.line.len()).collect();
        let is_offered = |number: &usize| self.wait_state(*number) == WaitState::Offered;
        let offered: Vec<usize> = all.iter().copied().filter(is_offered).collect();
        let some = if offered.is_empty() { all } else { offered };
        (!some.is_empty()).then(|| some[index.index(some.len())])
    }

    /// The booking that stands there.
    pub fn who_is_there(&self, place: Place) -> Option<usize> {
        self.bookings.iter().position(|booked| booked.stands(self.now) && overlap(booked.place, place))
    }

    /// Locks class-days: holds that ran out on them are given back, to who waits for them first. Tells whether anything
    /// was written down for them.
    pub fn look_at(&mut self, days: &[ClassDay]) -> bool {
        let mut freed = Vec::new();
        for booked in &mut self.bookings {
            if days.contains(&class_day(booked.place)) && booked.is_overdue(self.now) {
                booked.released = true;
                freed.push(class_day(booked.place));
            }
        }
        self.serve(&freed)
    }

    /// Offers what has fallen free on these class-days.
    pub fn serve(&mut self, days: &[ClassDay]) -> bool {
        let mut line: Vec<usize> = (0..self.line.len()).collect();
        line.retain(|number| days.contains(&class_day(self.line[*number].place)));
        line.sort_by_key(|number| (self.line[*number].number, *number));
        let mut wrote = false;
        for number in line {
            match self.wait_state(number) {
                WaitState::Expired if self.line[number].state == WaitState::Offered => {
                    self.line[number].state = WaitState::Expired;
                    wrote = true;
                }
                WaitState::Waiting => wrote |= self.try_to_give(number),
                _ => {}
            }
        }
        wrote
    }

    /// Gives a place to who waits, if it could be booked now. Tells whether anything was written down.
    fn try_to_give(&mut self, number: usize) -> bool {
        let Entry { family, children, place, auto, passed_for, .. } = self.line[number].clone();
        if self.places_left(place, None) < children.len() {
            return false;
        }
        let could = match self.fits(family, &children, place, None) {
            Ok(()) if !auto && self.places_held(family) + children.len() > HELD => Err(ProblemKind::TooManyHolds),
            fits => fits,
        };
        if let Err(why) = could {
            self.line[number].passed_for = Some(why);
            return passed_for != Some(why);
        }
        let now = self.now;
        let (state, last) = match auto {
            true => (State::Confirmed, Some((Last::Booking, now))),
            // Others wait: it is not kept for longer.
            false => (State::Held { until: now + OFFER, extended: true }, None),
        };
        let others = self.line.iter().enumerate().filter(|(other, entry)| {
            *other != number && self.wait_state(*other) == WaitState::Waiting && overlap(entry.place, place)
        });
        self.contested += usize::from(others.count() > 0);
        self.bookings.push(Booked {
            family,
            children,
            place,
            state,
            last,
            confirmed: now,
            traces: Vec::new(),
            released: false,
        });
        let entry = &mut self.line[number];
        entry.given = Some(self.bookings.len() - 1);
        entry.state = if auto { WaitState::Accepted } else { WaitState::Offered };
        entry.passed_for = None;
        true
    }

    /// Has those wait again, at their old place in line, to whom this hold was offered.
    pub fn wait_again(&mut self, booking: usize) {
        let offered = |entry: &&mut Entry| entry.given == Some(booking) && entry.state == WaitState::Offered;
        for entry in self.line.iter_mut().filter(offered) {
            (entry.state, entry.given) = (WaitState::Waiting, None);
        }
    }

    /// Notes what became of a hold that was offered to somebody.
    pub fn note(&mut self, booking: usize, state: WaitState) {
        let offered = |entry: &&mut Entry| entry.given == Some(booking) && entry.state == WaitState::Offered;
        self.line.iter_mut().filter(offered).for_each(|entry| entry.state = state);
    }

    /// The number of the entry that there is then.
    pub fn join(&mut self, family: usize, children: &[usize], place: Place, auto: bool) -> Outcome<usize> {
        self.look_at(&[class_day(place)]);
        let own: Vec<usize> = (0..self.line.len()).filter(|number| self.line[*number].family == family).collect();
        let is_open = |number: &usize| matches!(self.wait_state(*number), WaitState::Waiting | WaitState::Offered);
        let open: Vec<usize> = own.iter().copied().filter(is_open).collect();
        if let Some(number) = open.iter().find(|number| self.line[**number].place == place) {
            // The children of a family are counted from the first, so some of them wait in either case.
            let same = self.line[*number].children == children;
            return if same { Ok(*number) } else { Err(ProblemKind::AlreadyWaiting) };
        }
        if self.is_closed(place) {
            return Err(ProblemKind::Closed);
        }
        match self.fits(family, children, place, None) {
            Err(ProblemKind::SlotFull) => {}
            Err(why) => return Err(why),
            Ok(()) => return Err(ProblemKind::PlaceFree),
        }
        if open.len() >= ENTRIES {
            return Err(ProblemKind::TooManyEntries);
        }
        let last = self.line.iter().filter(|entry| class_day(entry.place) == class_day(place));
        let number = last.map(|entry| entry.number).max().unwrap_or(0) + 1;
        let children = children.to_vec();
        let (state, given, passed_for) = (WaitState::Waiting, None, None);
        let entry = Entry { family, children, place, auto, number, state, given, passed_for };
        // Who left before a place was offered has that entry again, at the end of the line.
        let left = own.into_iter().find(|number| {
            let old = &self.line[*number];
            old.state == WaitState::Left
                && old.given.is_none()
                && (old.place, &old.children) == (place, &entry.children)
        });
        Ok(match left {
            Some(number) => {
                self.line[number] = entry;
                number
            }
            None => {
                self.line.push(entry);
                self.line.len() - 1
            }
        })
    }

    pub fn accept(&mut self, number: usize) -> Outcome {
        if self.wait_state(number) == WaitState::Waiting {
            self.look_at(&[class_day(self.line[number].place)]);
        }
        match (self.wait_state(number), self.line[number].given) {
            (WaitState::Offered, Some(booking)) => self.confirm(booking),
            (WaitState::Expired, _) => Err(ProblemKind::HoldExpired),
            _ => Err(ProblemKind::WrongState),
        }
    }

    /// Stops waiting, or declines what is offered.
    pub fn leave(&mut self, number: usize) -> Outcome {
        match (self.wait_state(number), self.line[number].given) {
            (WaitState::Offered, Some(booking)) => self.cancel(booking),
            (WaitState::Waiting, _) => {
                self.look_at(&[class_day(self.line[number].place)]);
                if self.wait_state(number) != WaitState::Waiting {
                    return Err(ProblemKind::WrongState);
                }
                self.line[number].state = WaitState::Left;
                Ok(())
            }
            _ => Err(ProblemKind::WrongState),
        }
    }

    /// The family looks at what it waits for: what time has decided there is written down first.
    pub fn read_line(&mut self, family: usize) {
        let waits =
            |number: &usize| self.line[*number].family == family && self.wait_state(*number) == WaitState::Waiting;
        let days: Vec<ClassDay> =
            (0..self.line.len()).filter(waits).map(|number| class_day(self.line[number].place)).collect();
        let is_overdue = |booked: &Booked| days.contains(&class_day(booked.place)) && booked.is_overdue(self.now);
        if self.bookings.iter().any(is_overdue) {
            self.look_at(&days);
        }
    }

    /// The worker gives back what ran out, then offers what could not be offered before.
    pub fn work(&mut self) {
        // It looks at most twice a minute.
        if self.worked == Some(self.now) {
            return;
        }
        self.worked = Some(self.now);
        let overdue = self.bookings.iter().filter(|booked| booked.is_overdue(self.now));
        let days: Vec<ClassDay> = overdue.map(|booked| class_day(booked.place)).collect();
        self.look_at(&days);
        let fits = |number: &usize| {
            let entry = &self.line[*number];
            self.wait_state(*number) == WaitState::Waiting
                && self.places_left(entry.place, None) >= entry.children.len()
        };
        let days: Vec<ClassDay> =
            (0..self.line.len()).filter(fits).map(|number| class_day(self.line[number].place)).collect();
        self.serve(&days);
    }
}
