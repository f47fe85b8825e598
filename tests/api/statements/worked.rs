//! Months worked by hand: one for each kind of care, and what changes a day's price.

use doorstep_server::db::schema::offer as offer_table;
use doorstep_shared::{
    bookings::{CancelBooking, DayState, MoveBooking, ReportAbsent, UndoBooking},
    care::CareKind,
    statements::{ChargeKind, DayCounts, GetChildStatements, MonthState, StatementDay, StatementLine},
};

use super::*;

const DAY: &str = "08:00-17:30";

/// Kind, care, units, price of one, amount: in fen.
type Line = (ChargeKind, CareKind, u32, Option<i64>, i64);

fn lines(statement: &Statement) -> Vec<Line> {
    let line = |line: &StatementLine| {
        (line.kind, line.care, line.units, line.unit_price_fen.map(|unit| unit.0), line.amount_fen.0)
    };
    statement.lines.iter().map(line).collect()
}

/// A week of full days at 180 yuan, a half-hour of being late 15, cancelling within a day of it half.
///
/// - Mon 9: 08:00 to 17:30: 180.
/// - Tue 10: collected at 18:10, forty minutes late, two half-hours: 180 + 30.
/// - Wed 11: absent, told at seven that morning: 90.
/// - Thu 12: nobody came: 180.
/// - Fri 13: cancelled a week before: 0.
#[test_on_both]
async fn full_days_with_late_pick_up_absence_no_show_and_a_day_that_was_cancelled(app: TestApp) {
    let offer = app.offer().places(5).full_day().price_fen(18_000).cancel_rule(24, 50).create().await;
    late_price(&app, &offer, 1_500).await;
    let ann = app.family("Ann").await;
    let booked = ann.order(&offer, DAY).weekly(&[1, 2, 3, 4, 5], date("2026-03-09"), date("2026-03-13"));
    let booking = booked.send().await.unwrap();
    app.clock.advance(Duration::hours(1));
    let ann = ann.again(&app).await;
    let friday = CancelBooking { dates: vec![date("2026-03-13")], ..CancelBooking::all(booking.id) };
    ann.call(&friday).await.unwrap();
    until(&app, "2026-03-11", "07:00");
    let ann = ann.again(&app).await;
    ann.call(&ReportAbsent { id: booking.id, date: date("2026-03-11"), child_id: None }).await.unwrap();
    until(&app, "2026-04-01", "08:00");
    let staff = app.front_desk(offer.nursery).await;
    let march = month("2026-03");
    let before = one(&staff, march, ann.child().id).await;
    assert_eq!(before.sums.due_fen, Fen(18_000 * 3 + 9_000), "as booked, while nobody has said who came");
    let mut done = stays(&booking, "2026-03-09", "08:00", "17:30");
    done.extend(stays(&booking, "2026-03-10", "08:05", "18:10"));
    done.push((at("2026-03-12", "17:30"), Deed::NoShow { day_id: day_on(&booking, "2026-03-12") }));
    note(&staff, done).await;

    let statement = one(&staff, march, ann.child().id).await;
    use ChargeKind as K;
    let full_day = CareKind::FullDay;
    let expected: [Line; 3] = [
        (K::Care, full_day, 3, Some(18_000), 54_000),
        (K::GivenUp, full_day, 1, None, 9_000),
        (K::LatePickUp, full_day, 2, Some(1_500), 3_000),
    ];
    assert_eq!(lines(&statement), expected);
    assert_eq!(statement.sums.due_fen, Fen(66_000));
    assert_eq!(statement.counts, DayCounts { attended: 2, expected: 0, absent: 1, missed: 1, given_up: 1 });
    let told = |day: &StatementDay| {
        let clock = |at: Option<Timestamp>| at.map(Timestamp::clock_time).unwrap_or_default();
        (day.date.to_string(), day.state, clock(day.came_at), clock(day.collected_at), day.total().0)
    };
    let days = [
        ("2026-03-09".to_owned(), DayState::CheckedOut, "08:00".to_owned(), "17:30".to_owned(), 18_000),
        ("2026-03-10".to_owned(), DayState::CheckedOut, "08:05".to_owned(), "18:10".to_owned(), 21_000),
        ("2026-03-11".to_owned(), DayState::Absent, String::new(), String::new(), 9_000),
        ("2026-03-12".to_owned(), DayState::NoShow, String::new(), String::new(), 18_000),
        ("2026-03-13".to_owned(), DayState::Released, String::new(), String::new(), 0),
    ];
    assert_eq!(statement.days.iter().map(told).collect::<Vec<_>>(), days);
    assert_eq!(statement.state, MonthState::Over);
    // The family reads the same, and the nursery's month is its sum.
    let ann = ann.again(&app).await;
    let told = ann.call(&GetChildStatements { id: ann.child().id, month: march }).await.unwrap().items;
    assert_eq!(told, std::slice::from_ref(&statement));
    let nursery = all(&staff, march).await;
    assert_eq!((nursery.sums, nursery.children.len()), (statement.sums, 1));
    app.check_finds_no_difference().await;
}

