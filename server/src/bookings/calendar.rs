//! Bookings as calendar files (RFC 5545), for the phone's own calendar.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use doorstep_shared::{
    ProblemKind, Timestamp,
    bookings::{Booking, BookingDay, BookingState, DayState},
    ids::{BookingId, ChildId},
};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus};

use super::read;
use crate::{
    accounts::SeesBookings,
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
        Ok(file) => response(file, "booking.ics"),
        Err(problem) => problem_response(&problem),
    };
    add_cookies(&reply, &mut response);
    response
}

async fn file(app: &App, request: &HttpRequest, reply: &Reply, id: &str) -> Result<String> {
    let family = SeesBookings::of(app, request, reply).await?.family;
    let id: BookingId = id.parse().map_err(|_| ProblemKind::Malformed)?;
    let (policy, now) = (app.policy.clone(), app.clock.now());
    let booking = app.db.read(move |conn| read::get(conn, &policy, now, family, id)).await?;
    Ok(calendar(&booking))
}

/// A calendar file as an answer, to be saved under a name.
pub fn response(file: String, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(file)
}

/// What stands of a child's days. Whatever follows it drops what is no longer there.
pub fn of_child(bookings: &[Booking], child: ChildId, name: &str) -> String {
    let mut calendar = Calendar::new();
    calendar.name(name);
    // How often to look again, in the words that Apple and Microsoft understand.
    calendar.append_property(("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"));
    calendar.append_property(("X-PUBLISHED-TTL", "PT1H"));
    for booking in bookings.iter().filter(|booking| booking.state.is_active()) {
        let days = booking.days.iter().filter(|day| day.child_id == child);
        let stand = days.filter(|day| !matches!(day.state, DayState::Released | DayState::Absent));
        stand.for_each(|day| {
            calendar.push(event(booking, day));
        });
    }
    calendar.to_string()
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
        .sequence(booking.version)
        .starts(Timestamp::at(day.date, day.from).utc())
        .ends(Timestamp::at(day.date, day.to).utc())
        .summary(&format!("{} · {}", day.child_name, booking.nursery.name))
        .location(&booking.nursery.address)
        .status(status)
        .done()
}
