//! What is offered instead of a window that is full.

use doorstep_shared::{Fen, care::ClassKind, slots::NextBest};
use doorstep_tests::{Nursery, prelude::*};

/// A family whose only purpose is to fill places.
async fn fill(app: &TestApp, offer: &Offer, windows: &[(i64, &str)]) {
    let filler = app.family("Filler").await;
    for (ahead, window) in windows {
        filler.order(offer, window).on(app.in_days(*ahead)).send().await.unwrap();
    }
}

/// What the family is offered instead of this window.
async fn instead(app: &TestApp, family: &Family, offer: &Offer, ahead: i64, window: &str) -> Vec<NextBest> {
    let refused = family.order(offer, window).on(app.in_days(ahead)).send().await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::SlotFull, "{refused}");
    refused.next_best
}

/// Days from today and window of each, here and elsewhere.
fn windows(app: &TestApp, best: &[NextBest]) -> Vec<(i64, String)> {
    let told = |best: &NextBest| {
        let (date, from, to) = (best.offer.date, best.offer.from, best.offer.to);
        ((date - app.today()).num_days(), format!("{from}-{to}"))
    };
    best.iter().map(told).collect()
}

#[test_on_both]
async fn windows_of_the_nursery_come_nearest_in_time_first_and_never_a_full_one(database: Database) {
    // What is full besides the refused morning in two days, and what is offered then.
    type Case = (&'static str, &'static [(i64, &'static str)], [(i64, &'static str); 3]);
    let cases: [Case; 3] = [
        ("the other half of the day first", &[], [(2, "13:30-17:30"), (1, "08:00-12:00"), (3, "08:00-12:00")]),
        (
            "then the same half of the days around",
            &[(2, "13:30-17:30")],
            [(1, "08:00-12:00"), (3, "08:00-12:00"), (1, "13:30-17:30")],
        ),
        (
            "a full one is left out",
            &[(2, "13:30-17:30"), (1, "08:00-12:00")],
            [(3, "08:00-12:00"), (1, "13:30-17:30"), (3, "13:30-17:30")],
        ),
    ];
    for (case, full, expected) in cases {
        let app = TestApp::on(database).await;
        let offer = app.offer().places(1).half_day().create().await;
        fill(&app, &offer, &[(2, "08:00-12:00")]).await;
        fill(&app, &offer, full).await;
        let best = instead(&app, &app.family("Ann").await, &offer, 2, "08:00-12:00").await;
        assert_eq!(windows(&app, &best), expected.map(|(ahead, window)| (ahead, window.to_owned())), "{case}");
    }
}

#[test_on_both]
async fn hourly_care_is_offered_for_as_long_at_the_same_time_of_other_days(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    fill(&app, &offer, &[(2, "09:00-11:00")]).await;
    let best = instead(&app, &app.family("Ann").await, &offer, 2, "09:00-11:00").await;
    assert_eq!(best.len(), 3);
    let told = windows(&app, &best);
    assert!(told.contains(&(1, "09:00-11:00".to_owned())) && told.contains(&(3, "09:00-11:00".to_owned())), "{told:?}");
    assert!(!told.contains(&(2, "09:00-11:00".to_owned())), "{told:?}");
}

#[test_on_both]
async fn another_class_of_the_nursery_is_offered_to_children_of_its_age_only(app: TestApp) {
    let nursery = app.nursery().create().await;
    let offer = app.offer().of(&nursery).places(1).full_day().create().await;
    let toddlers = app.offer().of(&nursery).places(1).full_day().create().await;
    let seniors = app.offer().of(&nursery).class(ClassKind::SeniorToddler).places(9).full_day().create().await;
    let all_week: Vec<_> = (1..=9).map(|ahead| (ahead, "08:00-17:30")).collect();
    fill(&app, &offer, &all_week).await;
    let ann = app.family("Ann").await;
    let best = instead(&app, &ann, &offer, 2, "08:00-17:30").await;
    assert!(!best.is_empty() && best.iter().all(|best| best.offer.offer_id == toddlers.id), "{best:?}");
    assert_eq!(windows(&app, &best)[0], (2, "08:00-17:30".to_owned()), "on the day itself, in the other class");
    fill(&app, &toddlers, &all_week).await;
    let best = instead(&app, &ann, &offer, 2, "08:00-17:30").await;
    assert!(best.iter().all(|best| best.offer.offer_id != seniors.id), "too young for {best:?}");
}

#[test_on_both]
async fn others_near_by_come_nearest_first_for_the_same_day_and_three_in_all(app: TestApp) {
    let place = async |name: &str, lat: f64| -> Nursery { app.nursery().name(name).at(lat, 120.0).create().await };
    let home = place("家", 31.0).await;
    let (far, near, full) = (place("远", 31.03).await, place("近", 31.01).await, place("满", 31.005).await);
    let sells = async |nursery: &Nursery| app.offer().of(nursery).places(1).full_day().create().await;
    let wanted = sells(&home).await;
    sells(&far).await;
    sells(&near).await;
    let half_days_only = place("半", 31.002).await;
    app.offer().of(&half_days_only).places(1).half_day().create().await;
    fill(&app, &sells(&full).await, &[(2, "08:00-17:30")]).await;
    fill(&app, &wanted, &[(2, "08:00-17:30")]).await;
    let ann = app.family("Ann").await;
    let names = |best: &[NextBest]| best.iter().map(|best| best.nursery_name.clone()).collect::<Vec<_>>();
    let best = instead(&app, &ann, &wanted, 2, "08:00-17:30").await;
    assert_eq!(names(&best), ["家", "家", "近"], "two here, the nearest free one there");
    assert_eq!(windows(&app, &best)[2], (2, "08:00-17:30".to_owned()));
    assert!(best[2].distance_m.abs_diff(1_112) < 5, "{}", best[2].distance_m);

    let around: Vec<_> = [1, 3, 4, 5, 6, 7, 8, 9].map(|ahead| (ahead, "08:00-17:30")).into();
    fill(&app, &wanted, &around).await;
    let best = instead(&app, &ann, &wanted, 2, "08:00-17:30").await;
    assert_eq!(names(&best), ["近", "远"], "nothing left here");
}

