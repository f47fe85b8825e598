//! A nursery's board: who comes, is collected, does not come; what is sent late, twice and in another order.

mod door;
mod replay;

use chrono::Duration;
use diesel::prelude::*;
use doorstep_server::{
    accounts::Enlister,
    db::schema::{board_action, booking_day, offer, ratio_breach},
    demo,
};
use doorstep_shared::{
    Fen, HalfHour,
    board::{
        ActionSent, Board, BoardAction, ConflictKind, Deed, GetBoard, Outcome, SendActions, fold::Attendance,
        ratio::RatioLevel,
    },
    bookings::{Booking, CancelBooking, DayState, GetBooking, ReportAbsent, UndoBooking},
    ids::{ActionId, BookingDayId, CarerId, ClassId, NurseryId},
    roster::{AddCarer, SetRoster, Shift},
};
use doorstep_tests::{Snapshot, prelude::*};

use crate::bookings::run_jobs;

const DAY: &str = "08:00-17:30";

/// A class of toddlers and a teacher at its board, on the day for which everybody books.
pub struct House {
    pub offer: Offer,
    pub teacher: Staff,
    pub date: Date,
}

impl House {
    /// With so many places.
    pub async fn of(app: &TestApp, places: i16) -> Self {
        let offer = app.offer().places(places).full_day().lead_minutes(0).create().await;
        let teacher = app.teacher(offer.nursery).await;
        Self { offer, teacher, date: app.in_days(1) }
    }

    /// Somebody new who comes on the day.
    pub async fn child(&self, app: &TestApp, name: &str) -> (Family, Booking) {
        let family = app.family(name).await;
        let booking = family.order(&self.offer, DAY).on(self.date).send().await.unwrap();
        (family, booking)
    }

    /// The day has come; the teacher is signed in anew.
    pub async fn at(&mut self, app: &TestApp, time: &str) {
        let (hours, minutes) = time.split_once(':').unwrap();
        let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
        app.clock.advance(Timestamp::at(self.date, HalfHour::MIDNIGHT) + Duration::minutes(minutes) - app.now());
        self.teacher = self.teacher.again(app).await;
    }

    pub async fn send(&self, actions: Vec<BoardAction>) -> Vec<ActionSent> {
        self.teacher.call(&SendActions { actions, sent_at: None }).await.unwrap().items
    }

    /// Done now; what became of it.
    async fn does(&self, app: &TestApp, deed: Deed) -> ActionSent {
        self.send(vec![action(app.now(), deed)]).await.remove(0)
    }

    pub async fn board(&self) -> Board {
        self.teacher.call(&GetBoard {}).await.unwrap()
    }

    async fn attendance(&self, day: BookingDayId) -> Attendance {
        let board = self.board().await;
        let child = board.children.iter().find(|child| child.day_id == day).unwrap();
        child.attendance(&board.entries)
    }
}

pub fn action(at: Timestamp, deed: Deed) -> BoardAction {
    BoardAction { id: ActionId::new(), at, deed }
}

pub fn day(booking: &Booking) -> BookingDayId {
    booking.days[0].id
}

fn comes(booking: &Booking) -> Deed {
    Deed::CheckIn { day_id: day(booking) }
}

fn goes(booking: &Booking, by: &str) -> Deed {
    Deed::CheckOut { day_id: day(booking), by: Some(by.to_owned()) }
}

fn was_applied(sent: &ActionSent) {
    assert_eq!((sent.outcome, sent.conflict), (Outcome::Applied, None));
}

fn was_conflict(sent: &ActionSent, kind: ConflictKind) {
    assert_eq!((sent.outcome, sent.conflict), (Outcome::Conflict, Some(kind)));
}

/// What the booking says of its first day.
async fn state(app: &TestApp, booking: &Booking) -> DayState {
    let id = day(booking);
    app.db().read(move |conn| Ok(booking_day::table.find(id).select(booking_day::state).first(conn)?)).await.unwrap()
}

/// What has changed but for the answers that are kept for repeated calls.
async fn changed(app: &TestApp, before: &Snapshot) -> Vec<String> {
    let differences = before.differences(&app.snapshot().await).into_iter();
    differences.filter(|line| !line.starts_with("idempotency")).collect()
}

