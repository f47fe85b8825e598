//! A month of care as one booking.

use doorstep_shared::{
    Fen,
    bookings::{Booking, BookingState, ConfirmBooking, GetBooking},
    care::ClassKind,
    nurseries::{ClosedReason, GetAvailability},
};
use doorstep_tests::{Nursery, prelude::*};

/// Monday to Friday.
const WORKDAYS: &[u8] = &[1, 2, 3, 4, 5];

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn dates(booking: &Booking) -> Vec<Date> {
    booking.days.iter().map(|day| day.date).collect()
}

/// Monday, 14 September 2026: National Day and its working weekends lie ahead.
async fn before_national_day(database: Database) -> TestApp {
    TestApp::at(serde_json::from_value("2026-09-14T08:00:00+08:00".into()).unwrap(), database, |_| ()).await
}

#[test_on_both]
async fn a_month_of_full_days_leaves_out_the_holiday_and_takes_its_make_up_workday(database: Database) {
    let app = before_national_day(database).await;
    let weekdays: Vec<_> = (1..=5).map(|weekday| (weekday, "07:30-18:00")).collect();
    let nursery = app.nursery().open(&weekdays).create().await;
    let offer = app.offer().of(&nursery).full_day().price_fen(18_000).create().await;
    let ann = app.family("Ann").await;
    let (first, last) = (date("2026-10-01"), date("2026-10-31"));
    let asked = GetAvailability {
        id: nursery.id,
        from: Some(first),
        days: Some(31),
        care: None,
        birth_date: Vec::new(),
        age_months: None,
    };
    let told = ann.call(&asked).await.unwrap().days;
    let working: Vec<_> = told.iter().filter(|day| day.working_weekend).map(|day| day.date).collect();
    assert_eq!(working, [date("2026-10-10")], "so that a page can list the same dates");
    let held = ann.order(&offer, "08:00-17:30").weekly(WORKDAYS, first, last).hold().send().await.unwrap();
    // 22 weekdays, 5 of them holidays, and Saturday the 10th.
    assert_eq!(dates(&held).len(), 18, "{:?}", dates(&held));
    assert!(dates(&held).contains(&date("2026-10-10")) && dates(&held).is_sorted());
    assert_eq!(held.price.total_fen, Fen(18 * 18_000));
    let series = held.series.clone().unwrap();
    let skipped: Vec<_> = series.skipped.iter().map(|skipped| skipped.date.to_string()).collect();
    assert_eq!(skipped, ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"]);
    let national_day = ClosedReason::Holiday { name_zh: "国庆节".into(), name_en: "National Day".into() };
    assert!(series.skipped.iter().all(|skipped| skipped.reason == national_day), "{series:?}");
    let booked = ann.call(&ConfirmBooking { id: held.id }).await.unwrap();
    assert_eq!((booked.state, &booked.series), (BookingState::Confirmed, &held.series));
    assert_eq!(booked, ann.call(&GetBooking { id: held.id }).await.unwrap());
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn mornings_on_three_weekdays_take_no_make_up_workday(database: Database) {
    let app = before_national_day(database).await;
    let offer = app.offer().half_day().create().await;
    let ann = app.family("Ann").await;
    let order = ann.order(&offer, "08:00-12:00").weekly(&[1, 3, 6], date("2026-09-16"), date("2026-10-11"));
    let booked = order.except(&[date("2026-09-21")]).send().await.unwrap();
    let found: Vec<_> = dates(&booked).iter().map(|date| date.format("%m-%d").to_string()).collect();
    // Sunday the 20th is worked for nobody here; Saturday the 10th of October is one of the weekdays.
    assert_eq!(found, ["09-16", "09-19", "09-23", "09-28", "09-30", "10-10"]);
    let skipped: Vec<_> =
        booked.series.unwrap().skipped.iter().map(|day| day.date.format("%m-%d").to_string()).collect();
    assert_eq!(skipped, ["09-26", "10-03", "10-05", "10-07"]);
}

#[test_on_both]
async fn a_closure_is_left_out_with_the_nurserys_reason_and_so_is_a_day_on_which_it_never_opens(app: TestApp) {
    let weekdays: Vec<_> = (1..=5).map(|weekday| (weekday, "07:30-18:00")).collect();
    let nursery = app.nursery().open(&weekdays).create().await;
    let offer = app.offer().of(&nursery).half_day().create().await;
    let ann = app.family("Ann").await;
    app.close(nursery.id, app.in_days(2), "00:00-24:00").await;
    app.close(nursery.id, app.in_days(3), "13:00-18:00").await;
    let (morning, afternoon) = ("08:00-12:00".parse().unwrap(), "13:30-17:30".parse().unwrap());
    let order = ann.order(&offer, "08:00-12:00").weekly(&[1, 2, 3, 4, 5, 6, 7], app.in_days(1), app.in_days(6));
    let booked = order.and("13:30-17:30").send().await.unwrap();
    // Tuesday and Friday whole, Thursday in the morning.
    assert_eq!(dates(&booked), [1, 1, 3, 4, 4].map(|days| app.in_days(days)));
    let skipped = booked.series.unwrap().skipped;
    let training = ClosedReason::Closure { reason: "培训".into() };
    let found: Vec<_> = skipped.iter().map(|day| (day.date, day.windows.clone(), day.reason.clone())).collect();
    let both = vec![morning, afternoon];
    let expected = [
        (app.in_days(2), both.clone(), training.clone()),
        (app.in_days(3), vec![afternoon], training),
        (app.in_days(5), both.clone(), ClosedReason::Weekday),
        (app.in_days(6), both, ClosedReason::Weekday),
    ];
    assert_eq!(found, expected);
    let refused = ann.order(&offer, "08:00-12:00").weekly(&[6, 7], app.in_days(1), app.in_days(6)).send().await;
    assert_eq!(refused.unwrap_err().kind, ProblemKind::Closed, "nothing is left of it");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_days_that_do_not_fit_are_named_each_for_itself_and_the_rest_is_booked_by_except(app: TestApp) {
    let offer = app.offer().places(1).full_day().create().await;
    let elsewhere = app.offer().hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    ben.order(&offer, "08:00-17:30").on(app.in_days(3)).send().await.unwrap();
    ann.order(&elsewhere, "16:00-18:00").on(app.in_days(9)).send().await.unwrap();
    let month = || ann.order(&offer, "08:00-17:30").weekly(WORKDAYS, app.in_days(0), app.in_days(11));
    let before = app.snapshot().await;
    let refused = month().send().await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::SomeDaysUnfit);
    let unfit: Vec<_> = refused.unfit.iter().map(|day| (day.date, day.kind)).collect();
    // Today at eight it is too late for eight.
    let expected = [
        (app.in_days(0), ProblemKind::NotBookable),
        (app.in_days(3), ProblemKind::SlotFull),
        (app.in_days(9), ProblemKind::ChildBusy),
    ];
    assert_eq!(unfit, expected);
    assert!(refused.unfit.iter().all(|day| day.child_id == ann.child().id && !day.detail.is_empty()));
    assert_eq!(refused.fits, [1, 2, 4, 7, 8, 10, 11].map(|days| app.in_days(days)));
    assert_eq!(before.differences(&app.snapshot().await), [""; 0], "nothing was booked, nor locked for good");
    let except: Vec<_> = refused.unfit.iter().map(|day| day.date).collect();
    let booked = month().except(&except).send().await.unwrap();
    assert_eq!(dates(&booked), refused.fits);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn temporary_care_in_a_pattern_stops_at_the_months_fifth_day(app: TestApp) {
    let offer = app.offer().places(3).temporary().create().await;
    let ann = app.family("Ann").await;
    ann.order(&offer, "08:00-12:00").on(app.in_days(1)).send().await.unwrap();
    let refused = ann.order(&offer, "08:00-12:00").weekly(WORKDAYS, app.in_days(2), app.in_days(9)).send().await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.fits, [2, 3, 4, 7].map(|days| app.in_days(days)));
    let kinds: Vec<_> = refused.unfit.iter().map(|day| day.kind).collect();
    assert_eq!(kinds, [ProblemKind::TemporaryLimit; 2]);
}

#[test_on_both]
async fn who_outgrows_the_class_goes_on_in_the_next_one_at_its_price_while_that_has_a_place(app: TestApp) {
    let nursery = app.nursery().create().await;
    let toddlers = app.offer().of(&nursery).places(2).full_day().price_fen(18_000).create().await;
    let seniors = app.offer().of(&nursery).class(ClassKind::SeniorToddler).places(1).full_day().price_fen(15_000);
    let seniors = seniors.create().await;
    // Sells the same care at another time: it does not take over.
    let mixed = app.offer().of(&nursery).class(ClassKind::Mixed).places(5);
    mixed.sells(doorstep_shared::care::CareKind::FullDay, &["09:00-16:00"]).create().await;
    let mut ann = app.family_without_children("Ann").await;
    // Two years old next Wednesday.
    let child = ann.add_child_born(app.in_days(9) - chrono::Months::new(24)).await.id;
    let (first, last) = (app.in_days(1), app.in_days(11));
    let booked = ann.order(&toddlers, "08:00-17:30").weekly(WORKDAYS, first, last).send().await.unwrap();
    let classes: Vec<_> = booked.days.iter().map(|day| (day.class_kind, day.class_id)).collect();
    let (young, old) = ((ClassKind::Toddler, toddlers.class), (ClassKind::SeniorToddler, seniors.class));
    assert_eq!(classes, [young, young, young, young, young, young, old, old, old]);
    let lines: Vec<_> = booked.price.lines.iter().map(|line| (line.class_kind, line.units, line.amount_fen)).collect();
    assert_eq!(lines, [(ClassKind::Toddler, 6, Fen(6 * 18_000)), (ClassKind::SeniorToddler, 3, Fen(3 * 15_000))]);
    assert_eq!(booked.days.iter().filter(|day| day.child_id == child).count(), 9);
    app.check_finds_no_difference().await;

    let mut ben = app.family_without_children("Ben").await;
    ben.add_child_born(app.in_days(9) - chrono::Months::new(24)).await;
    let refused = ben.order(&toddlers, "08:00-17:30").weekly(WORKDAYS, first, last).send().await.unwrap_err();
    let unfit: Vec<_> = refused.unfit.iter().map(|day| (day.date, day.kind)).collect();
    assert_eq!(unfit, [9, 10, 11].map(|days| (app.in_days(days), ProblemKind::SlotFull)), "the next class is full");
    assert_eq!(refused.fits.len(), 6);

    let alone = app.offer().full_day().create().await;
    let refused = ben.order(&alone, "08:00-17:30").weekly(WORKDAYS, app.in_days(8), app.in_days(9)).send().await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.unfit.iter().map(|day| day.kind).collect::<Vec<_>>(), [ProblemKind::WrongAge], "no next class");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn siblings_of_a_pattern_come_both_on_each_date_or_neither(app: TestApp) {
    let toddlers = app.offer().places(2).hourly().create().await;
    let nursery = Nursery { id: toddlers.nursery, name: String::new() };
    let seniors = app.offer().of(&nursery).class(ClassKind::SeniorToddler).places(1).hourly().create().await;
    let mut ann = app.family("Ann").await;
    let (small, big) = (ann.child().id, ann.add_child(30).await.id);
    let mut ben = app.family_without_children("Ben").await;
    ben.add_child(30).await;
    ben.order(&seniors, "09:00-11:00").on(app.in_days(2)).send().await.unwrap();
    let both = || {
        let order = ann.order(&toddlers, "10:00-12:00").child(small).child_in(big, &seniors);
        order.weekly(WORKDAYS, app.in_days(1), app.in_days(3))
    };
    let refused = both().send().await.unwrap_err();
    let unfit: Vec<_> = refused.unfit.iter().map(|day| (day.date, day.child_id, day.kind)).collect();
    assert_eq!(unfit, [(app.in_days(2), big, ProblemKind::SlotFull)]);
    assert_eq!(refused.fits, [app.in_days(1), app.in_days(3)]);
    let booked = both().except(&[app.in_days(2)]).send().await.unwrap();
    assert_eq!(booked.days.len(), 4);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_index_shows_a_booked_month_at_once(app: TestApp) {
    let offer = app.offer().places(1).full_day().create().await;
    let ann = app.family("Ann").await;
    ann.order(&offer, "08:00-17:30").weekly(WORKDAYS, app.in_days(1), app.in_days(5)).send().await.unwrap();
    let path = format!("/api/v1/nurseries/{}/availability?from={}&days=7", offer.nursery, app.in_days(1));
    let answer = app.client().get(&path).await.json();
    let free: Vec<_> = answer["days"].as_array().unwrap().iter().map(|day| day["windows"][0]["free"].clone()).collect();
    // Tuesday to Friday are taken, the weekend and Monday are free.
    assert_eq!(free, [0, 0, 0, 0, 1, 1, 1].map(serde_json::Value::from), "{answer}");
}
