//! Every page in every look: axe-core, the console, the width, and a picture.

use doorstep_shared::staff::StaffRole;
use doorstep_tests::{Database, TestApp, run, staff::PASSWORD};

use crate::{browser::Browser, look::Look, site::site, steps::book_path};

/// Shows every page to a parent with a child, a hold, a booking to come, one that was cancelled, and a place in line.
async fn look_at_every_page(look: Look) {
    let app = site().await;
    let nursery = app.nursery().name("春天托育园").inclusive().create().await;
    let offer = app.offer().of(&nursery).places(9).hourly().create().await;
    app.offer().of(&nursery).places(9).full_day().create().await;
    let full = app.offer().places(1).full_day().create().await;
    let taken = app.in_days(3);
    app.family("Ann").await.order(&full, "08:00-17:30").on(taken).send().await.unwrap();
    let browser = Browser::open(&app, look).await;
    let (tomorrow, day_after) = (app.in_days(1), app.in_days(2));

    let open = |path: &str| path.to_owned();
    let mut pages = vec![
        ("find", open("/")),
        ("find-nothing", open("/?inclusive=true&q=zzzz")),
        ("nursery", format!("/nurseries/{}", nursery.id)),
        ("settings", open("/settings")),
        ("policy", open("/policy")),
        ("sign-in", open("/sign-in")),
        ("book-signed-out", book_path(&offer, tomorrow)),
        ("me-signed-out", open("/me")),
    ];
    for (name, path) in &pages {
        browser.go(path).await;
        browser.is_good(name).await;
    }

    let later = app.in_days(4);
    browser.go(&format!("{}&date={later}", book_path(&offer, tomorrow))).await;
    browser.sign_in(&app, "13800001234").await;
    browser.see("form#book").await;
    browser.is_good("book-first-child").await;
    browser.tell_about_child(&app).await;
    browser.press_the_bar().await;
    browser.see("#confirm").await;
    browser.is_good("booking-held").await;
    browser.tap("#confirm").await;
    browser.see("#door-code").await;
    browser.is_good("booking-confirmed").await;
    let booking = browser.path().await;
    browser.go(&book_path(&offer, day_after)).await;
    browser.is_good("book").await;
    browser.go(&book_path(&offer, day_after).replacen("/book?", "/book/weekly?", 1)).await;
    browser.is_good("book-weekly").await;
    browser.go(&book_path(&offer, day_after)).await;
    browser.press_the_bar().await;
    browser.see("#confirm").await;

    browser.go("/children").await;
    let child = browser.value("document.querySelector(\"main a[href^='/children/']:not([href$=new])\").pathname").await;
    let child = child.as_str().expect("the child has a page").to_owned();
    pages = vec![
        ("bookings", open("/bookings")),
        ("children", open("/children")),
        ("child", child.clone()),
        ("child-delete", format!("{child}/delete")),
        ("child-calendar", format!("{child}/calendar")),
        ("child-month", format!("{child}/statement")),
        ("child-new", open("/children/new")),
        ("me", open("/me")),
        ("vouchers", open("/vouchers")),
        ("me-delete", open("/me/delete")),
        ("messages", open("/messages")),
        ("family", open("/family")),
        ("family-invite", open("/family/invite")),
        ("family-person-new", open("/family/pick-up/new")),
        ("booking-days", format!("{booking}/days")),
        ("booking-days-sure", format!("{booking}/days?date={tomorrow}")),
        ("booking-absent", format!("{booking}/absent")),
        ("booking-absent-sure", format!("{booking}/absent?date={tomorrow}")),
        ("booking-move", format!("{booking}/move")),
        ("booking-move-windows", format!("{booking}/move?day={tomorrow}&on={}", app.in_days(5))),
    ];
    for (name, path) in &pages {
        browser.go(path).await;
        browser.is_good(name).await;
    }
    browser.go("/messages").await;
    browser.tap("main form[action$='/read'] button.item").await;
    browser.see_that("location.pathname != '/messages'").await;
    browser.is_good("message").await;
    browser.go(&format!("/nurseries/{}?date={taken}", full.nursery)).await;
    browser.tap("a[data-wait]").await;
    browser.see("#join").await;
    browser.is_good("wait-join").await;
    browser.tap("#join").await;
    browser.see_that("location.pathname != '/wait'").await;
    browser.is_good("wait").await;
    browser.go(&format!("{booking}/move?day={tomorrow}&on={}", app.in_days(5))).await;
    browser.tap("#where a.price-tag").await;
    browser.see("#do-move").await;
    browser.is_good("booking-move-meaning").await;
    browser.go(&booking).await;
    browser.tap("#cancel-card summary").await;
    browser.tap("#cancel").await;
    browser.see("#undo").await;
    browser.is_good("booking-cancelled").await;
    look_at_pages_of_staff(&app, &browser).await;
    browser.close().await;
}

/// Shows the pages of staff to the head of two nurseries, who is a parent, too.
async fn look_at_pages_of_staff(app: &TestApp, browser: &Browser) {
    let (here, there) = (app.nursery().create().await, app.nursery().name("分园").create().await);
    let head = app.head(here.id).await;
    let teacher = app.teacher(here.id).await;
    app.clock.advance(chrono::Duration::minutes(1));
    app.enlist(there.id, StaffRole::Head, &head.phone, None).await;
    browser.go("/staff/join").await;
    browser.is_good("staff-join-by-hand").await;
    browser.go("/staff").await;
    browser.is_good("staff-sign-in").await;
    browser.sign_in_as_staff(&head.phone, PASSWORD, &head.code(app)).await;
    let member = format!("/staff/people/{}", teacher.me.id);
    browser.tap("form[action='/staff/nursery'] button").await;
    browser.is_good("staff-chosen").await;
    let pages = [
        ("staff-home", "/staff"),
        ("staff-board", "/staff/board"),
        ("staff-door", "/staff/board/door"),
        ("staff-places", "/staff/places"),
        ("staff-close", "/staff/places/close"),
        ("staff-hours", "/staff/places/hours"),
        ("staff-hours-weekday", "/staff/places/hours/week/1"),
        ("staff-outlook", "/staff/places/outlook"),
        ("staff-ageing", "/staff/places/ageing"),
        ("staff-statements-empty", "/staff/statements"),
        ("staff-people", "/staff/people"),
        ("staff-invite", "/staff/people/invite"),
        ("staff-member", &member),
        ("staff-security", "/staff/security"),
        ("staff-security-password", "/staff/security/password"),
        ("staff-security-app", "/staff/security/app"),
        ("staff-security-codes", "/staff/security/codes"),
    ];
    for (name, path) in pages {
        browser.go(path).await;
        browser.is_good(name).await;
    }
}

impl Browser {
    async fn is_good(&self, name: &str) {
        self.see("main h1, main h2").await;
        self.shoot(name).await;
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
    }
}

macro_rules! looks {
    ($($name:ident = $look:expr;)+) => {
        $(#[test] fn $name() { run(Database::Sqlite, async |_: Database| look_at_every_page($look).await) })+
    };
}

looks! {
    in_light_on_a_phone = Look::PHONE;
    in_dark_on_a_phone = Look::PHONE.dark();
    for_elders_on_a_phone = Look::PHONE.elder();
    in_light_on_a_desktop_in_english = Look::DESKTOP.english();
    in_dark_on_a_desktop = Look::DESKTOP.dark();
    for_elders_on_a_desktop = Look::DESKTOP.elder();
}
