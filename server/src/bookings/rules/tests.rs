//! The decision, case by case and on random orders.

mod patterns;

use std::collections::HashMap;

use chrono::Months;
use doorstep_shared::{
    Date, Fen, HalfHour, ProblemKind, Span, Timestamp,
    bookings::{Book, BookedNursery, CancelRule, ChildInOffer, DayAndTime},
    care::{CareKind, ClassKind, NurseryKind},
    ids::{AccountId, BookingId, ChildId, ClassId, FamilyId, NurseryId, OfferId},
    time::HALF_HOURS,
};
use proptest::prelude::*;

use super::*;
use crate::{
    bookings::facts::Taken,
    inventory::{Days, testing},
};

/// Monday.
const TODAY: &str = "2026-11-23";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::at(date(TODAY), HalfHour::new(16).unwrap())
}

/// One nursery with a class of toddlers that sells every kind of care, and one family with two children.
struct World {
    policies: Policies,
    known: Known,
    days: Days,
    family: FamilyId,
    class: ClassId,
    offers: HashMap<CareKind, OfferId>,
    children: Vec<ChildId>,
}

impl World {
    fn new(places: u16) -> Self {
        let policies = Policies::load(None, None).unwrap();
        let (class, family) = (ClassId::new(), FamilyId::new());
        let dates: Vec<_> = (0..=61).map(|ahead| date(TODAY) + chrono::Days::new(ahead)).collect();
        let days = testing::days(&policies, class, ClassKind::Toddler, &dates, span("07:30-18:00"), places);
        let mut world =
            Self { policies, known: Known::default(), days, family, class, offers: HashMap::new(), children: vec![] };
        for (care, unit_price, windows) in [
            (CareKind::FullDay, 18_000, &["08:00-17:30"][..]),
            (CareKind::HalfDay, 9_000, &["08:00-12:00", "13:30-17:30"]),
            (CareKind::Temporary, 12_000, &["08:00-12:00"]),
            (CareKind::Hourly, 3_000, &[]),
        ] {
            world.add_offer(care, unit_price, windows);
        }
        world.add_child(family, 18);
        world.add_child(family, 20);
        world
    }

    fn add_offer(&mut self, care: CareKind, unit_price: i64, windows: &[&str]) {
        let id = OfferId::new();
        let nursery = BookedNursery {
            id: NurseryId(uuid::Uuid::nil()),
            name: "阳光托育".to_owned(),
            address: String::new(),
            phone: None,
            lat: 31.5,
            lng: 120.3,
        };
        let offer = Offer {
            id,
            class: self.class,
            class_kind: ClassKind::Toddler,
            nursery,
            nursery_kind: NurseryKind::ChildcareInstitution,
            care,
            unit_price: Fen(unit_price),
            lead_minutes: 60,
            rule: CancelRule { free_until_hours: 24, late_percent: 50 },
            late_pick_up: Fen::ZERO,
            windows: windows.iter().map(|window| span(window)).collect(),
        };
        self.known.offers.insert(id, offer);
        self.offers.insert(care, id);
    }

    fn add_child(&mut self, family: FamilyId, months: u32) -> ChildId {
        let (id, birth_date) = (ChildId::new(), date(TODAY) - Months::new(months));
        let child = Child { id, family, name: format!("{months}"), birth_date, may_be_booked: true };
        self.known.children.insert(id, child);
        if family == self.family {
            self.children.push(id);
        }
        id
    }

    /// An order of the first child.
    fn order(&self, care: CareKind, days: &[(&str, &str)]) -> Order {
        let day = |(day, window): &(&str, &str)| {
            let Span { from, to } = span(window);
            DayAndTime { date: date(day), from, to }
        };
        let child = ChildInOffer { child_id: self.children[0], offer_id: self.offers[&care] };
        let days = days.iter().map(day).collect();
        let book = Book {
            children: vec![child],
            days,
            pattern: None,
            hold: false,
            pickup: String::new(),
            voucher_ids: Vec::new(),
        };
        let account = AccountId::new();
        Order { family: self.family, account, locale: doorstep_web::Locale::Zh, now: now(), once: None, book }
    }

    fn decide(&mut self, order: &Order) -> Result<Plan, Problem> {
        decide(order, &self.known, &mut self.days, &self.policies)
    }

    /// Decides and, when it may be, has the next order see it.
    fn book(&mut self, order: &Order) -> Result<Plan, Problem> {
        let plan = self.decide(order)?;
        let booking = BookingId::new();
        let taken = plan.days.iter().map(|day| Taken {
            booking,
            child: day.child,
            care: day.care,
            date: day.date,
            span: day.span,
            hold_expires_at: plan.hold_expires_at,
        });
        self.known.admit(order.family, taken);
        Ok(plan)
    }

