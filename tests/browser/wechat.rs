//! Binding a WeChat and unbinding it, where a local server is WeChat: its page sends the browser back at once.

use std::net::TcpListener;

use doorstep_tests::{Database, TestApp, WechatDouble, run};

use crate::{browser::Browser, look::Look, site::site_with};

/// A server that knows its own address before it listens, because WeChat sends people back to it.
async fn site_with_wechat(wechat: &WechatDouble) -> TestApp {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    site_with(|config| {
        wechat.set_up(config);
        config.listen = free;
    })
    .await
}

impl Browser {
    async fn is_in_order(&self, name: &str) {
        self.shoot(name).await;
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
    }
}

async fn binds_and_unbinds(look: Look, phone: &str, [bound, refused]: [&str; 2]) {
    let wechat = WechatDouble::start().await;
    let app = site_with_wechat(&wechat).await;
    let browser = Browser::open(&app, look).await;
    browser.go("/sign-in?next=/me").await;
    browser.sign_in(&app, phone).await;
    browser.see("#bind-wechat").await;
    assert!(!browser.sees("#by-wechat").await, "nothing to switch yet");
    browser.is_in_order("wechat-unbound").await;

    // There and back, and nothing is bound before a tap.
    browser.tap("#bind-wechat").await;
    browser.see("#confirm-wechat").await;
    browser.read("138****").await;
    browser.is_in_order("wechat-confirm").await;
    let came_back = browser.path().await;
    browser.go("/me").await;
    browser.see("#bind-wechat").await;
    browser.go(&came_back).await;
    browser.tap("#confirm-wechat").await;
    browser.see("#wechat-bound").await;
    browser.read(bound).await;
    browser.is_in_order("wechat-bound").await;

    // Off and on among the other ways.
    assert_eq!(browser.value("document.querySelector('#by-wechat').checked").await, serde_json::json!(true));
    browser.tap("label:has(#by-wechat)").await;
    browser.tap("#channels button.button").await;
    browser.see_that("location.search == '?done=channels'").await;
    assert_eq!(browser.value("document.querySelector('#by-wechat').checked").await, serde_json::json!(false));

    // The same way back once more leads nowhere, and the page says what to do.
    browser.go(&came_back).await;
    browser.tap("#confirm-wechat").await;
    browser.read(refused).await;
    browser.shoot("wechat-refused").await;
    browser.is_accessible().await;
    browser.has_no_complaints(&[409]).await;

    browser.go("/me").await;
    browser.tap("#unbind-wechat").await;
    browser.see("#bind-wechat").await;
    browser.is_in_order("wechat-unbound-again").await;
    browser.close().await;
}

#[test]
fn a_wechat_is_bound_and_unbound_on_a_phone_in_chinese() {
    run(Database::Sqlite, async |_: Database| {
        binds_and_unbinds(Look::PHONE, "13800041111", ["微信已绑定", "微信没有确认"]).await;
    });
}

#[test]
fn a_wechat_is_bound_and_unbound_on_a_phone_in_english_with_webassembly_blocked() {
    run(Database::Sqlite, async |_: Database| {
        let look = Look::PHONE.english().without_wasm();
        binds_and_unbinds(look, "13800042222", ["WeChat is bound", "WeChat has not confirmed it"]).await;
    });
}
