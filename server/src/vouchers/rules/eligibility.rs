//! Whether a child may have a voucher and, if not, why and what would make it so.

use chrono::Months;
use doorstep_shared::{
    Date,
    age::completed_months,
    vouchers::{CareStatus, Eligibility, EligibilityRule, Ineligible},
};

/// What is known of a child that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub birth_date: Date,
    pub birth_order: u8,
    /// Code; empty when not told.
    pub residence_district: String,
    /// For full-day or half-day care.
    pub enrolled: bool,
    /// It has had a voucher of this issuer.
    pub had_one: bool,
}

/// What the family has of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfFamily {
    pub vouchers: usize,
    pub children: usize,
    /// None: one for each child.
    pub most: Option<u16>,
}

/// Each rule that a child does not fulfil today; empty when it may claim.
pub fn why_not(asked: &Eligibility, child: &Facts, family: OfFamily, today: Date) -> Vec<Ineligible> {
    let mut wrong = age(asked, child.birth_date, today);
    let mut broken = |is: bool, rule: Ineligible| {
        if is {
            wrong.push(rule);
        }
    };
    let districts = &asked.districts;
    let elsewhere = !districts.is_empty() && !districts.contains(&child.residence_district);
    broken(elsewhere, Ineligible { districts: districts.clone(), ..Ineligible::by(EligibilityRule::District) });
    let orders = &asked.birth_orders;
    let another = !orders.is_empty() && !orders.contains(&child.birth_order);
    broken(another, Ineligible { birth_orders: orders.clone(), ..Ineligible::by(EligibilityRule::BirthOrder) });
    broken(asked.care == Some(CareStatus::HomeCared) && child.enrolled, Ineligible::by(EligibilityRule::Enrolled));
    broken(asked.care == Some(CareStatus::Enrolled) && !child.enrolled, Ineligible::by(EligibilityRule::NotEnrolled));
    broken(asked.first_time && child.had_one, Ineligible::by(EligibilityRule::NotFirst));
    // Not more than children either: a record that is erased and made anew is no other child.
    let most = family.most.map_or(usize::MAX, usize::from).min(family.children);
    broken(family.vouchers >= most, Ineligible::by(EligibilityRule::FamilyLimit));
    wrong
}

fn age(asked: &Eligibility, birth: Date, today: Date) -> Vec<Ineligible> {
    let months = completed_months(birth, today);
    if let Some(least) = asked.from_months
        && months.is_none_or(|months| months < least)
    {
        let from = birth.checked_add_months(Months::new(least.into()));
        return vec![Ineligible { from, ..Ineligible::by(EligibilityRule::TooYoung) }];
    }
    match asked.under_months {
        Some(under) if months.is_some_and(|months| months >= under) => {
            vec![Ineligible { under_months: Some(under), ..Ineligible::by(EligibilityRule::TooOld) }]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: OfFamily = OfFamily { vouchers: 0, children: 2, most: None };

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn child() -> Facts {
        Facts {
            birth_date: date("2025-05-23"),
            birth_order: 2,
            residence_district: "320213".to_owned(),
            enrolled: false,
            had_one: false,
        }
    }

    fn rules(asked: Eligibility, child: &Facts, family: OfFamily, today: &str) -> Vec<EligibilityRule> {
        why_not(&asked, child, family, date(today)).into_iter().map(|wrong| wrong.rule).collect()
    }

    #[test]
    fn a_rule_that_is_not_asked_for_stops_nobody_and_one_that_is_stops_whom_it_should() {
        use EligibilityRule as R;
        let any = Eligibility::default;
        let today = "2026-11-22";
        let at_nursery = Facts { enrolled: true, ..child() };
        let known = Facts { had_one: true, ..child() };
        let homeless = Facts { residence_district: String::new(), ..child() };
        let district = |code: &str| Eligibility { districts: vec![code.to_owned()], ..any() };
        let family = |vouchers, children, most| OfFamily { vouchers, children, most };
        let cases = [
            ("nothing is asked for", any(), child(), FAMILY, today, vec![]),
            (
                "the day before it is old enough",
                Eligibility { from_months: Some(18), ..any() },
                child(),
                FAMILY,
                today,
                vec![R::TooYoung],
            ),
            ("on the day", Eligibility { from_months: Some(18), ..any() }, child(), FAMILY, "2026-11-23", vec![]),
            (
                "the day before it is too old",
                Eligibility { under_months: Some(18), ..any() },
                child(),
                FAMILY,
                today,
                vec![],
            ),
            (
                "too old on the day",
                Eligibility { under_months: Some(18), ..any() },
                child(),
                FAMILY,
                "2026-11-23",
                vec![R::TooOld],
            ),
            ("of the district", district("320213"), child(), FAMILY, today, vec![]),
            ("of another", district("320214"), child(), FAMILY, today, vec![R::District]),
            ("of none that was told", district("320213"), homeless, FAMILY, today, vec![R::District]),
            ("the second child", Eligibility { birth_orders: vec![2, 3], ..any() }, child(), FAMILY, today, vec![]),
            (
                "not the third",
                Eligibility { birth_orders: vec![3], ..any() },
                child(),
                FAMILY,
                today,
                vec![R::BirthOrder],
            ),
            ("at home", Eligibility { care: Some(CareStatus::HomeCared), ..any() }, child(), FAMILY, today, vec![]),
            (
                "at nursery",
                Eligibility { care: Some(CareStatus::HomeCared), ..any() },
                at_nursery.clone(),
                FAMILY,
                today,
                vec![R::Enrolled],
            ),
            ("enrolled", Eligibility { care: Some(CareStatus::Enrolled), ..any() }, at_nursery, FAMILY, today, vec![]),
            (
                "not enrolled",
                Eligibility { care: Some(CareStatus::Enrolled), ..any() },
                child(),
                FAMILY,
                today,
                vec![R::NotEnrolled],
            ),
            ("for the first time", Eligibility { first_time: true, ..any() }, child(), FAMILY, today, vec![]),
            ("for the second", Eligibility { first_time: true, ..any() }, known, FAMILY, today, vec![R::NotFirst]),
            ("a second voucher for a second child", any(), child(), family(1, 2, None), today, vec![]),
            ("no more than children", any(), child(), family(1, 1, None), today, vec![R::FamilyLimit]),
            ("nor than the campaign allows", any(), child(), family(1, 2, Some(1)), today, vec![R::FamilyLimit]),
            (
                "nor more than children though it allows",
                any(),
                child(),
                family(1, 1, Some(5)),
                today,
                vec![R::FamilyLimit],
            ),
        ];
        for (name, asked, child, family, today, expected) in cases {
            assert_eq!(rules(asked, &child, family, today), expected, "{name}");
        }
    }

    #[test]
    fn it_is_said_what_would_make_it_so() {
        let asked = Eligibility {
            from_months: Some(24),
            districts: vec!["320214".to_owned()],
            birth_orders: vec![1],
            ..Eligibility::default()
        };
        let wrong = why_not(&asked, &child(), FAMILY, date("2026-11-22"));
        assert_eq!(wrong.len(), 3, "all of them at once");
        assert_eq!(wrong.first().unwrap().from, Some(date("2027-05-23")));
        assert!(wrong.iter().any(|wrong| wrong.districts == ["320214"]));
        assert!(wrong.iter().any(|wrong| wrong.birth_orders == [1]));
    }
}
