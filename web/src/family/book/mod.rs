//! Book: who comes, when, what it costs. Sending it holds the places; the booking's own page confirms.

mod refusal;
mod scene;
mod view;
pub mod weekly;
mod wish;

use doorstep_shared::{
    Problem, ProblemKind,
    bookings::{Book, Booking, DayAndTime, GetBooking, ListBookings},
    problem::FieldRule,
};
use leptos::prelude::*;

use self::view::{BookPage, Trouble};
pub use self::{
    scene::{Candidate, Scene, Standing},
    view::ChildRow,
    wish::Wish,
};
use super::{child_form, missing, sign_in};
use crate::{
    page::{Answer, Page, Tab},
    td,
    ui::notice::Empty,
    visit::{Fields, FormState, Visit},
};

/// Hidden field: unit prices as the form showed them.
const SEEN: &str = "seen";
/// Button: book this instead, one of the choices offered with a refusal.
const INSTEAD: &str = "instead";
/// Button: add the child that was typed in, then ask for the next one.
const ANOTHER: &str = "another";
/// Hidden field: there when every place that is wanted was free as the form showed it.
const FREE: &str = "free";
/// Button: only count again.
const RECOUNT: &str = "recount";

/// `GET /book?offer=…&date=…&from=…&to=…`.
pub async fn page(visit: &Visit) -> Answer {
    let (fields, trouble) = match &visit.form {
        Some(form) => (form.fields.clone(), Trouble::Refused(Box::new(form.problem.clone()))),
        None => (visit.query.clone(), Trouble::None),
    };
    show(visit, &fields, trouble).await
}

/// `POST /book`: adds the child that was typed in, then holds the places.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let mut form = form.clone();
    if form.has(RECOUNT) {
        return show(visit, &form, Trouble::None).await;
    }
    if form.has(ANOTHER) {
        form.0.retain(|(name, _)| name != "voluntary");
        let added = add_child(visit, &mut form, true).await;
        form.0.retain(|(name, _)| name != ANOTHER);
        return match added {
            Ok(name) => show(visit, &form, name.map_or(Trouble::None, |name| Trouble::Added { name })).await,
            Err(problem) => refused(visit, &form, problem.into()).await,
        };
    }
    if let Some(other) = form.get(INSTEAD).and_then(|choice| Wish::read(&form)?.instead(choice)) {
        replace_window(&mut form, &other);
    }
    match hold(visit, &mut form).await {
        Ok(to) => Answer::see_other(to),
        Err(trouble) => refused(visit, &form, trouble).await,
    }
}

async fn refused(visit: &Visit, form: &Fields, trouble: Trouble) -> Answer {
    match trouble {
        Trouble::Refused(problem) if problem.kind == ProblemKind::Unauthenticated => sign_in::interrupted(visit, form),
        trouble => show(visit, form, trouble).await,
    }
}

/// Where the booking's page is, once its places are held.
async fn hold(visit: &Visit, form: &mut Fields) -> Result<String, Trouble> {
    let wish = Wish::read(form).ok_or(ProblemKind::Malformed)?;
    if wish.dates.is_empty() {
        return Err(Problem::field("date", FieldRule::Required, "no day is chosen").into());
    }
    add_child(visit, form, wish.children.is_empty()).await?;
    let wish = Wish::read(form).ok_or(ProblemKind::Malformed)?;
    if wish.children.is_empty() {
        return Err(Problem::field("child", FieldRule::Required, "nobody is chosen").into());
    }
    let scene = Scene::load(visit, wish).await?;
    if let Some((care, before, now)) = form.get(SEEN).and_then(|seen| scene.price_before(seen)) {
        return Err(Trouble::PriceChanged { care, before, now });
    }
    let span = scene.wish.span;
    let days = scene.wish.dates.iter().map(|date| DayAndTime { date: *date, from: span.from, to: span.to });
    let book = Book {
        children: scene.children_in_offers(),
        days: days.collect(),
        pattern: None,
        hold: true,
        pickup: form.get("pickup").unwrap_or_default().trim().to_owned(),
        voucher_ids: Vec::new(),
    };
    let booking = visit.call_once(form, book).await.map_err(at_our_fields)?;
    Ok(format!("/bookings/{}", booking.id))
}

