//! Waiting for a place, from the nursery's full window to the booking.

use chrono::Duration;
use doorstep_shared::{
    bookings::{CancelBooking, JoinWaitlist},
    family::Role,
};
use doorstep_tests::{Database, Family, Offer, TestApp, run};

use crate::{browser::Browser, look::Look, site::site};

const DAY: &str = "08:00-17:30";

/// A class of one place that somebody has booked on the day after tomorrow.
async fn full(app: &TestApp) -> (Offer, Family, doorstep_shared::bookings::Booking) {
    let nursery = app.nursery().name("春天托育园").create().await;
    let offer = app.offer().of(&nursery).places(1).full_day().price_fen(9_000).create().await;
    let ann = app.family("Ann").await;
    let booked = ann.order(&offer, DAY).on(app.in_days(2)).send().await.unwrap();
    (offer, ann, booked)
}

impl Browser {
    async fn is_fine(&self, name: &str) {
        self.shoot(name).await;
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
    }

    /// From the full window into the line.
    async fn join(&self, app: &TestApp, offer: &Offer) {
        self.go(&format!("/nurseries/{}?date={}", offer.nursery, app.in_days(2))).await;
        self.tap("a[data-wait]").await;
        self.see("#join").await;
        self.tap("#join").await;
        self.see("#leave").await;
    }
}

async fn from_full_to_booked(look: Look, phone: &str, [first, second]: [&str; 2]) {
    let app = site().await;
    let (offer, ann, booked) = full(&app).await;
    let ben = app.family("Ben").await;
    ben.call(&JoinWaitlist { date: app.in_days(2), ..ben.wait(&offer, DAY) }).await.unwrap();
    let browser = Browser::signed_in(&app, look, phone).await;
    browser.go(&format!("/nurseries/{}?date={}", offer.nursery, app.in_days(2))).await;
    browser.see("a[data-wait]").await;
    browser.is_fine("nursery-full").await;
    browser.tap("a[data-wait]").await;
    browser.see("#join").await;
    browser.is_fine("wait-join").await;
    browser.tap("#join").await;
    browser.read(second).await;
    browser.is_fine("wait-waiting").await;
    let entry = browser.path().await;

    browser.tap("#leave").await;
    browser.see("#rejoin").await;
    browser.is_fine("wait-left").await;
    browser.tap("#rejoin").await;
    browser.read(second).await;

    browser.go("/bookings").await;
    browser.see("#waiting").await;
    browser.is_fine("bookings-waiting").await;
    let bens = ben.entries().await.remove(0);
    ben.leave(bens.id).await.unwrap();
    browser.go(&entry).await;
    browser.read(first).await;

    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    browser.go("/bookings").await;
    browser.see(".offer").await;
    browser.is_fine("bookings-offered").await;
    browser.tap(".offer .button").await;
    browser.see("#accept").await;
    browser.is_fine("wait-offered").await;
    browser.tap("#accept").await;
    browser.see("#door-code").await;
    browser.has_no_complaints(&[]).await;
    browser.go(&entry).await;
    browser.see("main .notice.good").await;
    browser.is_fine("wait-accepted").await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

#[test]
fn a_parent_waits_for_a_full_day_and_gets_it() {
    run(Database::Sqlite, async |_: Database| {
        from_full_to_booked(Look::PHONE, "13800031111", ["候补第 1 位", "候补第 2 位"]).await;
    });
}

#[test]
fn a_parent_waits_for_a_full_day_and_gets_it_in_english() {
    run(Database::Sqlite, async |_: Database| {
        from_full_to_booked(Look::PHONE.english(), "13800031112", ["No. 1 in line", "No. 2 in line"]).await;
    });
}

#[test]
fn a_parent_waits_for_a_full_day_and_gets_it_without_webassembly() {
    run(Database::Sqlite, async |_: Database| {
        let look = Look::PHONE.without_wasm();
        from_full_to_booked(look, "13800031113", ["候补第 1 位", "候补第 2 位"]).await;
    });
}

#[test]
fn what_is_declined_and_what_is_free_says_so() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let (offer, ann, booked) = full(&app).await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800031114").await;
        browser.join(&app, &offer).await;
        let entry = browser.path().await;
        ann.call(&CancelBooking::all(booked.id)).await.unwrap();
        browser.go(&entry).await;
        browser.tap("#decline").await;
        browser.see("#anew").await;
        browser.read("已让给下一家").await;
        browser.is_fine("wait-declined").await;
        // Nobody else waited: the place is free, and there is nothing to wait for.
        browser.tap("#anew").await;
        browser.see("#book-instead").await;
        browser.is_fine("wait-free").await;
        browser.tap("#book-instead").await;
        browser.see("form#book").await;

        // Taken while the page lay open, then given back: the form that is sent says what can be done.
        let again = ann.order(&offer, DAY).on(app.in_days(2)).send().await.unwrap();
        browser.go(&entry).await;
        browser.tap("#anew").await;
        browser.see("#join").await;
        ann.call(&CancelBooking::all(again.id)).await.unwrap();
        browser.tap("#join").await;
        browser.see("#book-instead").await;
        browser.shoot("wait-refused").await;
        browser.is_accessible().await;
        browser.has_no_complaints(&[409]).await;
        browser.go("/bookings").await;
        browser.read("已让给下一家").await;
        browser.close().await;
    });
}

