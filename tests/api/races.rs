//! Many families, few places: the guard holds, and without it the same race oversells.
//!
//! The control reads in one transaction and writes in another, as a careless server would. It lives here only.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use diesel::prelude::*;
use doorstep_server::{
    bookings::Order,
    db::{
        Conn, Db,
        schema::{account, booking, booking_day, child, consent, family},
    },
    error::Error,
};
use doorstep_shared::{
    Fen, HalfHour,
    bookings::{Book, BookingState, ChildInOffer, DayAndTime, DayState},
    care::CareKind,
    children::{ConsentPurpose, Sex},
    ids::{AccountId, BookingDayId, BookingId, ChildId, ClassId, ConsentId, FamilyId},
    time::HALF_HOURS,
};
use doorstep_tests::prelude::*;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Calls under way at a time.
const CLIENTS: usize = 64;

/// A wish of a child who has no other.
#[derive(Clone, Debug)]
struct Attempt {
    family: FamilyId,
    child: ChildId,
    offer: Offer,
    care: CareKind,
    date: Date,
    span: Span,
    hold: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// The product's own.
    Guarded,
    /// Reads in one transaction, writes in another.
    Split,
}

/// How a race ended.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    booked: usize,
    refused: usize,
    /// Half-hours with more children than places.
    oversold: usize,
    /// Refusals although every half-hour of the window still had a place when all was over. Places are only taken
    /// here, so what is free at the end was free before.
    refused_though_free: usize,
}

/// So many families with one child of 18 months each, written as rows.
async fn families(app: &TestApp, count: usize) -> Vec<(FamilyId, ChildId)> {
    let made: Vec<_> = (0..count).map(|_| (FamilyId::new(), ChildId::new())).collect();
    let (rows, now) = (made.clone(), app.now());
    let birth_date = app.today() - chrono::Months::new(18);
    let db = app.db().clone();
    // More than one call writes, so it takes as long as it takes.
    let write = move || {
        db.write_blocking(move |conn| {
            for (family, child) in rows {
                diesel::insert_into(family::table)
                    .values((family::id.eq(family), family::created_at.eq(now)))
                    .execute(conn)?;
                let facts = (
                    child::id.eq(child),
                    child::family_id.eq(family),
                    child::name.eq("安安"),
                    child::birth_date.eq(birth_date),
                    child::sex.eq(Sex::Female),
                    child::birth_order.eq(1),
                    child::residence_district.eq(""),
                    child::created_at.eq(now),
                );
                diesel::insert_into(child::table).values(facts).execute(conn)?;
                let given = (
                    consent::id.eq(ConsentId::new()),
                    consent::child_id.eq(child),
                    consent::account_id.eq(AccountId::new()),
                    consent::purpose.eq(ConsentPurpose::Care),
                    consent::version.eq(ConsentPurpose::Care.version()),
                    consent::given_at.eq(now),
                );
                diesel::insert_into(consent::table).values(given).execute(conn)?;
            }
            Ok(())
        })
    };
    tokio::task::spawn_blocking(write).await.unwrap().unwrap();
    made
}

/// Runs the attempts, so many at a time, and counts what became of them.
async fn race(servers: &[&TestApp], door: Door, seats: usize, attempts: Vec<Attempt>) -> Tally {
    let (next, attempts) = (AtomicUsize::new(0), &attempts);
    let client = |number: usize| {
        let (next, server) = (&next, servers[number % servers.len()]);
        async move {
            let mut ended = Vec::new();
            while let Some(attempt) = attempts.get(next.fetch_add(1, Ordering::Relaxed)) {
                let booked = match door {
                    Door::Guarded => book_guarded(server, attempt).await,
                    Door::Split => book_split(server.db(), attempt, seats).await,
                };
                ended.push((attempt, booked));
            }
            ended
        }
    };
    let ended: Vec<_> = join_all((0..CLIENTS).map(client)).await.into_iter().flatten().collect();
    assert_eq!(ended.len(), attempts.len());

    let taken = servers[0].db().read(|conn| Ok(taken(conn, None)?)).await.unwrap();
    let mut used: HashMap<(ClassId, Date), [usize; HALF_HOURS]> = HashMap::new();
    for (class, date, from, to) in taken {
        let half_hours = used.entry((class, date)).or_insert([0; HALF_HOURS]);
        Span { from, to }.indexes().for_each(|index| half_hours[index] += 1);
    }
    let full = |attempt: &Attempt| {
        let used = used.get(&(attempt.offer.class, attempt.date)).copied().unwrap_or([0; HALF_HOURS]);
        attempt.span.indexes().any(|index| used[index] >= seats)
    };
    let (booked, refused): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(_, booked)| *booked);
    Tally {
        booked: booked.len(),
        refused: refused.len(),
        oversold: used.values().flatten().filter(|children| **children > seats).count(),
        refused_though_free: refused.iter().filter(|(attempt, _)| !full(attempt)).count(),
    }
}

