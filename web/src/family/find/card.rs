//! One nursery in the list.

use doorstep_shared::slots::{FoundNursery, FoundOffer, NurseryCard as Card};
use leptos::prelude::*;

use crate::ui::Inert as _;

use super::Scene;
use crate::{Locale, family::words, td, ui::icon::Icon};

/// Places from which there is no need to say that few are left.
const PLENTY: u16 = 3;

#[component]
pub fn NurseryCard(
    scene: Scene,
    found: FoundNursery,
    /// Its place in the list, as on its pin.
    number: usize,
) -> impl IntoView {
    let locale = scene.locale;
    let card = &found.nursery;
    let windows = if found.offers.is_empty() {
        found.next_free.iter().collect::<Vec<_>>()
    } else {
        // One line for each child, else the first that matches.
        found.offers.iter().take(scene.wanted.births.len().max(1)).collect()
    };
    let windows: Vec<_> =
        windows.into_iter().map(|offer| view! { <WindowLine scene=scene.clone() offer=offer.clone()/> }).collect();
    let name = card.name.clone();
    view! {
        <li class="card nursery" id=format!("n{number}") data-lat=card.lat.to_string() data-lng=card.lng.to_string() data-watch=card.id.to_string()>
            <Face name=name.clone()/>
            <div class="who">
                <h2><a href=nursery_href(&scene, &found)>{name}</a></h2>
                <p class="meta">{walk(card, locale)}" · "{ages(card, locale)}</p>
            </div>
            <span class="pin" aria-hidden="true">{number}</span>
            <Tags card=card.clone() locale/>
            <div class="windows">{windows}</div>
        </li>
    }
    .inert()
}

/// The first letter of the name in a colour of its own: a picture for nurseries that sent none.
#[component]
pub fn Face(name: String) -> impl IntoView {
    let letter = name.chars().next().unwrap_or_default().to_string();
    let tone = name.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 6 + 1;
    view! { <span class="face" data-tone=tone.to_string() aria-hidden="true">{letter}</span> }.inert()
}

#[component]
fn Tags(card: Card, locale: Locale) -> impl IntoView {
    let filed = card.filing_no.is_some();
    view! {
        <ul class="tags">
            {filed.then(|| view! { <li class="tag ok"><Icon name="i-tick"/>{td!(locale, words.filed)}</li> })}
            {card.inclusive.then(|| view! { <li class="tag">{td!(locale, words.inclusive)}</li> })}
            {card.rating.map(|rating| view! { <li class="tag plain">{rating}</li> })}
            <li class="tag plain">{words::nursery_kind(card.kind, locale)}</li>
            {card.demo.then(|| view! { <li class="tag plain">{td!(locale, common.demo)}</li> })}
        </ul>
    }
    .inert()
}

#[component]
fn WindowLine(scene: Scene, offer: FoundOffer) -> impl IntoView {
    let locale = scene.locale;
    let day = words::near_day(offer.date, scene.now, locale);
    let near = scene.now.local_date().succ_opt().is_some_and(|tomorrow| offer.date <= tomorrow);
    let date = if near { day.to_owned() } else { words::date(offer.date, locale) };
    let scarce = offer.free < PLENTY;
    view! {
        <div class="line">
            <p>
                <strong>{date}" "{offer.from.to_string()}"–"{offer.to.to_string()}</strong>
                <span class="meta">
                    <span class=if scarce { "few" } else { "" }>{td!(locale, words.left, count = offer.free)}</span>
                    " · "{words::care(offer.care, locale)}" · "{words::class(offer.class_kind, locale)}
                </span>
            </p>
            <p class="price">{words::price(offer.price_fen, offer.care, locale)}</p>
        </div>
    }
    .inert()
}

pub fn walk(card: &Card, locale: Locale) -> String {
    let walk = td!(locale, words.walk, minutes = card.walk_minutes);
    format!("{} · {walk}", words::distance(card.distance_m, locale))
}

fn ages(card: &Card, locale: Locale) -> String {
    td!(locale, words.ages, from = card.ages.from_months, to = card.ages.to_months)
}

/// The nursery's page, told the day, the child and the place that were looked for.
fn nursery_href(scene: &Scene, found: &FoundNursery) -> String {
    let wanted = scene.wanted.with(|wanted| {
        // The search itself stays behind; what it said about the visit goes along.
        let date = found.offers.first().or(found.next_free.as_ref()).map(|offer| offer.date);
        wanted.dates = date.into_iter().collect();
        (wanted.q, wanted.radius_km, wanted.max_price) = (None, None, None);
        (wanted.inclusive, wanted.by_price, wanted.map) = (false, false, false);
        wanted.kinds.clear();
        wanted.district = None;
    });
    let search = wanted.href();
    let query = search.strip_prefix('/').unwrap_or_default();
    format!("/nurseries/{}{query}", found.nursery.id)
}