    fn used(&self) -> Vec<u8> {
        self.days.iter().flat_map(|day| day.used.as_bytes().to_vec()).collect()
    }
}

#[test]
fn an_order_is_refused_for_the_reason_that_holds_and_takes_nothing_then() {
    use CareKind::{FullDay, HalfDay, Hourly, Temporary};
    use ProblemKind::{Closed, Invalid, NotBookable};
    type Case = (&'static str, CareKind, &'static [(&'static str, &'static str)], Option<(ProblemKind, &'static str)>);
    let cases: &[Case] = &[
        ("tomorrow", FullDay, &[("2026-11-24", "08:00-17:30")], None),
        ("at the last moment of the lead time", Hourly, &[(TODAY, "09:00-10:00")], None),
        ("after it", Hourly, &[(TODAY, "08:30-10:00")], Some((NotBookable, "days.0.from"))),
        ("care that has begun", Hourly, &[(TODAY, "07:30-10:00")], Some((NotBookable, "days.0.from"))),
        ("yesterday", Hourly, &[("2026-11-22", "09:00-10:00")], Some((NotBookable, "days.0.date"))),
        ("the last day of the horizon", Hourly, &[("2027-01-22", "09:00-10:00")], None),
        ("the day after", Hourly, &[("2027-01-23", "09:00-10:00")], Some((NotBookable, "days.0.date"))),
        ("temporary care in two weeks", Temporary, &[("2026-12-07", "08:00-12:00")], None),
        ("and a day", Temporary, &[("2026-12-08", "08:00-12:00")], Some((NotBookable, "days.0.date"))),
        ("a window that is not sold", HalfDay, &[("2026-11-24", "08:00-12:30")], Some((Closed, ""))),
        ("a part of a window", FullDay, &[("2026-11-24", "08:00-12:00")], Some((Closed, ""))),
        ("before opening", Hourly, &[("2026-11-24", "07:00-09:00")], Some((Closed, ""))),
        ("half an hour", Hourly, &[("2026-11-24", "09:00-09:30")], Some((Invalid, "days.0.to"))),
        (
            "one day of several is too far",
            Hourly,
            &[("2026-11-24", "09:00-10:00"), ("2027-03-01", "09:00-10:00")],
            Some((NotBookable, "days.1.date")),
        ),
    ];
    for (name, care, days, refused) in cases {
        let mut world = World::new(1);
        let before = world.used();
        let order = world.order(*care, days);
        let found = world.decide(&order).err();
        let field = |problem: &Problem| problem.fields.first().map(|field| field.field.clone()).unwrap_or_default();
        let read = found.as_ref().map(|problem| (problem.kind, field(problem)));
        assert_eq!(read, refused.map(|(kind, field)| (kind, field.to_owned())), "{name}: {found:?}");
        assert_eq!(world.used() == before, refused.is_some(), "{name}");
    }
}

#[test]
fn the_age_on_the_day_of_care_counts() {
    let mut world = World::new(5);
    let cases = [
        ("turns two today", 24, "2026-11-24", Some(FieldRule::TooLarge)),
        ("is one today", 12, "2026-11-24", None),
        ("is not one yet", 11, "2026-11-24", Some(FieldRule::TooSmall)),
        ("is one by then", 11, "2026-12-23", None),
    ];
    for (name, months, day, refused) in cases {
        let child = world.add_child(world.family, months);
        let mut order = world.order(CareKind::Hourly, &[(day, "09:00-10:00")]);
        order.book.children[0].child_id = child;
        let found = world.decide(&order).err();
        let rule = found.as_ref().and_then(|problem| problem.fields.first()).map(|field| field.rule);
        assert_eq!(rule, refused, "{name}: {found:?}");
        assert!(found.is_none_or(|problem| problem.kind == ProblemKind::WrongAge), "{name}");
    }
}

#[test]
fn siblings_book_together_or_not_at_all() {
    let both = |world: &World| {
        let mut order = world.order(CareKind::Hourly, &[("2026-11-24", "09:00-10:00"), ("2026-11-25", "09:00-10:00")]);
        order.book.children.push(ChildInOffer { child_id: world.children[1], ..order.book.children[0] });
        order
    };
    for (places, booked) in [(1, false), (2, true)] {
        let mut world = World::new(places);
        let (order, before) = (both(&world), world.used());
        let result = world.decide(&order);
        assert_eq!(result.is_ok(), booked, "{places} places");
        match result {
            Ok(plan) => assert_eq!(plan.days.len(), 4),
            Err(problem) => {
                assert_eq!(problem.kind, ProblemKind::SlotFull);
                let days = problem.fields.iter().filter(|field| field.field.starts_with("days."));
                assert_eq!(days.count(), 2, "both days are named: {problem:?}");
                assert_eq!(world.used(), before);
            }
        }
    }
}

#[test]
fn one_full_day_refuses_all_days_and_is_named() {
    let mut world = World::new(1);
    let other = world.children[1];
    let mut one = world.order(CareKind::Hourly, &[("2026-11-25", "09:30-10:30")]);
    one.book.children[0].child_id = other;
    world.book(&one).unwrap();
    let before = world.used();
    let days = [("2026-11-26", "09:00-10:00"), ("2026-11-24", "09:00-10:00"), ("2026-11-25", "09:00-10:00")];
    let refused = world.decide(&world.order(CareKind::Hourly, &days)).unwrap_err();
    assert_eq!(refused.kind, ProblemKind::SlotFull);
    let named: Vec<_> = refused.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(named, ["days.2.date", "children.0.offer_id"], "as the order counts them");
    assert_eq!(world.used(), before);
}

#[test]
fn a_child_is_in_one_place_at_a_time() {
    let mut world = World::new(5);
    let first = world.order(CareKind::Hourly, &[("2026-11-24", "09:00-11:00")]);
    world.book(&first).unwrap();
    for (window, refused) in
        [("10:30-12:00", true), ("07:30-09:30", true), ("11:00-12:00", false), ("08:00-09:00", false)]
    {
        let order = world.order(CareKind::Hourly, &[("2026-11-24", window)]);
        let found = world.decide(&order).err().map(|problem| problem.kind);
        assert_eq!(found, refused.then_some(ProblemKind::ChildBusy), "{window}");
    }
    let elsewhere = world.order(CareKind::Hourly, &[("2026-11-25", "09:00-11:00")]);
    assert!(world.decide(&elsewhere).is_ok());
}

#[test]
fn a_family_holds_three_places_and_an_old_hold_does_not_count() {
    let mut world = World::new(9);
    let hold = |world: &World, window| {
        let mut order = world.order(CareKind::Hourly, &[("2026-11-24", window), ("2026-11-25", window)]);
        order.book.hold = true;
        order
    };
    for window in ["08:00-09:00", "09:00-10:00", "10:00-11:00"] {
        let order = hold(&world, window);
        world.book(&order).unwrap();
    }
    let fourth = hold(&world, "11:00-12:00");
    assert_eq!(world.decide(&fourth).unwrap_err().kind, ProblemKind::TooManyHolds);
    let booking = Order { book: Book { hold: false, ..fourth.book.clone() }, ..fourth.clone() };
    assert!(world.decide(&booking).is_ok(), "booking at once is not holding");
    let later = Order { now: now() + Duration::minutes(10), ..fourth };
    assert!(world.decide(&later).is_ok(), "at the very end of their ten minutes the holds are gone");
}

#[test]
fn siblings_count_as_places_held() {
    let mut world = World::new(9);
    let pair = |world: &World, window| {
        let mut order = world.order(CareKind::Hourly, &[("2026-11-24", window)]);
        order.book.children.push(ChildInOffer { child_id: world.children[1], ..order.book.children[0] });
        order.book.hold = true;
        order
    };
    let (first, second) = (pair(&world, "08:00-09:00"), pair(&world, "09:00-10:00"));
    world.book(&first).unwrap();
    assert_eq!(world.decide(&second).unwrap_err().kind, ProblemKind::TooManyHolds);
}

#[test]
fn temporary_care_is_for_five_dates_of_a_month() {
    let mut world = World::new(9);
    let days = ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"].map(|day| (day, "08:00-12:00"));
    let four = world.order(CareKind::Temporary, &days);
    world.book(&four).unwrap();
    let two = world.order(CareKind::Temporary, &[("2026-11-28", "08:00-12:00"), ("2026-11-30", "08:00-12:00")]);
    assert_eq!(world.decide(&two).unwrap_err().kind, ProblemKind::TemporaryLimit);
    let fifth = world.order(CareKind::Temporary, &[("2026-11-28", "08:00-12:00"), ("2026-12-01", "08:00-12:00")]);
    world.book(&fifth).unwrap();
    let sixth = world.order(CareKind::Temporary, &[("2026-11-30", "08:00-12:00")]);
    assert_eq!(world.decide(&sixth).unwrap_err().kind, ProblemKind::TemporaryLimit);
    let hourly = world.order(CareKind::Hourly, &[("2026-11-30", "08:00-12:00")]);
    assert!(world.decide(&hourly).is_ok(), "other care is not counted");
}

#[test]
fn a_child_of_another_family_reads_as_unknown() {
    let mut world = World::new(5);
    let foreign = world.add_child(FamilyId::new(), 18);
    for child in [foreign, ChildId::new()] {
        let mut order = world.order(CareKind::Hourly, &[("2026-11-24", "09:00-10:00")]);
        order.book.children[0].child_id = child;
        let refused = world.decide(&order).unwrap_err();
        assert_eq!((refused.kind, refused.fields[0].field.as_str()), (ProblemKind::NotFound, "children.0.child_id"));
    }
}

#[test]
fn nothing_is_booked_without_the_consent_to_care() {
    let mut world = World::new(5);
    let child = world.children[0];
    world.known.children.get_mut(&child).unwrap().may_be_booked = false;
    let order = world.order(CareKind::Hourly, &[("2026-11-24", "09:00-10:00")]);
    let refused = world.decide(&order).unwrap_err();
    assert_eq!((refused.kind, refused.fields[0].rule), (ProblemKind::Invalid, FieldRule::ConsentNeeded));
}

#[test]
fn the_price_is_the_offers_times_the_units() {
    let mut world = World::new(5);
    let order = world.order(CareKind::Hourly, &[("2026-11-24", "09:00-10:30"), ("2026-11-25", "09:00-11:00")]);
    let plan = world.decide(&order).unwrap();
    let prices: Vec<_> = plan.days.iter().map(|day| day.price).collect();
    assert_eq!(prices, [Fen(4_500), Fen(6_000)]);
    assert_eq!(plan.rule, CancelRule { free_until_hours: 24, late_percent: 50 });
}

/// A random wish of one of several families: whose, which care, which day and where in the day.
type Wish = (usize, usize, u64, u8, u8);

fn care_and_window(care: usize, from: u8, length: u8) -> (CareKind, Span) {
    match care {
        0 => (CareKind::FullDay, span("08:00-17:30")),
        1 => (CareKind::HalfDay, span(if from.is_multiple_of(2) { "08:00-12:00" } else { "13:30-17:30" })),
        2 => (CareKind::Temporary, span("08:00-12:00")),
        // 08:00 to 17:30, one to four hours.
        _ => {
            let from = 16 + from % 16;
            let to = (from + 2 + length % 7).min(35);
            (CareKind::Hourly, Span::new(HalfHour::new(from).unwrap(), HalfHour::new(to).unwrap()).unwrap())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Against a model that knows nothing but the children and their windows.
    #[test]
    fn never_more_children_than_seats_and_never_refused_where_all_half_hours_are_free(
        places in 1_u16..5,
        wishes in prop::collection::vec((0_usize..40, 0_usize..4, 1_u64..3, any::<u8>(), any::<u8>()), 1..120),
    ) {
        let mut world = World::new(places);
        let families: Vec<_> = (0..40).map(|_| {
            let family = FamilyId::new();
            (family, world.add_child(family, 18))
        }).collect();
        let mut booked: Vec<(Date, Span)> = Vec::new();
        for wish in wishes {
            let (who, care, ahead, from, length): Wish = wish;
            let (care, window) = care_and_window(care, from, length);
            let (family, child) = families[who];
            let day = date(TODAY) + chrono::Days::new(ahead);
            let mut order = world.order(care, &[]);
            order.family = family;
            order.book.children[0].child_id = child;
            order.book.days = vec![DayAndTime { date: day, from: window.from, to: window.to }];
            let count = |half: usize| booked.iter().filter(|(on, taken)| *on == day && taken.indexes().contains(&half)).count();
            let was_free = window.indexes().all(|half| count(half) < usize::from(places));
            match world.book(&order) {
                Ok(_) => booked.push((day, window)),
                Err(problem) if problem.kind == ProblemKind::SlotFull => {
                    prop_assert!(!was_free, "refused though free: {day} {window}");
                }
                Err(problem) => {
                    let allowed = [ProblemKind::ChildBusy, ProblemKind::TemporaryLimit].contains(&problem.kind);
                    prop_assert!(allowed, "{problem}");
                }
            }
        }
        for day in world.days.iter() {
            for half in 0..HALF_HOURS {
                let children = booked.iter().filter(|(on, taken)| *on == day.date && taken.indexes().contains(&half)).count();
                prop_assert!(children <= usize::from(places), "{} children on {} at {half}", children, day.date);
                prop_assert_eq!(usize::from(day.used.as_bytes()[half]), children);
            }
        }
    }
}