async fn book_guarded(server: &TestApp, attempt: &Attempt) -> bool {
    let Attempt { family, child, offer, date, span, hold, .. } = attempt.clone();
    let children = vec![ChildInOffer { child_id: child, offer_id: offer.id }];
    let days = vec![DayAndTime { date, from: span.from, to: span.to }];
    let book = Book { children, days, pattern: None, hold, pickup: String::new(), voucher_ids: Vec::new() };
    let (account, locale) = (AccountId::new(), doorstep_web::Locale::Zh);
    let order = Order { family, account, locale, now: server.now(), once: None, book };
    match server.inside().bookings.submit(order).await {
        Ok(_) => true,
        Err(Error::Refused(problem)) if problem.kind == ProblemKind::SlotFull => false,
        Err(error) => panic!("{error}"),
    }
}

type TakenRow = (ClassId, Date, HalfHour, HalfHour);

fn taken(conn: &mut Conn, day: Option<(ClassId, Date)>) -> QueryResult<Vec<TakenRow>> {
    let columns = (booking_day::class_id, booking_day::date, booking_day::from_half_hour, booking_day::to_half_hour);
    let mut query = booking_day::table.filter(booking_day::takes_place).select(columns).into_boxed();
    if let Some((class, date)) = day {
        query = query.filter(booking_day::class_id.eq(class)).filter(booking_day::date.eq(date));
    }
    query.load(conn)
}

/// Looks for a place, and takes it a moment later.
async fn book_split(db: &Db, attempt: &Attempt, seats: usize) -> bool {
    let (class, date, span) = (attempt.offer.class, attempt.date, attempt.span);
    let there = db.read(move |conn| Ok(taken(conn, Some((class, date)))?)).await.unwrap();
    let children = |index: usize| {
        there.iter().filter(|(_, _, from, to)| Span { from: *from, to: *to }.indexes().contains(&index)).count()
    };
    if span.indexes().any(|index| children(index) >= seats) {
        return false;
    }
    let attempt = attempt.clone();
    db.write(move |conn| Ok(insert(conn, &attempt)?)).await.unwrap();
    true
}

fn insert(conn: &mut Conn, attempt: &Attempt) -> QueryResult<()> {
    let id = BookingId::new();
    let now = Timestamp::at(attempt.date, HalfHour::MIDNIGHT);
    let row = (
        (booking::id.eq(id), booking::family_id.eq(attempt.family), booking::account_id.eq(AccountId::new())),
        (booking::nursery_id.eq(attempt.offer.nursery), booking::state.eq(BookingState::Confirmed)),
        (booking::created_at.eq(now), booking::extended.eq(false), booking::confirmed_at.eq(now)),
        (booking::free_until_hours.eq(0), booking::late_percent.eq(0), booking::pickup.eq("")),
        (booking::door_code.eq("000000"), booking::first_date.eq(attempt.date), booking::last_date.eq(attempt.date)),
        booking::version.eq(1),
    );
    diesel::insert_into(booking::table).values(row).execute(conn)?;
    let day = (
        (booking_day::id.eq(BookingDayId::new()), booking_day::booking_id.eq(id)),
        (booking_day::child_id.eq(attempt.child), booking_day::offer_id.eq(attempt.offer.id)),
        (booking_day::class_id.eq(attempt.offer.class), booking_day::care.eq(attempt.care)),
        (booking_day::date.eq(attempt.date), booking_day::state.eq(DayState::Expected)),
        (booking_day::from_half_hour.eq(attempt.span.from), booking_day::to_half_hour.eq(attempt.span.to)),
        (booking_day::takes_place.eq(true), booking_day::unit_price_fen.eq(Fen(0)), booking_day::price_fen.eq(Fen(0))),
    );
    diesel::insert_into(booking_day::table).values(day).execute(conn)?;
    Ok(())
}

/// 64 families for one place at the same time.
async fn last_place(app: &TestApp, door: Door) -> Tally {
    let offer = app.offer().places(1).hourly().create().await;
    let families = families(app, CLIENTS).await;
    let attempt = |(number, (family, child)): (usize, (FamilyId, ChildId))| Attempt {
        family,
        child,
        offer: offer.clone(),
        care: CareKind::Hourly,
        date: app.in_days(1),
        span: if number % 2 == 0 { "09:00-11:00" } else { "10:30-12:00" }.parse().unwrap(),
        hold: number % 3 == 0,
    };
    race(&[app], door, 1, families.into_iter().enumerate().map(attempt).collect()).await
}

