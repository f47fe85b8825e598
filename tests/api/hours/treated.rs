//! What becomes of a booked day that does not fit the hours any more.

use doorstep_shared::{
    Fen,
    bookings::{BookingState, CancelBooking, DayState, GetBooking},
    hours::{Fate, HoursChange, Instead},
};
use doorstep_tests::prelude::*;

use super::{AFTERNOON, ANYTHING, DAY, House, MORNING, NOTHING, REASON, closure, fates};

#[test_on_both]
async fn who_booked_first_goes_to_the_free_place_of_another_class_for_no_more(app: TestApp) {
    let house = House::of(&app, 1).await;
    let date = app.in_days(1);
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let first = ann.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    let second = ben.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    let made = house.close(closure(Some(house.toddlers.class), date, None), ANYTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::OtherClass, Fate::Cancelled]);
    assert_eq!(made.touched[0].instead.map(|place| place.class_id), Some(house.mixed.class));
    let first = ann.call(&GetBooking { id: first.id }).await.unwrap();
    let day = &first.days[0];
    assert_eq!((first.state, first.days.len(), first.undo), (BookingState::Confirmed, 1, None));
    assert_eq!((day.class_id, day.offer_id, day.price_fen), (house.mixed.class, house.mixed.id, Fen(9_000)));
    assert_eq!(day.closed_for.as_deref(), Some(REASON));
    let told = app.messages(&ann.phone).await.pop().unwrap();
    assert!(told.contains(REASON) && told.contains("混合班"), "{told}");
    assert_eq!(ben.call(&GetBooking { id: second.id }).await.unwrap().state, BookingState::CancelledByNursery);
    app.check_finds_no_difference().await;
    // Who was moved may leave free of cost until it begins, whatever the rule had been.
    app.clock.advance(chrono::Duration::hours(23));
    let ann = ann.again(&app).await;
    let cancelled = ann.call(&CancelBooking::all(first.id)).await.unwrap();
    assert_eq!((cancelled.state, cancelled.price.due_fen), (BookingState::CancelledByFamily, Fen::ZERO));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_day_is_shortened_where_enough_of_it_is_left(app: TestApp) {
    let house = House::of(&app, 1).await;
    let date = app.in_days(1);
    let ann = app.family("Ann").await;
    let booked = ann.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    let shorter = Instead { shorter: true, ..NOTHING };
    let early = closure(None, date, Some("12:30-18:00"));
    assert_eq!(fates(&house.preview(&early, shorter).await.touched), [Fate::Cancelled], "less than half is left");
    let made = house.close(closure(None, date, Some("16:00-18:00")), shorter).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::Shorter]);
    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!((now.days[0].to.to_string(), now.price.due_fen), ("16:00".to_owned(), Fen(9_000)));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn hours_that_are_left_cost_what_they_cost(app: TestApp) {
    let house = House::of(&app, 1).await;
    let hourly = app.offer().beside(&house.toddlers).hourly().price_fen(3_000).create().await;
    let (date, ann) = (app.in_days(1), app.family("Ann").await);
    let booked = ann.order(&hourly, "09:00-13:00").on(date).send().await.unwrap();
    house.close(closure(None, date, Some("12:00-18:00")), ANYTHING).await.unwrap();
    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!((now.days[0].to.to_string(), now.price.due_fen), ("12:00".to_owned(), Fen(9_000)));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn another_time_of_the_day_is_taken_only_where_the_head_says_so_and_the_child_is_free(app: TestApp) {
    let house = House::of(&app, 1).await;
    let halves = app.offer().beside(&house.toddlers).half_day().create().await;
    let elsewhere = app.offer().half_day().places(3).create().await;
    let date = app.in_days(1);
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.order(&halves, MORNING).on(date).send().await.unwrap();
    ben.order(&halves, MORNING).on(date).send().await.unwrap();
    ben.order(&elsewhere, AFTERNOON).on(date).send().await.unwrap();
    let change = closure(None, date, Some("07:30-12:00"));
    let shown = house.preview(&change, Instead { other_time: false, ..ANYTHING }).await;
    assert_eq!(fates(&shown.touched), [Fate::Cancelled, Fate::Cancelled]);
    let made = house.close(change, ANYTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::OtherTime, Fate::Cancelled]);
    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!((now.days[0].from.to_string(), now.days[0].to.to_string()), ("13:30".to_owned(), "17:30".to_owned()));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn siblings_go_elsewhere_together_or_stay_at_home_together(app: TestApp) {
    for (places, expected) in [(1, Fate::Cancelled), (2, Fate::OtherClass)] {
        let house = House::of(&app, places).await;
        let mut ann = app.family("Ann").await;
        let twin = ann.add_child(18).await.id;
        let order = ann.order(&house.toddlers, DAY).on(app.in_days(1));
        let booked = order.child(ann.child().id).child(twin).send().await.unwrap();
        let change = closure(Some(house.toddlers.class), app.in_days(1), None);
        let made = house.close(change, ANYTHING).await.unwrap();
        assert_eq!(fates(&made.touched), [expected; 2], "{places} places");
        let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
        assert_eq!(now.state == BookingState::Confirmed, expected == Fate::OtherClass);
    }
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_series_loses_the_closed_days_and_keeps_the_others(app: TestApp) {
    let house = House::of(&app, 0).await;
    let ann = app.family("Ann").await;
    let order = ann.order(&house.toddlers, DAY).weekly(&[1, 2, 3, 4, 5], app.in_days(1), app.in_days(11));
    let booked = order.send().await.unwrap();
    let days = booked.days.len();
    let change = HoursChange::Closure { class_id: None, from: app.in_days(2), until: app.in_days(3), window: None };
    let made = house.close(change, ANYTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::Cancelled; 2]);
    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    let left = now.days.iter().filter(|day| day.state == DayState::Expected).count();
    assert_eq!((now.state, left), (BookingState::Confirmed, days - 2));
    assert_eq!(now.price.due_fen, Fen(9_000 * (days as i64 - 2)));
    let told = app.messages(&ann.phone).await;
    assert_eq!(told.iter().filter(|body| body.contains(REASON)).count(), 1, "one message for both days");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn who_is_there_already_keeps_the_place_and_is_asked_to_be_picked_up(app: TestApp) {
    let house = House::of(&app, 1).await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&house.toddlers, DAY).await.unwrap();
    app.clock.advance(chrono::Duration::hours(26));
    let (head, ann) = (house.head.again(&app).await, ann.again(&app).await);
    let house = House { head, ..house };
    let made = house.close(closure(None, app.today(), Some("15:00-18:00")), ANYTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::PickUp]);
    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!((now.state, now.days[0].state), (BookingState::Confirmed, DayState::Expected));
    let told = app.messages(&ann.phone).await.pop().unwrap();
    assert!(told.contains("15:00") && told.contains(REASON), "{told}");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn what_falls_free_beside_a_closed_time_goes_to_who_waits_for_it(app: TestApp) {
    let nursery = app.nursery().create().await;
    let full = app.offer().of(&nursery).places(1).full_day().create().await;
    let halves = app.offer().beside(&full).half_day().create().await;
    let house = House { head: app.head(nursery.id).await, nursery, toddlers: full.clone(), mixed: full };
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    ann.book(&house.toddlers, DAY).await.unwrap();
    let entry = ben.wait_for(&halves, MORNING).await.unwrap().id;
    house.close(closure(None, app.in_days(1), Some("13:00-18:00")), NOTHING).await.unwrap();
    let entry = ben.entry(entry).await;
    assert_eq!(entry.state, doorstep_shared::bookings::WaitState::Offered);
    ben.accept(entry.id).await.unwrap();
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_long_closure_treats_every_day_of_every_family_and_tells_each_once(app: TestApp) {
    let nursery = app.nursery().create().await;
    let full = app.offer().of(&nursery).places(15).full_day().create().await;
    let house = House { head: app.head(nursery.id).await, nursery, toddlers: full.clone(), mixed: full };
    let (from, until) = (app.in_days(1), app.in_days(59));
    let mut families = Vec::new();
    for _ in 0..12 {
        let family = app.family("Ann").await;
        let booked = family.order(&house.toddlers, DAY).weekly(&[1, 2, 3, 4, 5], from, until).send().await.unwrap();
        families.push((family, booked));
    }
    let days: usize = families.iter().map(|(_, booked)| booked.days.len()).sum();
    let change = HoursChange::Closure { class_id: None, from, until, window: None };
    let made = house.close(change, ANYTHING).await.unwrap();
    assert_eq!((made.touched.len(), days > 450), (days, true));
    for (family, booked) in &families {
        let now = family.call(&GetBooking { id: booked.id }).await.unwrap();
        assert_eq!((now.state, now.price.due_fen), (BookingState::CancelledByNursery, Fen::ZERO));
        let told = app.messages(&family.phone).await;
        assert_eq!(told.iter().filter(|body| body.contains(REASON)).count(), 1);
    }
    app.check_finds_no_difference().await;
}
