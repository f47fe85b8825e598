//! What an empty answer offers instead: windows that one can wait for.

use doorstep_shared::{
    care::CareKind,
    slots::{FullWindow, SearchSlots, SlotPage},
};
use doorstep_tests::prelude::*;

const DAY: &str = "08:00-17:30";

async fn search(app: &TestApp, ask: SearchSlots) -> SlotPage {
    app.client().call(&SearchSlots { facets: Some(true), lat: Some(31.57), lng: Some(120.30), ..ask }).await.unwrap()
}

async fn full(app: &TestApp, ask: SearchSlots) -> Vec<FullWindow> {
    let page = search(app, ask).await;
    assert!(page.items.is_empty(), "{page:?}");
    page.facets.unwrap().full
}

/// A full-day class of one place at this distance, taken on these days from today.
async fn taken(app: &TestApp, name: &str, north: f64, days: std::ops::RangeInclusive<i64>) -> Offer {
    let nursery = app.nursery().name(name).at(31.57 + north, 120.30).create().await;
    let offer = app.offer().of(&nursery).places(1).full_day().create().await;
    let family = app.family(name).await;
    days.fold(family.order(&offer, DAY), |order, day| order.on(app.in_days(day))).send().await.unwrap();
    offer
}

fn names(windows: &[FullWindow]) -> Vec<&str> {
    windows.iter().map(|window| window.nursery.name.as_str()).collect()
}

#[test_on_both]
async fn an_empty_answer_names_the_nearest_that_are_only_full(app: TestApp) {
    let far = taken(&app, "Far", 0.03, 1..=2).await;
    let near = taken(&app, "Near", 0.001, 1..=2).await;
    taken(&app, "Farther", 0.05, 1..=2).await;
    taken(&app, "Farthest", 0.09, 1..=2).await;
    let on = |day: i64| SearchSlots { date: vec![app.in_days(day)], age_months: Some(18), ..SearchSlots::default() };
    let windows = full(&app, on(1)).await;
    assert_eq!(names(&windows), ["Near", "Far", "Farther"], "three at most, nearest first");
    let first = &windows[0].offer;
    assert_eq!((first.offer_id, first.date, first.free), (near.id, app.in_days(1), 0));
    assert_eq!(format!("{}-{}", first.from, first.to), DAY);
    // What is offered can be waited for.
    let ben = app.family("Ben").await;
    assert_eq!(ben.wait_for(&far, DAY).await.unwrap().position, 1);

    let within = SearchSlots { radius_m: Some(1_000), ..on(1) };
    assert_eq!(names(&full(&app, within).await), ["Near"]);
    let half_day = SearchSlots { care: Some(CareKind::HalfDay), ..on(1) };
    assert_eq!(full(&app, half_day).await, [], "it is not full, it is not sold");
    let too_old = SearchSlots { age_months: Some(40), ..on(1) };
    assert_eq!(full(&app, too_old).await, [], "no class takes the child, with a place or without");
    let dear = SearchSlots { max_price_fen: Some(doorstep_shared::Fen(1)), ..on(1) };
    assert_eq!(full(&app, dear).await, []);
    let both = SearchSlots { date: vec![app.in_days(1), app.in_days(2)], ..on(1) };
    assert_eq!(full(&app, both).await, [], "one waits for one day");
    let page = search(&app, on(3)).await;
    assert_eq!((page.items.len(), page.facets.unwrap().full), (4, Vec::new()), "where there are places they are told");
}

#[test_on_both]
async fn hours_are_waited_for_when_they_are_named(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let ann = app.family("Ann").await;
    ann.order(&offer, "07:30-18:00").on(app.in_days(1)).send().await.unwrap();
    let at = |from: &str, to: &str| SearchSlots {
        date: vec![app.in_days(1)],
        from: from.parse().ok(),
        to: to.parse().ok(),
        ..SearchSlots::default()
    };
    let [window] = full(&app, at("09:00", "11:00")).await.try_into().unwrap();
    assert_eq!(format!("{}-{}", window.offer.from, window.offer.to), "09:00-11:00");
    assert_eq!(full(&app, at("19:00", "20:00")).await, [], "closed is not full");
    let at_no_time = SearchSlots { date: vec![app.in_days(1)], ..SearchSlots::default() };
    assert_eq!(full(&app, at_no_time).await, []);
    app.close(offer.nursery, app.in_days(1), "07:30-18:00").await;
    let began = std::time::Instant::now();
    // The index follows within a moment.
    while !full(&app, at("09:00", "11:00")).await.is_empty() {
        assert!(began.elapsed().as_secs() < 10, "a closed nursery is offered to wait for");
    }
    let today = SearchSlots { date: vec![app.today()], ..at("08:00", "09:00") };
    assert_eq!(full(&app, today).await, [], "it is too late for that");
}
