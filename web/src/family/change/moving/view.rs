//! The page of a move, from top to bottom.

use doorstep_shared::{
    Fen, ProblemKind, Timestamp,
    bookings::{DayInClass, MovePreview, MovedDay},
};
use leptos::prelude::*;

use super::{
    Scene,
    choice::{DayChoice, WindowChoice},
    path,
};
use crate::{
    Locale,
    family::{
        change::{self, SEEN, when},
        price, ticket, words,
    },
    problems, td,
    ui::{
        Inert as _,
        careful::Careful,
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::Visit,
};

#[component]
pub fn MovePage(visit: Visit, scene: Scene) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let id = scene.booking.id;
    let leaving = scene.leaving();
    let days: Vec<_> = leaving.iter().map(|day| when(day, locale)).collect();
    let kept = if days.is_empty() {
        td!(locale, change.kept).to_owned()
    } else {
        td!(locale, change.move_kept, days = words::list(&days, locale))
    };
    let sum = |preview: &MovePreview| preview.difference_fen + preview.cost_fen;
    let told = scene.preview.as_ref().and_then(|preview| preview.as_ref().ok());
    let rose = told.is_some_and(|preview| change::rose(&visit, sum(preview)));
    let refused = visit.form.is_some();
    let nothing = scene.possible.is_empty();
    let meaning = match &scene.preview {
        None => None,
        Some(Ok(preview)) => Some(view! { <Meaning scene=&scene preview=preview now locale/> }.into_any()),
        // What the form was refused for stands above it.
        Some(Err(_)) if refused => None,
        Some(Err(problem)) => {
            let title = match problem.kind {
                ProblemKind::SlotFull => td!(locale, change.move_full),
                kind => problems::title(kind, locale),
            };
            let dates: Vec<_> = problem.dates.iter().map(|date| words::date(*date, locale)).collect();
            let dates = (!dates.is_empty()).then(|| view! { <p>{words::list(&dates, locale)}</p> });
            let kept = kept.clone();
            let notice = view! { <Notice tone=Tone::Warn title>{dates}<p>{kept}</p></Notice> };
            Some(view! { <div id="meaning">{notice}</div> }.into_any())
        }
    };
    let elsewhere = scene.elsewhere.as_ref().map(|nursery| {
        let back = format!("{}#where", scene.target.at(None).href(id));
        view! {
            <section class="card row between" id="elsewhere">
                <p><span class="meta">{td!(locale, change.looking_at)}</span>" "<b>{nursery.name.clone()}</b></p>
                <a class="link" href=back>{td!(locale, change.stay_here)}</a>
            </section>
        }
    });
    let own = scene.target.href(id);
    let look_again = view! { <change::LookAgain visit=&visit booking=&scene.booking cost=told.map(sum) url=own/> };
    let now_there = (!leaving.is_empty()).then(|| view! { <Now scene=&scene locale/> });
    view! {
        <a class="back" href=change::href(id)><Icon name="i-back"/>{td!(locale, change.back)}</a>
        <h1>{td!(locale, change.move_title)}</h1>
        {look_again}
        <change::Refused form=visit.form rose=rose kept=kept locale/>
        {if nothing {
            view! { <Notice tone=Tone::Info title=td!(locale, change.no_day)/> }.into_any()
        } else {
            view! {
                {now_there}
                <DayChoice scene=&scene locale/>
                {elsewhere}
                <WindowChoice scene=&scene now locale/>
                {meaning}
                <Instead scene=&scene locale/>
                <NearBy scene=&scene locale/>
            }
            .into_any()
        }}
    }
    .into_any()
}

/// What is booked now and is to change.
#[component]
fn Now<'a>(scene: &'a Scene, locale: Locale) -> impl IntoView + use<> {
    let leaving = scene.leaving();
    let names = change::names(&leaving, locale);
    let rows: Vec<_> = leaving
        .into_iter()
        .map(|day| {
            let what = format!("{} · {}", words::class(day.class_kind, locale), words::care(day.care, locale));
            let place = change::when_in_parts(day.date, ticket::window(day), locale);
            view! { <p>{place}<span class="meta line">{what}</span></p> }
        })
        .collect();
    view! {
        <section class="card">
            <p class="meta">{td!(locale, change.move_from)}" · "{scene.booking.nursery.name.clone()}" · "{names}</p>
            {rows}
        </section>
    }
    .into_any()
}

