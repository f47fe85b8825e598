//! A head closes a part of tomorrow: chosen in the week with the keys or by dragging, shown, done, and opened again.

use chrono::Duration;
use doorstep_shared::{bookings::ListBookings, care::ClassKind};
use doorstep_tests::{Database, Family, Nursery, Offer, Staff, TestApp, run, staff::PASSWORD};
use serde_json::json;

use crate::{browser::Browser, look::Look, site::site};

const DAY: &str = "08:00-17:30";

impl Browser {
    async fn is_sound(&self, name: &str) {
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
        self.shoot(name).await;
    }

    /// Presses keys where the focus is, as `document` hears them.
    async fn press(&self, keys: &[(&str, bool)]) {
        for (key, shift) in keys {
            let script = format!(
                "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', \
                 {{ key: '{key}', shiftKey: {shift}, bubbles: true, cancelable: true }}))"
            );
            self.value(&script).await;
        }
    }

    /// A finger's tap on what `css` names, as the screen reports it.
    async fn touch(&self, css: &str) {
        let middle = self
            .value(&format!(
                "(() => {{ const it = document.querySelector(\"{css}\"); it.scrollIntoView({{block: 'center'}}); \
                 const {{x, y, width, height}} = it.getBoundingClientRect(); return [x + width / 2, y + height / 2]; }})()"
            ))
            .await;
        let finger = json!([{"x": middle[0], "y": middle[1]}]);
        self.tell("Input.dispatchTouchEvent", json!({"type": "touchStart", "touchPoints": finger})).await;
        self.tell("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
    }

    /// What the form asks for, by its fields.
    async fn has_asked(&self, expected: &[(&str, &str)]) {
        for (field, value) in expected {
            assert_eq!(self.value(&format!("document.querySelector('#{field}').value")).await, *value, "{field}");
        }
    }
}

struct House {
    toddlers: Offer,
    head: Staff,
    families: Vec<Family>,
}

/// Toddlers and a mixed class with one place, and three families of toddlers for tomorrow.
async fn house(app: &TestApp) -> House {
    let nursery: Nursery = app.nursery().create().await;
    let toddlers = app.offer().of(&nursery).places(9).full_day().create().await;
    app.offer().of(&nursery).class(ClassKind::Mixed).places(1).full_day().create().await;
    let head = app.head(nursery.id).await;
    let mut families = Vec::new();
    for name in ["小米", "安安", "乐乐"] {
        let family = app.family(name).await;
        family.order(&toddlers, DAY).on(app.in_days(1)).send().await.unwrap();
        families.push(family);
    }
    app.clock.advance(Duration::minutes(1));
    House { toddlers, head, families }
}

#[test]
fn two_taps_of_a_finger_choose_from_the_first_to_the_last() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let House { toddlers, head, .. } = house(&app).await;
        let tomorrow = app.in_days(1);
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/staff/sign-in").await;
        browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(&app)).await;
        browser.go(&format!("/staff/places?class={}", toddlers.class)).await;
        browser.see("#grid[role=grid]").await;
        let cell = |time: &str| format!("#grid td[data-date='{tomorrow}'][data-time='{time}']");
        browser.touch(&cell("14:00")).await;
        browser.see("#grid [aria-selected=true]").await;
        assert_eq!(browser.count("#grid [aria-selected=true]").await, 1);
        browser.touch(&cell("15:30")).await;
        browser.see_that("document.querySelectorAll('#grid [aria-selected=true]').length == 4").await;
        browser.is_sound("staff-close-touched-twice").await;
        // The third tap begins anew.
        browser.touch(&cell("10:00")).await;
        browser.see_that("document.querySelectorAll('#grid [aria-selected=true]').length == 1").await;
        browser.touch(&cell("10:30")).await;
        browser.see_that("document.querySelectorAll('#grid [aria-selected=true]').length == 2").await;
        browser.touch("#close-chosen").await;
        browser.see("#close").await;
        browser.has_asked(&[("from_time", "10:00"), ("to_time", "11:00")]).await;
        browser.close().await;
    });
}