/// One day of each: a half day at 90, a temporary one at 120, two and a half hours at 30 an hour; fifty minutes late.
#[test_on_both]
async fn half_days_temporary_and_hourly_care_each_by_its_own_price(app: TestApp) {
    let half = app.offer().places(5).half_day().price_fen(9_000).create().await;
    let temporary = app.offer().beside(&half).temporary().price_fen(12_000).create().await;
    let hourly = app.offer().beside(&half).hourly().price_fen(3_000).create().await;
    late_price(&app, &hourly, 1_000).await;
    let ann = app.family("Ann").await;
    let tuesday = ann.order(&half, "08:00-12:00").on(date("2026-03-03")).send().await.unwrap();
    let wednesday = ann.order(&temporary, "13:30-17:30").on(date("2026-03-04")).send().await.unwrap();
    let thursday = ann.order(&hourly, "09:00-11:30").on(date("2026-03-05")).send().await.unwrap();
    until(&app, "2026-03-06", "08:00");
    let staff = app.head(half.nursery).await;
    let mut done = stays(&tuesday, "2026-03-03", "08:00", "12:00");
    done.extend(stays(&wednesday, "2026-03-04", "13:30", "17:30"));
    done.extend(stays(&thursday, "2026-03-05", "09:00", "12:20"));
    note(&staff, done).await;
    let statement = one(&staff, month("2026-03"), ann.child().id).await;
    use ChargeKind as K;
    let expected: [Line; 4] = [
        (K::Care, CareKind::HalfDay, 1, Some(9_000), 9_000),
        (K::Care, CareKind::Temporary, 1, Some(12_000), 12_000),
        (K::Care, CareKind::Hourly, 5, Some(3_000), 7_500),
        (K::LatePickUp, CareKind::Hourly, 2, Some(1_000), 2_000),
    ];
    assert_eq!(lines(&statement), expected);
    assert_eq!((statement.sums.due_fen, statement.state), (Fen(30_500), MonthState::Running));
    app.check_finds_no_difference().await;
}

/// October 2026: 22 weekdays, five of them holidays, and Saturday the 10th worked for them: 18 days at 180.
#[test_on_both]
async fn a_holiday_is_not_booked_and_not_charged(database: Database) {
    let app = TestApp::at(at("2026-09-14", "08:00"), database, |_| ()).await;
    let weekdays: Vec<_> = (1..=5).map(|weekday| (weekday, "07:30-18:00")).collect();
    let nursery = app.nursery().open(&weekdays).create().await;
    let offer = app.offer().of(&nursery).full_day().price_fen(18_000).create().await;
    let ann = app.family("Ann").await;
    let order = ann.order(&offer, DAY).weekly(&[1, 2, 3, 4, 5], date("2026-10-01"), date("2026-10-31"));
    order.send().await.unwrap();
    let statement = one(&app.head(nursery.id).await, month("2026-10"), ann.child().id).await;
    assert_eq!(lines(&statement), [(ChargeKind::Care, CareKind::FullDay, 18, Some(18_000), 324_000)]);
    assert!(statement.holidays.iter().any(|day| day.date == date("2026-10-01") && day.name_zh == "国庆节"));
    assert!(statement.days.iter().all(|day| statement.holidays.iter().all(|holiday| holiday.date != day.date)));
}

