//! One day, a range or the rest of a booking: cancelled, or missed.

use chrono::Duration;
use doorstep_shared::{
    Fen,
    bookings::{Booking, BookingState, CancelBooking, DayState, GetBooking, ReportAbsent, UndoBooking, Undoable},
    ids::BookingId,
};
use doorstep_tests::prelude::*;

fn dates(id: BookingId, dates: &[Date]) -> CancelBooking {
    CancelBooking { dates: dates.to_vec(), ..CancelBooking::all(id) }
}

fn range(id: BookingId, from: Date, until: Option<Date>) -> CancelBooking {
    CancelBooking { from: Some(from), until, ..CancelBooking::all(id) }
}

fn absent(id: BookingId, date: Date) -> ReportAbsent {
    ReportAbsent { id, date, child_id: None }
}

/// The dates on which the children are expected.
fn expected(booking: &Booking) -> Vec<Date> {
    booking.days.iter().filter(|day| day.state == DayState::Expected).map(|day| day.date).collect()
}

async fn kind_of<T: std::fmt::Debug>(answer: impl Future<Output = Result<T, Problem>>) -> ProblemKind {
    answer.await.unwrap_err().kind
}

/// Tuesday to Saturday from nine to eleven, 6,000 fen a day, free until twelve hours before and then half.
async fn five_days(app: &TestApp) -> (Family, Booking, Vec<Date>) {
    let offer = app.offer().places(1).hourly().price_fen(3_000).cancel_rule(12, 50).create().await;
    let ann = app.family("Ann").await;
    let days: Vec<_> = (1..=5).map(|days| app.in_days(days)).collect();
    let order = days.iter().fold(ann.order(&offer, "09:00-11:00"), |order, day| order.on(*day));
    let booked = order.send().await.unwrap();
    (ann, booked, days)
}

#[test_on_both]
async fn each_cancelled_day_costs_what_the_rule_says_for_it(app: TestApp) {
    let (ann, booked, days) = five_days(&app).await;
    let id = booked.id;
    // Monday at ten in the evening: the first day is eleven hours ahead.
    app.clock.advance(Duration::hours(14));
    let ann = ann.again(&app).await;
    let seen = ann.call(&GetBooking { id }).await.unwrap();
    let costs: Vec<_> = seen.days.iter().map(|day| day.cancel_cost_fen).collect();
    assert_eq!(costs, [3_000, 0, 0, 0, 0].map(Fen), "told before, for each day");
    assert_eq!(seen.days[1].free_cancel_until, Timestamp::at(days[1], "21:00".parse().unwrap()) - Duration::days(1));

    let left = ann.call(&dates(id, &[days[0], days[2]])).await.unwrap();
    assert_eq!((left.state, expected(&left)), (BookingState::Confirmed, vec![days[1], days[3], days[4]]));
    let price = &left.price;
    assert_eq!((price.total_fen, price.cancelled_fen, price.due_fen), (Fen(18_000), Fen(3_000), Fen(21_000)));
    assert_eq!((price.lines.len(), price.lines[0].units, left.cancel_cost_fen), (1, 12, Fen(0)));
    assert_eq!(
        left.undo.map(|undo| (undo.what, undo.until)),
        Some((Undoable::Cancellation, app.now() + Duration::minutes(5)))
    );
    assert!(left.door_code.is_some(), "the rest stands");

    let left = ann.call(&range(id, days[1], Some(days[3]))).await.unwrap();
    assert_eq!((expected(&left), left.price.due_fen), (vec![days[4]], Fen(9_000)));
    let ended = ann.call(&range(id, days[2], None)).await.unwrap();
    assert_eq!((ended.state, expected(&ended)), (BookingState::CancelledByFamily, vec![]));
    assert_eq!(
        (ended.cancel_cost_fen, ended.price.due_fen, ended.price.total_fen),
        (Fen(3_000), Fen(3_000), Fen(30_000))
    );
    assert_eq!(kind_of(ann.call(&dates(id, &[days[4]]))).await, ProblemKind::WrongState);
    app.check_finds_no_difference().await;

    let told = app.messages(&booked.nursery.id.to_string()).await;
    assert_eq!(told.len(), 4, "booked, and each cancellation: {told:?}");
    assert!(told[1].contains("3月3日、3月5日 09:00"), "{}", told[1]);
    assert!(app.messages(&ann.phone).await.iter().any(|text| text.contains("¥30") && text.contains("¥210")));
}

