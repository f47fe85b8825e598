//! Closing and opening again: what is shown is what is done, at once and wholly.

use doorstep_shared::{
    bookings::{BookingState, CancelBooking, ConfirmBooking, GetBooking, UndoBooking, WaitState},
    hours::{ChangeHours, Fate, GetHours, GetHoursChange, HoursChange, LiftClosure, PreviewHours},
    ids::{ClassId, HoursChangeId},
    nurseries::{ClosedReason, GetAvailability},
    problem::FieldRule,
};
use doorstep_tests::prelude::*;

use super::{DAY, House, NOTHING, REASON, closure, fates};

async fn closed_for(app: &TestApp, house: &House, date: Date) -> Option<ClosedReason> {
    let ask = GetAvailability {
        id: house.nursery.id,
        from: Some(date),
        days: Some(1),
        care: None,
        birth_date: Vec::new(),
        age_months: None,
    };
    app.client().call(&ask).await.unwrap().days.remove(0).closed
}

#[test_on_both]
async fn a_closed_day_is_closed_for_everybody_and_cancelled_free_of_cost(app: TestApp) {
    let house = House::of(&app, 1).await;
    let date = app.in_days(1);
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    let beside = ben.order(&house.mixed, DAY).on(app.in_days(2)).send().await.unwrap();
    // Cancelling it oneself would cost something by now.
    app.clock.advance(chrono::Duration::minutes(10));
    let change = closure(None, date, None);
    let before = app.snapshot().await;
    let shown = house.preview(&change, NOTHING).await;
    assert_eq!(before.differences(&app.snapshot().await), [""; 0], "looking changes nothing");
    assert_eq!(fates(&shown.touched), [Fate::Cancelled]);
    assert_eq!((shown.touched[0].booking_id, shown.touched[0].child_name.as_str()), (booked.id, "Ann-1"));
    let made = house.close(change, NOTHING).await.unwrap();
    assert_eq!(made.touched, shown.touched);

    let now = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!((now.state, now.price.due_fen.0, now.undo), (BookingState::CancelledByNursery, 0, None));
    assert_eq!(now.days[0].closed_for.as_deref(), Some(REASON));
    let told = app.messages(&ann.phone).await.pop().unwrap();
    assert!(told.contains(REASON) && told.contains(&house.nursery.name), "{told}");
    assert!(!app.messages(&ben.phone).await.pop().unwrap().contains(REASON), "the others are told nothing");
    assert_eq!(ben.call(&GetBooking { id: beside.id }).await.unwrap().state, BookingState::Confirmed);
    let reason = ClosedReason::Closure { reason: REASON.to_owned() };
    assert_eq!(closed_for(&app, &house, date).await, Some(reason));
    for offer in [&house.toddlers, &house.mixed] {
        let refused = ben.order(offer, DAY).on(date).send().await.unwrap_err();
        assert_eq!(refused.kind, ProblemKind::Closed);
    }
    let again = ann.call(&UndoBooking { id: booked.id, what: None }).await.unwrap_err();
    assert_eq!(again.kind, ProblemKind::WrongState, "what the nursery did is not the family's to undo");
    let read = house.head.call(&GetHoursChange { id: made.id }).await.unwrap();
    assert_eq!((read.touched, read.reason.as_str(), read.lifted_at), (made.touched, REASON, None));
    let heads = house.head.call(&GetHours {}).await.unwrap().closures;
    assert_eq!(heads.iter().map(|head| (head.id, head.from)).collect::<Vec<_>>(), [(made.id, date)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_booking_that_came_meanwhile_is_shown_before_anything_is_done(app: TestApp) {
    let house = House::of(&app, 1).await;
    let date = app.in_days(1);
    let change = closure(Some(house.toddlers.class), date, None);
    let seen = house.preview(&change, NOTHING).await.seen;
    let ann = app.family("Ann").await;
    let booked = ann.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    let before = app.snapshot().await;
    let ask = ChangeHours { change: change.clone(), instead: NOTHING, reason: REASON.to_owned(), seen };
    let refused = house.head.call(&ask).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::TouchesOthers);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0], "nothing was changed");
    // One that went meanwhile is another list as well.
    let seen = house.preview(&change, NOTHING).await.seen;
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    let refused = house.head.call(&ChangeHours { seen, ..ask }).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::TouchesOthers);
    assert_eq!(house.close(change, NOTHING).await.unwrap().touched, []);
}