#[test_on_both]
async fn one_of_sixty_four_gets_the_last_place(app: TestApp) {
    let tally = last_place(&app, Door::Guarded).await;
    assert_eq!(tally, Tally { booked: 1, refused: 63, oversold: 0, refused_though_free: 0 });
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn without_the_guard_the_last_place_is_sold_twice(app: TestApp) {
    let tally = last_place(&app, Door::Split).await;
    assert!(tally.booked > 1 && tally.oversold > 0, "the race did not happen: {tally:?}");
}

/// Places in each class of the large race.
const SEATS: usize = 12;
const CLASSES: usize = 4;
const DATES: i64 = 5;
const ATTEMPTS: usize = 10_000;

/// 10,000 families over 20 class-days and all four kinds of care.
async fn large_race(servers: &[&TestApp], door: Door) -> Tally {
    let app = servers[0];
    let mut offers: Vec<[(CareKind, Offer); 4]> = Vec::new();
    for _ in 0..CLASSES {
        let hourly = app.offer().places(SEATS as i16).hourly().create().await;
        let full_day = app.offer().beside(&hourly).full_day().create().await;
        let half_day = app.offer().beside(&hourly).half_day().create().await;
        let temporary = app.offer().beside(&hourly).temporary().create().await;
        offers.push([
            (CareKind::Hourly, hourly),
            (CareKind::FullDay, full_day),
            (CareKind::HalfDay, half_day),
            (CareKind::Temporary, temporary),
        ]);
    }
    let mut random = StdRng::seed_from_u64(2026);
    let families = families(app, ATTEMPTS).await;
    let attempts = families.into_iter().map(|(family, child)| {
        // Short windows are asked for most, so that the day fills up in many pieces.
        let kind = [0, 0, 0, 0, 0, 0, 1, 2, 2, 3][random.random_range(0..10)];
        let (care, offer) = offers[random.random_range(0..CLASSES)][kind].clone();
        let half_day = ["08:00-12:00", "13:30-17:30"][random.random_range(0..2)];
        let span = match care {
            CareKind::FullDay => "08:00-17:30".parse().unwrap(),
            CareKind::HalfDay | CareKind::Temporary => half_day.parse().unwrap(),
            CareKind::Hourly => {
                let from = random.random_range(15..=34_u8);
                let to = (from + random.random_range(2..=6)).min(36);
                Span::new(HalfHour::new(from).unwrap(), HalfHour::new(to).unwrap()).unwrap()
            }
        };
        let date = app.in_days(random.random_range(1..=DATES));
        Attempt { family, child, offer, care, date, span, hold: random.random_range(0..4) == 0 }
    });
    race(servers, door, SEATS, attempts.collect()).await
}

#[test_on_both]
async fn ten_thousand_attempts_on_twenty_class_days_oversell_nothing_and_refuse_nothing_that_is_free(app: TestApp) {
    // On PostgreSQL two servers; SQLite has one writer.
    let beside = if app.db().is_sqlite() { None } else { Some(app.beside().await) };
    let servers: Vec<_> = std::iter::once(&app).chain(&beside).collect();
    let tally = large_race(&servers, Door::Guarded).await;
    println!("oversold {} refused_though_free {} of {tally:?}", tally.oversold, tally.refused_though_free);
    assert_eq!((tally.oversold, tally.refused_though_free), (0, 0), "{tally:?}");
    assert_eq!(tally.booked + tally.refused, ATTEMPTS);
    assert!(tally.booked > CLASSES * SEATS && tally.refused > ATTEMPTS / 10, "nothing was fought over: {tally:?}");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn without_the_guard_the_same_attempts_oversell(app: TestApp) {
    let tally = large_race(&[&app], Door::Split).await;
    println!("control: {tally:?}");
    assert!(tally.oversold > 0, "the race did not happen: {tally:?}");
}

/// The same from outside, each family signed in.
#[test_on_both]
async fn over_the_wire_one_of_sixty_four_gets_the_last_place_too(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let mut guardians = Vec::new();
    for number in 0..CLIENTS {
        guardians.push(app.family(&format!("F{number}")).await);
    }
    let answers = join_all(guardians.iter().map(|family| family.book(&offer, "09:00-11:00"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter_map(Result::err) {
        assert_eq!(refused.kind, ProblemKind::SlotFull, "{refused}");
        assert_eq!(refused.fields[0].field, "days.0.date");
        assert!(!refused.next_best.is_empty(), "the same place is free at another time: {refused:?}");
    }
    let (accounts, bookings) = app
        .db()
        .read(|conn| {
            let bookings: i64 = booking::table.count().get_result(conn)?;
            let accounts: i64 = account::table.count().get_result(conn)?;
            Ok((accounts, bookings))
        })
        .await
        .unwrap();
    assert_eq!((accounts, bookings), (CLIENTS as i64, 1));
    app.check_finds_no_difference().await;
}
