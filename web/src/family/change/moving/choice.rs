//! Which days go, to which day, to which window: each a link or a GET form.

use doorstep_shared::{Date, Fen, HalfHour, Timestamp, care::CareKind, nurseries::Availability, slots::StripDay};
use leptos::prelude::*;

use super::{
    Scene,
    options::{self, Choice},
    path,
};
use crate::{
    Locale,
    family::{
        change::{names, when_in_parts},
        ticket,
        week::{WeekStrip, strip_day},
        words,
    },
    problems::ProblemNotice,
    td,
    ui::{
        Inert as _,
        field::SelectField,
        notice::{Notice, Tone},
    },
};

/// Which of several days go. Nothing where there is one.
#[component]
pub fn DayChoice<'a>(scene: &'a Scene, locale: Locale) -> impl IntoView + use<> {
    let rows: Vec<_> = scene
        .possible
        .iter()
        .map(|date| {
            let days: Vec<_> = scene.booking.days.iter().filter(|day| day.date == *date).collect();
            let text = days.first().map(|day| when_in_parts(day.date, ticket::window(day), locale));
            view! {
                <label class="pick">
                    <input type="checkbox" name="day" value=date.to_string() checked=scene.target.days.contains(date)/>
                    <span>{text}<span class="meta">{names(&days, locale)}</span></span>
                </label>
            }
        })
        .collect();
    let chosen = !scene.target.days.is_empty();
    let button = if chosen { "button line wide" } else { "button wide" };
    let form = view! {
        <form class="stack" id="which" method="get" action=path(scene.booking.id)>
            <fieldset class="stack picks">
                <legend><h2>{td!(locale, change.move_which)}</h2></legend>
                {rows}
            </fieldset>
            <button class=button>{td!(locale, change.move_next)}</button>
        </form>
    };
    (scene.possible.len() > 1).then(|| {
        if chosen {
            view! {
                <details class="card more">
                    <summary>{td!(locale, change.move_other_days)}</summary>
                    {form}
                </details>
            }
            .into_any()
        } else {
            view! { <section class="card">{form}</section> }.into_any()
        }
    })
}

/// The days of a week with their free places, and the windows of the chosen one.
#[component]
pub fn WindowChoice<'a>(scene: &'a Scene, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let target = &scene.target;
    let on = target.on()?;
    let (id, first, today) = (scene.booking.id, scene.first, now.local_date());
    let elsewhere = target.clone();
    let in_week = move |day: Date| elsewhere.in_week(day).href(id);
    let several = (target.days.len() > 1).then(|| view! { <p class="meta">{td!(locale, change.move_all_alike)}</p> });
    let body = match &scene.free {
        Err(problem) => view! {
            <ProblemNotice problem=problem.clone() locale/>
            <WeekStrip days=Vec::new() first today href=in_week locale/>
        }
        .into_any(),
        Ok(free) => {
            let day = |day: &StripDay| {
                let href = format!("{}#where", target.to_date(day.date).href(id));
                strip_day(day, href, target.on() == Some(day.date), is_over(free, day.date), now, locale)
            };
            let days = free.strip.iter().map(day).collect();
            let shown = free.days.iter().any(|day| day.date == on);
            let choices = options::choices(&scene.leaving(), free, on, &|child, window| scene.takes(child, window, on));
            let shortest = u8::try_from(free.hourly_min_minutes.div_ceil(30)).unwrap_or(1);
            let rows: Vec<_> =
                choices.iter().map(|choice| view! { <Row scene=scene choice shortest locale/> }).collect();
            let none = rows.is_empty();
            view! {
                <WeekStrip days first today href=in_week locale/>
                {shown.then(|| view! {
                    <h3>{words::date(on, locale)}</h3>
                    {if none {
                        view! { <Notice tone=Tone::Info title=td!(locale, nursery.no_window)/> }.into_any()
                    } else {
                        view! { <div class="class bare"><ul class="rows">{rows}</ul></div> }.into_any()
                    }}
                })}
            }
            .into_any()
        }
    };
    Some(
        view! {
            <section class="card stack" id="where" aria-labelledby="to-when">
                <h2 id="to-when">{td!(locale, change.move_to_when)}</h2>
                {several}
                {body}
            </section>
        }
        .into_any(),
    )
}

