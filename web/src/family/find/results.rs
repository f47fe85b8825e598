//! Chips, strip, list and map: everything that a changed filter changes.

use doorstep_shared::{
    Date,
    slots::{Chip, Filter, SlotPage, StripDay},
};
use leptos::prelude::*;

use crate::ui::Inert as _;

use super::{Scene, card::NurseryCard, map::OutlineMap, nothing::Nothing};
use crate::{
    family::words,
    td,
    ui::{
        icon::Icon,
        map::LiveMap,
        strip::{Day, Level, Strip},
    },
};

/// Nurseries with a place from which a day counts as `some` and as `many`.
const SOME_NURSERIES: u32 = 6;
const MANY_NURSERIES: u32 = 21;

/// Who is further away than this is in another city.
const FAR_M: u32 = 100_000;

/// Pins at most: more cannot be told apart on a phone.
const PINS: usize = 40;

#[component]
pub fn Results(scene: Scene, page: SlotPage) -> impl IntoView {
    let locale = scene.locale;
    let facets = page.facets.unwrap_or_default();
    let nearest_m = page.items.iter().map(|found| found.nursery.distance_m).min();
    let pins: Vec<_> = page.items.iter().take(PINS).map(|found| found.nursery.clone()).collect();
    let list = if page.items.is_empty() {
        view! { <Nothing scene=scene.clone() blocking=facets.blocking full=facets.full/> }.inert()
    } else {
        let cards = page.items.into_iter().enumerate().map(|(at, found)| {
            view! { <NurseryCard scene=scene.clone() found number=at + 1/> }
        });
        let more = page.next_cursor.map(|cursor| scene.wanted.with(|wanted| wanted.cursor = Some(cursor)).href());
        let first = scene.wanted.cursor.is_some().then(|| scene.wanted.with(|_| ()).href());
        view! {
            <ol class="nurseries">{cards.collect_view()}</ol>
            <nav class="pages" aria-label=td!(locale, find.pages)>
                {first.map(|href| view! { <a class="button line" href=href>{td!(locale, find.first_page)}</a> })}
                {more.map(|href| view! { <a class="button quiet" href=href>{td!(locale, find.next_page)}</a> })}
            </nav>
        }
        .inert()
    };
    let district = scene.district().map(|district| scene.district_name(district).to_owned());
    let from = match district.filter(|_| scene.wanted.at.is_none()) {
        _ if nearest_m.is_some_and(|metres| metres > FAR_M && scene.wanted.at.is_some()) => {
            td!(locale, find.far).to_owned()
        }
        Some(name) => td!(locale, find.from_district, name = name),
        None if scene.wanted.at.is_some() => td!(locale, find.from_here).to_owned(),
        None => td!(locale, find.from_centre).to_owned(),
    };
    view! {
        <div id="head" data-zone>
            <Chips scene=scene.clone() chips=facets.chips/>
            <Applied scene=scene.clone()/>
            <WeekStrip scene=scene.clone() days=facets.strip/>
            <div class="found">
                <div>
                    <p id="found"><strong>{td!(locale, find.found, count = facets.total)}</strong></p>
                    <p class="tiny">{from}" · "{td!(locale, find.as_of, time = page.as_of.clock_time())}</p>
                </div>
                <Order scene=scene.clone()/>
            </div>
        </div>
        <section id="list" data-zone aria-labelledby="found">{list}</section>
        <aside class="map-side" aria-label=td!(locale, find.map)>
            <OutlineMap scene=scene.clone() pins/>
            <MapSide scene/>
        </aside>
    }
    .inert()
}

/// The map that can be moved, when it was built.
#[component]
fn MapSide(scene: Scene) -> impl IntoView {
    let (locale, key) = (scene.locale, scene.tianditu_key.unwrap_or_default());
    scene.leaflet.map(|(script, style)| view! { <LiveMap locale script style key/> }.inert())
}

/// The promoted filters, each with what it would leave.
#[component]
fn Chips(scene: Scene, chips: Vec<Chip>) -> impl IntoView {
    let (locale, now) = (scene.locale, scene.now);
    let mut chips = chips;
    // On small screens the row scrolls: what is on must not lie outside.
    chips.sort_by_key(|chip| !scene.wanted.has(chip.filter, now));
    let chips = chips.into_iter().filter_map(|chip| {
        let wanted = scene.wanted.toggled(chip.filter, now)?;
        let on = scene.wanted.has(chip.filter, now);
        let name = filter_name(chip.filter, &scene);
        let id = format!("chip-{}", chip.filter);
        // What leads nowhere stays visible, but asks for nothing.
        let empty = (!on && chip.count == 0).then_some("");
        Some(view! {
            <li>
                <a id=id class="chip" href=wanted.href() data-on=on.then_some("") data-empty=empty data-live>
                    {name}" "
                    {if on {
                        view! { <span class="visually-hidden">{td!(locale, find.chip_on)}</span><Icon name="i-cross"/> }.inert()
                    } else {
                        let unit = td!(locale, find.chip_unit, count = chip.count);
                        view! { <i>{chip.count}" "</i><span class="visually-hidden">{unit}</span> }.inert()
                    }}
                </a>
            </li>
        })
    });
    let chips: Vec<_> = chips.collect();
    (!chips.is_empty()).then(|| view! { <ul class="chips" aria-label=td!(locale, find.chips)>{chips}</ul> })
}

