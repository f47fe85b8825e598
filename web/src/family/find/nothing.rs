//! Nothing found: which filter did it, and what can be done.

use doorstep_shared::{
    Span,
    slots::{Blocking, Filter, FullWindow},
};
use leptos::prelude::*;

use crate::ui::Inert as _;

use super::{Scene, results::filter_name};
use crate::{
    Locale,
    family::{waiting, words},
    td,
    ui::notice::Empty,
};

/// Filters named at most.
const NAMED: usize = 3;

/// Kilometres that widening goes to, whichever is next.
const WIDER_KM: [u32; 4] = [3, 5, 10, 20];

#[component]
pub fn Nothing(scene: Scene, blocking: Vec<Blocking>, full: Vec<FullWindow>) -> impl IntoView {
    let (locale, now) = (scene.locale, scene.now);
    let helps: Vec<_> = blocking.into_iter().filter(|blocking| blocking.count_without > 0).take(NAMED).collect();
    let named = |filter| matches!(filter, Some(&Blocking { filter: Filter::Name, .. }));
    let title = match helps.first() {
        first if named(first) => td!(locale, find.nothing_named, q = scene.wanted.q.clone().unwrap_or_default()),
        Some(first) => td!(locale, find.nothing_because, name = filter_name(first.filter, &scene)),
        None => td!(locale, find.nothing).to_owned(),
    };
    let text = if helps.is_empty() { td!(locale, find.nothing_text) } else { td!(locale, find.nothing_help) };
    let wider = scene.wanted.radius_km.and_then(|now_km| WIDER_KM.into_iter().find(|km| *km > now_km));
    let wider = wider.map(|km| {
        let href = scene.wanted.with(|wanted| wanted.radius_km = Some(km)).href();
        view! { <a class="button quiet" href=href data-live>{td!(locale, find.widen, km = km)}</a> }
    });
    let drops = helps.into_iter().map(move |blocking| {
        let href = scene.wanted.without(blocking.filter, now).href();
        let name = filter_name(blocking.filter, &scene);
        let primary = if blocking.filter == Filter::Distance { "button quiet" } else { "button" };
        view! { <a class=primary href=href data-live>{td!(locale, find.drop, name = name, count = blocking.count_without)}</a> }
    });
    view! {
        <Empty icon="i-find" title text>
            {drops.collect_view()}
            {wider}
            <a class="button line" href="/" data-live>{td!(locale, find.clear)}</a>
        </Empty>
        <Waits full locale/>
    }
    .inert()
}

/// Where one can wait: the nearest that match and are full.
#[component]
fn Waits(full: Vec<FullWindow>, locale: Locale) -> impl IntoView {
    if full.is_empty() {
        return None;
    }
    let rows = full.into_iter().filter_map(|FullWindow { nursery, offer }| {
        let span = Span::new(offer.from, offer.to)?;
        let href = waiting::join_href(offer.offer_id, offer.date, span);
        let when = format!("{} {span}", words::date(offer.date, locale));
        let (care, away) = (words::care(offer.care, locale), words::distance(nursery.distance_m, locale));
        Some(view! {
            <li>
                <a class="item" href=href data-wait>
                    <span><b>{nursery.name}</b><span class="meta">{when}" · "{care}" · "{away}</span></span>
                    <span class="price-tag">{td!(locale, waiting.act)}</span>
                </a>
            </li>
        })
    });
    let rows: Vec<_> = rows.collect();
    Some(view! {
        <section class="card stack" id="waits" aria-labelledby="waits-title">
            <h2 id="waits-title">{td!(locale, find.waits)}</h2>
            <p class="meta">{td!(locale, find.waits_text)}</p>
            <ul class="rows">{rows}</ul>
        </section>
    })
}