/// From where to where, the difference as arithmetic, the rule from then on, and the one button.
#[component]
fn Meaning<'a>(scene: &'a Scene, preview: &'a MovePreview, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let several = preview.days.iter().any(|day| preview.days.first().is_some_and(|one| one.child_id != day.child_id));
    let rows: Vec<_> = preview.days.iter().map(|day| view! { <Moved day=day several locale/> }).collect();
    let sum = preview.difference_fen + preview.cost_fen;
    let difference = signed(preview.difference_fen);
    let cost = (preview.cost_fen != Fen::ZERO).then(|| {
        view! { <div><dt>{td!(locale, change.leaving)}</dt><dd>{preview.cost_fen.to_string()}</dd></div> }
    });
    let free =
        (preview.cost_fen == Fen::ZERO).then(|| view! { <p class="meta">{td!(locale, change.leaving_free)}</p> });
    let told = match sum {
        Fen(0) => td!(locale, change.same_price).to_owned(),
        Fen(1..) => td!(locale, change.more, sum = sum),
        Fen(..0) => td!(locale, change.less, sum = Fen(-sum.0)),
    };
    let rule = price::cancelling(preview.cancel_rule, preview.free_cancel_until_after, now, locale);
    let mut dates: Vec<_> = preview.days.iter().map(|day| day.after.date).collect();
    dates.dedup();
    let button = match (dates.as_slice(), preview.days.first()) {
        ([_], Some(day)) => td!(locale, change.do_move, when = place(&day.after, locale)),
        (dates, _) => td!(locale, change.do_move_days, count = dates.len()),
    };
    let other = preview.other_nursery.then(|| {
        let nursery = &preview.nursery;
        view! {
            <p><b>{nursery.name.clone()}</b><span class="meta line">{nursery.address.clone()}</span></p>
            <p class="meta">{td!(locale, change.new_booking)}</p>
        }
    });
    let hidden = scene.target.fields().into_iter().filter(|(name, _)| name != "week");
    let hidden: Vec<_> = hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    view! {
        <form class="card stack" id="meaning" method="post" action=path(scene.booking.id) data-careful>
            <OnceKey/>
            {hidden}
            <input type="hidden" name=SEEN value=sum.0.to_string()/>
            <h2>{told}</h2>
            {other}
            <ul class="rows">{rows}</ul>
            <dl class="sum">
                <div><dt>{td!(locale, change.new_price)}</dt><dd>{preview.after_fen.to_string()}</dd></div>
                <div><dt>{td!(locale, change.old_price)}</dt><dd>{signed(Fen(-preview.before_fen.0))}</dd></div>
                <div class="subtotal"><dt>{td!(locale, change.difference)}</dt><dd>{difference}</dd></div>
                {cost}
                <div class="total"><dt>{td!(locale, change.in_all)}</dt><dd>{signed(sum)}</dd></div>
            </dl>
            {free}
            <p class="meta">{td!(locale, change.rule_after)}{rule}</p>
            <p class="meta">{td!(locale, change.move_undo)}</p>
            {view! { <Careful locale/> }.inert()}
            <button class="button wide" id="do-move">{button}</button>
            <a class="button line wide" href=change::href(scene.booking.id)>{td!(locale, change.leave_it)}</a>
        </form>
    }
    .into_any()
}

/// The place that is wanted is full: what else would do, each one tap away.
#[component]
fn Instead<'a>(scene: &'a Scene, locale: Locale) -> impl IntoView + use<> {
    let rows = scene.instead().into_iter().map(|(target, choice)| {
        let href = format!("{}#meaning", target.href(scene.booking.id));
        let when = format!("{} {}–{}", words::date(choice.offer.date, locale), choice.offer.from, choice.offer.to);
        let place = match choice.distance_m {
            0 => choice.nursery_name.clone(),
            metres => format!("{} · {}", choice.nursery_name, words::distance(metres, locale)),
        };
        view! {
            <li>
                <a class="next-best" href=href>
                    <span><b>{when}</b><span class="meta">{place}</span></span>
                    <span class="price">{choice.total_fen.to_string()}</span>
                    <Icon name="i-next"/>
                </a>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card stack" id="next-best">
                <h2>{td!(locale, book.instead)}</h2>
                <p class="meta">{td!(locale, change.instead_text)}</p>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

/// Others that have places then, each one tap away.
#[component]
fn NearBy<'a>(scene: &'a Scene, locale: Locale) -> impl IntoView + use<> {
    let rows: Vec<_> = scene
        .near
        .iter()
        .filter(|found| scene.target.nursery != Some(found.nursery.id))
        .map(|found| {
            let href = format!("{}#where", scene.target.at(Some(found.nursery.id)).href(scene.booking.id));
            let price = found.offers.iter().min_by_key(|offer| offer.price_fen);
            let price = price.map(|offer| words::price(offer.price_fen, offer.care, locale));
            let far = words::distance(found.nursery.distance_m, locale);
            view! {
                <li>
                    <a class="item" href=href>
                        <span>
                            <b>{found.nursery.name.clone()}</b>
                            <span class="meta">{td!(locale, change.away, distance = far)}" · "{price}</span>
                        </span>
                        <Icon name="i-next"/>
                    </a>
                </li>
            }
        })
        .collect();
    let none = rows.is_empty();
    // Who looks at another one already is not told that there are no others.
    let is_silent = scene.target.days.is_empty() || none && scene.elsewhere.is_some();
    (!is_silent).then(|| {
        view! {
            <section class="card stack" id="near" aria-labelledby="near-by">
                <h2 id="near-by">{td!(locale, change.near_by)}</h2>
                {if none {
                    view! { <p class="meta">{td!(locale, change.near_none)}</p> }.into_any()
                } else {
                    view! { <ul class="rows">{rows}</ul> }.into_any()
                }}
            </section>
        }
        .into_any()
    })
}

#[component]
fn Moved<'a>(day: &'a MovedDay, several: bool, locale: Locale) -> impl IntoView + use<> {
    let to = &day.after;
    let name = several.then(|| format!("{} · ", day.child_name));
    let class = |at: &DayInClass| format!("{} · {}", words::class(at.class_kind, locale), words::care(at.care, locale));
    let class = if class(&day.before) == class(&day.after) {
        class(&day.after)
    } else {
        format!("{} → {}", class(&day.before), class(&day.after))
    };
    view! {
        <li>
            <p class="meta">{td!(locale, change.from_word)}" "{place(&day.before, locale)}</p>
            <p><b>{td!(locale, change.to_word)}" "</b>{change::when_in_parts(to.date, format!("{}–{}", to.from, to.to), locale)}</p>
            <p class="meta">{name}{class}</p>
        </li>
    }
    .into_any()
}

fn place(at: &DayInClass, locale: Locale) -> String {
    format!("{} {}–{}", words::date(at.date, locale), at.from, at.to)
}

/// With its sign, but for nothing.
fn signed(amount: Fen) -> String {
    if amount > Fen::ZERO { format!("+{amount}") } else { amount.to_string() }
}
