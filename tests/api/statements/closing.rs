//! Closing months: once, in their order, for good; what is put right later stands in the next one.

use doorstep_server::{
    audit,
    db::schema::{statement, statement_day},
};
use doorstep_shared::{
    bookings::{BookingState, ListBookings},
    statements::{GetChildStatements, MonthState},
};

use super::*;

const DAY: &str = "08:00-17:30";

/// A child with a day in March and one in April, at 180 yuan; a half-hour of being late costs 15.
struct House {
    offer: Offer,
    head: Staff,
    ann: Family,
    march: Booking,
    april: Booking,
}

impl House {
    async fn of(app: &TestApp) -> Self {
        let offer = app.offer().places(5).full_day().price_fen(18_000).create().await;
        late_price(app, &offer, 1_500).await;
        let ann = app.family("Ann").await;
        let march = ann.order(&offer, DAY).on(date("2026-03-30")).send().await.unwrap();
        let april = ann.order(&offer, DAY).on(date("2026-04-08")).send().await.unwrap();
        until(app, "2026-04-01", "09:00");
        let head = app.head(offer.nursery).await;
        note(&head, stays(&march, "2026-03-30", "08:00", "17:30")).await;
        Self { offer, head, ann, march, april }
    }

    /// What the family's bookings come to in all, as the bookings themselves say.
    async fn owed(&self, app: &TestApp) -> i64 {
        let bookings = self.ann.again(app).await.call(&ListBookings::default()).await.unwrap().items;
        bookings.iter().filter(|one| one.state != BookingState::Held).map(|one| one.price.due_fen.0).sum()
    }
}

