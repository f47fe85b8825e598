//! A guardian who acts step by step, and remembers what was promised.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use doorstep_shared::{
    Date, Problem, ProblemKind, Span,
    bookings::{
        Book, Booking, BookingState, CancelBooking, ChildInOffer, ConfirmBooking, DayAndTime, ExtendHold, ListBookings,
        MoveBooking, UndoBooking,
    },
    ids::{BookingId, ChildId},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::Tally;
use crate::{client::Client, nursery::Offer};

/// Windows that are asked for: they overlap in part.
const WINDOWS: [&str; 5] = ["08:00-10:00", "09:00-12:00", "11:30-13:00", "12:30-16:00", "15:00-17:30"];
/// Days on which care is wanted, from three days ahead: no lead time plays a part then.
const DAYS: std::ops::Range<i64> = 3..12;

/// What is asked of the server.
#[derive(Clone, Debug)]
enum Call {
    Book(Book),
    Confirm(ConfirmBooking),
    Extend(ExtendHold),
    Cancel(CancelBooking),
    Undo(UndoBooking),
    Move(MoveBooking),
}

/// A call with its idempotency key: the same again must not happen twice.
#[derive(Clone, Debug)]
struct Attempt {
    key: String,
    call: Call,
}

/// How far all guardians together are.
#[derive(Default)]
pub struct Progress {
    pub answered: AtomicUsize,
    /// Calls that were told to come back later.
    pub put_off: AtomicUsize,
    pub stop: AtomicBool,
}

pub struct Guardian {
    /// Told in `X-Forwarded-For`.
    address: String,
    token: String,
    children: Vec<ChildId>,
    offers: Arc<[Offer]>,
    today: Date,
    dice: StdRng,
    /// Bookings as the last answer about each of them said.
    known: BTreeMap<BookingId, Booking>,
    /// The call of which nobody knows what became of it.
    unknown: Option<Attempt>,
    /// The last promise, which a repeat must get again.
    promised: Option<(Attempt, Booking)>,
    pub tally: Tally,
}

impl Guardian {
    pub fn new(number: u64, client: &Client, children: Vec<ChildId>, offers: Arc<[Offer]>, today: Date) -> Self {
        Self {
            address: format!("10.9.{}.{}", number / 250, number % 250 + 1),
            token: client.token().unwrap(),
            children,
            offers,
            today,
            dice: StdRng::seed_from_u64(number),
            known: BTreeMap::new(),
            unknown: None,
            promised: None,
            tally: Tally::default(),
        }
    }

    fn client(&self, base: &str) -> Client {
        let client = Client::new(base.to_owned(), self.address.clone());
        client.bear(&self.token);
        client
    }

