//! Nurseries that an import meets again: read whole, and brought to what the source says now.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    geo::Point,
    ids::{ClassId, NurseryId, OfferId},
};

use crate::{
    db::{
        Conn,
        bulk::VALUES,
        schema::{class, nursery, offer, offer_window, opening},
    },
    nurseries::{
        draft::{ClassDraft, NurseryDraft, OfferDraft},
        store::{self, OfferRow, Profile},
    },
};

/// Whole nurseries of the register by their source's key, with the classes that sell something and the offers that are sold.
pub fn drafts_by_key(conn: &mut Conn, keys: &[String]) -> QueryResult<HashMap<String, NurseryDraft>> {
    let mut drafts = HashMap::new();
    for keys in keys.chunks(VALUES) {
        let found: Vec<(NurseryId, String)> = nursery::table
            .filter(nursery::source_key.eq_any(keys))
            .filter(nursery::import_id.is_null())
            .select((nursery::id, nursery::source_key.assume_not_null()))
            .load(conn)?;
        for (id, key) in found {
            drafts.insert(key.clone(), draft_of(conn, id, key)?);
        }
    }
    Ok(drafts)
}

fn draft_of(conn: &mut Conn, id: NurseryId, key: String) -> QueryResult<NurseryDraft> {
    let Profile { nursery: row, classes, offers, mut windows, opening, .. } = store::profile(conn, id)?;
    let registration_no = nursery::table.find(id).select(nursery::registration_no).first(conn)?;
    let mut offer = |row: &OfferRow| OfferDraft {
        id: row.id,
        care: row.care,
        price_fen: row.price_fen,
        windows: windows.remove(&row.id).unwrap_or_default(),
        lead_minutes: row.lead_minutes.cast_unsigned(),
        cancel_rule: row.cancel_rule(),
    };
    let classes = classes.into_iter().map(|row| ClassDraft {
        offers: offers.iter().filter(|offer| offer.class_id == row.id).map(&mut offer).collect(),
        id: row.id,
        kind: row.kind,
        name: row.name,
        places: row.places.cast_unsigned(),
        carers: row.carers.cast_unsigned(),
    });
    Ok(NurseryDraft {
        classes: classes.filter(|class| !class.offers.is_empty()).collect(),
        id: row.id,
        source_key: Some(key),
        name: row.name,
        kind: row.kind,
        ownership: row.ownership,
        district_id: row.district_id,
        address: row.address,
        point: Point { lat: row.lat, lng: row.lng },
        phone: row.phone,
        inclusive: row.inclusive,
        rating: row.rating,
        registration_no,
        filing_no: row.filing_no,
        about: row.about,
        bring: row.bring,
        health: row.health,
        demo: row.demo,
        to_confirm: row.to_confirm,
        opening,
    })
}

/// Brings a nursery from `old` to `new`, which have the same id. Classes and offers that are gone are not sold any
/// more, and kept for the bookings that name them.
pub fn update_nursery(conn: &mut Conn, now: Timestamp, old: &NurseryDraft, new: &NurseryDraft) -> QueryResult<()> {
    diesel::update(nursery::table.find(new.id))
        .set((
            (nursery::name.eq(&new.name), nursery::kind.eq(new.kind), nursery::ownership.eq(new.ownership)),
            (nursery::district_id.eq(&new.district_id), nursery::address.eq(&new.address)),
            (nursery::lat.eq(new.point.lat), nursery::lng.eq(new.point.lng), nursery::phone.eq(&new.phone)),
            (nursery::inclusive.eq(new.inclusive), nursery::rating.eq(&new.rating)),
            (nursery::registration_no.eq(&new.registration_no), nursery::filing_no.eq(&new.filing_no)),
            (nursery::about.eq(&new.about), nursery::bring.eq(&new.bring), nursery::health.eq(&new.health)),
            nursery::updated_at.eq(now),
        ))
        .execute(conn)?;
    if old.opening != new.opening {
        diesel::delete(opening::table.filter(opening::nursery_id.eq(new.id))).execute(conn)?;
        store::insert_opening_batch(conn, std::slice::from_ref(new))?;
    }
    let known = |id: ClassId| old.classes.iter().find(|class| class.id == id);
    for class in &new.classes {
        let before = match known(class.id) {
            Some(before) => {
                let (places, carers) = (class.places.cast_signed(), class.carers.cast_signed());
                diesel::update(class::table.find(class.id))
                    .set((class::places.eq(places), class::carers.eq(carers)))
                    .execute(conn)?;
                before.offers.as_slice()
            }
            None => {
                store::insert_classes_batch(conn, &[(new.id, class)])?;
                &[]
            }
        };
        update_offers(conn, now, before, class)?;
    }
    let gone = old.classes.iter().filter(|class| !new.classes.iter().any(|kept| kept.id == class.id));
    let gone: Vec<_> = gone.flat_map(|class| class.offers.iter().map(|offer| offer.id)).collect();
    withdraw(conn, now, &gone)
}

fn update_offers(conn: &mut Conn, now: Timestamp, before: &[OfferDraft], class: &ClassDraft) -> QueryResult<()> {
    for draft in class.offers.iter().filter(|draft| !before.contains(draft)) {
        if !before.iter().any(|known| known.id == draft.id) {
            store::insert_offers_batch(conn, &[(class.id, draft)])?;
            continue;
        }
        diesel::update(offer::table.find(draft.id))
            .set((
                offer::price_fen.eq(draft.price_fen),
                offer::lead_minutes.eq(draft.lead_minutes.cast_signed()),
                offer::free_until_hours.eq(draft.cancel_rule.free_until_hours.cast_signed()),
                offer::late_percent.eq(i16::from(draft.cancel_rule.late_percent)),
            ))
            .execute(conn)?;
        diesel::delete(offer_window::table.filter(offer_window::offer_id.eq(draft.id))).execute(conn)?;
        store::insert_windows_batch(conn, &[draft])?;
    }
    let gone = before.iter().filter(|known| !class.offers.iter().any(|kept| kept.id == known.id));
    let gone: Vec<_> = gone.map(|offer| offer.id).collect();
    withdraw(conn, now, &gone)
}

fn withdraw(conn: &mut Conn, now: Timestamp, offers: &[OfferId]) -> QueryResult<()> {
    if !offers.is_empty() {
        diesel::update(offer::table.filter(offer::id.eq_any(offers))).set(offer::withdrawn_at.eq(now)).execute(conn)?;
    }
    Ok(())
}