#[test_on_both]
async fn a_child_comes_and_is_collected_and_its_family_sees_it(app: TestApp) {
    let mut house = House::of(&app, 5).await;
    let (_, booking) = house.child(&app, "Ann").await;
    let (_, other) = house.child(&app, "Ben").await;
    house.at(&app, "07:55").await;
    let board = house.board().await;
    assert_eq!((board.children.len(), board.entries.len(), board.classes.len()), (2, 0, 1));
    was_applied(&house.does(&app, comes(&booking)).await);
    let look = Deed::MorningCheck {
        day_id: day(&booking),
        temperature: Some(366),
        spots: Some(false),
        medicine: "午饭后止咳糖浆 5 毫升".to_owned(),
    };
    was_applied(&house.does(&app, look).await);
    assert_eq!(state(&app, &booking).await, DayState::CheckedIn);
    let board = house.board().await;
    let days = board.attendance();
    let ratio = board.ratio(&board.classes[0], &days, app.now());
    assert_eq!((ratio.children, ratio.carers, ratio.most, ratio.level()), (1, 5, 15, RatioLevel::Well));
    assert_eq!(days.iter().filter(|(_, day)| day.is_present()).count(), 1);
    let (_, morning) = days.iter().find(|(child, _)| child.day_id == day(&booking)).unwrap();
    assert_eq!(morning.morning.as_ref().unwrap().temperature, Some(366));
    // Collected, taken back, collected by another.
    app.clock.advance(Duration::minutes(5));
    let gone = action(app.now(), goes(&booking, "爷爷"));
    let (sent, back) = (gone.id, action(app.now(), Deed::Undo { action_id: gone.id }));
    was_applied(&house.send(vec![gone]).await[0]);
    assert_eq!(house.attendance(day(&booking)).await.last, Some(sent));
    was_applied(&house.send(vec![back]).await[0]);
    assert_eq!(state(&app, &booking).await, DayState::CheckedIn);
    was_applied(&house.does(&app, goes(&booking, "外婆")).await);
    assert_eq!(house.attendance(day(&booking)).await.collected_by.as_deref(), Some("外婆"));
    assert_eq!(state(&app, &booking).await, DayState::CheckedOut);
    assert_eq!(house.attendance(day(&other)).await.state, DayState::Expected);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn an_absent_child_gives_its_place_to_another_and_has_it_again_when_it_comes(app: TestApp) {
    let mut house = House::of(&app, 1).await;
    let (ann, booking) = house.child(&app, "Ann").await;
    house.at(&app, "07:10").await;
    was_applied(&house.does(&app, Deed::Absent { day_id: day(&booking) }).await);
    let told = ann.again(&app).await.call(&GetBooking { id: booking.id }).await.unwrap();
    // Less than twelve hours before: half the price, as the frozen rule says.
    assert_eq!((told.days[0].state, told.price.due_fen), (DayState::Absent, Fen(1_500)));
    app.check_finds_no_difference().await;
    // Somebody else has the place. The first one comes all the same: that is seen, not refused.
    let (_, taken) = house.child(&app, "Ben").await;
    app.clock.advance(Duration::minutes(1));
    was_conflict(&house.does(&app, comes(&booking)).await, ConflictKind::NoPlace);
    was_applied(&house.does(&app, comes(&taken)).await);
    assert_eq!(state(&app, &booking).await, DayState::CheckedIn);
    app.check_finds_no_difference().await;
    let third = app.family("Cem").await.order(&house.offer, DAY).on(house.date).send().await;
    assert_eq!(third.unwrap_err().kind, ProblemKind::SlotFull);
}

#[test_on_both]
async fn what_the_family_does_meanwhile_is_a_conflict_and_neither_gets_lost(app: TestApp) {
    let mut house = House::of(&app, 5).await;
    let (ann, booking) = house.child(&app, "Ann").await;
    let (ben, early) = house.child(&app, "Ben").await;
    let (cem, ill) = house.child(&app, "Cem").await;
    house.at(&app, "07:40").await;
    let (ann, ben, cem) = (ann.again(&app).await, ben.again(&app).await, cem.again(&app).await);
    // Ann cancels; the child comes all the same, and then she takes it back.
    ann.call(&CancelBooking::all(booking.id)).await.unwrap();
    was_conflict(&house.does(&app, comes(&booking)).await, ConflictKind::GivenUp);
    assert_eq!(house.attendance(day(&booking)).await.state, DayState::CheckedIn, "it is there");
    assert_eq!(state(&app, &booking).await, DayState::Released);
    app.check_finds_no_difference().await;
    app.clock.advance(Duration::minutes(2));
    let ann = ann.again(&app).await;
    ann.call(&UndoBooking { id: booking.id, what: None }).await.unwrap();
    assert_eq!(ann.call(&GetBooking { id: booking.id }).await.unwrap().days[0].state, DayState::CheckedIn);
    // Ben's child is there before its time: nothing is left to cancel or to undo.
    was_applied(&house.does(&app, comes(&early)).await);
    let refused = ben.call(&CancelBooking::all(early.id)).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::WrongState);
    assert_eq!(ben.call(&GetBooking { id: early.id }).await.unwrap().undo, None);
    let refused = ben.call(&ReportAbsent { id: early.id, date: house.date, child_id: None }).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::WrongState);
    // Cem has said it himself: that it is said again changes nothing.
    cem.call(&ReportAbsent { id: ill.id, date: house.date, child_id: None }).await.unwrap();
    was_applied(&house.does(&app, Deed::Absent { day_id: day(&ill) }).await);
    assert_eq!(house.attendance(day(&ill)).await.state, DayState::Released);
    assert_eq!(cem.call(&GetBooking { id: ill.id }).await.unwrap().days[0].state, DayState::Absent);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn what_is_another_nurserys_or_nobodys_is_refused_and_kept_nowhere(app: TestApp) {
    let (mut house, mut other) = (House::of(&app, 5).await, House::of(&app, 5).await);
    let (_, booking) = house.child(&app, "Ann").await;
    let tomorrow = app.family("Ben").await.order(&house.offer, DAY).on(app.in_days(2)).send().await.unwrap();
    let carer = app.head(house.offer.nursery).await.call(&AddCarer { name: "王老师".to_owned() }).await.unwrap().id;
    house.at(&app, "08:00").await;
    app.clock.advance(Duration::minutes(1));
    other.teacher = other.teacher.again(&app).await;
    let before = app.snapshot().await;
    let deeds = [
        comes(&booking),
        goes(&booking, ""),
        Deed::Absent { day_id: day(&booking) },
        Deed::CheckIn { day_id: BookingDayId::new() },
        Deed::CarerLeft { carer_id: carer, class_id: house.offer.class },
        Deed::CarerCame { carer_id: carer, class_id: other.offer.class },
        Deed::CarerCame { carer_id: CarerId::new(), class_id: other.offer.class },
    ];
    for deed in deeds {
        let sent = other.does(&app, deed.clone()).await;
        assert_eq!((sent.outcome, sent.conflict), (Outcome::Refused, None), "{deed:?}");
    }
    assert_eq!(other.board().await.children.len(), 0);
    assert_eq!(changed(&app, &before).await, [""; 0]);
    // What is to come is not known yet; what nobody measures is no temperature; nobody is at two classes' rosters.
    let hot =
        Deed::MorningCheck { day_id: day(&booking), temperature: Some(900), spots: None, medicine: String::new() };
    let nowhere = Deed::CarerCame { carer_id: carer, class_id: ClassId::new() };
    for deed in [comes(&tomorrow), hot, nowhere] {
        assert_eq!(house.does(&app, deed.clone()).await.outcome, Outcome::Refused, "{deed:?}");
    }
    // Taking back what another nursery did takes back nothing.
    let came = action(app.now(), comes(&booking));
    let back = Deed::Undo { action_id: came.id };
    was_applied(&house.send(vec![came.clone()]).await[0]);
    other.does(&app, back).await;
    assert_eq!(house.attendance(day(&booking)).await.state, DayState::CheckedIn);
    // The same id from another nursery is another action.
    let sent = other.send(vec![came]).await;
    assert_eq!(sent[0].outcome, Outcome::Refused);
    let many = (0..101).map(|_| action(app.now(), comes(&booking))).collect();
    let refused = house.teacher.call(&SendActions { actions: many, sent_at: None }).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::Invalid);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_clock_that_runs_ahead_makes_nobody_late(app: TestApp) {
    let mut house = House::of(&app, 5).await;
    let (_, one) = house.child(&app, "Ann").await;
    let (_, two) = house.child(&app, "Ben").await;
    house.at(&app, "08:00").await;
    let ahead = Duration::hours(10);
    // The tablet says when it sends: its clock is set right.
    let actions = vec![action(app.now() + ahead - Duration::minutes(3), comes(&one))];
    house.teacher.call(&SendActions { actions, sent_at: Some(app.now() + ahead) }).await.unwrap();
    assert_eq!(house.attendance(day(&one)).await.in_at, Some(app.now() - Duration::minutes(3)));
    // It does not say: nothing is done later than now.
    house.send(vec![action(app.now() + ahead, comes(&two))]).await;
    assert_eq!(house.attendance(day(&two)).await.in_at, Some(app.now()));
}