    /// Acts until told to stop, or until the server has gone away.
    pub async fn act(mut self, base: String, progress: Arc<Progress>) -> Self {
        let client = self.client(&base);
        while !progress.stop.load(Ordering::Relaxed) {
            let attempt = self.unknown.clone().unwrap_or_else(|| self.next());
            match self.attempt(&client, attempt).await {
                Answered::Yes => _ = progress.answered.fetch_add(1, Ordering::Relaxed),
                Answered::ComeBack => {
                    progress.put_off.fetch_add(1, Ordering::Relaxed);
                    // The database may be back in a moment.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Answered::GoneAway => break,
            }
        }
        self
    }

    /// Asks again what became of the unknown call, then compares all that the server says with all that was promised.
    pub async fn settle(mut self, base: &str) -> Self {
        let client = self.client(base);
        while let Some(attempt) = self.unknown.clone() {
            match self.attempt(&client, attempt).await {
                Answered::Yes => {}
                Answered::ComeBack => tokio::time::sleep(Duration::from_millis(20)).await,
                Answered::GoneAway => panic!("the server does not answer after it was mended"),
            }
        }
        if let Some((attempt, before)) = self.promised.clone() {
            let again = send(&client, &attempt).await.unwrap();
            match again {
                Ok(again) if (again.id, again.version) == (before.id, before.version) => {}
                other => self.tally.found("repeated", format!("{attempt:?} was answered {before:?}, then {other:?}")),
            }
        }
        self.compare(&client).await;
        self
    }

    async fn attempt(&mut self, client: &Client, attempt: Attempt) -> Answered {
        let answer = send(client, &attempt).await;
        let was_unknown = self.unknown.is_some();
        match answer {
            Ok(Ok(booking)) => {
                self.tally.promised += 1;
                self.known.insert(booking.id, booking.clone());
                self.promised = Some((attempt, booking));
            }
            Ok(Err(problem)) if problem.kind == ProblemKind::Unavailable => {
                self.does_not_know(attempt);
                return Answered::ComeBack;
            }
            Ok(Err(problem)) if is_a_refusal(&problem) => self.tally.refused += 1,
            Ok(Err(problem)) => self.tally.found("surprises", format!("{attempt:?}: {problem}")),
            Err(_) => {
                self.does_not_know(attempt);
                return Answered::GoneAway;
            }
        }
        self.unknown = None;
        self.tally.resolved += usize::from(was_unknown);
        Answered::Yes
    }

    fn does_not_know(&mut self, attempt: Attempt) {
        self.tally.unknown += usize::from(self.unknown.is_none());
        self.unknown = Some(attempt);
    }

    async fn compare(&mut self, client: &Client) {
        let mut stored = BTreeMap::new();
        let mut cursor = None;
        loop {
            let page = client.call(&ListBookings { cursor, ..ListBookings::default() }).await.unwrap();
            stored.extend(page.items.into_iter().map(|booking| (booking.id, booking)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        for (id, promised) in &self.known {
            match stored.remove(id) {
                None => self.tally.found("lost", format!("{promised:?}")),
                Some(stored) if state_of(&stored) == state_of(promised) => {}
                Some(stored) => self.tally.found("half", format!("promised {promised:?}, stored {stored:?}")),
            }
        }
        for more in stored.values() {
            self.tally.found("duplicated", format!("{more:?}"));
        }
    }

    fn next(&mut self) -> Attempt {
        let known: Vec<&Booking> = self.known.values().collect();
        let held = known.iter().find(|booking| booking.state == BookingState::Held);
        let some = known.choose(&mut self.dice).copied();
        let roll = self.dice.random_range(0..100);
        let call = match (held, some) {
            (Some(held), _) if roll < 50 => Call::Confirm(ConfirmBooking { id: held.id }),
            (Some(held), _) if roll < 60 => Call::Extend(ExtendHold { id: held.id }),
            (Some(held), _) if roll < 70 => Call::Cancel(CancelBooking::all(held.id)),
            (_, Some(some)) if roll < 15 => Call::Cancel(CancelBooking::all(some.id)),
            (_, Some(some)) if roll < 25 => {
                let date = some.days.first().map(|day| day.date);
                Call::Cancel(CancelBooking { dates: date.into_iter().collect(), ..CancelBooking::all(some.id) })
            }
            (_, Some(some)) if roll < 40 => Call::Undo(UndoBooking { id: some.id, what: None }),
            (_, Some(some)) if roll < 55 => {
                let shift_days = self.dice.random_range(-2..=2);
                Call::Move(MoveBooking { shift_days, ..MoveBooking::of(some.id) })
            }
            _ => Call::Book(self.order()),
        };
        Attempt { key: uuid::Uuid::now_v7().to_string(), call }
    }

    fn order(&mut self) -> Book {
        let offer = self.offers.choose(&mut self.dice).expect("offers").id;
        let span: Span = WINDOWS.choose(&mut self.dice).expect("windows").parse().unwrap();
        let count = self.dice.random_range(1..=self.children.len());
        let children = self.children.iter().take(count);
        let first = self.dice.random_range(DAYS);
        let days = self.dice.random_range(1..=3);
        let date = |at| self.today + chrono::Duration::days(first + at);
        Book {
            children: children.map(|child| ChildInOffer { child_id: *child, offer_id: offer }).collect(),
            days: (0..days).map(|at| DayAndTime { date: date(at), from: span.from, to: span.to }).collect(),
            pattern: None,
            hold: self.dice.random_bool(0.3),
            pickup: String::new(),
            voucher_ids: Vec::new(),
        }
    }
}

enum Answered {
    Yes,
    ComeBack,
    GoneAway,
}

async fn send(client: &Client, Attempt { key, call }: &Attempt) -> reqwest::Result<Result<Booking, Problem>> {
    let key = Some(key.as_str());
    match call {
        Call::Book(call) => client.try_call_once(call, key).await,
        Call::Confirm(call) => client.try_call_once(call, key).await,
        Call::Extend(call) => client.try_call_once(call, key).await,
        Call::Cancel(call) => client.try_call_once(call, key).await,
        Call::Undo(call) => client.try_call_once(call, key).await,
        Call::Move(call) => client.try_call_once(call, key).await,
    }
}

/// A rule said no, as it may to a guardian who acts at random. Anything else is a mistake of ours.
fn is_a_refusal(problem: &Problem) -> bool {
    use ProblemKind as Kind;
    matches!(
        problem.kind,
        Kind::SlotFull
            | Kind::ChildBusy
            | Kind::Closed
            | Kind::TooManyHolds
            | Kind::WrongState
            | Kind::TooLateToUndo
            | Kind::NotBookable
            | Kind::HoldExpired
            | Kind::Invalid
    )
}

/// What an answer promises; how long something can still be undone depends on when one asks.
fn state_of(booking: &Booking) -> impl PartialEq + use<> {
    let days: Vec<_> =
        booking.days.iter().map(|day| (day.id, day.child_id, day.date, day.from, day.to, day.state)).collect();
    (booking.state, booking.version, booking.hold_expires_at, booking.price.total_fen, days)
}
