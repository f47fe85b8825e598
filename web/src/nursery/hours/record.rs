//! A change of opening hours that was made: what became of whom, and for a closure the way to open again.

use doorstep_shared::{
    hours::{GetHoursChange, HoursChange, HoursRecord, LiftClosure},
    ids::HoursChangeId,
    roster::ClassWeek,
};
use leptos::prelude::*;

use super::{change_words, touched};
use crate::{
    Locale, app,
    nursery::{missing, places, shell, words},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

pub fn path(id: HoursChangeId) -> String {
    format!("/staff/places/changes/{id}")
}

/// `GET /staff/places/changes/{id}`, also below the address of its form.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let Ok(id) = id.parse::<HoursChangeId>() else { return missing::page(visit) };
    let (me, week) = match places::load_to_edit(visit, None).await {
        Ok(loaded) => loaded,
        Err(answer) => return answer,
    };
    let record = match visit.call(GetHoursChange { id }).await {
        Ok(record) => record,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form, today) = (visit.locale(), visit.form.clone(), visit.now.local_date());
    let done = match visit.query.get("done") {
        Some("closed") => Some(td!(locale, hours.is_closed)),
        Some("lifted") => Some(td!(locale, hours.is_open_again)),
        Some("changed") => Some(td!(locale, hours.is_changed)),
        _ => None,
    };
    let title = match record.change {
        HoursChange::Closure { .. } => td!(locale, hours.closure),
        _ => td!(locale, hours.hours_changed),
    };
    let can_lift = match record.change {
        HoursChange::Closure { until, .. } => record.lifted_at.is_none() && until >= today,
        _ => false,
    };
    let body = move || {
        view! {
            <a class="back" href=places::PATH><Icon name="i-back"/>{td!(locale, places.title)}</a>
            <h1>{title}</h1>
            <FormSummary form locale/>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            <What record=record.clone() classes=week.classes locale/>
            {can_lift.then(|| view! { <Lift id locale/> })}
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(title, body).back(path(id))).into()
}

#[component]
fn What(record: HoursRecord, classes: Vec<ClassWeek>, locale: Locale) -> impl IntoView {
    let lifted = record.lifted_at.map(|at| {
        let time = words::moment(at, locale);
        view! { <p><span class="tag plain">{td!(locale, hours.lifted_at, time = time)}</span></p> }
    });
    let nobody = record.touched.is_empty();
    let sum = if nobody { td!(locale, hours.touched_nobody).to_owned() } else { touched::sum(&record.touched, locale) };
    view! {
        <section class="card stack">
            <h2>{change_words(&record.change, &classes, locale)}</h2>
            <p>{record.reason}</p>
            <p class="meta">{td!(locale, hours.made_at, time = words::moment(record.made_at, locale))}</p>
            {lifted}
        </section>
        <section class="card stack" aria-labelledby="treated">
            <h2 id="treated">{td!(locale, hours.treated)}</h2>
            <p class="meta">{sum}</p>
            <touched::TouchedDays touched=record.touched done=true locale/>
        </section>
    }
    .inert()
}

#[component]
fn Lift(id: HoursChangeId, locale: Locale) -> impl IntoView {
    view! {
        <details class="card more">
            <summary>{td!(locale, hours.lift)}</summary>
            <form class="stack" method="post" action=format!("{}/lift", path(id))>
                <OnceKey/>
                <p class="meta">{td!(locale, hours.lift_text)}</p>
                <button class="button line" id="lift">{td!(locale, hours.do_lift)}</button>
            </form>
        </details>
    }
    .inert()
}

/// `POST /staff/places/changes/{id}/lift`.
pub async fn lift(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<HoursChangeId>() else { return missing::page(visit) };
    match visit.call_once(form, LiftClosure { id }).await {
        Ok(_) => Answer::see_other(format!("{}?done=lifted", path(id))),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
