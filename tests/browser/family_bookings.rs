//! Bookings that were made elsewhere, as their family finds them on a phone: a month in one line, siblings who move to two
//! classes, a place that is full and what would do instead.

use chrono::Duration;
use doorstep_shared::{care::ClassKind, family::AddPickUpPerson};
use doorstep_tests::{Database, Family, TestApp, run};
use serde_json::json;

use crate::{browser::Browser, look::Look, site::site, steps::book_path};

/// A phone on which this family signs in, to see this page.
async fn phone_of(app: &TestApp, family: &Family, look: Look, path: &str) -> Browser {
    // A second code within a minute is not sent.
    app.clock.advance(Duration::minutes(2));
    let browser = Browser::open(app, look).await;
    browser.go("/sign-in").await;
    browser.sign_in(app, &family.phone).await;
    browser.go(path).await;
    browser
}

impl Browser {
    async fn is_right(&self, name: &str) {
        self.shoot(name).await;
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
    }
}

async fn a_month_in_one_line(look: Look, [series, days, more]: [&str; 3]) {
    let app = site().await;
    let offer = app.offer().places(3).hourly().create().await;
    let ann = app.family("Ann").await;
    let person = AddPickUpPerson { name: "王叔叔".to_owned(), relation: "邻居".to_owned(), phone: None };
    ann.call(&person).await.unwrap();
    ann.order(&offer, "14:00-16:00").send().await.unwrap();
    let month = ann.order(&offer, "09:00-11:00").weekly(&[1, 2, 3, 4, 5, 6, 7], app.in_days(2), app.in_days(29));
    let month = month.send().await.unwrap();
    let browser = phone_of(&app, &ann, look, "/bookings").await;
    let text = browser.see("#upcoming ~ ul li:first-child").await.text().await.unwrap();
    assert!(text.contains(series) && text.contains(days), "{text}");
    browser.is_right("bookings-month").await;
    browser.tap("#upcoming ~ ul li:first-child a").await;
    browser.see("#series").await;
    assert_eq!(browser.path().await, format!("/bookings/{}", month.id));
    browser.read(more).await;
    let rows = browser.value("document.querySelectorAll('.day-row').length").await;
    assert_eq!(rows, json!(28), "each day has its row on the booking's own page");
    browser.is_right("booking-month").await;
    // Who picks up is proposed when one books by the week, too.
    browser.go(&book_path(&offer, app.in_days(40)).replacen("/book?", "/book/weekly?", 1)).await;
    browser.see("form#weekly").await;
    let persons = browser.value("[...document.querySelectorAll('#persons option')].map(o => o.value)").await;
    assert_eq!(persons, json!(["王叔叔"]));
    let list = browser.value("document.querySelector('#pickup').getAttribute('list')").await;
    assert_eq!(list, json!("persons"));
    browser.close().await;
}

#[test]
fn a_month_of_care_is_one_line_of_the_list_in_chinese() {
    run(Database::Sqlite, async |_: Database| {
        a_month_in_one_line(Look::PHONE, ["每周", "共 28 天", "还有 27 天"]).await;
    });
}

#[test]
fn a_month_of_care_is_one_line_of_the_list_in_english() {
    run(Database::Sqlite, async |_: Database| {
        a_month_in_one_line(Look::PHONE.english(), ["until", "28 days", "27 more days"]).await;
    });
}

#[test]
fn siblings_of_two_ages_move_each_to_their_class() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let (here, there) =
            (app.nursery().name("春天托育园").create().await, app.nursery().name("青山托育").create().await);
        let mixed = app.offer().of(&here).class(ClassKind::Mixed).places(2).hourly().create().await;
        app.offer().of(&there).class(ClassKind::Toddler).places(1).hourly().create().await;
        app.offer().of(&there).class(ClassKind::SeniorToddler).places(1).hourly().create().await;
        let mut ann = app.family("Ann").await;
        ann.add_child(30).await;
        let order = ann.children.iter().fold(ann.order(&mixed, "09:00-11:00"), |order, child| order.child(child.id));
        let booked = order.send().await.unwrap();
        let path = format!("/bookings/{}/move?day={}&nursery={}", booked.id, app.in_days(1), there.id);
        let browser = phone_of(&app, &ann, Look::PHONE, &path).await;
        browser.see("#where a.price-tag").await;
        browser.is_right("change-move-siblings").await;
        browser.tap("#where a.price-tag").await;
        browser.tap("#do-move").await;
        browser.see("#undo").await;
        browser.read("托小班").await;
        browser.read("托大班").await;
        browser.is_right("change-move-siblings-done").await;
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}

#[test]
fn a_move_into_a_place_that_was_taken_offers_others_one_tap_away() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let nursery = app.nursery().name("春天托育园").create().await;
        let offer = app.offer().of(&nursery).places(2).hourly().create().await;
        let small = app.offer().of(&nursery).places(1).full_day().create().await;
        let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
        let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
        let (tomorrow, later) = (app.in_days(1), app.in_days(3));
        let target = format!("day={tomorrow}&on={later}&place={}:{}&from=08:00&to=17:30", ann.child().id, small.id);
        let browser =
            phone_of(&app, &ann, Look::PHONE.without_wasm(), &format!("/bookings/{}/move?{target}", booked.id)).await;
        browser.see("#do-move").await;
        ben.order(&small, "08:00-17:30").on(later).send().await.unwrap();
        browser.tap("#do-move").await;
        browser.read("那个位置刚刚被约走了").await;
        browser.see("#next-best a").await;
        browser.shoot("change-move-instead").await;
        browser.is_accessible().await;
        browser.has_no_complaints(&[409]).await;
        browser.tap("#next-best a").await;
        browser.tap("#do-move").await;
        browser.see("#undo").await;
        browser.is_right("change-move-instead-done").await;
        browser.close().await;
        app.check_finds_no_difference().await;
    });
}