#[test_on_both]
async fn nobody_gets_into_a_closed_time_by_a_way_that_was_open_before(app: TestApp) {
    let house = House::of(&app, 1).await;
    let date = app.in_days(1);
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let held = ann.order(&house.toddlers, DAY).on(app.in_days(2)).on(date).hold().send().await.unwrap();
    let gone = ben.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    ben.call(&CancelBooking::all(gone.id)).await.unwrap();
    let made = house.close(closure(Some(house.toddlers.class), date, Some("09:00-10:00")), NOTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::Released; 2], "a hold is given up whole");
    let confirmed = ann.call(&ConfirmBooking { id: held.id }).await.unwrap_err();
    assert_eq!(confirmed.kind, ProblemKind::WrongState);
    let undone = ben.call(&UndoBooking { id: gone.id, what: None }).await.unwrap_err();
    assert_eq!(undone.kind, ProblemKind::SlotFull);
    let booked = cem.order(&house.toddlers, DAY).on(date).send().await.unwrap_err();
    assert_eq!(booked.kind, ProblemKind::Closed);
    assert!(app.messages(&ann.phone).await.pop().unwrap().contains(REASON));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn families_who_book_while_a_head_closes_are_in_her_list_or_refused(app: TestApp) {
    let house = House::of(&app, 20).await;
    let date = app.in_days(1);
    let families = join_all((0..12).map(|number| app.family(["Ann", "Ben", "Cem"][number % 3]))).await;
    let close = async {
        // As a head does who is shown a new list each time.
        loop {
            match house.close(closure(None, date, None), NOTHING).await {
                Ok(made) => return made,
                Err(refused) => assert_eq!(refused.kind, ProblemKind::TouchesOthers),
            }
        }
    };
    let book = join_all(families.iter().map(|family| family.order(&house.mixed, DAY).on(date).send()));
    let (made, booked) = join!(close, book);
    let mut cancelled = 0;
    for (family, answer) in families.iter().zip(booked) {
        match answer {
            Ok(booking) => {
                let state = family.call(&GetBooking { id: booking.id }).await.unwrap().state;
                assert_eq!(state, BookingState::CancelledByNursery, "it was booked before, so it was treated");
                cancelled += 1;
            }
            Err(problem) => assert_eq!(problem.kind, ProblemKind::Closed),
        }
    }
    assert_eq!(made.touched.len(), cancelled);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn opening_again_serves_who_waits_and_revives_nothing(app: TestApp) {
    let house = House::of(&app, 1).await;
    let date = app.in_days(1);
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let booked = ann.order(&house.mixed, DAY).on(date).send().await.unwrap();
    let first = ben.wait_for(&house.mixed, DAY).await.unwrap().id;
    let second = cem.wait_for(&house.mixed, DAY).await.unwrap().id;
    // The place is offered to the first in line when it closes.
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    assert_eq!(ben.entry(first).await.state, WaitState::Offered);
    let made = house.close(closure(None, date, Some("08:00-10:00")), NOTHING).await.unwrap();
    assert_eq!(fates(&made.touched), [Fate::Released]);
    for (family, entry) in [(&ben, first), (&cem, second)] {
        assert_eq!(family.entry(entry).await.state, WaitState::Waiting, "a closed time is offered to nobody");
    }
    assert_eq!((ben.entry(first).await.position, cem.entry(second).await.position), (1, 2));
    app.check_finds_no_difference().await;

    let lifted = house.head.call(&LiftClosure { id: made.id }).await.unwrap();
    assert_eq!((lifted.lifted_at, lifted.touched.len()), (Some(app.now()), 1));
    assert_eq!(ben.entry(first).await.state, WaitState::Offered, "at the old place in line");
    assert_eq!(cem.entry(second).await.state, WaitState::Waiting);
    let again = house.head.call(&LiftClosure { id: made.id }).await.unwrap_err();
    assert_eq!(again.kind, ProblemKind::WrongState);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn families_of_what_was_cancelled_hear_that_it_is_open_again(app: TestApp) {
    let house = House::of(&app, 1).await;
    let date = app.in_days(1);
    let ann = app.family("Ann").await;
    let booked = ann.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    let made = house.close(closure(None, date, None), NOTHING).await.unwrap();
    app.clock.advance(chrono::Duration::minutes(1));
    house.head.call(&LiftClosure { id: made.id }).await.unwrap();
    let told = app.messages(&ann.phone).await.pop().unwrap();
    assert!(told.contains("恢复开放"), "{told}");
    let state = ann.call(&GetBooking { id: booked.id }).await.unwrap().state;
    assert_eq!(state, BookingState::CancelledByNursery, "it stays cancelled");
    assert_eq!(closed_for(&app, &house, date).await, None);
    ann.order(&house.toddlers, DAY).on(date).send().await.unwrap();
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn what_makes_no_change_is_refused_and_changes_nothing(app: TestApp) {
    let (house, other) = (House::of(&app, 1).await, House::of(&app, 1).await);
    let date = app.in_days(1);
    let made = other.close(closure(None, date, None), NOTHING).await.unwrap();
    let before = app.snapshot().await;
    let preview = |change| PreviewHours { change, instead: NOTHING };
    for foreign in [other.toddlers.class, ClassId::new()] {
        let refused = house.head.call(&preview(closure(Some(foreign), date, None))).await.unwrap_err();
        assert_eq!(refused.kind, ProblemKind::NotFound);
    }
    for foreign in [made.id, HoursChangeId::new()] {
        let looked = house.head.call(&GetHoursChange { id: foreign }).await.unwrap_err();
        let lifted = house.head.call(&LiftClosure { id: foreign }).await.unwrap_err();
        assert_eq!((looked.kind, lifted.kind), (ProblemKind::NotFound, ProblemKind::NotFound));
    }
    let backwards = HoursChange::Closure { class_id: None, from: app.in_days(2), until: date, window: None };
    let cases = [
        (closure(None, app.in_days(-1), None), "change.from", FieldRule::InThePast),
        (backwards, "change.until", FieldRule::TooSmall),
    ];
    for (change, field, rule) in cases {
        let refused = house.head.call(&preview(change)).await.unwrap_err();
        assert_eq!((refused.fields[0].field.as_str(), refused.fields[0].rule), (field, rule));
    }
    let change = closure(None, date, None);
    let seen = house.preview(&change, NOTHING).await.seen;
    for (reason, rule) in [(" ".to_owned(), FieldRule::Required), ("长".repeat(61), FieldRule::TooLong)] {
        let ask = ChangeHours { change: change.clone(), instead: NOTHING, reason, seen: seen.clone() };
        let refused = house.head.call(&ask).await.unwrap_err();
        assert_eq!((refused.fields[0].field.as_str(), refused.fields[0].rule), ("reason", rule));
    }
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}
