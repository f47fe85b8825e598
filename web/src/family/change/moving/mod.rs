//! Days of a booking to another day, time or class of the same nursery: choose by links, see the difference, one button.

mod choice;
mod options;
mod target;
mod view;

use chrono::Duration;
use doorstep_shared::{
    Date, Fen, Problem, ProblemKind,
    bookings::{Booking, BookingDay, MoveBooking, MovePreview, PreviewMove},
    children::ListChildren,
    ids::BookingId,
    nurseries::{Availability, GetAvailability},
};
use leptos::prelude::*;

use self::{target::Target, view::MovePage};
use super::{SEEN, ahead, dates_of, dearer, missing, open};
use crate::{
    app,
    page::Answer,
    td,
    visit::{Fields, Visit},
};

/// Days shown at a time.
const WEEK: u8 = 7;

pub fn path(id: BookingId) -> String {
    format!("{}/move", super::href(id))
}

/// What the page needs to know.
struct Scene {
    booking: Booking,
    target: Target,
    /// Dates that can be moved.
    possible: Vec<Date>,
    /// First of the days that are shown to choose from.
    first: Date,
    /// The free places of those days.
    free: Result<Availability, Problem>,
    /// What the chosen move would mean; nothing while it is not complete, or would change nothing.
    preview: Option<Result<MovePreview, Problem>>,
}

impl Scene {
    /// The days that are to go, in order.
    fn leaving(&self) -> Vec<&BookingDay> {
        self.booking.days.iter().filter(|day| self.moves(day)).collect()
    }

    fn moves(&self, day: &BookingDay) -> bool {
        day.state == doorstep_shared::bookings::DayState::Expected && self.target.days.contains(&day.date)
    }
}

/// `GET /bookings/{id}/move?day=…&on=…&place=…&from=…&to=…`, all of it to be chosen one after the other.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let booking = match open(visit, id).await {
        Ok(booking) => booking,
        Err(answer) => return answer,
    };
    let fields = visit.form.as_ref().map_or(&visit.query, |form| &form.fields);
    let scene = load(visit, booking, fields).await;
    let back = scene.target.href(scene.booking.id);
    let title = td!(visit.locale(), change.move_title).to_owned();
    let visit = visit.clone();
    super::page(title, back, move || view! { <MovePage visit scene/> }.into_any()).into()
}

/// `POST /bookings/{id}/move`.
pub async fn submit(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<BookingId>() else { return missing::page(visit).into() };
    let Some(ask) = Target::read(form).request(id) else {
        return app::refused(visit, form, ProblemKind::Malformed.into()).await;
    };
    // One that was sent before cannot be looked at again, but its key finds the answer that it got.
    if let Ok(preview) = visit.call(ask.clone()).await {
        let sum = preview.difference_fen + preview.cost_fen;
        if form.read::<i64>(SEEN).is_none_or(|seen| sum > Fen(seen)) {
            return app::refused(visit, form, dearer()).await;
        }
    }
    match visit.call_once(form, MoveBooking::from(ask)).await {
        Ok(booking) => Answer::see_other(super::href(booking.id)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

async fn load(visit: &Visit, booking: Booking, fields: &Fields) -> Scene {
    let possible = dates_of(&ahead(&booking, visit.now));
    let mut target = Target::read(fields);
    target.days.retain(|date| possible.contains(date));
    if let [only] = possible.as_slice() {
        target.days = vec![*only];
    }
    let today = visit.now.local_date();
    let on = target.on();
    let shown = |first: Date| on.is_none_or(|on| first <= on && (on - first).num_days() < i64::from(WEEK));
    let first = target.week.unwrap_or(today).max(today);
    // Leafing through the weeks may leave the chosen day behind.
    let first = if target.week.is_some() || shown(first) { first } else { on.unwrap_or(first) };
    let free = free(visit, &booking, first).await;
    let mut scene = Scene { booking, target, possible, first, free, preview: None };
    let changes = !options::is_here(&scene);
    let ask: Option<PreviewMove> = scene.target.request(scene.booking.id).filter(|_| changes);
    if let Some(ask) = ask {
        scene.preview = Some(visit.call(ask).await);
    }
    scene
}

/// The free places of a week, in classes that take one of the children.
async fn free(visit: &Visit, booking: &Booking, first: Date) -> Result<Availability, Problem> {
    let known = visit.call(ListChildren {}).await?.items;
    let mut born: Vec<Date> = known
        .iter()
        .filter(|child| booking.days.iter().any(|day| day.child_id == child.id))
        .map(|child| child.birth_date)
        .collect();
    born.dedup();
    let ask = GetAvailability {
        id: booking.nursery.id,
        from: Some(first),
        days: Some(WEEK),
        care: None,
        birth_date: born,
        age_months: None,
    };
    visit.call(ask).await
}

/// So many days later, or earlier.
fn shift(from: Date, to: Date) -> Option<i16> {
    i16::try_from((to - from).num_days()).ok()
}

fn later(date: Date, days: i16) -> Option<Date> {
    date.checked_add_signed(Duration::days(days.into()))
}
