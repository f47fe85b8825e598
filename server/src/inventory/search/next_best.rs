//! Other windows that would do, for the answer that refuses one.

use doorstep_shared::{
    Date, Span, Timestamp,
    care::CareKind,
    ids::{NurseryId, OfferId},
    slots::NextBest,
};

use super::{
    fit::{Asked, Child, Days, Entry, Wish},
    found,
};
use crate::inventory::index::{
    city::City,
    nursery::Nursery,
    table,
    tree::{Walk, distance_m},
};

/// What could not be had.
#[derive(Clone, Debug)]
pub struct Refused {
    pub nursery: NurseryId,
    pub offer: OfferId,
    pub care: CareKind,
    pub date: Date,
    pub span: Span,
    /// Birth dates of the children, at least one.
    pub children: Vec<Date>,
}

/// Windows told at most.
const MOST: usize = 3;
/// Of those, at the nursery itself while there are others near.
const MOST_HERE: usize = 2;
/// Days before and after the one refused.
const DAYS_AROUND: i32 = 7;
/// Nurseries looked at before giving up.
const LOOKED_AT: usize = 500;

/// Up to three windows of the same care that were free a moment ago: at the same nursery near in time, then at others
/// near by at the same time. Several children: windows in which all fit; the first child's is told.
pub fn next_best(city: &City, refused: &Refused, now: Timestamp) -> Vec<NextBest> {
    let Some((_, home)) = city.find(refused.nursery) else { return Vec::new() };
    let children: Vec<_> = refused.children.iter().map(|birth| Child::Born(*birth)).collect();
    let wish = Wish { care: Some(refused.care), max_price_fen: None };
    let mut here = around(city, home, refused, &children, &wish, now);
    let mut near = near(city, home, refused, &children, &wish, now);
    near.truncate(MOST - here.len().min(MOST_HERE));
    here.truncate(MOST - near.len());
    here.extend(near);
    here
}

fn told(asked: &Asked<'_>, nursery: &Nursery, gap: f64, entry: &Entry<'_>) -> NextBest {
    NextBest {
        nursery_id: nursery.id,
        nursery_name: nursery.name.as_ref().to_owned(),
        distance_m: distance_m(gap).round() as u32,
        offer: found::offer(asked, nursery, entry),
    }
}

/// Other windows of the nursery itself: of the same length for hourly care, nearest in time first.
fn around(
    city: &City,
    home: &Nursery,
    refused: &Refused,
    children: &[Child],
    wish: &Wish,
    now: Timestamp,
) -> Vec<NextBest> {
    let wanted = table::number(refused.date);
    let mut entries = Vec::new();
    let open = Asked::new(city, children.to_vec(), None, now);
    let days = Days::Any(vec![wanted]);
    for day in (wanted - DAYS_AROUND..=wanted + DAYS_AROUND).filter(|day| city.table.held().contains(day)) {
        // Hourly care is wanted for as long as before, on another day at the same time.
        let same_time = Asked::new(city, children.to_vec(), Some(refused.span), now);
        let asked = if refused.care == CareKind::Hourly { &same_time } else { &open };
        let found = asked.windows(home, wish, &Days::Any(vec![day]));
        let found = if children.len() == 1 { found } else { found.into_iter().take(1).collect() };
        // Another class may have a place at the very same time.
        let other =
            |entry: &Entry<'_>| (entry.day, entry.span, entry.sale.offer) != (wanted, refused.span, refused.offer);
        entries.extend(found.iter().filter(|entry| other(entry)).map(|entry| {
            let apart = (entry.day - wanted).abs();
            let later = entry.span.from.index().abs_diff(refused.span.from.index());
            ((apart, later, entry.cheap_first()), told(asked, home, 0.0, entry))
        }));
    }
    if refused.care == CareKind::Hourly {
        // The earliest hour that is left on the day itself.
        let found = open.windows(home, wish, &days);
        let first = found.iter().filter(|entry| entry.span != refused.span).min_by_key(|entry| entry.early_first());
        entries.extend(first.map(|entry| ((0, 0, entry.cheap_first()), told(&open, home, 0.0, entry))));
    }
    entries.sort_by_key(|(key, _)| *key);
    entries.dedup_by_key(|(_, told)| (told.offer.date, told.offer.from, told.offer.to));
    entries.into_iter().map(|(_, told)| told).take(MOST).collect()
}

/// The same care on the same day at other nurseries, covering the window; nearest first.
fn near(
    city: &City,
    home: &Nursery,
    refused: &Refused,
    children: &[Child],
    wish: &Wish,
    now: Timestamp,
) -> Vec<NextBest> {
    // A fixed window of another nursery seldom has the very same hours.
    let span = (refused.care == CareKind::Hourly).then_some(refused.span);
    let asked = Asked::new(city, children.to_vec(), span, now);
    let days = Days::All(vec![table::number(refused.date)]);
    let mut walk = Walk::new(Some(city.tree()), city.beside(), home.at, f64::INFINITY);
    let (mut ring, mut near, mut looked_at) = (Vec::new(), Vec::new(), 0);
    while near.len() < MOST && looked_at < LOOKED_AT {
        let Some(gap) = walk.next_ring(&mut ring) else { break };
        looked_at += ring.len();
        for nursery in ring.iter().filter_map(|slot| city.nursery(*slot)).filter(|other| other.id != home.id) {
            let windows = asked.windows(nursery, wish, &days);
            let closest = |entry: &&Entry<'_>| {
                let apart = entry.span.from.index().abs_diff(refused.span.from.index());
                (apart, entry.cheap_first())
            };
            let best = if children.len() == 1 { windows.iter().min_by_key(closest) } else { windows.first() };
            near.extend(best.map(|entry| told(&asked, nursery, gap, entry)));
        }
    }
    near.truncate(MOST);
    near
}
