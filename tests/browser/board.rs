//! A day at the board on the wall's tablet: the morning rush, the network gone and back, a teacher who leaves, the
//! evening.

use std::time::{Duration, Instant};

use doorstep_shared::{
    Date, HalfHour, Span, Timestamp,
    board::{BoardAction, Deed, GetBoard, SendActions},
    bookings::{Booking, DayState},
    care::ClassKind,
    family::{AddPickUpPerson, IssuePickUpCode},
    ids::ActionId,
    roster::{AddCarer, SetRoster, Shift},
};
use doorstep_tests::{Database, Family, Offer, Staff, TestApp, run, staff::PASSWORD};
use serde_json::json;

use crate::{
    browser::{Browser, Network},
    look::{Look, Wasm},
    site::site,
};

const DAY: &str = "08:00-17:30";
/// Actions that the tablet keeps.
const UNSENT: &str = "Object.keys(localStorage).filter(key => key.startsWith('doorstep-board:')).length";

/// A nursery with classes of toddlers, who all come on the day after the test begins.
struct House {
    app: TestApp,
    offers: Vec<Offer>,
    teacher: Staff,
    date: Date,
    /// The first family, and what it has booked.
    family: Option<(Family, Booking)>,
}

impl House {
    /// With so many children in each class.
    async fn of(classes: usize, children: usize) -> Self {
        let app = site().await;
        let nursery = app.nursery().name("春天托育园").create().await;
        let (mut offers, mut first, date) = (Vec::new(), None, app.in_days(1));
        for class in 0..classes {
            let offer = app.offer().of(&nursery).class(ClassKind::Toddler).places(15).carers(3).full_day();
            let offer = offer.lead_minutes(0).create().await;
            for child in 0..children {
                let family = app.family(&format!("{}{}", NAMES[child % NAMES.len()], class + 1)).await;
                let booking = family.order(&offer, DAY).on(date).send().await.unwrap();
                first.get_or_insert((family, booking));
            }
            offers.push(offer);
        }
        let teacher = app.teacher(nursery.id).await;
        Self { app, offers, teacher, date, family: first }
    }

    /// Sets the clock, `18:05`.
    fn at(&self, time: &str) {
        let (hours, minutes) = time.split_once(':').unwrap();
        let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
        let at = Timestamp::at(self.date, HalfHour::MIDNIGHT) + chrono::Duration::minutes(minutes);
        self.app.clock.advance(at - self.app.now());
    }

    /// The clock is set, and the tablet signs in and shows the board.
    async fn open(&self, look: Look, time: &str) -> Browser {
        self.at(time);
        let browser = Browser::open(&self.app, look).await;
        browser.go("/staff/sign-in").await;
        browser.sign_in_as_staff(&self.teacher.phone, PASSWORD, &self.teacher.code(&self.app)).await;
        browser.see_that("location.pathname == '/staff/board'").await;
        if look.wasm == Wasm::Runs {
            browser.see(".board[data-awake]").await;
        }
        browser
    }

    /// How many children the server believes to be in this state.
    async fn count(&self, state: DayState) -> usize {
        let teacher = self.teacher.again(&self.app).await;
        let board = teacher.call(&GetBoard {}).await.unwrap();
        board.attendance().iter().filter(|(_, day)| day.state == state).count()
    }
}

const NAMES: &[&str] = &[
    "小米", "安安", "果果", "小舟", "朵朵", "元元", "乐乐", "小言", "豆豆", "糖糖", "一一", "可可", "希希", "阳阳",
    "多多",
];

impl Browser {
    async fn is_a_good_board(&self, name: &str) {
        self.is_accessible().await;
        self.fits_the_screen().await;
        self.has_no_complaints(&[]).await;
        self.shoot(name).await;
    }

    async fn has_sent_everything(&self) {
        self.see_that("document.querySelector('#unsent').textContent == ''").await;
    }

    async fn columns(&self) -> [u64; 3] {
        let count = |id: &str| format!("[aria-labelledby={id}] .kid");
        [
            self.count(&count("expected")).await,
            self.count(&count("present")).await,
            self.count(&count("collected")).await,
        ]
    }
}

