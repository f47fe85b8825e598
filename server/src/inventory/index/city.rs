//! Everything that search knows of the city.

use std::{collections::HashMap, ops::Range, sync::Arc};

use doorstep_shared::{
    Date, HalfHour, Timestamp,
    geo::Point,
    ids::{ClassId, NurseryId},
};

use super::{
    names::Typed,
    nursery::{Class, Nursery, NurseryRow},
    shelf::Shelves,
    table::{self, Table},
    tally::{Log, Tallies},
    tree::{Tree, Unit},
};
use crate::{
    inventory::{
        rules,
        seats::{Seats, Staffing},
        state::{Hold, State},
    },
    policy::Policies,
};

/// Nurseries that may wait beside the tree before it is built again.
const BESIDE: usize = 64;

pub struct City {
    pub policies: Arc<Policies>,
    pub table: Table,
    /// A nursery keeps its slot until it moves or goes.
    slots: Vec<Option<Nursery>>,
    /// What each sells, to be looked at first.
    pub shelves: Shelves,
    /// What each name can be found by, by slot: read in one sweep.
    letters: Vec<u64>,
    by_id: HashMap<NurseryId, u32>,
    rows: HashMap<ClassId, u32>,
    /// Whose a row is: slot, and place among its classes.
    owners: Vec<(u32, u32)>,
    tree: Tree,
    /// Slots that are not in the tree yet.
    beside: Vec<u32>,
    /// May name slots that have left the district.
    districts: HashMap<Box<str>, Vec<u32>>,
    /// Where a search begins that names no point: the middle of the nurseries.
    pub centre: Point,
    /// Which slots have changed.
    pub log: Log,
    /// What was counted lately.
    pub tallies: Tallies,
    /// Every change that had been committed by then is known.
    pub as_of: Timestamp,
}

impl City {
    pub fn new(policies: Arc<Policies>, now: Timestamp) -> Self {
        let today = now.local_date();
        let days = policies.on(today).booking.horizon_days.saturating_add(1);
        Self {
            policies,
            table: Table::new(today, days),
            slots: Vec::new(),
            shelves: Shelves::default(),
            letters: Vec::new(),
            by_id: HashMap::new(),
            rows: HashMap::new(),
            owners: Vec::new(),
            tree: Tree::default(),
            beside: Vec::new(),
            districts: HashMap::new(),
            centre: Point { lat: 0.0, lng: 0.0 },
            log: Log::default(),
            tallies: Tallies::default(),
            as_of: now,
        }
    }

    pub fn today(&self) -> Date {
        table::date(self.table.held().start)
    }

    pub fn nursery(&self, slot: u32) -> Option<&Nursery> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub fn find(&self, id: NurseryId) -> Option<(u32, &Nursery)> {
        let slot = *self.by_id.get(&id)?;
        Some((slot, self.nursery(slot)?))
    }

    pub fn find_class(&self, id: ClassId) -> Option<(u32, &Nursery, &Class)> {
        let (slot, place) = *self.owners.get(*self.rows.get(&id)? as usize)?;
        let nursery = self.nursery(slot)?;
        Some((slot, nursery, nursery.classes.get(place as usize)?))
    }

    /// Whether the days of a class are known.
    pub fn knows(&self, class: ClassId) -> bool {
        self.row_of(class).is_some()
    }

    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Nurseries that the tree does not have.
    pub fn beside(&self) -> impl Iterator<Item = (Unit, u32)> {
        self.located(self.beside.iter().copied())
    }

    /// Nurseries of a district.
    pub fn in_district(&self, district: &str) -> impl Iterator<Item = (Unit, u32)> {
        let slots = self.districts.get(district).map_or(&[][..], Vec::as_slice);
        let lies_there =
            move |slot: &u32| self.nursery(*slot).is_some_and(|it| it.district.as_deref() == Some(district));
        self.located(slots.iter().copied().filter(lies_there))
    }

