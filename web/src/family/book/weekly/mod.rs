//! Book every week: weekdays from a day until another, held as one booking.

mod plan;
mod view;
mod wanted;

use doorstep_shared::{Date, Problem, ProblemKind, bookings::Book, problem::FieldRule};
use leptos::prelude::*;

pub use self::wanted::of_wish;
use self::{plan::Plan, view::WeeklyPage, wanted::Weekly};
use super::{RECOUNT, SEEN, nothing_to_book, view::Trouble};
use crate::{
    family::{missing, sign_in},
    page::{Answer, Page, Tab},
    td,
    visit::{Fields, FormState, Visit},
};

/// Why nothing was held.
struct Stop {
    trouble: Trouble,
    /// Other weekdays were chosen, and nobody has seen their dates.
    unseen: bool,
}

impl<T: Into<Trouble>> From<T> for Stop {
    fn from(trouble: T) -> Self {
        Self { trouble: trouble.into(), unseen: false }
    }
}

/// `GET /book/weekly?offer=…&from=…&to=…`.
pub async fn page(visit: &Visit) -> Answer {
    let (fields, trouble) = match &visit.form {
        Some(form) => (&form.fields, Trouble::Refused(Box::new(form.problem.clone()))),
        None => (&visit.query, Trouble::None),
    };
    show(visit, fields, trouble.into()).await
}

/// `POST /book/weekly`: holds the places of all ticked days.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    if form.has(RECOUNT) {
        return show(visit, form, Trouble::None.into()).await;
    }
    match hold(visit, form).await {
        Ok(to) => Answer::see_other(to),
        Err(Stop { trouble: Trouble::Refused(problem), .. }) if problem.kind == ProblemKind::Unauthenticated => {
            sign_in::interrupted(visit, form)
        }
        Err(Stop { trouble: Trouble::Refused(problem), .. }) => {
            // What does not fit is shown, not ticked: the next press books the rest.
            let unfit: Vec<Date> = problem.unfit.iter().map(|day| day.date).collect();
            let form = without(form, &unfit);
            show(visit, &form, (*problem).into()).await
        }
        Err(stop) => show(visit, form, stop).await,
    }
}

fn without(form: &Fields, dates: &[Date]) -> Fields {
    let mut form = form.clone();
    form.0.retain(|(name, value)| name != "date" || !dates.iter().any(|date| date.to_string() == *value));
    form
}

/// Where the booking's page is, once its places are held.
async fn hold(visit: &Visit, form: &Fields) -> Result<String, Stop> {
    let weekly = Weekly::read(form, visit.now.local_date()).ok_or(ProblemKind::Malformed)?;
    let plan = Plan::load(visit, weekly).await?;
    if plan.scene.wish.children.is_empty() || !form.has("child") {
        return Err(Problem::field("child", FieldRule::Required, "nobody is chosen").into());
    }
    if plan.weekly.weekdays.is_empty() {
        return Err(Problem::field("weekday", FieldRule::Required, "no weekday is chosen").into());
    }
    if plan.is_unseen() {
        return Err(Stop { trouble: Trouble::None, unseen: true });
    }
    if plan.weekly.wish.dates.is_empty() {
        return Err(Problem::field("date", FieldRule::Required, "no day is chosen").into());
    }
    if let Some((care, before, now)) = form.get(SEEN).and_then(|seen| plan.scene.price_before(seen)) {
        return Err(Trouble::PriceChanged { care, before, now }.into());
    }
    let book = Book {
        children: plan.scene.children_in_offers(),
        days: Vec::new(),
        pattern: Some(plan.pattern()),
        hold: true,
        pickup: form.get("pickup").unwrap_or_default().trim().to_owned(),
        voucher_ids: Vec::new(),
    };
    let booking = visit.call_once(form, book).await.map_err(at_our_fields)?;
    Ok(format!("/bookings/{}", booking.id))
}

/// The request speaks of a pattern; the form has a field for each of its parts.
fn at_our_fields(mut problem: Problem) -> Problem {
    for wrong in &mut problem.fields {
        let mut parts = wrong.field.split('.');
        let ours = match (parts.next(), parts.next()) {
            (Some("children"), _) => "child",
            (Some("pattern"), Some("from")) => "start",
            (Some("pattern"), Some("until")) => "until",
            (Some("pattern"), _) => "weekday",
            _ => continue,
        };
        wrong.field = ours.to_owned();
    }
    problem
}

async fn show(visit: &Visit, fields: &Fields, Stop { trouble, unseen }: Stop) -> Answer {
    let Some(weekly) = Weekly::read(fields, visit.now.local_date()) else { return nothing_to_book(visit).into() };
    let plan = match Plan::load(visit, weekly).await {
        Ok(plan) => plan,
        Err(problem) if problem.kind == ProblemKind::NotFound => return nothing_to_book(visit).into(),
        Err(problem) => return missing::problem_page(visit, problem).into(),
    };
    let (locale, status) = (visit.locale(), trouble.status());
    let (mut visit, back, fields) = (visit.clone(), plan.weekly.href(), fields.clone());
    visit.form = match &trouble {
        Trouble::Refused(problem) => Some(FormState { fields: fields.clone(), problem: problem.as_ref().clone() }),
        Trouble::None | Trouble::Added { .. } | Trouble::PriceChanged { .. } => None,
    };
    let ready = plan.scene.children.as_ref().is_some_and(|children| !children.is_empty());
    let body = move || view! { <WeeklyPage visit plan fields trouble unseen/> }.into_any();
    let page = Page::new(td!(locale, weekly.title), body).tab(Tab::Find).status(status).back(back);
    if ready { page.own_foot().into() } else { page.into() }
}
