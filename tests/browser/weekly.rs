//! Book by weekday: a month of care on one page.

use doorstep_tests::{Database, run};

use crate::{browser::Browser, look::Look, site::site, steps::book_path};

/// From the page of a single day to a month of one weekday, without the day that is full and one that does not suit.
async fn a_month_of_mornings(look: Look, phone: &str) {
    let app = site().await;
    let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
    app.family("Ben").await.order(&offer, "09:00-11:00").on(app.in_days(8)).send().await.unwrap();
    let browser = Browser::signed_in(&app, look, phone).await;
    browser.go(&book_path(&offer, app.in_days(1))).await;
    browser.tap("#when summary").await;
    browser.tap("#when a[href^='/book/weekly?']").await;
    browser.see("form#weekly").await;
    // Four weeks from tomorrow, of which the second is taken.
    assert_eq!(browser.count("#days input[name=date]").await, 4);
    assert_eq!(browser.count("#days input[name=date]:checked").await, 3);
    assert_eq!(browser.count("#days input[name=date]:disabled").await, 1);
    browser.read("1 天已满").await;
    browser.read("¥180").await;
    browser.is_accessible().await;
    browser.fits_the_screen().await;
    browser.shoot("weekly").await;

    browser.tap(&format!("#days label:has(input[value='{}'])", app.in_days(22))).await;
    if look == look.without_wasm() {
        browser.tap(".recount").await;
    }
    browser.read("¥120").await;
    assert_eq!(browser.count("#days input[name=date]:checked").await, 2);
    browser.press_the_bar().await;
    browser.see("#confirm").await;
    browser.see("#series").await;
    browser.read("¥120").await;
    browser.shoot("weekly-held").await;
    browser.tap("#confirm").await;
    browser.see("#door-code").await;
    browser.has_no_complaints(&[]).await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

#[test]
fn a_month_of_mornings_on_a_phone() {
    run(Database::Sqlite, async |_: Database| a_month_of_mornings(Look::PHONE, "13800031111").await);
}

#[test]
fn a_month_of_mornings_with_webassembly_blocked() {
    run(Database::Sqlite, async |_: Database| {
        a_month_of_mornings(Look::DESKTOP.without_wasm(), "13800031112").await;
    });
}

#[test]
fn days_taken_meanwhile_are_named_and_the_rest_is_one_press_away() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
        let browser = Browser::signed_in(&app, Look::PHONE.english(), "13800031113").await;
        browser.go(&book_path(&offer, app.in_days(1)).replacen("/book?", "/book/weekly?", 1)).await;
        assert_eq!(browser.count("#days input[name=date]:checked").await, 4);
        app.family("Ben").await.order(&offer, "09:00-11:00").on(app.in_days(15)).send().await.unwrap();
        browser.press_the_bar().await;
        browser.see("#unfit").await;
        browser.read("hold the other 3").await;
        browser.is_accessible().await;
        browser.shoot("weekly-unfit").await;
        browser.has_no_complaints(&[409]).await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        browser.read("¥180").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}

#[test]
fn a_week_without_weekdays_and_an_end_before_the_start_are_said_at_their_fields() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800031114").await;
        let weekly = book_path(&offer, app.in_days(1)).replacen("/book?", "/book/weekly?", 1);
        browser.go(&format!("{weekly}&start={}&until={}", app.in_days(1), app.in_days(20))).await;
        browser.read("没有可预约的日子").await;
        browser.press_the_bar().await;
        browser.see("#weekdays-error").await;
        browser.shoot("weekly-no-weekday").await;
        browser.has_no_complaints(&[422]).await;
        browser.close().await;
    });
}

#[test]
fn a_pattern_that_reaches_further_than_can_be_booked_says_so_and_books_until_there() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800031115").await;
        let weekly = book_path(&offer, app.in_days(1)).replacen("/book?", "/book/weekly?", 1);
        browser.go(&format!("{weekly}&until={}", app.in_days(120))).await;
        browser.read("目前只能预约到").await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}
