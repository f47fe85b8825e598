//! One nursery in the list.

use doorstep_shared::slots::{FoundNursery, FoundOffer, NurseryCard as Card};
use leptos::prelude::*;

use crate::ui::Inert as _;

use super::Scene;
use crate::{Locale, family::words, td, ui::icon::Icon, visit::Fields};

/// Nobody walks longer with a child.
const WALKED_MINUTES: u32 = 120;

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
        // One line for each child, else the first that matches; siblings in one class share it.
        let mut lines: Vec<&FoundOffer> = found.offers.iter().take(scene.wanted.births.len().max(1)).collect();
        lines.dedup_by_key(|offer| (offer.offer_id, offer.date, offer.from, offer.to));
        lines
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
    let more = scene.wanted.dates.len().saturating_sub(1);
    let more = (more > 0).then(|| view! { <span class="tag">{td!(locale, book.more_days, count = more)}</span> });
    let scarce = offer.free < PLENTY;
    view! {
        <div class="line">
            <p>
                <strong>{date}" "{offer.from.to_string()}"–"{offer.to.to_string()}</strong>" "{more}
                <span class="meta">
                    <span class=if scarce { "few" } else { "" }>{td!(locale, words.left, count = offer.free)}</span>
                    " · "{words::care(offer.care, locale)}" · "{words::class(offer.class_kind, locale)}
                </span>
            </p>
            <p class="price">{words::price_of_window(&offer, locale)}</p>
        </div>
    }
    .inert()
}

pub fn walk(card: &Card, locale: Locale) -> String {
    let distance = words::distance(card.distance_m, locale);
    if card.walk_minutes > WALKED_MINUTES {
        return distance;
    }
    format!("{distance} · {}", td!(locale, words.walk, minutes = card.walk_minutes))
}

fn ages(card: &Card, locale: Locale) -> String {
    td!(locale, words.ages, from = card.ages.from_months, to = card.ages.to_months)
}

/// The nursery's page, told the days, the care, the hours, the child and the place that were looked for, and the search
/// itself to come back to.
fn nursery_href(scene: &Scene, found: &FoundNursery) -> String {
    let wanted = &scene.wanted;
    let offer = found.offers.first().or(found.next_free.as_ref());
    let mut fields = Vec::new();
    let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
    if let Some(offer) = offer {
        add("date", offer.date.to_string());
        add("care", offer.care.to_string());
        add("from", offer.from.to_string());
        add("to", offer.to.to_string());
    }
    for other in wanted.dates.iter().filter(|date| offer.is_some_and(|offer| offer.date != **date)) {
        add("also", other.to_string());
    }
    wanted.births.iter().for_each(|birth| add("birth", birth.to_string()));
    wanted.at.iter().for_each(|at| add("at", format!("{:.3},{:.3}", at.lat, at.lng)));
    let search = wanted.href();
    if let Some((_, search)) = search.split_once('?') {
        add("search", search.to_owned());
    }
    format!("/nurseries/{}?{}", found.nursery.id, Fields(fields).encoded())
}