pub fn filter_name(filter: Filter, scene: &Scene) -> String {
    let locale = scene.locale;
    let name = match filter {
        Filter::Near => return td!(locale, find.within_km, km = scene.wanted.near_km),
        Filter::Today => td!(locale, find.filter_today),
        Filter::Tomorrow => td!(locale, find.filter_tomorrow),
        Filter::FullDay => td!(locale, words.full_day),
        Filter::HalfDay => td!(locale, words.half_day),
        Filter::Temporary => td!(locale, words.temporary),
        Filter::Hourly => td!(locale, words.hourly),
        Filter::Inclusive => td!(locale, words.inclusive),
        Filter::Price => td!(locale, find.filter_price),
        Filter::NurseryKind => td!(locale, find.kind),
        Filter::District => td!(locale, find.place),
        Filter::Age => td!(locale, find.child),
        Filter::Date => td!(locale, find.filter_date),
        Filter::Time => td!(locale, find.filter_time),
        Filter::Distance => td!(locale, find.distance),
        Filter::Care => td!(locale, find.care),
        Filter::Name => td!(locale, find.filter_name),
    };
    name.to_owned()
}

/// What is switched on but no chip shows, each with a way to take it off.
#[component]
fn Applied(scene: Scene) -> impl IntoView {
    let (locale, now, wanted) = (scene.locale, scene.now, &scene.wanted);
    let mut applied: Vec<(Filter, String)> = Vec::new();
    applied.extend(wanted.q.iter().map(|q| (Filter::Name, td!(locale, find.applied_name, q = q))));
    if let (Some(from), Some(to)) = (wanted.from, wanted.to) {
        applied.push((Filter::Time, format!("{from}–{to}")));
    }
    if !wanted.has(Filter::Near, now) {
        applied.extend(wanted.radius_km.map(|km| (Filter::Distance, td!(locale, find.within_km, km = km))));
    }
    let own_price = wanted.max_price.filter(|_| !wanted.has(Filter::Price, now));
    applied.extend(own_price.map(|price| (Filter::Price, td!(locale, find.at_most, price = price))));
    if !wanted.kinds.is_empty() {
        let kinds: Vec<_> = wanted.kinds.iter().map(|kind| words::nursery_kind(*kind, locale)).collect();
        applied.push((Filter::NurseryKind, kinds.join(td!(locale, find.or))));
    }
    if wanted.births.len() > 1 {
        applied.push((Filter::Age, td!(locale, find.applied_children, count = wanted.births.len())));
    }
    let links = applied.into_iter().map(|(filter, text)| {
        let without = match filter {
            // Taking siblings off leaves the first child.
            Filter::Age => wanted.with(|wanted| wanted.births.truncate(1)),
            filter => wanted.without(filter, now),
        };
        let spoken = td!(locale, find.take_off, name = text);
        view! {
            <li><a class="tag applied" href=without.href() aria-label=spoken data-live>{text.clone()}<Icon name="i-cross"/></a></li>
        }
    });
    let links: Vec<_> = links.collect();
    (!links.is_empty()).then(|| view! { <ul class="tags" aria-label=td!(locale, find.applied)>{links}</ul> })
}

#[component]
fn WeekStrip(scene: Scene, days: Vec<StripDay>) -> impl IntoView {
    let locale = scene.locale;
    let days = days.iter().map(|day| {
        let chosen = scene.wanted.dates.contains(&day.date);
        let only = scene.wanted.dates == [day.date];
        let wanted = scene.wanted.with(|wanted| wanted.dates = if only { Vec::new() } else { vec![day.date] });
        strip_day(&scene, day, chosen, wanted.href())
    });
    view! { <Strip label=td!(locale, find.week) days=days.collect()/> }.inert()
}

fn strip_day(scene: &Scene, day: &StripDay, chosen: bool, href: String) -> Day {
    let (locale, date): (_, Date) = (scene.locale, day.date);
    let (level, word) = match day.nurseries {
        0 if day.rest => (Level::Rest, td!(locale, words.level_rest)),
        0 => (Level::None, td!(locale, words.level_nobody)),
        1..SOME_NURSERIES => (Level::Few, td!(locale, words.level_few)),
        SOME_NURSERIES..MANY_NURSERIES => (Level::Some, td!(locale, words.level_some)),
        _ => (Level::Many, td!(locale, words.level_many)),
    };
    let number = if level == Level::Rest { "–".to_owned() } else { day.nurseries.to_string() };
    let unit = if level == Level::Rest { String::new() } else { td!(locale, find.day_unit, count = day.nurseries) };
    Day {
        href,
        name: words::narrow_day(date, scene.now, locale).to_owned(),
        date: date.format("%-m/%-d").to_string(),
        number,
        unit,
        word,
        level,
        chosen,
    }
}

/// Nearest or cheapest first, list or map.
#[component]
fn Order(scene: Scene) -> impl IntoView {
    let (locale, wanted) = (scene.locale, &scene.wanted);
    let sorted = wanted.with(|wanted| wanted.by_price = !wanted.by_price).href();
    let sort = if wanted.by_price { td!(locale, find.by_price) } else { td!(locale, find.by_distance) };
    let other = if wanted.by_price { td!(locale, find.by_distance) } else { td!(locale, find.by_price) };
    let turned = wanted.with(|wanted| wanted.map = !wanted.map).href();
    let (icon, view) =
        if wanted.map { ("i-list", td!(locale, find.show_list)) } else { ("i-map", td!(locale, find.show_map)) };
    view! {
        <div class="row">
            <a id="sort-by" class="pill" href=sorted aria-label=td!(locale, find.sort_by, now = sort, other = other) data-live>{sort}</a>
            <a id="turn" class="pill turn" href=turned data-live><Icon name=icon/>{view}</a>
        </div>
    }
    .inert()
}
