//! The form above the results: where, whose, and everything else in a sheet. A plain GET form.

use chrono::{Datelike, Months};
use doorstep_shared::{
    Date, Fen, HalfHour,
    age::completed_months,
    care::{CareKind, NurseryKind},
};
use leptos::prelude::*;

use crate::ui::Inert as _;

use super::{
    Scene,
    wanted::{Birth, CHILDREN, in_yuan},
};
use crate::{
    family::words,
    td,
    ui::{
        field::{Check, Choice, SelectField},
        icon::Icon,
    },
};

/// Distances to choose from, in kilometres.
const RADII_KM: [u32; 5] = [1, 2, 3, 5, 10];

/// Prices to choose from, in yuan a day.
const PRICES_YUAN: [u32; 6] = [30, 60, 90, 120, 160, 200];

/// Half-hours that a day of care may begin and end with: 07:00 to 20:00.
const TIMES: std::ops::RangeInclusive<u8> = 14..=40;

#[component]
pub fn Filters(scene: Scene) -> impl IntoView {
    let (locale, wanted) = (scene.locale, scene.wanted.clone());
    let in_sheet = count_in_sheet(&scene);
    let near = wanted.at.map(|at| format!("{:.3},{:.3}", at.lat, at.lng));
    view! {
        <form id="filters" method="get" action="/" role="search" aria-label=td!(locale, find.filters) data-zone data-live>
            {near.map(|at| view! { <input type="hidden" name="at" value=at/> })}
            {wanted.map.then(|| view! { <input type="hidden" name="view" value="map"/> })}
            <div class="ask">
                <Where scene=scene.clone()/>
                <Age scene=scene.clone() at=0/>
                <button class="button go">{td!(locale, find.search)}</button>
            </div>
            <details class="sheet" id="sheet">
                <summary class="pill"><Icon name="i-filter"/>{td!(locale, find.more)}{(in_sheet > 0).then(|| view! { <b>{in_sheet}</b> })}</summary>
                <Sheet scene/>
            </details>
        </form>
    }
    .inert()
}

/// How many filters are set that only the sheet shows.
fn count_in_sheet(scene: &Scene) -> usize {
    let wanted = &scene.wanted;
    [
        wanted.q.is_some(),
        wanted.from.is_some(),
        wanted.radius_km.is_some(),
        wanted.care.is_some(),
        wanted.max_price.is_some(),
        wanted.inclusive,
        !wanted.kinds.is_empty(),
        wanted.births.len() > 1,
    ]
    .into_iter()
    .filter(|set| *set)
    .count()
}

#[component]
fn Where(scene: Scene) -> impl IntoView {
    let locale = scene.locale;
    let whole = if scene.wanted.at.is_some() { td!(locale, find.near_me) } else { td!(locale, find.whole_city) };
    let mut options = vec![(String::new(), whole.to_owned())];
    options.extend(scene.districts.iter().map(|one| (one.id.clone(), scene.district_name(one).to_owned())));
    let chosen = scene.wanted.district.clone().unwrap_or_default();
    view! { <SelectField id="district" name="district" label=td!(locale, find.place) options chosen/> }.inert()
}

/// One child's month of birth, with the age it means today.
#[component]
fn Age(scene: Scene, at: usize) -> impl IntoView {
    let locale = scene.locale;
    let today = scene.now.local_date();
    let chosen = scene.wanted.births.get(at).copied();
    let mut options = vec![(String::new(), td!(locale, find.any_age).to_owned())];
    // The family's own first, by name.
    let mut own: Vec<(String, String)> = Vec::new();
    for child in &scene.children {
        let age = completed_months(child.birth_date, today);
        let Some((value, age)) = Birth::month_of(child).map(|birth| birth.to_string()).zip(age) else { continue };
        match own.iter_mut().find(|(known, _)| *known == value) {
            Some((_, text)) => *text = format!("{} · {text}", child.name),
            None => own.push((value, td!(locale, find.own_child, name = child.name, age = age))),
        }
    }
    let named: Vec<_> = own.iter().map(|(value, _)| value.clone()).collect();
    options.extend(own);
    options.extend(
        months_of_birth(today).filter(|(month, _)| !named.contains(&month.format("%Y-%m").to_string())).map(
            |(month, age)| {
                let text = td!(locale, find.birth_month, year = month.year(), month = month.format("%m"), age = age);
                (month.format("%Y-%m").to_string(), text)
            },
        ),
    );
    // A whole date, as a family's own child has it, is an option of its own.
    if let Some(birth) = chosen.filter(|birth| !options.iter().any(|(value, _)| *value == birth.to_string())) {
        let age = completed_months(birth.on_or_before(today), today).unwrap_or_default();
        options.insert(1, (birth.to_string(), td!(locale, common.months_old, count = age)));
    }
    let label = if at == 0 { td!(locale, find.child).to_owned() } else { td!(locale, find.sibling, number = at + 1) };
    let chosen = chosen.as_ref().map(Birth::to_string).unwrap_or_default();
    view! { <SelectField id=format!("birth-{at}") name="birth" label options chosen/> }.inert()
}

