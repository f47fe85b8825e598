//! Windows that match everything but a free place, for who would rather wait for one than look for others.

use doorstep_shared::{
    Span,
    slots::{FoundOffer, FullWindow},
};

use super::{
    fit::{Asked, Days, Entry, Wish},
    found,
    question::Question,
};
use crate::inventory::index::{
    nursery::{Class, Nursery, Sale, When},
    table,
};

/// Nurseries told at most, with one window each.
const TOLD: usize = 3;
/// Nurseries looked at for them, the nearest ones.
const LOOKED_AT: usize = 500;

/// The nearest, each with its earliest full window. One child waits for one window: of several days, or for several
/// children, there is none.
pub fn full<'c>(asked: &Asked<'c>, question: &Question, days: &Days) -> Vec<FullWindow> {
    let days = match days {
        Days::All(days) if days.len() > 1 => return Vec::new(),
        Days::All(days) | Days::Any(days) => days,
    };
    if !asked.is_one_child() {
        return Vec::new();
    }
    let mut told = Vec::new();
    let mut walk = question.walk(asked.city, |_| true);
    let (mut ring, mut looked_at) = (Vec::new(), 0);
    while let Some(gap) = walk.next_ring(&mut ring) {
        let nurseries = ring.iter().filter_map(|slot| asked.city.nursery(*slot));
        for nursery in nurseries.filter(|nursery| question.admits(nursery)) {
            told.extend(
                window(asked, nursery, &question.wish, days)
                    .map(|offer| FullWindow { nursery: found::card(nursery, gap), offer }),
            );
        }
        looked_at += ring.len();
        if told.len() >= TOLD || looked_at >= LOOKED_AT {
            break;
        }
    }
    told.truncate(TOLD);
    told
}

/// The earliest full window of a nursery on any of these days.
fn window<'c>(asked: &Asked<'c>, nursery: &'c Nursery, wish: &Wish, days: &[i32]) -> Option<FoundOffer> {
    let on = |day: i32| {
        let classes = nursery.classes.iter().filter(move |class| asked.takes_on(nursery, class, 0, day));
        let sales = classes.flat_map(|class| class.sales.iter().map(move |sale| (class, sale)));
        let wanted = sales.filter(|(_, sale)| asked.is_sold(sale, wish));
        let entry = |(class, sale): (&'c Class, &'c Sale)| {
            let span = full_span(asked, nursery, class, sale, day)?;
            Some(Entry { day, price_fen: asked.price_of(sale), span, class, sale })
        };
        wanted.filter_map(entry).min_by_key(Entry::early_first)
    };
    let entry = days.iter().find_map(|day| on(*day))?;
    Some(FoundOffer { free: 0, ..found::offer(asked, nursery, &entry) })
}

/// Where a sale has no place though it is open and in time. Hours at no certain time are none to wait for.
fn full_span(asked: &Asked<'_>, nursery: &Nursery, class: &Class, sale: &Sale, number: i32) -> Option<Span> {
    if sale.when == When::AnyTime && asked.span.is_none() {
        return None;
    }
    let day = asked.day(number)?;
    let span = asked.may_book(sale, day)?.fits(u64::MAX)?;
    let (date, policies) = (table::date(number), &asked.city.policies);
    let is_open = nursery.open_on(class, policies, date) & span.mask() == span.mask();
    // Where there is no place at all, nobody gives one back.
    let has_seats = asked.city.seats(nursery, class, date).least(span) > 0;
    let is_free = day.places.one(class.row) & span.mask() == span.mask();
    (is_open && has_seats && !is_free).then_some(span)
}
