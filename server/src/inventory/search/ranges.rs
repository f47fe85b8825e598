//! Ranges of offers as a question sees them.
//!
//! Classes sell one of few ranges of offers. Each range is worked out once for each day that matters; a class then needs
//! no more than a comparison of its free half-hours with a few masks.

use std::cell::OnceCell;

use doorstep_shared::{Fen, Span, care::CareKind};

use super::fit::{Asked, Day, Window, Wish};
use crate::inventory::index::{
    nursery::{Sale, When},
    shelf::{Range, Sells, Shelves, cares},
};

/// Offers of a range as bits: see [`MOST_OFFERS`](crate::inventory::index::shelf::MOST_OFFERS).
pub type OfferSet = u64;

/// A day that matters.
pub struct Matter<'a, 'c> {
    pub number: i32,
    pub day: &'a Day<'c>,
    /// Whether the question is about it, rather than only what is counted beside it.
    pub asked: bool,
}

/// A range of offers as the question sees it.
pub struct Seen {
    /// For each day that matters: windows of the offers that matter on it.
    days: Vec<Vec<(u32, Window)>>,
    /// Offers of the kind of care asked for.
    pub wanted: OfferSet,
    /// Offers of each kind of care: see [`cares`].
    pub of_care: Vec<(u8, OfferSet)>,
    hourly: OfferSet,
}

pub struct Ranges<'a, 'c> {
    asked: &'a Asked<'c>,
    wish: &'a Wish,
    pub matters: Vec<Matter<'a, 'c>>,
    /// The half-hours asked for, which every window that fits covers.
    want: u64,
    /// Whether other kinds of care are counted beside the one asked for, on the days of the question.
    compares: bool,
    shelves: &'c Shelves,
    seen: Vec<OnceCell<Seen>>,
}

impl<'a, 'c> Ranges<'a, 'c> {
    pub fn new(asked: &'a Asked<'c>, wish: &'a Wish, matters: Vec<Matter<'a, 'c>>, compares: bool) -> Self {
        let shelves = &asked.city.shelves;
        let seen = shelves.ranges.iter().map(|_| OnceCell::new()).collect();
        Self { asked, wish, matters, want: asked.span.map_or(0, Span::mask), compares, shelves, seen }
    }

    /// The range of a class.
    pub fn of(&self, sells: Sells) -> Option<&Seen> {
        let seen = self.seen.get(sells.range as usize)?;
        Some(seen.get_or_init(|| self.see(self.shelves.ranges.get(sells.range as usize))))
    }

    /// Whether a class takes the only child on a day and has all half-hours free that are asked for.
    pub fn is_free(&self, matter: &Matter<'_, '_>, sells: Sells, row: u32) -> bool {
        let takes = matter.day.takes.first().is_some_and(|takes| takes & sells.pair != 0);
        let free = || matter.day.places.one(row);
        takes && free() & self.want == self.want && free() != 0
    }

    /// Windows of a class that fit on each day that matters, with their offers; none on days on which it has no place.
    pub fn fitting<'s>(
        &'s self,
        seen: &'s Seen,
        sells: Sells,
        row: u32,
    ) -> impl Iterator<Item = (&'s Matter<'a, 'c>, impl Iterator<Item = (u32, Span)> + 's)> + 's {
        self.matters.iter().zip(&seen.days).map(move |(matter, windows)| {
            let windows = if self.is_free(matter, sells, row) { windows.as_slice() } else { &[] };
            let free = matter.day.places.one(row);
            (matter, windows.iter().filter_map(move |(offer, window)| Some((*offer, window.fits(free)?))))
        })
    }

    /// Offers of a class that cost one child at most what the wish allows.
    pub fn affordable(&self, seen: &Seen, row: u32) -> OfferSet {
        self.wish.max_price_fen.map_or(OfferSet::MAX, |most| self.cheaper(seen, row, most))
    }

    /// Offers of a class that cost one child at most so much.
    pub fn cheaper(&self, seen: &Seen, row: u32, most: Fen) -> OfferSet {
        let cheap = |(price, offer): (&Fen, u32)| {
            OfferSet::from(self.asked.price_at(*price, seen.hourly >> offer & 1 == 1) <= most) << offer
        };
        self.shelves.prices(row).iter().zip(0..).map(cheap).fold(0, |all, one| all | one)
    }

    /// Works out which windows of a range may be booked on which day, if they are free.
    fn see(&self, range: Option<&Range>) -> Seen {
        let offers = || range.into_iter().flatten().zip(0_u32..);
        let of = |which: &dyn Fn(&Sale) -> bool| {
            let picked = offers().filter(|(sales, _)| sales.first().is_some_and(which));
            picked.fold(0, |set, (_, offer)| set | 1 << offer)
        };
        let wanted = of(&|sale| self.wish.care.is_none_or(|care| care == sale.care));
        let windows = |matter: &Matter<'_, '_>| {
            let tried = offers().filter(|(_, offer)| self.compares && matter.asked || wanted >> offer & 1 == 1);
            let may = tried.flat_map(|(sales, offer)| {
                sales.iter().filter_map(move |sale| Some((offer, self.asked.may_book(sale, matter.day)?)))
            });
            may.collect()
        };
        Seen {
            days: self.matters.iter().map(windows).collect(),
            wanted,
            of_care: CareKind::ALL.iter().map(|care| (cares(Some(*care)), of(&|sale| sale.care == *care))).collect(),
            hourly: of(&|sale| sale.when == When::AnyTime),
        }
    }
}
