//! What a head closes and opens again: who is booked then is cancelled, who waits is offered nothing until it is open.

use doorstep_server::bookings::hours;
use doorstep_shared::{
    ProblemKind, Span,
    hours::{HoursChange, Instead},
    ids::AccountId,
};
use proptest::sample::Index;

use super::{
    Telling,
    line::{ClassDay, class_day, overlap},
    reference::{Outcome, Reference, State},
    steps::{Place, Step},
    window,
};

#[derive(Clone, Copy, Debug)]
pub struct Closure {
    pub place: Place,
    is_lifted: bool,
}

impl Reference {
    pub fn is_closed(&self, place: Place) -> bool {
        self.closures.iter().any(|closure| !closure.is_lifted && overlap(closure.place, place))
    }

    pub fn pick_closure(&self, index: &Index) -> Option<usize> {
        (!self.closures.is_empty()).then(|| index.index(self.closures.len()))
    }

    /// Gives back the holds of a class-day that ran out, to nobody yet. Tells whether there were any.
    fn release(&mut self, day: ClassDay) -> bool {
        let now = self.now;
        let overdue =
            self.bookings.iter_mut().filter(|booked| class_day(booked.place) == day && booked.is_overdue(now));
        overdue.map(|booked| booked.released = true).count() > 0
    }

    /// How many children's days are cancelled or given back.
    pub fn close(&mut self, place: Place) -> usize {
        let mut freed = self.release(class_day(place));
        let mut children = 0;
        for number in 0..self.bookings.len() {
            let booked = &self.bookings[number];
            if !booked.stands(self.now) || !overlap(booked.place, place) {
                continue;
            }
            let was_held = booked.is_open_hold(self.now);
            children += booked.children.len();
            (self.bookings[number].state, self.bookings[number].last) = (State::Closed, None);
            if was_held {
                self.wait_again(number);
            }
            freed = true;
        }
        self.closures.push(Closure { place, is_lifted: false });
        if freed {
            self.serve(&[class_day(place)]);
        }
        children
    }

    pub fn open(&mut self, number: usize) -> Outcome {
        let Closure { place, is_lifted } = self.closures[number];
        if is_lifted {
            return Err(ProblemKind::WrongState);
        }
        self.closures[number].is_lifted = true;
        self.release(class_day(place));
        self.serve(&[class_day(place)]);
        Ok(())
    }
}

impl Telling {
    pub async fn change_hours(&mut self, step: &Step) -> Option<String> {
        let (now, policies) = (self.app.now(), self.app.inside().policy.clone());
        let asked = |nursery| (nursery, AccountId::new(), now);
        match step {
            Step::Close(place) => {
                let offer = self.offers[place.offer].clone();
                let (from, to) = window(place.window);
                let date = self.date(place.day);
                let window = Span::new(from, to);
                let change = HoursChange::Closure { class_id: Some(offer.class), from: date, until: date, window };
                let (nursery, account, now) = asked(offer.nursery);
                let close = move |conn: &mut doorstep_server::db::Conn| {
                    let asked = hours::Asked { nursery, account, now, policies: &policies };
                    let seen = hours::preview(conn, asked, &change, Instead::default())?.seen;
                    hours::change(conn, asked, (&change, Instead::default()), "培训", &seen)
                };
                let made = self.app.db().write(close).await.unwrap();
                let children = self.reference.close(*place);
                assert_eq!(made.touched.len(), children, "{place:?} touches others: {:?}", made.touched);
                self.closures.push(made.id);
                Some(format!("closed, {children} children"))
            }
            Step::Open(index) => {
                let number = self.reference.pick_closure(index)?;
                let place = self.offers[self.reference.closures[number].place.offer].clone();
                let (id, (nursery, account, now)) = (self.closures[number], asked(place.nursery));
                let open = move |conn: &mut doorstep_server::db::Conn| {
                    hours::lift(conn, hours::Asked { nursery, account, now, policies: &policies }, id)
                };
                let answer = match self.app.db().write(open).await {
                    Ok(_) => Ok(()),
                    Err(doorstep_server::error::Error::Refused(problem)) => Err(problem.kind),
                    Err(error) => panic!("{error}"),
                };
                assert_eq!(answer, self.reference.open(number), "closure {number}");
                Some(format!("opened: {answer:?}"))
            }
            _ => None,
        }
    }
}
