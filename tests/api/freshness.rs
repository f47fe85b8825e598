//! How soon a search knows what was booked, while others book.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use doorstep_shared::{bookings::CancelBooking, slots::SlotPage};
use doorstep_tests::prelude::*;

/// How often it is measured; the slowest but one is the 99th percentile.
const PROBES: usize = 100;

/// A nursery with one hourly place, so far from the next that a search finds it alone.
struct Probe {
    offer: Offer,
    query: String,
}

async fn probe(app: &TestApp, number: usize) -> Probe {
    let (lat, lng) = (30.0 + number as f64 * 0.02, 120.0);
    let nursery = app.nursery().at(lat, lng).create().await;
    let offer = app.offer().of(&nursery).places(1).hourly().create().await;
    let date = app.in_days(1);
    let query = format!("/api/v1/slots?lat={lat}&lng={lng}&radius_m=500&date={date}&from=09:00&to=11:00&care=hourly");
    Probe { offer, query }
}

impl Probe {
    async fn is_found(&self, client: &Client) -> bool {
        let page = client.get(&self.query).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.json()["items"].as_array().is_some_and(|items| !items.is_empty())
    }
}

/// Books and cancels until told to stop; returns how often.
async fn keep_booking(family: &Family, offer: &Offer, stop: &AtomicBool, booked: &AtomicUsize) {
    while !stop.load(Ordering::Relaxed) {
        let booking = family.book(offer, "09:00-11:00").await.unwrap();
        family.call(&CancelBooking::all(booking.id)).await.unwrap();
        booked.fetch_add(1, Ordering::Relaxed);
    }
}

#[test_on_both]
async fn the_process_that_booked_knows_it_before_it_answers(app: TestApp) {
    let client = app.client();
    for number in 0..10 {
        let (probe, ann) = (probe(&app, number).await, app.family("Ann").await);
        assert!(probe.is_found(&client).await);
        let booking = ann.book(&probe.offer, "10:00-12:00").await.unwrap();
        assert!(!probe.is_found(&client).await, "still offered after booking");
        ann.call(&CancelBooking::all(booking.id)).await.unwrap();
        assert!(probe.is_found(&client).await, "not offered after cancelling");
    }
}

#[test_on_both]
async fn an_answer_knows_all_that_was_committed_by_its_time_and_its_time_moves_on_when_nothing_changes(app: TestApp) {
    let beside = app.beside().await;
    let client = beside.client();
    for number in 0..10 {
        let (probe, ann) = (probe(&app, number).await, app.family("Ann").await);
        ann.book(&probe.offer, "09:00-11:00").await.unwrap();
        app.clock.advance(chrono::Duration::seconds(1));
        // Nothing is changed from here on; the other process has only its looks.
        let (committed, began) = (app.now(), Instant::now());
        let page = loop {
            let page: SlotPage = serde_json::from_value(client.get(&probe.query).await.json()).unwrap();
            if page.as_of >= committed {
                break page;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{committed:?} is never reached: {:?}", page.as_of);
        };
        assert_eq!(page.items, [], "as of {:?}, though booked before {committed:?}", page.as_of);
    }
}

#[test_on_both]
async fn another_process_knows_it_within_200_ms_at_the_99th_percentile(app: TestApp) {
    let beside = app.beside().await;
    let busy = app.offer().places(9).hourly().create().await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(app.family("Busy").await);
    }
    let ann = app.family("Ann").await;
    let (here, there) = (app.client(), beside.client());
    let mut probes = Vec::new();
    for number in 0..PROBES {
        probes.push(probe(&app, number).await);
    }
    let began = Instant::now();
    while !probes[PROBES - 1].is_found(&there).await {
        assert!(began.elapsed() < Duration::from_secs(10), "the other process does not follow");
    }

    let (stop, booked) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = join_all(others.iter().map(|family| keep_booking(family, &busy, &stop, &booked)));
    let measure = async {
        let mut lags = Vec::new();
        for probe in &probes {
            let booking = ann.book(&probe.offer, "09:00-11:00").await.unwrap();
            let acknowledged = Instant::now();
            assert!(!probe.is_found(&here).await, "still offered where it was booked");
            while probe.is_found(&there).await {
                assert!(acknowledged.elapsed() < Duration::from_secs(10), "the other process does not follow");
            }
            lags.push(acknowledged.elapsed());
            ann.call(&CancelBooking::all(booking.id)).await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        lags
    };
    let (_, mut lags) = join!(load, measure);
    lags.sort();
    let (median, p99) = (lags[PROBES / 2], lags[PROBES - 2]);
    println!("{} bookings beside; lag median {median:?}, p99 {p99:?}", booked.load(Ordering::Relaxed));
    assert!(booked.load(Ordering::Relaxed) > PROBES / 2, "there was a load");
    assert!(p99 < Duration::from_millis(200), "median {median:?}, p99 {p99:?}");
}
