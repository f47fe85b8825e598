//! The days of every class over the horizon: free half-hours as masks, and apart from them the counts that only
//! answers need.

use std::collections::{BTreeSet, HashMap};

use chrono::Datelike as _;
use doorstep_shared::{Date, Timestamp};

use crate::inventory::{
    rules::Used,
    seats::{Limits, Seats},
    state::{Hold, State},
};

/// A calendar date as a number; the next day has the next number.
pub fn number(date: Date) -> i32 {
    date.num_days_from_ce()
}

/// The date of a number; the end of time for numbers beyond it.
pub fn date(number: i32) -> Date {
    Date::from_num_days_from_ce_opt(number).unwrap_or(Date::MAX)
}

/// A version of the database as the table keeps it: above 0.
pub fn version(version: i64) -> u32 {
    u32::try_from(version + 1).unwrap_or(u32::MAX)
}

/// A ring of days, each with every row: a search looks at many rows on few days, and then finds them side by side. The
/// day with number `n` stands at `n` modulo the number of days.
#[derive(Debug)]
pub struct Table {
    days: i32,
    /// The first day held: today.
    first: i32,
    rows: usize,
    /// Rows that a day has room for.
    room: usize,
    /// At least one place free, one bit for each half-hour. By day, then row.
    one: Vec<u64>,
    /// At least two.
    two: Vec<u64>,
    /// Children, and on days of [`Table::bare`] besides them the places that are missing: so the usual number of places
    /// tells what is left on any day.
    used: Vec<Used>,
    /// Only the children, on days that have fewer places than usual at some time.
    bare: HashMap<(u32, i32), Used>,
    /// What days say of their own about their places.
    limits: HashMap<(u32, i32), Limits>,
    /// One more than the version; 0 where nothing was told.
    version: Vec<u32>,
    /// Rows that belong to no class any more.
    unused: Vec<u32>,
    holds: HashMap<(u32, i32), Vec<Hold>>,
    /// When which row and day has a hold that runs out.
    expiries: BTreeSet<(Timestamp, u32, i32)>,
    /// Days after the last one held, for when their time comes.
    beyond: HashMap<(u32, i32), (u32, State)>,
}

impl Table {
    /// `days` are held from `today` on, today included.
    pub fn new(today: Date, days: u16) -> Self {
        Self {
            days: i32::from(days.max(1)),
            first: number(today),
            rows: 0,
            room: 0,
            one: Vec::new(),
            two: Vec::new(),
            used: Vec::new(),
            bare: HashMap::new(),
            limits: HashMap::new(),
            version: Vec::new(),
            unused: Vec::new(),
            holds: HashMap::new(),
            expiries: BTreeSet::new(),
            beyond: HashMap::new(),
        }
    }

    /// Numbers of the days held.
    pub fn held(&self) -> std::ops::Range<i32> {
        self.first..self.first + self.days
    }

    /// Makes room for so many rows in all.
    pub fn reserve(&mut self, rows: usize) {
        if rows <= self.room {
            return;
        }
        let (before, days) = (self.room, self.days as usize);
        self.room = rows;
        spread(&mut self.one, days, before, rows, 0);
        spread(&mut self.two, days, before, rows, 0);
        spread(&mut self.used, days, before, rows, Used::NOBODY);
        spread(&mut self.version, days, before, rows, 0);
    }

    /// A row on which nobody has a place and nothing is open.
    pub fn add_row(&mut self) -> u32 {
        if let Some(row) = self.unused.pop() {
            return row;
        }
        if self.rows == self.room {
            // Everything moves; an eighth more makes that seldom.
            self.reserve(self.room + self.room / 8 + 16);
        }
        self.rows += 1;
        self.rows as u32 - 1
    }

    pub fn remove_row(&mut self, row: u32) {
        for day in self.held() {
            self.clear(row, day);
        }
        self.holds.retain(|(of, _), _| *of != row);
        self.limits.retain(|(of, _), _| *of != row);
        self.bare.retain(|(of, _), _| *of != row);
        self.beyond.retain(|(of, _), _| *of != row);
        self.unused.push(row);
    }

    fn begin(&self, day: i32) -> Option<usize> {
        self.held().contains(&day).then(|| day.rem_euclid(self.days) as usize * self.room)
    }

    fn place(&self, row: u32, day: i32) -> Option<usize> {
        Some(self.begin(day)? + row as usize)
    }

