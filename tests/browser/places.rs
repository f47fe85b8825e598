//! A head plans the places of her classes: who is on duty, how many may come, and what that leaves of those who are
//! booked.

use chrono::Duration;
use doorstep_shared::care::ClassKind;
use doorstep_tests::{Database, run, staff::PASSWORD};

use crate::{browser::Browser, look::Look, site::site};

impl Browser {
    async fn pick(&self, css: &str, value: &str) {
        let pick = format!("document.querySelector(`{css}`).value = '{value}'");
        self.value(&pick).await;
    }

    async fn is_planned_well(&self, name: &str) {
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
        self.shoot(name).await;
    }
}

async fn head_plans_on(look: Look) {
    let app = site().await;
    let offer = app.offer().class(ClassKind::Toddler).places(15).carers(3).full_day().create().await;
    let head = app.head(offer.nursery).await;
    let date = app.in_days(1);
    for name in ["Ann", "Ben"] {
        app.family(name).await.order(&offer, "08:00-17:30").on(date).send().await.unwrap();
    }
    app.clock.advance(Duration::minutes(1));
    let browser = Browser::open(&app, look).await;
    browser.go("/staff/sign-in").await;
    browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(&app)).await;
    browser.tap(".rail a[href='/staff/places']").await;
    browser.see("#grid").await;
    browser.read("2/15").await;
    browser.is_planned_well("staff-places").await;

    for name in ["王老师", "李老师"] {
        browser.fill("#name", name).await;
        browser.tap("#add-carer").await;
        browser.read(name).await;
    }
    browser.tap(&format!("#grid thead a[href$='{date}']")).await;
    browser.see("#roster").await;
    browser.is_planned_well("staff-places-day").await;
    browser.pick("#roster li:first-child select[name^=from]", "08:00").await;
    browser.pick("#roster li:first-child select[name^=to]", "17:30").await;
    browser.tap("#save-roster").await;
    browser.see("#grid").await;
    browser.read("2/5").await;
    browser.is_planned_well("staff-places-planned").await;

    // Fewer than are booked: said first, done when it is known.
    browser.tap(&format!("#grid thead a[href$='{date}']")).await;
    browser.pick("#from_0", "09:00").await;
    browser.pick("#to_0", "10:00").await;
    browser.fill("#children_0", "1").await;
    browser.tap("#save-allowed").await;
    browser.see("#overfull").await;
    browser.has_no_complaints(&[409]).await;
    browser.is_accessible().await;
    browser.shoot("staff-places-refused").await;
    browser.tap("label:has(#accept)").await;
    browser.tap("#save-allowed").await;
    browser.see("#grid [data-level=over]").await;
    browser.is_planned_well("staff-places-over").await;

    // Back to what every week says.
    browser.tap(&format!("#grid thead a[href$='{date}']")).await;
    browser.tap("#allowed-back").await;
    browser.see("#grid").await;
    assert_eq!(browser.count("#grid [data-level=over]").await, 0);
    browser.close().await;
}

#[test]
fn a_head_plans_a_day_on_a_tablet_in_chinese() {
    run(Database::Sqlite, async |_: Database| head_plans_on(Look::TABLET).await);
}

#[test]
fn a_head_plans_a_day_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| head_plans_on(Look::PHONE.english()).await);
}
