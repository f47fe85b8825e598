//! Search and availability.

use std::time::{Duration, Instant};

use chrono::Days;
use doorstep_server::inventory;
use doorstep_shared::{
    Fen, HalfHour,
    care::{CareKind, ClassKind, NurseryKind},
    geo::Datum,
    nurseries::{ClosedReason, GetAvailability},
    problem::FieldRule,
    roster::{GetPlacesWeek, PlaceCell},
    slots::{FoundOffer, SearchSlots, SlotPage, SlotSort},
};
use doorstep_tests::prelude::*;

use crate::{
    search_dice::Dice,
    search_naive::{Cell, Naive, Told},
    search_world::{DISTRICTS, NAMES, World},
};

/// Random questions of one test, in all.
const QUESTIONS: usize = 10_000;
const ROUNDS: usize = 10;

#[test_on_both]
async fn answers_equal_a_search_through_the_rows(app: TestApp) {
    let mut dice = Dice(20_260_302);
    let mut world = World::make(app.db(), &mut dice, 40, app.now()).await;
    let mut empty = 0;
    for round in 0..ROUNDS {
        world.stir(&mut dice, app.now(), 120).await;
        match round {
            2 => world.add_nursery(&mut dice, app.now()).await,
            // Holds run out, and nobody writes it down.
            3 | 5 | 7 => app.clock.advance(chrono::Duration::minutes(13)),
            // The day rolls over.
            6 => app.clock.advance(chrono::Duration::hours(17)),
            _ => {}
        }
        let now = app.now();
        let naive = app.db().read(move |conn| Ok(Naive::read(conn, now)?)).await.unwrap();
        the_staff_see_the_same(&app, &mut dice, &world, &naive).await;
        for number in 0..QUESTIONS / ROUNDS {
            let mut ask = question(&mut dice, &app);
            ask.facets = (number % 25 == 0).then_some(true);
            empty += usize::from(is_same(&app, &naive, &ask));
        }
    }
    assert!(empty > QUESTIONS / 50 && empty < QUESTIONS * 3 / 4, "{empty} of {QUESTIONS} answers are empty");
    let differences = app.db().read(|conn| Ok(inventory::check(conn)?)).await.unwrap();
    assert_eq!(differences, Vec::<String>::new());
}

/// The week grid of some nurseries, half-hour by half-hour: who has a place, of how many.
async fn the_staff_see_the_same(app: &TestApp, dice: &mut Dice, world: &World, naive: &Naive) {
    for _ in 0..3 {
        let nursery = world.nursery(dice);
        let head = app.head(nursery).await;
        let date = app.today() + Days::new(dice.below(14) as u64);
        let week = head.call(&GetPlacesWeek { date: Some(date) }).await.unwrap();
        let mut shown: Vec<Cell> = Vec::new();
        for class in &week.classes {
            for day in &class.days {
                let cell = |cell: &PlaceCell| (class.class_id, day.date, cell.at, cell.used.into(), cell.seats);
                shown.extend(day.cells.iter().map(cell));
            }
        }
        shown.sort();
        assert_eq!(shown, naive.week(nursery, week.monday), "the week of {date} of {nursery}");
    }
}

/// Compares every page of the answer. True when it was empty.
fn is_same(app: &TestApp, naive: &Naive, ask: &SearchSlots) -> bool {
    let expected = naive.search(ask);
    let mut rest = expected.as_slice();
    let mut ask = ask.clone();
    loop {
        let index = &app.inside().index;
        let mut page = inventory::search_slots(index, &ask, app.now()).unwrap();
        let written = String::from_utf8(inventory::search_slots_json(index, &ask, app.now()).unwrap()).unwrap();
        // The index looks for changes all the time.
        page.as_of = serde_json::from_str::<SlotPage>(&written).unwrap().as_of;
        assert_eq!(written, serde_json::to_string(&page).unwrap());
        let (now, later) = rest.split_at(page.items.len().min(rest.len()));
        let ids = |page: &SlotPage| page.items.iter().map(|item| item.nursery.id).collect::<Vec<_>>();
        assert_eq!(ids(&page), now.iter().map(|expected| expected.id).collect::<Vec<_>>(), "order of {ask:?}");
        for (item, expected) in page.items.iter().zip(now) {
            assert!((f64::from(item.nursery.distance_m) - expected.distance_m).abs() <= 0.51, "distance of {ask:?}");
            let offers: Vec<_> = item.offers.iter().map(told).collect();
            assert_eq!(offers, expected.offers, "offers of {} for {ask:?}", expected.id);
            assert_eq!(item.next_free.as_ref().map(told), expected.next_free, "next of {} for {ask:?}", expected.id);
        }
        if let Some(facets) = &page.facets {
            let expected = naive.facets(&ask);
            assert_eq!(facets.chips, expected.chips, "chips of {ask:?}");
            assert_eq!(facets.strip, expected.strip, "strip of {ask:?}");
            assert_eq!((facets.total, &facets.blocking), (expected.total, &expected.blocking), "{ask:?}");
        }
        rest = later;
        ask.cursor = page.next_cursor;
        ask.facets = None;
        if ask.cursor.is_none() {
            assert!(rest.is_empty(), "{} missing for {ask:?}", rest.len());
            return expected.is_empty();
        }
        assert!(!now.is_empty(), "a page without anything for {ask:?}");
    }
}

