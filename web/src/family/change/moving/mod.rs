//! Days of a booking to another day, time, class or nursery: choose by links, see the difference, one button.

mod choice;
mod options;
mod target;
mod view;

use chrono::Duration;
use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Span, age,
    bookings::{Booking, BookingDay, ChildInOffer, MoveBooking, MovePreview, PreviewMove},
    children::{Child, ListChildren},
    ids::{BookingId, ChildId, ClassId, NurseryId},
    nurseries::{Availability, GetAvailability, GetNursery, NurseryProfile, Window},
    slots::{AgeRange, FoundNursery, NextBest, SearchSlots},
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
/// Other nurseries shown.
const NEAR: u16 = 5;
/// Dates that can be searched for at once.
const MOST_DATES: usize = 14;

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
    /// The other nursery that is looked at.
    elsewhere: Option<NurseryProfile>,
    /// Of the nursery that is looked at: which ages its classes take.
    ages: Vec<(ClassId, AgeRange)>,
    /// When the children were born.
    births: Vec<(ChildId, Date)>,
    /// Others near the one of now with places for the children then.
    near: Vec<FoundNursery>,
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

    /// Whether a class takes a child on a day, as far as a page can tell: who is in it already may be older.
    fn takes(&self, child: &BookingDay, window: &Window, on: Date) -> bool {
        let birth = self.births.iter().find(|(id, _)| *id == child.child_id);
        let months = birth.and_then(|(_, birth)| age::completed_months(*birth, on));
        let ages = self.ages.iter().find(|(id, _)| *id == window.class_id);
        let is_its_own = child.class_id == window.class_id;
        is_its_own || months.zip(ages).is_some_and(|(months, (_, ages))| ages.contains(months))
    }

    /// Where else it could go, when the place that is wanted is full: a target for each window that would do.
    fn instead(&self) -> Vec<(Target, &NextBest)> {
        let Some(Err(full)) = &self.preview else { return Vec::new() };
        let leaving = self.leaving();
        let children = options::children(&leaving);
        let target = |choice: &NextBest| {
            let offer = &choice.offer;
            let span = Span::new(offer.from, offer.to)?;
            let nursery = Some(choice.nursery_id).filter(|id| *id != self.booking.nursery.id);
            let target = self.target.to_date(offer.date).at(nursery);
            let [child] = children.as_slice() else { return Some(target) };
            let place = ChildInOffer { child_id: child.child_id, offer_id: offer.offer_id };
            let is_now = |day: &&BookingDay| {
                (day.date, day.offer_id, Span::new(day.from, day.to)) == (offer.date, offer.offer_id, Some(span))
            };
            (!leaving.iter().any(is_now)).then(|| target.in_place(&[place], span))
        };
        // All days move alike here: that another day takes the place of one of them is not among the choices.
        let choices = full.next_best.iter().filter(|choice| choice.replaces.is_none());
        choices.filter_map(|choice| Some((target(choice)?, choice))).collect()
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
    let looked_at = target.nursery.unwrap_or(booking.nursery.id);
    let profile = visit.call(GetNursery { id: looked_at }).await.ok();
    let ages = profile.iter().flat_map(|nursery| &nursery.classes).map(|class| (class.id, class.ages)).collect();
    let elsewhere = profile.filter(|nursery| nursery.id != booking.nursery.id);
    target.nursery = elsewhere.as_ref().map(|nursery| nursery.id);
    let births = births(visit, &booking).await.unwrap_or_default();
    let mut born: Vec<Date> = births.iter().map(|(_, birth)| *birth).collect();
    born.sort_unstable();
    born.dedup();
    let free = free(visit, target.nursery.unwrap_or(booking.nursery.id), &born, first).await;
    let near = near(visit, &booking, &target, born).await;
    let mut scene = Scene { booking, target, possible, first, elsewhere, ages, births, near, free, preview: None };
    let changes = !options::is_here(&scene);
    let ask: Option<PreviewMove> = scene.target.request(scene.booking.id).filter(|_| changes);
    if let Some(ask) = ask {
        scene.preview = Some(visit.call(ask).await);
    }
    scene
}

/// When the children were born.
async fn births(visit: &Visit, booking: &Booking) -> Result<Vec<(ChildId, Date)>, Problem> {
    let known = visit.call(ListChildren {}).await?.items;
    let comes = |child: &&Child| booking.days.iter().any(|day| day.child_id == child.id);
    Ok(known.iter().filter(comes).map(|child| (child.id, child.birth_date)).collect())
}

/// The free places of a week, in classes that take one of the children.
async fn free(visit: &Visit, id: NurseryId, born: &[Date], first: Date) -> Result<Availability, Problem> {
    let (birth_date, from, days) = (born.to_vec(), Some(first), Some(WEEK));
    visit.call(GetAvailability { id, from, days, care: None, birth_date, age_months: None }).await
}

/// Other nurseries near the one of now that have places on all the new days. None is no fault: the page stands without.
async fn near(visit: &Visit, booking: &Booking, target: &Target, born: Vec<Date>) -> Vec<FoundNursery> {
    let Some(days) = target.shift() else { return Vec::new() };
    let date: Vec<Date> = target.days.iter().filter_map(|date| later(*date, days)).collect();
    if date.is_empty() || date.len() > MOST_DATES {
        return Vec::new();
    }
    let (lat, lng) = (Some(booking.nursery.lat), Some(booking.nursery.lng));
    let ask = SearchSlots { lat, lng, birth_date: born, date, limit: Some(NEAR + 1), ..SearchSlots::default() };
    let found = visit.call(ask).await.map(|page| page.items).unwrap_or_default();
    let others = found.into_iter().filter(|found| found.nursery.id != booking.nursery.id);
    others.take(usize::from(NEAR)).collect()
}

/// So many days later, or earlier.
fn shift(from: Date, to: Date) -> Option<i16> {
    i16::try_from((to - from).num_days()).ok()
}

fn later(date: Date, days: i16) -> Option<Date> {
    date.checked_add_signed(Duration::days(days.into()))
}
