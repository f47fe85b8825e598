//! A booking in the phone's own calendar.

use doorstep_shared::bookings::CancelBooking;
use doorstep_tests::prelude::*;

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
