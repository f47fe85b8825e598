//! Search: from the index alone, never from the database.
//!
//! A request becomes a [`Question`], which has been checked; [`search`] walks outward from its point and stops when the
//! page is full. What a nursery has for the children on a day is decided in one place, [`fit`], for search, facets,
//! availability and the windows offered with a refusal.

pub mod availability;
mod cursor;
mod facets;
mod fit;
mod found;
mod full;
mod json;
pub mod next_best;
mod question;
mod ranges;
mod sieve;
mod sweep;

use std::{cmp::Ordering, collections::BinaryHeap};

use doorstep_shared::{
    Fen, Problem, Timestamp,
    ids::NurseryId,
    slots::{Facets, SearchSlots, SlotPage, SlotSort},
};

use self::{
    cursor::Cursor,
    fit::{Asked, Days},
    question::Question,
    sieve::Sieve,
};
use super::index::{
    city::City,
    nursery::Nursery,
    tree::{Unit, Walk, gap_of},
};

/// Answers a search.
///
/// # Errors
/// `invalid` with every field that breaks a rule.
pub fn search(city: &City, request: &SearchSlots, now: Timestamp) -> Result<SlotPage, Problem> {
    let page = find(city, request, now)?;
    let items = page.hits.iter().map(|hit| found::found(&page.asked, &page.question.wish, hit, &page.days)).collect();
    Ok(SlotPage { items, facets: page.facets, next_cursor: page.next_cursor, as_of: page.as_of })
}

/// Answers a search in JSON: the same as [`search`], several times as fast.
///
/// # Errors
/// As [`search`].
pub fn search_json(city: &City, request: &SearchSlots, now: Timestamp) -> Result<Vec<u8>, Problem> {
    Ok(json::write(&find(city, request, now)?))
}

/// An answer before it is told.
struct Page<'c> {
    question: Question,
    asked: Asked<'c>,
    days: Days,
    hits: Vec<Hit<'c>>,
    facets: Option<Facets>,
    next_cursor: Option<String>,
    as_of: Timestamp,
}

fn find<'c>(city: &'c City, request: &SearchSlots, now: Timestamp) -> Result<Page<'c>, Problem> {
    let question = Question::check(request, city, now)?;
    let asked = Asked::new(city, question.children.clone(), question.span, now);
    let days = question.days(city);
    let mut hits = match question.sort {
        SlotSort::Distance => nearest(&asked, &question, &days),
        SlotSort::Price => cheapest(&asked, &question, &days),
    };
    let more = hits.len() > question.limit;
    hits.truncate(question.limit);
    let next_cursor = hits.last().filter(|_| more).map(|hit| Cursor::behind(&question, hit).encode());
    let facets = question.facets.then(|| facets::facets(city, &question, &asked, &days, now));
    Ok(Page { question, asked, days, hits, facets, next_cursor, as_of: city.as_of })
}

/// A nursery that matches.
#[derive(Clone, Copy)]
struct Hit<'c> {
    nursery: &'c Nursery,
    /// See [`Unit::gap`].
    gap: f64,
    /// Of the cheapest matching offer, or of all children together. Only when sorted by price.
    price_fen: Fen,
}

impl Hit<'_> {
    /// Pages are cut in this order.
    fn key(&self) -> (Fen, u64, NurseryId) {
        (self.price_fen, self.gap.to_bits(), self.nursery.id)
    }
}

impl PartialEq for Hit<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Hit<'_> {}

impl PartialOrd for Hit<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Hit<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// Nearest first, one more than the page has.
fn nearest<'c>(asked: &Asked<'c>, question: &Question, days: &Days) -> Vec<Hit<'c>> {
    let mut hits = Vec::with_capacity(question.limit + 1);
    let sieve = Sieve::new(asked, &question.wish, days);
    let mut walk = question.walk(asked.city, |slot| sieve.lets(slot));
    let mut ring = Vec::new();
    while let Some(gap) = walk.next_ring(&mut ring) {
        let nurseries = ring.iter().filter_map(|slot| Some((*slot, asked.city.nursery(*slot)?)));
        let matching = nurseries
            .filter(|(slot, nursery)| question.admits(nursery) && sieve.admits(*slot, nursery))
            .map(|(_, nursery)| Hit { nursery, gap, price_fen: Fen::ZERO })
            .filter(|hit| question.after.is_none_or(|after| after.key() < hit.key()));
        let before = hits.len();
        hits.extend(matching);
        // Several nurseries may share a point.
        if let Some(new) = hits.get_mut(before..) {
            new.sort_unstable();
        }
        if hits.len() > question.limit {
            break;
        }
    }
    hits
}

/// Cheapest first, one more than the page has.
fn cheapest<'c>(asked: &Asked<'c>, question: &Question, days: &Days) -> Vec<Hit<'c>> {
    let mut best = BinaryHeap::with_capacity(question.limit + 2);
    let sieve = Sieve::new(asked, &question.wish, days);
    question.each_within(asked.city, question.reach, |gap, slot| {
        if !sieve.lets(slot) {
            return;
        }
        let Some(nursery) = asked.city.nursery(slot).filter(|nursery| question.admits(nursery)) else { return };
        let Some(price_fen) = asked.price(nursery, &question.wish, days) else { return };
        let hit = Hit { nursery, gap, price_fen };
        if question.after.is_none_or(|after| after.key() < hit.key()) {
            best.push(hit);
            if best.len() > question.limit + 1 {
                best.pop();
            }
        }
    });
    best.into_sorted_vec()
}

impl Question {
    /// Everything that may match and that `keep` keeps, nearest first.
    fn walk<'c, K: Fn(u32) -> bool>(&self, city: &'c City, keep: K) -> Walk<'c, K> {
        let from = Unit::of(self.origin);
        match (&self.typed, &self.district) {
            (Some(typed), _) => Walk::new(None, city.named(typed), from, self.reach, keep),
            (None, Some(district)) => Walk::new(None, city.in_district(district), from, self.reach, keep),
            (None, None) => Walk::new(Some(city.tree()), city.beside(), from, self.reach, keep),
        }
    }

    /// The slot of everything that may match within `reach`, in no order; some slots may be empty.
    fn each(&self, city: &City, reach: f64, mut take: impl FnMut(u32)) {
        if reach.is_infinite() && self.typed.is_none() && self.district.is_none() {
            // All of them, in the order in which they lie in memory.
            city.shelves.slots().for_each(take);
        } else {
            self.each_within(city, reach, |_, slot| take(slot));
        }
    }

    /// The same with its gap.
    fn each_within(&self, city: &City, reach: f64, mut take: impl FnMut(f64, u32)) {
        let from = Unit::of(self.origin);
        let mut take_list = |list: &mut dyn Iterator<Item = (Unit, u32)>| {
            for (at, slot) in list {
                let gap = at.gap(from);
                if gap <= reach {
                    take(gap, slot);
                }
            }
        };
        match (&self.typed, &self.district) {
            (Some(typed), _) => take_list(&mut city.named(typed)),
            (None, Some(district)) => take_list(&mut city.in_district(district)),
            (None, None) => {
                take_list(&mut city.beside());
                city.tree().each_within(from, reach, &mut take);
            }
        }
    }
}

/// The gap that a radius allows; everything without one.
fn reach(radius_m: Option<u32>) -> f64 {
    radius_m.map_or(f64::INFINITY, |metres| gap_of(f64::from(metres)))
}
