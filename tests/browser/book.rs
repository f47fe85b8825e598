//! Book, where it does not go straight ahead: full, offline, in another language, for twins, the same again.

use doorstep_tests::{Database, run};
use serde_json::json;

use crate::{
    browser::{Browser, Network},
    look::Look,
    site::site,
    steps::book_path,
};

#[test]
fn another_language_after_a_refusal_keeps_the_wish_and_names_nobody_in_the_address() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800021111").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.fill("#pickup", "外婆").await;
        app.family("Ben").await.book(&offer, "09:00-11:00").await.unwrap();
        browser.press_the_bar().await;
        browser.read("刚刚被约满了").await;
        browser.has_no_complaints(&[409]).await;
        browser.tap("header button[name=locale]").await;
        browser.read("Who comes").await;
        let path = browser.path().await;
        assert!(path.starts_with("/book?") && path.contains(&offer.id.to_string()), "{path}");
        assert!(!path.contains("pickup"), "{path}");
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn what_was_full_before_is_not_said_to_be_taken_just_now() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().price_fen(3_000).create().await;
        app.family("Ben").await.book(&offer, "09:00-11:00").await.unwrap();
        let browser = Browser::signed_in(&app, Look::PHONE, "13800022222").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.read("没有空位了").await;
        browser.read("托小班（小满）没有空位了").await;
        assert!(!browser.text().await.contains("刚刚"), "{}", browser.text().await);
        browser.see("button[name=instead]").await;
        browser.shoot("state-full").await;
        browser.has_no_complaints(&[409]).await;
        browser.close().await;
    });
}

#[test]
fn parents_of_twins_tell_about_both_on_the_way() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(2).hourly().price_fen(3_000).create().await;
        for (look, phone) in [(Look::PHONE, "13800023333"), (Look::PHONE.without_wasm(), "13800023334")] {
            let day = app.in_days(if look == Look::PHONE { 1 } else { 2 });
            let browser = Browser::open(&app, look).await;
            browser.go(&book_path(&offer, day)).await;
            browser.sign_in(&app, phone).await;
            browser.tell_about_child(&app).await;
            browser.tap("#another").await;
            browser.read("小满 已添加").await;
            browser.is_accessible().await;
            browser.shoot("book-twins").await;
            browser.fill("#name", "小圆").await;
            browser.choose_date("#birth_date", app.today() - chrono::Months::new(18)).await;
            browser.tap("label:has(input[name=sex][value=male])").await;
            browser.tap("#consent_care").await;
            browser.press_the_bar().await;
            browser.see("#confirm").await;
            browser.read("小圆").await;
            browser.read("¥120").await;
            browser.has_no_complaints(&[]).await;
            browser.close().await;
        }
    });
}

#[test]
fn without_network_the_form_stays_and_nothing_is_booked() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800024444").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.see_attribute(".live", "data-ready", "").await;
        browser.fill("#pickup", "外婆").await;
        browser.has_no_complaints(&[]).await;
        browser.network(Network::Off).await;
        browser.press_the_bar().await;
        browser.see("#stuck").await;
        let bar = "document.querySelector('.foot-bar').getBoundingClientRect().top";
        let seen = format!("document.querySelector('#stuck').getBoundingClientRect().bottom <= {bar}");
        browser.see_that(&seen).await;
        browser.is_accessible().await;
        browser.shoot("state-book-offline").await;
        assert_eq!(browser.see("#pickup").await.prop("value").await.unwrap().as_deref(), Some("外婆"), "kept");
        browser.network(Network::On).await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        browser.read("外婆").await;
        browser.close().await;
    });
}

#[test]
fn what_ran_out_is_offered_again_on_its_own_day_with_who_picks_up() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800025555").await;
        let tomorrow = app.in_days(1);
        browser.go(&book_path(&offer, tomorrow)).await;
        browser.fill("#pickup", "外婆").await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        let booking = browser.path().await;
        app.clock.advance(chrono::Duration::minutes(11));
        browser.go(&booking).await;
        let link = browser.see(".again a").await.attr("href").await.unwrap().unwrap();
        assert!(link.contains(&format!("date={tomorrow}")), "{link}");
        browser.tap(".again a").await;
        assert_eq!(browser.see("#pickup").await.prop("value").await.unwrap().as_deref(), Some("外婆"));
        assert!(!browser.value("location.search").await.as_str().unwrap().contains("pickup"));

        // Taken on that day: the same weekday a week later.
        app.family("Ben").await.book(&offer, "10:00-12:00").await.unwrap();
        browser.go(&booking).await;
        let link = browser.see(".again a").await.attr("href").await.unwrap().unwrap();
        assert!(link.contains(&format!("date={}", app.in_days(8))), "{link}");
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn owing_money_is_not_ticked_off_and_undoing_costs_nothing() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().cancel_rule(48, 100).create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800026666").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.tap("#confirm").await;
        browser.tap("#cancel-card summary").await;
        browser.read("现在取消，不用付钱").await;
        assert!(!browser.text().await.contains("免费取消的时间已过"), "{}", browser.text().await);
        app.clock.advance(chrono::Duration::minutes(6));
        browser.driver.refresh().await.unwrap();
        browser.tap("#cancel-card summary").await;
        browser.tap("#cancel").await;
        browser.read("已取消，到园付 ¥60").await;
        assert_eq!(
            browser.value("document.querySelector('.notice:has(#undo)').classList.contains('warn')").await,
            json!(true)
        );
        browser.shoot("state-owes").await;
        browser.close().await;
    });
}
