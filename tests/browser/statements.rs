//! A month's end: the nursery looks at what its children come to, closes the month, and a family reads its own. On paper,
//! too.

use chrono::{Datelike as _, Duration, Weekday};
use doorstep_shared::{
    HalfHour, Month, Timestamp,
    board::{BoardAction, Deed, SendActions},
    bookings::{Booking, ReportAbsent},
    ids::ActionId,
};
use doorstep_tests::{Database, Offer, Staff, TestApp, run, staff::PASSWORD};
use serde_json::json;

use crate::{browser::Browser, look::Look, site::site};

const DAY: &str = "08:00-17:30";

impl Browser {
    async fn reads_well(&self, name: &str) {
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
        self.shoot(name).await;
    }

    /// As it would lie on paper: what is only for the screen is gone, and a PDF comes of it.
    async fn prints(&self, name: &str) {
        self.tell("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
        for gone in [".staff-top .rail", ".tabs", ".month-nav", ".actions button", ".back"] {
            let shown = format!("[...document.querySelectorAll('{gone}')].some(part => part.offsetParent)");
            assert_eq!(self.value(&shown).await, false, "{gone} is on paper");
        }
        self.shoot(&format!("{name}-print")).await;
        let pdf = self.tell("Page.printToPDF", json!({"preferCSSPageSize": true})).await;
        assert!(pdf["data"].as_str().is_some_and(|data| data.starts_with("JVBERi")), "a PDF");
        self.tell("Emulation.setEmulatedMedia", json!({"media": ""})).await;
    }
}

/// On a day's board: came and was collected, at minutes after eight.
fn stays(booking: &Booking, day: usize, came: i64, collected: i64) -> [BoardAction; 2] {
    let day = &booking.days[day];
    let at = |minutes| Timestamp::at(day.date, HalfHour::new(16).unwrap()) + Duration::minutes(minutes);
    let action = |at, deed| BoardAction { id: ActionId::new(), at, deed };
    [
        action(at(came), Deed::CheckIn { day_id: day.id }),
        action(at(collected), Deed::CheckOut { day_id: day.id, by: None }),
    ]
}

/// A nursery with a month behind it: three children, one of whom was late, absent and missed.
async fn month_behind(app: &TestApp) -> (Offer, Staff) {
    let nursery = app.nursery().name("春天托育园").create().await;
    let offer = app.offer().of(&nursery).places(5).full_day().price_fen(18_000).create().await;
    let half = app.offer().beside(&offer).half_day().price_fen(9_050).create().await;
    // Two weeks of the coming month, from its first Monday on.
    let month = Month::of(app.today()).next();
    let from = month.days().find(|day| day.weekday() == Weekday::Mon).unwrap();
    let until = from + Duration::days(11);
    let families = [("安安", "13800001111"), ("小米", "13800001112"), ("乐乐", "13800001113")];
    let mut bookings = Vec::new();
    for (name, phone) in families {
        let mut family = doorstep_tests::Family::sign_in(app, name, phone).await;
        family.add_child(18).await;
        let order = match name {
            "乐乐" => family.order(&half, "08:00-12:00").weekly(&[2, 4], from, until),
            _ => family.order(&offer, DAY).weekly(&[1, 2, 3, 4, 5], from, until),
        };
        bookings.push((order.send().await.unwrap(), family));
    }
    let (booking, family) = &bookings[0];
    app.clock.advance(Timestamp::at(booking.days[2].date, HalfHour::new(14).unwrap()) - app.now());
    let again = family.again(app).await;
    again.call(&ReportAbsent { id: booking.id, date: booking.days[2].date, child_id: None }).await.unwrap();
    app.clock.advance(Timestamp::at(month.next().first(), HalfHour::new(16).unwrap()) - app.now());
    let head = app.head(nursery.id).await;
    let mut actions: Vec<BoardAction> = Vec::new();
    for (booking, _) in &bookings {
        for day in (0..booking.days.len()).filter(|day| ![2, 3].contains(day)) {
            let out = if booking.days[day].care == doorstep_shared::care::CareKind::HalfDay { 240 } else { 570 };
            actions.extend(stays(booking, day, (day % 3) as i64 * 4, out + if day == 1 { 47 } else { -5 }));
        }
    }
    head.call(&SendActions { actions, sent_at: None }).await.unwrap();
    (offer, head)
}

async fn a_month_is_closed(look: Look) {
    let app = site().await;
    let (_, head) = month_behind(&app).await;
    app.clock.advance(Duration::minutes(1));
    let browser = Browser::open(&app, look).await;
    browser.go("/staff/sign-in").await;
    browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(&app)).await;
    browser.go("/staff/statements").await;
    browser.see("a[rel=prev]").await;
    browser.reads_well("staff-statements-none").await;
    browser.tap("a[rel=prev]").await;
    browser.see("#statements").await;
    assert_eq!(browser.count("#statements tbody tr").await, 3);
    browser.reads_well("staff-statements").await;
    browser.prints("staff-statements").await;
    let month = browser.path().await;

    browser.tap("#statements tbody a").await;
    browser.see("#attendance").await;
    browser.reads_well("staff-statement").await;
    browser.prints("staff-statement").await;

    // Closed with the figures that were seen; then there is nothing left to close.
    browser.go(&month).await;
    browser.tap("#close-card summary").await;
    browser.see("#close").await;
    browser.shoot("staff-statements-close").await;
    browser.tap("#close").await;
    browser.see(".notice.good").await;
    assert_eq!(browser.count("#close-card").await, 0);
    browser.reads_well("staff-statements-closed").await;
    browser.close().await;
    app.check_finds_no_difference().await;
}

#[test]
fn a_month_is_closed_on_a_tablet_in_chinese() {
    run(Database::Sqlite, async |_: Database| a_month_is_closed(Look::TABLET).await);
}

#[test]
fn a_month_is_closed_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| a_month_is_closed(Look::PHONE.english()).await);
}

#[test]
fn figures_that_changed_meanwhile_are_looked_at_again() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let (_, head) = month_behind(&app).await;
        app.clock.advance(Duration::minutes(1));
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/staff/sign-in").await;
        browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(&app)).await;
        browser.go("/staff/statements").await;
        browser.tap("a[rel=prev]").await;
        browser.see("#close-card").await;
        browser.value("document.querySelector('input[name=seen]').value = '1'").await;
        browser.tap("#close-card summary").await;
        browser.tap("#close").await;
        browser.see(".notice.bad, .notice.warn").await;
        browser.read("金额已有变动").await;
        browser.is_accessible().await;
        browser.close().await;
    });
}

/// From a child's own page.
async fn a_family_reads_its_month(look: Look) {
    let app = site().await;
    month_behind(&app).await;
    let browser = Browser::open(&app, look).await;
    browser.go("/sign-in?next=/children").await;
    browser.sign_in(&app, "13800001111").await;
    browser.tap("main a.item.child").await;
    browser.tap("#to-statement").await;
    browser.see(".empty").await;
    browser.reads_well("child-statement-none").await;
    browser.tap("a[rel=prev]").await;
    browser.see("#attendance").await;
    browser.reads_well("child-statement").await;
    browser.prints("child-statement").await;
    browser.close().await;
}

#[test]
fn a_family_reads_its_month_on_a_phone_in_chinese() {
    run(Database::Sqlite, async |_: Database| a_family_reads_its_month(Look::PHONE).await);
}

#[test]
fn a_family_reads_its_month_on_a_small_phone_with_the_largest_text_in_english() {
    run(Database::Sqlite, async |_: Database| a_family_reads_its_month(Look::SMALL.english()).await);
}
