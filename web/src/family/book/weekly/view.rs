//! The page of a pattern, from top to bottom.

use doorstep_shared::{Date, Problem, ProblemKind, Timestamp, bookings::UnfitDay};
use leptos::prelude::*;

use super::plan::{Day, Plan};
use crate::{
    Locale,
    family::{
        book::{
            RECOUNT, SEEN,
            refusal::PriceNotice,
            scene::Standing,
            view::{ChildRow, PickUp, Trouble, standing_text},
        },
        price::{self, PriceTable},
        sign_in::PhoneForm,
        words,
    },
    problems::{self, FormSummary},
    td,
    ui::{
        Inert as _,
        careful::Careful,
        field::{FieldError, OnceKey, TextField},
        icon::Icon,
        live::Live,
        notice::{Empty, Notice, Tone},
    },
    visit::{Fields, Visit},
};

#[component]
pub fn WeeklyPage(
    visit: Visit,
    plan: Plan,
    fields: Fields,
    trouble: Trouble,
    /// The days that are shown now were not in the form.
    unseen: bool,
) -> impl IntoView {
    let (locale, scene) = (visit.locale(), &plan.scene);
    let back = plan.weekly.once(plan.coming().next().map_or(plan.weekly.start, |day| day.date));
    let what = [
        words::care(scene.offer.care, locale).to_owned(),
        words::class(scene.class.kind, locale).to_owned(),
        scene.nursery.name.clone(),
    ];
    let (window, to_book) = (scene.wish.span.to_string(), back.clone());
    let body = match &scene.children {
        None => {
            let next = plan.weekly.href();
            view! {
                <h2>{td!(locale, book.sign_in)}</h2>
                <p class="meta">{td!(locale, book.sign_in_why)}</p>
                <PhoneForm visit next/>
            }
            .into_any()
        }
        Some(children) if children.is_empty() => view! {
            <Empty icon="i-child" title=td!(locale, weekly.no_child) text=td!(locale, weekly.no_child_text)>
                <a class="button" href=to_book>{td!(locale, weekly.to_book)}</a>
            </Empty>
        }
        .into_any(),
        Some(_) => view! { <WeeklyForm visit plan fields trouble unseen/> }.into_any(),
    };
    view! {
        <a class="back" href=back><Icon name="i-back"/>{td!(locale, book.title)}</a>
        <h1>{td!(locale, weekly.title)}</h1>
        <section class="card wish">
            <p class="big"><b>{window}</b></p>
            <p class="meta">{what.join(" · ")}</p>
        </section>
        {body}
    }
    .into_any()
}

#[component]
fn WeeklyForm(visit: Visit, plan: Plan, fields: Fields, trouble: Trouble, unseen: bool) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let labels = vec![
        ("weekday", "weekdays", td!(locale, weekly.weekdays)),
        ("start", "start", td!(locale, weekly.start)),
        ("until", "until", td!(locale, weekly.until)),
        ("child", "who", td!(locale, book.who)),
        ("date", "days", td!(locale, weekly.days)),
        ("pickup", "pickup", td!(locale, book.pickup)),
    ];
    let form = visit.form.clone();
    let error =
        |field: &str| form.as_ref().filter(|form| form.problem.kind == ProblemKind::Invalid)?.error(field, locale);
    let (refused, changed) = match trouble {
        Trouble::Refused(problem) => (Some(*problem), None),
        Trouble::PriceChanged { care, before, now } => (None, Some(view! { <PriceNotice care before now locale/> })),
        Trouble::None | Trouble::Added { .. } => (None, None),
    };
    let unseen = unseen.then(|| view! { <Notice tone=Tone::Info title=td!(locale, weekly.unseen) focus=true/> });
    let scene = &plan.scene;
    let rows = scene.candidates();
    let rows = rows.iter().map(|candidate| {
        let checked = scene.wish.children.contains(&candidate.child.id);
        view! { <ChildRow candidate=candidate checked locale/> }
    });
    let weekdays = (1..=7_u8).map(|day| {
        let checked = plan.weekly.weekdays.contains(&day);
        view! {
            <label class="choice">
                <input type="checkbox" name="weekday" value=day.to_string() checked=checked/>
                <span>{words::weekday_number(day, locale)}</span>
            </label>
        }
    });
    let count = plan.coming().count();
    let total = plan.price().total_fen;
    let typed = fields.get("pickup").unwrap_or_default().to_owned();
    view! {
        <FormSummary form=visit.form.clone() locale fields=labels/>
        {refused.map(|problem| view! { <Unfit problem left=count locale/> })}
        {changed}
        {unseen}
        {view! { <Live locale/> }.inert()}
        <form
            class="book"
            id="weekly"
            method="post"
            action="/book/weekly"
            data-recount="offer from to child start until weekday date shown"
            data-careful
        >
            // The first button is the one that Enter presses.
            <button class="visually-hidden" tabindex="-1" aria-hidden="true">{td!(locale, book.hold)}</button>
            <OnceKey/>
            <input type="hidden" name="offer" value=scene.wish.offer.to_string()/>
            <input type="hidden" name="from" value=scene.wish.span.from.to_string()/>
            <input type="hidden" name="to" value=scene.wish.span.to.to_string()/>
            <div class="card stack">
                <fieldset class="choices" id="weekdays" tabindex="-1">
                    <legend>{td!(locale, weekly.weekdays)}</legend>
                    <FieldError id="weekdays" error=error("weekday")/>
                    <div>{weekdays.collect_view()}</div>
                </fieldset>
                <div class="two">
                    <TextField
                        id="start"
                        kind="date"
                        label=td!(locale, weekly.start)
                        value=plan.weekly.start.to_string()
                        nostrip:error=error("start")
                        required=true
                    />
                    <TextField
                        id="until"
                        kind="date"
                        label=td!(locale, weekly.until)
                        value=plan.weekly.until.to_string()
                        nostrip:error=error("until")
                        required=true
                    />
                </div>
                <button class="link recount" name=RECOUNT value="yes" formnovalidate>{td!(locale, weekly.show)}</button>
            </div>
            <fieldset class="card stack" id="who" tabindex="-1">
                <legend><h2>{td!(locale, book.who)}</h2></legend>
                <FieldError id="who" error=error("child")/>
                {rows.collect_view()}
            </fieldset>
            <div id="wished" data-zone><Days plan=&plan error=error("date") locale/></div>
            <PickUp persons=&scene.persons value=typed error=error("pickup") locale/>
            <div id="counted" data-zone>
                // Beside the sum, so that what was seen is what stands there.
                <input type="hidden" name=SEEN value=scene.unit_prices()/>
                <Sum plan=&plan now locale/>
            </div>
            {view! { <Careful locale/> }.inert()}
            <div class="foot-bar">
                <p id="total" data-zone>
                    <b>{total.to_string()}</b>
                    <span class="tiny">{td!(locale, weekly.coming, count = count)}" · "{td!(locale, book.pay_there)}</span>
                </p>
                <button class="button">{td!(locale, book.hold)}</button>
            </div>
        </form>
    }
    .into_any()
}

