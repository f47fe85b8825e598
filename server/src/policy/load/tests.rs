//! Files that are whole, and files that are wrong.

use doorstep_web::{Locale, family::policy::label};

use super::*;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The nation's file alone.
fn alone(national: &str) -> Result<Policies> {
    Policies::stacked(&[parsed("national.toml".to_owned(), national)?])
}

/// A city's own file on the pack that it names.
fn city(text: &str) -> Result<Policies> {
    Policies::stacked(&of_city("city.toml".to_owned(), &format!("name = \"our city\"\n{text}"))?)
}

fn pack(name: &str) -> Policies {
    Policies::load(Some(Path::new(name)), None).unwrap()
}

#[test]
fn a_wrong_file_is_refused_with_its_key_and_the_reason() {
    let cases = [
        ("hold_minutes = { value = 10,", "hold_minutes = { value = \"ten\",", "booking.hold_minutes"),
        ("hold_minutes = { value = 10,", "hold_minutes = { value = 0,", "booking.hold_minutes: must be at least 1"),
        ("hold_minutes = { value = 10,", "hold_minuets = { value = 10,", "hold_minuets"),
        ("hold_minutes = { value = 10, source = \"default\" }", "hold_minutes = 10", "booking.hold_minutes: a table"),
        ("hold_minutes = { value = 10, source = \"default\" }", "", "hold_minutes"),
        (
            "near_m = { value = 3000, source = \"default\"",
            "near_m = { value = 3000, source = \"x\"",
            "search.near_m: its source",
        ),
        ("status = \"default\"", "status = \"rumour\"", "rumour"),
        (
            "status = \"default\"\nfrom = 2019-10-08",
            "status = \"default\"",
            "sources.default.from: what is in force has a first day",
        ),
        (
            "status = \"default\"\nfrom = 2019-10-08",
            "status = \"lapsed\"\nfrom = 2019-10-08",
            "sources.default.until: what has lapsed has a last day",
        ),
        ("near_m = { value = 3000,", "near_m = { value = 3000.5,", "search.near_m: 3000.5 is no whole number"),
        ("\"08:00\"", "\"21:00\"", "waitlist.day_from: must be before day_until"),
        (
            "priority_groups = { value = []",
            "priority_groups = { value = [\"migrant\", \"migrant\"]",
            "waitlist.priority_groups: must name each group once",
        ),
        ("priority_groups = { value = []", "priority_groups = { value = [\"friends\"]", "friends"),
        ("\"01-31\"", "\"02-30\"", "02-30"),
        ("from_months = { value = 6,", "from_months = { value = 12,", "classes.infant.from_months"),
    ];
    for (find, put, told) in cases {
        assert!(NATIONAL.contains(find), "{find}");
        let error = alone(&NATIONAL.replacen(find, put, 1)).unwrap_err().to_string();
        assert!(error.contains(told), "{put}: {error}");
    }
}

#[test]
fn a_value_that_changes_is_looked_up_by_date_and_leaves_no_gap() {
    let old = "hold_minutes = { value = 10, source = \"default\" }";
    let two = |until: &str, from: &str| {
        let versions = format!(
            "hold_minutes = [{{ value = 10, source = \"default\", until = {until} }}, \
             {{ value = 15, source = \"default\", from = {from} }}]"
        );
        alone(&NATIONAL.replacen(old, &versions, 1))
    };
    let policies = two("2026-12-31", "2027-01-01").unwrap();
    for (date, minutes) in [("1999-01-01", 10), ("2026-12-31", 10), ("2027-01-01", 15), ("2040-01-01", 15)] {
        assert_eq!(policies.on(date.parse().unwrap()).booking.hold_minutes, minutes, "{date}");
    }
    assert!(two("2026-12-30", "2027-01-01").unwrap_err().to_string().contains("no value holds on 2026-12-31"));
    assert!(two("2027-01-01", "2027-01-01").unwrap_err().to_string().contains("two values hold on 2027-01-01"));
}

#[test]
fn every_pack_is_whole_and_chosen_by_its_name() {
    for (name, _) in PACKS {
        let policies = pack(name);
        assert_eq!(policies.files().last().unwrap(), name);
        assert_eq!(policies.on(date("2026-11-22")).booking.hold_minutes, 10, "{name} stands on the nation's numbers");
        for figure in policies.figures_on(date("2026-11-22")) {
            let is_shown = CITY_TABLES.contains(&figure.key.split('.').next().unwrap());
            for locale in Locale::ALL {
                assert!(!is_shown || label(&figure.key, locale).is_some(), "{name}: {} has no label", figure.key);
            }
        }
    }
}

/// The standing of what applies of a key.
fn standing(policies: &Policies, key: &str, on: &str) -> Option<Standing> {
    let figures = policies.figures_on(date(on));
    figures.into_iter().find(|figure| figure.key == key && figure.applies).map(|figure| figure.standing)
}

#[test]
fn what_applied_on_a_day_can_be_asked_later() {
    let cases = [
        ("zhangye", "subsidies.enrolment.each_child_fen", "2026-11-22", Some(Standing::Draft)),
        ("jining", "subsidies.enrolment.by_birth_order.2", "2025-07-20", None),
        ("jining", "subsidies.enrolment.by_birth_order.2", "2025-07-21", Some(Standing::InForce)),
        ("jining", "subsidies.enrolment.by_birth_order.2", "2028-06-20", Some(Standing::InForce)),
        ("jining", "subsidies.enrolment.by_birth_order.2", "2028-06-21", None),
        ("shaoxing", "vouchers.consumer", "2026-11-22", Some(Standing::Draft)),
        ("wuxi", "vouchers.trial_districts", "2025-12-31", Some(Standing::InForce)),
        ("wuxi", "vouchers.trial_districts", "2026-01-01", None),
        ("national", "subsidies.month_counts", "2026-01-01", Some(Standing::Setting)),
    ];
    for (name, key, on, expected) in cases {
        assert_eq!(standing(&pack(name), key, on), expected, "{name}: {key} on {on}");
    }
    let lapsed = pack("wuxi").figures_on(date("2026-01-01"));
    let lapsed = lapsed.iter().find(|figure| figure.key == "vouchers.trial_districts").unwrap();
    assert_eq!((lapsed.standing, lapsed.applies), (Standing::Lapsed, false), "it is still told");
}

