//! Bookings in the phone's own calendar, read by a parser that is not the one that wrote them.

use doorstep_shared::bookings::{
    Booking, CancelBooking, ConfirmBooking, EndCalendarFeed, GetCalendarFeed, MakeCalendarFeed,
};
use doorstep_tests::prelude::*;
use ical::parser::ical::component::IcalEvent;

/// The events of a calendar file.
fn events(file: &str) -> Vec<IcalEvent> {
    let calendars: Vec<_> = ical::IcalParser::new(file.as_bytes()).collect::<Result<_, _>>().unwrap();
    assert_eq!(calendars.len(), 1, "{file}");
    calendars.into_iter().flat_map(|calendar| calendar.events).collect()
}

fn property(event: &IcalEvent, name: &str) -> String {
    let found = event.properties.iter().find(|property| property.name == name);
    found.and_then(|property| property.value.clone()).unwrap_or_else(|| panic!("no {name} in {event:?}"))
}

fn sequence(event: &IcalEvent) -> u32 {
    property(event, "SEQUENCE").parse().unwrap()
}

/// The path of a link, as the test's client takes it.
fn path(url: &str) -> String {
    format!("/api/v1/{}", url.split_once("/api/v1/").unwrap().1)
}

#[test_on_both]
async fn a_booking_is_an_event_that_a_later_file_cancels(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let ann = app.family("Ann").await;
    let booking = ann.book(&offer, "09:00-11:00").await.unwrap();
    let path = format!("/api/v1/bookings/{}/calendar.ics", booking.id);
    let file = ann.get(&path).await;
    assert_eq!((file.status, file.header("content-type")), (200, Some("text/calendar; charset=utf-8")));
    let day = app.in_days(1).format("%Y%m%d");
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        // 09:00 in China.
        format!("DTSTART:{day}T010000Z"),
        format!("DTEND:{day}T030000Z"),
        format!("UID:{}", booking.days[0].id),
        "STATUS:CONFIRMED".to_owned(),
    ];
    for line in &lines {
        assert!(file.body.lines().any(|found| found == line), "{line} is missing:\n{}", file.body);
    }
    ann.call(&CancelBooking::all(booking.id)).await.unwrap();
    let file = ann.get(&path).await.body;
    assert!(file.contains("STATUS:CANCELLED") && file.contains(&lines[3]), "{file}");
    assert_eq!(ann.get("/api/v1/bookings/1/calendar.ics").await.problem().kind, ProblemKind::Malformed);
}

#[test_on_both]
async fn an_event_keeps_its_id_and_its_number_grows_with_each_change(app: TestApp) {
    let offer = app.offer().places(2).hourly().create().await;
    let ann = app.family("Ann").await;
    let held = ann.order(&offer, "09:00-11:00").hold().send().await.unwrap();
    let file = async || ann.get(&format!("/api/v1/bookings/{}/calendar.ics", held.id)).await.body;
    let (first, status) = (events(&file().await).remove(0), "STATUS");
    assert_eq!(property(&first, status), "TENTATIVE");
    ann.call(&ConfirmBooking { id: held.id }).await.unwrap();
    let second = events(&file().await).remove(0);
    assert_eq!((property(&second, status).as_str(), property(&second, "UID")), ("CONFIRMED", property(&first, "UID")));
    ann.call(&CancelBooking::all(held.id)).await.unwrap();
    let third = events(&file().await).remove(0);
    assert_eq!((property(&third, status).as_str(), property(&third, "UID")), ("CANCELLED", property(&first, "UID")));
    assert!(sequence(&first) < sequence(&second) && sequence(&second) < sequence(&third));
}

#[test_on_both]
async fn a_calendar_follows_a_childs_days_until_the_link_is_ended(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let (ann, ben) = (app.family("Ann, 安").await, app.family("Ben").await);
    let child = ann.child().id;
    assert_eq!(ann.call(&GetCalendarFeed { id: child }).await.unwrap().created_at, None);
    let feed = ann.call(&MakeCalendarFeed { id: child }).await.unwrap();
    let link = path(&feed.url);
    let stranger = app.client();
    let follow = async || stranger.get(&link).await;
    assert_eq!((follow().await.status, events(&follow().await.body).len()), (200, 0), "a calendar without events");

    let booked: Booking = ann.book(&offer, "09:00-11:00").await.unwrap();
    ben.book(&offer, "09:00-11:00").await.unwrap();
    let file = follow().await;
    assert_eq!(file.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(file.header("cache-control"), Some("no-store"));
    let found = events(&file.body);
    assert_eq!(found.len(), 1, "only the child's own days: {}", file.body);
    assert_eq!(property(&found[0], "UID"), booked.days[0].id.to_string());
    assert!(!file.body.contains("Ben"), "{}", file.body);

    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    assert!(events(&follow().await.body).is_empty(), "what was cancelled is gone");

    let again = ann.call(&MakeCalendarFeed { id: child }).await.unwrap();
    assert_eq!(follow().await.status, 404, "a new link ends the old one");
    assert_eq!(stranger.get(&path(&again.url)).await.status, 200);
    ann.call(&EndCalendarFeed { id: child }).await.unwrap();
    ann.call(&EndCalendarFeed { id: child }).await.unwrap();
    assert_eq!(stranger.get(&path(&again.url)).await.status, 404);
    assert_eq!(ann.call(&GetCalendarFeed { id: child }).await.unwrap().created_at, None);
}

#[test_on_both]
async fn nobody_follows_a_child_of_another_family_or_one_that_was_erased(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let child = ann.child().id;
    let link = path(&ann.call(&MakeCalendarFeed { id: child }).await.unwrap().url);
    assert_eq!(ben.call(&MakeCalendarFeed { id: child }).await.unwrap_err().kind, ProblemKind::NotFound);
    assert_eq!(ben.call(&EndCalendarFeed { id: child }).await.unwrap_err().kind, ProblemKind::NotFound);
    let stranger = app.client();
    assert_eq!(stranger.get(&link).await.status, 200, "Ben changed nothing");
    for wrong in
        ["/api/v1/calendar.ics", "/api/v1/calendar.ics?key=", "/api/v1/calendar.ics?key=AAAAAAAAAAAAAAAAAAAAAA"]
    {
        assert_eq!(stranger.get(wrong).await.status, 404, "{wrong}");
    }
    ann.call(&doorstep_shared::children::DeleteChild { id: child }).await.unwrap();
    assert_eq!(stranger.get(&link).await.status, 404);
}