fn told(offer: &FoundOffer) -> Told {
    Told {
        offer: offer.offer_id,
        class: offer.class_id,
        care: offer.care,
        date: offer.date,
        from: offer.from,
        to: offer.to,
        free: offer.free,
        price: offer.price_fen.0,
        limit: offer.limit.clone(),
    }
}

fn question(dice: &mut Dice, app: &TestApp) -> SearchSlots {
    let mut ask = SearchSlots { limit: Some(*dice.pick(&[1, 3, 20, 100])), ..SearchSlots::default() };
    if !dice.once_in(4) {
        ask.lat = Some(31.48 + dice.below(200_000) as f64 * 0.000_001_037);
        ask.lng = Some(120.18 + dice.below(220_000) as f64 * 0.000_001_041);
    }
    ask.radius_m = dice.once_in(2).then(|| *dice.pick(&[100, 1_000, 3_000, 8_000, 50_000]));
    match dice.below(6) {
        0 => {}
        1 => ask.age_months = Some(dice.below(48) as u16),
        _ => {
            for _ in 0..*dice.pick(&[1, 1, 1, 1, 2, 2, 3, 4]) {
                ask.birth_date.push(app.today() - Days::new(dice.below(1_130) as u64));
            }
        }
    }
    ask.care = dice.once_in(2).then(|| *dice.pick(CareKind::ALL));
    for _ in 0..*dice.pick(&[0, 0, 1, 1, 1, 2, 3]) {
        let ahead = if dice.once_in(4) { dice.below(61) } else { dice.below(5) };
        ask.date.push(app.today() + Days::new(ahead as u64));
    }
    if dice.once_in(2) {
        let from = dice.between(15, 34) as u8;
        ask.from = HalfHour::new(from);
        ask.to = HalfHour::new(from + dice.between(1, 6) as u8);
    }
    ask.inclusive = dice.once_in(4).then(|| dice.once_in(2));
    if dice.once_in(5) {
        ask.nursery_kind = vec![*dice.pick(NurseryKind::ALL), *dice.pick(NurseryKind::ALL)];
    }
    ask.district = dice.once_in(8).then(|| (*dice.pick(&DISTRICTS)).to_owned());
    ask.max_price_fen = dice.once_in(4).then(|| Fen(dice.between(5, 70) * 100));
    ask.sort = dice.once_in(3).then(|| *dice.pick(&[SlotSort::Distance, SlotSort::Price]));
    if dice.once_in(8) {
        let (name, syllables) = dice.pick(&NAMES);
        let from = dice.below(syllables.len());
        let to = from + 1 + dice.below(syllables.len() - from);
        let characters: Vec<char> = name.chars().collect();
        ask.q = Some(match dice.below(3) {
            0 => characters[from..to].iter().collect(),
            1 => syllables[from..to].concat(),
            _ => syllables[from..to].iter().map(|syllable| &syllable[..1]).collect(),
        });
    }
    ask
}

#[test_on_both]
async fn a_place_that_was_booked_is_not_found_again(app: TestApp) {
    let offer = app.offer().hourly().create().await;
    let ann = app.family("Ann").await;
    let ask = SearchSlots {
        date: vec![app.in_days(1)],
        from: "09:00".parse().ok(),
        to: "11:00".parse().ok(),
        ..SearchSlots::default()
    };
    assert_eq!(ann.call(&ask).await.unwrap().items.len(), 1);
    ann.order(&offer, "09:00-11:00").hold().send().await.unwrap();
    assert_eq!(ann.call(&ask).await.unwrap().items.len(), 0, "while it is held");
    let later = SearchSlots { from: "11:00".parse().ok(), to: "12:00".parse().ok(), ..ask.clone() };
    let found = ann.call(&later).await.unwrap();
    assert_eq!(found.items[0].offers[0].free, 1, "the hour after it is still to be had");
    app.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(ann.call(&ask).await.unwrap().items.len(), 1, "the hold has run out");
}

