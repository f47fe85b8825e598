//! What a person can do about a refusal of the form.

use doorstep_shared::{
    Fen, Problem, ProblemKind, Timestamp,
    bookings::{Booking, BookingDay, BookingState},
    care::CareKind,
    problem::FieldRule,
    slots::NextBest,
};
use leptos::prelude::*;

use super::{
    INSTEAD,
    scene::{Full, Scene},
    wish::Wish,
};
use crate::{
    Locale,
    family::{price, ticket, words},
    td,
    ui::{
        icon::Icon,
        notice::{Notice, Tone},
    },
};

/// The unit price of care has changed since the form was shown.
#[component]
pub fn PriceNotice(care: CareKind, before: Fen, now: Fen, locale: Locale) -> impl IntoView {
    let (before, now) = (words::price(before, care, locale), words::price(now, care, locale));
    view! {
        <Notice tone=Tone::Warn title=td!(locale, book.price_changed, before = before, now = now) focus=true>
            <p>{td!(locale, book.price_changed_text)}</p>
        </Notice>
    }
}

/// What a person can do about a refusal, where it can be said more exactly than in general.
#[component]
pub fn NextStep<'a>(
    problem: Problem,
    scene: &'a Scene,
    busy: Option<Booking>,
    now: Timestamp,
    locale: Locale,
) -> impl IntoView + use<> {
    let nursery = format!("/nurseries/{}", scene.nursery.id);
    let rule = problem.fields.first().map(|field| field.rule);
    let other_times = (nursery, td!(locale, book.other_times));
    let to_bookings = ("/bookings".to_owned(), td!(locale, book.to_bookings));
    let (text, (href, label)) = match (problem.kind, rule) {
        (ProblemKind::WrongAge, _) => {
            (Some(td!(locale, book.misfit, ages = words::ages(scene.class.ages, locale))), other_times)
        }
        (ProblemKind::NotBookable, Some(FieldRule::TooSmall)) => {
            let hours = price::hours(scene.offer.lead_minutes.div_ceil(30));
            (Some(td!(locale, book.lead, hours = hours)), other_times)
        }
        (ProblemKind::NotBookable, _) => {
            let from = problem.possible_from.map(|from| price::moment(from, now, locale));
            (from.map(|from| td!(locale, book.possible_from, moment = from)), other_times)
        }
        (ProblemKind::SlotFull, _) => {
            let full: Vec<_> = scene.full().iter().map(|full| full_text(full, locale)).collect();
            (Some(full.join(" ")), other_times)
        }
        (ProblemKind::Closed, _) => (None, other_times),
        (ProblemKind::ChildBusy, _) => match busy {
            Some(booking) => {
                let href = format!("/bookings/{}", booking.id);
                (
                    scene.collides(&booking).map(|day| busy_text(&booking, day, locale)),
                    (href, td!(locale, book.to_that_booking)),
                )
            }
            None => (None, to_bookings),
        },
        (ProblemKind::TooManyHolds | ProblemKind::TemporaryLimit, _) => (None, to_bookings),
        _ => return None,
    };
    Some(view! { <p class="row">{text}" "<a class="link" href=href>{label}</a></p> })
}

/// Which class is full when, and for whom.
fn full_text(full: &Full, locale: Locale) -> String {
    let (date, class) = (words::date(full.date, locale), words::class(full.class, locale));
    let (names, needed) = (words::list(&full.names, locale), full.names.len());
    match full.left {
        0 => td!(locale, book.full_class, date = date, class = class, names = names),
        left => td!(locale, book.few_left, date = date, class = class, left = left, names = names, needed = needed),
    }
}

/// Where the child is at that time.
fn busy_text(booking: &Booking, day: &BookingDay, locale: Locale) -> String {
    let (names, date, window) = (&day.child_name, words::date(day.date, locale), ticket::window(day));
    let nursery = &booking.nursery.name;
    if booking.state == BookingState::Held {
        td!(locale, book.busy_held, names = names, date = date, window = window, nursery = nursery)
    } else {
        td!(locale, book.busy, names = names, date = date, window = window, nursery = nursery)
    }
}

/// Taken meanwhile: what else would do, each one tap.
#[component]
pub fn NextBestChoices<'a>(choices: Vec<NextBest>, wish: &'a Wish, locale: Locale) -> impl IntoView + use<> {
    let wanted = wish.clone();
    (!choices.is_empty()).then(|| {
        let choices = choices.into_iter().map(|choice| {
            let wish = wanted.with(&choice);
            let value = wish.href().replacen("/book?", "", 1);
            let day = format!("{} {}", words::date(choice.offer.date, locale), wish.span);
            let when = match choice.replaces {
                Some(old) => td!(locale, book.instead_day, old = words::date(old, locale), new = day),
                None if wish.dates.len() > 1 => {
                    td!(locale, book.instead_all, count = wish.dates.len(), window = wish.span)
                }
                None => day,
            };
            let several = wish.dates.len() > 1 || wanted.children.len() > 1;
            let sum = several.then(|| view! { <span class="meta">{td!(locale, book.instead_sum)}</span> });
            let place = match choice.distance_m {
                0 => choice.nursery_name,
                metres => format!("{} · {}", choice.nursery_name, words::distance(metres, locale)),
            };
            view! {
                <li>
                    <button class="next-best" name=INSTEAD value=value>
                        <span><b>{when}</b><span class="meta">{place}</span></span>
                        <span class="price">{sum}{choice.total_fen.to_string()}</span>
                        <Icon name="i-next"/>
                    </button>
                </li>
            }
        });
        view! {
            <section class="card stack" id="next-best">
                <h2>{td!(locale, book.instead)}</h2>
                <p class="meta">{td!(locale, book.instead_text)}</p>
                <ul class="rows">{choices.collect_view()}</ul>
            </section>
        }
    })
}
