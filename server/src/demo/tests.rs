//! The made-up city obeys the rules that the product enforces.

use std::collections::{HashMap, HashSet};

use rand::SeedableRng as _;

use super::*;
use crate::{
    db::testing::{now, scratch},
    inventory,
    policy::Policies,
};

fn policies() -> Policies {
    Policies::load(None, None).unwrap()
}

fn options(nurseries: u32) -> Options {
    Options { nurseries, ..Options::default() }
}

/// The nurseries of a city, and who comes to them.
fn city(options: &Options) -> Vec<(nursery::Made, Plan)> {
    let policies = policies();
    let city = City::new(&mut ChaCha8Rng::seed_from_u64(options.seed), options.nurseries);
    let mut names = Names::default();
    let mut make = |index: u32| {
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        rng.set_stream(u64::from(index) + 1);
        let made = nursery::generate(&mut rng, &city, &mut names, &policies, now(), index, options).unwrap();
        let plan = Plan::of(&mut rng, &made, &policies, now(), options);
        (made, plan)
    };
    (0..options.nurseries).map(&mut make).collect()
}

#[test]
fn places_in_use_are_those_of_the_bookings_and_about_sixty_per_cent() {
    let db = scratch();
    let filled = fill(&db, &policies(), now(), &options(40), |_| {}).unwrap().unwrap();
    assert_eq!(filled.nurseries, 40);
    assert!((54..=66).contains(&filled.taken_percent()), "{filled:?}");
    assert_eq!(db.read_blocking(|conn| Ok(inventory::check(conn)?)).unwrap(), Vec::<String>::new());
}

#[test]
fn a_second_run_changes_nothing_and_another_city_is_refused() {
    let db = scratch();
    assert!(fill(&db, &policies(), now(), &options(5), |_| {}).unwrap().is_some());
    assert_eq!(fill(&db, &policies(), now(), &options(5), |_| {}).unwrap(), None);
    assert_eq!(fill_if_empty(&db, &policies(), now(), |_| {}).unwrap(), None);
    let refused = fill(&db, &policies(), now(), &Options { seed: 2, ..options(5) }, |_| {}).unwrap_err();
    assert!(refused.to_string().contains("another made-up city (5 nurseries, seed 1)"), "{refused}");
    let keys: HashSet<String> = db.read_blocking(|conn| Ok(store::source_keys(conn)?)).unwrap();
    assert_eq!(keys.len(), 5);
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let db = scratch();
    let stop = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        fill(&db, &policies(), now(), &options(30), |filled| assert!(filled.nurseries < 25, "interrupted"))
    }));
    assert!(stop.is_err());
    let keys = |db: &Db| db.read_blocking(|conn| Ok(store::source_keys::<HashSet<String>>(conn)?)).unwrap().len();
    assert!((1..25).contains(&keys(&db)), "some are written, and not all: {}", keys(&db));
    let rest = fill(&db, &policies(), now(), &options(30), |_| {}).unwrap().unwrap();
    assert_eq!(rest.nurseries, 30);
    assert_eq!(keys(&db), 30);
    assert_eq!(db.read_blocking(|conn| Ok(inventory::check(conn)?)).unwrap(), Vec::<String>::new());
}

#[test]
fn a_database_with_other_nurseries_is_left_alone() {
    let db = scratch();
    let draft = nurseries::rules::tests::sound();
    db.write_blocking(move |conn| nurseries::create_batch(conn, now(), &[draft])).unwrap();
    assert_eq!(fill_if_empty(&db, &policies(), now(), |_| {}).unwrap(), None);
    let refused = fill(&db, &policies(), now(), &options(6), |_| {}).unwrap_err();
    assert!(refused.to_string().contains("not made up"), "{refused}");
}

#[test]
fn every_child_is_of_the_right_age_on_every_day_and_in_one_place_at_a_time() {
    let policies = policies();
    let policy = policies.on(now().local_date());
    for (made, plan) in city(&options(30)) {
        let children: HashMap<_, _> = plan.children.iter().map(|child| (child.id, child)).collect();
        let mut busy = HashSet::new();
        let mut temporary = HashMap::<_, u16>::new();
        for booking in &plan.bookings {
            let class = made.draft.classes.iter().find(|class| class.id == booking.class_id).unwrap();
            let rule = policy.class_rule(made.draft.kind, class.kind);
            let child = children[&booking.child_id];
            assert!((1..=31).contains(&booking.days.len()) && booking.created_at < now());
            for day in &booking.days {
                let months = doorstep_shared::age::completed_months(child.birth_date, day.date).unwrap();
                assert!(rule.ages().contains(months), "{} is {months} months on {}", child.birth_date, day.date);
                assert!(busy.insert((child.id, day.date)), "a child comes twice on {}", day.date);
                if booking.care == doorstep_shared::care::CareKind::Temporary {
                    *temporary.entry((child.id, day.date.format("%Y-%m").to_string())).or_default() += 1;
                }
            }
        }
        assert!(temporary.values().all(|days| *days <= policy.booking.temporary_days_a_month));
    }
}

#[test]
fn the_same_seed_gives_the_same_city_and_no_two_nurseries_share_a_name() {
    let (one, two) = (city(&options(300)), city(&options(300)));
    for ((first, plan), (second, same_plan)) in one.iter().zip(&two) {
        assert_eq!(first.draft, second.draft);
        assert_eq!(plan.class_days, same_plan.class_days);
    }
    let names: HashSet<_> = one.iter().map(|(made, _)| &made.draft.name).collect();
    assert_eq!(names.len(), 300);
    assert!(one.iter().all(|(made, _)| made.draft.demo && made.draft.about.contains("演示")));
    let kinds: HashSet<_> = one.iter().map(|(made, _)| made.draft.kind).collect();
    assert_eq!(kinds.len(), 6);
}

#[test]
fn benchmarks_get_four_classes_and_may_take_places_without_bookings() {
    let options = Options { four_classes: true, places_only: true, ..options(50) };
    let (mut taken, mut open) = (0, 0);
    for (made, plan) in city(&options) {
        assert_eq!(made.draft.classes.len(), 4, "{}", made.draft.kind);
        assert!(plan.bookings.is_empty() && !plan.class_days.is_empty());
        (taken, open) = (taken + plan.taken, open + plan.open);
    }
    assert!((54..=66).contains(&(taken * 100 / open)), "{taken} of {open}");
}
