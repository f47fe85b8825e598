//! One look at a nursery that answers everything the facets ask of it.
//!
//! The facets go through the whole city, and asking [`Asked::fits`] once for each chip and day would look at every offer
//! some twenty times.

use doorstep_shared::{Fen, care::CareKind};

use super::{
    fit::{Asked, Days, Wish, places_left},
    ranges::{Matter, OfferSet, Ranges, Seen},
};
use crate::inventory::{
    index::{
        nursery::Nursery,
        shelf::{Sells, cares},
        tally::{Key, STRIP, Steady, Verdict},
    },
    seats::Staffing,
};

pub struct Sweep<'a, 'c> {
    asked: &'a Asked<'c>,
    wish: &'a Wish,
    days: &'a Days,
    common_price: Fen,
    /// The first day of the strip.
    strip: i32,
    today: i32,
    ranges: Ranges<'a, 'c>,
    /// Whether some day of the question is not held: then nothing is on all of them.
    beyond: bool,
}

impl<'a, 'c> Sweep<'a, 'c> {
    /// `strip` is the number of the first day of the strip.
    pub fn new(asked: &'a Asked<'c>, wish: &'a Wish, days: &'a Days, common_price: Fen, strip: i32) -> Self {
        let (Days::All(question) | Days::Any(question)) = days;
        let today = asked.city.table.held().start;
        let week = strip..strip + STRIP as i32;
        let mut numbers: Vec<i32> = question.iter().copied().chain(week).chain([today, today + 1]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let matter = |number: i32| Some(Matter { number, day: asked.day(number)?, asked: question.contains(&number) });
        let matters = numbers.into_iter().filter_map(matter).collect();
        Self {
            ranges: Ranges::new(asked, wish, matters, true),
            beyond: question.iter().any(|number| asked.day(*number).is_none()),
            asked,
            wish,
            days,
            common_price,
            strip,
            today,
        }
    }

    /// All that a verdict depends on beside the nursery and the time of day.
    pub fn key(&self) -> Key {
        let (Days::All(question) | Days::Any(question)) = self.days;
        Key {
            all: matches!(self.days, Days::All(_)),
            question: question.clone(),
            today: self.today,
            strip: self.strip,
            span: self.asked.span,
            care: self.wish.care,
            max_price_fen: self.wish.max_price_fen,
            children: self.asked.children.len(),
            takes: self.ranges.matters.iter().flat_map(|matter| &matter.day.takes).copied().collect(),
        }
    }

    /// For how long a verdict stands, as far as it depends on the time of day.
    pub fn steady(&self) -> Steady {
        let sales = self.asked.city.shelves.ranges.iter().flatten().flatten();
        let mut leads: Vec<u32> = sales.map(|sale| sale.lead_minutes).collect();
        leads.sort_unstable();
        leads.dedup();
        leads.into_iter().map(|lead| self.asked.steady(lead)).fold(Steady::ALWAYS, Steady::and)
    }

    /// What the nursery in a slot has.
    pub fn judge(&self, slot: u32) -> Verdict {
        let Some(nursery) = self.asked.city.nursery(slot) else { return Verdict::default() };
        let mut verdict = Verdict { there: true, inclusive: nursery.inclusive, ..Verdict::default() };
        for (place, number) in (self.strip..).take(STRIP).enumerate() {
            verdict.open |= u8::from(!self.asked.is_closed(nursery, number)) << place;
        }
        let shelves = &self.asked.city.shelves;
        let Some(classes) = shelves.of(slot).filter(|_| self.asked.is_one_child()) else {
            self.judge_by_questions(nursery, &mut verdict);
            return verdict;
        };
        for (sells, row) in classes {
            if self.ranges.matters.iter().any(|matter| self.ranges.is_free(matter, sells, row))
                && let Some(seen) = self.ranges.of(sells)
            {
                self.add(sells, row, seen, &mut verdict);
            }
        }
        verdict
    }

    /// Adds what a class has.
    fn add(&self, sells: Sells, row: u32, seen: &Seen, verdict: &mut Verdict) {
        let affordable = self.ranges.affordable(seen, row);
        let told = seen.wanted & affordable;
        let all = matches!(self.days, Days::All(_));
        let mut answer = if all && !self.beyond { OfferSet::MAX } else { 0 };
        for (matter, windows) in self.ranges.fitting(seen, sells, row) {
            let strip = usize::try_from(matter.number - self.strip).ok();
            let mut best = strip.and_then(|place| verdict.strip.get_mut(place));
            let mut offers: OfferSet = 0;
            for (offer, span) in windows {
                offers |= 1 << offer;
                if let Some(best) = best.as_deref_mut().filter(|_| told >> offer & 1 == 1) {
                    let staffing = || {
                        let (nursery, class) = sells.kinds;
                        Staffing::new(sells.places, sells.carers, matter.day.policy.class_rule(nursery, class))
                    };
                    *best = (*best).max(byte(places_left(matter.day, row, span, staffing)));
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
                verdict.price |= answer & offers & self.ranges.cheaper(seen, row, self.common_price) != 0;
            }
        }
    }

    /// The same by asking for each, for several children: each question may place them anew.
    fn judge_by_questions(&self, nursery: &'c Nursery, verdict: &mut Verdict) {
        let (asked, wish) = (self.asked, self.wish);
        let on = |number: i32| asked.fits(nursery, wish, &Days::All(vec![number]));
        let with = |care: CareKind| asked.fits(nursery, &Wish { care: Some(care), ..*wish }, self.days);
        let best_free = |number: i32| {
            let entries = asked.windows(nursery, wish, &Days::Any(vec![number]));
            let left = entries.iter().map(|entry| asked.places_left(nursery, entry)).max();
            byte(left.unwrap_or_default())
        };
        let common = Wish { care: Some(CareKind::FullDay), max_price_fen: Some(self.common_price) };
        verdict.fits = asked.fits(nursery, wish, self.days);
        verdict.today = on(self.today);
        verdict.tomorrow = on(self.today + 1);
        verdict.price = asked.fits(nursery, &common, self.days);
        verdict.cares = CareKind::ALL.iter().filter(|care| with(**care)).fold(0, |all, care| all | cares(Some(*care)));
        verdict.strip = std::array::from_fn(|day| best_free(self.strip + day as i32));
    }
}

/// A class has 255 places at most: see [`Staffing::seats`].
fn byte(places: u16) -> u8 {
    u8::try_from(places).unwrap_or(u8::MAX)
}
