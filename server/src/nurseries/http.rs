//! The register's endpoints.

use doorstep_shared::{
    care::{ClassKind, NurseryKind},
    nurseries::{
        ClassKindRule, ClassKinds, ClassProfile, Districts, GetNursery, GetNurseryOfOffer, ListClassKinds,
        ListDistricts, NurseryProfile, OfferProfile,
    },
};

use super::store::{self, OfferRow, Profile};
use crate::{
    api::{Api, Call},
    auth::Anyone,
    error::Result,
    policy::Policy,
};

/// The register's endpoints.
pub fn register(api: &mut Api) {
    api.on(get_nursery).on(nursery_of_offer).on(list_districts).on(list_class_kinds);
}

async fn get_nursery(call: Call<Anyone>, request: GetNursery) -> Result<NurseryProfile> {
    let profile = call.app.db.read(move |conn| Ok(store::profile(conn, request.id)?)).await?;
    Ok(profile_of(profile, call.app.policy.on(call.now.local_date())))
}

async fn nursery_of_offer(call: Call<Anyone>, request: GetNurseryOfOffer) -> Result<NurseryProfile> {
    let read = move |conn: &mut _| {
        let id = store::nursery_of_offer(conn, request.id)?;
        Ok(store::profile(conn, id)?)
    };
    let profile = call.app.db.read(read).await?;
    Ok(profile_of(profile, call.app.policy.on(call.now.local_date())))
}

/// As a childcare institution has them: other kinds of nurseries narrow them, and their profiles say so.
async fn list_class_kinds(call: Call<Anyone>, _: ListClassKinds) -> Result<ClassKinds> {
    let policy = call.app.policy.on(call.now.local_date());
    let items = ClassKind::ALL.iter().map(|kind| {
        let rule = policy.class_rule(NurseryKind::ChildcareInstitution, *kind);
        ClassKindRule { kind: *kind, ages: rule.ages(), children: rule.children, ratio: rule.ratio }
    });
    Ok(ClassKinds { items: items.collect() })
}

async fn list_districts(call: Call<Anyone>, _: ListDistricts) -> Result<Districts> {
    call.app.districts.get(&call.app.db).await
}

fn profile_of(profile: Profile, policy: &Policy) -> NurseryProfile {
    let Profile { nursery, district, classes, offers, mut windows, opening } = profile;
    let mut offer_of = |row: &OfferRow| OfferProfile {
        id: row.id,
        care: row.care,
        price_fen: row.price_fen,
        windows: windows.remove(&row.id).unwrap_or_default(),
        lead_minutes: row.lead_minutes.cast_unsigned(),
        cancel_rule: row.cancel_rule(),
    };
    let mut classes: Vec<_> = classes
        .into_iter()
        .map(|row| {
            let rule = policy.class_rule(nursery.kind, row.kind);
            ClassProfile {
                id: row.id,
                kind: row.kind,
                name: row.name,
                ages: rule.ages(),
                places: row.places.cast_unsigned(),
                carers: row.carers.cast_unsigned(),
                ratio: rule.ratio,
                offers: offers.iter().filter(|offer| offer.class_id == row.id).map(&mut offer_of).collect(),
            }
        })
        // A class that sells nothing any more is kept for the bookings that name it.
        .filter(|class| !class.offers.is_empty())
        .collect();
    classes.sort_by_key(|class| (class.ages.from_months, class.id));
    NurseryProfile {
        id: nursery.id,
        name: nursery.name,
        kind: nursery.kind,
        ownership: nursery.ownership,
        district,
        address: nursery.address,
        phone: nursery.phone,
        lat: nursery.lat,
        lng: nursery.lng,
        inclusive: nursery.inclusive,
        rating: nursery.rating,
        filing_no: nursery.filing_no,
        about: nursery.about,
        bring: nursery.bring,
        health: nursery.health,
        opening: opening.into(),
        classes,
        demo: nursery.demo,
        to_confirm: nursery.to_confirm,
    }
}
