//! One look at a nursery that answers everything the facets ask of it.
//!
//! The facets go through the whole city, and asking [`Asked::fits`] once for each chip and day would look at every offer
//! some twenty times. Classes sell one of few ranges of offers; for an only child each range is worked out once for each
//! day that matters, and a class then needs no more than a comparison of its free half-hours with a few masks.

use std::cell::OnceCell;

use doorstep_shared::{Fen, Span, care::CareKind};

use super::fit::{Asked, Day, Days, Window, Wish};
use crate::inventory::{
    index::{
        nursery::{Nursery, Sale, When},
        shelf::{Range, Sells, Shelves, cares},
    },
    rules::Staffing,
};

/// Days of the strip.
pub const STRIP: usize = 7;

/// What a nursery has.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// For the question as it is.
    pub fits: bool,
    pub today: bool,
    pub tomorrow: bool,
    /// Full-day care at the common price at most, whatever the question's own care and limit: the price is that of a
    /// month, and an hour is cheap anywhere.
    pub price: bool,
    /// Kinds of care that fit instead of the one asked for: see [`cares`].
    pub cares: u8,
    /// For each day of the strip, places left in its best window; None when nothing fits.
    pub strip: [Option<u16>; STRIP],
}

/// Offers of a range as bits: see [`MOST_OFFERS`](crate::inventory::index::shelf::MOST_OFFERS).
type OfferSet = u64;

/// A range of offers as the question sees it.
struct Seen {
    /// For each day that matters: windows of the offers that matter on it.
    days: Vec<Vec<(u32, Window)>>,
    /// Offers of the kind of care asked for.
    wanted: OfferSet,
    /// Offers of each kind of care.
    of_care: Vec<(u8, OfferSet)>,
    hourly: OfferSet,
}

/// A day that matters.
struct Matter<'a, 'c> {
    number: i32,
    day: &'a Day<'c>,
    /// Whether the question is about it.
    asked: bool,
    /// Its place in the strip.
    strip: Option<usize>,
}

pub struct Sweep<'a, 'c> {
    asked: &'a Asked<'c>,
    wish: &'a Wish,
    days: &'a Days,
    common_price: Fen,
    /// The first day of the strip.
    strip: i32,
    today: i32,
    matters: Vec<Matter<'a, 'c>>,
    /// Whether some day of the question is not held: then nothing is on all of them.
    beyond: bool,
    /// The half-hours asked for.
    want: u64,
    seen: Vec<OnceCell<Seen>>,
}