async fn a_closure_tomorrow(look: Look) {
    let app = site().await;
    let House { toddlers, head, families } = house(&app).await;
    let (tomorrow, later) = (app.in_days(1), app.in_days(2));
    let browser = Browser::open(&app, look).await;
    browser.go("/staff/sign-in").await;
    browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(&app)).await;
    browser.go(&format!("/staff/places?class={}", toddlers.class)).await;
    browser.see("#grid[role=grid]").await;

    // With the keys: from the first cell to tomorrow at nine, and on until half past ten.
    let cell = |time: &str| format!("#grid td[data-date='{tomorrow}'][data-time='{time}']");
    browser.value("document.querySelector('#grid td[tabindex=\"0\"]').focus()").await;
    let (right, down) = (("ArrowRight", false), ("ArrowDown", false));
    // The week begins at 07:30.
    browser.press(&[right, down, down, down]).await;
    assert_eq!(browser.count(&format!("{}:focus", cell("09:00"))).await, 1);
    browser.press(&[("ArrowDown", true), ("ArrowDown", true), ("ArrowDown", true)]).await;
    assert_eq!(browser.count("#grid [aria-selected=true]").await, 4);
    browser.see("#close-chosen:not([hidden])").await;
    browser.is_sound("staff-close-chosen").await;
    browser.press(&[("Enter", false)]).await;
    browser.see("#close").await;
    browser
        .has_asked(&[
            ("from", &tomorrow.to_string()),
            ("until", &tomorrow.to_string()),
            ("from_time", "09:00"),
            ("to_time", "11:00"),
            ("class", &toddlers.class.to_string()),
        ])
        .await;

    // Nothing is said without a reason.
    browser.value("document.querySelector('#reason').removeAttribute('required')").await;
    browser.tap("#look").await;
    browser.see("#reason-error").await;
    browser.has_no_complaints(&[422]).await;
    browser.is_accessible().await;
    browser.fill("#reason", "水管抢修").await;
    browser.tap("#look").await;
    browser.see("#touched").await;
    for family in &families {
        browser.read(&family.child().name).await;
    }
    assert_eq!(browser.count(".touched-row .tag.ok").await, 3, "one goes to the other class, for others half is left");
    browser.is_sound("staff-close-touched").await;

    // Somebody books meanwhile: said, and shown again.
    let dora = app.family("朵朵").await;
    dora.order(&toddlers, DAY).on(tomorrow).send().await.unwrap();
    browser.tap("#confirm").await;
    browser.read(&dora.child().name).await;
    browser.see(".notice.bad").await;
    browser.has_no_complaints(&[409]).await;
    browser.is_accessible().await;
    browser.shoot("staff-close-others").await;
    browser.tap("#confirm").await;
    browser.see("details:has(#lift) summary").await;
    browser.is_sound("staff-closed").await;

    // The family reads why, and the week shows it.
    browser.go(&format!("/staff/places?class={}", toddlers.class)).await;
    browser.read("水管抢修").await;
    assert_eq!(browser.count(&format!("{}.shut", cell("09:30"))).await, 1);
    browser.is_sound("staff-places-closed").await;

    // By dragging, another day; and open again.
    let drag = format!(
        "(() => {{ const at = (name, time) => document.querySelector(`#grid td[data-date='{later}'][data-time='${{time}}']`)\
         .dispatchEvent(new PointerEvent(name, {{ bubbles: true, pointerType: 'mouse' }})); \
         at('pointerdown', '13:00'); at('pointerover', '13:30'); at('pointerover', '14:30'); at('pointerup', '14:30') }})()"
    );
    browser.value(&drag).await;
    browser.tap("#close-chosen").await;
    browser.has_asked(&[("from", &later.to_string()), ("from_time", "13:00"), ("to_time", "15:00")]).await;
    browser.go("/staff/places").await;
    browser.tap("#closures ~ ul a").await;
    browser.tap("details:has(#lift) summary").await;
    browser.tap("#lift").await;
    browser.see(".notice.good").await;
    assert_eq!(browser.count("#lift").await, 0);
    browser.is_sound("staff-lifted").await;
    browser.close().await;
}

#[test]
fn a_head_closes_a_part_of_tomorrow_on_a_tablet_in_chinese() {
    run(Database::Sqlite, async |_: Database| a_closure_tomorrow(Look::TABLET).await);
}

#[test]
fn a_head_closes_a_part_of_tomorrow_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| a_closure_tomorrow(Look::PHONE.english()).await);
}

#[test]
fn a_family_reads_why_its_day_was_cancelled() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let House { toddlers, head, families } = house(&app).await;
        let browser = Browser::open(&app, Look::TABLET).await;
        browser.go("/staff/sign-in").await;
        browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(&app)).await;
        let asked = format!("class={}&from={}&reason=停电&look=true", toddlers.class, app.in_days(1));
        browser.go(&format!("/staff/places/close?{asked}")).await;
        browser.tap("#confirm").await;
        browser.see("details:has(#lift) summary").await;
        browser.close().await;

        app.clock.advance(Duration::minutes(2));
        let browser = Browser::open(&app, Look::PHONE).await;
        browser.go("/sign-in?next=/messages").await;
        browser.sign_in(&app, &families[0].phone).await;
        browser.read("停电").await;
        browser.is_sound("family-closed-message").await;
        let booking = families[0].call(&ListBookings::default()).await.unwrap().items[0].id;
        browser.go(&format!("/bookings/{booking}")).await;
        browser.read("停电").await;
        browser.is_sound("family-closed-booking").await;
        browser.close().await;
    });
}