/// Whether there are places on a day, but none that can still be booked.
fn is_over(free: &Availability, date: Date) -> bool {
    let mut windows = free.days.iter().filter(|day| day.date == date).flat_map(|day| &day.windows).peekable();
    windows.peek().is_some() && windows.all(|window| !window.bookable)
}

#[component]
fn Row<'a>(scene: &'a Scene, choice: &'a Choice, shortest: u8, locale: Locale) -> impl IntoView + use<> {
    let target = &scene.target;
    let chosen = target.span.filter(|span| choice.has(&target.places, *span));
    let span = chosen.unwrap_or_else(|| choice.span(options::span_now(&scene.leaving()), shortest));
    let href = format!("{}#meaning", target.in_place(&choice.places, span).href(scene.booking.id));
    let here = target.shift() == Some(0) && {
        let leaving = scene.leaving();
        let same = |place: &doorstep_shared::bookings::ChildInOffer| {
            leaving.iter().any(|day| (day.child_id, day.offer_id) == (place.child_id, place.offer_id))
        };
        choice.places.iter().all(same) && options::span_now(&leaving) == Some(span)
    };
    let few = (choice.free < 3).then_some("few");
    let what = format!("{} · {}", words::class(choice.class, locale), words::care(choice.care, locale));
    let price = choice.price_of(span);
    let price = if price == Fen::ZERO { td!(locale, change.free_word).to_owned() } else { price.to_string() };
    // The hours of now can be changed, not taken as they are.
    let act = if here {
        view! { <span class="price-tag" data-off>{td!(locale, change.move_now)}</span> }.into_any()
    } else {
        view! {
            <a class="price-tag" href=href aria-current=chosen.map(|_| "true") data-on=chosen.map(|_| "")>
                <span class="visually-hidden">{span.to_string()}" "</span>{price}
            </a>
        }
        .into_any()
    };
    let open = chosen.is_some() || here;
    let hours = (open && choice.care == CareKind::Hourly)
        .then(|| view! { <Hours scene=scene choice=choice span=span shortest=shortest locale/> });
    view! {
        <li class="window" data-chosen=open.then_some("")>
            <div><b>{if open { span.to_string() } else { choice.run.to_string() }}</b><span class="meta">{what}</span></div>
            <span class="left" data-level=few>{td!(locale, words.left, count = choice.free)}</span>
            {act}
            {hours}
        </li>
    }
    .inert()
}

/// From and to inside the free run, in half-hours.
#[component]
fn Hours<'a>(
    scene: &'a Scene,
    choice: &'a Choice,
    span: doorstep_shared::Span,
    shortest: u8,
    locale: Locale,
) -> impl IntoView + use<> {
    let (first, last) = (choice.run.from.index(), choice.run.to.index());
    let option = |time: HalfHour| (time.to_string(), time.to_string());
    let starts = (first..=last.saturating_sub(shortest)).filter_map(HalfHour::new).map(option).collect();
    let ends = (first.saturating_add(shortest)..=last).filter_map(HalfHour::new).map(option).collect();
    let target = scene.target.in_place(&choice.places, span);
    let kept = target.fields().into_iter().filter(|(name, _)| name != "from" && name != "to");
    let kept: Vec<_> = kept.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    // Two rows may be open at once: the chosen one and that of now.
    let id = choice.places.first().map(|place| format!("{}-{first}", place.offer_id)).unwrap_or_default();
    view! {
        <form class="hours" method="get" action=format!("{}#meaning", path(scene.booking.id))>
            {kept}
            <SelectField id=format!("from-{id}") name="from" label=td!(locale, nursery.from) options=starts chosen=span.from.to_string()/>
            <SelectField id=format!("to-{id}") name="to" label=td!(locale, nursery.to) options=ends chosen=span.to.to_string()/>
            <button class="button line">{td!(locale, nursery.take_hours)}</button>
        </form>
    }
    .inert()
}
