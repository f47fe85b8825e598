//! The nursery's page keeps what was looked for, and says what booking will say.

use doorstep_tests::{Database, run};

use crate::{browser::Browser, look::Look, site::site};

#[test]
fn what_was_looked_for_is_chosen_on_the_nurserys_page_and_in_the_way_back() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let nursery = app.nursery().name("春天托育园").create().await;
        app.offer().of(&nursery).places(3).full_day().create().await;
        let hourly = app.offer().of(&nursery).places(3).hourly().price_fen(2_400).create().await;
        for look in [Look::PHONE, Look::DESKTOP.without_wasm()] {
            let browser = Browser::open(&app, look).await;
            let search = format!("/?care=hourly&date={}&from=09:00&to=12:00&radius=3", app.in_days(2));
            browser.go(&search).await;
            browser.read("¥72 · 3 小时").await;
            browser.tap("main a[href^='/nurseries/']").await;
            browser.see("#bar").await;
            let link = browser.see("#bar a.button").await.attr("href").await.unwrap().unwrap();
            assert!(link.contains(&hourly.id.to_string()), "the hourly care is chosen: {link}");
            assert!(link.contains("from=09%3A00&to=12%3A00"), "so are the hours: {link}");
            assert!(browser.text().await.contains("09:00–12:00"));
            browser.tap("a.back").await;
            browser.read("¥72 · 3 小时").await;
            let back = browser.path().await;
            assert!(back.contains("care=hourly") && back.contains("radius=3") && back.contains("from=09"), "{back}");
            browser.has_no_complaints(&[]).await;
            browser.close().await;
        }
    });
}

#[test]
fn the_cancel_rule_is_that_of_the_chosen_window_and_the_same_when_booking() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let nursery = app.nursery().create().await;
        let mild = app.offer().of(&nursery).places(3).full_day().cancel_rule(2, 20).create().await;
        let strict = app.offer().of(&nursery).places(3).hourly().cancel_rule(72, 50).create().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        for (offer, percent) in [(&mild, "20%"), (&strict, "50%")] {
            browser.go(&format!("/nurseries/{}?date={}&offer={}", nursery.id, app.in_days(1), offer.id)).await;
            let rule = browser.see("#cancel-rule dd").await.text().await.unwrap();
            assert!(rule.contains(percent), "{rule}");
            browser.tap("#bar a.button").await;
            browser.read(&rule).await;
        }
        // Choosing another window changes the sentence where it stands.
        browser.go(&format!("/nurseries/{}?date={}&offer={}", nursery.id, app.in_days(1), mild.id)).await;
        browser.see_attribute(".live", "data-ready", "").await;
        browser.tap(&format!("a.price-tag[href*='{}']", strict.id)).await;
        browser.read("免费取消的时间已过").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn a_later_beginning_moves_the_end_along() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(3).hourly().create().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        let page =
            format!("/nurseries/{}?date={}&offer={}&from=07:30&to=10:30", offer.nursery, app.in_days(1), offer.id);
        browser.go(&page).await;
        browser.see_attribute(".live", "data-ready", "").await;
        let choose = "const select = document.querySelector('#from'); select.value = '11:00'; \
                      select.dispatchEvent(new Event('change', {bubbles: true}))";
        browser.driver.execute(choose, Vec::new()).await.unwrap();
        browser.read("11:00–14:00").await;
        browser.has_no_complaints(&[]).await;
        browser.close().await;
    });
}

#[test]
fn a_link_of_yesterday_says_so_and_shows_what_is_free_now() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(3).hourly().create().await;
        let browser = Browser::open(&app, Look::PHONE).await;
        for path in ["/?".to_owned(), format!("/nurseries/{}?", offer.nursery)] {
            browser.go(&format!("{path}date={}", app.in_days(-1))).await;
            browser.read("那一天已经过去了").await;
            browser.see("a[href*='/book?'], .nurseries li").await;
            browser.is_accessible().await;
            browser.has_no_complaints(&[]).await;
        }
        browser.close().await;
    });
}

#[test]
fn places_taken_by_others_change_on_the_open_page_without_loading_it_again() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(2).hourly().create().await;
        let tomorrow = app.in_days(1);
        let (find, nursery) = (Browser::open(&app, Look::PHONE).await, Browser::open(&app, Look::DESKTOP).await);
        find.go(&format!("/?date={tomorrow}&from=09:00&to=11:00")).await;
        nursery.go(&format!("/nurseries/{}?date={tomorrow}", offer.nursery)).await;
        for browser in [&find, &nursery] {
            browser.read("余 2").await;
            browser.see_attribute(".live", "data-ready", "").await;
            browser.driver.execute("window.kept = true", Vec::new()).await.unwrap();
        }
        let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
        ann.book(&offer, "09:00-11:00").await.unwrap();
        for browser in [&find, &nursery] {
            browser.read("余 1").await;
        }
        ben.book(&offer, "09:00-11:00").await.unwrap();
        find.reads_no_longer("余 1").await;
        for browser in [find, nursery] {
            assert_eq!(browser.value("window.kept").await, serde_json::json!(true), "the page was not loaded again");
            browser.has_no_complaints(&[]).await;
            browser.close().await;
        }
    });
}