#[test]
fn who_books_what_is_full_is_shown_the_way_to_wait() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        app.family("Ben").await.book(&offer, "09:00-11:00").await.unwrap();
        let browser = Browser::open(&app, Look::SMALL).await;
        browser.go(&crate::steps::book_path(&offer, app.in_days(1))).await;
        browser.tap("#to-wait").await;
        // Sign-in comes first and leads back to the line.
        browser.sign_in(&app, "13800031115").await;
        browser.see("#join").await;
        browser.tell_about_child(&app).await;
        browser.is_fine("wait-first-child").await;
        browser.tap("#join").await;
        browser.see("#leave").await;
        browser.is_fine("wait-waiting-small").await;
        browser.close().await;
    });
}

#[test]
fn a_grandmother_sees_the_line_and_whom_to_ask_but_no_buttons() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let (offer, ann, booked) = full(&app).await;
        let ben = app.family("Ben").await;
        let entry = ben.call(&JoinWaitlist { date: app.in_days(2), ..ben.wait(&offer, DAY) }).await.unwrap();
        let grandmother = app.relative(&ben, Role::Member).await;
        // A second code within a minute is not sent.
        app.clock.advance(Duration::minutes(2));
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go(&format!("/sign-in?next=/wait/{}", entry.id)).await;
        browser.sign_in(&app, &grandmother.phone).await;
        browser.read("请找监护人").await;
        browser.read("候补第 1 位").await;
        assert!(!browser.sees("#leave").await);
        browser.is_fine("wait-looking").await;

        ann.call(&CancelBooking::all(booked.id)).await.unwrap();
        browser.go(&format!("/wait/{}", entry.id)).await;
        browser.read("请找监护人").await;
        assert!(!browser.sees("#accept").await && !browser.sees("#decline").await);
        browser.is_fine("wait-looking-offered").await;
        browser.close().await;
    });
}

async fn an_empty_search_leads_into_the_line(look: Look, offered: &str) {
    let app = site().await;
    let (offer, ..) = full(&app).await;
    let browser = Browser::signed_in(&app, look, "13800031121").await;
    browser.go(&format!("/?date={}", app.in_days(2))).await;
    browser.read(offered).await;
    browser.is_fine("find-nothing-wait").await;
    browser.tap("#waits a[data-wait]").await;
    browser.see("#join").await;
    browser.is_fine("wait-join-from-find").await;
    browser.tap("#join").await;
    browser.see("#leave").await;
    let path = browser.path().await;
    assert!(path.starts_with("/wait/"), "{path}");
    // Where another day has a place, that is what the page leads to.
    browser.go(&format!("/nurseries/{}?date={}", offer.nursery, app.in_days(3))).await;
    assert!(!browser.sees("a[data-wait]").await);
    browser.close().await;
}

#[test]
fn an_empty_search_leads_into_the_line_in_chinese() {
    run(Database::Sqlite, async |_: Database| an_empty_search_leads_into_the_line(Look::PHONE, "也可以候补").await);
}

#[test]
fn an_empty_search_leads_into_the_line_in_english_without_wasm() {
    let look = Look::PHONE.english().without_wasm();
    run(Database::Sqlite, async |_: Database| an_empty_search_leads_into_the_line(look, "Or wait for a place").await);
}
