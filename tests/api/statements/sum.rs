//! Whatever families and staff do: all months together come to what the bookings say, to the fen.

use doorstep_server::db::schema::{booking, booking_day};
use doorstep_shared::{
    bookings::{
        BookingPage, BookingState, CancelBooking, DayState, ListBookings, MoveBooking, ReportAbsent, UndoBooking,
    },
    statements::MonthState,
};

use super::*;
use crate::search_dice::Dice;

/// What is due for all bookings of a nursery, added up from the rows themselves: a day that has its place costs its
/// price, one that was given up what that cost, and either what being late came to.
async fn by_rows(app: &TestApp, of: &Offer) -> i64 {
    type Row = (bool, i64, i64, i64);
    let nursery = of.nursery;
    let read = move |conn: &mut _| {
        let rows: Vec<Row> = booking_day::table
            .inner_join(booking::table)
            .filter(booking::nursery_id.eq(nursery).and(booking::confirmed_at.is_not_null()))
            .select((
                booking_day::takes_place,
                booking_day::price_fen,
                booking_day::left_cost_fen,
                booking_day::late_cost_fen,
            ))
            .load(conn)?;
        Ok(rows)
    };
    let rows = app.db().read(read).await.unwrap();
    rows.iter().map(|(takes, price, left, late)| if *takes { price + left + late } else { left + late }).sum()
}

/// The same as the families read it in their bookings.
async fn by_bookings(families: &[Family]) -> i64 {
    let mut sum = 0;
    for family in families {
        let mut ask = ListBookings::default();
        loop {
            let BookingPage { items, next_cursor } = family.call(&ask).await.unwrap();
            let counts = |one: &&Booking| !matches!(one.state, BookingState::Held | BookingState::Expired);
            sum += items.iter().filter(counts).map(|one| one.price.due_fen.0).sum::<i64>();
            match next_cursor {
                Some(cursor) => ask.cursor = Some(cursor),
                None => break,
            }
        }
    }
    sum
}

struct World {
    offers: [Offer; 3],
    families: Vec<Family>,
    head: Staff,
}

impl World {
    async fn again(&mut self, app: &TestApp) {
        self.families = join_all(self.families.iter().map(|family| family.again(app))).await;
        self.head = self.head.again(app).await;
    }

    /// One of what a family may do. What is refused changes nothing.
    async fn act(&self, app: &TestApp, dice: &mut Dice) {
        let family = &self.families[dice.below(self.families.len())];
        let on = app.in_days(dice.between(0, 45));
        let spans = [
            ["08:00-17:30"; 3],
            ["08:00-12:00", "13:30-17:30", "08:00-12:00"],
            ["09:00-11:30", "13:00-16:00", "15:00-16:30"],
        ];
        let kind = dice.below(3);
        let (offer, span) = (&self.offers[kind], spans[kind][dice.below(3)]);
        let known = family.call(&ListBookings::default()).await.unwrap().items;
        let booking = (!known.is_empty()).then(|| dice.pick(&known).clone());
        match (dice.below(7), booking) {
            (0..3, _) | (_, None) => {
                let order = family.order(offer, span);
                let order = match dice.once_in(4) {
                    true => order.weekly(&[1, 3], on, on + Duration::days(20)),
                    false => order.on(on),
                };
                let _ = order.send().await;
            }
            (3, Some(booking)) => {
                let day = dice.pick(&booking.days).date;
                let _ = family.call(&CancelBooking { dates: vec![day], ..CancelBooking::all(booking.id) }).await;
            }
            (4, Some(booking)) => {
                let day = dice.pick(&booking.days).date;
                let _ = family.call(&ReportAbsent { id: booking.id, date: day, child_id: None }).await;
            }
            (5, Some(booking)) => {
                let shift_days = i16::try_from(dice.between(-9, 20)).unwrap();
                let _ = family.call(&MoveBooking { shift_days, ..MoveBooking::of(booking.id) }).await;
            }
            (_, Some(booking)) => {
                let _ = family.call(&UndoBooking { id: booking.id, what: None }).await;
            }
        }
    }