impl<'a, 'c> Sweep<'a, 'c> {
    /// `today` is the number of the first day held; `strip` the first of the strip's.
    pub fn new(
        asked: &'a Asked<'c>,
        wish: &'a Wish,
        days: &'a Days,
        common_price: Fen,
        today: i32,
        strip: i32,
    ) -> Self {
        let (Days::All(question) | Days::Any(question)) = days;
        let week = strip..strip + STRIP as i32;
        let mut numbers: Vec<i32> = question.iter().copied().chain(week.clone()).chain([today, today + 1]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let matter = |number: i32| {
            let place = usize::try_from(number - strip).ok().filter(|_| week.contains(&number));
            Some(Matter { number, day: asked.day(number)?, asked: question.contains(&number), strip: place })
        };
        Self {
            matters: numbers.into_iter().filter_map(matter).collect(),
            beyond: question.iter().any(|number| asked.day(*number).is_none()),
            want: asked.span.map_or(0, Span::mask),
            seen: asked.city.shelves.ranges.iter().map(|_| OnceCell::new()).collect(),
            asked,
            wish,
            days,
            common_price,
            strip,
            today,
        }
    }

    /// What the nursery in a slot has; None when that is nothing at all.
    pub fn judge(&self, slot: u32) -> Option<Verdict> {
        let shelves = &self.asked.city.shelves;
        let classes = shelves.of(slot).filter(|_| self.asked.is_one_child());
        let Some(classes) = classes else { return Some(self.judge_by_questions(self.asked.city.nursery(slot)?)) };
        let mut verdict: Option<Verdict> = None;
        for (sells, row) in classes {
            if self.matters.iter().any(|matter| self.is_free(matter, sells, row)) {
                let seen = self.seen.get(sells.range as usize)?;
                let seen = seen.get_or_init(|| self.see(shelves.ranges.get(sells.range as usize)));
                self.add(sells, row, seen, shelves, verdict.get_or_insert_default());
            }
        }
        verdict
    }

    /// Whether a class takes the child on a day and has all half-hours free that are asked for.
    fn is_free(&self, matter: &Matter<'_, '_>, sells: Sells, row: u32) -> bool {
        let takes = matter.day.takes.first().is_some_and(|takes| takes & sells.pair != 0);
        let free = || matter.day.places.one(row);
        takes && free() & self.want == self.want && free() != 0
    }

    /// Adds what a class has.
    fn add(&self, sells: Sells, row: u32, seen: &Seen, shelves: &Shelves, verdict: &mut Verdict) {
        let within = |most: Fen| self.cheaper(shelves.prices(row), seen.hourly, most);
        let affordable = self.wish.max_price_fen.map_or(OfferSet::MAX, within);
        let told = seen.wanted & affordable;
        let all = matches!(self.days, Days::All(_));
        let mut answer = if all && !self.beyond { OfferSet::MAX } else { 0 };
        for (matter, windows) in self.matters.iter().zip(&seen.days) {
            let mut offers = 0;
            if self.is_free(matter, sells, row) {
                let free = matter.day.places.one(row);
                for (offer, window) in windows {
                    let Some(span) = window.fits(free) else { continue };
                    offers |= 1 << offer;
                    let place = matter.strip.filter(|_| told >> offer & 1 == 1);
                    if let Some(best) = place.and_then(|place| verdict.strip.get_mut(place)) {
                        *best = (*best).max(Some(left(matter.day, sells, row, span)));
                    }
                }
            }
            verdict.today |= matter.number == self.today && offers & told != 0;
            verdict.tomorrow |= matter.number == self.today + 1 && offers & told != 0;
            if matter.asked {
                answer = if all { answer & offers } else { answer | offers };
            }
        }
        if answer == 0 {
            return;
        }
        verdict.fits |= answer & told != 0;
        for (care, offers) in &seen.of_care {
            if answer & affordable & offers != 0 {
                verdict.cares |= care;
            }
            if *care == cares(Some(CareKind::FullDay)) && answer & offers != 0 {
                verdict.price |= answer & offers & within(self.common_price) != 0;
            }
        }
    }

    /// Offers that cost one child at most so much.
    fn cheaper(&self, prices: &[Fen], hourly: OfferSet, most: Fen) -> OfferSet {
        let cheap = |(price, offer): (&Fen, u32)| {
            OfferSet::from(self.asked.price_at(*price, hourly >> offer & 1 == 1) <= most) << offer
        };
        prices.iter().zip(0..).map(cheap).fold(0, |all, one| all | one)
    }

    /// Works out a range: which windows may be booked on which day, if they are free.
    fn see(&self, range: Option<&Range>) -> Seen {
        let offers = || range.into_iter().flatten().zip(0_u32..);
        let of = |which: &dyn Fn(&Sale) -> bool| {
            let picked = offers().filter(|(sales, _)| sales.first().is_some_and(which));
            picked.fold(0, |set, (_, offer)| set | 1 << offer)
        };
        let wanted = of(&|sale| self.wish.care.is_none_or(|care| care == sale.care));
        let windows = |matter: &Matter<'_, '_>| {
            // What would be instead of the kind of care asked for matters on the days of the question only.
            let tried = offers().filter(|(_, offer)| matter.asked || wanted >> offer & 1 == 1);
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

    /// The same by asking for each, for several children: each question may place them anew.
    fn judge_by_questions(&self, nursery: &'c Nursery) -> Verdict {
        let (asked, wish) = (self.asked, self.wish);
        let on = |number: i32| asked.fits(nursery, wish, &Days::All(vec![number]));
        let with = |care: CareKind| asked.fits(nursery, &Wish { care: Some(care), ..*wish }, self.days);
        let best_free = |number: i32| {
            let entries = asked.windows(nursery, wish, &Days::Any(vec![number]));
            entries.iter().map(|entry| asked.places_left(nursery, entry)).max()
        };
        let common = Wish { care: Some(CareKind::FullDay), max_price_fen: Some(self.common_price) };
        Verdict {
            fits: asked.fits(nursery, wish, self.days),
            today: on(self.today),
            tomorrow: on(self.today + 1),
            price: asked.fits(nursery, &common, self.days),
            cares: CareKind::ALL.iter().filter(|care| with(**care)).fold(0, |all, care| all | cares(Some(*care))),
            strip: std::array::from_fn(|day| best_free(self.strip + day as i32)),
        }
    }
}

/// Places left in a window that fits on a day.
fn left(day: &Day<'_>, sells: Sells, row: u32, span: Span) -> u16 {
    // Often the last one, which the masks tell.
    if day.places.two(row) & span.mask() != span.mask() {
        return 1;
    }
    let (nursery, class) = sells.kinds;
    let seats = Staffing::new(sells.places, sells.carers, day.policy.class_rule(nursery, class)).seats();
    seats.saturating_sub(day.places.used(row).peak(span).into())
}
