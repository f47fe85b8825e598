//! What to know before coming.

use doorstep_shared::{Span, Timestamp, nurseries::NurseryProfile};
use leptos::prelude::*;

use super::{Scene, tel};
use crate::{
    Locale,
    family::{price, words},
    td,
    ui::{Inert as _, icon::Icon},
};

#[component]
pub fn About(scene: Scene) -> impl IntoView {
    let (locale, profile) = (scene.locale, scene.profile.clone());
    let rule = cancel_rule(&scene).map(|text| {
        view! { <div id="cancel-rule" data-zone><dt>{td!(locale, nursery.cancel)}</dt><dd>{text}</dd></div> }
    });
    let facts = [
        (td!(locale, nursery.about), profile.about.clone()),
        (td!(locale, nursery.bring), profile.bring.clone()),
        (td!(locale, nursery.health), profile.health.clone()),
    ];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
    let facts: Vec<_> = facts.map(|(title, text)| view! { <div><dt>{title}</dt><dd>{text}</dd></div> }).collect();
    view! {
        <aside class="stack about">
            <section class="card stack">
                <h2>{td!(locale, nursery.before_coming)}</h2>
                <dl class="facts">{facts}{rule}</dl>
            </section>
            <Classes profile=profile.clone() locale/>
            <Opening opening=profile.opening.clone() locale/>
            <Way profile locale/>
        </aside>
    }
    .inert()
}

/// What cancelling the chosen window costs, as booking it will say. With nothing chosen: that it depends on the care,
/// where it does.
fn cancel_rule(scene: &Scene) -> Option<String> {
    let (locale, chosen) = (scene.locale, &scene.chosen);
    let mut offers = scene.profile.classes.iter().flat_map(|class| &class.offers);
    if let Some(offer) = offers.clone().find(|offer| Some(offer.id) == chosen.offer) {
        let begins = Timestamp::at(chosen.date, chosen.span?.from);
        return Some(price::cancelling(offer.cancel_rule, offer.cancel_rule.free_until(begins), scene.now, locale));
    }
    let rule = offers.next()?.cancel_rule;
    if offers.any(|offer| offer.cancel_rule != rule) {
        return Some(td!(locale, nursery.cancel_depends).to_owned());
    }
    Some(match rule.late_percent {
        0 => td!(locale, nursery.cancel_always).to_owned(),
        percent => td!(locale, nursery.cancel_rule, hours = rule.free_until_hours, percent = percent),
    })
}

#[component]
fn Classes(profile: NurseryProfile, locale: Locale) -> impl IntoView {
    let rows = profile.classes.into_iter().map(|class| {
        let ages = td!(locale, words.ages, from = class.ages.from_months, to = class.ages.to_months);
        view! {
            <tr>
                <th scope="row">{words::class(class.kind, locale)}</th>
                <td>{ages}</td>
                <td>{td!(locale, nursery.places, count = class.places)}</td>
                <td>{td!(locale, nursery.ratio, ratio = class.ratio)}</td>
            </tr>
        }
    });
    view! {
        <section class="card stack">
            <h2>{td!(locale, nursery.classes)}</h2>
            <table class="plain"><tbody>{rows.collect_view()}</tbody></table>
        </section>
    }
    .inert()
}

#[component]
fn Opening(opening: Vec<Vec<Span>>, locale: Locale) -> impl IntoView {
    let names = [
        td!(locale, common.weekday_1),
        td!(locale, common.weekday_2),
        td!(locale, common.weekday_3),
        td!(locale, common.weekday_4),
        td!(locale, common.weekday_5),
        td!(locale, common.weekday_6),
        td!(locale, common.weekday_7),
    ];
    // Days with the same hours share a line.
    let mut lines: Vec<(&str, Option<&str>, Vec<Span>)> = Vec::new();
    for (name, spans) in names.into_iter().zip(opening) {
        match lines.last_mut() {
            Some((_, last, same)) if *same == spans => *last = Some(name),
            _ => lines.push((name, None, spans)),
        }
    }
    let rows = lines.into_iter().map(|(first, last, spans)| {
        let days =
            last.map_or_else(|| first.to_owned(), |last| td!(locale, nursery.until_day, first = first, last = last));
        let hours: Vec<_> = spans.iter().map(ToString::to_string).collect();
        let hours = if hours.is_empty() { td!(locale, nursery.closed).to_owned() } else { hours.join(" ") };
        view! { <tr><th scope="row">{days}</th><td>{hours}</td></tr> }
    });
    view! {
        <section class="card stack">
            <h2>{td!(locale, nursery.opening)}</h2>
            <table class="plain"><tbody>{rows.collect_view()}</tbody></table>
        </section>
    }
    .inert()
}

/// Address, telephone, and the phone's own map.
#[component]
fn Way(profile: NurseryProfile, locale: Locale) -> impl IntoView {
    let NurseryProfile { lat, lng, name, address, phone, .. } = profile;
    let name = crate::visit::Fields(vec![("name".to_owned(), name)]).encoded();
    // Amap's own address opens its app where there is one, and takes WGS-84 when told so.
    let amap = format!("https://uri.amap.com/marker?position={lng:.6},{lat:.6}&{name}&coordinate=wgs84&callnative=1");
    let geo = format!("geo:{lat:.6},{lng:.6}?q={lat:.6},{lng:.6}");
    let phone = phone.map(|phone| {
        view! { <a class="button line" href=tel(&phone)><Icon name="i-phone"/>{td!(locale, nursery.call, phone = phone)}</a> }
    });
    view! {
        <section class="card stack">
            <h2>{td!(locale, nursery.way)}</h2>
            <p class="row"><Icon name="i-pin"/><span>{address}</span></p>
            <div class="actions">
                <a class="button line" href=amap rel="noreferrer"><Icon name="i-way"/>{td!(locale, nursery.navigate)}</a>
                <a class="button line" href=geo><Icon name="i-map"/>{td!(locale, nursery.phone_map)}</a>
                {phone}
            </div>
        </section>
    }
    .inert()
}