#[test]
fn sixty_children_come_in_the_morning_and_no_tap_is_lost() {
    run(Database::Sqlite, async |_: Database| {
        let house = House::of(4, 15).await;
        let browser = house.open(Look::TABLET, "07:30").await;
        assert_eq!(browser.columns().await, [60, 0, 0]);
        browser.is_a_good_board("board-morning").await;
        let began = Instant::now();
        for _ in 0..60 {
            browser.tap("[aria-labelledby=expected] .kid .tap").await;
        }
        let each = began.elapsed() / 60;
        assert!(each < Duration::from_millis(1_500), "{each:?} for each child");
        println!("{each:?} for each child");
        browser.see_that("document.querySelectorAll('[aria-labelledby=present] .kid').length == 60").await;
        browser.has_sent_everything().await;
        browser.is_a_good_board("board-rush").await;
        house.app.clock.advance(chrono::Duration::minutes(1));
        assert_eq!(house.count(DayState::CheckedIn).await, 60);
        house.app.check_finds_no_difference().await;
        browser.close().await;
    });
}

async fn a_tap_is_taken_back_on(look: Look) {
    let house = House::of(1, 3).await;
    let browser = house.open(look, "08:00").await;
    browser.tap("[aria-labelledby=expected] .kid .tap").await;
    browser.see("#toast").await;
    assert_eq!(browser.columns().await, [2, 1, 0]);
    browser.is_a_good_board("board-undo").await;
    browser.tap("#undo").await;
    browser.see_that("document.querySelectorAll('[aria-labelledby=expected] .kid').length == 3").await;
    browser.has_sent_everything().await;
    house.app.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(house.count(DayState::Expected).await, 3);
    browser.close().await;
}

#[test]
fn a_tap_is_taken_back_on_a_tablet_in_chinese() {
    run(Database::Sqlite, async |_: Database| a_tap_is_taken_back_on(Look::TABLET).await);
}

#[test]
fn a_tap_is_taken_back_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| a_tap_is_taken_back_on(Look::PHONE.english()).await);
}

#[test]
fn without_network_taps_are_kept_through_a_closed_page_and_sent_once() {
    run(Database::Sqlite, async |_: Database| {
        let house = House::of(1, 6).await;
        let browser = house.open(Look::TABLET, "08:00").await;
        browser.network(Network::Off).await;
        for _ in 0..3 {
            browser.tap("[aria-labelledby=expected] .kid .tap").await;
        }
        browser.read("3 条未发送").await;
        browser.read("没有网络").await;
        assert_eq!(browser.columns().await, [3, 3, 0], "shown at once");
        browser.is_accessible().await;
        browser.shoot("board-offline").await;
        assert_eq!(browser.value(UNSENT).await, json!(3));
        // A page gets the network back for its last moment, however it ends: what it asks for then must not leave it.
        browser.value("window.fetch = () => new Promise(() => {})").await;
        let without_network = browser.driver.window().await.unwrap();
        let next = browser.driver.new_tab().await.unwrap();
        browser.driver.switch_to_window(without_network).await.unwrap();
        browser.driver.close_window().await.unwrap();
        browser.driver.switch_to_window(next).await.unwrap();
        house.app.clock.advance(chrono::Duration::minutes(1));
        assert_eq!(house.count(DayState::CheckedIn).await, 0);
        browser.network(Network::On).await;
        browser.go("/staff/board").await;
        browser.see(".board[data-awake]").await;
        browser.has_sent_everything().await;
        browser.see_that("document.querySelectorAll('[aria-labelledby=present] .kid').length == 3").await;
        assert_eq!(browser.value(UNSENT).await, json!(0));
        house.app.clock.advance(chrono::Duration::minutes(1));
        assert_eq!(house.count(DayState::CheckedIn).await, 3);
        house.app.check_finds_no_difference().await;
        browser.close().await;
    });
}

#[test]
fn a_board_that_is_loaded_without_network_shows_what_was_last_seen_until_somebody_signs_out() {
    run(Database::Sqlite, async |_: Database| {
        let house = House::of(1, 5).await;
        let browser = house.open(Look::TABLET.english(), "08:00").await;
        browser.keeps("board", "/staff/board", "find-code").await;
        for _ in 0..2 {
            browser.tap("[aria-labelledby=expected] .kid .tap").await;
        }
        browser.has_sent_everything().await;
        let seen = "JSON.parse(localStorage.getItem('doorstep-board-seen'))[2].entries.length == 2";
        browser.see_that(seen).await;
        // The server is gone, as far as this tablet can tell.
        drop(house);
        browser.go("/staff/board").await;
        browser.see(".board[data-awake]").await;
        browser.see_that("document.querySelectorAll('[aria-labelledby=present] .kid').length == 2").await;
        browser.tap("[aria-labelledby=expected] .kid .tap").await;
        browser.read("1 not yet sent").await;
        assert_eq!(browser.columns().await, [2, 3, 0]);
        browser.shoot("board-loaded-offline").await;
        browser.close().await;
    });
}

