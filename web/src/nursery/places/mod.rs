//! The week of a class: how many have a place in each half-hour, how many there are, and who is on duty. Heads change it
//! day by day, or for every week.

mod carers;
pub mod day;
mod grid;

use chrono::Days;
use doorstep_shared::{
    Date, Problem, ProblemKind,
    hours::GetHours,
    ids::ClassId,
    roster::{Carer, ClassWeek, CopyRoster, GetPlacesWeek, Overfull, PlacesWeek},
    staff::{GetStaffMe, StaffAbility, StaffMe},
};
use leptos::prelude::*;

use self::{carers::Carers, grid::Grid};
use super::{hours::Closures, missing, planning::Ahead, shell, words};
use crate::{
    Locale, app,
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::{Check, OnceKey},
        icon::Icon,
        notice::{Empty, Notice, Tone},
    },
    visit::{Fields, FormState, Visit},
};

pub use self::carers::{add, remove};

pub const PATH: &str = "/staff/places";

/// `GET /staff/places?date&class`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit) -> Answer {
    let (me, week) = match load(visit, asked_date(visit)).await {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let hours = match visit.call(GetHours {}).await {
        Ok(hours) => hours,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let chosen = form.as_ref().and_then(|form| form.fields.read::<ClassId>("class")).or(visit.query.read("class"));
    let class = week.classes.iter().find(|class| Some(class.class_id) == chosen).or(week.classes.first()).cloned();
    let done = match visit.query.get("done") {
        Some("saved") => Some(td!(locale, places.saved)),
        Some("copied") => Some(td!(locale, places.copied)),
        Some("carer") => Some(td!(locale, places.carer_added)),
        Some("left") => Some(td!(locale, places.carer_left)),
        _ => None,
    };
    let may_edit = me.at.role.may(StaffAbility::EditPlaces);
    let body = move || {
        let monday = week.monday;
        let link = {
            let id = class.as_ref().map(|class| class.class_id);
            move |date: Date| address(date, id)
        };
        let classes = week.classes.iter().map(|other| {
            let current = class.as_ref().is_some_and(|class| class.class_id == other.class_id).then_some("page");
            view! { <a class="pill" href=address(monday, Some(other.class_id)) aria-current=current>{name(other, locale)}</a> }
        });
        view! {
            <h1>{td!(locale, places.title)}</h1>
            <FormSummary form=form.clone() locale/>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            <nav class="week-nav" aria-label=td!(locale, places.weeks)>
                <a class="button line small" href=link(monday - Days::new(7))>
                    <Icon name="i-back"/><span>{td!(locale, places.week_before)}</span>
                </a>
                <b id="week">{words::span_of_days(monday, monday + Days::new(6), locale)}</b>
                <a class="button line small" href=link(monday + Days::new(7))>
                    <span>{td!(locale, places.week_after)}</span><Icon name="i-next"/>
                </a>
            </nav>
            <nav class="pills" aria-label=td!(locale, places.classes)>{classes.collect_view()}</nav>
            {match class.clone() {
                Some(class) => view! { <Class class carers=week.carers.clone() may_edit locale/> }.inert(),
                None => view! {
                    <Empty icon="i-home" title=td!(locale, places.no_class) text=td!(locale, places.no_class_text)/>
                }.inert(),
            }}
            <Closures hours=hours.clone() classes=week.classes.clone() may_edit locale/>
            <Ahead may_edit locale/>
            {may_edit.then(|| view! {
                <Copy here=Here { monday, class: class.as_ref().map(|class| class.class_id) } form=form.clone() locale/>
                <Carers
                    carers=week.carers.clone()
                    here=Here { monday, class: class.as_ref().map(|class| class.class_id) }
                    form=form.clone()
                    locale
                />
                <script src="/grid.js" defer></script>
            })}
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, places.title), body).back(PATH)).into()
}

pub async fn load(visit: &Visit, date: Option<Date>) -> Result<(StaffMe, PlacesWeek), Problem> {
    Ok((visit.call(GetStaffMe {}).await?, visit.call(GetPlacesWeek { date }).await?))
}

/// The same for who may change it; for others the answer that says so.
pub async fn load_to_edit(visit: &Visit, date: Option<Date>) -> Result<(StaffMe, PlacesWeek), Answer> {
    let (me, week) = load(visit, date).await.map_err(|problem| missing::or_problem(visit, problem))?;
    if me.at.role.may(StaffAbility::EditPlaces) { Ok((me, week)) } else { Err(missing::for_others(visit, &me)) }
}