#[test_on_both]
async fn a_teacher_leaves_and_the_breach_is_kept(app: TestApp) {
    let mut house = House::of(&app, 15).await;
    let head = app.head(house.offer.nursery).await;
    let mut carers = Vec::new();
    for name in ["王老师", "李老师"] {
        carers.push(head.call(&AddCarer { name: name.to_owned() }).await.unwrap().id);
    }
    let Span { from, to } = DAY.parse().unwrap();
    let shifts = carers.iter().map(|carer_id| Shift { carer_id: *carer_id, from, to }).collect();
    let (class_id, date) = (house.offer.class, Some(house.date));
    head.call(&SetRoster { class_id, date, weekday: None, shifts: Some(shifts), accept: false }).await.unwrap();
    let mut booked = Vec::new();
    for number in 0..6 {
        booked.push(house.child(&app, &format!("Ann{number}")).await.1);
    }
    house.at(&app, "08:10").await;
    house.send(booked.iter().map(|booking| action(app.now(), comes(booking))).collect()).await;
    let kept = |nursery: NurseryId| {
        app.db().read(move |conn| {
            let of = ratio_breach::table.filter(ratio_breach::nursery_id.eq(nursery)).order(ratio_breach::from_at);
            type Row = (Timestamp, Option<Timestamp>, i16, i16, i16);
            let rows = of.select((
                ratio_breach::from_at,
                ratio_breach::until_at,
                ratio_breach::children,
                ratio_breach::carers,
                ratio_breach::most,
            ));
            Ok(rows.load::<Row>(conn)?)
        })
    };
    assert_eq!(kept(house.offer.nursery).await.unwrap(), []);
    app.clock.advance(Duration::minutes(5));
    let left = app.now();
    was_applied(&house.does(&app, Deed::CarerLeft { carer_id: carers[0], class_id }).await);
    let board = house.board().await;
    let ratio = board.ratio(&board.classes[0], &board.attendance(), app.now());
    assert_eq!((ratio.children, ratio.carers, ratio.most, ratio.level()), (6, 1, 5, RatioLevel::Over));
    assert_eq!(kept(house.offer.nursery).await.unwrap(), [(left, None, 6, 1, 5)]);
    app.clock.advance(Duration::minutes(5));
    was_applied(&house.does(&app, Deed::CarerCame { carer_id: carers[0], class_id }).await);
    assert_eq!(kept(house.offer.nursery).await.unwrap(), [(left, Some(app.now()), 6, 1, 5)]);
    assert_eq!(house.board().await.breaches.len(), 1);
    // Places follow the plan, which is as it was.
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn collecting_late_costs_what_was_frozen(app: TestApp) {
    let mut house = House::of(&app, 5).await;
    let id = house.offer.id;
    let price = |fen: i64| {
        app.db().write(move |conn| {
            Ok(diesel::update(offer::table.find(id)).set(offer::late_pick_up_fen.eq(fen)).execute(conn)?)
        })
    };
    price(1_500).await.unwrap();
    let (ann, booking) = house.child(&app, "Ann").await;
    price(9_900).await.unwrap();
    house.at(&app, "08:00").await;
    was_applied(&house.does(&app, comes(&booking)).await);
    // 17:30 to 18:05: two half-hours have begun.
    house.at(&app, "18:05").await;
    let gone = action(app.now(), goes(&booking, "妈妈"));
    let back = Deed::Undo { action_id: gone.id };
    house.send(vec![gone]).await;
    let ann = ann.again(&app).await;
    let told = ann.call(&GetBooking { id: booking.id }).await.unwrap().price;
    assert_eq!((told.total_fen, told.late_pick_up_fen, told.due_fen), (Fen(3_000), Fen(3_000), Fen(6_000)));
    app.check_finds_no_difference().await;
    house.does(&app, back).await;
    let told = ann.call(&GetBooking { id: booking.id }).await.unwrap().price;
    assert_eq!((told.late_pick_up_fen, told.due_fen), (Fen::ZERO, Fen(3_000)));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn who_did_not_come_is_noted_where_the_board_is_kept_and_can_come_late(app: TestApp) {
    let (mut house, elsewhere) = (House::of(&app, 5).await, House::of(&app, 5).await);
    let (_, booking) = house.child(&app, "Ann").await;
    let (_, there) = house.child(&app, "Ben").await;
    let (_, unkept) = elsewhere.child(&app, "Cem").await;
    house.at(&app, "08:05").await;
    was_applied(&house.does(&app, comes(&there)).await);
    house.at(&app, "17:29").await;
    run_jobs(&app).await;
    assert_eq!(house.attendance(day(&booking)).await.state, DayState::Expected);
    house.at(&app, "17:31").await;
    run_jobs(&app).await;
    assert_eq!(state(&app, &booking).await, DayState::NoShow);
    assert_eq!(state(&app, &there).await, DayState::CheckedIn);
    assert_eq!(state(&app, &unkept).await, DayState::Expected, "nobody taps anything there");
    app.check_finds_no_difference().await;
    // It came, and nobody had tapped: taken back, it is not said again.
    let noted = house.attendance(day(&booking)).await.last.unwrap();
    was_applied(&house.does(&app, Deed::Undo { action_id: noted }).await);
    app.clock.advance(Duration::minutes(2));
    run_jobs(&app).await;
    assert_eq!(house.attendance(day(&booking)).await.state, DayState::Expected);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn what_is_said_of_a_childs_health_is_sealed_and_forgotten_with_the_child(app: TestApp) {
    let mut house = House::of(&app, 5).await;
    let (ann, booking) = house.child(&app, "Ann").await;
    house.at(&app, "08:00").await;
    let medicine = "退烧药 3 毫升".to_owned();
    let look = Deed::MorningCheck { day_id: day(&booking), temperature: Some(372), spots: None, medicine };
    was_applied(&house.does(&app, comes(&booking)).await);
    was_applied(&house.does(&app, look).await);
    was_applied(&house.does(&app, goes(&booking, "外婆王秀英")).await);
    let sealed = || app.db().read(|conn| Ok(board_action::table.select(board_action::detail_sealed).load(conn)?));
    let rows: Vec<Option<Vec<u8>>> = sealed().await.unwrap();
    assert_eq!(rows.iter().flatten().count(), 2);
    for row in rows.iter().flatten() {
        let read = String::from_utf8_lossy(row);
        assert!(!read.contains("退烧药") && !read.contains("外婆") && !read.contains("372"));
    }
    app.clock.advance(Duration::days(1));
    let ann = ann.again(&app).await;
    let erased = ann.request("DELETE", &format!("/api/v1/children/{}", ann.child().id));
    assert_eq!(doorstep_tests::read(erased).await.status, 204);
    let rows: Vec<Option<Vec<u8>>> = sealed().await.unwrap();
    assert_eq!((rows.len(), rows.iter().flatten().count()), (3, 0), "that it was there is kept");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_demonstration_has_a_day_that_has_begun(database: Database) {
    let ten = serde_json::from_value("2026-03-02T10:10:00+08:00".into()).unwrap();
    let app = TestApp::at(ten, database, |config| config.demo = true).await;
    let (inside, now) = (app.inside().clone(), app.now());
    let made = tokio::task::spawn_blocking(move || {
        let city = demo::Options { nurseries: 2, ..demo::Options::default() };
        demo::fill(&inside.db, &inside.policy, now, &city, |_| {})?;
        demo::put_to_work(&inside.db, &Enlister::at(&inside.config.data)?, &inside.policy, now)
    });
    made.await.unwrap().unwrap();
    let nursery = app.db().read(|conn| Ok(board_action::table.select(board_action::nursery_id).first(conn)?));
    let board = app.teacher(nursery.await.unwrap()).await.call(&GetBoard {}).await.unwrap();
    let count = |state| board.attendance().iter().filter(|(_, day)| day.state == state).count();
    assert!(count(DayState::CheckedIn) > 0, "somebody is there");
    assert!(board.classes.iter().all(|class| class.plan.shifts.is_some()), "every class has a roster");
    assert_eq!(board.attendance().iter().map(|(_, day)| day.conflicts.len()).sum::<usize>(), 0);
    app.check_finds_no_difference().await;
}
