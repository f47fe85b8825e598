//! The days, the windows of one of them as rows, and the bar that leads to booking.

use std::collections::BTreeMap;

use doorstep_shared::{
    Date, HalfHour, Timestamp,
    care::CareKind,
    nurseries::{DayAvailability, Window},
    slots::{LimitKind, StripDay},
};
use leptos::prelude::*;

use super::{Scene, chosen::first_hours};
use crate::{
    Locale,
    family::{
        waiting,
        week::{WeekStrip, strip_day},
        words,
    },
    td,
    ui::{
        Inert as _,
        field::SelectField,
        notice::{Notice, Tone},
    },
};

#[component]
pub fn Days(scene: Scene, strip: Vec<StripDay>, told: Vec<DayAvailability>) -> impl IntoView {
    let locale = scene.locale;
    // A day on which there are places, but none that can still be booked, is over rather than full.
    let is_over = |date: Date| {
        let windows = told.iter().filter(|day| day.date == date).flat_map(|day| &day.windows);
        windows.clone().any(|window| window.free > 0)
            && windows.clone().all(|window| !window.bookable || window.free == 0)
    };
    let day = |day: &StripDay| {
        let (href, chosen) = (scene.chosen.on(day.date).href(), day.date == scene.chosen.date);
        strip_day(day, href, chosen, is_over(day.date), scene.now, locale)
    };
    let days: Vec<_> = strip.iter().map(day).collect();
    let (first, today) = (scene.chosen.first_day, scene.now.local_date());
    let chosen = scene.chosen;
    view! {
        <div id="days" class="stack" data-zone>
            <WeekStrip days first today href=move |day| chosen.week(day).href() locale/>
        </div>
    }
    .inert()
}

#[component]
pub fn Windows(scene: Scene, day: Option<DayAvailability>, as_of: Timestamp) -> impl IntoView {
    let locale = scene.locale;
    let (windows, closed) = day.map_or((Vec::new(), None), |day| (day.windows, day.closed));
    let body = match closed {
        Some(reason) => view! { <Notice tone=Tone::Info title=words::closed(&reason, locale)/> }.inert(),
        None if windows.is_empty() => {
            view! { <Notice tone=Tone::Info title=td!(locale, nursery.no_window)><p>{td!(locale, nursery.no_window_help)}</p></Notice> }
                .inert()
        }
        None => view! { <Rows scene=scene.clone() windows/> }.inert(),
    };
    view! {
        <div id="windows" class="stack" data-zone data-watch=scene.profile.id.to_string()>
            <div class="row between">
                <h2 id="found">{words::date(scene.chosen.date, locale)}</h2>
                <span class="tiny">{td!(locale, find.as_of, time = as_of.clock_time())}</span>
            </div>
            {body}
        </div>
    }
    .inert()
}

/// The windows, class by class.
#[component]
fn Rows(scene: Scene, windows: Vec<Window>) -> impl IntoView {
    let mut classes: Vec<(_, Vec<Window>)> = Vec::new();
    let mut known = BTreeMap::new();
    for window in windows {
        let at = *known.entry(window.class_id).or_insert_with(|| {
            classes.push((window.class_id, Vec::new()));
            classes.len() - 1
        });
        if let Some((_, windows)) = classes.get_mut(at) {
            windows.push(window);
        }
    }
    let locale = scene.locale;
    let classes = classes.into_iter().map(|(id, windows)| {
        let class = scene.profile.classes.iter().find(|class| class.id == id);
        let head = class.map(|class| {
            let ages = td!(locale, words.ages, from = class.ages.from_months, to = class.ages.to_months);
            view! { <h3>{words::class(class.kind, locale)}" "<span class="meta">{ages}" · "{td!(locale, nursery.ratio, ratio = class.ratio)}</span></h3> }
        });
        let rows: Vec<_> = windows.into_iter().map(|window| view! { <Row scene=scene.clone() window/> }).collect();
        view! { <section class="card class">{head}<ul class="rows">{rows}</ul></section> }.inert()
    });
    classes.collect::<Vec<_>>()
}