#[test_on_both]
async fn every_field_that_breaks_a_rule_is_named(app: TestApp) {
    app.offer().create().await;
    let day = |ahead: i64| app.in_days(ahead);
    let cases = [
        (format!("date={}", day(-1)), "date", FieldRule::InThePast),
        (format!("date={}", day(61)), "date", FieldRule::TooFarAhead),
        (format!("date={}&date={}", day(1), day(400)), "date.1", FieldRule::TooFarAhead),
        ("lat=31.5".to_owned(), "lng", FieldRule::Required),
        ("lat=91&lng=120".to_owned(), "lat", FieldRule::TooLarge),
        ("lat=NaN&lng=120".to_owned(), "lat", FieldRule::TooLarge),
        ("lat=31&lng=120&radius_m=99".to_owned(), "radius_m", FieldRule::TooSmall),
        ("lat=31&lng=120&radius_m=10000000".to_owned(), "radius_m", FieldRule::TooLarge),
        ("from=09:00".to_owned(), "to", FieldRule::Required),
        ("from=09:00&to=09:00".to_owned(), "to", FieldRule::TooShort),
        (format!("birth_date={}", day(1)), "birth_date", FieldRule::NotBornYet),
        (format!("birth_date={}&age_months=3", day(-300)), "age_months", FieldRule::Twice),
        ("age_months=48".to_owned(), "age_months", FieldRule::TooLarge),
        ("limit=0".to_owned(), "limit", FieldRule::TooSmall),
        ("limit=101".to_owned(), "limit", FieldRule::TooLarge),
        ("cursor=nonsense".to_owned(), "cursor", FieldRule::Unknown),
        ("max_price_fen=-1".to_owned(), "max_price_fen", FieldRule::TooSmall),
        (format!("q={}", "a".repeat(61)), "q", FieldRule::TooLong),
    ];
    let client = app.client();
    for (query, field, rule) in cases {
        let problem = client.get(&format!("/api/v1/slots?{query}")).await.problem();
        assert_eq!(problem.kind, ProblemKind::Invalid, "{query}");
        let told: Vec<_> = problem.fields.iter().map(|told| (told.field.as_str(), told.rule)).collect();
        assert_eq!(told, [(field, rule)], "{query}");
    }
    for query in ["from=09:15&to=10:00", "colour=red", "care=weekly", "date=2026-02-29", "lat=north&lng=1"] {
        let problem = client.get(&format!("/api/v1/slots?{query}")).await.problem();
        assert_eq!(problem.kind, ProblemKind::Malformed, "{query}");
    }
}

#[test_on_both]
async fn a_point_of_a_chinese_map_is_converted(app: TestApp) {
    let nursery = app.nursery().at(39.9042, 116.4074).create().await;
    app.offer().of(&nursery).create().await;
    let at = |coord| SearchSlots { lat: Some(39.90561), lng: Some(116.41364), coord, ..SearchSlots::default() };
    let distance = |page: SlotPage| page.items[0].nursery.distance_m;
    let (as_gcj, as_wgs) =
        join!(async { distance(app.client().call(&at(Some(Datum::Gcj02))).await.unwrap()) }, async {
            distance(app.client().call(&at(None)).await.unwrap())
        },);
    assert!(as_gcj < 20, "{as_gcj} m from where the map means");
    assert!((450..650).contains(&as_wgs), "{as_wgs} m when the datum is mistaken");
}

