//! Stories made up at random, told to the server and to a simple reference, which must agree at every step.
//!
//! No worker runs unless a step says so: whatever time decides must be decided when it is read.

mod closures;
mod line;
mod reference;
mod steps;
mod waiting;

use std::{
    cell::RefCell,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use chrono::Duration;
use doorstep_server::{
    bookings::{KeepWaitlist, ReleaseExpired},
    jobs::{Jobs, Office},
};
use doorstep_shared::{
    HalfHour,
    accounts::RefreshSession,
    bookings::{
        Book, Booking, BookingState, CancelBooking, ChildInOffer, ConfirmBooking, DayAndTime, DayState, ExtendHold,
        ListBookings, MoveBooking, UndoBooking, WaitState,
    },
    ids::{BookingId, HoursChangeId, WaitlistEntryId},
    nurseries::Availability,
};
use doorstep_tests::{prelude::*, runtime};
use proptest::{
    collection::vec,
    sample::Index,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, TestError, TestRunner},
};

use self::{
    reference::{Reference, is_beside},
    steps::{CHILDREN, DAYS, FAMILIES, OFFERS, Place, Step, WINDOWS, step},
};

/// Steps of a story on average, and stories of one run: 10,000 steps.
const STEPS: usize = 50;
const STORIES: u32 = 200;
/// Milliseconds for shortening a story that went wrong.
const SHORTEN: u32 = 120_000;

#[test]
fn ten_thousand_steps_go_as_a_simple_reference_says_on_sqlite() {
    tell_stories(Database::Sqlite);
}

#[test]
fn ten_thousand_steps_go_as_a_simple_reference_says_on_postgresql() {
    tell_stories(Database::Postgres);
}

/// Stories in which nobody waits behind another would say nothing of the order.
#[test]
fn in_the_stories_lines_form_and_are_served() {
    let mut runner = TestRunner::deterministic();
    let (mut contested, mut ends) = (0, HashMap::<WaitState, usize>::new());
    for _ in 0..STORIES {
        let steps = vec(step(), 1..2 * STEPS).new_tree(&mut runner).unwrap().current();
        let mut reference = Reference::default();
        steps.iter().for_each(|step| reference.take(step));
        contested += reference.contested;
        for entry in 0..reference.line.len() {
            *ends.entry(reference.wait_state(entry)).or_default() += 1;
        }
    }
    assert!(contested >= 40, "{contested} places were given to one of several: {ends:?}");
    use WaitState::{Accepted, Declined, Expired, Left, Offered, Waiting};
    for (end, least) in [(Accepted, 20), (Declined, 20), (Left, 20), (Waiting, 20), (Expired, 5), (Offered, 5)] {
        assert!(ends.get(&end).is_some_and(|count| *count >= least), "{end}: {ends:?}");
    }
}

