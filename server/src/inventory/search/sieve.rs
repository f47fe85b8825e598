//! Which nurseries are worth a look: judged by a few bytes of each class and what is free on the days asked for.
//!
//! Whoever is passed over has surely nothing; whoever is let through is looked at by [`super::fit`].

use super::fit::{Asked, Days, Wish};
use crate::inventory::index::{
    shelf::{Sells, Shelves, cares},
    table::Column,
};

pub struct Sieve<'a> {
    shelves: &'a Shelves,
    /// Kinds of care, any of which is wanted.
    cares: u8,
    /// The half-hours asked for, which every window that fits covers.
    want: u64,
    /// For each day: the pairs of kinds that take the first child, and what is free.
    days: Vec<(u32, Column<'a>)>,
    /// Whether every day must do, or one.
    all: bool,
}

impl<'a> Sieve<'a> {
    pub fn new(asked: &'a Asked<'_>, wish: &Wish, days: &Days) -> Self {
        let (numbers, all) = match days {
            Days::All(days) => (days, true),
            Days::Any(days) => (days, false),
        };
        // A day that is not held takes nobody.
        let day = |number: &i32| {
            let day = asked.day(*number)?;
            Some((day.takes.first().copied().unwrap_or_default(), day.places))
        };
        Self {
            shelves: &asked.city.shelves,
            cares: cares(wish.care),
            want: asked.span.map_or(0, doorstep_shared::Span::mask),
            days: numbers.iter().map(|number| day(number).unwrap_or_default()).collect(),
            all,
        }
    }

    /// False when the nursery in this slot has surely nothing.
    pub fn lets(&self, slot: u32) -> bool {
        self.shelves.of(slot).is_none_or(|mut classes| classes.any(|(sells, row)| self.may_have(sells, row)))
    }

    fn may_have(&self, sells: Sells, row: u32) -> bool {
        if sells.cares & self.cares == 0 {
            return false;
        }
        let on = |(takes, places): &(u32, Column<'_>)| {
            let free = places.one(row);
            takes & sells.pair != 0 && free & self.want == self.want && free != 0
        };
        if self.all { self.days.iter().all(on) } else { self.days.iter().any(on) }
    }
}
