//! Which nurseries match: judged by a few bytes of each class and what is free on the days asked for.

use super::{
    fit::{Asked, Days, Wish},
    ranges::{Matter, OfferSet, Ranges},
};
use crate::inventory::index::{
    nursery::Nursery,
    shelf::{Sells, cares},
};

pub struct Sieve<'a, 'c> {
    asked: &'a Asked<'c>,
    wish: &'a Wish,
    days: &'a Days,
    ranges: Ranges<'a, 'c>,
    /// Kinds of care, any of which is wanted.
    cares: u8,
    /// Whether every day must do, or one.
    all: bool,
    /// Whether every day must do and one of them is not held.
    beyond: bool,
}

impl<'a, 'c> Sieve<'a, 'c> {
    pub fn new(asked: &'a Asked<'c>, wish: &'a Wish, days: &'a Days) -> Self {
        let (numbers, all) = match days {
            Days::All(days) => (days, true),
            Days::Any(days) => (days, false),
        };
        let matter = |number: &i32| Some(Matter { number: *number, day: asked.day(*number)?, asked: true });
        let matters: Vec<_> = numbers.iter().filter_map(matter).collect();
        let beyond = all && matters.len() < numbers.len();
        Self {
            ranges: Ranges::new(asked, wish, matters, false),
            cares: cares(wish.care),
            asked,
            wish,
            days,
            all,
            beyond,
        }
    }

    /// False when the nursery in this slot has surely nothing. For an only child true says that it matches, unless
    /// [`Sieve::is_rough`].
    pub fn lets(&self, slot: u32) -> bool {
        let Some(mut classes) = self.asked.city.shelves.of(slot) else { return true };
        classes.any(|(sells, row)| self.may_have(sells, row) && (!self.asked.is_one_child() || self.has(sells, row)))
    }

    /// Whether a nursery that was let through must be looked at itself.
    pub fn is_rough(&self, slot: u32) -> bool {
        !self.asked.is_one_child() || self.asked.city.shelves.of(slot).is_none()
    }

    /// Whether a nursery matches that was let through.
    pub fn admits(&self, slot: u32, nursery: &'c Nursery) -> bool {
        !self.is_rough(slot) || self.asked.fits(nursery, self.wish, self.days)
    }

    fn may_have(&self, sells: Sells, row: u32) -> bool {
        if sells.cares & self.cares == 0 || self.beyond {
            return false;
        }
        let on = |matter: &Matter<'_, '_>| self.ranges.is_free(matter, sells, row);
        if self.all { self.ranges.matters.iter().all(on) } else { self.ranges.matters.iter().any(on) }
    }

    /// Whether a class has an offer for the only child.
    fn has(&self, sells: Sells, row: u32) -> bool {
        let Some(seen) = self.ranges.of(sells) else { return false };
        let offers = self.ranges.fitting(seen, sells, row).map(|(_, windows)| {
            let offers = windows.fold(0, |set: OfferSet, (offer, _)| set | 1 << offer);
            offers & seen.wanted
        });
        let fitting = if self.all {
            offers.fold(OfferSet::MAX, |all, one| all & one)
        } else {
            offers.fold(0, |any, one| any | one)
        };
        fitting != 0 && fitting & self.ranges.affordable(seen, row) != 0
    }
}