fn tell_stories(database: Database) {
    let runtime = runtime();
    let config = Config {
        cases: STORIES,
        max_shrink_time: SHORTEN,
        max_shrink_iters: u32::MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let tell = |steps: &[Step], story: &RefCell<Vec<String>>| {
        runtime.block_on(async { Telling::begin(database).await.tell(steps, story).await });
    };
    let told = TestRunner::new(config).run(&vec(step(), 1..2 * STEPS), |steps| {
        tell(&steps, &RefCell::default());
        Ok(())
    });
    match told {
        Ok(()) => {}
        Err(TestError::Abort(why)) => panic!("{why}"),
        Err(TestError::Fail(_, shortest)) => {
            let story = RefCell::default();
            let ended = catch_unwind(AssertUnwindSafe(|| tell(&shortest, &story)));
            panic!(
                "{}\n{}",
                story.borrow().join("\n"),
                if ended.is_ok() { "and now it went well" } else { "went wrong" }
            );
        }
    }
}

/// A server with three families and three classes, and what the reference thinks of them.
struct Telling {
    app: TestApp,
    families: Vec<Family>,
    offers: Vec<Offer>,
    /// As long as the reference's list.
    ids: Vec<BookingId>,
    /// As long as the reference's line.
    entries: Vec<WaitlistEntryId>,
    /// As long as the reference's.
    closures: Vec<HoursChangeId>,
    reference: Reference,
    /// The minute at which the families got the tokens that they have.
    signed_in: u32,
}

impl Telling {
    async fn begin(database: Database) -> Self {
        let app = TestApp::on(database).await;
        let mut families = Vec::new();
        for name in ["Ann", "Ben", "Cai"] {
            let mut family = app.family(name).await;
            for _ in 1..CHILDREN {
                family.add_child(18).await;
            }
            families.push(family);
        }
        assert_eq!(families.len(), FAMILIES);
        let nurseries = [app.nursery().create().await, app.nursery().create().await];
        let mut offers = Vec::new();
        for offer in &OFFERS {
            let places = i16::try_from(offer.places).unwrap();
            offers.push(app.offer().of(&nurseries[offer.nursery]).places(places).hourly().create().await);
        }
        Self {
            app,
            families,
            offers,
            ids: Vec::new(),
            entries: Vec::new(),
            closures: Vec::new(),
            reference: Reference::default(),
            signed_in: 0,
        }
    }

    async fn tell(mut self, steps: &[Step], story: &RefCell<Vec<String>>) {
        for (at, step) in steps.iter().enumerate() {
            let line = |line| story.borrow_mut().push(line);
            line(format!("{:>4} min  {step:?}", self.reference.now));
            if let Some(went) = self.take(step).await {
                line(format!("          {went}"));
            }
            if at % 20 == 19 || at + 1 == steps.len() {
                self.compare_all().await;
            }
        }
        self.app.check_finds_no_difference().await;
    }

    /// None for a step about a booking or an entry when there is none yet.
    async fn take(&mut self, step: &Step) -> Option<String> {
        let went = self.go(step).await;
        self.meet_new_bookings().await;
        went
    }

    async fn go(&mut self, step: &Step) -> Option<String> {
        let pick = |index: &Index| (!self.ids.is_empty()).then(|| index.index(self.ids.len()));
        let (number, expected, answer) = match step {
            Step::Wait { minutes } => {
                let minutes = self.reference.pass(*minutes);
                self.app.clock.advance(Duration::minutes(minutes.into()));
                self.stay_signed_in().await;
                return None;
            }
            Step::Work => {
                self.work().await;
                self.reference.work();
                return None;
            }
            Step::Book { family, children, place, hold } => {
                let numbers: Vec<usize> = (0..*children).collect();
                let expected = self.reference.book(*family, &numbers, *place, *hold);
                let answer = self.families[*family].call(&self.order(*family, *children, *place, *hold)).await;
                if let Ok(booking) = &answer {
                    // Who waited was served before.
                    self.meet_bookings_until(self.reference.bookings.len() - 1).await;
                    self.ids.push(booking.id);
                }
                (self.ids.len().saturating_sub(1), expected, answer)
            }
            Step::Close(_) | Step::Open(_) => return self.change_hours(step).await,
            Step::Join { .. } | Step::Accept(_) | Step::Leave(_) => return self.wait(step).await,
            Step::Confirm(index) => {
                let number = pick(index)?;
                let expected = self.reference.or_nothing(|reference| reference.confirm(number));
                let (family, id) = self.whose(number);
                (number, expected, family.call(&ConfirmBooking { id }).await)
            }
            Step::Extend(index) => {
                let number = pick(index)?;
                let expected = self.reference.or_nothing(|reference| reference.extend(number));
                let (family, id) = self.whose(number);
                (number, expected, family.call(&ExtendHold { id }).await)
            }
            Step::Cancel(index) => {
                let number = pick(index)?;
                let expected = self.reference.or_nothing(|reference| reference.cancel(number));
                let (family, id) = self.whose(number);
                (number, expected, family.call(&CancelBooking::all(id)).await)
            }
            Step::Free(place) => {
                let number = self.reference.who_is_there(*place)?;
                let expected = self.reference.or_nothing(|reference| reference.cancel(number));
                let (family, id) = self.whose(number);
                (number, expected, family.call(&CancelBooking::all(id)).await)
            }
            Step::Undo(index) => {
                let number = pick(index)?;
                let expected = self.reference.or_nothing(|reference| reference.undo(number));
                let (family, id) = self.whose(number);
                (number, expected, family.call(&UndoBooking { id, what: None }).await)
            }
            Step::Move(index, place) => {
                let number = pick(index)?;
                let from = self.reference.bookings[number].place;
                // Elsewhere it would become a booking of its own.
                let offer = if is_beside(&OFFERS[from.offer], &OFFERS[place.offer]) { place.offer } else { from.offer };
                let place = Place { offer, ..*place };
                let (family, id) = self.whose(number);
                let answer = family.call(&self.going(id, from, place)).await;
                (number, self.reference.or_nothing(|reference| reference.go(number, place)), answer)
            }
        };
        let went = answer.as_ref().map_or_else(|problem| problem.kind.to_string(), |booking| booking.state.to_string());
        assert_eq!(
            answer.as_ref().map(drop).map_err(|problem| problem.kind),
            expected,
            "booking {number}: {step:?} answered {answer:?}, {:?}",
            self.reference.bookings.get(number)
        );
        if let Ok(booking) = answer {
            self.agree(number, &booking);
        }
        Some(format!("booking {number}: {went}"))
    }

    fn whose(&self, number: usize) -> (&Family, BookingId) {
        (&self.families[self.reference.bookings[number].family], self.ids[number])
    }

    fn date(&self, day: usize) -> Date {
        self.app.in_days(DAYS[day].into())
    }

    fn order(&self, family: usize, children: usize, place: Place, hold: bool) -> Book {
        let (from, to) = window(place.window);
        let offer_id = self.offers[place.offer].id;
        let children = self.families[family].children.iter().take(children);
        Book {
            children: children.map(|child| ChildInOffer { child_id: child.id, offer_id }).collect(),
            days: vec![DayAndTime { date: self.date(place.day), from, to }],
            pattern: None,
            hold,
            pickup: String::new(),
            voucher_ids: Vec::new(),
        }
    }

    fn going(&self, id: BookingId, from: Place, place: Place) -> MoveBooking {
        let shift = (self.date(place.day) - self.date(from.day)).num_days();
        let window = window(place.window);
        MoveBooking {
            offer_id: Some(self.offers[place.offer].id),
            shift_days: i16::try_from(shift).unwrap(),
            from: Some(window.0),
            to: Some(window.1),
            ..MoveBooking::of(id)
        }
    }

    /// A booking as it was answered, and as the reference has it.
    fn agree(&self, number: usize, booking: &Booking) {
        let (known, now) = (&self.reference.bookings[number], self.reference.now);
        let state = known.state(now);
        assert_eq!(booking.state, state, "booking {number}");
        assert_eq!(booking.undo.map(|undo| undo.what), known.undo(now), "booking {number}");
        if matches!(state, BookingState::Held | BookingState::Confirmed) {
            let (from, to) = window(known.place.window);
            let expected = (self.offers[known.place.offer].id, self.date(known.place.day), from, to);
            let comes = booking.days.iter().filter(|day| day.state == DayState::Expected);
            let comes: Vec<_> = comes.map(|day| (day.offer_id, day.date, day.from, day.to)).collect();
            assert_eq!(comes, vec![expected; known.children.len()], "booking {number}");
        }
    }

    /// Every booking, every entry, and whether every window has a place.
    async fn compare_all(&mut self) {
        self.compare_lines().await;
        let mut stored = HashMap::new();
        for family in &self.families {
            let mut ask = ListBookings::default();
            loop {
                let page = family.call(&ask).await.unwrap();
                stored.extend(page.items.into_iter().map(|booking| (booking.id, booking)));
                ask.cursor = page.next_cursor;
                if ask.cursor.is_none() {
                    break;
                }
            }
        }
        assert_eq!(stored.len(), self.ids.len());
        for (number, id) in self.ids.iter().enumerate() {
            self.agree(number, &stored[id]);
        }
        for (number, offer) in self.offers.iter().enumerate() {
            let path = format!("/api/v1/nurseries/{}/availability?days=4&care=hourly&age_months=18", offer.nursery);
            let answer: Availability = serde_json::from_str(&self.app.client().get(&path).await.body).unwrap();
            for (day, window) in (0..DAYS.len()).flat_map(|day| (0..WINDOWS.len()).map(move |window| (day, window))) {
                let place = Place { offer: number, day, window };
                let (from, to) = self::window(window);
                let on_day = answer.days.iter().find(|found| found.date == self.date(day)).unwrap();
                // Of hours the longest runs with a place are told.
                let mut runs = on_day.windows.iter().filter(|run| run.offer_id == offer.id && run.free > 0);
                let is_free = runs.any(|run| run.span.from <= from && to <= run.span.to);
                let expected = self.reference.places_left(place, None) > 0;
                assert_eq!(is_free, expected, "{place:?} at minute {}", self.reference.now);
            }
        }
    }

    /// Access tokens live for a quarter of an hour.
    async fn stay_signed_in(&mut self) {
        if self.reference.now < self.signed_in + 8 {
            return;
        }
        self.signed_in = self.reference.now;
        for family in &mut self.families {
            let refresh = RefreshSession { refresh_token: Some(family.refresh_token.clone()) };
            let tokens = family.call(&refresh).await.unwrap();
            family.bear(&tokens.access_token);
            family.refresh_token = tokens.refresh_token;
        }
    }

    /// What is done about places in the background.
    async fn work(&self) {
        let (release, serve) =
            (Jobs::default().always(&ReleaseExpired {}), Jobs::default().always(&KeepWaitlist::Serve));
        for jobs in [release, serve] {
            let inside = self.app.inside();
            let (clock, policies) = (Arc::clone(&inside.clock), Arc::clone(&inside.policy));
            let office = Office { db: inside.db.clone(), clock, policies, jobs: jobs.unwrap() };
            let work = move || {
                office.open().unwrap();
                while office.run_due().unwrap() > 0 {}
            };
            tokio::task::spawn_blocking(work).await.unwrap();
        }
    }
}

fn window(number: usize) -> (HalfHour, HalfHour) {
    let (from, to) = WINDOWS[number];
    (HalfHour::new(from).unwrap(), HalfHour::new(to).unwrap())
}