#[test_on_both]
async fn a_closed_month_never_changes_and_what_is_put_right_stands_in_the_next(app: TestApp) {
    let house = House::of(&app).await;
    let (head, child) = (&house.head, house.ann.child().id);
    let (march, april) = (month("2026-03"), month("2026-04"));
    let over = all(head, march).await;
    assert_eq!((over.state, over.sums.due_fen, over.next_to_close), (MonthState::Over, Fen(18_000), Some(march)));
    let closed = close(head, march, 18_000).await.unwrap();
    assert_eq!((closed.state, closed.next_to_close), (MonthState::Closed, Some(april)));
    assert_eq!(closed.closed_at, Some(app.now()));
    let before = one(head, march, child).await;

    // The tablet comes back with what was noted at the door: collected at 18:20, two half-hours late.
    let day_id = day_on(&house.march, "2026-03-30");
    let collected = one(head, march, child).await.days[0].collected_at;
    assert_eq!(collected, Some(at("2026-03-30", "17:30")));
    let board = app.db();
    let wrong = board.read(move |conn| {
        use doorstep_server::db::schema::board_action;
        let rows = board_action::table.filter(board_action::booking_day_id.eq(day_id));
        let ids: Vec<ActionId> = rows.filter(board_action::kind.eq("check_out")).select(board_action::id).load(conn)?;
        Ok(ids)
    });
    let action_id = wrong.await.unwrap()[0];
    let right = Deed::CheckOut { day_id, by: None };
    note(head, vec![(app.now(), Deed::Undo { action_id }), (at("2026-03-30", "18:20"), right)]).await;

    app.clock.advance(Duration::minutes(1));
    let mut after = one(head, march, child).await;
    assert_ne!(after.as_of, before.as_of);
    after.as_of = before.as_of;
    assert_eq!(after, before, "a closed month is what it was");
    let next = one(head, april, child).await;
    let told: Vec<_> = next.adjustments.iter().map(|one| (one.day.date, one.before_fen.0, one.day.total().0)).collect();
    assert_eq!(told, [(date("2026-03-30"), 18_000, 21_000)]);
    assert_eq!((next.sums.adjusted_fen, next.sums.due_fen), (Fen(3_000), Fen(21_000)));
    assert_eq!(before.sums.due_fen.0 + next.sums.due_fen.0, house.owed(&app).await, "to the fen");
    // In May it is not told again.
    until(&app, "2026-05-01", "09:00");
    let head = head.again(&app).await;
    note(&head, stays(&house.april, "2026-04-08", "08:00", "17:00")).await;
    close(&head, april, 21_000).await.unwrap();
    assert_eq!(all(&head, month("2026-05")).await.children.len(), 0);
    assert_eq!(one(&head, april, child).await.sums, next.sums);
    // The family reads what the nursery closed.
    let ann = house.ann.again(&app).await;
    let told = ann.call(&GetChildStatements { id: child, month: april }).await.unwrap().items;
    assert_eq!((told[0].state, told[0].sums), (MonthState::Closed, next.sums));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_month_is_closed_once_by_a_head_in_order_and_with_the_figures_that_were_seen(app: TestApp) {
    let house = House::of(&app).await;
    let head = &house.head;
    let (march, april) = (month("2026-03"), month("2026-04"));
    let kind = |answer: Result<Statements, Problem>| answer.unwrap_err().kind;
    let front_desk = app.front_desk(house.offer.nursery).await;
    assert_eq!(kind(close(&front_desk, march, 18_000).await), ProblemKind::Forbidden);
    assert_eq!(kind(close(head, april, 18_000).await), ProblemKind::MonthNotClosable, "it runs");
    assert_eq!(kind(close(head, month("2026-02"), 0).await), ProblemKind::MonthNotClosable, "nothing was booked yet");
    assert_eq!(kind(close(head, march, 17_999).await), ProblemKind::FiguresChanged);
    until(&app, "2026-05-01", "09:00");
    let head = head.again(&app).await;
    assert_eq!(kind(close(&head, april, 18_000).await), ProblemKind::MonthNotClosable, "March comes first");
    // Two at once: one of them does it.
    let other = app.head(house.offer.nursery).await;
    let (one, two) = join!(close(&head, march, 18_000), close(&other, march, 18_000));
    assert_eq!([&one, &two].iter().filter(|answer| answer.is_ok()).count(), 1, "{one:?} {two:?}");
    assert_eq!(kind(close(&head, march, 18_000).await), ProblemKind::MonthNotClosable, "it is closed");
    let nursery = house.offer.nursery;
    let noted = app.db().read(move |conn| {
        let id = statement::table.filter(statement::nursery_id.eq(nursery)).select(statement::id);
        let id: doorstep_shared::ids::StatementId = id.first(conn)?;
        Ok(audit::of(conn, id.0)?)
    });
    assert_eq!(noted.await.unwrap(), ["month_closed"]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_database_itself_refuses_to_change_a_closed_month(app: TestApp) {
    let house = House::of(&app).await;
    close(&house.head, month("2026-03"), 18_000).await.unwrap();
    let before = app.snapshot().await;
    let dearer = app
        .db()
        .write(|conn| Ok(diesel::update(statement_day::table).set(statement_day::care_fen.eq(1_i64)).execute(conn)?));
    assert!(dearer.await.is_err());
    let gone = app.db().write(|conn| Ok(diesel::delete(statement::table).execute(conn)?));
    assert!(gone.await.is_err());
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}

#[test_on_both]
async fn check_names_a_month_that_is_not_the_sum_of_its_days(app: TestApp) {
    let house = House::of(&app).await;
    close(&house.head, month("2026-03"), 18_000).await.unwrap();
    let (nursery, now) = (house.offer.nursery, app.now());
    let forge = app.db().write(move |conn| {
        let row = (
            statement::id.eq(doorstep_shared::ids::StatementId::new()),
            statement::nursery_id.eq(nursery),
            statement::month.eq(month("2026-05")),
            statement::due_fen.eq(Fen(100)),
            statement::closed_at.eq(now),
            statement::account_id.eq(doorstep_shared::ids::AccountId::new()),
        );
        Ok(diesel::insert_into(statement::table).values(row).execute(conn)?)
    });
    forge.await.unwrap();
    let found = app.db().read(doorstep_server::subsidies::check).await.unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("comes after 2026-03") && found[1].contains("make ¥0, it says ¥1"), "{found:?}");
}