/// Booked at 180, then the price goes up to 190: days that were booked before keep theirs, wherever they lie.
#[test_on_both]
async fn a_price_that_changes_in_the_middle_of_a_month_is_that_of_when_it_was_booked(app: TestApp) {
    let offer = app.offer().places(5).full_day().price_fen(18_000).create().await;
    let ann = app.family("Ann").await;
    for on in ["2026-03-09", "2026-03-24"] {
        ann.order(&offer, DAY).on(date(on)).send().await.unwrap();
    }
    until(&app, "2026-03-16", "08:00");
    let id = offer.id;
    let write = move |conn: &mut _| {
        let offer = diesel::update(offer_table::table.find(id));
        Ok(offer.set(offer_table::price_fen.eq(19_000_i64)).execute(conn)?)
    };
    app.db().write(write).await.unwrap();
    let ann = ann.again(&app).await;
    for on in ["2026-03-25", "2026-03-26"] {
        ann.order(&offer, DAY).on(date(on)).send().await.unwrap();
    }
    let statement = one(&app.head(offer.nursery).await, month("2026-03"), ann.child().id).await;
    let expected: [Line; 2] = [
        (ChargeKind::Care, CareKind::FullDay, 2, Some(18_000), 36_000),
        (ChargeKind::Care, CareKind::FullDay, 2, Some(19_000), 38_000),
    ];
    assert_eq!(lines(&statement), expected);
}

/// What a family moves to another month is charged there; what never came about, nowhere.
#[test_on_both]
async fn a_day_that_is_moved_is_charged_where_it_went_and_one_that_was_undone_nowhere(app: TestApp) {
    let offer = app.offer().places(5).full_day().price_fen(18_000).create().await;
    let ann = app.family("Ann").await;
    let booking = ann.order(&offer, DAY).on(date("2026-03-20")).send().await.unwrap();
    let undone = ann.order(&offer, DAY).on(date("2026-03-21")).send().await.unwrap();
    ann.call(&UndoBooking { id: undone.id, what: None }).await.unwrap();
    app.clock.advance(Duration::minutes(10));
    let later = MoveBooking { shift_days: 19, ..MoveBooking::of(booking.id) };
    ann.call(&later).await.unwrap();
    let head = app.head(offer.nursery).await;
    let (march, april) = (all(&head, month("2026-03")).await, all(&head, month("2026-04")).await);
    assert_eq!((march.children.len(), march.sums.due_fen), (0, Fen::ZERO));
    assert_eq!(april.sums.due_fen, Fen(18_000));
}

#[test_on_both]
async fn only_who_may_see_money_sees_it_and_only_of_their_own_children(app: TestApp) {
    let offer = app.offer().places(5).full_day().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    ann.order(&offer, DAY).on(date("2026-03-09")).send().await.unwrap();
    let (march, child) = (month("2026-03"), ann.child().id);
    let other = app.nursery().create().await;
    let (teacher, elsewhere) = (app.teacher(offer.nursery).await, app.head(other.id).await);
    let get = GetStatement { month: march, child_id: child };
    assert_eq!(teacher.call(&get).await.unwrap_err().kind, ProblemKind::Forbidden);
    assert_eq!(elsewhere.call(&get).await.unwrap_err().kind, ProblemKind::NotFound);
    assert_eq!(all(&elsewhere, march).await.children.len(), 0);
    let theirs = GetChildStatements { id: child, month: march };
    assert_eq!(ben.call(&theirs).await.unwrap_err().kind, ProblemKind::NotFound);
    for path in ["2026-13", "march", "2026-3", "2026-03-01", "9999-01"] {
        let answer = app.head(offer.nursery).await.get(&format!("/api/v1/staff/statements/{path}")).await;
        assert_eq!(answer.problem().kind, ProblemKind::Malformed, "{path}");
    }
}