    /// The board of what is past: who came, was late, or did not come; some of it long after.
    async fn keep_board(&self, app: &TestApp, dice: &mut Dice) {
        let mut actions = Vec::new();
        for family in &self.families {
            for booking in family.call(&ListBookings::default()).await.unwrap().items {
                let past = booking.days.iter().filter(|day| day.date < app.today() && day.state != DayState::Released);
                for day in past {
                    let (begins, ends) = (Timestamp::at(day.date, day.from), Timestamp::at(day.date, day.to));
                    let deeds = match dice.below(8) {
                        0 => vec![(ends, Deed::NoShow { day_id: day.id })],
                        1 => vec![(begins - Duration::minutes(30), Deed::Absent { day_id: day.id })],
                        2..6 => {
                            let out = ends + Duration::minutes(dice.between(-40, 95));
                            vec![
                                (begins, Deed::CheckIn { day_id: day.id }),
                                (out, Deed::CheckOut { day_id: day.id, by: None }),
                            ]
                        }
                        _ => Vec::new(),
                    };
                    actions.extend(deeds.into_iter().map(|(at, deed)| BoardAction { id: ActionId::new(), at, deed }));
                }
            }
        }
        for actions in actions.chunks(100) {
            self.head.call(&SendActions { actions: actions.to_vec(), sent_at: None }).await.unwrap();
        }
    }
}

#[test_on_both]
async fn the_sum_of_all_months_is_the_sum_of_all_bookings(app: TestApp) {
    let full_day = app.offer().places(3).full_day().price_fen(18_001).cancel_rule(24, 33).create().await;
    let half_day = app.offer().beside(&full_day).half_day().price_fen(9_007).cancel_rule(48, 50).create().await;
    let hourly = app.offer().beside(&full_day).hourly().price_fen(2_503).cancel_rule(2, 100).create().await;
    late_price(&app, &full_day, 1_501).await;
    late_price(&app, &hourly, 999).await;
    let families = join_all((0..4).map(|_| app.family("Ann"))).await;
    let head = app.head(full_day.nursery).await;
    let mut world = World { offers: [full_day, half_day, hourly], families, head };
    let dice = &mut Dice(20_260_302);
    let first = month("2026-03");
    let (mut stated, mut open) = (0, first);
    for round in 0..10 {
        for _ in 0..12 {
            world.act(&app, dice).await;
            // Together less than a session lasts without a new token.
            if dice.once_in(2) {
                app.clock.advance(Duration::minutes(1));
            }
        }
        app.clock.advance(Duration::days(dice.between(5, 13)) + Duration::minutes(dice.between(1, 600)));
        world.again(&app).await;
        world.keep_board(&app, dice).await;
        // Now and then a head closes what is over; a while later more of it is put right.
        if dice.once_in(2) {
            while let Statements { state: MonthState::Over, sums, .. } = all(&world.head, open).await {
                let closed = close(&world.head, open, sums.due_fen.0).await.unwrap();
                assert_eq!(closed.sums, sums, "closing changes nothing");
                stated += sums.due_fen.0;
                open = open.next();
            }
        }
        let (mut sum, mut ahead) = (stated, open);
        for _ in 0..9 {
            let month = all(&world.head, ahead).await;
            let children: i64 = month.children.iter().map(|child| child.sums.due_fen.0).sum();
            assert_eq!(children, month.sums.due_fen.0, "round {round}, {ahead}: its children");
            for child in &month.children {
                let statement = one(&world.head, ahead, child.child_id).await;
                assert_eq!(statement.sums, child.sums, "round {round}, {ahead}");
                let lines: Fen = statement.lines.iter().map(|line| line.amount_fen).sum();
                let days: Fen = statement.days.iter().map(|day| day.total()).sum();
                assert_eq!(lines, days, "round {round}, {ahead}: lines and days");
            }
            sum += children;
            ahead = ahead.next();
        }
        assert_eq!(sum, by_rows(&app, &world.offers[0]).await, "round {round}: the rows");
        assert_eq!(sum, by_bookings(&world.families).await, "round {round}: the bookings");
    }
    assert!(open > first, "months were closed");
    app.check_finds_no_difference().await;
}
