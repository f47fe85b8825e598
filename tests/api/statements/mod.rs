//! What months come to: worked by hand, closed for good, and to the fen what the bookings come to.

mod closing;
mod file;
mod subsidies;
mod sum;
mod worked;

use chrono::Duration;
use diesel::prelude::*;
use doorstep_server::db::schema::offer;
use doorstep_shared::{
    Fen, HalfHour, Month,
    board::{BoardAction, Deed, Outcome, SendActions},
    bookings::Booking,
    ids::{ActionId, BookingDayId, ChildId},
    statements::{CloseMonth, GetStatement, GetStatements, Statement, Statements},
};
use doorstep_tests::prelude::*;

pub fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// `2026-03-09`, `17:42`.
pub fn at(date: &str, time: &str) -> Timestamp {
    let (hours, minutes) = time.split_once(':').unwrap();
    let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    Timestamp::at(date.parse().unwrap(), HalfHour::MIDNIGHT) + Duration::minutes(minutes)
}

/// Lets time pass until then.
pub fn until(app: &TestApp, date: &str, time: &str) {
    app.clock.advance(at(date, time) - app.now());
}

/// The child's day on a date.
pub fn day_on(booking: &Booking, on: &str) -> BookingDayId {
    booking.days.iter().find(|day| day.date == date(on)).unwrap_or_else(|| panic!("no day on {on}")).id
}

/// What is written down at the board afterwards, with the time at which it was done.
pub async fn note(staff: &Staff, done: Vec<(Timestamp, Deed)>) -> Vec<ActionId> {
    let actions: Vec<_> = done.into_iter().map(|(at, deed)| BoardAction { id: ActionId::new(), at, deed }).collect();
    let sent = staff.call(&SendActions { actions, sent_at: None }).await.unwrap().items;
    assert!(sent.iter().all(|action| action.outcome == Outcome::Applied), "{sent:?}");
    sent.into_iter().map(|action| action.id).collect()
}

/// The child came and was collected.
pub fn stays(booking: &Booking, on: &str, came: &str, collected: &str) -> Vec<(Timestamp, Deed)> {
    let day_id = day_on(booking, on);
    vec![(at(on, came), Deed::CheckIn { day_id }), (at(on, collected), Deed::CheckOut { day_id, by: None })]
}

/// What each half-hour of being late costs, of bookings to come.
pub async fn late_price(app: &TestApp, of: &Offer, fen: i64) {
    let id = of.id;
    let write = move |conn: &mut _| {
        Ok(diesel::update(offer::table.find(id)).set(offer::late_pick_up_fen.eq(fen)).execute(conn)?)
    };
    app.db().write(write).await.unwrap();
}

pub async fn all(staff: &Staff, month: Month) -> Statements {
    staff.call(&GetStatements { month }).await.unwrap()
}

pub async fn one(staff: &Staff, month: Month, child_id: ChildId) -> Statement {
    staff.call(&GetStatement { month, child_id }).await.unwrap()
}

pub async fn close(head: &Staff, month: Month, seen: i64) -> Result<Statements, Problem> {
    head.call(&CloseMonth { month, seen_fen: Fen(seen) }).await
}
