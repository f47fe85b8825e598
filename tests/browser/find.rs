//! What a person does on Find and on the map, and how the page fares meanwhile.

use doorstep_tests::{Database, TestApp, run};
use serde_json::json;

use crate::{
    browser::{Browser, Network},
    look::Look,
    site::{site, site_with},
};

/// Two nurseries, one of them inclusive, a few kilometres apart.
async fn two_nurseries() -> TestApp {
    let app = site().await;
    let near = app.nursery().name("春天托育园").at(31.570, 120.300).inclusive().create().await;
    let far = app.nursery().name("河畔托育园").at(31.600, 120.330).create().await;
    for nursery in [near, far] {
        app.offer().of(&nursery).places(3).full_day().create().await;
    }
    app
}

/// Chips that are links without WebAssembly are followed in place when it runs.
async fn is_live(browser: &Browser) {
    browser.see("button[data-ready]").await;
}

#[test]
fn a_slow_answer_leaves_the_old_results_and_says_so() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/").await;
        is_live(&browser).await;
        browser.network(Network::Slow).await;
        browser.tap("#chip-inclusive").await;
        browser.see_attribute(".live[data-state]", "data-state", "loading").await;
        assert!(browser.text().await.contains("河畔托育园"), "what was there stays");
        browser.shoot("state-loading").await;
        browser.read("下面还是刚才的结果").await;
        assert!(browser.text().await.contains("河畔托育园"), "what was there stays");
        browser.is_accessible().await;
        browser.shoot("state-slow").await;
        browser.reads_no_longer("河畔托育园").await;
        browser.see_attribute(".live[data-state]", "data-state", "still").await;
        assert_eq!(browser.path().await, "/?inclusive=1");
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn without_network_the_results_stay_and_are_asked_for_again() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/").await;
        is_live(&browser).await;
        browser.has_no_complaints(&[]).await;
        browser.network(Network::Off).await;
        browser.tap("#chip-inclusive").await;
        browser.read("连不上网络").await;
        assert!(browser.text().await.contains("河畔托育园"), "what was there stays");
        browser.shoot("state-offline-find").await;
        browser.network(Network::On).await;
        // It asks again by itself.
        browser.reads_no_longer("河畔托育园").await;
        assert_eq!(browser.path().await, "/?inclusive=1");
        browser.close().await;
    });
}

#[test]
fn an_empty_answer_names_the_filter_that_killed_it_and_drops_it() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        for look in [Look::PHONE, Look::DESKTOP.english().without_wasm()] {
            let browser = Browser::open(&app, look).await;
            browser.go("/?inclusive=1&kind=employer").await;
            let (because, drop) = if look.locale == "zh" {
                ("“机构类型”", "不限机构类型（1 家）")
            } else {
                ("Kind", "1")
            };
            browser.read(because).await;
            browser.read(drop).await;
            browser.is_accessible().await;
            browser.shoot("state-empty-by-filter").await;
            browser.tap(".empty a.button").await;
            browser.read("春天托育园").await;
            assert_eq!(browser.path().await, "/?inclusive=1");
            browser.has_no_complaints(&[]).await;
            browser.close().await;
        }
    });
}

