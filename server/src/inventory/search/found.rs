//! How a nursery that matches is told.

use doorstep_shared::{
    geo::walk_minutes,
    slots::{FoundNursery, FoundOffer, NurseryCard},
};

use super::{
    Hit,
    fit::{Asked, Days, Entry, Wish},
};
use crate::inventory::index::{nursery::Nursery, tree::distance_m};

/// Windows told of one nursery at most.
const OFFERS: usize = 6;

/// What is told of a nursery's windows.
pub struct Windows<'c> {
    pub offers: Vec<Entry<'c>>,
    pub next_free: Option<Entry<'c>>,
}

pub fn windows<'c>(asked: &Asked<'c>, wish: &Wish, nursery: &'c Nursery, days: &Days) -> Windows<'c> {
    let mut offers = asked.windows(nursery, wish, days);
    if !asked.is_one_child() {
        return Windows { offers, next_free: asked.next_free(nursery, wish) };
    }
    let next_free = match days {
        // Every day from today on has been looked at already.
        Days::Any(_) => offers.iter().min_by_key(|entry| entry.early_first()).copied(),
        Days::All(_) => None,
    };
    offers.sort_unstable_by_key(Entry::cheap_first);
    offers.truncate(OFFERS);
    Windows { offers, next_free: next_free.or_else(|| asked.next_free(nursery, wish)) }
}

pub fn found<'c>(asked: &Asked<'c>, wish: &Wish, hit: &Hit<'c>, days: &Days) -> FoundNursery {
    let nursery = hit.nursery;
    let found = windows(asked, wish, nursery, days);
    FoundNursery {
        nursery: card(nursery, hit.gap),
        offers: found.offers.iter().map(|entry| offer(asked, nursery, entry)).collect(),
        next_free: found.next_free.map(|entry| offer(asked, nursery, &entry)),
    }
}

pub fn card(nursery: &Nursery, gap: f64) -> NurseryCard {
    let metres = distance_m(gap);
    NurseryCard {
        id: nursery.id,
        name: nursery.name.as_ref().to_owned(),
        kind: nursery.kind,
        lat: nursery.point.lat,
        lng: nursery.point.lng,
        distance_m: metres.round() as u32,
        walk_minutes: walk_minutes(metres),
        inclusive: nursery.inclusive,
        rating: nursery.rating.as_deref().map(str::to_owned),
        filing_no: nursery.filing_no.as_deref().map(str::to_owned),
        ages: nursery.ages,
        demo: nursery.demo,
    }
}

/// A window that fits is open throughout, so its limit is what sets the number of places.
pub fn offer(asked: &Asked<'_>, nursery: &Nursery, entry: &Entry<'_>) -> FoundOffer {
    FoundOffer {
        offer_id: entry.sale.offer,
        class_id: entry.class.id,
        class_kind: entry.class.kind,
        care: entry.sale.care,
        date: asked.date_of(entry),
        from: entry.span.from,
        to: entry.span.to,
        free: asked.places_left(nursery, entry),
        price_fen: entry.price_fen,
        limit: asked.staffing(nursery, entry).limit(),
    }
}