#[component]
fn Row(scene: Scene, window: Window) -> impl IntoView {
    let locale = scene.locale;
    let chosen = scene.chosen.window.as_ref() == Some(&window);
    let free = window.free > 0 && window.bookable;
    let times = format!("{}–{}", window.span.from, window.span.to);
    let left = if window.limit.kind == LimitKind::Closed {
        None
    } else if window.free == 0 {
        Some(view! { <span class="left" data-level="none">{td!(locale, words.level_none)}</span> }.inert())
    } else {
        let few = (window.free < 3).then_some("few");
        Some(view! { <span class="left" data-level=few>{td!(locale, words.left, count = window.free)}</span> }.inert())
    };
    let why = if window.free == 0 {
        Some(limit(&window, locale))
    } else {
        (!window.bookable).then(|| td!(locale, nursery.too_late).to_owned())
    };
    let is_awaitable = window.free == 0 && window.bookable && window.limit.kind != LimitKind::Closed;
    let price = words::price(window.price_fen, window.care, locale);
    let beside = is_awaitable.then(|| format!(" · {price}"));
    let id = format!("w-{}-{}", window.offer_id, window.span.from.index());
    let act = match (free, window.care) {
        // Who waits is asked for nothing yet: the price stands beside the times.
        (false, _) if is_awaitable => {
            let href = waiting::join_href(window.offer_id, scene.chosen.date, window.span);
            let act = td!(locale, waiting.act);
            view! { <a class="price-tag" id=id href=href data-wait><span class="visually-hidden">{times.clone()}" "</span>{act}</a> }
                .inert()
        }
        (false, _) => view! { <span class="price-tag" data-off>{price}</span> }.inert(),
        (true, CareKind::Hourly) if chosen => view! { <span class="price-tag" data-on>{price}</span> }.inert(),
        (true, _) => {
            let href = scene.chosen.with(&window, first_span(&window)).href();
            let current = chosen.then_some("true");
            view! {
                <a id=id class="price-tag" href=href aria-current=current data-on=chosen.then_some("") data-live>
                    <span class="visually-hidden">{times.clone()}" "</span>{price}
                </a>
            }
            .inert()
        }
    };
    let hours = (chosen && window.care == CareKind::Hourly).then(|| view! { <Hours scene window=window.clone()/> });
    view! {
        <li class="window" data-chosen=chosen.then_some("")>
            <div><b>{times}</b><span class="meta">{words::care(window.care, locale)}{beside}</span></div>
            {left}
            {act}
            {why.map(|why| view! { <p class="why">{why}</p> })}
            {hours}
        </li>
    }
    .inert()
}

/// Hourly care begins with two hours; the parent changes them.
fn first_span(window: &Window) -> doorstep_shared::Span {
    if window.care == CareKind::Hourly { first_hours(window.span) } else { window.span }
}

/// From and to inside the free run, in half-hours. A plain GET form.
#[component]
fn Hours(scene: Scene, window: Window) -> impl IntoView {
    let locale = scene.locale;
    let span = scene.chosen.span.unwrap_or_else(|| first_span(&window));
    let (first, last) = (window.span.from.index(), window.span.to.index());
    let shortest = scene.hourly_least;
    let option = |time: HalfHour| (time.to_string(), time.to_string());
    let starts = (first..=last.saturating_sub(shortest)).filter_map(HalfHour::new).map(option).collect();
    let ends = (first.saturating_add(shortest)..=last).filter_map(HalfHour::new).map(option).collect();
    let kept = scene
        .chosen
        .fields_of_day()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let action = format!("/nurseries/{}", scene.chosen.nursery);
    view! {
        <form class="hours" method="get" action=action data-live>
            {kept.collect_view()}
            <input type="hidden" name="offer" value=window.offer_id.to_string()/>
            <input type="hidden" name="length" value=span.half_hours().to_string()/>
            <SelectField id="from" name="from" label=td!(locale, nursery.from) options=starts chosen=span.from.to_string()/>
            <SelectField id="to" name="to" label=td!(locale, nursery.to) options=ends chosen=span.to.to_string()/>
            <button class="button line">{td!(locale, nursery.take_hours)}</button>
        </form>
    }
    .inert()
}

/// Why no more fit, in words and numbers.
fn limit(window: &Window, locale: Locale) -> String {
    let detail = window.limit.detail.clone();
    let taken = window.seats.saturating_sub(window.free);
    match window.limit.kind {
        LimitKind::Places => td!(locale, nursery.limit_places, detail = detail, taken = taken),
        LimitKind::ClassCap => td!(locale, nursery.limit_class_cap, detail = detail, taken = taken),
        LimitKind::Staff => td!(locale, nursery.limit_staff, detail = detail, taken = taken),
        LimitKind::Allowed => td!(locale, nursery.limit_allowed, detail = detail, taken = taken),
        LimitKind::Closed => td!(locale, nursery.limit_closed).to_owned(),
    }
}

/// Price and one button.
#[component]
pub fn Bar(scene: Scene) -> impl IntoView {
    let locale = scene.locale;
    let chosen = &scene.chosen;
    let inside = match (chosen.book_href(), chosen.price(), chosen.span) {
        (Some(href), Some(price), Some(span)) => {
            let day = words::near_day(chosen.date, scene.now, locale);
            // It stands inside a sentence.
            let near = chosen.date <= scene.now.local_date() + chrono::Days::new(1);
            let day = if near && locale == Locale::En { day.to_lowercase() } else { day.to_owned() };
            let when = format!("{day} {span}");
            view! {
                <div><p class="price">{price.to_string()}</p><p class="tiny">{td!(locale, nursery.pay_there)}</p></div>
                <a class="button" href=href>{td!(locale, nursery.book, when = when)}</a>
            }
            .inert()
        }
        _ => view! { <p class="meta">{td!(locale, nursery.choose_other)}</p> }.inert(),
    };
    view! { <div id="bar" class="bar" data-zone>{inside}</div> }.inert()
}
