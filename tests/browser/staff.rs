//! The staff of a nursery on its tablet and on a phone: joining by a link, signing in, inviting, changing, removing.

use chrono::Duration;
use doorstep_tests::{
    Database, TestApp, run,
    staff::{code, secret},
};

use crate::{browser::Browser, look::Look, site::site};

const HEAD: &str = "13800001234";
const TEACHER: &str = "13800005678";
const PASSWORD: &str = "eleven green bottles";

impl Browser {
    async fn is_fit(&self, name: &str) {
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
        self.shoot(name).await;
    }

    /// Types phone, password and the code that the app shows now.
    pub async fn sign_in_as_staff(&self, phone: &str, password: &str, code: &str) {
        self.fill("#phone", phone).await;
        self.fill("#password", password).await;
        self.fill("#code", code).await;
        self.tap("form#sign-in button").await;
        self.is_elsewhere_than("/staff/sign-in").await;
    }

    /// Follows the link of a message to the end; returns what the app was set up with.
    async fn follow(&self, app: &TestApp, link: &str, phone: &str) -> String {
        self.go(&link[link.find("/staff/join").unwrap()..]).await;
        self.is_fit("staff-join").await;
        self.fill("#phone", phone).await;
        self.tap("form#open button").await;
        let base32 = self.see("#app-secret").await.text().await.unwrap().replace(' ', "");
        self.is_fit("staff-join-set-up").await;
        // Wrong first: the same code to scan stands there still.
        self.fill("#password", PASSWORD).await;
        self.fill("#app_code", "000000").await;
        self.tap("form#accept button").await;
        self.see("#app_code-error").await;
        assert_eq!(self.see("#app-secret").await.text().await.unwrap().replace(' ', ""), base32);
        self.has_no_complaints(&[422]).await;
        self.is_accessible().await;
        self.shoot("staff-join-refused").await;
        self.fill("#password", PASSWORD).await;
        self.fill("#app_code", &code(&secret(&base32), app.now())).await;
        self.tap("form#accept button").await;
        self.see("#recovery-codes").await;
        self.is_fit("staff-codes").await;
        self.tap("#begin").await;
        self.see_that("location.pathname == '/staff'").await;
        base32
    }
}

/// The link that was sent to a phone last.
async fn link_to(app: &TestApp, phone: &str) -> String {
    let sent = app.messages(phone).await;
    let link = sent.last().expect("a link was sent").split_whitespace().find(|word| word.contains("/staff/join"));
    link.expect("it is a link").to_owned()
}

async fn staff_on(look: Look) {
    let app = site().await;
    let nursery = app.nursery().name("春天托育园").create().await;
    let head = Browser::open(&app, look).await;
    let link = app.invite_head(nursery.id, HEAD).await;
    head.follow(&app, &link, HEAD).await;
    head.read("春天托育园").await;
    head.is_fit("staff-home").await;

    // She invites a teacher, who joins on another device.
    head.tap(".rail a[href='/staff/people']").await;
    head.see("#members").await;
    head.is_fit("staff-people").await;
    head.tap("#invite").await;
    head.is_fit("staff-invite").await;
    head.fill("#phone", TEACHER).await;
    head.fill("#name", "李老师").await;
    head.tap("#do-invite").await;
    head.see("#invitations").await;
    head.is_fit("staff-invited").await;
    let teacher = Browser::open(&app, look).await;
    let app_secret = teacher.follow(&app, &link_to(&app, TEACHER).await, TEACHER).await;
    assert!(!teacher.sees(".rail a[href='/staff/people']").await, "who works there is for the head");
    teacher.go("/staff/people").await;
    teacher.see(".notice").await;
    teacher.has_no_complaints(&[403]).await;
    teacher.is_accessible().await;
    teacher.shoot("staff-for-others").await;

    // Another role: the teacher signs in again, and has it.
    head.go("/staff/people").await;
    head.tap("#members li:last-child a").await;
    head.see("#remove").await;
    head.is_fit("staff-member").await;
    head.tap("label:has(input[name=role][value=front_desk])").await;
    head.tap("#save").await;
    head.see("#members").await;
    teacher.go("/staff").await;
    teacher.see("form#sign-in").await;
    teacher.is_fit("staff-sign-in").await;
    app.clock.advance(Duration::minutes(1));
    let shown = code(&secret(&app_secret), app.now());
    teacher.sign_in_as_staff(TEACHER, PASSWORD, &shown).await;
    teacher.read(if look.locale == "zh" { "前台" } else { "Front desk" }).await;

    // What she signs in with, and where.
    teacher.tap(".rail a[href='/staff/security']").await;
    teacher.see("#end-all").await;
    teacher.is_fit("staff-security").await;
    for verb in ["password", "app"] {
        teacher.go(&format!("/staff/security/{verb}")).await;
        teacher.see("form#change").await;
        teacher.is_fit(&format!("staff-security-{verb}")).await;
    }
    teacher.go("/staff/security").await;
    teacher.tap("#to-codes").await;
    teacher.see("form#change").await;
    app.clock.advance(Duration::minutes(1));
    teacher.fill("#password", PASSWORD).await;
    teacher.fill("#code", &code(&secret(&app_secret), app.now())).await;
    teacher.tap("form#change button").await;
    teacher.see("#recovery-codes").await;
    teacher.is_fit("staff-new-codes").await;

    // Removed: the next tap finds her signed out.
    head.tap("#members li:last-child a").await;
    head.tap("#remove").await;
    head.see_that("document.querySelectorAll('#members li').length == 1").await;
    teacher.go("/staff/security").await;
    teacher.see("form#sign-in").await;
    head.tap("#sign-out").await;
    head.see("form#sign-in").await;
    head.has_no_complaints(&[]).await;
    for browser in [head, teacher] {
        browser.close().await;
    }
}

macro_rules! looks {
    ($($name:ident = $look:expr;)+) => {
        $(#[test] fn $name() { run(Database::Sqlite, async |_: Database| staff_on($look).await) })+
    };
}

looks! {
    staff_come_together_on_a_tablet_in_chinese = Look::TABLET;
    staff_come_together_on_a_tablet_in_english = Look::TABLET.english();
    staff_come_together_on_a_phone_in_chinese = Look::PHONE;
    staff_come_together_on_a_phone_in_english = Look::PHONE.english();
}
