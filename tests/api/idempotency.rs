//! The same key and the same body give the committed answer again.

use doorstep_shared::{
    Endpoint,
    bookings::{Booking, CancelBooking, ConfirmBooking, ExtendHold, UndoBooking, Undoable},
};
use doorstep_tests::prelude::*;
use serde_json::json;

#[test_on_both]
async fn a_repeated_call_books_once(app: TestApp) {
    let offer = app.offer().places(5).hourly().create().await;
    let ann = app.family("Ann").await;
    let order = ann.order(&offer, "09:00-11:00").request();
    let first = ann.call_once(&order, Some("one")).await.unwrap();
    let repeats = join_all((0..8).map(|_| ann.call_once(&order, Some("one")))).await;
    for repeat in repeats {
        assert_eq!(repeat.unwrap(), first);
    }
    let listed = ann.get("/api/v1/bookings").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn simultaneous_calls_with_one_key_book_once(app: TestApp) {
    let offer = app.offer().places(5).hourly().create().await;
    let ann = app.family("Ann").await;
    let order = ann.order(&offer, "09:00-11:00").request();
    let answers = join_all((0..16).map(|_| ann.call_once(&order, Some("one")))).await;
    let booked: Vec<_> = answers.into_iter().filter_map(Result::ok).map(|booking| booking.id).collect();
    assert!(!booked.is_empty());
    assert!(booked.iter().all(|id| *id == booked[0]), "{booked:?}");
    let listed = ann.get("/api/v1/bookings").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

/// Six at once, each over a connection of its own. All are told the same, and it happened once.
async fn all_are_answered_alike<E>(family: &Family, name: &str, request: E)
where
    E: Endpoint<Response = Booking>,
{
    let answers = join_all((0..6).map(|_| family.call_once(&request, Some(name)))).await;
    let first = answers[0].clone().unwrap_or_else(|problem| panic!("{name}: {problem}"));
    for answer in answers {
        assert_eq!(answer.as_ref(), Ok(&first), "{name}");
    }
}

#[test_on_both]
async fn simultaneous_calls_with_one_key_change_a_booking_once(app: TestApp) {
    let offer = app.offer().places(5).hourly().create().await;
    let ann = app.family("Ann").await;
    for round in 0..4 {
        let id = ann.order(&offer, "09:00-11:00").hold().send().await.unwrap().id;
        all_are_answered_alike(&ann, &format!("extend {round}"), ExtendHold { id }).await;
        all_are_answered_alike(&ann, &format!("confirm {round}"), ConfirmBooking { id }).await;
        all_are_answered_alike(&ann, &format!("cancel {round}"), CancelBooking::all(id)).await;
        let what = Some(Undoable::Cancellation);
        all_are_answered_alike(&ann, &format!("undo {round}"), UndoBooking { id, what }).await;
        all_are_answered_alike(&ann, &format!("cancel again {round}"), CancelBooking::all(id)).await;
    }
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_key_is_bound_to_its_body_its_route_and_its_account(app: TestApp) {
    let offer = app.offer().places(5).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let order = ann.order(&offer, "09:00-11:00").request();
    let first = ann.call_once(&order, Some("one")).await.unwrap();

    let before = app.snapshot().await;
    let another = ann.order(&offer, "14:00-16:00").request();
    let refused = ann.call_once(&another, Some("one")).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::KeyReused);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);

    let bens = ben.call_once(&ben.order(&offer, "09:00-11:00").request(), Some("one")).await.unwrap();
    assert_ne!(bens.id, first.id);
    let cancelled = ann.call_once(&CancelBooking::all(first.id), Some("one")).await.unwrap();
    assert_eq!(cancelled.id, first.id);
}

#[test_on_both]
async fn a_refusal_is_decided_afresh(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let bens = ben.book(&offer, "09:00-11:00").await.unwrap();
    let order = ann.order(&offer, "09:00-11:00").request();
    assert_eq!(ann.call_once(&order, Some("one")).await.unwrap_err().kind, ProblemKind::SlotFull);
    ben.call(&CancelBooking::all(bens.id)).await.unwrap();
    assert!(ann.call_once(&order, Some("one")).await.is_ok());
}

#[test_on_both]
async fn a_key_is_forgotten_after_a_day(app: TestApp) {
    let offer = app.offer().places(5).hourly().create().await;
    let mut ann = app.family("Ann").await;
    let date = app.in_days(7);
    let order = ann.order(&offer, "09:00-11:00").on(date).request();
    let first = ann.call_once(&order, Some("one")).await.unwrap();
    app.clock.advance(chrono::Duration::hours(25));
    let phone = ann.phone.clone();
    let again = Family::sign_in(&app, "Ann", &phone).await;
    ann.bear(&again.token().unwrap());
    ann.add_child(18).await;
    // The same key means a new call now; the child is booked then already.
    assert_eq!(ann.call_once(&order, Some("one")).await.unwrap_err().kind, ProblemKind::ChildBusy);
    assert_eq!(ann.get(&format!("/api/v1/bookings/{}", first.id)).await.status, 200);
}

#[test_on_both]
async fn booking_without_a_key_is_refused(app: TestApp) {
    let offer = app.offer().places(5).hourly().create().await;
    let ann = app.family("Ann").await;
    let order = ann.order(&offer, "09:00-11:00").request();
    assert_eq!(ann.call_once(&order, None).await.unwrap_err().kind, ProblemKind::KeyMissing);
    for key in [String::new(), "x".repeat(129), "\u{e9}".to_owned()] {
        let call = ann.request("POST", "/api/v1/bookings").header("idempotency-key", key.as_str()).json(&json!(order));
        let answer = doorstep_tests::read(call).await;
        assert_eq!(answer.problem().kind, ProblemKind::Malformed, "{key:?}");
    }
}