#[test_on_both]
async fn undoing_brings_back_exactly_the_days_of_the_last_cancellation(app: TestApp) {
    let (ann, booked, days) = five_days(&app).await;
    let id = booked.id;
    // At one and the same instant of the clock.
    ann.call(&dates(id, &[days[0]])).await.unwrap();
    ann.call(&dates(id, &[days[1], days[2]])).await.unwrap();
    let undone = ann.call(&UndoBooking { id, what: None }).await.unwrap();
    assert_eq!(expected(&undone), days[1..]);
    // What comes before the cancellation is the booking itself; the first day stays out of it.
    assert_eq!(undone.undo.map(|undo| undo.what), Some(Undoable::Booking));
    app.check_finds_no_difference().await;

    ann.call(&range(id, days[1], None)).await.unwrap();
    let undone = ann.call(&UndoBooking { id, what: None }).await.unwrap();
    assert_eq!((undone.state, expected(&undone)), (BookingState::Confirmed, days[1..].to_vec()));
    ann.call(&dates(id, &[days[1]])).await.unwrap();
    app.clock.advance(Duration::minutes(5));
    assert_eq!(kind_of(ann.call(&UndoBooking { id, what: None })).await, ProblemKind::TooLateToUndo);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_cancelled_day_is_free_for_others_and_comes_back_with_all_its_fellows_or_not_at_all(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (first, second) = (app.in_days(1), app.in_days(2));
    let id = ann.order(&offer, "09:00-11:00").on(first).on(second).on(app.in_days(3)).send().await.unwrap().id;
    ann.call(&dates(id, &[first, second])).await.unwrap();
    let bens = ben.order(&offer, "10:00-12:00").on(second).send().await.unwrap();
    let before = app.snapshot().await;
    assert_eq!(kind_of(ann.call(&UndoBooking { id, what: None })).await, ProblemKind::SlotFull);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    ben.call(&CancelBooking::all(bens.id)).await.unwrap();
    assert_eq!(expected(&ann.call(&UndoBooking { id, what: None }).await.unwrap()).len(), 3);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn while_a_booking_can_be_undone_a_part_of_it_is_cancelled_free_of_cost_too(app: TestApp) {
    let offer = app.offer().places(1).hourly().cancel_rule(48, 100).create().await;
    let ann = app.family("Ann").await;
    let (first, second) = (app.in_days(1), app.in_days(2));
    let id = ann.order(&offer, "09:00-11:00").on(first).on(second).send().await.unwrap().id;
    let left = ann.call(&dates(id, &[first])).await.unwrap();
    assert_eq!(
        (left.price.cancelled_fen, left.price.due_fen),
        (Fen(0), Fen(6_000)),
        "the rule would ask for all of it"
    );
    ann.call(&dates(id, &[second])).await.unwrap();
    let stands = ann.call(&UndoBooking { id, what: None }).await.unwrap();
    assert_eq!((stands.state, stands.price.due_fen), (BookingState::Confirmed, Fen(6_000)));
    let undone = ann.call(&UndoBooking { id, what: None }).await.unwrap();
    assert_eq!((undone.state, undone.price.due_fen, undone.undo), (BookingState::CancelledByFamily, Fen(0), None));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn an_absence_frees_the_place_for_another_family_at_once(app: TestApp) {
    let offer = app.offer().places(1).full_day().price_fen(18_000).cancel_rule(12, 50).create().await;
    let hourly = app.offer().beside(&offer).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (sick, other) = (app.in_days(1), app.in_days(2));
    let id = ann.order(&offer, "08:00-17:30").on(sick).on(other).send().await.unwrap().id;
    // Tuesday, half past nine: the care has begun at eight.
    app.clock.advance(Duration::minutes(25 * 60 + 30));
    let (ann, ben) = (ann.again(&app).await, ben.again(&app).await);
    assert_eq!(kind_of(ben.order(&hourly, "11:00-13:00").on(sick).send()).await, ProblemKind::SlotFull);
    let left = ann.call(&absent(id, sick)).await.unwrap();
    let states: Vec<_> = left.days.iter().map(|day| day.state).collect();
    assert_eq!((left.state, states), (BookingState::Confirmed, vec![DayState::Absent, DayState::Expected]));
    assert_eq!((left.price.cancelled_fen, left.price.due_fen), (Fen(18_000), Fen(36_000)), "it had begun");
    let bens = ben.order(&hourly, "11:00-13:00").on(sick).send().await.unwrap();
    assert_eq!(kind_of(ann.call(&UndoBooking { id, what: None })).await, ProblemKind::SlotFull);
    ben.call(&CancelBooking::all(bens.id)).await.unwrap();
    assert_eq!(expected(&ann.call(&UndoBooking { id, what: None }).await.unwrap()), [sick, other]);
    // The day after, in time: half of nothing.
    let left = ann.call(&absent(id, other)).await.unwrap();
    assert_eq!(left.price.cancelled_fen, Fen(0));
    assert!(app.messages(&offer.nursery.to_string()).await.iter().any(|text| text.contains("请假")));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn one_of_two_siblings_may_be_absent(app: TestApp) {
    let offer = app.offer().places(2).hourly().create().await;
    let mut ann = app.family("Ann").await;
    let (one, other) = (ann.child().id, ann.add_child(20).await.id);
    let id = ann.order(&offer, "09:00-11:00").child(one).child(other).send().await.unwrap().id;
    let ask = ReportAbsent { child_id: Some(other), ..absent(id, app.in_days(1)) };
    let left = ann.call(&ask).await.unwrap();
    let coming: Vec<_> =
        left.days.iter().filter(|day| day.state == DayState::Expected).map(|day| day.child_id).collect();
    assert_eq!((coming, left.price.lines.len()), (vec![one], 1));
    let refused = ann.call(&ask).await.unwrap_err();
    assert_eq!((refused.kind, refused.fields[0].field.as_str()), (ProblemKind::Invalid, "child_id"));
    let ended = ann.call(&CancelBooking::all(id)).await.unwrap();
    assert_eq!(ended.state, BookingState::CancelledByFamily);
    assert_eq!(ann.call(&UndoBooking { id, what: None }).await.unwrap().price.lines.len(), 1, "the absence stays");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_part_that_cannot_be_given_up_is_refused_and_changes_nothing(app: TestApp) {
    let (ann, booked, days) = five_days(&app).await;
    let held = {
        let offer = app.offer().hourly().create().await;
        ann.order(&offer, "14:00-15:00").on(days[0]).on(days[1]).hold().send().await.unwrap()
    };
    let id = booked.id;
    let refused = ann.call(&dates(held.id, &[days[0]])).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::WrongState, "a hold is given up whole");
    assert_eq!(kind_of(ann.call(&absent(held.id, days[0]))).await, ProblemKind::WrongState);
    ann.call(&dates(id, &[days[1]])).await.unwrap();
    // Tuesday at noon: the first day is over.
    app.clock.advance(Duration::hours(28));
    let ann = ann.again(&app).await;
    let before = app.snapshot().await;
    let far = app.in_days(30);
    let cases: [(&str, CancelBooking, ProblemKind, &str); 5] = [
        ("a day that is past", dates(id, &[days[0]]), ProblemKind::WrongState, "dates.0"),
        ("a day cancelled before", dates(id, &[days[2], days[1]]), ProblemKind::Invalid, "dates.1"),
        ("a day it never had", dates(id, &[far]), ProblemKind::Invalid, "dates.0"),
        ("a range that is past", range(id, days[0], Some(days[0])), ProblemKind::WrongState, ""),
        ("a range without its days", range(id, far, None), ProblemKind::WrongState, ""),
    ];
    for (name, ask, kind, field) in cases {
        let refused = ann.call(&ask).await.unwrap_err();
        let named = refused.fields.first().map(|field| field.field.clone()).unwrap_or_default();
        assert_eq!((refused.kind, named.as_str()), (kind, field), "{name}: {refused}");
    }
    let cases = [
        ("a day that is over", days[0], ProblemKind::WrongState),
        ("a day cancelled before", days[1], ProblemKind::Invalid),
        ("a day it never had", far, ProblemKind::Invalid),
    ];
    for (name, date, kind) in cases {
        let refused = ann.call(&absent(id, date)).await.unwrap_err();
        assert_eq!((refused.kind, refused.fields[0].field.as_str()), (kind, "date"), "{name}");
    }
    let after = app.snapshot().await;
    assert_eq!(before.differences(&after), [""; 0]);
}

#[test_on_both]
async fn the_rest_may_be_cancelled_while_the_first_days_stand(app: TestApp) {
    let (ann, booked, days) = five_days(&app).await;
    app.clock.advance(Duration::hours(28));
    let ann = ann.again(&app).await;
    let left = ann.call(&range(booked.id, days[0], None)).await.unwrap();
    // The first day has been; the rest was in time.
    assert_eq!((left.state, expected(&left)), (BookingState::Confirmed, vec![days[0]]));
    assert_eq!((left.price.due_fen, left.price.cancelled_fen), (Fen(6_000), Fen(0)));
    assert_eq!(kind_of(ann.call(&CancelBooking::all(booked.id))).await, ProblemKind::WrongState);
    app.check_finds_no_difference().await;
}