/// The week that is looked at; after a refusal that of the form.
fn asked_date(visit: &Visit) -> Option<Date> {
    visit.form.as_ref().and_then(|form| form.fields.date("date")).or(visit.query.date("date"))
}

/// The week and the class that a form stands below, so that it leads back there.
#[derive(Clone, Copy)]
struct Here {
    monday: Date,
    class: Option<ClassId>,
}

impl Here {
    fn of(form: &Fields) -> Option<Self> {
        Some(Self { monday: form.date("date")?, class: form.read("class") })
    }

    fn done(self, done: &str) -> Answer {
        Answer::see_other(format!("{}&done={done}", address(self.monday, self.class)))
    }
}

#[component]
fn Kept(here: Here) -> impl IntoView {
    view! {
        <input type="hidden" name="date" value=here.monday.to_string()/>
        {here.class.map(|class| view! { <input type="hidden" name="class" value=class.to_string()/> })}
    }
    .inert()
}

/// Where a week of a class is.
fn address(date: Date, class: Option<ClassId>) -> String {
    match class {
        Some(class) => format!("{PATH}?date={date}&class={class}"),
        None => format!("{PATH}?date={date}"),
    }
}

/// What staff call a class.
pub fn name(class: &ClassWeek, locale: Locale) -> String {
    format!("{} {}", words::class(class.class_kind, locale), class.name)
}

#[component]
fn Class(class: ClassWeek, carers: Vec<Carer>, may_edit: bool, locale: Locale) -> impl IntoView {
    let id = class.class_id;
    let weekly = class.weekly.iter().map(|plan| {
        let said = !plan.shifts.is_empty() || !plan.allowed.is_empty();
        let text = if said {
            words::planned(plan, &carers, locale)
        } else {
            td!(locale, places.as_usual, carers = class.carers)
        };
        view! {
            <li class="row between">
                <span>
                    <b>{words::weekday_number(plan.weekday, locale)}</b>" "
                    <span class="meta">{text}</span>
                </span>
                {may_edit.then(|| view! {
                    <a class="button line small" href=format!("{PATH}/{id}/weekday/{}", plan.weekday)>
                        {td!(locale, places.change)}
                        <span class="visually-hidden">" "{words::weekday_number(plan.weekday, locale)}</span>
                    </a>
                })}
            </li>
        }
    });
    view! {
        <Grid class=class.clone() carers=carers.clone() may_edit locale/>
        <details class="card">
            <summary>{td!(locale, places.every_week)}</summary>
            <p class="meta">{td!(locale, places.every_week_text)}</p>
            <ul class="rows">{weekly.collect_view()}</ul>
        </details>
    }
    .inert()
}

/// The rosters of the week before for this one.
#[component]
fn Copy(here: Here, form: Option<FormState>, locale: Locale) -> impl IntoView {
    // The form that takes a carer off the list says it at that carer.
    let copied = form.filter(|form| !form.fields.has("carer")).map(|form| form.problem);
    let problem = copied.filter(|problem| problem.kind == ProblemKind::FewerThanBooked);
    view! {
        <form class="card stack" method="post" action=format!("{PATH}/copy")>
            <OnceKey/>
            <Kept here/>
            <p class="meta">{td!(locale, places.copy_text)}</p>
            <Known problem locale/>
            <button class="button line" id="copy">{td!(locale, places.copy)}</button>
        </form>
    }
    .inert()
}

/// The times at which more children have a place than there would be, and that this is known.
#[component]
fn Known(problem: Option<Problem>, locale: Locale) -> impl IntoView {
    problem.map(|problem| {
        let times = problem.overfull.into_iter().map(|over| view! { <li>{too_many(&over, locale)}</li> });
        view! {
            <ul id="overfull">{times.collect_view()}</ul>
            <Check id="accept" name="accept" value="true" label=td!(locale, places.accept) checked=false/>
        }
        .inert()
    })
}

fn too_many(over: &Overfull, locale: Locale) -> String {
    let time = format!("{} {}–{}", words::date(over.date, locale), over.from, over.to);
    td!(locale, places.too_many, time = time, children = over.children, places = over.places)
}

/// `POST /staff/places/copy`.
pub async fn copy(visit: &Visit, form: &Fields) -> Answer {
    let Some(here) = Here::of(form) else { return missing::page(visit) };
    let ask = CopyRoster { from: here.monday - Days::new(7), to: here.monday, accept: form.has("accept") };
    match visit.call_once(form, ask).await {
        Ok(_) => here.done("copied"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