/// Months in which a child under three was born, youngest first, each with the completed months.
fn months_of_birth(today: Date) -> impl Iterator<Item = (Date, u16)> {
    (0..36_u32).filter_map(move |back| {
        let month = today.with_day(1)?.checked_sub_months(Months::new(back))?;
        let age = completed_months(Birth::parse(&month.format("%Y-%m").to_string())?.on_or_before(today), today)?;
        Some((month, age))
    })
}

#[component]
fn Sheet(scene: Scene) -> impl IntoView {
    let (locale, wanted) = (scene.locale, scene.wanted.clone());
    let any = || (String::new(), td!(locale, common.any).to_owned());
    let mut cares = vec![any()];
    cares.extend(CareKind::ALL.iter().map(|care| (care.to_string(), words::care(*care, locale).to_owned())));
    let mut radii = vec![any()];
    radii.extend(RADII_KM.iter().map(|km| (km.to_string(), td!(locale, find.within_km, km = km))));
    let mut prices = vec![any()];
    // The promoted price is none of the round ones.
    let odd =
        wanted.max_price.filter(|price| !PRICES_YUAN.iter().any(|yuan| Fen::from_yuan(i64::from(*yuan)) == *price));
    prices.extend(odd.map(|price| (in_yuan(price), td!(locale, find.at_most, price = price))));
    prices.extend(
        PRICES_YUAN
            .iter()
            .map(|yuan| (yuan.to_string(), td!(locale, find.at_most, price = Fen::from_yuan(i64::from(*yuan))))),
    );
    let sorts = vec![
        (String::new(), td!(locale, find.by_distance).to_owned()),
        ("price".to_owned(), td!(locale, find.by_price).to_owned()),
    ];
    let siblings = (1..=wanted.births.len().min(CHILDREN - 1)).map(|at| view! { <Age scene=scene.clone() at/> });
    let kinds = NurseryKind::ALL.iter().map(|kind| {
        let checked = wanted.kinds.contains(kind);
        view! { <Check id=format!("kind-{kind}") name="kind" value=kind.as_str() label=words::nursery_kind(*kind, locale) checked/> }
    });
    // One day can be typed; several are chosen elsewhere and only kept.
    let day = (wanted.dates.len() < 2).then(|| {
        let value = wanted.dates.first().map(ToString::to_string);
        view! {
            <div class="field">
                <label for="date">{td!(locale, find.filter_date)}</label>
                <input type="date" id="date" name="date" value=value min=scene.now.local_date().to_string()/>
            </div>
        }
    });
    let kept = wanted.dates.iter().filter(|_| wanted.dates.len() > 1);
    let kept = kept.map(|date| view! { <input type="hidden" name="date" value=date.to_string()/> });
    view! {
        <div class="sheet-body card">
            <div class="field">
                <label for="q">{td!(locale, find.name)}</label>
                <input type="search" id="q" name="q" value=wanted.q.clone() maxlength="60" placeholder=td!(locale, find.name_hint)/>
            </div>
            <Choice name="care" legend=td!(locale, find.care) options=cares chosen=wanted.care.map(|care| care.to_string()).unwrap_or_default()/>
            <div class="columns">
                {day}
                {siblings.collect_view()}
                <SelectField id="from" name="from" label=td!(locale, find.from) options=times(any()) chosen=wanted.from.map(|t| t.to_string()).unwrap_or_default()/>
                <SelectField id="to" name="to" label=td!(locale, find.to) options=times(any()) chosen=wanted.to.map(|t| t.to_string()).unwrap_or_default()/>
                <SelectField id="radius" name="radius" label=td!(locale, find.distance) options=radii chosen=wanted.radius_km.map(|km| km.to_string()).unwrap_or_default()/>
                <SelectField id="max" name="max" label=td!(locale, find.price) options=prices chosen=wanted.max_price.map(in_yuan).unwrap_or_default()/>
                <SelectField id="sort" name="sort" label=td!(locale, find.sort) options=sorts chosen=if wanted.by_price { "price" } else { "" }/>
            </div>
            {kept.collect_view()}
            <fieldset class="choices">
                <legend>{td!(locale, find.kind)}</legend>
                <div class="columns tight">
                    <Check id="inclusive" name="inclusive" value="1" label=td!(locale, find.only_inclusive) checked=wanted.inclusive/>
                    {kinds.collect_view()}
                </div>
            </fieldset>
            <div class="actions">
                <button class="button">{td!(locale, find.apply)}</button>
                <a class="button line" href="/" data-live>{td!(locale, find.clear)}</a>
            </div>
        </div>
    }
    .inert()
}

fn times(any: (String, String)) -> Vec<(String, String)> {
    let times = TIMES.filter_map(HalfHour::new).map(|time| (time.to_string(), time.to_string()));
    std::iter::once(any).chain(times).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_offered_are_those_of_children_under_three() {
        let months: Vec<_> = months_of_birth("2026-11-22".parse().unwrap()).collect();
        assert_eq!(months.len(), 36);
        assert_eq!(months.first().map(|(month, age)| (month.to_string(), *age)), Some(("2026-11-01".to_owned(), 0)));
        assert_eq!(months.last().map(|(month, age)| (month.to_string(), *age)), Some(("2023-12-01".to_owned(), 35)));
    }
}
