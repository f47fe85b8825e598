//! Patterns, written out and decided.

use doorstep_shared::{ProblemKind, bookings::Pattern, nurseries::ClosedReason};

use super::*;

fn pattern(from: &str, until: &str, weekdays: &[u8], windows: &[&str]) -> Pattern {
    Pattern {
        from: date(from),
        until: date(until),
        weekdays: weekdays.to_vec(),
        windows: windows.iter().map(|window| span(window)).collect(),
        except: Vec::new(),
    }
}

const WORKDAYS: &[u8] = &[1, 2, 3, 4, 5];

#[test]
fn a_pattern_is_written_out_by_weekday_with_holidays_left_out_and_make_up_workdays_for_who_comes_every_workday() {
    let policies = Policies::load(None, None).unwrap();
    type Case = (&'static str, &'static [u8], (&'static str, &'static str), &'static [&'static str], usize);
    // 2026-10-01 is a Thursday; holiday to the 7th; Saturday the 10th and Sunday, 20 September, are worked.
    let cases: &[Case] = &[
        ("workdays", WORKDAYS, ("2026-10-05", "2026-10-12"), &["10-08", "10-09", "10-10", "10-12"], 3),
        ("a Sunday that is worked", WORKDAYS, ("2026-09-18", "2026-09-21"), &["09-18", "09-20", "09-21"], 0),
        ("three weekdays", &[1, 3, 5], ("2026-10-05", "2026-10-12"), &["10-09", "10-12"], 2),
        ("four weekdays are not all", &[1, 2, 3, 4], ("2026-10-08", "2026-10-12"), &["10-08", "10-12"], 0),
        ("Saturdays, worked or not", &[6], ("2026-10-10", "2026-10-17"), &["10-10", "10-17"], 0),
        ("a holiday on a Saturday", &[6], ("2026-10-03", "2026-10-10"), &["10-10"], 1),
        ("every day", &[1, 2, 3, 4, 5, 6, 7], ("2026-10-07", "2026-10-11"), &["10-08", "10-09", "10-10", "10-11"], 1),
        ("one date", WORKDAYS, ("2026-10-08", "2026-10-08"), &["10-08"], 0),
        ("none", &[7], ("2026-10-05", "2026-10-10"), &[], 0),
    ];
    for (name, weekdays, (from, until), expected, holidays) in cases {
        let asked = pattern(from, until, weekdays, &["08:00-12:00"]);
        let found = series::expand(&asked, &policies.calendar);
        let dates: Vec<_> = found.dates.iter().map(|date| date.format("%m-%d").to_string()).collect();
        assert_eq!(
            (dates, found.holidays.len()),
            (expected.iter().map(|&day| day.to_owned()).collect(), *holidays),
            "{name}"
        );
    }
    let mut asked = pattern("2026-10-05", "2026-10-12", WORKDAYS, &["08:00-12:00"]);
    asked.except = ["2026-10-05", "2026-10-08", "2026-10-10"].map(date).to_vec();
    let found = series::expand(&asked, &policies.calendar);
    assert_eq!((found.dates, found.holidays.len()), (["2026-10-09", "2026-10-12"].map(date).to_vec(), 2), "exceptions");
}

impl World {
    fn series(&self, care: CareKind, asked: Pattern) -> Order {
        let mut order = self.order(care, &[]);
        order.book.pattern = Some(asked);
        order
    }
}

#[test]
fn what_is_answered_as_fitting_is_what_the_rest_books() {
    let mut world = World::new(1);
    let other = world.children[1];
    for (day, window) in [("2026-11-25", "09:00-10:00"), ("2026-12-01", "11:00-13:00")] {
        let mut one = world.order(CareKind::Hourly, &[(day, window)]);
        one.book.children[0].child_id = other;
        world.book(&one).unwrap();
    }
    let before = world.used();
    let asked = pattern("2026-11-23", "2026-12-04", WORKDAYS, &["08:00-12:00", "13:30-17:30"]);
    let refused = world.decide(&world.series(CareKind::HalfDay, asked.clone())).unwrap_err();
    assert_eq!((refused.kind, world.used()), (ProblemKind::SomeDaysUnfit, before));
    let unfit: Vec<_> = refused.unfit.iter().map(|day| (day.date, day.span, day.kind)).collect();
    let expected = [
        // Today at eight.
        (date(TODAY), span("08:00-12:00"), ProblemKind::NotBookable),
        (date("2026-11-25"), span("08:00-12:00"), ProblemKind::SlotFull),
        (date("2026-12-01"), span("08:00-12:00"), ProblemKind::SlotFull),
    ];
    assert_eq!(unfit, expected);
    let except = refused.unfit.iter().map(|day| day.date).collect();
    let plan = world.book(&world.series(CareKind::HalfDay, Pattern { except, ..asked })).unwrap();
    let mut dates: Vec<_> = plan.days.iter().map(|day| day.date).collect();
    dates.dedup();
    assert_eq!((dates, plan.days.len()), (refused.fits, 14));
}

