//! When the nursery is open, and closing it for a time: what that touches is shown before it is done.

pub mod close;
pub mod opening;
pub mod record;
mod touched;

use doorstep_shared::{
    Date, HalfHour, Span,
    hours::{ClosureHead, HoursChange, Instead, OpeningHours},
    ids::ClassId,
    roster::ClassWeek,
};
use leptos::prelude::*;

use super::words;
use crate::{
    Locale, td,
    ui::{
        Inert as _,
        field::{Check, SelectField},
        icon::Icon,
    },
    visit::{Fields, FormState},
};

/// The closures to come, and the ways to change when the nursery is open.
#[component]
pub fn Closures(hours: OpeningHours, classes: Vec<ClassWeek>, may_edit: bool, locale: Locale) -> impl IntoView {
    let rows = hours.closures.into_iter().map(|closure| {
        let what = view! {
            <span>
                <b>{when(&closure, locale)}</b>
                <span class="meta">{of_class(closure.class_id, &classes, locale)}" · "{closure.reason.clone()}</span>
            </span>
        };
        if may_edit {
            let href = record::path(closure.id);
            view! { <li><a class="item" href=href>{what}<Icon name="i-next"/></a></li> }.inert()
        } else {
            view! { <li class="item">{what}</li> }.inert()
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <section class="card stack" aria-labelledby="closures">
            <h2 id="closures">{td!(locale, hours.closures)}</h2>
            {if rows.is_empty() {
                view! { <p class="meta">{td!(locale, hours.no_closures)}</p> }.inert()
            } else {
                view! { <ul class="rows">{rows}</ul> }.inert()
            }}
            {may_edit.then(|| view! {
                <a class="button line" id="to-close" href=close::PATH>{td!(locale, hours.close)}</a>
                <a class="button line" id="to-opening" href=opening::PATH>{td!(locale, hours.opening)}</a>
            })}
        </section>
    }
    .inert()
}

/// The dates of a closure, and its time unless it is all day.
fn when(closure: &ClosureHead, locale: Locale) -> String {
    dates_and_time((closure.from, closure.until), closure.window, locale)
}

pub fn dates_and_time((from, until): (Date, Date), window: Option<Span>, locale: Locale) -> String {
    let dates = if from == until { words::date(from, locale) } else { words::span_of_days(from, until, locale) };
    let time = window.map_or_else(|| td!(locale, hours.all_day).to_owned(), |window| window.to_string());
    format!("{dates} {time}")
}

/// The class that a closure is of, or that it is all of the nursery.
pub fn of_class(id: Option<ClassId>, classes: &[ClassWeek], locale: Locale) -> String {
    let class = classes.iter().find(|class| Some(class.class_id) == id);
    class.map_or_else(|| td!(locale, hours.whole_nursery).to_owned(), |class| super::places::name(class, locale))
}

/// What may be done instead of cancelling, as a form says it.
fn instead(form: &Fields) -> Instead {
    Instead { other_class: form.has("other_class"), shorter: form.has("shorter"), other_time: form.has("other_time") }
}

#[component]
fn InsteadField(chosen: Instead, locale: Locale) -> impl IntoView {
    view! {
        <fieldset class="choices">
            <legend>{td!(locale, hours.instead)}</legend>
            <Check id="other_class" name="other_class" value="true" label=td!(locale, hours.may_other_class) checked=chosen.other_class/>
            <Check id="shorter" name="shorter" value="true" label=td!(locale, hours.may_shorter) checked=chosen.shorter/>
            <Check id="other_time" name="other_time" value="true" label=td!(locale, hours.may_other_time) checked=chosen.other_time/>
        </fieldset>
    }
    .inert()
}

/// A time of the day by half-hours, or none, which `none` names.
#[component]
pub fn TimeField(id: &'static str, label: &'static str, none: &'static str, chosen: String) -> impl IntoView {
    let times = (12..=44).filter_map(HalfHour::new).map(|time| (time.to_string(), time.to_string()));
    let options = std::iter::once((String::new(), none.to_owned())).chain(times).collect();
    view! { <SelectField id name=id label options chosen/> }.inert()
}

/// A refusal as the form reads it: the fields of a change stand in it under their own names.
fn told(form: Option<FormState>) -> Option<FormState> {
    form.map(|mut form| {
        for wrong in &mut form.problem.fields {
            wrong.field = match wrong.field.strip_prefix("change.") {
                Some("window.to") => "to_time".to_owned(),
                Some(field) => field.to_owned(),
                None => continue,
            };
        }
        form
    })
}

/// What a change is of, in words.
fn change_words(change: &HoursChange, classes: &[ClassWeek], locale: Locale) -> String {
    match change {
        HoursChange::Closure { class_id, from, until, window } => {
            let when = dates_and_time((*from, *until), *window, locale);
            format!("{} · {when}", of_class(*class_id, classes, locale))
        }
        HoursChange::Date { date, open } => {
            format!("{} · {}", words::date(*date, locale), open_words(open, td!(locale, hours.as_usual), locale))
        }
        HoursChange::Week { weekday, open } => {
            let weekday = words::weekday_number(*weekday, locale);
            let weekday = td!(locale, places.every_weekday, weekday = weekday);
            format!("{weekday} · {}", open_words(open, td!(locale, hours.closed), locale))
        }
    }
}

/// Opening times, or what it is when there are none.
fn open_words(open: &[Span], none: &str, locale: Locale) -> String {
    if open.is_empty() {
        return none.to_owned();
    }
    open.iter().map(Span::to_string).collect::<Vec<_>>().join(if locale == Locale::Zh { "、" } else { ", " })
}
