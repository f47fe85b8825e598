//! A place that came free, offered to one family at a time.

use doorstep_shared::bookings::{
    AcceptPlace, BookingState, ConfirmBooking, ExtendHold, JoinWaitlist, RejoinWaitlist, UndoBooking,
    WaitState::{Accepted, Declined, Expired, Lapsed, Left, Offered, Waiting},
};
use doorstep_tests::prelude::*;

use super::{AFTERNOON, DAY, MORNING, Place, booking, cancel, pass, standing};
use crate::bookings::run_jobs;

#[test_on_both]
async fn the_first_in_line_is_offered_the_place_and_nobody_else_can_have_it(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem, public) =
        (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await, app.family("Dora").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    let first = ben.wait_for(&place.full_day, DAY).await.unwrap();
    let second = cem.wait_for(&place.full_day, DAY).await.unwrap();
    assert_eq!((first.state, first.position, first.offer_expires_at), (Waiting, 1, None));
    assert_eq!((second.state, second.position), (Waiting, 2));

    cancel(&ann, &anns).await;
    let offered = ben.entry(first.id).await;
    assert_eq!((offered.state, offered.position), (Offered, 0));
    assert_eq!(offered.offer_expires_at, Some(app.now() + chrono::Duration::minutes(30)), "half an hour by day");
    assert_eq!((cem.entry(second.id).await.state, cem.entry(second.id).await.position), (Waiting, 1));
    assert_eq!(public.book(&place.full_day, DAY).await.unwrap_err().kind, ProblemKind::SlotFull);
    assert_eq!(public.book(&place.half_day, MORNING).await.unwrap_err().kind, ProblemKind::SlotFull);
    let texts = app.messages(&ben.phone).await;
    assert!(texts.last().unwrap().contains("候补到位") && texts.last().unwrap().contains("08:30"), "{texts:?}");
    app.check_finds_no_difference().await;

    assert_eq!(cem.accept(first.id).await.unwrap_err().kind, ProblemKind::NotFound, "it is another family's");
    assert_eq!(cem.accept(second.id).await.unwrap_err().kind, ProblemKind::WrongState);
    let won = ben.accept(first.id).await.unwrap();
    assert_eq!((won.state, won.position, won.offer_expires_at), (Accepted, 0, None));
    assert_eq!(booking(&ben, won.booking_id).await.state, BookingState::Confirmed);
    assert_eq!(ben.accept(first.id).await.unwrap_err().kind, ProblemKind::WrongState, "it was accepted already");
    assert_eq!(standing(&[&cem]).await, [(Waiting, 1)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn an_offer_that_runs_out_goes_to_the_next_whoever_notices(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem, dora) =
        (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await, app.family("Dora").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    for family in [&ben, &cem, &dora] {
        family.wait_for(&place.full_day, DAY).await.unwrap();
    }
    cancel(&ann, &anns).await;
    let [bens] = ben.entries().await.try_into().unwrap();
    pass(&app, 30);
    // No worker has run. What is stale cannot be accepted, and reading tells what time has decided.
    let ben = ben.again(&app).await;
    assert_eq!(ben.entry(bens.id).await.state, Expired);
    assert_eq!(ben.accept(bens.id).await.unwrap_err().kind, ProblemKind::HoldExpired);
    let stale = ConfirmBooking { id: bens.booking_id.unwrap() };
    assert_eq!(ben.call(&stale).await.unwrap_err().kind, ProblemKind::HoldExpired);
    let (cem, dora) = (cem.again(&app).await, dora.again(&app).await);
    assert_eq!(standing(&[&cem, &dora]).await, [(Offered, 0), (Waiting, 1)]);
    let [cems] = cem.entries().await.try_into().unwrap();
    assert_eq!(cems.offer_expires_at, Some(app.now() + chrono::Duration::minutes(30)));
    assert!(app.messages(&ben.phone).await.iter().any(|text| text.contains("过时未确认")));
    app.check_finds_no_difference().await;

    // The worker does the same.
    pass(&app, 30);
    run_jobs(&app).await;
    assert_eq!(standing(&[&cem.again(&app).await, &dora.again(&app).await]).await, [(Expired, 0), (Offered, 0)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_next_in_line_may_accept_what_ran_out_although_nobody_has_noticed(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    ben.wait_for(&place.full_day, DAY).await.unwrap();
    let cems = cem.wait_for(&place.full_day, DAY).await.unwrap();
    cancel(&ann, &anns).await;
    pass(&app, 30);
    let won = cem.again(&app).await.accept(cems.id).await.unwrap();
    assert_eq!(won.state, Accepted);
    assert_eq!(standing(&[&ben.again(&app).await]).await, [(Expired, 0)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_public_order_that_finds_an_offer_run_out_serves_the_line_first(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    ben.wait_for(&place.full_day, DAY).await.unwrap();
    cem.wait_for(&place.full_day, DAY).await.unwrap();
    cancel(&ann, &anns).await;
    pass(&app, 30);
    let public = app.family("Dora").await;
    assert_eq!(public.book(&place.full_day, DAY).await.unwrap_err().kind, ProblemKind::SlotFull);
    // The order was refused, and yet the place was given: the state in the database says so, not the clock.
    let offered = app.messages(&cem.phone).await;
    assert!(offered.last().unwrap().contains("候补到位"), "{offered:?}");
    assert_eq!(standing(&[&cem.again(&app).await]).await, [(Offered, 0)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_place_is_booked_at_once_for_who_allowed_it_until_then(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    let until = app.now() + chrono::Duration::minutes(10);
    let soon = JoinWaitlist { auto_accept_until: Some(until), ..ben.wait(&place.full_day, DAY) };
    let late = JoinWaitlist {
        auto_accept_until: Some(app.now() + chrono::Duration::hours(20)),
        ..cem.wait(&place.full_day, DAY)
    };
    let (bens, cems) = (ben.call(&soon).await.unwrap(), cem.call(&late).await.unwrap());
    pass(&app, 11);
    cancel(&ann, &anns).await;
    assert_eq!(ben.entry(bens.id).await.state, Offered, "it was allowed until a minute ago: the family is asked");
    let bens_place = ben.leave(bens.id).await.unwrap();
    assert_eq!((bens_place.state, bens_place.rejoin_until), (Declined, None));
    let won = cem.entry(cems.id).await;
    assert_eq!(won.state, Accepted);
    assert_eq!(booking(&cem, won.booking_id).await.state, BookingState::Confirmed);
    let texts = app.messages(&cem.phone).await;
    assert!(texts.last().unwrap().contains("已为您预约"), "{texts:?}");
    app.check_finds_no_difference().await;
    // Undone within five minutes as every booking.
    let undone = cem.call(&UndoBooking { id: won.booking_id.unwrap(), what: None }).await.unwrap();
    assert_eq!(undone.state, BookingState::CancelledByFamily);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn an_offered_place_is_confirmed_and_given_back_like_any_hold_but_not_extended(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    let bens = ben.wait_for(&place.full_day, DAY).await.unwrap();
    let cems = cem.wait_for(&place.full_day, DAY).await.unwrap();
    cancel(&ann, &anns).await;
    let held = booking(&ben, ben.entry(bens.id).await.booking_id).await;
    assert_eq!((held.state, held.can_extend), (BookingState::Held, false), "others wait behind it");
    assert_eq!(ben.call(&ExtendHold { id: held.id }).await.unwrap_err().kind, ProblemKind::WrongState);
    cancel(&ben, &held).await;
    assert_eq!(ben.entry(bens.id).await.state, Declined);
    let place = cem.entry(cems.id).await.booking_id.expect("it is the next one's");
    cem.call(&ConfirmBooking { id: place }).await.unwrap();
    assert_eq!(cem.entry(cems.id).await.state, Accepted);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn who_leaves_comes_back_to_the_old_place_for_five_minutes(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    let bens = ben.wait_for(&place.full_day, DAY).await.unwrap();
    cem.wait_for(&place.full_day, DAY).await.unwrap();
    let left = ben.leave(bens.id).await.unwrap();
    assert_eq!((left.state, left.rejoin_until), (Left, Some(app.now() + chrono::Duration::minutes(5))));
    assert_eq!(standing(&[&cem]).await, [(Waiting, 1)]);
    assert_eq!(ben.leave(bens.id).await.unwrap_err().kind, ProblemKind::WrongState);
    pass(&app, 4);
    let back = ben.call(&RejoinWaitlist { id: bens.id }).await.unwrap();
    assert_eq!((back.state, back.position), (Waiting, 1));
    assert_eq!(standing(&[&cem]).await, [(Waiting, 2)]);
    assert_eq!(ben.call(&RejoinWaitlist { id: bens.id }).await.unwrap_err().kind, ProblemKind::WrongState);
    app.check_finds_no_difference().await;

    // What came free meanwhile went to the next; what is free still is offered at once.
    ben.leave(bens.id).await.unwrap();
    cancel(&ann, &anns).await;
    let [cems] = cem.entries().await.try_into().unwrap();
    assert_eq!(cems.state, Offered);
    cem.leave(cems.id).await.unwrap();
    assert_eq!(ben.call(&RejoinWaitlist { id: bens.id }).await.unwrap().state, Offered);
    app.check_finds_no_difference().await;

    let dora = app.family("Dora").await;
    let doras = dora.wait_for(&place.full_day, DAY).await.unwrap();
    dora.leave(doras.id).await.unwrap();
    pass(&app, 5);
    assert_eq!(dora.call(&RejoinWaitlist { id: doras.id }).await.unwrap_err().kind, ProblemKind::TooLateToUndo);
    assert_eq!(dora.entry(doras.id).await.rejoin_until, None);
}

#[test_on_both]
async fn who_joins_anew_does_not_come_back_as_well(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, mut ben) = (app.family("Ann").await, app.family("Ben").await);
    ben.add_child(18).await;
    ann.book(&place.full_day, DAY).await.unwrap();
    let both = ben.children.iter().map(|child| child.id).collect();
    let first = ben.call(&JoinWaitlist { child_ids: both, ..ben.wait(&place.full_day, DAY) }).await.unwrap();
    ben.leave(first.id).await.unwrap();
    let second = ben.wait_for(&place.full_day, DAY).await.unwrap();
    assert_ne!(first.id, second.id, "one child alone is another wish");
    assert_eq!(ben.call(&RejoinWaitlist { id: first.id }).await.unwrap_err().kind, ProblemKind::AlreadyWaiting);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn who_leaves_and_joins_again_and_again_has_one_entry_at_the_end_of_the_line(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    let first = ben.wait_for(&place.full_day, DAY).await.unwrap();
    cem.wait_for(&place.full_day, DAY).await.unwrap();
    for _ in 0..3 {
        ben.leave(first.id).await.unwrap();
        pass(&app, 1);
        let again = ben.wait_for(&place.full_day, DAY).await.unwrap();
        assert_eq!((again.id, again.state, again.position), (first.id, Waiting, 2));
        assert_eq!((again.joined_at, again.ended_at, again.rejoin_until), (app.now(), None, None));
    }
    assert_eq!(ben.call(&RejoinWaitlist { id: first.id }).await.unwrap_err().kind, ProblemKind::WrongState);
    assert_eq!(ben.entries().await.len(), 1);
    cancel(&ann, &anns).await;
    assert_eq!(standing(&[&ben, &cem]).await, [(Waiting, 1), (Offered, 0)], "who stayed comes first");
    // What was offered is told for itself: who declines it and waits again has another entry.
    let cems = cem.entries().await.remove(0);
    cem.leave(cems.id).await.unwrap();
    let again = cem.wait_for(&place.full_day, DAY).await.unwrap();
    assert_ne!(again.id, cems.id);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn other_lists_are_left_only_by_who_says_so(app: TestApp) {
    for (name, leaves, is_auto) in [("stays", false, false), ("leaves", true, false), ("leaves unasked", true, true)] {
        let (one, other) = (Place::of(&app).await, Place::of(&app).await);
        let (ann, cem, mut ben) = (app.family("Ann").await, app.family("Cem").await, app.family("Ben").await);
        ben.add_child(18).await;
        let anns = ann.book(&one.full_day, DAY).await.unwrap();
        cem.order(&other.full_day, DAY).on(app.in_days(1)).on(app.in_days(2)).send().await.unwrap();
        let ask = JoinWaitlist {
            auto_accept_until: is_auto.then(|| app.now() + chrono::Duration::hours(2)),
            leave_others: is_auto && leaves,
            ..ben.wait(&one.half_day, MORNING)
        };
        let wanted = ben.call(&ask).await.unwrap().id;
        let same_time = ben.wait_for(&other.full_day, DAY).await.unwrap().id;
        let other_time = ben.wait_for(&other.half_day, AFTERNOON).await.unwrap().id;
        let other_day = JoinWaitlist { date: app.in_days(2), ..ben.wait(&other.half_day, MORNING) };
        let other_day = ben.call(&other_day).await.unwrap().id;
        let sibling = JoinWaitlist { child_ids: vec![ben.children[1].id], ..ben.wait(&other.half_day, MORNING) };
        let sibling = ben.call(&sibling).await.unwrap().id;
        cancel(&ann, &anns).await;
        if !is_auto {
            ben.call(&AcceptPlace { id: wanted, leave_others: leaves }).await.unwrap();
        }
        assert_eq!(ben.entry(wanted).await.state, Accepted, "{name}");
        assert_eq!(ben.entry(same_time).await.state, if leaves { Left } else { Waiting }, "{name}");
        for stays in [other_time, other_day, sibling] {
            assert_eq!(ben.entry(stays).await.state, Waiting, "{name}: another time, day or child");
        }
        app.check_finds_no_difference().await;
    }
}

#[test_on_both]
async fn who_could_not_book_is_passed_over_with_a_reason_and_holds_nobody_up(app: TestApp) {
    let (place, elsewhere) = (Place::of(&app).await, Place::of(&app).await);
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    let bens = ben.wait_for(&place.full_day, DAY).await.unwrap();
    let cems = cem.wait_for(&place.full_day, DAY).await.unwrap();
    let booked = ben.book(&elsewhere.half_day, MORNING).await.unwrap();
    cancel(&ann, &anns).await;
    let passed = ben.entry(bens.id).await;
    assert_eq!(passed.state, Waiting);
    assert_eq!(passed.passed_over.map(|passed| (passed.at, passed.why)), Some((app.now(), ProblemKind::ChildBusy)));
    assert_eq!(cem.entry(cems.id).await.state, Offered);
    // The next one gives it back, too: it stays free, and the worker offers it once the child is free.
    cem.leave(cems.id).await.unwrap();
    assert_eq!(ben.entry(bens.id).await.state, Waiting);
    cancel(&ben, &booked).await;
    run_jobs(&app).await;
    let offered = ben.entry(bens.id).await;
    assert_eq!((offered.state, offered.passed_over), (Offered, None));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn siblings_wait_together_and_both_fit_or_neither(app: TestApp) {
    let place = Place::with(&app, 2).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let mut twins = app.family("Twins").await;
    twins.add_child(18).await;
    let (anns, bens) = (ann.book(&place.full_day, DAY).await.unwrap(), ben.book(&place.full_day, DAY).await.unwrap());
    let both = twins.children.iter().map(|child| child.id).collect();
    let ask = JoinWaitlist { child_ids: both, ..twins.wait(&place.full_day, DAY) };
    let entry = twins.call(&ask).await.unwrap();
    let cem = app.family("Cem").await;
    cem.wait_for(&place.full_day, DAY).await.unwrap();
    cancel(&ann, &anns).await;
    assert_eq!(twins.entry(entry.id).await.state, Waiting, "one place is not enough");
    assert_eq!(standing(&[&cem]).await, [(Offered, 0)], "for the next it is");
    let [cems] = cem.entries().await.try_into().unwrap();
    cem.leave(cems.id).await.unwrap();
    cancel(&ben, &bens).await;
    let offered = twins.entry(entry.id).await;
    assert_eq!((offered.state, booking(&twins, offered.booking_id).await.days.len()), (Offered, 2));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn nobody_must_answer_at_night_and_nobody_may_when_it_is_too_late(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let tomorrow = ann.book(&place.full_day, DAY).await.unwrap();
    let later = ann.order(&place.full_day, DAY).on(app.in_days(2)).send().await.unwrap();
    let next = ben.wait_for(&place.full_day, DAY).await.unwrap();
    let ask = JoinWaitlist { date: app.in_days(2), ..ben.wait(&place.full_day, DAY) };
    let after = ben.call(&ask).await.unwrap();
    // A quarter to nine in the evening.
    pass(&app, 12 * 60 + 45);
    let (ann, ben) = (ann.again(&app).await, ben.again(&app).await);
    cancel(&ann, &tomorrow).await;
    cancel(&ann, &later).await;
    let at = |time: &str| Some(Timestamp::at(app.in_days(1), time.parse().unwrap()));
    assert_eq!(
        ben.entry(after.id).await.offer_expires_at,
        at("08:00").map(|eight| eight + chrono::Duration::minutes(15))
    );
    assert_eq!(
        ben.entry(next.id).await.offer_expires_at,
        at("07:00"),
        "an hour before it begins nothing can be booked"
    );
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn an_entry_lapses_when_the_care_begins(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    let entry = ben.wait_for(&place.full_day, DAY).await.unwrap();
    pass(&app, 24 * 60);
    let (ann, ben) = (ann.again(&app).await, ben.again(&app).await);
    assert_eq!(
        (ben.entry(entry.id).await.state, ben.entry(entry.id).await.position),
        (Lapsed, 0),
        "by the clock alone"
    );
    assert_eq!(ben.leave(entry.id).await.unwrap_err().kind, ProblemKind::WrongState);
    run_jobs(&app).await;
    assert_eq!(ben.entry(entry.id).await.state, Lapsed);
    let told = app.messages(&ben.phone).await.into_iter().filter(|text| text.contains("候补已结束")).count();
    assert_eq!(told, 1);
    drop((ann, anns));
    app.check_finds_no_difference().await;
    // A month later nothing of it is left.
    app.clock.advance(chrono::Duration::days(32));
    run_jobs(&app).await;
    assert_eq!(ben.again(&app).await.entries().await, []);
}

#[test_on_both]
async fn a_place_that_is_added_is_offered_by_the_worker(app: TestApp) {
    use diesel::prelude::*;
    use doorstep_server::db::schema::class;

    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    ann.book(&place.full_day, DAY).await.unwrap();
    let entry = ben.wait_for(&place.full_day, DAY).await.unwrap();
    let id = place.full_day.class;
    let add = move |conn: &mut doorstep_server::db::Conn| {
        let more = (class::places.eq(2_i16), class::carers.eq(2_i16));
        Ok(diesel::update(class::table.find(id)).set(more).execute(conn)?)
    };
    app.db().write(add).await.unwrap();
    assert_eq!(ben.entry(entry.id).await.state, Waiting);
    run_jobs(&app).await;
    assert_eq!(ben.entry(entry.id).await.state, Offered);
    app.check_finds_no_difference().await;
}
