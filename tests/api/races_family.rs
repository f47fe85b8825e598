//! One family, many hands: what counts per child and per family holds when all call at once.

use doorstep_shared::bookings::{BookingState, CancelBooking, ConfirmBooking, UndoBooking};
use doorstep_tests::prelude::*;

#[test_on_both]
async fn a_child_is_booked_in_one_place_however_many_call_at_once(app: TestApp) {
    let mut offers = Vec::new();
    for _ in 0..12 {
        offers.push(app.offer().places(5).hourly().create().await);
    }
    let ann = app.family("Ann").await;
    let answers = join_all(offers.iter().map(|offer| ann.book(offer, "09:00-11:00"))).await;
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert_eq!(refused.len(), 11, "{refused:?}");
    assert!(refused.iter().all(|problem| problem.kind == ProblemKind::ChildBusy), "{refused:?}");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_family_holds_three_places_however_many_it_asks_for_at_once(app: TestApp) {
    let mut ann = app.family("Ann").await;
    let mut offers = Vec::new();
    for _ in 0..8 {
        ann.add_child(18).await;
        offers.push(app.offer().places(5).hourly().create().await);
    }
    let holds =
        ann.children.iter().zip(&offers).map(|(child, offer)| ann.order(offer, "09:00-11:00").child(child.id).hold());
    let answers = join_all(holds.map(|order| order.send())).await;
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert_eq!(refused.len(), 5, "{refused:?}");
    assert!(refused.iter().all(|problem| problem.kind == ProblemKind::TooManyHolds), "{refused:?}");
}

#[test_on_both]
async fn each_step_of_a_booking_is_taken_once_however_many_ask(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let ann = app.family("Ann").await;
    let held = ann.order(&offer, "09:00-11:00").hold().send().await.unwrap();
    let id = held.id;

    let confirm = ConfirmBooking { id };
    let confirmed = join_all((0..12).map(|_| ann.call(&confirm))).await;
    assert_eq!(confirmed.iter().filter(|answer| answer.is_ok()).count(), 1);
    let cancel = CancelBooking::all(id);
    let cancelled = join_all((0..12).map(|_| ann.call(&cancel))).await;
    assert_eq!(cancelled.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refusals = confirmed.iter().chain(&cancelled).filter_map(|answer| answer.as_ref().err());
    assert!(
        refusals.clone().all(|problem| problem.kind == ProblemKind::WrongState),
        "{:?}",
        refusals.collect::<Vec<_>>()
    );

    // Undoing the cancellation, then undoing the booking, then nothing is left to undo.
    let undo = UndoBooking { id, what: None };
    let undone = join_all((0..12).map(|_| ann.call(&undo))).await;
    assert_eq!(undone.iter().filter(|answer| answer.is_ok()).count(), 2, "{undone:?}");
    let states: Vec<_> = undone.iter().flatten().map(|booking| booking.state).collect();
    assert!(states.contains(&BookingState::Confirmed) && states.contains(&BookingState::CancelledByFamily));
    app.check_finds_no_difference().await;
    assert!(app.family("Ben").await.book(&offer, "09:00-11:00").await.is_ok());
}
