//! How a nursery that matches is told.

use doorstep_shared::{
    geo::walk_minutes,
    slots::{FoundNursery, FoundOffer, NurseryCard},
};

use super::{
    Hit,
    fit::{Asked, Days, Entry, Wish},
};
use crate::inventory::{
    index::{nursery::Nursery, table, tree::distance_m},
    rules,
};

/// Windows told of one nursery at most.
const OFFERS: usize = 6;

pub fn found(asked: &Asked<'_>, wish: &Wish, hit: &Hit<'_>, days: &Days) -> FoundNursery {
    let nursery = hit.nursery;
    let mut entries = asked.windows(nursery, wish, days);
    if asked.children.len() == 1 {
        entries.sort_unstable_by_key(Entry::cheap_first);
        entries.truncate(OFFERS);
    }
    FoundNursery {
        nursery: card(nursery, hit.gap),
        offers: entries.iter().map(|entry| offer(asked, nursery, entry)).collect(),
        next_free: asked.next_free(nursery, wish).map(|entry| offer(asked, nursery, &entry)),
    }
}

fn card(nursery: &Nursery, gap: f64) -> NurseryCard {
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

pub fn offer(asked: &Asked<'_>, nursery: &Nursery, entry: &Entry<'_>) -> FoundOffer {
    let date = table::date(entry.day);
    let staffing = nursery.staffing(entry.class, &asked.city.policies, date);
    let open = nursery.open_on(entry.class, &asked.city.policies, date);
    FoundOffer {
        offer_id: entry.sale.offer,
        class_id: entry.class.id,
        class_kind: entry.class.kind,
        care: entry.sale.care,
        date,
        from: entry.span.from,
        to: entry.span.to,
        free: asked.places_left(nursery, entry),
        price_fen: entry.price_fen,
        limit: rules::limit(staffing, open, entry.span),
    }
}
