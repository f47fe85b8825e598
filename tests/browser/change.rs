//! Changing a booking: some of its days cancelled, a child that does not come, days that go elsewhere.

use chrono::Duration;
use doorstep_shared::Date;
use doorstep_tests::{Database, Offer, TestApp, run};
use serde_json::json;

use crate::{browser::Browser, look::Look, site::site, steps::book_path};

/// Books 09:00–11:00 on these days and stands on the booking's page, six minutes later: undoing is over, and the rule
/// of the nursery holds. Returns the page's path.
async fn booked(app: &TestApp, browser: &Browser, offer: &Offer, days: &[Date]) -> String {
    let (first, others) = days.split_first().unwrap();
    let others: String = others.iter().map(|date| format!("&date={date}")).collect();
    browser.go(&format!("{}{others}", book_path(offer, *first))).await;
    browser.press_the_bar().await;
    browser.tap("#confirm").await;
    browser.see("#undo").await;
    let path = browser.path().await;
    app.clock.advance(Duration::minutes(6));
    browser.go(&path).await;
    browser.see("#door-code").await;
    path
}

async fn is_good(browser: &Browser, name: &str) {
    browser.shoot(name).await;
    browser.is_accessible().await;
    browser.fits_the_screen().await;
    has_large_targets(browser).await;
}

/// Everything that is tapped is 44 px high, but for links inside a sentence.
async fn has_large_targets(browser: &Browser) {
    let small = browser
        .value(
            "[...document.querySelectorAll('main a, main button, main select, main label:has(input), main summary')] \
             .filter(e => { const r = e.getBoundingClientRect(); return r.height > 0 && r.height < 44 \
             && getComputedStyle(e).display != 'inline' && !e.classList.contains('visually-hidden'); }) \
             .map(e => e.outerHTML.slice(0, 120))",
        )
        .await;
    assert_eq!(small, json!([]), "too small to tap on {}", browser.path().await);
}

async fn clicks_twice(browser: &Browser, css: &str) {
    browser.see(css).await;
    let twice = format!("const button = document.querySelector({css:?}); button.click(); button.click()");
    browser.driver.execute(twice, Vec::new()).await.unwrap();
}

