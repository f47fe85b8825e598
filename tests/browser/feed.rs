//! A child's days in the phone's own calendar.

use doorstep_tests::{Database, run};

use crate::{browser::Browser, look::Look, site::site};

#[test]
fn a_link_is_shown_once_works_without_signing_in_and_ends_at_a_tap() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800041111").await;
        browser.go("/children").await;
        browser.tap("main a[href^='/children/']:not([href$=new])").await;
        browser.tap("a[href$='/calendar']").await;
        browser.read("现在没有链接").await;
        browser.tap("#make").await;
        let url = browser.see("#url").await.prop("value").await.unwrap().unwrap();
        browser.see("a[href^='webcal://']").await;
        browser.is_accessible().await;
        browser.fits_the_screen().await;
        browser.shoot("feed-made").await;
        let link = format!("/api/v1/{}", url.split_once("/api/v1/").unwrap().1);
        assert_eq!(app.client().get(&link).await.status, 200);

        let page = browser.path().await;
        browser.go(&page).await;
        assert!(!browser.sees("#url").await, "the address is told once");
        browser.read("起有效").await;
        browser.tap("#end").await;
        browser.read("已停用").await;
        browser.shoot("feed-ended").await;
        assert_eq!(app.client().get(&link).await.status, 404);
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}
