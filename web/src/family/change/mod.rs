//! Changing a booking that stands: some of its days cancelled, a child that does not come, days that go elsewhere.
//!
//! Each is a plain page: choose by links and GET forms, see what it costs, then one button.

pub mod absent;
pub mod card;
pub mod days;
pub mod moving;
mod outcome;

use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Timestamp,
    bookings::{Booking, BookingDay, BookingState, DayState, GetBooking},
    ids::BookingId,
};
use leptos::prelude::*;

pub use self::outcome::{LEFT, outcome};
use super::{booking, missing, price, sign_in, ticket, words};
use crate::{
    Locale,
    page::{Answer, Page, Tab},
    problems::{self, FormSummary},
    td,
    ui::{
        icon::Icon,
        notice::{Notice, Tone},
        recheck::Recheck,
    },
    visit::{Fields, FormState, Visit},
};

/// Hidden field: what the form said that it costs, in fen.
const SEEN: &str = "seen";

/// A booking whose days can be changed; else the answer that is given instead.
async fn open(visit: &Visit, id: &str) -> Result<Booking, Answer> {
    let Ok(known) = id.parse::<BookingId>() else { return Err(missing::page(visit).into()) };
    match visit.call(GetBooking { id: known }).await {
        Ok(booking) if booking.state == BookingState::Confirmed => Ok(booking),
        // What the form was refused for stands on the booking's own page.
        Ok(_) if visit.form.is_some() => Err(booking::page(visit, id).await),
        Ok(booking) => Err(Answer::see_other(href(booking.id))),
        Err(problem) => Err(sign_in::or_problem(visit, problem)),
    }
}

pub fn href(id: BookingId) -> String {
    format!("/bookings/{id}")
}

/// Days whose places can be given back or moved: expected, and not begun.
pub fn ahead(booking: &Booking, now: Timestamp) -> Vec<&BookingDay> {
    let is_ahead = |day: &&BookingDay| day.state == DayState::Expected && Timestamp::at(day.date, day.from) > now;
    booking.days.iter().filter(is_ahead).collect()
}

/// Dates of days that are in order, each once.
pub fn dates_of(days: &[&BookingDay]) -> Vec<Date> {
    let mut dates: Vec<_> = days.iter().map(|day| day.date).collect();
    dates.dedup();
    dates
}

fn cost_of(days: &[&BookingDay]) -> Fen {
    days.iter().map(|day| day.cancel_cost_fen).sum()
}

/// It has come to cost more than the form said: nothing is done, and the page is shown again.
fn dearer() -> Problem {
    Problem::new(ProblemKind::WrongState).detail("it costs more now than the form said")
}

/// Whether it costs more by now than the refused form said.
fn rose(visit: &Visit, cost: Fen) -> bool {
    let seen = visit.form.as_ref().and_then(|form| form.fields.read::<i64>(SEEN));
    seen.is_some_and(|seen| cost > Fen(seen))
}

/// 周二 11月24日 09:00–11:00.
fn when(day: &BookingDay, locale: Locale) -> String {
    format!("{} {}", words::date(day.date, locale), ticket::window(day))
}

/// The same where it stands in bold: a window is not broken in two.
fn when_in_parts(date: Date, window: String, locale: Locale) -> impl IntoView {
    view! { <b class="when"><span>{words::date(date, locale)}</span>" "<span>{window}</span></b> }
}

/// Names of days, each once.
fn names(days: &[&BookingDay], locale: Locale) -> String {
    let mut names: Vec<&str> = Vec::new();
    for day in days {
        if !names.contains(&day.child_name.as_str()) {
            names.push(&day.child_name);
        }
    }
    words::list(&names, locale)
}

/// What giving up one place costs, and why, in a sentence.
fn why(day: &BookingDay, now: Timestamp, locale: Locale) -> String {
    if Timestamp::at(day.date, day.from) <= now {
        return td!(locale, change.begun, cost = day.cancel_cost_fen);
    }
    let moment = price::moment(day.free_cancel_until, now, locale);
    if now < day.free_cancel_until {
        td!(locale, change.free_until, moment = moment)
    } else if day.cancel_cost_fen == Fen::ZERO {
        td!(locale, change.free).to_owned()
    } else {
        td!(locale, change.late, moment = moment, price = day.price_fen, cost = day.cancel_cost_fen)
    }
}

/// Above a form that was refused: what is wrong, and that the booking stands as it was.
#[component]
fn Refused(
    form: Option<FormState>,
    /// It costs more by now: that is what is said.
    rose: bool,
    /// What stands, in a sentence.
    kept: String,
    locale: Locale,
) -> impl IntoView {
    form.map(|form| {
        if rose {
            return view! {
                <Notice tone=Tone::Warn title=td!(locale, change.cost_rose) focus=true><p>{kept}</p></Notice>
            }
            .into_any();
        }
        let title = match form.problem.kind {
            ProblemKind::SlotFull => td!(locale, change.taken),
            ProblemKind::WrongState => td!(locale, change.changed_meanwhile),
            kind => problems::title(kind, locale),
        };
        // Which field of the request it was says nothing here: the page has no such fields.
        let problem = Problem { fields: Vec::new(), ..form.problem };
        let form = Some(FormState { fields: form.fields, problem });
        view! {
            <FormSummary form locale title=Some(title.to_owned())/>
            <p class="card kept"><Icon name="i-tick"/><span>{kept}</span></p>
        }
        .into_any()
    })
}

/// Looks again when somebody comes back to the page; nothing that was ticked is lost.
#[component]
fn LookAgain<'a>(
    visit: &'a Visit,
    booking: &'a Booking,
    /// What it costs, as the page says.
    cost: Option<Fen>,
    url: String,
) -> impl IntoView + use<> {
    let cost = cost.map(|cost| cost.0.to_string()).unwrap_or_default();
    let stamp = format!("{}-{cost}", booking::stamp(booking));
    view! { <Recheck locale=visit.locale() stamp url as_of=visit.now.clock_time() reload=false/> }
}

/// A page about changing a booking.
fn page<V: RenderHtml + 'static>(title: String, back: String, body: impl FnOnce() -> V + 'static) -> Page {
    Page::new(title, body).tab(Tab::Bookings).back(back)
}

/// A path with a query.
fn with_query(path: &str, fields: Vec<(String, String)>) -> String {
    if fields.is_empty() { path.to_owned() } else { format!("{path}?{}", Fields(fields).encoded()) }
}

fn field(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}