#[test_on_both]
async fn availability_tells_every_window_and_why_a_day_is_closed(app: TestApp) {
    let weekdays: Vec<_> = (1..=5).map(|day| (day, "08:00-17:30")).collect();
    let nursery = app.nursery().open(&weekdays).create().await;
    let half_day = app.offer().of(&nursery).places(1).half_day().create().await;
    let ann = app.family("Ann").await;
    ann.order(&half_day, "08:00-12:00").on(app.in_days(1)).send().await.unwrap();
    let ask = |from: Date| GetAvailability {
        id: nursery.id,
        from: Some(from),
        days: Some(7),
        care: None,
        birth_date: Vec::new(),
        age_months: None,
    };
    let told = ann.call(&ask(app.today())).await.unwrap();
    let windows = |index: usize| -> Vec<_> {
        told.days[index].windows.iter().map(|it| (it.span.from.to_string(), it.free, it.seats, it.bookable)).collect()
    };
    let (morning, afternoon) = ("08:00".to_owned(), "13:30".to_owned());
    // It is Monday, 08:00, and an hour's notice is needed.
    assert_eq!(windows(0), [(morning.clone(), 1, 1, false), (afternoon.clone(), 1, 1, true)]);
    assert_eq!(windows(1), [(morning, 0, 1, true), (afternoon, 1, 1, true)]);
    let taken = app.offer().of(&nursery).places(1).hourly().lead_minutes(90).create().await;
    let told = ann.call(&ask(app.today())).await.unwrap();
    let hourly = |index: usize| -> Vec<_> {
        let windows = told.days[index].windows.iter().filter(|it| it.offer_id == taken.id);
        windows.map(|it| (it.span.to_string(), it.bookable)).collect()
    };
    assert_eq!(hourly(0), [("09:30–17:30".to_owned(), true)], "from when it can be booked on");
    assert_eq!(hourly(1), [("08:00–17:30".to_owned(), true)]);
    assert_eq!(told.days[5].closed, Some(ClosedReason::Weekday));
    assert_eq!(
        told.strip.iter().map(|day| day.rest).collect::<Vec<_>>(),
        [false, false, false, false, false, true, true]
    );
    // 清明节 2026 begins on Saturday, 4 April; the Monday after is a holiday.
    let holiday = ann.call(&ask("2026-04-06".parse().unwrap())).await.unwrap();
    assert!(matches!(&holiday.days[0].closed, Some(ClosedReason::Holiday { name_en, .. }) if name_en.contains("Tomb")));
    let last = ann.call(&ask(app.in_days(60))).await.unwrap();
    assert_eq!(last.days.len(), 1, "nothing is told beyond the horizon");
    let problem = ann.call(&ask(app.in_days(61))).await.unwrap_err();
    assert_eq!(problem.fields[0].rule, FieldRule::TooFarAhead);
    let unknown = GetAvailability { id: doorstep_shared::ids::NurseryId::new(), ..ask(app.today()) };
    assert_eq!(ann.call(&unknown).await.unwrap_err().kind, ProblemKind::NotFound);
}

#[test_on_both]
async fn siblings_of_one_class_need_two_places(app: TestApp) {
    let nursery = app.nursery().create().await;
    app.offer().of(&nursery).class(ClassKind::Toddler).places(1).full_day().create().await;
    let birth = app.today() - chrono::Months::new(18);
    let ask = |count: usize| SearchSlots { birth_date: vec![birth; count], ..SearchSlots::default() };
    let client = app.client();
    assert_eq!(client.call(&ask(1)).await.unwrap().items.len(), 1);
    assert_eq!(client.call(&ask(2)).await.unwrap().items.len(), 0, "one place for two");
    app.offer().of(&nursery).class(ClassKind::Mixed).places(1).full_day().create().await;
    let found = client.call(&ask(2)).await.unwrap();
    assert_eq!(found.items[0].offers.len(), 2, "the mixed class takes the other");
}

#[test_on_both]
async fn what_one_server_books_the_other_knows_soon(app: TestApp) {
    let beside = app.beside().await;
    let offer = app.offer().places(1).carers(1).hourly().create().await;
    let ann = app.family("Ann").await;
    let (here, there) = (app.client(), beside.client());
    let mut waits = Vec::new();
    for number in 0..40 {
        let (date, from) = (app.in_days(1 + number / 8), 16 + number % 8 * 2);
        let (from, to) = (HalfHour::new(from as u8).unwrap(), HalfHour::new(from as u8 + 2).unwrap());
        let ask = SearchSlots { date: vec![date], from: Some(from), to: Some(to), ..SearchSlots::default() };
        until_found(&there, &ask, 1).await;
        ann.order(&offer, &format!("{from}-{to}")).on(date).send().await.unwrap();
        let committed = Instant::now();
        assert_eq!(here.call(&ask).await.unwrap().items.len(), 0, "its own commits are known at once");
        until_found(&there, &ask, 0).await;
        waits.push(committed.elapsed());
    }
    waits.sort();
    assert!(waits[waits.len() - 1] < Duration::from_millis(1_000), "{waits:?}");
    assert!(waits[waits.len() / 2] < Duration::from_millis(200), "{waits:?}");
}

async fn until_found(client: &Client, ask: &SearchSlots, count: usize) {
    let began = Instant::now();
    while client.call(ask).await.unwrap().items.len() != count {
        assert!(began.elapsed() < Duration::from_secs(10), "never told");
    }
}