#[test]
fn back_and_forward_lead_through_the_filters() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/").await;
        is_live(&browser).await;
        browser.tap("#chip-inclusive").await;
        browser.reads_no_longer("河畔托育园").await;
        browser.driver.back().await.unwrap();
        browser.read("河畔托育园").await;
        assert_eq!(browser.path().await, "/");
        browser.driver.forward().await.unwrap();
        browser.reads_no_longer("河畔托育园").await;
        browser.tap("main a[href^='/nurseries/']").await;
        browser.see(".foot-bar, .windows, #windows").await;
        browser.driver.back().await.unwrap();
        browser.read("春天托育园").await;
        assert_eq!(browser.path().await, "/?inclusive=1", "the filters are as they were");
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn near_me_asks_first_and_puts_the_nearest_on_top() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        let origin = app.url();
        browser.tell("Browser.grantPermissions", json!({"permissions": ["geolocation"], "origin": origin})).await;
        let here = json!({"latitude": 31.601, "longitude": 120.331, "accuracy": 20});
        browser.tell("Emulation.setGeolocationOverride", here).await;
        browser.go("/").await;
        browser.tap(".near > button[data-ready]").await;
        browser.read("位置只精确到约 100 米").await;
        browser.shoot("near-why").await;
        browser.tap(".near-why .button").await;
        browser.read("距离从您的位置算起").await;
        let first = browser.see(".nurseries li").await.text().await.unwrap();
        assert!(first.contains("河畔托育园"), "{first}");
        assert!(browser.path().await.contains("at=31.601%2C120.331"), "{}", browser.path().await);
        browser.shoot("near").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn near_me_without_leave_points_to_the_district() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        let denied = json!({"permission": {"name": "geolocation"}, "setting": "denied"});
        browser.tell("Browser.setPermission", denied).await;
        browser.go("/").await;
        browser.tap(".near > button[data-ready]").await;
        browser.tap(".near-why .button").await;
        browser.read("没有取得位置").await;
        browser.is_accessible().await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn with_a_key_the_map_asks_tianditu_for_its_tiles() {
    run(Database::Sqlite, async |_: Database| {
        let app = site_with(|config| config.tianditu_key = Some("a-key".to_owned())).await;
        app.offer().places(1).hourly().create().await;
        let browser = Browser::open(&app, Look::DESKTOP).await;
        browser.go("/?view=map").await;
        browser.tap(".live-map > button[data-ready]").await;
        browser.see("#map .leaflet-marker-icon").await;
        browser.see_that("document.querySelector('#map img[src*=\"/cva_w/wmts\"]') != null").await;
        let asked =
            browser.value("[...document.querySelectorAll('#map img.leaflet-tile')].map(tile => tile.src)").await;
        let asked: Vec<&str> = asked.as_array().unwrap().iter().map(|src| src.as_str().unwrap()).collect();
        for layer in ["vec", "cva"] {
            assert!(asked.iter().any(|src| src.contains(&format!("LAYER={layer}&TILEMATRIX="))), "{layer}: {asked:?}");
        }
        let sound = |src: &&str| {
            src.starts_with("https://t") && src.contains(".tianditu.gov.cn/") && src.ends_with("&tk=a-key")
        };
        assert!(asked.iter().all(sound), "{asked:?}");
        browser.read("天地图").await;
        // Nobody answers here, but the page's own policy let the browser ask.
        let log = browser.driver.browser_log().await.unwrap();
        assert!(log.iter().all(|line| !line.message.contains("Content Security Policy")), "{log:?}");
        browser.close().await;
    });
}

#[test]
fn the_map_shows_the_list_by_its_numbers() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        for look in [Look::PHONE, Look::DESKTOP.english().dark()] {
            let browser = Browser::open(&app, look).await;
            browser.go("/?view=map").await;
            browser.tap(".live-map > button[data-ready]").await;
            browser.see("#map .leaflet-marker-icon").await;
            let pins = browser.value("document.querySelectorAll('#map .leaflet-marker-icon').length").await;
            assert_eq!(pins, json!(2));
            browser.is_accessible().await;
            browser.fits_the_screen().await;
            browser.shoot("map").await;
            browser.has_no_complaints(&[]).await;
            browser.close().await;
        }
    });
}

#[test]
fn the_familys_own_child_is_offered_by_name_and_chosen_when_it_is_the_only_one() {
    run(Database::Sqlite, async |_: Database| {
        let app = two_nurseries().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800017777").await;
        browser.go("/").await;
        let chosen = "document.querySelector('#birth-0').selectedOptions[0].textContent";
        assert_eq!(browser.value(chosen).await, json!("小满 · 18 个月"));
        assert!(!browser.path().await.contains("birth"), "no birthday gets into the address");
        browser.go("/?birth=").await;
        assert_eq!(browser.value(chosen).await, json!("月龄不限"));
        browser.go("/").await;
        assert_eq!(browser.value(chosen).await, json!("月龄不限"), "the last choice is remembered");
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}