async fn cancels_some_days(look: Look, phone: &str) {
    let app = site().await;
    let offer = app.offer().places(2).hourly().price_fen(3_000).cancel_rule(72, 50).create().await;
    let browser = Browser::signed_in(&app, look, phone).await;
    let days: Vec<_> = (2..=6).map(|days| app.in_days(days)).collect();
    let english = look.locale == "en";
    let path = booked(&app, &browser, &offer, &days).await;
    is_good(&browser, "change-booking").await;
    browser.tap("#to-days").await;

    // Nothing ticked is said, and nothing is done.
    browser.tap("#choose button").await;
    browser.read(if english { "choose at least one day" } else { "请至少选一天" }).await;
    is_good(&browser, "change-days-choose").await;
    for date in [days[0], days[3]] {
        browser.tap(&format!("label:has(input[value='{date}'])")).await;
    }
    browser.tap("#choose button").await;
    // Two days ahead is late by this rule, five days ahead is not.
    browser.read(if english { "Cancel 2 days, costs ¥30" } else { "取消 2 天，到园付 ¥30" }).await;
    is_good(&browser, "change-days-sure").await;
    // The way back keeps what was ticked.
    browser.tap("a.back").await;
    browser.see("#choose").await;
    let ticked = browser.value("document.querySelectorAll('#choose input:checked').length").await;
    assert_eq!(ticked, json!(2));
    browser.tap("#choose button").await;
    browser.see("#do-cancel").await;
    clicks_twice(&browser, "#do-cancel").await;
    browser.see("#undo").await;
    browser.read(if english { "Cancelled: 2 days, ¥30 to pay" } else { "已取消 2 天，到园付 ¥30" }).await;
    browser.read("¥210").await;
    is_good(&browser, "change-days-done").await;
    browser.has_no_complaints(&[]).await;
    browser.tap("#undo").await;
    browser.reads_no_longer("¥210").await;
    browser.read("¥300").await;

    // The rest, from a day on, costs nothing so far ahead.
    browser.go(&format!("{path}/days")).await;
    browser.choose("#from", &days[2].to_string()).await;
    browser.tap("#rest button").await;
    browser.read(if english { "Cancel 3 days, costs ¥0" } else { "取消 3 天，不用付钱" }).await;
    browser.tap("#do-cancel").await;
    browser.read(if english { "Cancelled: 3 days, nothing to pay" } else { "已取消 3 天，不用付钱" }).await;
    browser.has_no_complaints(&[]).await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

#[test]
fn some_days_are_cancelled_on_a_phone() {
    run(Database::Sqlite, async |_: Database| cancels_some_days(Look::PHONE, "13800031111").await);
}

#[test]
fn some_days_are_cancelled_on_a_desktop_with_webassembly_blocked() {
    run(Database::Sqlite, async |_: Database| {
        cancels_some_days(Look::DESKTOP.english().without_wasm(), "13800031112").await;
    });
}

async fn reports_absent(look: Look, phone: &str) {
    let app = site().await;
    let offer = app.offer().places(1).hourly().price_fen(3_000).cancel_rule(36, 50).create().await;
    let browser = Browser::signed_in(&app, look, phone).await;
    let (tomorrow, later) = (app.in_days(1), app.in_days(4));
    let english = look.locale == "en";
    let path = booked(&app, &browser, &offer, &[tomorrow, later]).await;
    // One tap from the day to what it means.
    browser.tap(&format!("a[href*='/absent?date={tomorrow}']")).await;
    browser.read(if english { "Report absent, costs ¥30" } else { "请假，到园付 ¥30" }).await;
    is_good(&browser, "change-absent-sure").await;
    clicks_twice(&browser, "#do-absent").await;
    browser.see("#undo").await;
    browser.read(if english { "¥30 to pay at the nursery" } else { "已请假，位置已让出，到园付 ¥30" }).await;
    is_good(&browser, "change-absent-done").await;
    let ben = app.family("Ben").await;
    let bens = ben.book(&offer, "09:00-11:00").await.unwrap();
    browser.has_no_complaints(&[]).await;

    // Taken meanwhile: it cannot be undone, and the page says why.
    browser.tap("#undo").await;
    browser.read(if english { "It cannot be undone: the place" } else { "撤销不了：让出的位置" }).await;
    // What is owed is not ticked off.
    browser.see(".notice.warn #undo").await;
    is_good(&browser, "change-undo-taken").await;
    browser.has_no_complaints(&[409]).await;
    ben.call(&doorstep_shared::bookings::CancelBooking::all(bens.id)).await.unwrap();
    browser.go(&path).await;
    browser.tap("#undo").await;
    browser.see(&format!("a[href*='/absent?date={tomorrow}']")).await;

    // From the list, a day for which it is free.
    browser.tap("#to-absent").await;
    is_good(&browser, "change-absent-choose").await;
    browser.tap(&format!("#choose a[href*='date={later}']")).await;
    browser.read(if english { "Report absent, costs ¥0" } else { "请假，不用付钱" }).await;
    browser.tap("#do-absent").await;
    browser.see("#undo").await;

    // A page that is older than what was done since.
    browser.go(&format!("{path}/absent?date={later}")).await;
    browser.read(if english { "can no longer be changed" } else { "这一天已经不能改了" }).await;
    browser.has_no_complaints(&[]).await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

#[test]
fn a_child_that_does_not_come_is_reported_on_a_phone() {
    run(Database::Sqlite, async |_: Database| reports_absent(Look::PHONE.without_wasm(), "13800032222").await);
}

#[test]
fn a_child_that_does_not_come_is_reported_on_a_desktop() {
    run(Database::Sqlite, async |_: Database| reports_absent(Look::DESKTOP.english(), "13800032223").await);
}

async fn moves_a_day(look: Look, phone: &str) {
    let app = site().await;
    let nursery = app.nursery().name("春天托育园").create().await;
    let offer = app.offer().of(&nursery).places(1).hourly().price_fen(3_000).cancel_rule(36, 50).create().await;
    let half_day = app.offer().of(&nursery).places(1).half_day().price_fen(9_000).create().await;
    let browser = Browser::signed_in(&app, look, phone).await;
    let (tomorrow, target) = (app.in_days(1), app.in_days(3));
    let english = look.locale == "en";
    let path = booked(&app, &browser, &offer, &[tomorrow]).await;
    browser.tap("#to-move").await;
    browser.see("#where").await;
    is_good(&browser, "change-move-start").await;
    // Other hours on the same day reach over the own ones, though the class has one place, and leaving costs nothing.
    browser.choose("#where .window[data-chosen] select[name=to]", "12:00").await;
    browser.tap("#where .window[data-chosen] .hours button").await;
    browser.read(if english { "¥30 more to pay" } else { "要多付 ¥30" }).await;
    browser.see("#do-move").await;

    // Another day and another class: leaving late costs half of the day.
    browser.tap(&format!("#where .strip a[href*='on={target}']")).await;
    browser.tap(&format!("#where a.price-tag[href*='{}']", half_day.id)).await;
    browser.read(if english { "¥60 more to pay" } else { "要多付 ¥60" }).await;
    let text = browser.text().await;
    assert!(["¥90", "−¥60", "+¥30", "+¥60"].iter().all(|part| text.contains(part)), "{text}");
    is_good(&browser, "change-move-meaning").await;

    // Gone meanwhile: the old place is kept, and the page says so.
    let ben = app.family("Ben").await;
    let bens = ben.order(&half_day, "08:00-12:00").on(target).send().await.unwrap();
    browser.has_no_complaints(&[]).await;
    browser.tap("#do-move").await;
    browser.read(if english { "That place was just taken" } else { "那个位置刚刚被约走了" }).await;
    browser.read(if english { "Your old place is still yours" } else { "原来的位置还是您的" }).await;
    is_good(&browser, "change-move-taken").await;
    browser.has_no_complaints(&[409]).await;
    ben.call(&doorstep_shared::bookings::CancelBooking::all(bens.id)).await.unwrap();

    browser.go(&format!("{path}/move?day={tomorrow}&on={target}")).await;
    browser.tap(&format!("#where a.price-tag[href*='{}']", half_day.id)).await;
    clicks_twice(&browser, "#do-move").await;
    browser.see("#undo").await;
    browser.read(if english { "Moved" } else { "已改期" }).await;
    browser.read("08:00–12:00").await;
    browser.read("¥120").await;
    is_good(&browser, "change-move-done").await;
    browser.has_no_complaints(&[]).await;
    browser.tap("#undo").await;
    browser.read("09:00–11:00").await;
    browser.has_no_complaints(&[]).await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

#[test]
fn a_day_is_moved_on_a_phone() {
    run(Database::Sqlite, async |_: Database| moves_a_day(Look::PHONE, "13800033333").await);
}

#[test]
fn a_day_is_moved_on_a_phone_with_webassembly_blocked() {
    run(Database::Sqlite, async |_: Database| moves_a_day(Look::PHONE.english().without_wasm(), "13800033334").await);
}

#[test]
fn several_days_are_moved_together_to_another_week() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(2).hourly().price_fen(3_000).create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800034444").await;
        let days = [app.in_days(2), app.in_days(3), app.in_days(5)];
        let path = booked(&app, &browser, &offer, &days).await;
        browser.tap("#to-move").await;
        is_good(&browser, "change-move-which").await;
        for date in &days[..2] {
            browser.tap(&format!("label:has(input[value='{date}'])")).await;
        }
        browser.tap("#which button").await;
        browser.tap("#week-after").await;
        browser.tap(&format!("#where .strip a[href*='on={}']", app.in_days(9))).await;
        browser.tap("#where a.price-tag").await;
        browser.read("费用不变").await;
        is_good(&browser, "change-move-several").await;
        // Back and forth between the languages, all that was chosen is kept.
        browser.tap("header button[name=locale]").await;
        browser.read("Move these 2 days").await;
        browser.tap("#do-move").await;
        browser.see("#undo").await;
        let moved: Vec<_> = [9, 10].map(|days| format!("a[href*='/absent?date={}']", app.in_days(days))).into();
        for link in &moved {
            browser.see(link).await;
        }
        assert!(!browser.sees(&format!("a[href*='/absent?date={}']", days[0])).await);
        assert_eq!(browser.path().await, path);
        browser.has_no_complaints(&[]).await;
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}

#[test]
fn what_has_come_to_cost_more_is_shown_before_it_is_done() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(2).hourly().price_fen(3_000).cancel_rule(24, 50).create().await;
        let browser = Browser::signed_in(&app, Look::PHONE, "13800035555").await;
        let (first, second) = (app.in_days(3), app.in_days(4));
        let path = booked(&app, &browser, &offer, &[first, second]).await;
        let pages = [
            (format!("{path}/days?date={first}"), "#do-cancel"),
            (format!("{path}/absent?date={first}"), "#do-absent"),
            (format!("{path}/move?day={first}&on={}", app.in_days(9)), "#do-move"),
        ];
        for (page, button) in &pages {
            browser.go(page).await;
            if *button == "#do-move" {
                browser.tap("#where a.price-tag").await;
            }
            browser.see(button).await;
            // What the page says of the cost is from before it rose.
            let seen = "document.querySelector('form[method=post][data-careful] input[name=seen]').value = '-1'";
            browser.driver.execute(seen, Vec::new()).await.unwrap();
            browser.tap(button).await;
            browser.read("费用比刚才看到的多了").await;
            browser.see(button).await;
            browser.has_no_complaints(&[409]).await;
        }
        browser.shoot("change-rose").await;
        browser.go(&path).await;
        let standing = browser.value("document.querySelectorAll('.day-row a[href*=absent]').length").await;
        assert_eq!(standing, json!(2), "nothing was done");
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}

#[test]
fn a_day_goes_to_another_nursery_and_comes_back() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let here = app.nursery().name("春天托育园").create().await;
        let there = app.nursery().name("青山托育").at(31.58, 120.31).create().await;
        let offer = app.offer().of(&here).places(1).hourly().price_fen(3_000).cancel_rule(72, 50).create().await;
        app.offer().of(&there).places(1).hourly().price_fen(2_000).create().await;
        let browser = Browser::signed_in(&app, Look::PHONE.without_wasm(), "13800036666").await;
        let (first, second) = (app.in_days(2), app.in_days(4));
        let path = booked(&app, &browser, &offer, &[first, second]).await;
        browser.go(&format!("{path}/move?day={first}")).await;
        browser.tap("#near a").await;
        browser.read("看的是 青山托育").await;
        is_good(&browser, "change-move-near").await;
        browser.tap("#where a.price-tag").await;
        // Twenty yuan cheaper, and half of the old day to pay.
        browser.read("要多付 ¥10").await;
        browser.read("在那里是一个新的预约").await;
        is_good(&browser, "change-move-elsewhere").await;
        browser.tap("#do-move").await;
        browser.see("#undo").await;
        assert_ne!(browser.path().await, path, "a booking of its own");
        browser.read("青山托育").await;
        let new = browser.path().await;
        browser.go(&path).await;
        browser.read("已改到别家").await;
        is_good(&browser, "change-move-left").await;
        browser.tap(&format!("a[href='{new}']")).await;
        browser.tap("#undo").await;
        browser.see(&format!("a[href*='/absent?date={first}']")).await;
        assert_eq!(browser.path().await, path);
        browser.has_no_complaints(&[]).await;
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}
