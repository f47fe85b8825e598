//! At the nursery's door without network: the code is there, and only for whoever is signed in.

use doorstep_tests::{Database, run};
use serde_json::json;

use crate::{
    browser::{Browser, Network},
    look::Look,
    site::site,
    steps::book_path,
};

const KEPT: &str = "const [cacheName, page, done] = arguments; \
    caches.match(page, {cacheName}).then(kept => kept ? kept.text() : '').then(done)";

impl Browser {
    /// What a cache keeps of a page; empty when nothing is.
    pub async fn kept(&self, cache: &str, page: &str) -> String {
        let kept = self.driver.execute_async(KEPT, vec![json!(cache), json!(page)]).await.unwrap();
        kept.json().as_str().unwrap_or_default().to_owned()
    }

    pub async fn keeps(&self, cache: &str, page: &str, text: &str) {
        let began = std::time::Instant::now();
        while !self.kept(cache, page).await.contains(text) {
            assert!(began.elapsed().as_secs() < 20, "{text} is not kept");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

#[test]
fn the_next_booking_and_its_code_are_read_without_network() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800019999").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.tap("#confirm").await;
        let code = browser.see("#door-code").await.text().await.unwrap();
        browser.go("/bookings").await;
        browser.keeps("mine", "/bookings", "door-code").await;
        browser.has_no_complaints(&[]).await;
        // The server is gone, as far as this phone can tell.
        drop(app);
        browser.go("/bookings").await;
        assert_eq!(browser.see("#door-code").await.text().await.unwrap(), code);
        browser.read("网络断开了").await;
        browser.shoot("offline-ticket").await;
        browser.go("/children").await;
        browser.read("没有网络").await;
        browser.is_accessible().await;
        browser.shoot("offline-page").await;
        browser.close().await;
    });
}

#[test]
fn where_there_is_no_worker_the_open_page_has_the_bookings_at_hand_until_signing_out() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800020001").await;
        // As in browsers inside other apps.
        let without = json!({"source": "delete Navigator.prototype.serviceWorker"});
        browser.tell("Page.addScriptToEvaluateOnNewDocument", without).await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.tap("#confirm").await;
        let code = browser.see("#door-code").await.text().await.unwrap();
        browser.go("/bookings").await;
        browser.see("#door-code").await;
        browser.go("/me").await;
        browser.network(Network::Off).await;
        browser.tap("a[href='/bookings']").await;
        assert_eq!(browser.see("#door-code").await.text().await.unwrap(), code);
        browser.read("网络断开了").await;
        browser.is_accessible().await;
        browser.shoot("offline-snapshot").await;
        browser.network(Network::On).await;
        browser.see_that("location.pathname === '/bookings'").await;
        browser.go("/me").await;
        browser.tap("#sign-out").await;
        browser.read("登录后可以预约").await;
        assert_eq!(browser.value("localStorage.length").await, json!(0));
        browser.close().await;
    });
}

#[test]
fn signing_out_leaves_nothing_of_the_family_on_the_phone() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(1).hourly().create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800020000").await;
        browser.go(&book_path(&offer, app.in_days(1))).await;
        browser.press_the_bar().await;
        browser.tap("#confirm").await;
        browser.see("#door-code").await;
        browser.go("/bookings").await;
        browser.keeps("mine", "/bookings", "door-code").await;
        browser.go("/me").await;
        browser.tap("#sign-out").await;
        browser.read("登录后可以预约").await;
        assert_eq!(browser.kept("mine", "/bookings").await, "");
        let names = "const done = arguments[0]; caches.keys().then(names => Promise.all(names.map(name => \
                     caches.open(name).then(cache => cache.keys()).then(keys => keys.map(key => key.url))))) \
                     .then(urls => done(urls.flat()))";
        let kept = browser.driver.execute_async(names, Vec::new()).await.unwrap();
        let kept: Vec<_> = kept.json().as_array().unwrap().iter().map(|url| url.as_str().unwrap().to_owned()).collect();
        let personal =
            kept.iter().filter(|url| !url.contains("/pkg/") && !url.contains("style-") && !url.ends_with("/offline"));
        assert_eq!(personal.collect::<Vec<_>>(), [""; 0]);
        assert_eq!(browser.value("localStorage.length").await, json!(0));
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}
