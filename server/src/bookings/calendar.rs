//! A booking as a calendar file (RFC 5545), for the phone's own calendar.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use doorstep_shared::{
    ProblemKind, Timestamp,
    bookings::{Booking, BookingDay, BookingState, DayState},
    ids::BookingId,
};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus};

use super::read;
use crate::{
    accounts::Guardian,
    api::{add_cookies, problem_response},
    app::App,
    auth::{Permission as _, Reply},
    error::{Error, Result},
};

pub const PATH: &str = "/api/v1/bookings/{id}/calendar.ics";

/// `GET /api/v1/bookings/{id}/calendar.ics`.
pub async fn answer(app: web::Data<App>, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    let reply = Reply::of(&request);
    let mut response = match file(&app, &request, &reply, &id).await.map_err(Error::into_problem) {
        Ok(file) => HttpResponse::Ok()
            .content_type("text/calendar; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"booking.ics\""))
            .body(file),
        Err(problem) => problem_response(&problem),
    };
    add_cookies(&reply, &mut response);
    response
}

async fn file(app: &App, request: &HttpRequest, reply: &Reply, id: &str) -> Result<String> {
    let Guardian { family, .. } = Guardian::of(app, request, reply).await?;
    let id: BookingId = id.parse().map_err(|_| ProblemKind::Malformed)?;
    let (policy, now) = (app.policy.clone(), app.clock.now());
    let booking = app.db.read(move |conn| read::get(conn, &policy, now, family, id)).await?;
    Ok(calendar(&booking))
}

/// One event for each child and day. Its id is that of the day, so that a file taken later replaces what it was.
fn calendar(booking: &Booking) -> String {
    let mut calendar = Calendar::new();
    for day in &booking.days {
        calendar.push(event(booking, day));
    }
    calendar.to_string()
}

fn event(booking: &Booking, day: &BookingDay) -> Event {
    let status = match booking.state {
        _ if matches!(day.state, DayState::Released | DayState::Absent) => EventStatus::Cancelled,
        BookingState::Confirmed => EventStatus::Confirmed,
        BookingState::Held => EventStatus::Tentative,
        BookingState::CancelledByFamily | BookingState::CancelledByNursery | BookingState::Expired => {
            EventStatus::Cancelled
        }
    };
    Event::new()
        .uid(&day.id.to_string())
        .timestamp(booking.as_of.utc())
        .starts(Timestamp::at(day.date, day.from).utc())
        .ends(Timestamp::at(day.date, day.to).utc())
        .summary(&format!("{} · {}", day.child_name, booking.nursery.name))
        .location(&booking.nursery.address)
        .status(status)
        .done()
}
