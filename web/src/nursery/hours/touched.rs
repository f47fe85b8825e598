//! The booked days that a change of hours touches, and what becomes of each.

use doorstep_shared::{
    Span,
    hours::{Fate, HoursPreview, Touched},
};
use leptos::prelude::*;

use crate::{
    Locale,
    nursery::words,
    td,
    ui::{
        Inert as _,
        field::OnceKey,
        notice::{Notice, Tone},
    },
    visit::{Fields, KEY},
};

#[component]
pub fn TouchedDays(
    touched: Vec<Touched>,
    /// It has been done.
    done: bool,
    locale: Locale,
) -> impl IntoView {
    let rows = touched.iter().map(|touched| {
        let window = Span { from: touched.from, to: touched.to };
        let class = words::class(touched.class_kind, locale);
        view! {
            <li class="touched-row">
                <span>
                    <b>{touched.child_name.clone()}</b>" "
                    <span class="meta">{words::date(touched.date, locale)}" "{window.to_string()}" · "{class}</span>
                </span>
                <span class=tag(touched.fate)>{fate(touched, done, locale)}</span>
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }.inert()
}

/// What a change touches, and the button that makes it: called `telling` where families are told.
#[component]
pub fn Preview(
    /// What was asked for, to be asked again.
    asked: Fields,
    preview: HoursPreview,
    action: String,
    plain: &'static str,
    telling: &'static str,
    locale: Locale,
) -> impl IntoView {
    let kept = asked.0.iter().filter(|(name, _)| !matches!(name.as_str(), "seen" | KEY));
    let kept: Vec<_> =
        kept.map(|(name, value)| view! { <input type="hidden" name=name.clone() value=value.clone()/> }).collect();
    let none = preview.touched.is_empty();
    let title = if none { td!(locale, hours.touches_nobody).to_owned() } else { sum(&preview.touched, locale) };
    let tone = if none { Tone::Good } else { Tone::Warn };
    view! {
        <section class="card stack" aria-labelledby="touches" id="touched">
            <h2 id="touches">{td!(locale, hours.touches)}</h2>
            <Notice tone title/>
            <TouchedDays touched=preview.touched done=false locale/>
            <p class="meta">{td!(locale, hours.families_are_told)}</p>
            <form method="post" action=action>
                <OnceKey/>
                {kept}
                <input type="hidden" name="seen" value=preview.seen/>
                <button class="button wide" id="confirm">{if none { plain } else { telling }}</button>
            </form>
        </section>
    }
    .inert()
}

const fn tag(fate: Fate) -> &'static str {
    match fate {
        Fate::OtherClass | Fate::Shorter | Fate::OtherTime => "tag ok",
        Fate::Cancelled | Fate::Released => "tag warn",
        Fate::PickUp => "tag accent",
    }
}

/// What becomes of a day, or became of it.
fn fate(touched: &Touched, done: bool, locale: Locale) -> String {
    let place = touched.instead.map(|place| {
        let class = words::class(place.class_kind, locale);
        (class, Span { from: place.from, to: place.to })
    });
    match (touched.fate, place) {
        (Fate::OtherClass, Some((class, _))) => td!(locale, hours.fate_other_class, class = class),
        (Fate::Shorter, Some((_, window))) => td!(locale, hours.fate_shorter, window = window),
        (Fate::OtherTime, Some((_, window))) => td!(locale, hours.fate_other_time, window = window),
        (Fate::Released, _) => td!(locale, hours.fate_released).to_owned(),
        (Fate::PickUp, _) => td!(locale, hours.fate_pick_up).to_owned(),
        _ if done => td!(locale, hours.fate_cancelled_done).to_owned(),
        _ => td!(locale, hours.fate_cancelled).to_owned(),
    }
}

/// How many days are moved, are cancelled and stay, in a sentence.
pub fn sum(touched: &[Touched], locale: Locale) -> String {
    let count = |which: &[Fate]| touched.iter().filter(|touched| which.contains(&touched.fate)).count();
    td!(
        locale,
        hours.sum,
        moved = count(&[Fate::OtherClass, Fate::Shorter, Fate::OtherTime]),
        cancelled = count(&[Fate::Cancelled, Fate::Released]),
        stay = count(&[Fate::PickUp])
    )
}
