//! Counts that were asked for lately, kept true by what changes.
//!
//! Counting goes through every nursery of the city, and many parents ask the same. What each nursery had is kept, and
//! only nurseries that have changed since are looked at again.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use doorstep_shared::{Fen, Span, care::CareKind};

/// Days of the strip.
pub const STRIP: usize = 7;

/// What a nursery has for a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// False for a slot without a nursery.
    pub there: bool,
    pub inclusive: bool,
    /// For the question as it is.
    pub fits: bool,
    pub today: bool,
    pub tomorrow: bool,
    /// Full-day care at the common price at most, whatever the question's own care and limit: the price is that of a
    /// month, and an hour is cheap anywhere.
    pub price: bool,
    /// Kinds of care that fit instead of the one asked for: see [`super::shelf::cares`].
    pub cares: u8,
    /// Days of the strip on which some class is open, one bit each.
    pub open: u8,
    /// For each day of the strip, places left in its best window; 0 when nothing fits. A class has 255 at most.
    pub strip: [u8; STRIP],
}

impl Verdict {
    /// The same without anything that fits.
    pub fn only_open(self) -> Self {
        Self { there: self.there, open: self.open, ..Self::default() }
    }
}

/// All that verdicts depend on beside the nursery and the time of day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whether every day of the question must fit, or any.
    pub all: bool,
    pub question: Vec<i32>,
    pub today: i32,
    /// The first day of the strip.
    pub strip: i32,
    pub span: Option<Span>,
    pub care: Option<CareKind>,
    pub max_price_fen: Option<Fen>,
    pub children: usize,
    /// Which pairs of kinds take them, for each day that matters and child: two birth dates often say the same.
    pub takes: Vec<u32>,
}

/// A stretch of time in which care can be booked in time for the same half-hours: after the first, until the second
/// microsecond since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steady(pub i64, pub i64);

impl Steady {
    pub const ALWAYS: Self = Self(i64::MIN, i64::MAX);

    pub fn and(self, other: Self) -> Self {
        Self(self.0.max(other.0), self.1.min(other.1))
    }

    fn contains(self, now: i64) -> bool {
        self.0 < now && now <= self.1
    }
}

/// What some nurseries have together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub there: i64,
    pub fits: i64,
    pub today: i64,
    pub tomorrow: i64,
    pub price: i64,
    pub inclusive: i64,
    /// By [`CareKind`].
    pub cares: [i64; 8],
    pub strip: [DayCount; STRIP],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCount {
    pub open: i64,
    pub nurseries: i64,
    pub free: i64,
}

impl Counts {
    pub fn add(&mut self, verdict: &Verdict) {
        self.change(verdict, 1);
    }

    fn change(&mut self, verdict: &Verdict, by: i64) {
        let one = |holds: bool| if holds { by } else { 0 };
        self.there += one(verdict.there);
        self.fits += one(verdict.fits);
        self.today += one(verdict.today);
        self.tomorrow += one(verdict.tomorrow);
        self.price += one(verdict.price);
        self.inclusive += one(verdict.fits && verdict.inclusive);
        for (bit, count) in self.cares.iter_mut().enumerate() {
            *count += one(verdict.cares >> bit & 1 == 1);
        }
        for ((place, count), free) in self.strip.iter_mut().enumerate().zip(verdict.strip) {
            count.open += one(verdict.open >> place & 1 == 1);
            count.nurseries += one(free > 0);
            count.free += by * i64::from(free);
        }
    }
}

/// A question, answered for every slot.
#[derive(Debug)]
pub struct Tally {
    steady: Steady,
    verdicts: Vec<Verdict>,
    /// Of all of them.
    pub whole: Counts,
    /// What had changed by then is known: see [`Log`].
    known: u64,
}

impl Tally {
    fn nothing() -> Self {
        Self { steady: Steady(i64::MAX, i64::MIN), verdicts: Vec::new(), whole: Counts::default(), known: 0 }
    }

    /// Looks again at whatever has changed, or at everything when it was not looked at in time.
    pub fn follow(
        &mut self,
        log: &Log,
        slots: std::ops::Range<u32>,
        now: i64,
        steady: impl FnOnce() -> Steady,
        judge: impl Fn(u32) -> Verdict,
    ) {
        let changed = log.since(self.known).filter(|_| self.steady.contains(now));
        match changed {
            Some(changed) => changed.into_iter().for_each(|slot| self.put(slot, judge(slot))),
            None => {
                self.verdicts.clear();
                self.verdicts.extend(slots.map(judge));
                self.whole = Counts::default();
                self.verdicts.iter().for_each(|verdict| self.whole.add(verdict));
                self.steady = steady();
            }
        }
        self.known = log.end();
    }

    fn put(&mut self, slot: u32, verdict: Verdict) {
        let slot = slot as usize;
        self.verdicts.resize(self.verdicts.len().max(slot + 1), Verdict::default());
        if let Some(at) = self.verdicts.get_mut(slot) {
            self.whole.change(at, -1);
            *at = verdict;
            self.whole.change(at, 1);
        }
    }

    pub fn of(&self, slot: u32) -> Verdict {
        self.verdicts.get(slot as usize).copied().unwrap_or_default()
    }
}

/// Changes that a tally can be behind at most; beyond that it is counted anew.
const LOGGED: usize = 4_096;