    /// Every row on one day; nothing for a day that is not held.
    pub fn on(&self, day: i32) -> Column<'_> {
        let Some(begin) = self.begin(day) else { return Column::default() };
        let rows = begin..begin + self.rows;
        Column {
            one: self.one.get(rows.clone()).unwrap_or_default(),
            two: self.two.get(rows.clone()).unwrap_or_default(),
            used: self.used.get(rows).unwrap_or_default(),
        }
    }

    /// Children in each half-hour.
    pub fn used(&self, row: u32, day: i32) -> &Used {
        let bare = self.bare.get(&(row, day));
        bare.or_else(|| self.used.get(self.place(row, day)?)).unwrap_or(&Used::NOBODY)
    }

    /// What a day says of its own about its places.
    pub fn limits(&self, row: u32, day: i32) -> Limits {
        if self.limits.is_empty() { Limits::NONE } else { self.limits.get(&(row, day)).copied().unwrap_or_default() }
    }

    /// Takes a newer state of a day. False when the one held is as new. `version` is above 0.
    ///
    /// The masks are as before until [`Table::open`].
    pub fn put(&mut self, row: u32, day: i32, version: u32, state: State) -> bool {
        if day >= self.first + self.days {
            let held = self.beyond.get(&(row, day)).map_or(0, |(version, _)| *version);
            if version > held {
                self.beyond.insert((row, day), (version, state));
            }
            return false;
        }
        let Some(place) = self.place(row, day) else { return false };
        let (Some(used), Some(held)) = (self.used.get_mut(place), self.version.get_mut(place)) else { return false };
        if version <= *held {
            return false;
        }
        (*used, *held) = (state.used, version);
        self.bare.remove(&(row, day));
        self.limit(row, day, state.limits);
        self.hold(row, day, state.holds);
        true
    }

    /// Replaces what a day says of its own about its places; of one that is not held yet too.
    pub fn limit(&mut self, row: u32, day: i32, limits: Limits) {
        if let Some((_, state)) = self.beyond.get_mut(&(row, day)) {
            state.limits = limits;
        } else if !limits.is_none() {
            self.limits.insert((row, day), limits);
        } else if !self.limits.is_empty() {
            self.limits.remove(&(row, day));
        }
    }

    /// Replaces the holds of a day, whose places are part of its places in use.
    pub fn hold(&mut self, row: u32, day: i32, holds: Vec<Hold>) {
        self.expiries.extend(holds.iter().map(|hold| (hold.until, row, day)));
        if !holds.is_empty() {
            self.holds.insert((row, day), holds);
        } else if !self.holds.is_empty() {
            self.holds.remove(&(row, day));
        }
    }

    /// Works out the masks of a day.
    pub fn open(&mut self, row: u32, day: i32, open: u64, seats: &Seats) {
        let Some(place) = self.place(row, day) else { return };
        let Some(used) = self.used.get_mut(place) else { return };
        if !self.bare.is_empty()
            && let Some(bare) = self.bare.remove(&(row, day))
        {
            *used = bare;
        }
        if let Some(missing) = seats.missing() {
            self.bare.insert((row, day), *used);
            used.add_each(&missing);
        }
        if open == 0 {
            return self.shut(place);
        }
        let seats = seats.usual.seats();
        let (one, two) = (open & used.below(seats), open & used.below(seats.saturating_sub(1)));
        if let (Some(at_one), Some(at_two)) = (self.one.get_mut(place), self.two.get_mut(place)) {
            (*at_one, *at_two) = (one, two);
        }
    }

    fn shut(&mut self, place: usize) {
        for mask in [&mut self.one, &mut self.two] {
            if let Some(mask) = mask.get_mut(place) {
                *mask = 0;
            }
        }
    }

    /// When the next hold runs out.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.expiries.first().map(|(until, ..)| *until)
    }

    /// Gives back the places of holds that have run out by `now`. Returns the rows and days that changed.
    pub fn expire(&mut self, now: Timestamp) -> Vec<(u32, i32)> {
        let mut changed = Vec::new();
        while let Some((until, row, day)) = self.expiries.first().copied().filter(|(until, ..)| *until <= now) {
            self.expiries.remove(&(until, row, day));
            let place = self.place(row, day);
            let Some(holds) = self.holds.get_mut(&(row, day)) else { continue };
            let over: Vec<_> = holds.extract_if(.., |hold| hold.until <= now).collect();
            if holds.is_empty() {
                self.holds.remove(&(row, day));
            }
            if let Some(used) = place.and_then(|place| self.used.get_mut(place)) {
                let used = self.bare.get_mut(&(row, day)).unwrap_or(used);
                over.iter().for_each(|hold| used.remove(hold.span));
                changed.push((row, day));
            }
        }
        changed
    }

    /// Begins with a new day. Returns the days that have come into view; their masks are to be worked out.
    pub fn roll(&mut self, today: Date) -> std::ops::Range<i32> {
        let (before, first) = (self.held(), number(today));
        if first <= self.first {
            return before.end..before.end;
        }
        self.first = first;
        let new = before.end.max(first)..self.held().end;
        for row in 0..self.rows as u32 {
            for day in new.clone() {
                self.clear(row, day);
            }
        }
        self.holds.retain(|(_, day), _| *day >= first);
        self.limits.retain(|(_, day), _| *day >= first);
        self.bare.retain(|(_, day), _| *day >= first);
        let due: Vec<_> = self.beyond.keys().copied().filter(|(_, day)| *day < self.held().end).collect();
        for (row, day) in due {
            if let Some((version, state)) = self.beyond.remove(&(row, day)) {
                self.put(row, day, version, state);
            }
        }
        new
    }

    fn clear(&mut self, row: u32, day: i32) {
        let Some(place) = self.place(row, day) else { return };
        if let Some(used) = self.used.get_mut(place) {
            *used = Used::NOBODY;
        }
        self.shut(place);
        if let Some(version) = self.version.get_mut(place) {
            *version = 0;
        }
    }
}

