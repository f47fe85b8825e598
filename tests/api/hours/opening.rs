//! The week of a nursery and dates that have hours of their own.

use doorstep_shared::{
    bookings::{BookingState, GetBooking, WaitState},
    hours::{Fate, GetHours, HoursChange},
    nurseries::{ClosedReason, DayAvailability, GetAvailability},
    roster::GetPlacesWeek,
};
use doorstep_tests::prelude::*;

use super::{ANYTHING, DAY, House, NOTHING, REASON, fates};

async fn day(app: &TestApp, house: &House, date: Date) -> DayAvailability {
    let ask = GetAvailability {
        id: house.nursery.id,
        from: Some(date),
        days: Some(1),
        care: None,
        birth_date: Vec::new(),
        age_months: None,
    };
    app.client().call(&ask).await.unwrap().days.remove(0)
}

/// The half-hours in which the head's week shows the toddlers open.
async fn shown(house: &House, date: Date) -> Vec<String> {
    let week = house.head.call(&GetPlacesWeek { date: Some(date) }).await.unwrap();
    let class = week.classes.iter().find(|class| class.class_id == house.toddlers.class).unwrap();
    let day = class.days.iter().find(|day| day.date == date).unwrap();
    day.cells.iter().map(|cell| cell.at.to_string()).collect()
}

fn week(weekday: u8, open: &[&str]) -> HoursChange {
    HoursChange::Week { weekday, open: open.iter().map(|span| span.parse().unwrap()).collect() }
}

fn on(date: Date, open: &[&str]) -> HoursChange {
    HoursChange::Date { date, open: open.iter().map(|span| span.parse().unwrap()).collect() }
}

#[test_on_both]
async fn shorter_hours_of_a_weekday_touch_every_such_day_that_is_booked(app: TestApp) {
    let house = House::of(&app, 0).await;
    let ann = app.family("Ann").await;
    // The clock stands on a Monday.
    let (tuesday, next) = (app.in_days(1), app.in_days(8));
    let order = ann.order(&house.toddlers, DAY).on(tuesday).on(app.in_days(2)).on(next);
    let booked = order.send().await.unwrap();
    let made = house.close(week(2, &["07:30-16:00"]), ANYTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::Shorter; 2]);
    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    let ends: Vec<_> = now.days.iter().map(|day| day.to.to_string()).collect();
    assert_eq!(ends, ["16:00", "17:30", "16:00"]);
    let refused = ann.order(&house.toddlers, DAY).on(app.in_days(15)).send().await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::Closed);
    assert_eq!(shown(&house, next).await.last().unwrap(), "15:30");
    // Another process that begins now sees the same.
    let beside = app.beside().await;
    assert!(day(&beside, &house, next).await.windows.iter().all(|window| window.free == 0));
    let hours = house.head.call(&GetHours {}).await.unwrap();
    assert_eq!(hours.week[1], ["07:30-16:00".parse().unwrap()]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_date_has_its_own_hours_until_they_are_given_up(app: TestApp) {
    let house = House::of(&app, 0).await;
    house.close(week(6, &[]), NOTHING).await.unwrap();
    house.close(week(7, &[]), NOTHING).await.unwrap();
    let saturday = app.in_days(12);
    assert_eq!(day(&app, &house, saturday).await.closed, Some(ClosedReason::Weekday));
    house.close(on(saturday, &["08:00-12:00", "13:00-18:00"]), NOTHING).await.unwrap();
    assert_eq!(day(&app, &house, saturday).await.closed, None);
    assert_eq!(shown(&house, saturday).await.len(), 18);
    let ann = app.family("Ann").await;
    let refused = ann.order(&house.toddlers, DAY).on(saturday).send().await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::Closed, "there is a break at noon");
    house.close(on(saturday, &["08:00-18:00"]), NOTHING).await.unwrap();
    let booked = ann.order(&house.toddlers, DAY).on(saturday).send().await.unwrap();
    // Given up, it is a Saturday like others, and what was booked is treated.
    let made = house.close(on(saturday, &[]), ANYTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::Cancelled]);
    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!((now.state, now.days[0].closed_for.as_deref()), (BookingState::CancelledByNursery, Some(REASON)));
    assert_eq!(day(&app, &house, saturday).await.closed, Some(ClosedReason::Weekday));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_public_holiday_is_closed_until_the_nursery_opens_on_it(app: TestApp) {
    let house = House::of(&app, 0).await;
    let holiday: Date = "2026-04-06".parse().unwrap();
    assert!(matches!(day(&app, &house, holiday).await.closed, Some(ClosedReason::Holiday { .. })));
    house.close(week(1, &["07:00-19:00"]), NOTHING).await.unwrap();
    assert!(matches!(day(&app, &house, holiday).await.closed, Some(ClosedReason::Holiday { .. })), "every Monday but");
    let told = house.head.call(&GetHours {}).await.unwrap();
    let named: Vec<_> = told.calendar.iter().map(|day| (day.date.to_string(), day.holiday)).collect();
    assert!(named.contains(&("2026-04-06".to_owned(), true)), "{named:?}");
    house.close(on(holiday, &["08:00-18:00"]), NOTHING).await.unwrap();
    let ann = app.family("Ann").await;
    ann.order(&house.toddlers, DAY).on(holiday).send().await.unwrap();
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn hours_that_open_are_offered_to_who_waits(app: TestApp) {
    let nursery = app.nursery().create().await;
    let halves = app.offer().of(&nursery).places(1).sells(doorstep_shared::care::CareKind::HalfDay, &["08:00-12:00"]);
    let halves = halves.create().await;
    let house = House { head: app.head(nursery.id).await, nursery, toddlers: halves.clone(), mixed: halves };
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let tomorrow = app.in_days(1);
    let booked = ann.order(&house.toddlers, "08:00-12:00").on(tomorrow).send().await.unwrap();
    let entry = ben.wait_for(&house.toddlers, "08:00-12:00").await.unwrap().id;
    let made = house.close(on(tomorrow, &["09:00-18:00"]), NOTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::Cancelled]);
    assert_eq!(ben.entry(entry).await.state, WaitState::Waiting, "the place is free, its time is closed");
    house.close(on(tomorrow, &[]), NOTHING).await.unwrap();
    assert_eq!(ben.entry(entry).await.state, WaitState::Offered);
    assert_eq!(ann.call(&GetBooking { id: booked.id }).await.unwrap().state, BookingState::CancelledByNursery);
    app.check_finds_no_difference().await;
}
