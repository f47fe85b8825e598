//! Days that go to another time, class or nursery.

use chrono::Duration;
use doorstep_shared::{
    Fen,
    bookings::{
        Booking, BookingState, CancelBooking, DayState, GetBooking, ListBookings, MoveBooking, MoveDay, MovePreview,
        PreviewMove, UndoBooking, Undoable,
    },
    care::ClassKind,
    ids::BookingId,
};
use doorstep_tests::{Nursery, prelude::*};

fn window(text: &str) -> Span {
    text.parse().unwrap()
}

/// All days of a booking to another window of theirs.
fn to_window(id: BookingId, text: &str) -> MoveBooking {
    let Span { from, to } = window(text);
    MoveBooking { from: Some(from), to: Some(to), ..MoveBooking::of(id) }
}

fn to_offer(id: BookingId, offer: &Offer) -> MoveBooking {
    MoveBooking { offer_id: Some(offer.id), ..MoveBooking::of(id) }
}

async fn preview(family: &Family, ask: &MoveBooking) -> Result<MovePreview, Problem> {
    let MoveBooking { id, dates, offer_id, children, shift_days, from, to, days } = ask.clone();
    family.call(&PreviewMove { id, dates, offer_id, children, shift_days, from, to, days }).await
}

/// Date and window of the days on which the children come.
fn coming(booking: &Booking) -> Vec<(Date, Span)> {
    let days = booking.days.iter().filter(|day| day.state == DayState::Expected);
    days.map(|day| (day.date, Span { from: day.from, to: day.to })).collect()
}

#[test_on_both]
async fn a_day_goes_to_a_time_that_overlaps_its_own_in_a_class_of_one_place(app: TestApp) {
    let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let ask = to_window(booked.id, "10:00-13:00");
    let before = app.snapshot().await;
    let told = preview(&ann, &ask).await.unwrap();
    assert_eq!(before.differences(&app.snapshot().await), [""; 0], "asking changes nothing");
    assert_eq!(
        (told.before_fen, told.after_fen, told.difference_fen, told.cost_fen),
        (Fen(6_000), Fen(9_000), Fen(3_000), Fen(0))
    );
    assert_eq!((told.other_nursery, told.days.len()), (false, 1));

    let moved = ann.call(&ask).await.unwrap();
    assert_eq!((moved.id, coming(&moved)), (booked.id, vec![(app.in_days(1), window("10:00-13:00"))]));
    assert_eq!((moved.days.len(), moved.days[0].id), (1, booked.days[0].id), "its entry in the calendar stays");
    assert_eq!((moved.price.total_fen, moved.price.due_fen), (Fen(9_000), Fen(9_000)));
    assert_eq!(moved.door_code, booked.door_code);
    assert_eq!(moved, ann.call(&GetBooking { id: booked.id }).await.unwrap());
    ben.book(&offer, "08:00-10:00").await.unwrap();
    assert_eq!(ben.book(&offer, "12:00-13:00").await.unwrap_err().kind, ProblemKind::SlotFull);
    app.check_finds_no_difference().await;

    assert_eq!(moved.undo.map(|undo| undo.what), Some(Undoable::Move));
    let refused = ann.call(&UndoBooking { id: booked.id, what: None }).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::SlotFull, "somebody has a part of the old time by now");
    let texts = app.messages(&offer.nursery.to_string()).await;
    assert!(texts.iter().any(|text| text.contains("已改期") && text.contains("10:00–13:00")), "{texts:?}");
    assert!(app.messages(&ann.phone).await.last().unwrap().contains("10:00–13:00"));
}

