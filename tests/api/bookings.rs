//! Hold, confirm, extend, cancel, undo, as a family meets them.

use chrono::Duration;
use doorstep_server::jobs::Office;
use doorstep_shared::{
    Fen,
    bookings::{
        Booking, BookingState, CancelBooking, ConfirmBooking, DayState, ExtendHold, GetBooking, ListBookings,
        UndoBooking, Undoable,
    },
    children::{ConsentPurpose, WithdrawConsent},
    ids::BookingId,
};
use doorstep_tests::prelude::*;

/// What a worker would do by now.
pub async fn run_jobs(app: &TestApp) -> usize {
    let inside = app.inside();
    let office = Office {
        db: inside.db.clone(),
        clock: std::sync::Arc::clone(&inside.clock),
        policies: std::sync::Arc::clone(&inside.policy),
        jobs: doorstep_server::app::jobs().unwrap(),
    };
    let ran = move || office.open().and_then(|()| office.run_due()).unwrap();
    tokio::task::spawn_blocking(ran).await.unwrap()
}

async fn kind_of<T: std::fmt::Debug>(answer: impl Future<Output = Result<T, Problem>>) -> ProblemKind {
    answer.await.unwrap_err().kind
}

async fn get(family: &Family, id: BookingId) -> Booking {
    family.call(&GetBooking { id }).await.unwrap()
}

#[test_on_both]
async fn a_hold_is_confirmed_and_both_sides_are_told(app: TestApp) {
    let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
    let ann = app.family("Ann").await;
    let held = ann.order(&offer, "09:00-11:00").hold().send().await.unwrap();
    assert_eq!(held.state, BookingState::Held);
    assert_eq!(held.hold_expires_at, Some(app.now() + Duration::minutes(10)));
    assert_eq!((held.price.total_fen, held.price.due_fen), (Fen(6_000), Fen(6_000)));
    assert_eq!((held.door_code.clone(), held.undo, held.can_extend), (None, None, true));
    assert_eq!(held.price.lines[0].label, "计时托 2 小时 × ¥30");
    assert!(app.messages(&offer.nursery.to_string()).await.is_empty(), "a hold is nobody's business yet");

    let booked = ann.call(&ConfirmBooking { id: held.id }).await.unwrap();
    assert_eq!((booked.state, booked.hold_expires_at), (BookingState::Confirmed, None));
    let code = booked.door_code.clone().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    assert_eq!(booked, get(&ann, held.id).await);
    let told = app.messages(&offer.nursery.to_string()).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("3月3日 09:00–11:00") && !told[0].contains("Ann-1"), "{}", told[0]);
    let sms = app.messages(&ann.phone).await;
    assert!(sms.last().unwrap().contains(&code), "{sms:?}");
    assert_eq!(kind_of(ann.call(&ConfirmBooking { id: held.id })).await, ProblemKind::WrongState);
    assert_eq!(app.messages(&offer.nursery.to_string()).await.len(), 1);
}

#[test_on_both]
async fn a_family_is_told_in_the_language_it_has_chosen_and_the_nursery_in_chinese(app: TestApp) {
    use doorstep_tests::read;

    let offer = app.offer().places(9).hourly().create().await;
    // What a page remembers of the choice, and what a program says.
    for (header, value, code, booked) in [
        ("cookie", "look=en.auto.0.std", "Tell nobody", "Booked at 阳光托育, 3 Mar 09:00–11:00."),
        ("accept-language", "en-GB,en;q=0.9", "Tell nobody", "Booked at 阳光托育, 3 Mar 09:00–11:00."),
        ("accept-language", "zh-CN", "请勿告诉他人", "已预约阳光托育，3月3日 09:00–11:00。"),
    ] {
        let ann = app.family("Ann").await;
        app.clock.advance(Duration::minutes(1));
        let send = |path: &'static str, body: serde_json::Value| {
            let call = ann.request("POST", path).header("idempotency-key", path).header(header, value);
            read(call.json(&body))
        };
        assert_eq!(send("/api/v1/auth/codes", serde_json::json!({ "phone": ann.phone })).await.status, 202);
        let order = serde_json::to_value(ann.order(&offer, "09:00-11:00").request()).unwrap();
        assert_eq!(send("/api/v1/bookings", order).await.status, 201);
        let sms = app.messages(&ann.phone).await;
        let [.., asked, told] = sms.as_slice() else { panic!("{sms:?}") };
        assert!(asked.contains(code) && told.contains(booked), "{value}: {sms:?}");
        let nursery = app.messages(&offer.nursery.to_string()).await;
        assert_eq!(nursery.last().map(String::as_str), Some("新预约：3月3日 09:00–11:00，托小班 1 人。"));
    }
}