#[test_on_both]
async fn siblings_are_offered_windows_in_which_all_fit(app: TestApp) {
    let offer = app.offer().places(2).full_day().create().await;
    let mut ann = app.family("Ann").await;
    let (one, other) = (ann.child().id, ann.add_child(19).await.id);
    // One place is left tomorrow and the day after, two on the third day.
    fill(&app, &offer, &[(1, "08:00-17:30"), (2, "08:00-17:30")]).await;
    let both = ann.order(&offer, "08:00-17:30").on(app.in_days(2)).child(one).child(other);
    let refused = both.send().await.unwrap_err();
    let told = windows(&app, &refused.next_best);
    assert_eq!(told.first(), Some(&(3, "08:00-17:30".to_owned())), "{told:?}");
    assert!(!told.contains(&(1, "08:00-17:30".to_owned())), "{told:?}");
}

/// Day, window, sum and the day replaced, of each.
fn told(choices: &[NextBest]) -> Vec<String> {
    let told = choices.iter().map(|choice| {
        let offer = &choice.offer;
        let replaces = choice.replaces.map(|date| format!(" for {date}")).unwrap_or_default();
        format!("{} {}-{} {}{replaces}", offer.date, offer.from, offer.to, choice.total_fen.0)
    });
    told.collect()
}

#[test_on_both]
async fn a_wish_of_three_hours_gets_three_hours(app: TestApp) {
    let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    ben.book(&offer, "09:00-10:00").await.unwrap();
    let refused = ann.book(&offer, "09:00-12:00").await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::SlotFull);
    let tomorrow = app.in_days(1);
    assert_eq!(
        told(&refused.next_best),
        [
            format!("{tomorrow} 10:00-13:00 9000"),
            format!("{} 09:00-12:00 9000", app.today()),
            format!("{} 09:00-12:00 9000", app.in_days(2)),
        ]
    );
}

#[test_on_both]
async fn siblings_are_told_the_sum_of_all(app: TestApp) {
    let nursery = app.nursery().create().await;
    let toddlers = app.offer().of(&nursery).places(1).hourly().price_fen(3_000).create().await;
    let seniors =
        app.offer().of(&nursery).class(ClassKind::SeniorToddler).places(9).hourly().price_fen(2_000).create().await;
    let mut ann = app.family("Ann").await;
    let (small, big) = (ann.child().id, ann.add_child(30).await.id);
    app.family("Ben").await.book(&toddlers, "09:00-11:00").await.unwrap();
    let order = ann.order(&toddlers, "09:00-11:00").child(small).child_in(big, &seniors);
    let refused = order.send().await.unwrap_err();
    assert_eq!(refused.next_best.len(), 3);
    for choice in &refused.next_best {
        assert_eq!(choice.total_fen, Fen(10_000), "two hours of both: {choice:?}");
    }
}

#[test_on_both]
async fn of_several_days_the_full_one_is_replaced_and_named(app: TestApp) {
    let offer = app.offer().places(1).full_day().price_fen(18_000).create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (first, full, last) = (app.in_days(1), app.in_days(2), app.in_days(3));
    ben.order(&offer, "08:00-17:30").on(full).send().await.unwrap();
    let order = [first, full, last].iter().fold(ann.order(&offer, "08:00-17:30"), |order, day| order.on(*day));
    let refused = order.send().await.unwrap_err();
    let next = app.in_days(4);
    assert_eq!(told(&refused.next_best)[0], format!("{next} 08:00-17:30 54000 for {full}"));
    assert!(refused.next_best.iter().all(|choice| choice.replaces == Some(full)), "{refused:?}");
}

#[test_on_both]
async fn a_nursery_near_by_must_have_every_day(app: TestApp) {
    let full = app.offer().places(1).hourly().create().await;
    let near = app.nursery().name("隔壁").at(31.571, 120.301).create().await;
    let near = app.offer().of(&near).places(1).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (one, two) = (app.in_days(1), app.in_days(2));
    let both = async |family: &Family, offer| family.order(offer, "09:00-11:00").on(one).on(two).send().await;
    both(&ben, &full).await.unwrap();
    let refused = both(&ann, &full).await.unwrap_err();
    let there = |problem: &Problem| problem.next_best.iter().filter(|choice| choice.nursery_id == near.nursery).count();
    assert_eq!(there(&refused), 1);
    assert_eq!(refused.next_best.last().map(|choice| choice.total_fen), Some(Fen(12_000)));
    ben.order(&near, "13:00-14:00").on(two).send().await.unwrap();
    assert_eq!(there(&both(&ann, &full).await.unwrap_err()), 1, "another hour of the day is taken");
    app.family("Cleo").await.order(&near, "10:00-12:00").on(two).send().await.unwrap();
    assert_eq!(there(&both(&ann, &full).await.unwrap_err()), 0, "its second day is full");
}