#[test_on_both]
async fn a_move_is_undone_to_exactly_what_was(app: TestApp) {
    let nursery = app.nursery().create().await;
    let hourly = app.offer().of(&nursery).places(1).hourly().price_fen(3_000).cancel_rule(12, 50).create().await;
    let half_day = app.offer().beside(&hourly).half_day().price_fen(9_000).cancel_rule(48, 100).create().await;
    let ann = app.family("Ann").await;
    let days: Vec<_> = (1..=3).map(|days| app.in_days(days)).collect();
    let order = days.iter().fold(ann.order(&hourly, "09:00-11:00"), |order, day| order.on(*day));
    let booked = order.send().await.unwrap();
    let id = booked.id;
    let (Span { from, to }, first) = (window("13:30-17:30"), days[0]);
    let day = MoveDay { date: first, to_date: app.in_days(8), from, to };
    let ask = MoveBooking { days: vec![day], ..to_offer(id, &half_day) };
    let moved = ann.call(&ask).await.unwrap();
    let expected =
        [(days[1], window("09:00-11:00")), (days[2], window("09:00-11:00")), (app.in_days(8), window("13:30-17:30"))];
    assert_eq!(coming(&moved), expected);
    let lines: Vec<_> = moved.price.lines.iter().map(|line| (line.care, line.amount_fen)).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    // The rule of the new offer holds for that day, that of the booking for the others.
    let free: Vec<_> = moved.days.iter().map(|day| Timestamp::at(day.date, day.from) - day.free_cancel_until).collect();
    assert_eq!(free, [12, 12, 48].map(Duration::hours));
    app.check_finds_no_difference().await;

    // Once more, and back by one step only.
    let again = MoveBooking { dates: vec![app.in_days(8)], shift_days: 1, ..MoveBooking::of(id) };
    let again = ann.call(&again).await.unwrap();
    assert_eq!(coming(&again)[2].0, app.in_days(9));
    let undone = ann.call(&UndoBooking { id, what: None }).await.unwrap();
    assert_eq!(coming(&undone), expected);
    assert_eq!(undone.undo.map(|undo| undo.what), Some(Undoable::Booking), "the step before is not told any more");
    app.check_finds_no_difference().await;

    let moved = ann.call(&to_window(id, "14:00-15:00")).await;
    assert_eq!(moved.unwrap_err().kind, ProblemKind::Closed, "the half-day is not sold then");
    let some = MoveBooking { dates: days[1..].to_vec(), ..to_window(id, "14:00-15:00") };
    ann.call(&some).await.unwrap();
    app.clock.advance(Duration::minutes(5) - Duration::microseconds(1));
    let undone = ann.call(&UndoBooking { id, what: None }).await.unwrap();
    assert_eq!(coming(&undone), expected);
    ann.call(&some).await.unwrap();
    app.clock.advance(Duration::minutes(5));
    assert_eq!(ann.call(&UndoBooking { id, what: None }).await.unwrap_err().kind, ProblemKind::TooLateToUndo);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn siblings_go_together_each_to_a_class_of_their_age(app: TestApp) {
    let toddlers = app.offer().places(2).hourly().create().await;
    let there = app.nursery().name("青山托育").create().await;
    let young = app.offer().of(&there).places(1).hourly().price_fen(4_000).create().await;
    let old = app.offer().of(&there).class(ClassKind::SeniorToddler).places(1).hourly().create().await;
    let here = Nursery { id: toddlers.nursery, name: String::new() };
    let seniors = app.offer().of(&here).class(ClassKind::SeniorToddler).places(1).hourly().create().await;
    let mut ann = app.family("Ann").await;
    let (small, big) = (ann.child().id, ann.add_child(30).await.id);
    let order = ann.order(&toddlers, "09:00-11:00").child(small).child_in(big, &seniors);
    let booked = order.send().await.unwrap();
    let both = |big_to: &Offer| {
        let children = [(small, &young), (big, big_to)]
            .map(|(child_id, offer)| doorstep_shared::bookings::ChildInOffer { child_id, offer_id: offer.id });
        MoveBooking { children: children.to_vec(), ..MoveBooking::of(booked.id) }
    };
    let before = app.snapshot().await;
    let only_one = ann.call(&to_offer(booked.id, &young)).await.unwrap_err();
    assert_eq!(only_one.kind, ProblemKind::WrongAge);
    let two_nurseries = ann.call(&both(&seniors)).await.unwrap_err();
    assert_eq!(
        (two_nurseries.kind, two_nurseries.fields[0].field.as_str()),
        (ProblemKind::Invalid, "children.1.offer_id")
    );
    let one_named = MoveBooking { children: both(&old).children[..1].to_vec(), ..MoveBooking::of(booked.id) };
    assert_eq!(ann.call(&one_named).await.unwrap_err().fields[0].field, "children");
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    // One may stay in its class while the other goes to another class of the nursery.
    let mixed = app.offer().of(&here).class(ClassKind::Mixed).places(1).hourly().create().await;
    let mut apart = both(&seniors);
    apart.children[0].offer_id = mixed.id;
    let moved = ann.call(&apart).await.unwrap();
    let classes: Vec<_> = moved.days.iter().map(|day| (day.child_id, day.class_kind)).collect();
    assert!(classes.contains(&(small, ClassKind::Mixed)) && classes.contains(&(big, ClassKind::SeniorToddler)));
    app.check_finds_no_difference().await;
    let moved = ann.call(&both(&old)).await.unwrap();
    assert_eq!((moved.nursery.name.as_str(), moved.days.len()), ("青山托育", 2));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn to_another_nursery_it_becomes_a_booking_there_and_both_are_told(app: TestApp) {
    let here = app.offer().places(1).hourly().price_fen(3_000).cancel_rule(12, 50).create().await;
    let there = app.offer().places(1).hourly().price_fen(2_000).cancel_rule(2, 20).create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (first, second) = (app.in_days(1), app.in_days(2));
    let booked = ann.order(&here, "09:00-11:00").on(first).on(second).send().await.unwrap();
    // Eleven hours before the first day: leaving it costs half.
    app.clock.advance(Duration::hours(14));
    let ann = ann.again(&app).await;
    let ask = MoveBooking { dates: vec![first], ..to_offer(booked.id, &there) };
    let told = preview(&ann, &ask).await.unwrap();
    assert_eq!((told.difference_fen, told.cost_fen, told.other_nursery), (Fen(-2_000), Fen(3_000), true));
    let moved = ann.call(&ask).await.unwrap();
    assert_eq!((moved.state, moved.moved_from), (BookingState::Confirmed, Some(booked.id)));
    assert_eq!((moved.nursery.id, moved.price.due_fen), (there.nursery, Fen(4_000)));
    assert_eq!((moved.cancel_rule.free_until_hours, moved.cancel_rule.late_percent), (2, 20));
    let left = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!((left.state, coming(&left)), (BookingState::Confirmed, vec![(second, window("09:00-11:00"))]));
    assert_eq!((left.days[0].moved_to, left.price.due_fen), (Some(moved.id), Fen(6_000 + 3_000)));
    assert_eq!(left.undo, None, "it is undone where the day is now");
    assert!(app.messages(&here.nursery.to_string()).await.last().unwrap().contains("已改到别的机构"));
    assert!(app.messages(&there.nursery.to_string()).await.last().unwrap().contains("新预约"));
    assert_eq!(app.messages(&ann.phone).await.iter().filter(|text| text.contains("已改到")).count(), 1);
    app.check_finds_no_difference().await;

    assert_eq!(moved.undo.map(|undo| undo.what), Some(Undoable::Move));
    let back = ann.call(&UndoBooking { id: moved.id, what: None }).await.unwrap();
    assert_eq!((back.id, coming(&back).len(), back.price.due_fen), (booked.id, 2, Fen(12_000)));
    let never = ann.call(&GetBooking { id: moved.id }).await.unwrap();
    assert_eq!((never.state, never.price.due_fen, never.undo), (BookingState::CancelledByFamily, Fen(0), None));
    assert_eq!(ann.call(&UndoBooking { id: moved.id, what: None }).await.unwrap_err().kind, ProblemKind::WrongState);
    ben.call(&GetBooking { id: moved.id }).await.unwrap_err();
    app.check_finds_no_difference().await;

    // All of it: the old booking is over, and comes back with the undo.
    let moved = ann.call(&to_offer(booked.id, &there)).await.unwrap();
    let left = ann.call(&GetBooking { id: booked.id }).await.unwrap();
    assert_eq!(
        (left.state, left.cancel_cost_fen, left.price.due_fen),
        (BookingState::CancelledByFamily, Fen(3_000), Fen(3_000))
    );
    let bens = ben.again(&app).await;
    let taken = bens.order(&here, "10:00-11:00").on(second).send().await.unwrap();
    assert_eq!(ann.call(&UndoBooking { id: moved.id, what: None }).await.unwrap_err().kind, ProblemKind::SlotFull);
    bens.call(&CancelBooking::all(taken.id)).await.unwrap();
    assert_eq!(coming(&ann.call(&UndoBooking { id: moved.id, what: None }).await.unwrap()).len(), 2);
    assert_eq!(ann.call(&ListBookings::default()).await.unwrap().items.len(), 3);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn leaving_a_day_late_costs_what_cancelling_it_costs_and_changing_the_hour_costs_nothing(app: TestApp) {
    let offer = app.offer().places(2).hourly().price_fen(3_000).cancel_rule(12, 50).create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    app.clock.advance(Duration::hours(14));
    let ann = ann.again(&app).await;
    let moved = ann.call(&to_window(booked.id, "14:00-16:00")).await.unwrap();
    assert_eq!((moved.price.cancelled_fen, moved.price.due_fen), (Fen(0), Fen(6_000)));
    let back = ann.call(&UndoBooking { id: booked.id, what: None }).await.unwrap();
    assert_eq!(coming(&back)[0].1, window("09:00-11:00"));
    let next_week = MoveBooking { shift_days: 7, ..MoveBooking::of(booked.id) };
    assert_eq!(preview(&ann, &next_week).await.unwrap().cost_fen, Fen(3_000));
    let moved = ann.call(&next_week).await.unwrap();
    assert_eq!((moved.price.cancelled_fen, moved.price.due_fen), (Fen(3_000), Fen(9_000)));
    // Far ahead, cancelling is free again; what the move cost stays.
    let ended = ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    assert_eq!((ended.state, ended.price.due_fen), (BookingState::CancelledByFamily, Fen(3_000)));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn leaving_a_day_costs_nothing_while_the_booking_is_new(app: TestApp) {
    let nursery = app.nursery().create().await;
    let offer = app.offer().of(&nursery).places(2).hourly().price_fen(3_000).cancel_rule(72, 50).create().await;
    let elsewhere = app.offer().places(2).hourly().price_fen(3_000).create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let (next_week, away) =
        (MoveBooking { shift_days: 7, ..MoveBooking::of(booked.id) }, to_offer(booked.id, &elsewhere));
    app.clock.advance(Duration::minutes(5) - Duration::microseconds(1));
    for ask in [&next_week, &away] {
        assert_eq!(preview(&ann, ask).await.unwrap().cost_fen, Fen(0), "cancelling would cost nothing either");
    }
    app.clock.advance(Duration::microseconds(1));
    for ask in [&next_week, &away] {
        assert_eq!(preview(&ann, ask).await.unwrap().cost_fen, Fen(3_000));
    }
    let new = ann.order(&offer, "13:00-15:00").send().await.unwrap();
    let moved = ann.call(&MoveBooking { shift_days: 7, ..MoveBooking::of(new.id) }).await.unwrap();
    assert_eq!((moved.price.cancelled_fen, moved.price.due_fen), (Fen(0), Fen(6_000)));
    let undone = ann.call(&UndoBooking { id: new.id, what: None }).await.unwrap();
    assert_eq!((undone.price.cancelled_fen, coming(&undone)[0].0), (Fen(0), app.in_days(1)));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_move_into_a_full_place_is_told_what_else_would_do(app: TestApp) {
    let nursery = app.nursery().name("春天托育园").create().await;
    let home = app.offer().of(&nursery).places(2).hourly().create().await;
    let full = app.offer().places(1).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.book(&home, "09:00-11:00").await.unwrap();
    ben.book(&full, "09:00-11:00").await.unwrap();
    let ask = to_offer(booked.id, &full);
    let (told, refused) = (preview(&ann, &ask).await.unwrap_err(), ann.call(&ask).await.unwrap_err());
    assert_eq!((told.kind, refused.kind), (ProblemKind::SlotFull, ProblemKind::SlotFull));
    assert_eq!(told.next_best, refused.next_best);
    let first = &refused.next_best[0];
    assert_eq!((first.nursery_id, first.distance_m), (full.nursery, 0), "near in time at the nursery that was wanted");
    assert!(refused.next_best.iter().any(|choice| choice.nursery_id == nursery.id), "{refused:?}");
    // One that is told can be had.
    let span = Span { from: first.offer.from, to: first.offer.to };
    let there = MoveBooking {
        offer_id: Some(first.offer.offer_id),
        shift_days: i16::try_from((first.offer.date - app.in_days(1)).num_days()).unwrap(),
        from: Some(span.from),
        to: Some(span.to),
        ..MoveBooking::of(booked.id)
    };
    assert_eq!(coming(&ann.call(&there).await.unwrap()), [(first.offer.date, span)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_move_that_is_refused_changes_nothing(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let full = app.offer().places(1).hourly().create().await;
    let infants = app.offer().class(ClassKind::Infant).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (first, second) = (app.in_days(1), app.in_days(2));
    let booked = ann.order(&offer, "09:00-11:00").on(first).on(second).send().await.unwrap();
    let elsewhere = app.offer().hourly().create().await;
    ann.order(&elsewhere, "15:00-17:00").on(first).send().await.unwrap();
    ben.order(&full, "10:00-12:00").on(second).send().await.unwrap();
    let id = booked.id;
    let (Span { from, to }, none) = (window("09:00-11:00"), BookingId(uuid::Uuid::nil()));
    let at = |date, to_date| MoveDay { date, to_date, from, to };
    let day = |date, to_date| MoveBooking { days: vec![at(date, to_date)], ..MoveBooking::of(id) };
    let cases: Vec<(&str, MoveBooking, ProblemKind)> = vec![
        ("one of two days is full there", to_offer(id, &full), ProblemKind::SlotFull),
        ("the class takes no child of that age", to_offer(id, &infants), ProblemKind::WrongAge),
        ("the child is elsewhere then", to_window(id, "16:00-17:00"), ProblemKind::ChildBusy),
        ("onto another day of its own", day(first, second), ProblemKind::ChildBusy),
        ("before the nursery opens", to_window(id, "06:00-08:00"), ProblemKind::Closed),
        ("into the past", MoveBooking { shift_days: -3, ..MoveBooking::of(id) }, ProblemKind::NotBookable),
        ("beyond what can be booked", MoveBooking { shift_days: 90, ..MoveBooking::of(id) }, ProblemKind::NotBookable),
        ("to where it is", to_window(id, "09:00-11:00"), ProblemKind::Invalid),
        ("a day that it does not have", day(app.in_days(9), first), ProblemKind::Invalid),
        ("another family's", to_window(none, "10:00-12:00"), ProblemKind::NotFound),
    ];
    let before = app.snapshot().await;
    for (name, ask, kind) in &cases {
        let told = preview(&ann, ask).await.unwrap_err();
        let refused = ann.call(ask).await.unwrap_err();
        assert_eq!((refused.kind, told.kind), (*kind, *kind), "{name}: {refused}");
        assert_eq!(ben.call(ask).await.unwrap_err().kind, ProblemKind::NotFound, "{name}");
        assert_eq!(before.differences(&app.snapshot().await), [""; 0], "{name}");
    }
    ann.call(&CancelBooking::all(id)).await.unwrap();
    assert_eq!(ann.call(&to_window(id, "10:00-12:00")).await.unwrap_err().kind, ProblemKind::WrongState);
}

#[test_on_both]
async fn a_held_place_or_a_day_that_has_begun_is_not_moved(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let ann = app.family("Ann").await;
    let held = ann.order(&offer, "13:00-14:00").hold().send().await.unwrap();
    assert_eq!(ann.call(&to_window(held.id, "14:00-15:00")).await.unwrap_err().kind, ProblemKind::WrongState);
    let (first, second) = (app.in_days(1), app.in_days(2));
    let booked = ann.order(&offer, "09:00-11:00").on(first).on(second).send().await.unwrap();
    app.clock.advance(Duration::minutes(25 * 60 + 30));
    let ann = ann.again(&app).await;
    let named = MoveBooking { dates: vec![first], shift_days: 7, ..MoveBooking::of(booked.id) };
    let refused = ann.call(&named).await.unwrap_err();
    assert_eq!((refused.kind, refused.fields[0].field.as_str()), (ProblemKind::WrongState, "dates.0"));
    let rest = ann.call(&MoveBooking { shift_days: 7, ..MoveBooking::of(booked.id) }).await.unwrap();
    assert_eq!(coming(&rest), [(first, window("09:00-11:00")), (app.in_days(8), window("09:00-11:00"))]);
    app.check_finds_no_difference().await;
}

/// The servers that answer in a race: on PostgreSQL two, SQLite has one writer.
async fn beside(app: &TestApp) -> Option<TestApp> {
    if app.db().is_sqlite() { None } else { Some(app.beside().await) }
}

#[test_on_both]
async fn of_many_families_that_move_into_the_last_place_exactly_one_wins_and_the_others_keep_theirs(app: TestApp) {
    let other = beside(&app).await;
    let servers: Vec<_> = std::iter::once(&app).chain(&other).collect();
    let wanted = app.offer().places(1).hourly().create().await;
    let home = app.offer().places(12).hourly().create().await;
    let mut families = Vec::new();
    for number in 0..12 {
        let family = servers[number % servers.len()].family(&format!("F{number}")).await;
        let id = family.book(&home, "09:00-11:00").await.unwrap().id;
        families.push((family, id));
    }
    let asks: Vec<_> = families.iter().map(|(_, id)| to_offer(*id, &wanted)).collect();
    let answers = join_all(families.iter().zip(&asks).map(|((family, _), ask)| family.call(ask))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    for ((family, id), answer) in families.iter().zip(&answers) {
        let own = family.call(&GetBooking { id: *id }).await.unwrap();
        match answer {
            Ok(_) => assert_eq!(own.state, BookingState::CancelledByFamily),
            Err(problem) => {
                assert_eq!(problem.kind, ProblemKind::SlotFull, "{problem}");
                assert_eq!((own.state, coming(&own).len()), (BookingState::Confirmed, 1));
            }
        }
    }
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn families_that_move_to_and_fro_at_once_never_wait_for_each_other_for_ever(app: TestApp) {
    let other = beside(&app).await;
    let servers: Vec<_> = std::iter::once(&app).chain(&other).collect();
    let offers = [app.offer().places(8).hourly().create().await, app.offer().places(8).hourly().create().await];
    let mut families = Vec::new();
    for side in [0, 1, 0, 1, 0, 1, 0, 1] {
        let family = servers[side % servers.len()].family("F").await;
        let id = family.book(&offers[side], "09:00-11:00").await.unwrap().id;
        families.push((family, id, side));
    }
    let wander = families.iter().map(|(family, id, side)| wander(family, &offers, *id, *side));
    let ended = join_all(wander).await;
    assert!(ended.iter().all(|booking| coming(booking).len() == 1), "{ended:?}");
    app.check_finds_no_difference().await;
}

/// Moves to the other nursery and back, then moves, cancels and undoes at one time, then moves on.
async fn wander(family: &Family, offers: &[Offer; 2], mut id: BookingId, mut side: usize) -> Booking {
    for step in 0..6 {
        if step == 2 {
            let (one, two) = (to_window(id, "10:00-12:00"), CancelBooking::all(id));
            let (moved, cancelled) = join!(family.call(&one), family.call(&two));
            assert!(cancelled.is_ok(), "{cancelled:?}");
            if let Err(problem) = moved {
                assert_eq!(problem.kind, ProblemKind::WrongState, "{problem}");
            }
            family.call(&UndoBooking { id, what: None }).await.unwrap();
            continue;
        }
        side = 1 - side;
        id = family.call(&to_offer(id, &offers[side])).await.unwrap().id;
    }
    family.call(&GetBooking { id }).await.unwrap()
}
