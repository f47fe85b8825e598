//! The family on a phone: inviting, accepting, seeing without changing, removing; and who only picks up.

use doorstep_tests::{Database, TestApp, run};

use crate::{browser::Browser, look::Look, site::site, steps::book_path};

const GUARDIAN: &str = "13800001234";
const GRANDMA: &str = "13800005678";
const NEIGHBOUR: &str = "13800009012";

impl Browser {
    async fn is_well(&self, name: &str) {
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
        self.shoot(name).await;
    }

    /// Signs in and takes the first invitation.
    async fn accept(app: &TestApp, look: Look, phone: &str, name: &str) -> Self {
        let browser = Self::open(app, look).await;
        browser.go("/sign-in").await;
        browser.sign_in(app, phone).await;
        browser.see(".invited").await;
        browser.is_well(name).await;
        browser.tap("button.accept").await;
        browser.see_that("!document.querySelector('.invited')").await;
        browser
    }
}

async fn family_on(look: Look) {
    let app = site().await;
    let nursery = app.nursery().name("春天托育园").create().await;
    let offer = app.offer().of(&nursery).places(3).hourly().create().await;
    let tomorrow = app.in_days(1);
    let browser = Browser::signed_in(&app, look, GUARDIAN).await;
    browser.go(&book_path(&offer, tomorrow)).await;
    browser.press_the_bar().await;
    browser.tap("#confirm").await;
    browser.see("#door-code").await;
    let booking = browser.path().await;

    // The guardian invites the grandmother, and adds the neighbour who picks up.
    browser.go("/me").await;
    browser.tap("#to-family").await;
    browser.see("#invite").await;
    browser.is_well("family-alone").await;
    browser.tap("#invite").await;
    browser.is_well("family-invite").await;
    browser.fill("#phone", GRANDMA).await;
    browser.fill("#name", "奶奶").await;
    browser.tap("#do-invite").await;
    browser.see("#invitations").await;
    browser.is_well("family-invited").await;
    browser.tap("#add-person").await;
    browser.fill("#name", "王叔叔").await;
    browser.fill("#phone", NEIGHBOUR).await;
    browser.tap("#do-add").await;
    browser.see("#send-photo").await;
    browser.is_well("family-person").await;

    // The grandmother accepts, sees the booking with its code, and finds no way to change it.
    let grandma = Browser::accept(&app, look, GRANDMA, "family-accept").await;
    grandma.see("#door-code").await;
    grandma.is_well("family-member-bookings").await;
    grandma.go(&booking).await;
    grandma.see("#door-code").await;
    for css in ["#cancel-card", "#undo", "#to-move", "#give-code"] {
        assert!(!grandma.sees(css).await, "{css}");
    }
    grandma.is_well("family-member-booking").await;
    grandma.go(&book_path(&offer, tomorrow)).await;
    assert!(!grandma.sees("form#book").await, "who may not book has no form for it");
    grandma.read("138****1234").await;
    grandma.has_no_complaints(&[403]).await;
    grandma.go("/children").await;
    assert!(!grandma.sees("a[href='/children/new']").await);

    // The neighbour accepts, gets a code, and sees this one pick-up.
    let neighbour = Browser::accept(&app, look, NEIGHBOUR, "family-accept-pick-up").await;
    neighbour.see(".empty").await;
    neighbour.is_well("pick-ups-none").await;
    browser.go(&booking).await;
    browser.tap("#give-code").await;
    let code = browser.see("#given-code").await.text().await.unwrap();
    browser.is_well("pick-up-code-given").await;
    neighbour.go("/bookings").await;
    let shown = neighbour.see(".pick-up-code").await.text().await.unwrap();
    assert_eq!(shown.replace(' ', ""), code);
    neighbour.is_well("pick-ups").await;
    assert!(!neighbour.text().await.contains("¥"), "nothing of what it costs");

    // The grandmother is removed: her next tap finds her signed out.
    browser.go("/family").await;
    browser.tap("#members ~ ul li:last-child a").await;
    browser.see("#remove").await;
    browser.is_well("family-member").await;
    browser.tap("#remove").await;
    browser.see("#persons").await;
    browser.is_well("family-with-person").await;
    grandma.go("/bookings").await;
    grandma.see("#phone").await;

    // The neighbour's number is forgotten: he stays a person, and cannot sign in as one any more.
    browser.tap("#persons ~ ul li a").await;
    browser.see("#forget-phone").await;
    browser.is_well("family-person-with-number").await;
    browser.tap("#forget-phone").await;
    browser.see_that("location.search == '?done=no-phone'").await;
    assert!(!browser.sees("#forget-phone").await);
    browser.is_well("family-person-without-number").await;
    neighbour.go("/bookings").await;
    assert!(!neighbour.sees(".pick-up-code").await, "he sees no code any more");
    for browser in [browser, grandma, neighbour] {
        browser.close().await;
    }
    app.check_finds_no_difference().await;
}

#[test]
fn a_family_comes_together_on_a_phone_in_chinese() {
    run(Database::Sqlite, async |_: Database| family_on(Look::PHONE).await);
}

#[test]
fn a_family_comes_together_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| family_on(Look::PHONE.english()).await);
}