/// Slots in the order in which they changed.
#[derive(Debug, Default)]
pub struct Log {
    /// How many have been forgotten.
    begin: u64,
    slots: VecDeque<u32>,
}

impl Log {
    pub fn note(&mut self, slot: u32) {
        if self.slots.len() == LOGGED {
            self.slots.pop_front();
            self.begin += 1;
        }
        self.slots.push_back(slot);
    }

    fn end(&self) -> u64 {
        self.begin + self.slots.len() as u64
    }

    /// Each slot once; None when some have been forgotten.
    fn since(&self, known: u64) -> Option<BTreeSet<u32>> {
        let skip = usize::try_from(known.checked_sub(self.begin)?).ok()?;
        Some(self.slots.iter().skip(skip).copied().collect())
    }
}

/// Bytes of verdicts kept at most.
const ROOM: usize = 64 << 20;

#[derive(Debug, Default)]
struct Kept {
    tallies: HashMap<Key, (u64, Arc<Mutex<Tally>>)>,
    /// Counts questions, so that the one asked longest ago can be told.
    asked: u64,
}

/// The tallies of the questions asked last.
#[derive(Debug, Default)]
pub struct Tallies(Mutex<Kept>);

impl Tallies {
    /// The tally of a question in a city of so many slots; one that has counted nothing when it is new.
    pub fn of(&self, key: Key, slots: usize) -> Arc<Mutex<Tally>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        if let Some((last, tally)) = kept.tallies.get_mut(&key) {
            *last = asked;
            return Arc::clone(tally);
        }
        if (kept.tallies.len() + 1) * slots.max(1) * size_of::<Verdict>() > ROOM
            && let Some(oldest) = kept.tallies.iter().min_by_key(|(_, (last, _))| *last).map(|(key, _)| key.clone())
        {
            kept.tallies.remove(&oldest);
        }
        let tally = Arc::new(Mutex::new(Tally::nothing()));
        kept.tallies.insert(key, (asked, Arc::clone(&tally)));
        tally
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const ALWAYS: fn() -> Steady = || Steady::ALWAYS;

    fn fits(slot: u32) -> Verdict {
        Verdict { there: true, fits: true, strip: [slot as u8; STRIP], ..Verdict::default() }
    }

    fn key(today: i32) -> Key {
        Key {
            all: false,
            question: vec![today],
            today,
            strip: today,
            span: None,
            care: None,
            max_price_fen: None,
            children: 1,
            takes: Vec::new(),
        }
    }

    #[test]
    fn only_what_has_changed_is_looked_at_again() {
        let (mut tally, mut log, looked) = (Tally::nothing(), Log::default(), RefCell::new(Vec::new()));
        let judge = |slot| {
            looked.borrow_mut().push(slot);
            fits(slot)
        };
        tally.follow(&log, 0..4, 0, ALWAYS, judge);
        assert_eq!((looked.take(), tally.whole.fits, tally.whole.strip[0].free), (vec![0, 1, 2, 3], 4, 6));
        tally.follow(&log, 0..4, 0, ALWAYS, judge);
        assert!(looked.take().is_empty(), "nothing has changed");
        [2, 5, 2].into_iter().for_each(|slot| log.note(slot));
        tally.follow(&log, 0..6, 0, ALWAYS, |slot| if slot == 2 { Verdict::default() } else { judge(slot) });
        assert_eq!((looked.take(), tally.whole.fits, tally.whole.strip[0].free), (vec![5], 4, 9));
        assert!(!tally.of(2).fits && !tally.of(4).there && tally.of(5).fits);
    }

    #[test]
    fn whoever_is_too_far_behind_counts_anew() {
        let (mut tally, mut log) = (Tally::nothing(), Log::default());
        tally.follow(&log, 0..3, 0, ALWAYS, fits);
        (0..=LOGGED).for_each(|_| log.note(1));
        let looked = RefCell::new(0);
        let judge = |slot| {
            *looked.borrow_mut() += 1;
            fits(slot)
        };
        tally.follow(&log, 0..3, 0, ALWAYS, judge);
        assert_eq!((looked.take(), tally.whole.fits), (3, 3));
    }

    #[test]
    fn what_depends_on_the_time_of_day_holds_until_the_time_has_come_and_not_before_its_beginning() {
        let (mut tally, log, looked) = (Tally::nothing(), Log::default(), RefCell::new(0));
        for (now, in_all) in [(10, 1), (20, 1), (21, 2), (20, 3)] {
            let steady = if now == 21 { Steady(20, 30) } else { Steady(9, 20) };
            tally.follow(
                &log,
                0..1,
                now,
                || steady,
                |slot| {
                    *looked.borrow_mut() += 1;
                    fits(slot)
                },
            );
            assert_eq!(*looked.borrow(), in_all, "at {now}");
        }
    }

    #[test]
    fn the_question_asked_longest_ago_makes_room() {
        let (tallies, slots) = (Tallies::default(), ROOM / size_of::<Verdict>() / 2);
        let (first, second) = (tallies.of(key(1), slots), tallies.of(key(2), slots));
        assert!(Arc::ptr_eq(&first, &tallies.of(key(1), slots)), "asked again");
        tallies.of(key(3), slots);
        assert!(!Arc::ptr_eq(&second, &tallies.of(key(2), slots)), "forgotten meanwhile");
    }
}