/// Adds the child of the form, if one was typed in or is needed; from then on it is one that was chosen. Its name.
pub async fn add_child(visit: &Visit, form: &mut Fields, needed: bool) -> Result<Option<String>, Problem> {
    // Without a form for a child, nobody was chosen: that is said at the choice.
    if !(child_form::is_begun(form) || needed && form.has("name") && !form.has("voluntary")) {
        return Ok(None);
    }
    let child = child_form::read(form, visit.now.local_date())?;
    let child = visit.call_once(form, child).await.map_err(child_form::at_their_boxes)?;
    form.0.retain(|(name, _)| !child_form::FIELDS.contains(&name.as_str()));
    form.0.push(("child".to_owned(), child.id.to_string()));
    Ok(Some(child.name))
}

/// The request counts children and days; the form has one field for each.
fn at_our_fields(mut problem: Problem) -> Problem {
    for wrong in &mut problem.fields {
        let ours = match wrong.field.split('.').next() {
            Some("children") => "child",
            Some("days") => "date",
            _ => continue,
        };
        wrong.field = ours.to_owned();
    }
    problem
}

fn replace_window(form: &mut Fields, other: &Wish) {
    form.0.retain(|(name, _)| !["offer", "date", "from", "to", SEEN, FREE, INSTEAD].contains(&name.as_str()));
    let Some((_, query)) = other.href().split_once('?').map(|(path, query)| (path.to_owned(), query.to_owned())) else {
        return;
    };
    form.0.extend(Fields::parse(&query).0.into_iter().filter(|(name, _)| !["child", "again"].contains(&name.as_str())));
}

async fn show(visit: &Visit, fields: &Fields, trouble: Trouble) -> Answer {
    let Some(wish) = Wish::read(fields) else { return nothing_to_book(visit).into() };
    let scene = match Scene::load(visit, wish).await {
        Ok(scene) => scene,
        Err(problem) if problem.kind == ProblemKind::NotFound => return nothing_to_book(visit).into(),
        Err(problem) => return missing::problem_page(visit, problem).into(),
    };
    let locale = visit.locale();
    let status = trouble.status();
    let busy = match &trouble {
        Trouble::Refused(problem) if problem.kind == ProblemKind::ChildBusy => in_the_way(visit, &scene).await,
        _ => None,
    };
    let mut fields = fields.clone();
    if !fields.has("pickup") {
        // The same person as last time, which no address may name.
        let before = match scene.wish.again {
            Some(id) => visit.call(GetBooking { id }).await.ok(),
            None => None,
        };
        fields.0.extend(before.map(|booking| ("pickup".to_owned(), booking.pickup)));
    }
    let (mut visit, back) = (visit.clone(), scene.wish.href());
    // The form as it stands now, which may be another than the one that was sent.
    visit.form = match &trouble {
        Trouble::Refused(problem) => Some(FormState { fields: fields.clone(), problem: problem.as_ref().clone() }),
        Trouble::None | Trouble::Added { .. } | Trouble::PriceChanged { .. } => None,
    };
    let signed_in = scene.children.is_some();
    let body = move || view! { <BookPage visit scene fields trouble busy/> }.into_any();
    let page = Page::new(td!(locale, book.title), body).tab(Tab::Find).status(status).back(back);
    if signed_in { page.own_foot().into() } else { page.into() }
}

/// The family's own booking because of which a chosen child cannot come.
async fn in_the_way(visit: &Visit, scene: &Scene) -> Option<Booking> {
    let ask = ListBookings { from: scene.wish.dates.first().copied(), ..ListBookings::default() };
    let bookings = visit.call(ask).await.ok()?.items;
    bookings.into_iter().find(|booking| scene.collides(booking).is_some())
}

fn nothing_to_book(visit: &Visit) -> Page {
    nothing_there(visit, td!(visit.locale(), book.gone))
}

/// The link names no window, or one that is not sold any more: `title` says for what.
pub fn nothing_there(visit: &Visit, title: &'static str) -> Page {
    let locale = visit.locale();
    let body = move || {
        view! {
            <h1 class="visually-hidden">{title}</h1>
            <Empty icon="i-calendar" title text=td!(locale, book.gone_text)>
                <a class="button" href="/">{td!(locale, find.to_search)}</a>
            </Empty>
        }
        .into_any()
    };
    Page::new(title, body).tab(Tab::Find).status(404)
}