/// The days that were refused, each with its reason; the rest is one press away.
#[component]
fn Unfit(problem: Problem, left: usize, locale: Locale) -> impl IntoView {
    (problem.kind == ProblemKind::SomeDaysUnfit).then(|| {
        let why = |day: &UnfitDay| format!("{} {}", words::date(day.date, locale), problems::title(day.kind, locale));
        let mut lines: Vec<String> = problem.unfit.iter().map(why).collect();
        lines.dedup();
        view! {
            <section class="card stack" id="unfit">
                <ul>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                <p>{td!(locale, weekly.rest, count = left)}</p>
            </section>
        }
    })
}

/// Every day of the pattern; those that can be had are ticked.
#[component]
fn Days<'a>(plan: &'a Plan, error: Option<String>, locale: Locale) -> impl IntoView + use<> {
    let count = |is: fn(&Standing) -> bool| plan.days.iter().filter(|day| is(&day.standing)).count();
    let (full, closed) =
        (count(|standing| *standing == Standing::Full), count(|standing| *standing == Standing::Closed));
    let coming = plan.coming().count();
    let mut told = vec![td!(locale, weekly.coming, count = coming)];
    told.extend((full > 0).then(|| td!(locale, weekly.full, count = full)));
    told.extend((closed > 0).then(|| td!(locale, weekly.closed, count = closed)));
    let beyond = plan.last_known().filter(|last| *last < plan.weekly.until).map(|last| {
        view! { <p class="standing"><Icon name="i-warn"/>{td!(locale, weekly.beyond, date = words::date(last, locale))}</p> }
    });
    let grown = grown(plan, locale).map(|text| view! { <p class="meta">{text}</p> });
    let none = plan.days.is_empty().then(|| view! { <p class="meta">{td!(locale, weekly.none)}</p> });
    let days = plan.days.iter().map(|day| view! { <DayBox day=day locale/> });
    view! {
        <section class="card stack wish" id="days" tabindex="-1">
            <h2>{td!(locale, weekly.days)}</h2>
            <FieldError id="days" error=error/>
            <p role="status">{words::list(&told, locale)}</p>
            {beyond}
            {grown}
            {none}
            <div class="days">{days.collect_view()}</div>
            <p class="tiny">{td!(locale, weekly.days_text)}</p>
        </section>
    }
    .into_any()
}

#[component]
fn DayBox<'a>(day: &'a Day, locale: Locale) -> impl IntoView + use<> {
    let value = day.date.to_string();
    let can_come = matches!(day.standing, Standing::Free(_));
    let shown = can_come.then(|| view! { <input type="hidden" name="shown" value=value.clone()/> });
    let why = match &day.closed {
        Some(reason) => words::closed(reason, locale),
        None => standing_text(day.standing, locale),
    };
    view! {
        {shown}
        <label class="choice day-choice">
            <input type="checkbox" name="date" value=value checked=day.comes disabled=!can_come/>
            <span>
                <b>{words::date(day.date, locale)}</b>
                <small>{why}</small>
            </span>
        </label>
    }
    .into_any()
}

/// Who outgrows a class on the way, and where to.
fn grown(plan: &Plan, locale: Locale) -> Option<String> {
    let scene = &plan.scene;
    scene.chosen().into_iter().find_map(|chosen| {
        let moves = |date: Date| {
            let then = scene.candidate_on(chosen.child, &[date]);
            (then.class.id != chosen.class.id && then.fits).then_some((date, then.class.kind))
        };
        let (date, class) = plan.coming().find_map(|day| moves(day.date))?;
        let (name, date, class) = (&chosen.child.name, words::date(date, locale), words::class(class, locale));
        Some(td!(locale, weekly.grown, name = name, date = date, class = class))
    })
}

/// What it costs, and what cancelling would cost.
#[component]
fn Sum<'a>(plan: &'a Plan, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let rule = plan.scene.offer.cancel_rule;
    let cancelling = plan.free_until().map(|until| price::cancelling(rule, until, now, locale));
    view! {
        <section class="card stack" id="sum">
            <h2>{td!(locale, price.title)}</h2>
            <PriceTable price=plan.price() locale/>
            {cancelling.map(|text| view! { <p class="meta">{td!(locale, weekly.each_day)}" "{text}</p> })}
        </section>
    }
    .into_any()
}
