//! Reminders: twice before each visit, never twice the same, and none for what is not to be.

use std::sync::Arc;

use chrono::Duration;
use doorstep_server::{
    bookings::Remind,
    jobs::{Jobs, Office},
    outbox,
};
use doorstep_shared::{
    bookings::{Booking, CancelBooking, MoveBooking, ReportAbsent},
    family::Role,
    messages::{AnswerReminder, InboxMessage, MessageKind, VisitAnswer},
};
use doorstep_tests::prelude::*;

/// A worker of its own that reminds.
fn office(app: &TestApp) -> Office {
    let inside = app.inside();
    let (clock, policies) = (Arc::clone(&inside.clock), Arc::clone(&inside.policy));
    Office { db: inside.db.clone(), clock, policies, jobs: Jobs::default().always(&Remind {}).unwrap() }
}

async fn work(app: &TestApp) {
    let office = office(app);
    let work = move || {
        office.open().unwrap();
        while office.run_due().unwrap() > 0 {}
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}

/// Lets time go by, a quarter of an hour at a time, while a worker works.
async fn until(app: &TestApp, time: &str) {
    let end: Timestamp = serde_json::from_value(format!("{time}:00+08:00").into()).unwrap();
    work(app).await;
    while app.now() < end {
        app.clock.advance((end - app.now()).min(Duration::minutes(15)));
        work(app).await;
    }
}

/// When reminders came, oldest first, `MM-DD HH:MM`.
async fn reminded(app: &TestApp, family: &Family) -> Vec<String> {
    let mut reminders = reminders(app, family).await;
    reminders.reverse();
    reminders.iter().map(|message| message.created_at.local().format("%m-%d %H:%M").to_string()).collect()
}

/// Read inside: the sessions of the morning have run out.
async fn reminders(app: &TestApp, family: &Family) -> Vec<InboxMessage> {
    let account = family.me.id;
    let items = app.db().read(move |conn| Ok(outbox::all(conn, account)?)).await.unwrap();
    items.into_iter().filter(|message| message.kind == MessageKind::Reminder).collect()
}

async fn booked(app: &TestApp, family: &Family, window: &str, days: i64) -> Booking {
    let offer = app.offer().places(9).hourly().create().await;
    family.order(&offer, window).on(app.in_days(days)).send().await.unwrap()
}

#[test_on_both]
async fn a_visit_is_reminded_of_a_day_and_two_hours_before(app: TestApp) {
    let ann = app.family("Ann").await;
    let (grandma, neighbour) = (app.relative(&ann, Role::Member).await, app.relative(&ann, Role::PickUp).await);
    let booking = booked(&app, &ann, "10:00-12:00", 2).await;
    until(&app, "2026-03-05T08:00").await;
    assert_eq!(reminded(&app, &ann).await, ["03-03 10:00", "03-04 08:00"]);
    assert_eq!(reminded(&app, &grandma).await, ["03-03 10:00", "03-04 08:00"], "whoever may see the booking");
    assert_eq!(reminded(&app, &neighbour).await, [""; 0]);
    let last = reminders(&app, &ann).await.remove(0);
    assert_eq!(last.booking_id, Some(booking.id));
    assert_eq!(last.visit.map(|visit| visit.at), Some(Timestamp::at(booking.days[0].date, booking.days[0].from)));
    let code = booking.door_code.unwrap();
    assert!(last.body.contains("10:00") && last.body.contains(&code), "{}", last.body);
}

#[test_on_both]
async fn what_would_fall_into_the_night_is_told_the_evening_before(app: TestApp) {
    let ann = app.family("Ann").await;
    booked(&app, &ann, "08:00-10:00", 2).await;
    until(&app, "2026-03-04T12:00").await;
    assert_eq!(reminded(&app, &ann).await, ["03-03 08:00", "03-03 20:00"]);
}

#[test_on_both]
async fn each_day_of_a_booking_is_a_visit_of_its_own_and_siblings_share_one(app: TestApp) {
    let mut ann = app.family("Ann").await;
    let sister = ann.add_child(19).await;
    let offer = app.offer().places(9).hourly().create().await;
    let order = ann.order(&offer, "10:00-12:00").child(sister.id);
    order.on(app.in_days(1)).on(app.in_days(2)).send().await.unwrap();
    until(&app, "2026-03-05T08:00").await;
    assert_eq!(reminded(&app, &ann).await, ["03-02 10:00", "03-03 08:00", "03-03 10:00", "03-04 08:00"]);
}

#[test_on_both]
async fn who_books_after_that_moment_is_not_reminded_of_it(app: TestApp) {
    let ann = app.family("Ann").await;
    // It is eight: a day before has just been, and two hours before is to come.
    booked(&app, &ann, "08:00-09:00", 1).await;
    let late = app.family("Ben").await;
    booked(&app, &late, "10:00-12:00", 0).await;
    until(&app, "2026-03-03T12:00").await;
    assert_eq!(reminded(&app, &ann).await, ["03-02 08:00", "03-02 20:00"], "booked in that very moment");
    assert_eq!(reminded(&app, &late).await, ["03-02 08:00"]);
    app.clock.advance(Duration::minutes(1));
    booked(&app, &ann.again(&app).await, "12:00-13:00", 1).await;
    until(&app, "2026-03-03T12:30").await;
    assert_eq!(reminded(&app, &ann).await.len(), 2, "of tomorrow's it was too late for the first");
}

#[test_on_both]
async fn what_was_cancelled_or_given_up_is_not_reminded_of(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let cancelled = booked(&app, &ann, "10:00-12:00", 2).await;
    ann.call(&CancelBooking::all(cancelled.id)).await.unwrap();
    let absent = booked(&app, &ben, "10:00-12:00", 2).await;
    let report = ReportAbsent { id: absent.id, date: absent.days[0].date, child_id: None };
    until(&app, "2026-03-03T12:00").await;
    assert_eq!(reminded(&app, &ann).await, [""; 0]);
    assert_eq!(reminded(&app, &ben).await, ["03-03 10:00"]);
    ben.again(&app).await.call(&report).await.unwrap();
    until(&app, "2026-03-04T12:00").await;
    assert_eq!(reminded(&app, &ben).await, ["03-03 10:00"], "it was given up before the second");
}

#[test_on_both]
async fn a_moved_visit_gets_reminders_of_its_own(app: TestApp) {
    let ann = app.family("Ann").await;
    let booking = booked(&app, &ann, "10:00-12:00", 2).await;
    until(&app, "2026-03-03T12:00").await;
    assert_eq!(reminded(&app, &ann).await, ["03-03 10:00"]);
    let later: MoveBooking = serde_json::from_value(serde_json::json!({"id": booking.id, "shift_days": 2})).unwrap();
    ann.again(&app).await.call(&later).await.unwrap();
    until(&app, "2026-03-07T08:00").await;
    assert_eq!(reminded(&app, &ann).await, ["03-03 10:00", "03-05 10:00", "03-06 08:00"]);
}

#[test_on_both]
async fn what_fell_due_while_nothing_ran_is_told_late_or_not_at_all(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    booked(&app, &ann, "10:00-12:00", 2).await;
    booked(&app, &ben, "15:30-17:00", 2).await;
    until(&app, "2026-03-03T09:00").await;
    // Nothing runs for seven hours: six are too late.
    app.clock.advance(Duration::hours(7));
    until(&app, "2026-03-03T16:15").await;
    assert_eq!(reminded(&app, &ann).await, [""; 0]);
    assert_eq!(reminded(&app, &ben).await, ["03-03 16:00"], "half an hour late");
    // The last reminder is of use for an hour.
    app.clock.advance(Duration::hours(16) + Duration::minutes(30));
    until(&app, "2026-03-04T12:00").await;
    assert_eq!(reminded(&app, &ann).await, ["03-04 08:45"]);
}

#[test_on_both]
async fn two_workers_remind_once(app: TestApp) {
    let mut families = Vec::new();
    for number in 0..12 {
        let family = app.family(&format!("Family {number}")).await;
        booked(&app, &family, "10:00-12:00", 2).await;
        families.push(family);
    }
    for _ in 0..3 {
        app.clock.advance(Duration::hours(26) / 3);
        join!(work(&app), work(&app), work(&app));
    }
    assert_eq!(app.now().local().format("%d %H:%M").to_string(), "03 10:00");
    for _ in 0..5 {
        app.clock.advance(Duration::minutes(1));
        join!(work(&app), work(&app));
    }
    for family in &families {
        assert_eq!(reminded(&app, family).await.len(), 1, "{}", family.name);
    }
}

#[test_on_both]
async fn that_a_child_comes_is_said_once_and_stands_in_the_nurserys_list(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booking = booked(&app, &ann, "10:00-12:00", 2).await;
    until(&app, "2026-03-03T10:00").await;
    let (ann, ben) = (ann.again(&app).await, ben.again(&app).await);
    let reminder = reminders(&app, &ann).await.remove(0);
    let answer = AnswerReminder { id: reminder.id, answer: VisitAnswer::Coming };
    let comes = || async {
        let (now, date, nursery) = (app.now(), booking.days[0].date, booking.nursery.id);
        let list = move |conn: &mut _| doorstep_server::bookings::expected(conn, now, Some(nursery), date);
        app.db().write(list).await.unwrap().iter().map(|child| child.said_coming).collect::<Vec<_>>()
    };
    assert_eq!(comes().await, [false]);
    assert_eq!(ben.call(&answer).await.unwrap_err().kind, ProblemKind::NotFound, "it is not his");
    let said = ann.call(&answer).await.unwrap();
    assert_eq!((said.visit.unwrap().coming_at, said.read_at), (Some(app.now()), Some(app.now())));
    app.clock.advance(Duration::minutes(1));
    let again = ann.call(&answer).await.unwrap();
    assert_eq!(again, said, "said twice is said once");
    assert_eq!(comes().await, [true]);

    ann.call(&CancelBooking::all(booking.id)).await.unwrap();
    assert_eq!(ann.call(&answer).await.unwrap_err().kind, ProblemKind::WrongState, "it was cancelled");
    assert_eq!(comes().await, [false; 0]);
}
