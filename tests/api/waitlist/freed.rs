//! Every way in which a place falls free: those who wait come first.

use doorstep_shared::bookings::{
    CancelBooking, JoinWaitlist, MoveBooking, ReportAbsent, UndoBooking,
    WaitState::{Offered, Waiting},
};
use doorstep_tests::prelude::*;

use super::{AFTERNOON, DAY, MORNING, Place, cancel, pass, standing};
use crate::bookings::run_jobs;

/// Ways to give up the place of tomorrow. Its booking has a second day where there must be one.
#[derive(Clone, Copy, Debug)]
enum Way {
    Cancelled,
    OneDayCancelled,
    Absent,
    MovedToAnotherDay,
    MovedToAnotherNursery,
    BookingUndone,
    HoldGivenBack,
    HoldRanOutAndTheWorkerSawIt,
    HoldRanOutAndAnOrderSawIt,
    HoldRanOutAndAnotherFamilyOfTheLineSawIt,
    MoveUndone,
    MoveToAnotherNurseryUndone,
}

async fn free(app: &TestApp, way: Way, ann: &Family, place: &Place, elsewhere: &Offer) {
    let (tomorrow, next) = (app.in_days(1), app.in_days(2));
    let order = || ann.order(&place.full_day, DAY);
    let is_hold = matches!(
        way,
        Way::HoldGivenBack
            | Way::HoldRanOutAndTheWorkerSawIt
            | Way::HoldRanOutAndAnOrderSawIt
            | Way::HoldRanOutAndAnotherFamilyOfTheLineSawIt
    );
    let booked = match way {
        Way::MoveUndone => {
            let booked = order().on(next).send().await.unwrap();
            ann.call(&MoveBooking { shift_days: -1, ..MoveBooking::of(booked.id) }).await.unwrap()
        }
        Way::MoveToAnotherNurseryUndone => {
            let booked = ann.order(elsewhere, DAY).on(tomorrow).send().await.unwrap();
            let there = MoveBooking { offer_id: Some(place.full_day.id), ..MoveBooking::of(booked.id) };
            ann.call(&there).await.unwrap()
        }
        Way::OneDayCancelled => order().on(tomorrow).on(app.in_days(3)).send().await.unwrap(),
        _ if is_hold => order().on(tomorrow).hold().send().await.unwrap(),
        _ => order().on(tomorrow).send().await.unwrap(),
    };
    let id = booked.id;
    // Everybody has joined by now: see below.
    let (ben, cem) = (app.family("Ben").await, app.family("Cem").await);
    ben.wait_for(&place.full_day, DAY).await.unwrap();
    cem.wait_for(&place.full_day, DAY).await.unwrap();
    match way {
        Way::Cancelled | Way::HoldGivenBack => cancel(ann, &booked).await,
        Way::OneDayCancelled => {
            ann.call(&CancelBooking { dates: vec![tomorrow], ..CancelBooking::all(id) }).await.map(drop).unwrap();
        }
        Way::Absent => ann.call(&ReportAbsent { id, date: tomorrow, child_id: None }).await.map(drop).unwrap(),
        Way::MovedToAnotherDay => {
            ann.call(&MoveBooking { shift_days: 1, ..MoveBooking::of(id) }).await.map(drop).unwrap();
        }
        Way::MovedToAnotherNursery => {
            let there = MoveBooking { offer_id: Some(elsewhere.id), ..MoveBooking::of(id) };
            ann.call(&there).await.map(drop).unwrap();
        }
        Way::BookingUndone | Way::MoveUndone | Way::MoveToAnotherNurseryUndone => {
            ann.call(&UndoBooking { id, what: None }).await.map(drop).unwrap();
        }
        Way::HoldRanOutAndTheWorkerSawIt => {
            pass(app, 10);
            run_jobs(app).await;
        }
        Way::HoldRanOutAndAnOrderSawIt => {
            pass(app, 10);
            let public = app.family("Public").await;
            assert_eq!(public.book(&place.full_day, DAY).await.unwrap_err().kind, ProblemKind::SlotFull);
        }
        Way::HoldRanOutAndAnotherFamilyOfTheLineSawIt => {
            pass(app, 10);
            assert_eq!(standing(&[&cem]).await, [(Waiting, 1)]);
        }
    }
    let public = app.family("Public").await;
    assert_eq!(public.book(&place.half_day, MORNING).await.unwrap_err().kind, ProblemKind::SlotFull, "{way:?}");
    assert_eq!(standing(&[&ben, &cem]).await, [(Offered, 0), (Waiting, 1)], "{way:?}");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn whatever_frees_a_place_it_goes_to_who_waits_before_the_public(app: TestApp) {
    let ways = [
        Way::Cancelled,
        Way::OneDayCancelled,
        Way::Absent,
        Way::MovedToAnotherDay,
        Way::MovedToAnotherNursery,
        Way::BookingUndone,
        Way::HoldGivenBack,
        Way::HoldRanOutAndTheWorkerSawIt,
        Way::HoldRanOutAndAnOrderSawIt,
        Way::HoldRanOutAndAnotherFamilyOfTheLineSawIt,
        Way::MoveUndone,
        Way::MoveToAnotherNurseryUndone,
    ];
    for way in ways {
        let (place, elsewhere) = (Place::of(&app).await, app.offer().full_day().create().await);
        let ann = app.family("Ann").await;
        free(&app, way, &ann, &place, &elsewhere).await;
    }
}

#[test_on_both]
async fn a_full_day_serves_two_half_days_in_order(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem, dora, eve) = (
        app.family("Ann").await,
        app.family("Ben").await,
        app.family("Cem").await,
        app.family("Dora").await,
        app.family("Eve").await,
    );
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    ben.wait_for(&place.half_day, MORNING).await.unwrap();
    let doras = dora.wait_for(&place.full_day, DAY).await.unwrap();
    assert_eq!(doras.position, 2, "the morning's family stands before it");
    let cems = cem.wait_for(&place.half_day, AFTERNOON).await.unwrap();
    assert_eq!(cems.position, 2, "only the whole day's family overlaps the afternoon");
    let eves = eve.wait_for(&place.half_day, MORNING).await.unwrap();
    assert_eq!(eves.position, 3);
    cancel(&ann, &anns).await;
    let expected = [(Offered, 0), (Offered, 0), (Waiting, 1), (Waiting, 2)];
    assert_eq!(standing(&[&ben, &cem, &dora, &eve]).await, expected);
    app.check_finds_no_difference().await;
    // The morning comes back: the whole day does not fit, the next morning does.
    let [bens] = ben.entries().await.try_into().unwrap();
    ben.leave(bens.id).await.unwrap();
    assert_eq!(standing(&[&dora, &eve]).await, [(Waiting, 1), (Offered, 0)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn two_places_make_two_offers_and_no_more(app: TestApp) {
    let place = Place::with(&app, 2).await;
    let mut ann = app.family("Ann").await;
    ann.add_child(18).await;
    let order = ann.children.iter().fold(ann.order(&place.full_day, DAY), |order, child| order.child(child.id));
    let anns = order.send().await.unwrap();
    let (ben, cem, dora) = (app.family("Ben").await, app.family("Cem").await, app.family("Dora").await);
    for family in [&ben, &cem, &dora] {
        family.wait_for(&place.full_day, DAY).await.unwrap();
    }
    cancel(&ann, &anns).await;
    assert_eq!(standing(&[&ben, &cem, &dora]).await, [(Offered, 0), (Offered, 0), (Waiting, 1)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_month_that_is_cancelled_serves_the_line_of_each_day(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.order(&place.full_day, DAY).weekly(&[1, 2, 3, 4, 5], app.in_days(1), app.in_days(28));
    let booked = booked.send().await.unwrap();
    let days = [1, 2, 9].map(|days| app.in_days(days));
    for date in days {
        ben.call(&JoinWaitlist { date, ..ben.wait(&place.full_day, DAY) }).await.unwrap();
    }
    cancel(&ann, &booked).await;
    let entries = ben.entries().await;
    let found: Vec<_> = entries.iter().map(|entry| (entry.date, entry.state)).collect();
    assert_eq!(found, days.map(|date| (date, Offered)));
    app.check_finds_no_difference().await;
}
