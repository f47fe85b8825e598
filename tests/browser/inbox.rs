//! The inbox on a phone, and a reminder with its three answers: coming, move, cancel.

use std::sync::Arc;

use doorstep_server::{
    bookings::Remind,
    jobs::{Jobs, Office},
};
use doorstep_shared::{HalfHour, Timestamp};
use doorstep_tests::{Database, TestApp, run};

use crate::{browser::Browser, look::Look, site::site, steps::book_path};

/// Ten in the morning, a day before the visit: the reminder of a day before has come.
async fn a_day_before(app: &TestApp, visit_in_days: i64) {
    let at = Timestamp::at(app.in_days(visit_in_days - 1), HalfHour::new(20).unwrap());
    app.clock.advance(at - app.now());
    let inside = app.inside();
    let (clock, policies) = (Arc::clone(&inside.clock), Arc::clone(&inside.policy));
    let office = Office { db: inside.db.clone(), clock, policies, jobs: Jobs::default().always(&Remind {}).unwrap() };
    let work = move || {
        office.open().unwrap();
        while office.run_due().unwrap() > 0 {}
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}

impl Browser {
    async fn is_neat(&self, name: &str) {
        self.shoot(name).await;
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
    }
}

async fn answers_a_reminder(look: Look, phone: &str) {
    let app = site().await;
    let nursery = app.nursery().name("春天托育园").create().await;
    let offer = app.offer().of(&nursery).places(3).hourly().create().await;
    let english = look.locale == "en";
    let browser = Browser::signed_in(&app, look, phone).await;
    browser.go("/messages").await;
    browser.read(if english { "No messages yet" } else { "还没有消息" }).await;
    browser.is_neat("inbox-empty").await;
    browser.go(&book_path(&offer, app.in_days(3))).await;
    browser.press_the_bar().await;
    browser.tap("#confirm").await;
    browser.see("#undo").await;
    let booking = browser.path().await;
    a_day_before(&app, 3).await;

    browser.go("/me").await;
    browser.read(if english { "2 unread" } else { "2 条未读" }).await;
    browser.tap("#to-inbox").await;
    browser.see("#messages").await;
    browser.is_neat("inbox").await;
    // The reminder is the newest. Reading it does not answer it.
    browser.tap("#messages li:first-child button").await;
    browser.see("#coming").await;
    browser.is_neat("inbox-reminder").await;
    let reminder = browser.path().await;
    browser.tap("#coming").await;
    browser.read(if english { "knows that you are coming" } else { "已告诉机构：会来" }).await;
    assert!(!browser.sees("#coming").await);
    browser.is_neat("inbox-coming").await;

    browser.tap("#move").await;
    browser.see("#where").await;
    assert!(browser.path().await.starts_with(&format!("{booking}/move?day=")), "{}", browser.path().await);
    browser.is_neat("inbox-move").await;
    browser.go(&reminder).await;
    browser.tap("#cancel").await;
    browser.see("#do-cancel").await;
    browser.is_neat("inbox-cancel").await;
    browser.tap("#do-cancel").await;
    browser.see("#undo").await;
    // What was cancelled is not to be answered any more.
    browser.go(&reminder).await;
    browser.read("春天托育园").await;
    for answer in ["#coming", "#move", "#cancel"] {
        assert!(!browser.sees(answer).await, "{answer}");
    }

    browser.go("/messages").await;
    browser.tap("#read-all").await;
    browser.see_that("!document.querySelector('#unread')").await;
    browser.is_neat("inbox-read").await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

#[test]
fn a_reminder_is_answered_on_a_phone_in_chinese() {
    run(Database::Sqlite, async |_: Database| answers_a_reminder(Look::PHONE, "13800051111").await);
}

#[test]
fn a_reminder_is_answered_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| answers_a_reminder(Look::PHONE.english(), "13800052222").await);
}