#[test_on_both]
async fn a_hold_ends_at_its_instant_whether_or_not_a_worker_runs(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let held = ann.order(&offer, "09:00-11:00").hold().send().await.unwrap();
    app.clock.advance(Duration::minutes(10) - Duration::microseconds(1));
    assert_eq!(get(&ann, held.id).await.state, BookingState::Held);
    assert_eq!(kind_of(ben.book(&offer, "10:00-12:00")).await, ProblemKind::SlotFull);
    app.clock.advance(Duration::microseconds(1));
    let expired = get(&ann, held.id).await;
    assert_eq!((expired.state, expired.price.due_fen, expired.can_extend), (BookingState::Expired, Fen(0), false));
    assert_eq!(kind_of(ann.call(&ConfirmBooking { id: held.id })).await, ProblemKind::HoldExpired);
    assert_eq!(kind_of(ann.call(&ExtendHold { id: held.id })).await, ProblemKind::HoldExpired);
    assert_eq!(kind_of(ann.call(&CancelBooking::all(held.id))).await, ProblemKind::WrongState);
    ben.book(&offer, "10:00-12:00").await.unwrap();
    assert_eq!(kind_of(ann.call(&ConfirmBooking { id: held.id })).await, ProblemKind::HoldExpired);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_worker_writes_down_what_ran_out_and_nothing_else(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (monday, tuesday) = (app.in_days(7), app.in_days(8));
    let held = ann.order(&offer, "09:00-11:00").on(monday).on(tuesday).hold().send().await.unwrap();
    let kept = ben.order(&offer, "09:00-11:00").on(monday).hold().send().await.unwrap();
    ben.call(&ExtendHold { id: kept.id }).await.unwrap();
    app.clock.advance(Duration::minutes(10));
    assert!(run_jobs(&app).await > 0);
    let expired = get(&ann, held.id).await;
    assert_eq!(expired.state, BookingState::Expired);
    assert!(expired.days.iter().all(|day| day.state == DayState::Released), "{expired:?}");
    assert_eq!(get(&ben, kept.id).await.state, BookingState::Held);
    app.check_finds_no_difference().await;
    assert_eq!(run_jobs(&app).await, 0, "nothing is due again at the same instant");
}

#[test_on_both]
async fn a_hold_is_extended_once_from_where_it_would_have_ended(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let ann = app.family("Ann").await;
    let held = ann.order(&offer, "09:00-11:00").hold().send().await.unwrap();
    let began = app.now();
    app.clock.advance(Duration::minutes(4));
    let extended = ann.call(&ExtendHold { id: held.id }).await.unwrap();
    assert_eq!((extended.hold_expires_at, extended.can_extend), (Some(began + Duration::minutes(20)), false));
    assert_eq!(kind_of(ann.call(&ExtendHold { id: held.id })).await, ProblemKind::WrongState);
    app.clock.advance(Duration::minutes(16) - Duration::microseconds(1));
    let fresh = Family::sign_in(&app, "Ann", &ann.phone).await;
    assert!(fresh.call(&ConfirmBooking { id: held.id }).await.is_ok());
}

#[test_on_both]
async fn cancelling_costs_what_the_rule_of_the_booking_says(app: TestApp) {
    // Monday 08:00; the care is on Tuesday at nine: 25 hours ahead.
    let offer = app.offer().places(5).hourly().price_fen(3_000).cancel_rule(12, 50).create().await;
    let mut booked = Vec::new();
    for (hours, cost) in [(1, 0), (13, 0), (14, 3_000), (24, 3_000)] {
        let family = app.family("Ann").await;
        let booking = family.book(&offer, "09:00-11:00").await.unwrap();
        booked.push((hours, cost, family, booking));
    }
    let began = app.now();
    for (hours, cost, family, booking) in booked {
        app.clock.advance(began + Duration::hours(hours) - app.now());
        // The session is older than a token lives.
        let fresh = Family::sign_in(&app, "Ann", &family.phone).await;
        assert_eq!(get(&fresh, booking.id).await.cancel_cost_fen, Fen(cost), "after {hours} h");
        let cancelled = fresh.call(&CancelBooking::all(booking.id)).await.unwrap();
        assert_eq!(cancelled.state, BookingState::CancelledByFamily);
        assert_eq!((cancelled.cancel_cost_fen, cancelled.price.due_fen), (Fen(cost), Fen(cost)), "after {hours} h");
        assert_eq!(cancelled.price.total_fen, Fen(6_000));
        assert_eq!(kind_of(fresh.call(&CancelBooking::all(booking.id))).await, ProblemKind::WrongState);
    }
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_day_that_has_begun_keeps_its_place_and_is_due_in_full(app: TestApp) {
    let offer = app.offer().places(1).hourly().price_fen(3_000).cancel_rule(12, 50).create().await;
    let ann = app.family("Ann").await;
    let days = [app.in_days(1), app.in_days(2), app.in_days(5)];
    let order = days.iter().fold(ann.order(&offer, "09:00-11:00"), |order, day| order.on(*day));
    let booked = order.send().await.unwrap();
    // Tuesday at half past nine: the first day has begun, the second is 23.5 hours ahead.
    app.clock.advance(Duration::minutes(25 * 60 + 30));
    let ann = Family::sign_in(&app, "Ann", &ann.phone).await;
    let cancelled = ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    assert_eq!(cancelled.cancel_cost_fen, Fen(6_000));
    let states: Vec<_> = cancelled.days.iter().map(|day| day.state).collect();
    assert_eq!(states, [DayState::Expected, DayState::Released, DayState::Released]);
    app.check_finds_no_difference().await;
    let again = ann.call(&UndoBooking { id: booked.id, what: None }).await.unwrap();
    assert_eq!((again.state, again.cancel_cost_fen), (BookingState::Confirmed, Fen(6_000)));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_booking_is_undone_free_of_cost_while_five_minutes_run(app: TestApp) {
    let offer = app.offer().places(1).hourly().cancel_rule(48, 100).create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let undo = booked.undo.unwrap();
    assert_eq!((undo.what, undo.until), (Undoable::Booking, app.now() + Duration::minutes(5)));
    assert_eq!((booked.cancel_cost_fen, booked.free_cancel_until), (Fen(0), undo.until), "cancelling is undoing");
    app.clock.advance(Duration::minutes(5) - Duration::microseconds(1));
    let undone = ann.call(&UndoBooking { id: booked.id, what: None }).await.unwrap();
    assert_eq!((undone.state, undone.cancel_cost_fen, undone.undo), (BookingState::CancelledByFamily, Fen(0), None));
    assert_eq!(kind_of(ann.call(&UndoBooking { id: booked.id, what: None })).await, ProblemKind::WrongState);
    let bens = ben.book(&offer, "09:00-11:00").await.unwrap();
    app.clock.advance(Duration::minutes(5));
    let late = get(&ben, bens.id).await;
    assert_eq!((late.undo, late.cancel_cost_fen), (None, bens.price.total_fen), "cancelling costs all of it");
    assert_eq!(kind_of(ben.call(&UndoBooking { id: bens.id, what: None })).await, ProblemKind::TooLateToUndo);
    assert_eq!(app.messages(&offer.nursery.to_string()).await.len(), 3, "booked, undone, booked");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn cancelling_costs_nothing_while_the_booking_can_be_undone(app: TestApp) {
    let offer = app.offer().places(1).hourly().cancel_rule(48, 100).create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    app.clock.advance(Duration::minutes(5) - Duration::microseconds(1));
    let cancelled = ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    assert_eq!((cancelled.cancel_cost_fen, cancelled.price.due_fen), (Fen(0), Fen(0)));
    let sms = app.messages(&ann.phone).await;
    assert!(sms.last().unwrap().contains("不收费用"), "{sms:?}");
    // Taken back, it is the booking of before: its own five minutes do not begin anew.
    let again = ann.call(&UndoBooking { id: booked.id, what: None }).await.unwrap();
    assert_eq!(again.state, BookingState::Confirmed);
    app.clock.advance(Duration::microseconds(1));
    let cancelled = ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    assert_eq!(cancelled.cancel_cost_fen, booked.price.total_fen);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_cancellation_is_undone_only_while_the_place_is_free(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    let again = ann.call(&UndoBooking { id: booked.id, what: None }).await.unwrap();
    assert_eq!((again.state, &again.door_code), (BookingState::Confirmed, &booked.door_code));

    let cancelled = ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    assert_eq!(cancelled.undo.map(|undo| undo.what), Some(Undoable::Cancellation));
    let bens = ben.book(&offer, "10:00-12:00").await.unwrap();
    assert_eq!(kind_of(ann.call(&UndoBooking { id: booked.id, what: None })).await, ProblemKind::SlotFull);
    ben.call(&CancelBooking::all(bens.id)).await.unwrap();
    assert!(ann.call(&UndoBooking { id: booked.id, what: None }).await.is_ok());
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_cancellation_is_not_undone_past_a_rule_that_a_booking_must_keep(app: TestApp) {
    let offer = app.offer().places(9).temporary().create().await;
    let ann = app.family("Ann").await;
    // Monday, 2 March: five days of temporary care in a month.
    let book = async |day: i64| ann.order(&offer, "08:00-12:00").on(app.in_days(day)).send().await;
    let first = book(1).await.unwrap();
    for day in 2..6 {
        book(day).await.unwrap();
    }
    ann.call(&CancelBooking::all(first.id)).await.unwrap();
    book(6).await.unwrap();
    assert_eq!(kind_of(ann.call(&UndoBooking { id: first.id, what: None })).await, ProblemKind::TemporaryLimit);

    let ben = app.family("Ben").await;
    let booked = ben.book(&offer, "08:00-12:00").await.unwrap();
    ben.call(&CancelBooking::all(booked.id)).await.unwrap();
    ben.call(&WithdrawConsent { id: ben.child().id, purpose: ConsentPurpose::Care }).await.unwrap();
    assert_eq!(kind_of(ben.call(&UndoBooking { id: booked.id, what: None })).await, ProblemKind::Invalid);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_second_tap_on_undo_does_not_undo_what_the_first_did(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    let undo = UndoBooking { id: booked.id, what: Some(Undoable::Cancellation) };
    assert_eq!(ann.call(&undo).await.unwrap().state, BookingState::Confirmed);
    assert_eq!(kind_of(ann.call(&undo)).await, ProblemKind::WrongState);
    assert_eq!(ann.call(&GetBooking { id: booked.id }).await.unwrap().state, BookingState::Confirmed);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_cancellation_is_not_undone_when_the_child_is_elsewhere_by_now(app: TestApp) {
    let (here, there) = (app.offer().hourly().create().await, app.offer().hourly().create().await);
    let ann = app.family("Ann").await;
    let booked = ann.book(&here, "09:00-11:00").await.unwrap();
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    ann.book(&there, "10:00-12:00").await.unwrap();
    assert_eq!(kind_of(ann.call(&UndoBooking { id: booked.id, what: None })).await, ProblemKind::ChildBusy);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn another_familys_booking_is_not_there(app: TestApp) {
    let offer = app.offer().hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let id = ann.order(&offer, "09:00-11:00").hold().send().await.unwrap().id;
    let before = app.snapshot().await;
    assert_eq!(kind_of(ben.call(&GetBooking { id })).await, ProblemKind::NotFound);
    assert_eq!(kind_of(ben.call(&ConfirmBooking { id })).await, ProblemKind::NotFound);
    assert_eq!(kind_of(ben.call(&ExtendHold { id })).await, ProblemKind::NotFound);
    assert_eq!(kind_of(ben.call(&CancelBooking::all(id))).await, ProblemKind::NotFound);
    assert_eq!(kind_of(ben.call(&UndoBooking { id, what: None })).await, ProblemKind::NotFound);
    assert!(ben.call(&ListBookings::default()).await.unwrap().items.is_empty());
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}

#[test_on_both]
async fn siblings_get_both_places_or_none(app: TestApp) {
    let toddlers = app.offer().places(1).hourly().create().await;
    let seniors = app
        .offer()
        .of(&doorstep_tests::Nursery { id: toddlers.nursery, name: String::new() })
        .class(doorstep_shared::care::ClassKind::SeniorToddler)
        .places(1)
        .hourly()
        .create()
        .await;
    let mut ann = app.family("Ann").await;
    let (small, big) = (ann.child().id, ann.add_child(30).await.id);
    let ben = app.family("Ben").await;
    ben.book(&toddlers, "09:00-10:00").await.unwrap();
    let both = |window| ann.order(&toddlers, window).child(small).child_in(big, &seniors);
    let refused = both("09:00-11:00").send().await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::SlotFull);
    let named: Vec<_> = refused.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(named, ["days.0.date", "children.0.offer_id"], "the day, and whose class is full");
    app.check_finds_no_difference().await;
    let booked = both("10:00-12:00").send().await.unwrap();
    assert_eq!(booked.days.len(), 2);
    assert_eq!(booked.price.lines.len(), 2);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_list_pages_through_all_bookings_once(app: TestApp) {
    let offer = app.offer().places(200).carers(200).hourly().create().await;
    let ann = app.family("Ann").await;
    let mut ids = Vec::new();
    for number in 0..60_i64 {
        let window = if number % 2 == 0 { "09:00-10:00" } else { "10:00-11:00" };
        ids.push(ann.order(&offer, window).on(app.in_days(1 + number / 2)).send().await.unwrap().id);
    }
    for from in [None, Some(app.today())] {
        let first = ann.call(&ListBookings { from, ..ListBookings::default() }).await.unwrap();
        assert_eq!(first.items.len(), 50);
        let cursor = first.next_cursor.clone();
        let second = ann.call(&ListBookings { from, cursor, ..ListBookings::default() }).await.unwrap();
        assert_eq!((second.items.len(), &second.next_cursor), (10, &None));
        let listed: Vec<_> = first.items.iter().chain(&second.items).collect();
        let dates: Vec<_> = listed.iter().map(|booking| booking.days[0].date).collect();
        assert!(if from.is_some() { dates.is_sorted() } else { dates.iter().rev().is_sorted() }, "{dates:?}");
        let mut found: Vec<_> = listed.iter().map(|booking| booking.id).collect();
        found.sort_unstable();
        assert_eq!(found, ids);
    }
    let state = |state| ListBookings { state: Some(state), ..ListBookings::default() };
    assert_eq!(ann.call(&state(BookingState::Expired)).await.unwrap().items.len(), 0);
    let ben = app.family("Ben").await;
    ben.order(&offer, "09:00-10:00").hold().send().await.unwrap();
    assert_eq!(ben.call(&state(BookingState::Held)).await.unwrap().items.len(), 1);
    app.clock.advance(Duration::minutes(10));
    assert_eq!(ben.call(&state(BookingState::Held)).await.unwrap().items.len(), 0);
    assert_eq!(ben.call(&state(BookingState::Expired)).await.unwrap().items.len(), 1);
    let cursor = Some("yesterday".to_owned());
    let odd = ListBookings { cursor, ..ListBookings::default() };
    assert_eq!(kind_of(ben.call(&odd)).await, ProblemKind::Invalid);
}