    /// Nurseries that are found by what was typed.
    pub fn named(&self, typed: &Typed) -> impl Iterator<Item = (Unit, u32)> {
        let likely =
            self.letters.iter().zip(0..).filter(|(letters, _)| typed.may_match(**letters)).map(|(_, slot)| slot);
        let named = likely.filter(|slot| self.nursery(*slot).is_some_and(|nursery| nursery.spelled.matches(typed)));
        self.located(named)
    }

    fn located(&self, slots: impl Iterator<Item = u32>) -> impl Iterator<Item = (Unit, u32)> {
        slots.filter_map(|slot| Some((self.nursery(slot)?.at, slot)))
    }

    pub fn nurseries(&self) -> impl Iterator<Item = (u32, &Nursery)> {
        self.slots.iter().zip(0..).filter_map(|(nursery, slot)| Some((slot, nursery.as_ref()?)))
    }

    /// Adds a nursery or replaces what is known of it. Places in use of classes known before stay as they are.
    pub fn put(&mut self, row: NurseryRow) {
        let slot = self.place(row);
        self.open_days(slot, self.table.held());
    }

    /// The same without working out its masks: for many, before [`City::open_all`]. Returns the slot.
    pub fn place(&mut self, row: NurseryRow) -> u32 {
        let id = row.id;
        let before = self.by_id.get(&id).copied();
        let old = before.and_then(|slot| self.slots.get_mut(slot as usize)?.take());
        let slot = match (before, &old) {
            (Some(slot), Some(old)) if old.point == row.point => slot,
            _ => self.add_slot(),
        };
        if let Some(left) = before.filter(|before| *before != slot) {
            self.shelves.put(left, None);
            self.log.note(left);
        }
        for class in old.iter().flat_map(|old| &old.classes) {
            if !row.classes.iter().any(|kept| kept.id == class.id) {
                self.rows.remove(&class.id);
                self.table.remove_row(class.row);
            }
        }
        let (policies, today) = (Arc::clone(&self.policies), self.today());
        let (rows, days) = (&mut self.rows, &mut self.table);
        let nursery = Nursery::new(row, &policies, today, |class| *rows.entry(class).or_insert_with(|| days.add_row()));
        for (class, place) in nursery.classes.iter().zip(0..) {
            let row = class.row as usize;
            self.owners.resize(self.owners.len().max(row + 1), (u32::MAX, 0));
            if let Some(owner) = self.owners.get_mut(row) {
                *owner = (slot, place);
            }
        }
        if let Some(district) = &nursery.district {
            let slots = self.districts.entry(district.clone()).or_default();
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        if let Some(letters) = self.letters.get_mut(slot as usize) {
            *letters = nursery.spelled.letters();
        }
        self.by_id.insert(id, slot);
        self.shelves.put(slot, Some(&nursery));
        self.log.note(slot);
        if let Some(at) = self.slots.get_mut(slot as usize) {
            *at = Some(nursery);
        }
        slot
    }

    /// Works out all masks.
    pub fn open_all(&mut self) {
        self.open_all_on(self.table.held());
    }

    /// Days of one nursery lie far apart in memory, and a day of neighbours side by side.
    fn open_all_on(&mut self, days: Range<i32>) {
        let slots: Vec<u32> = (0..self.slots.len() as u32).collect();
        for neighbours in slots.chunks(64) {
            for day in days.clone() {
                for slot in neighbours {
                    self.open_days(*slot, day..day + 1);
                }
            }
        }
    }

    pub fn row_of(&self, class: ClassId) -> Option<u32> {
        self.rows.get(&class).copied()
    }

    fn add_slot(&mut self) -> u32 {
        let slot = self.slots.len() as u32;
        self.slots.push(None);
        self.letters.push(0);
        self.beside.push(slot);
        slot
    }

    pub fn remove(&mut self, id: NurseryId) {
        let Some(slot) = self.by_id.remove(&id) else { return };
        self.shelves.put(slot, None);
        self.log.note(slot);
        let Some(old) = self.slots.get_mut(slot as usize).and_then(Option::take) else { return };
        for class in &old.classes {
            self.rows.remove(&class.id);
            self.table.remove_row(class.row);
        }
    }

    /// To be called after nurseries have changed. Builds the tree again when too many wait beside it.
    pub fn settle(&mut self) {
        let (count, lat, lng) = self.nurseries().fold((0.0, 0.0, 0.0), |(count, lat, lng), (_, nursery)| {
            (count + 1.0, lat + nursery.point.lat, lng + nursery.point.lng)
        });
        self.centre = Point { lat: lat / f64::max(count, 1.0), lng: lng / f64::max(count, 1.0) };
        if self.beside.len() > BESIDE || self.tree.len() == 0 {
            self.tree = Tree::build(self.nurseries().map(|(slot, nursery)| (nursery.point, slot)));
            self.beside.clear();
        }
    }

    /// Takes the state of a class-day; older ones and those of unknown classes are dropped.
    pub fn put_day(&mut self, class: ClassId, date: Date, version: i64, state: State) {
        let Some(row) = self.row_of(class) else { return };
        let day = table::number(date);
        if self.table.put(row, day, table::version(version), state) {
            self.open_row(row, day);
        }
    }

    /// The holds of a class-day, as read when the index is built.
    pub fn put_holds(&mut self, class: ClassId, date: Date, holds: Vec<Hold>) {
        if let Some(row) = self.row_of(class) {
            self.table.hold(row, table::number(date), holds);
        }
    }

    /// Does what the time asks for: the day rolls over at local midnight, holds run out.
    pub fn catch_up(&mut self, now: Timestamp) {
        let new = self.table.roll(now.local_date());
        if !new.is_empty() {
            self.open_all_on(new);
        }
        for (row, day) in self.table.expire(now) {
            self.open_row(row, day);
        }
    }

    /// When [`City::catch_up`] has something to do again.
    pub fn next_due(&self) -> Timestamp {
        let midnight = Timestamp::at(self.today(), HalfHour::END_OF_DAY);
        self.table.next_expiry().map_or(midnight, |expiry| expiry.min(midnight))
    }

    /// The places of a class on a date.
    pub fn seats(&self, nursery: &Nursery, class: &Class, date: Date) -> Seats {
        let kind = self.policies.calendar.day_kind(date);
        let limits = self.table.limits(class.row, table::number(date)).or(nursery.limits(class, date, kind));
        Seats::new(nursery.staffing(class, &self.policies, date), limits)
    }

    /// Works out the masks of a nursery's classes.
    fn open_days(&mut self, slot: u32, days: Range<i32>) {
        let Some(nursery) = self.slots.get(slot as usize).and_then(Option::as_ref) else { return };
        for day in days {
            let date = table::date(day);
            let (policy, kind) = (self.policies.on(date), self.policies.calendar.day_kind(date));
            for class in &nursery.classes {
                let open = rules::open_on(&nursery.hours, date, kind, class.id, &nursery.closures);
                let usual = Staffing::new(class.places, class.carers, policy.class_rule(nursery.kind, class.kind));
                let limits = self.table.limits(class.row, day).or(nursery.limits(class, date, kind));
                self.table.open(class.row, day, open, &Seats::new(usual, limits));
            }
        }
    }

    fn open_row(&mut self, row: u32, day: i32) {
        let Some((slot, place)) = self.owners.get(row as usize).copied() else { return };
        let Some(nursery) = self.slots.get(slot as usize).and_then(Option::as_ref) else { return };
        let Some(class) = nursery.classes.get(place as usize) else { return };
        let date = table::date(day);
        let open = nursery.open_on(class, &self.policies, date);
        let seats = self.seats(nursery, class, date);
        self.table.open(row, day, open, &seats);
        self.log.note(slot);
    }
}