#[test]
fn a_citys_rule_is_never_another_citys() {
    let on = date("2026-11-22");
    let national = pack("national");
    assert_eq!(pack("shaoxing").city_on(on).subsidies.enrolment, national.city_on(on).subsidies.enrolment);
    assert_eq!(pack("jining").city_on(on).subsidies.construction, national.city_on(on).subsidies.construction);
    assert_eq!(national.city_on(on).subsidies.enrolment.each_child_fen, None);
}

const OWN_SOURCE: &str = "[sources.own]\ntitle = \"市里的文件\"\nstatus = \"in_force\"\nfrom = 2026-09-01\n";

#[test]
fn a_citys_own_file_goes_before_its_pack_from_its_first_day_on() {
    let own = format!(
        "pack = \"jining\"\n{OWN_SOURCE}[subsidies.enrolment.by_birth_order]\n\
         2 = {{ value = 40000, source = \"own\" }}\n[booking]\nhold_minutes = {{ value = 15, source = \"own\" }}\n"
    );
    let policies = city(&own).unwrap();
    let second = |on| {
        let rules = policies.city_on(date(on));
        rules.subsidies.enrolment.by_birth_order.iter().find(|(order, _)| order.0 == 2).unwrap().1.value.0
    };
    assert_eq!((second("2026-08-31"), second("2026-09-01")), (30_000, 40_000));
    assert_eq!(policies.on(date("2026-08-31")).booking.hold_minutes, 10);
    assert_eq!(policies.on(date("2026-09-01")).booking.hold_minutes, 15);
    let figures = policies.figures_on(date("2026-09-01"));
    let told: Vec<_> = figures
        .iter()
        .filter(|figure| figure.key == "subsidies.enrolment.by_birth_order.2")
        .map(|figure| (figure.file.as_str(), figure.applies))
        .collect();
    assert_eq!(told, [("our city", true), ("jining", false)], "what was put aside is told, too");
}

#[test]
fn a_city_that_has_adopted_a_draft_says_so_of_its_source() {
    let adopted =
        "pack = \"zhangye\"\n[sources.measures]\ntitle = \"张掖市办法\"\nstatus = \"in_force\"\nfrom = 2027-01-01\n";
    let policies = city(adopted).unwrap();
    let key = "subsidies.enrolment.each_child_fen";
    assert_eq!(standing(&policies, key, "2026-12-31"), None);
    assert_eq!(standing(&policies, key, "2027-01-01"), Some(Standing::InForce));
}

#[test]
fn a_draft_puts_nothing_aside_that_is_in_force() {
    let draft = "pack = \"jining\"\n[sources.draft]\ntitle = \"草案\"\nstatus = \"draft\"\n\
        [subsidies.enrolment.by_birth_order]\n2 = { value = 1, source = \"draft\" }\n";
    let policies = city(draft).unwrap();
    let key = "subsidies.enrolment.by_birth_order.2";
    assert_eq!(standing(&policies, key, "2026-11-22"), Some(Standing::InForce));
    assert_eq!(standing(&policies, key, "2028-06-21"), Some(Standing::Draft));
}

#[test]
fn a_wrong_file_of_a_city_is_named_with_the_key_and_the_reason() {
    let with = |values: &str| format!("{OWN_SOURCE}{values}");
    let cases = [
        ("pack = \"atlantis\"\n[sources]\n".to_owned(), "pack: \"atlantis\" is none of national, zhangye"),
        (
            with("[subsidies.enrolment]\neach_child_fen = { value = 20000, source = \"x\" }"),
            "each_child_fen: its source",
        ),
        (with("[subsidies.enrolment]\neach_child_fen = { value = 20000 }"), "missing field `source`"),
        (
            with("[subsidies.enrolment]\neach_child_fen = { value = -1, source = \"own\" }"),
            "each_child_fen: must be more",
        ),
        (with("[subsidies.enrolment]\neach_child = { value = 1, source = \"own\" }"), "each_child"),
        (with("[subsidies.shares]\nothers = { value = [0, 0], source = \"own\" }"), "shares.others: must have"),
        (
            format!(
                "pack = \"jining\"\n{}",
                with("[subsidies.enrolment]\neach_child_fen = { value = 1, source = \"own\" }")
            ),
            "must not stand beside amounts by birth order",
        ),
        (
            with(
                "[price.guided.month_fen]\ninfant = { value = 190000, source = \"own\" }\n\
                 [price.reference.month_fen]\ninfant = { value = [1, 2], source = \"own\" }",
            ),
            "price.reference.month_fen.infant: must not stand beside a guided price",
        ),
        (
            with("[price.reference.month_fen]\ntoddler = { value = [2, 1], source = \"own\" }"),
            "price.reference.month_fen.toddler: must go from the lower",
        ),
    ];
    for (text, told) in cases {
        let error = city(&text).unwrap_err().to_string();
        assert!(error.contains("city.toml") && error.contains(told), "{text}: {error}");
    }
}