#[test]
fn signing_out_leaves_no_child_of_the_board_on_the_tablet() {
    run(Database::Sqlite, async |_: Database| {
        let house = House::of(1, 2).await;
        let browser = house.open(Look::TABLET, "08:00").await;
        browser.keeps("board", "/staff/board", "find-code").await;
        browser.see_that("localStorage.getItem('doorstep-board-seen') != null").await;
        browser.tap("#sign-out").await;
        browser.see_that("location.pathname == '/staff/sign-in'").await;
        browser.see_that("localStorage.getItem('doorstep-board-seen') == null").await;
        assert_eq!(browser.kept("board", "/staff/board").await, "");
        browser.close().await;
    });
}

#[test]
fn two_tablets_without_network_lead_to_one_day_and_what_does_not_fit_is_shown() {
    run(Database::Sqlite, async |_: Database| {
        let house = House::of(1, 2).await;
        let one = house.open(Look::TABLET, "08:00").await;
        house.app.clock.advance(chrono::Duration::minutes(1));
        let other = Browser::open(&house.app, Look::TABLET).await;
        other.go("/staff/sign-in").await;
        other.sign_in_as_staff(&house.teacher.phone, PASSWORD, &house.teacher.code(&house.app)).await;
        other.see(".board[data-awake]").await;
        other.network(Network::Off).await;
        other.tap("[aria-labelledby=expected] .kid .tap").await;
        one.tap("[aria-labelledby=expected] .kid .tap").await;
        one.has_sent_everything().await;
        other.network(Network::On).await;
        other.has_sent_everything().await;
        other.see("#conflicts").await;
        other.is_accessible().await;
        other.shoot("board-conflict").await;
        assert_eq!(other.columns().await, [1, 1, 0]);
        other.tap("#conflicts button").await;
        other.see_that("document.querySelector('#conflicts').hidden").await;
        for browser in [one, other] {
            browser.close().await;
        }
        house.app.check_finds_no_difference().await;
    });
}

#[test]
fn a_teacher_leaves_and_the_ratio_turns_red() {
    run(Database::Sqlite, async |_: Database| {
        let house = House::of(1, 6).await;
        let head = house.app.head(house.offers[0].nursery).await;
        let (class_id, span) = (house.offers[0].class, "07:30-18:00".parse::<Span>().unwrap());
        let mut shifts = Vec::new();
        for name in ["王老师", "李老师"] {
            let carer_id = head.call(&AddCarer { name: name.to_owned() }).await.unwrap().id;
            shifts.push(Shift { carer_id, from: span.from, to: span.to });
        }
        let shifts = Some(shifts);
        head.call(&SetRoster { class_id, date: Some(house.date), weekday: None, shifts, accept: false }).await.unwrap();
        let browser = house.open(Look::TABLET, "08:30").await;
        for _ in 0..6 {
            browser.tap("[aria-labelledby=expected] .kid .tap").await;
        }
        browser.see_attribute(".ratios a:last-child", "data-level", "well").await;
        browser.tap("#duty > summary").await;
        browser.tap("#duty li:first-child button").await;
        browser.see_attribute(".ratios a:last-child", "data-level", "over").await;
        browser.read("超出 1 名").await;
        browser.has_sent_everything().await;
        browser.see("#breaches").await;
        browser.is_a_good_board("board-breach").await;
        // She is back.
        browser.tap("#duty li:has(.tag) button").await;
        browser.see_attribute(".ratios a:last-child", "data-level", "well").await;
        browser.has_sent_everything().await;
        browser.close().await;
    });
}

#[test]
fn a_board_without_webassembly_is_forms() {
    run(Database::Sqlite, async |_: Database| {
        let house = House::of(1, 2).await;
        let look = Look { wasm: Wasm::Blocked, ..Look::TABLET };
        let browser = house.open(look, "08:00").await;
        browser.tap("[aria-labelledby=expected] .kid .tap").await;
        browser.see("[aria-labelledby=present] .kid").await;
        assert_eq!(browser.columns().await, [1, 1, 0]);
        browser.is_accessible().await;
        browser.close().await;
    });
}

#[test]
fn the_board_is_kept_with_keys_alone() {
    run(Database::Sqlite, async |_: Database| {
        use thirtyfour::prelude::*;

        let house = House::of(1, 2).await;
        let browser = house.open(Look::TABLET, "08:00").await;
        let focused = "document.activeElement.closest('.kid') != null && document.activeElement.matches('.tap')";
        // From the top of the page to the first child, with nothing but the key.
        for _ in 0..40 {
            if browser.value(focused).await == json!(true) {
                break;
            }
            browser.driver.active_element().await.unwrap().send_keys(Key::Tab + "").await.unwrap();
        }
        assert_eq!(browser.value(focused).await, json!(true), "a child is reached");
        browser.driver.active_element().await.unwrap().send_keys(Key::Enter + "").await.unwrap();
        browser.see_that("document.querySelectorAll('[aria-labelledby=present] .kid').length == 1").await;
        browser.close().await;
    });
}