#[test]
fn a_pattern_has_sixty_two_days_at_most_and_one_at_least() {
    let mut world = World::new(9);
    let every = &[1, 2, 3, 4, 5, 6, 7];
    let cases: &[(&str, Pattern, Option<(ProblemKind, &str)>)] = &[
        ("31 dates twice", pattern("2026-11-24", "2026-12-24", every, &["08:00-12:00", "13:30-17:30"]), None),
        (
            "32 dates twice",
            pattern("2026-11-24", "2026-12-25", every, &["08:00-12:00", "13:30-17:30"]),
            Some((ProblemKind::Invalid, "pattern.until")),
        ),
        (
            "no date",
            pattern("2026-11-24", "2026-11-24", &[5], &["08:00-12:00"]),
            Some((ProblemKind::Invalid, "pattern")),
        ),
        (
            "a window not sold",
            pattern("2026-11-24", "2026-11-24", every, &["08:00-11:00"]),
            Some((ProblemKind::Closed, "")),
        ),
    ];
    for (name, asked, refused) in cases {
        let found = world.decide(&world.series(CareKind::HalfDay, asked.clone())).err();
        let field = |problem: &Problem| problem.fields.first().map(|field| field.field.clone()).unwrap_or_default();
        let read = found.as_ref().map(|problem| (problem.kind, field(problem)));
        assert_eq!(read, refused.map(|(kind, field)| (kind, field.to_owned())), "{name}: {found:?}");
    }
}

#[test]
fn a_closed_window_is_left_out_and_a_pattern_of_nothing_else_is_refused() {
    let mut world = World::new(9);
    // The class opens at half past seven.
    let early = pattern("2026-11-24", "2026-11-25", WORKDAYS, &["07:00-08:00", "08:00-09:00"]);
    let plan = world.decide(&world.series(CareKind::Hourly, early)).unwrap();
    assert_eq!(plan.days.len(), 2);
    let skipped: Vec<_> =
        plan.skipped.iter().map(|skipped| (skipped.windows.clone(), skipped.reason.clone())).collect();
    assert_eq!(skipped, vec![(vec![span("07:00-08:00")], ClosedReason::Weekday); 2]);
    let only = pattern("2026-11-24", "2026-11-25", WORKDAYS, &["06:00-07:00"]);
    assert_eq!(world.decide(&world.series(CareKind::Hourly, only)).unwrap_err().kind, ProblemKind::Closed);
}

proptest! {
    /// However full the class is: all dates of a pattern are booked, or none and the answer's rest can be booked.
    #[test]
    fn a_pattern_books_everything_or_nothing_and_its_rest_fits(
        taken in prop::collection::vec((0..20_u64, 16..30_u8, 2..8_u8), 0..40),
        weekdays in prop::collection::hash_set(1..=7_u8, 1..=7),
        places in 1..3_u16,
    ) {
        let mut world = World::new(places);
        let other = world.children[1];
        for (ahead, from, length) in taken {
            let day = (date(TODAY) + chrono::Days::new(ahead)).to_string();
            let mut one = world.order(CareKind::Hourly, &[(&day, "09:00-10:00")]);
            one.book.children[0].child_id = other;
            let (from, to) = (HalfHour::new(from).unwrap(), HalfHour::new((from + length).min(35)).unwrap());
            (one.book.days[0].from, one.book.days[0].to) = (from, to);
            // Some cannot be: the child is there already.
            let _ = world.book(&one);
        }
        let weekdays: Vec<_> = weekdays.into_iter().collect();
        let asked = pattern("2026-11-24", "2026-12-14", &weekdays, &["08:00-12:00"]);
        let all = series::expand(&asked, &world.policies.calendar).dates;
        let before = world.used();
        match world.decide(&world.series(CareKind::HalfDay, asked.clone())) {
            Ok(plan) => prop_assert_eq!(plan.days.iter().map(|day| day.date).collect::<Vec<_>>(), all),
            Err(refused) => {
                prop_assert_eq!(refused.kind, ProblemKind::SomeDaysUnfit);
                prop_assert_eq!(&world.used(), &before);
                let except: Vec<_> = refused.unfit.iter().map(|day| day.date).collect();
                prop_assert_eq!(except.len() + refused.fits.len(), all.len());
                if !refused.fits.is_empty() {
                    let plan = world.decide(&world.series(CareKind::HalfDay, Pattern { except, ..asked }));
                    let dates: Vec<_> = plan.unwrap().days.iter().map(|day| day.date).collect();
                    prop_assert_eq!(dates, refused.fits);
                }
            }
        }
    }
}
