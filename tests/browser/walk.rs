//! The main job, end to end: Find → Nursery → sign in → Book → Mine → Cancel.

use doorstep_tests::{Database, run};

use crate::{browser::Browser, look::Look, site::site};

/// Walks the whole way as a stranger does, and looks at the console and the width of every page.
async fn walk(look: Look) {
    let app = site().await;
    let nursery = app.nursery().name("春天托育园").create().await;
    app.offer().of(&nursery).places(3).hourly().create().await;
    let full_day = app.offer().of(&nursery).places(3).full_day().create().await;
    let tomorrow = app.in_days(1);
    let browser = Browser::open(&app, look).await;
    let good = async |name: &str| {
        browser.fits_the_screen().await;
        browser.has_no_complaints(&[]).await;
        browser.shoot(name).await;
    };

    browser.go(&format!("/?date={tomorrow}")).await;
    browser.read("春天托育园").await;
    good("walk-1-find").await;
    browser.tap(&format!("main a[href^='/nurseries/{}']", nursery.id)).await;
    browser.see(&format!("a[href*='{}']", full_day.id)).await;
    good("walk-2-nursery").await;

    // The hourly care that Find showed is chosen; the whole day is one tap away.
    browser.tap(&format!("a.price-tag[href*='{}']", full_day.id)).await;
    browser.tap(&format!("a[href*='/book?'][href*='{}']", full_day.id)).await;
    browser.see("#phone").await;
    good("walk-3-sign-in").await;
    browser.sign_in(&app, "13800001234").await;
    browser.see("form#book").await;
    browser.tell_about_child(&app).await;
    good("walk-4-book").await;
    browser.press_the_bar().await;

    browser.see("#confirm").await;
    browser.see("section.hold").await;
    good("walk-5-held").await;
    browser.tap("#confirm").await;
    let code = browser.see("#door-code").await.text().await.unwrap();
    assert_eq!(code.chars().filter(char::is_ascii_digit).count(), 6, "{code}");
    browser.see("#undo").await;
    good("walk-6-confirmed").await;

    browser.go("/bookings").await;
    browser.see("#door-code").await;
    browser.read("春天托育园").await;
    good("walk-7-mine").await;
    browser.tap("article.ticket a[href^='/bookings/']").await;
    browser.tap("#cancel-card summary").await;
    browser.tap("#cancel").await;
    browser.see("#undo").await;
    good("walk-8-cancelled").await;
    assert!(!browser.sees("#door-code").await, "a cancelled booking opens no door");
    browser.go("/bookings").await;
    browser.see("#past").await;
    good("walk-9-past").await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

macro_rules! walks {
    ($($name:ident = $look:expr;)+) => {
        $(#[test] fn $name() { run(Database::Sqlite, async |_: Database| walk($look).await) })+
    };
}

walks! {
    on_a_phone_in_chinese = Look::PHONE;
    on_a_phone_in_english = Look::PHONE.english();
    on_a_desktop_in_chinese = Look::DESKTOP;
    on_a_desktop_in_english = Look::DESKTOP.english();
    on_a_phone_with_webassembly_blocked = Look::PHONE.without_wasm();
    on_a_desktop_with_webassembly_blocked = Look::DESKTOP.english().without_wasm();
    for_elders = Look::PHONE.elder();
    on_the_smallest_screen_with_the_largest_text = Look::SMALL;
}