async fn a_child_is_looked_at_and_collected_late_on(look: Look) {
    let mut house = House::of(1, 2).await;
    house.at("08:00");
    let teacher = house.teacher.again(&house.app).await;
    let (family, booking) = house.family.take().unwrap();
    let (day_id, date) = (booking.days[0].id, booking.days[0].date);
    let came = BoardAction { id: ActionId::new(), at: house.app.now(), deed: Deed::CheckIn { day_id } };
    teacher.call(&SendActions { actions: vec![came], sent_at: None }).await.unwrap();
    let browser = house.open(look, "18:05").await;
    let family = family.again(&house.app).await;
    let add = AddPickUpPerson { name: "王叔叔".to_owned(), relation: "邻居".to_owned(), phone: None };
    let person_id = family.call(&add).await.unwrap().id;
    let code = family.call(&IssuePickUpCode { id: booking.id, date, person_id }).await.unwrap().code.unwrap();

    // What was found in the morning is put down on the child's page; a wrong temperature is said at its field.
    browser.tap("[aria-labelledby=present] .who a").await;
    browser.see("#morning").await;
    browser.is_a_good_board("board-child").await;
    browser.fill("#temperature", "365").await;
    browser.tap("#save-morning").await;
    browser.see("#temperature-error").await;
    browser.has_no_complaints(&[422]).await;
    browser.is_accessible().await;
    browser.fill("#temperature", "36.6").await;
    browser.fill("#medicine", "12:00").await;
    browser.tap("#save-morning").await;
    browser.see_that("document.querySelector('#temperature-error') == null").await;
    // By the code that its family has given, and not by another.
    browser.fill("#code", "000000").await;
    browser.tap("#collect").await;
    browser.see("#code-error").await;
    browser.has_no_complaints(&[422]).await;
    browser.fill("#code", &code).await;
    browser.tap("#collect").await;
    browser.see_that("document.querySelector('#collect') == null").await;
    browser.has_no_complaints(&[]).await;
    browser.tap("a.back").await;
    browser.see("[aria-labelledby=collected] .kid").await;
    browser.read("王叔叔").await;
    browser.read(if look.locale == "zh" { "超时 2 个半小时" } else { "2 half-hours late" }).await;
    browser.read("36.6").await;
    browser.is_a_good_board("board-evening").await;
    house.app.check_finds_no_difference().await;
    browser.close().await;
}

#[test]
fn a_child_is_looked_at_and_collected_late_on_a_tablet_in_chinese() {
    run(Database::Sqlite, async |_: Database| a_child_is_looked_at_and_collected_late_on(Look::TABLET).await);
}

#[test]
fn a_child_is_looked_at_and_collected_late_on_a_phone_in_english() {
    run(Database::Sqlite, async |_: Database| a_child_is_looked_at_and_collected_late_on(Look::PHONE.english()).await);
}

#[test]
fn a_family_checks_in_with_its_phone_at_the_door() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let offer = app.offer().places(3).full_day().lead_minutes(0).create().await;
        let family = app.family("Ann").await;
        let date = app.in_days(1);
        family.order(&offer, DAY).on(date).send().await.unwrap();
        let teacher = app.teacher(offer.nursery).await;
        let house = House { app, offers: vec![offer], teacher, date, family: None };
        let door = house.open(Look::TABLET, "07:50").await;
        door.go("/staff/board/door").await;
        door.see("svg.qr").await;
        door.is_a_good_board("board-door").await;
        let url = door.value("document.querySelector('#door').dataset.url").await;
        let url = url.as_str().unwrap();
        let phone = Browser::open(&house.app, Look::PHONE).await;
        phone.go(&url[url.find("/door?").unwrap()..]).await;
        phone.sign_in(&house.app, &family.phone).await;
        phone.see("#enter").await;
        phone.is_a_good_board("door").await;
        phone.tap("#enter").await;
        phone.see(".notice.good").await;
        phone.is_a_good_board("door-entered").await;
        for browser in [door, phone] {
            browser.close().await;
        }
        house.app.clock.advance(chrono::Duration::minutes(1));
        assert_eq!(house.count(DayState::CheckedIn).await, 1);
    });
}
