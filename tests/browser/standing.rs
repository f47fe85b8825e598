//! Pages that need nothing but the site: settings, and what is not there.

use doorstep_tests::{Database, run};

use crate::{browser::Browser, look::Look, site::site};

#[test]
fn a_page_that_is_not_there_says_so_and_leads_on() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        for path in ["/nothing", "/nurseries/1", "/nurseries/01909e3f-0000-7000-8000-000000000000"] {
            browser.go(path).await;
            browser.read("没有找到").await;
            browser.has_no_complaints(&[404]).await;
        }
        browser.is_accessible().await;
        browser.shoot("missing-page").await;
        browser.tap("main a.button").await;
        assert_eq!(browser.path().await, "/");
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn settings_are_kept_and_change_every_page() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/settings").await;
        for choice in ["locale][value=en", "theme][value=dark", "size][value='4'", "elder][value=on"] {
            let radio = browser.see(&format!("label:has(input[name={choice}])")).await;
            radio.click().await.unwrap();
        }
        browser.shoot("settings").await;
        browser.tap("form[action='/settings'] button.button").await;
        browser.read("Display").await;
        browser.go("/").await;
        let html = "(({lang, dataset}) => [lang, dataset.theme, dataset.size, dataset.mode])(document.documentElement)";
        assert_eq!(browser.value(html).await, serde_json::json!(["en", "dark", "4", "elder"]));
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}