/// Gives each day room for more rows.
fn spread<T: Copy>(values: &mut Vec<T>, days: usize, before: usize, rows: usize, nothing: T) {
    let mut wider = Vec::new();
    wider.reserve_exact(days * rows);
    for day in 0..days {
        wider.extend_from_slice(values.get(day * before..(day + 1) * before).unwrap_or_default());
        wider.resize((day + 1) * rows, nothing);
    }
    *values = wider;
}

/// Every row on one day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Column<'t> {
    one: &'t [u64],
    two: &'t [u64],
    used: &'t [Used],
}

impl Column<'_> {
    /// Half-hours with at least one place free.
    pub fn one(&self, row: u32) -> u64 {
        self.one.get(row as usize).copied().unwrap_or(0)
    }

    /// Half-hours with at least two places free.
    pub fn two(&self, row: u32) -> u64 {
        self.two.get(row as usize).copied().unwrap_or(0)
    }

    pub fn used(&self, row: u32) -> &Used {
        self.used.get(row as usize).unwrap_or(&Used::NOBODY)
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::Span;

    use super::*;
    use crate::inventory::seats::{PerHalfHour, Staffing};

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    fn day(text: &str) -> i32 {
        number(text.parse().unwrap())
    }

    fn state(taken: &[&str]) -> State {
        let mut used = Used::NOBODY;
        taken.iter().for_each(|text| used.add(span(text)));
        State { used, limits: Limits::NONE, holds: Vec::new() }
    }

    fn places(count: u16) -> Seats {
        Seats::steady(Staffing { places: count, cap: count, carers: count, ratio: 1, allowed: u16::MAX })
    }

    #[test]
    fn what_is_missing_counts_as_taken_and_comes_back() {
        let mut table = Table::new("2026-11-22".parse().unwrap(), 61);
        let (row, monday, morning) = (table.add_row(), day("2026-11-23"), span("08:00-12:00"));
        let mut carers = [2; doorstep_shared::time::HALF_HOURS];
        carers[morning.indexes()].fill(1);
        let limits = Limits { carers: Some(PerHalfHour::new(carers)), allowed: None };
        table.put(row, monday, 1, State { limits, ..state(&["09:00-10:00"]) });
        assert_eq!(table.limits(row, monday), limits);
        let fewer = Seats::new(places(2).usual, limits);
        for _ in 0..2 {
            table.open(row, monday, span("08:00-14:00").mask(), &fewer);
            assert_eq!(table.on(monday).one(row), span("08:00-14:00").mask() & !span("09:00-10:00").mask());
            assert_eq!(table.on(monday).two(row), span("12:00-14:00").mask());
            assert_eq!(table.on(monday).used(row).peak(morning), 2, "one child and one place that is missing");
            assert_eq!(table.used(row, monday).peak(morning), 1);
        }
        table.put(row, monday, 2, state(&["09:00-10:00"]));
        table.open(row, monday, span("08:00-14:00").mask(), &places(2));
        assert_eq!(table.on(monday).two(row), span("08:00-14:00").mask() & !span("09:00-10:00").mask());
        assert_eq!(table.limits(row, monday), Limits::NONE);
    }

    #[test]
    fn a_hold_runs_out_on_a_day_with_fewer_places_too() {
        let mut table = Table::new("2026-11-22".parse().unwrap(), 61);
        let (row, monday, until) = (table.add_row(), day("2026-11-23"), Timestamp::from_micros(1).unwrap());
        let carers = Some(PerHalfHour::new([1; doorstep_shared::time::HALF_HOURS]));
        let limits = Limits { carers, allowed: None };
        let holds = vec![Hold { span: span("09:00-10:00"), until }];
        table.put(row, monday, 1, State { limits, holds, ..state(&["09:00-10:00"]) });
        let fewer = Seats::new(places(2).usual, limits);
        table.open(row, monday, span("08:00-12:00").mask(), &fewer);
        assert_eq!(table.expire(until), [(row, monday)]);
        table.open(row, monday, span("08:00-12:00").mask(), &fewer);
        assert_eq!(table.on(monday).one(row), span("08:00-12:00").mask());
        assert!(table.used(row, monday).is_empty());
    }

    #[test]
    fn an_older_state_is_dropped() {
        let mut table = Table::new("2026-11-22".parse().unwrap(), 61);
        let (row, monday) = (table.add_row(), day("2026-11-23"));
        assert!(table.put(row, monday, 3, state(&["09:00-10:00"])));
        assert!(!table.put(row, monday, 2, state(&[])));
        assert!(!table.put(row, monday, 3, state(&[])));
        assert_eq!(table.used(row, monday).peak(span("09:00-10:00")), 1);
        table.open(row, monday, span("08:00-12:00").mask(), &places(2));
        assert_eq!(table.on(monday).one(row), span("08:00-12:00").mask());
        assert_eq!(table.on(monday).two(row), span("08:00-12:00").mask() & !span("09:00-10:00").mask());
    }

    #[test]
    fn a_hold_runs_out_by_itself_unless_a_newer_state_has_kept_it() {
        let mut table = Table::new("2026-11-22".parse().unwrap(), 61);
        let (row, monday) = (table.add_row(), day("2026-11-23"));
        let at = |minute: i64| Timestamp::from_micros(1_795_000_000_000_000 + minute * 60_000_000).unwrap();
        let held = |until| State { holds: vec![Hold { span: span("09:00-10:00"), until }], ..state(&["09:00-10:00"]) };
        table.put(row, monday, 1, held(at(10)));
        assert_eq!(table.next_expiry(), Some(at(10)));
        assert!(table.expire(at(9)).is_empty());
        table.put(row, monday, 2, held(at(20)));
        table.expire(at(10));
        assert_eq!(table.used(row, monday).peak(span("09:00-10:00")), 1, "extended meanwhile");
        assert_eq!(table.expire(at(20)), [(row, monday)]);
        assert!(table.used(row, monday).is_empty());
        assert_eq!(table.next_expiry(), None);
    }

    #[test]
    fn rows_keep_their_days_when_others_come() {
        let mut table = Table::new("2026-11-22".parse().unwrap(), 61);
        let (monday, morning) = (day("2026-11-23"), span("08:00-12:00").mask());
        for added in 0..200_u32 {
            assert_eq!(table.add_row(), added);
            let today = monday + i32::try_from(added % 60).unwrap();
            table.put(added, today, 1, state(&["09:00-10:00"]));
            table.open(added, today, morning, &places(1));
        }
        for row in 0..200_u32 {
            let today = monday + i32::try_from(row % 60).unwrap();
            let full = span("09:00-10:00").mask();
            assert_eq!(table.on(today).one(row), morning & !full);
            assert_eq!(table.on(today).used(row).peak(span("09:00-10:00")), 1);
            assert_eq!(table.on(today - 1).one(row), 0, "the day before is another");
        }
        assert_eq!(table.on(monday - 2).one(0), 0, "a day that is not held has nothing");
    }

    #[test]
    fn a_new_day_brings_its_bookings_with_it() {
        let mut table = Table::new("2026-11-22".parse().unwrap(), 3);
        let row = table.add_row();
        let later = day("2026-11-26");
        assert!(!table.put(row, later, 1, state(&["09:00-10:00"])), "not held yet");
        table.put(row, day("2026-11-24"), 1, state(&["10:00-11:00"]));
        assert_eq!(table.roll("2026-11-23".parse().unwrap()), day("2026-11-25")..day("2026-11-26"));
        assert_eq!(table.roll("2026-11-24".parse().unwrap()), later..later + 1);
        assert_eq!(table.used(row, later).peak(span("09:00-10:00")), 1);
        assert_eq!(table.used(row, day("2026-11-24")).peak(span("10:00-11:00")), 1);
        assert!(table.used(row, day("2026-11-23")).is_empty(), "the past is not held");
        assert_eq!(table.roll("2027-01-01".parse().unwrap()).len(), 3);
        assert!(table.held().all(|day| table.used(row, day).is_empty()));
    }
}
