//! A head looks ahead: one more child, who grows out of a class, and the opening hours of a day.

use chrono::Duration;
use doorstep_shared::care::ClassKind;
use doorstep_tests::{Database, run, staff::PASSWORD};

use crate::{browser::Browser, look::Look, site::site};

const DAY: &str = "08:00-17:30";

impl Browser {
    async fn looks_right(&self, name: &str) {
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
        self.shoot(name).await;
    }
}

async fn head_looks_ahead(look: Look) {
    let app = site().await;
    let nursery = app.nursery().create().await;
    let toddlers = app.offer().of(&nursery).places(3).full_day().create().await;
    app.offer().of(&nursery).class(ClassKind::SeniorToddler).places(2).full_day().create().await;
    let head = app.head(nursery.id).await;
    let (from, until) = (app.in_days(1), app.in_days(50));
    for (name, months) in [("小米", 22), ("安安", 18)] {
        let mut family = app.family_without_children(name).await;
        family.add_child(months).await;
        family.order(&toddlers, DAY).weekly(&[1, 2, 3], from, until).send().await.unwrap();
    }
    let guest = app.family("乐乐").await;
    guest.order(&toddlers, DAY).on(app.in_days(2)).send().await.unwrap();
    app.clock.advance(Duration::minutes(1));
    let browser = Browser::open(&app, look).await;
    browser.go("/staff/sign-in").await;
    browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(&app)).await;
    browser.go("/staff/places").await;
    browser.tap("#to-outlook").await;
    browser.see("#outlook").await;
    assert_eq!(browser.count("#verdict").await, 0, "nobody is asked about yet");
    browser.looks_right("staff-outlook-plain").await;

    // Wednesdays: on the next one there is no place left.
    browser.choose("#class", &toddlers.class.to_string()).await;
    browser.tap("label:has(input[name=weekday][value='3'])").await;
    browser.choose("#from_time", "09:00").await;
    browser.choose("#to_time", "12:00").await;
    browser.tap("#reckon").await;
    browser.see("#verdict .notice.warn").await;
    assert_eq!(browser.count("#verdict li").await, 1);
    browser.looks_right("staff-outlook-over").await;

    browser.go("/staff/places").await;
    browser.tap("#to-ageing").await;
    browser.see("#ageing").await;
    browser.read("小米-1").await;
    browser.looks_right("staff-ageing-some").await;

    // Shorter hours of Tuesdays touch who is booked then.
    browser.go("/staff/places/hours/week/2").await;
    browser.choose("#to_0", "17:00").await;
    browser.tap("#look").await;
    browser.see("#touched").await;
    browser.looks_right("staff-hours-touched").await;
    browser.tap("#confirm").await;
    browser.see(".notice.good").await;
    browser.go("/staff/places/hours").await;
    browser.read("07:30–17:00").await;
    browser.looks_right("staff-hours-changed").await;
    browser.close().await;
}

#[test]
fn a_head_looks_ahead_on_a_tablet_in_chinese() {
    run(Database::Sqlite, async |_: Database| head_looks_ahead(Look::TABLET).await);
}

#[test]
fn a_head_looks_ahead_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| head_looks_ahead(Look::PHONE.english()).await);
}
