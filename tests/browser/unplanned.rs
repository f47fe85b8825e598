//! What no one planned: double taps, sessions that end, prices that change, codes that do not come.

use doorstep_server::db::{changes, schema};
use doorstep_tests::{Database, run};
use serde_json::json;

use crate::{browser::Browser, look::Look, site::site, steps::book_path};

#[test]
fn a_double_tap_books_once() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(3).hourly().create().await;
        for look in [Look::PHONE, Look::PHONE.without_wasm()] {
            let phone = if look == Look::PHONE { "13800012222" } else { "13800012223" };
            let browser = Browser::signed_in(&app, look, phone).await;
            browser.go(&book_path(&offer, app.in_days(1))).await;
            let twice = "const button = document.querySelector('.foot-bar button'); button.click(); button.click()";
            browser.driver.execute(twice, Vec::new()).await.unwrap();
            browser.see("#confirm").await;
            browser.go("/bookings").await;
            let held = browser.value("document.querySelectorAll('main a[href^=\"/bookings/\"]').length").await;
            assert_eq!(held, json!(1), "one booking");
            browser.has_no_complaints(&[]).await;
            browser.close().await;
        }
        app.check_finds_no_difference().await;
    });
}

#[test]
fn going_back_after_booking_and_pressing_again_books_nothing_twice() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(3).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800013333").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        let first = browser.path().await;
        browser.driver.back().await.unwrap();
        browser.see("form#book").await;
        browser.press_the_bar().await;
        browser.is_elsewhere_than("/book?").await;
        assert!(browser.sees("#confirm").await, "{}", browser.text().await);
        assert_eq!(browser.path().await, first, "the same booking is shown");
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}

#[test]
fn a_session_that_ended_leads_through_sign_in_and_loses_nothing() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800014444").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.fill("#pickup", "外婆").await;
        for cookie in browser.driver.get_all_cookies().await.unwrap() {
            if cookie.name != "look" {
                browser.driver.delete_cookie(cookie.name).await.unwrap();
            }
        }
        browser.press_the_bar().await;
        browser.fill("#phone", "13800014444").await;
        browser.tap("form#sign-in button").await;
        // The code of a moment ago may be typed; it was used up, so another one is waited for.
        browser.read("刚才已经发过验证码").await;
        browser.see("#code").await;
        browser.has_no_complaints(&[401]).await;
        app.clock.advance(chrono::Duration::seconds(61));
        browser.see("#resend[disabled]").await;
        browser.driver.execute("document.querySelector('#resend').disabled = false", Vec::new()).await.unwrap();
        browser.tap("#resend").await;
        browser.reads_no_longer("刚才已经发过验证码").await;
        browser.fill("#code", &app.code_sent_to("13800014444").await).await;
        browser.tap("form#sign-in button").await;
        browser.read("刚才填的内容都还在").await;
        browser.is_accessible().await;
        browser.shoot("state-resume").await;
        browser.tap("main form .button").await;
        browser.see("#confirm").await;
        browser.read("外婆").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn a_price_that_changed_is_never_charged_in_silence() {
    use diesel::prelude::*;

    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800015555").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        let (now, changed) = (app.now(), offer.clone());
        let dearer = app.db().write(move |conn| {
            let row = schema::offer::table.find(changed.id);
            diesel::update(row).set(schema::offer::price_fen.eq(4_500)).execute(conn)?;
            Ok(changes::nurseries_batch(conn, now, &[changed.nursery])?)
        });
        dearer.await.unwrap();
        browser.press_the_bar().await;
        browser.read("价格变了：刚才 ¥30/小时，现在 ¥45/小时").await;
        browser.is_accessible().await;
        browser.shoot("state-price-changed").await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        browser.read("¥90").await;
        browser.close().await;
    });
}

#[test]
fn another_code_can_be_asked_for_after_a_countdown() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/sign-in").await;
        browser.fill("#phone", "13800016666").await;
        browser.tap("form#sign-in button").await;
        browser.see("#code").await;
        browser.see("#resend[disabled]").await;
        browser.read("秒后可以重新获取").await;
        browser.is_accessible().await;
        browser.shoot("sign-in-code").await;
        let first = app.code_sent_to("13800016666").await;
        app.clock.advance(chrono::Duration::seconds(61));
        // What the countdown does when it is over.
        browser.driver.execute("document.querySelector('#resend').disabled = false", Vec::new()).await.unwrap();
        browser.tap("#resend").await;
        browser.see("#code").await;
        let second = app.code_sent_to("13800016666").await;
        assert_ne!(first, second);
        browser.fill("#code", &second).await;
        browser.tap("form#sign-in button").await;
        browser.is_elsewhere_than("/sign-in").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn another_day_changes_the_sum_at_once_and_nothing_that_was_typed() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800018888").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.see_attribute(".live", "data-ready", "").await;
        browser.fill("#pickup", "外婆").await;
        browser.tap("#when summary").await;
        browser.tap(&format!("label:has(input[name=date][value='{}'])", app.in_days(2))).await;
        browser.read("¥120").await;
        assert!(!browser.sees(".recount").await, "it counts by itself");
        let path = browser.path().await;
        assert!(path.contains(&app.in_days(2).to_string()) && !path.contains("pickup"), "{path}");
        assert_eq!(browser.see("#pickup").await.prop("value").await.unwrap().as_deref(), Some("外婆"), "kept");
        browser.is_accessible().await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        browser.read("¥120").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}
