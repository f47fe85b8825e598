//! The states that a page can be in, each brought about as it happens.

use doorstep_tests::{Database, Family, run};
use serde_json::json;

use crate::{
    browser::{Browser, Network},
    look::Look,
    site::site,
    steps::book_path,
};

/// The tag of the focused element and whether it is a message.
async fn focus_is_on_a_message(browser: &Browser) {
    let focused = browser.value("document.activeElement.classList.contains('notice')").await;
    assert_eq!(focused, json!(true), "the summary takes the focus");
}

#[test]
fn a_field_error_stands_at_its_field_and_in_a_summary_that_takes_the_focus() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/sign-in").await;
        browser.fill("#phone", "12345").await;
        browser.tap("form#sign-in button").await;
        browser.see("#phone-error").await;
        focus_is_on_a_message(&browser).await;
        assert_eq!(browser.see("#phone").await.prop("value").await.unwrap().as_deref(), Some("12345"), "kept");
        assert_eq!(browser.see("#phone").await.attr("aria-invalid").await.unwrap().as_deref(), Some("true"));
        browser.is_accessible().await;
        browser.shoot("state-field-error").await;
        browser.has_no_complaints(&[422]).await;

        browser.fill("#phone", "13800005555").await;
        browser.tap("form#sign-in button").await;
        browser.fill("#code", "000000").await;
        browser.tap("form#sign-in button").await;
        browser.see("#code-error").await;
        browser.has_no_complaints(&[401]).await;
        browser.close().await;
    });
}

#[test]
fn the_first_time_says_what_will_be_here_and_offers_one_action() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/sign-in").await;
        browser.sign_in(&app, "13800001111").await;
        for (path, text) in [("/bookings", "还没有预约"), ("/children", "宝宝")] {
            browser.go(path).await;
            browser.read(text).await;
            browser.see("main a.button").await;
            browser.is_accessible().await;
            browser.has_no_complaints(&[]).await;
        }
        browser.close().await;
    });
}

#[test]
fn a_place_taken_meanwhile_keeps_the_form_and_offers_others() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800002222").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.fill("#pickup", "外婆").await;
        let ben = app.family("Ben").await;
        ben.book(&offer, "09:00-11:00").await.unwrap();
        browser.press_the_bar().await;
        browser.read("刚刚被约满了").await;
        focus_is_on_a_message(&browser).await;
        assert_eq!(browser.see("#pickup").await.prop("value").await.unwrap().as_deref(), Some("外婆"), "kept");
        browser.is_accessible().await;
        browser.shoot("state-conflict").await;
        browser.has_no_complaints(&[409]).await;
        browser.tap("button[name=instead]").await;
        browser.see("#confirm").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn a_fault_of_ours_says_that_nothing_was_charged_and_can_be_tried_again() {
    use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
    use doorstep_server::db::DatabaseUrl;

    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800003333").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        let DatabaseUrl::Sqlite(path) = app.database().url() else { panic!("SQLite") };
        let mut other = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        browser.press_the_bar().await;
        browser.read("不会重复预约或重复收费").await;
        browser.is_accessible().await;
        browser.shoot("state-our-fault").await;
        browser.has_no_complaints(&[503]).await;
        other.batch_execute("ROLLBACK").unwrap();
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}

#[test]
fn a_hold_that_ran_out_says_so_and_can_be_booked_again() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800004444").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.see("#confirm").await;
        browser.see("section.hold .countdown").await;
        app.clock.advance(chrono::Duration::minutes(11));
        browser.tap("#confirm").await;
        browser.read("保留时间已过").await;
        browser.is_accessible().await;
        browser.shoot("state-hold-expired").await;
        browser.has_no_complaints(&[409]).await;
        browser.close().await;
    });
}

#[test]
fn cancelling_can_be_undone_for_a_few_minutes() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800006666").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.tap("#confirm").await;
        browser.tap("#cancel-card summary").await;
        browser.tap("#cancel").await;
        browser.see("#undo").await;
        browser.shoot("state-undo").await;
        browser.tap("#undo").await;
        browser.see("#door-code").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}

#[test]
fn without_a_session_a_page_leads_to_sign_in_and_back() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/bookings").await;
        assert!(browser.path().await.starts_with("/sign-in"));
        browser.sign_in(&app, "13800007777").await;
        assert_eq!(browser.path().await, "/bookings");
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn another_familys_booking_is_not_there() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let ben: Family = app.family("Ben").await;
        let booking = ben.book(&offer, "09:00-11:00").await.unwrap();
        let browser = Browser::signed_in(&app, Look::PHONE, "13800008888").await;
        browser.go(&format!("/bookings/{}", booking.id)).await;
        browser.read("没有找到").await;
        assert!(!browser.text().await.contains(&ben.child().name));
        browser.has_no_complaints(&[404]).await;
        browser.close().await;
    });
}

#[test]
fn without_network_the_page_says_how_old_it_is() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800009999").await;
        browser.go("/bookings").await;
        browser.see("h1").await;
        browser.has_no_complaints(&[]).await;
        browser.is_awake().await;
        browser.network(Network::Off).await;
        browser.comes_back_and_is_told().await;
        browser.is_accessible().await;
        browser.shoot("state-offline").await;
        browser.network(Network::On).await;
        browser.close().await;
    });
}

#[test]
fn a_page_left_open_notices_what_changed() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800001010").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.is_awake().await;
        let ben = app.family("Ben").await;
        ben.book(&offer, "09:00-11:00").await.unwrap();
        browser.comes_back_and_is_told().await;
        browser.is_accessible().await;
        browser.shoot("state-stale").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

impl Browser {
    /// What wakes the islands has arrived.
    async fn is_awake(&self) {
        let began = std::time::Instant::now();
        let loaded =
            "performance.getEntriesByType('resource').some(r => r.name.endsWith('.wasm') && r.responseEnd > 0)";
        while self.value(loaded).await != json!(true) {
            assert!(began.elapsed().as_secs() < 20, "WebAssembly does not arrive");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// A person returns to the tab, again and again until the page tells: an island wakes when it wakes.
    async fn comes_back_and_is_told(&self) {
        let began = std::time::Instant::now();
        while !self.sees(".recheck .notice").await {
            assert!(began.elapsed().as_secs() < 20, "nothing is told on {}", self.path().await);
            let script = "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))";
            self.driver.execute(script, Vec::new()).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}
