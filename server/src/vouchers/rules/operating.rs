//! Money for running a nursery: for its places in one city, for its children in another.

use doorstep_shared::{Fen, care::ClassKind};

use super::{Nursery, Reason, Worked};
use crate::policy::{Figure, Subsidies};

/// For all places of a nursery, in a year of which it fulfilled the conditions for so many months.
///
/// # Errors
/// Why nothing is paid.
pub fn operating_of_places(rules: &Subsidies, nursery: &Nursery, months: u8) -> Result<Worked, Reason> {
    let texts = &rules.operating;
    let each = texts.each_place_fen.as_ref().ok_or(Reason::NoText)?;
    Nursery::refuse(!nursery.inclusive, Reason::NotInclusive)?;
    Nursery::refuse(!nursery.price_kept, Reason::PriceNotKept)?;
    Nursery::refuse(!nursery.filed, Reason::NotFiled)?;
    Nursery::refuse(nursery.places == 0, Reason::NoPlaces)?;
    let owner = texts.ownerships.as_ref().filter(|owners| owners.value.contains(&nursery.ownership));
    let kind = texts.kinds.as_ref().filter(|kinds| kinds.value.contains(&nursery.kind));
    let worked = part_of_year(rules, each.value.times(nursery.places.into()), each, months)?;
    match (owner, kind) {
        (Some(owner), _) => Ok(worked.and(owner)),
        (None, Some(kind)) => Ok(worked.and(kind)),
        (None, None) => Err(Reason::NotNamed),
    }
}

/// For one child in a class of that kind, in a year of which it was there for so many months.
///
/// # Errors
/// Why nothing is paid.
pub fn operating_of_child(
    rules: &Subsidies,
    nursery: &Nursery,
    class: ClassKind,
    months: u8,
) -> Result<Worked, Reason> {
    let texts = &rules.operating;
    let each = by_class(class, &texts.each_child_infant_fen, &texts.each_child_other_fen)?;
    Nursery::refuse(!nursery.registered, Reason::NotRegistered)?;
    Nursery::refuse(!nursery.inclusive, Reason::NotInclusive)?;
    part_of_year(rules, each.value, each, months)
}

/// What the city gives the county for the same child.
///
/// # Errors
/// Where no text gives anything.
pub fn city_reward(rules: &Subsidies, class: ClassKind, months: u8) -> Result<Worked, Reason> {
    let texts = &rules.operating;
    let each = by_class(class, &texts.city_reward_infant_fen, &texts.city_reward_other_fen)?;
    part_of_year(rules, each.value, each, months)
}

fn by_class<'a>(
    class: ClassKind,
    infant: &'a Option<Figure<Fen>>,
    other: &'a Option<Figure<Fen>>,
) -> Result<&'a Figure<Fen>, Reason> {
    let each = if class == ClassKind::Infant { infant } else { other };
    each.as_ref().ok_or(Reason::NoText)
}

/// A year's amount for so many of its months, rounded down to the fen.
fn part_of_year<T>(rules: &Subsidies, whole: Fen, by: &Figure<T>, months: u8) -> Result<Worked, Reason> {
    let year = rules.months_a_year.as_ref().ok_or(Reason::NoText)?;
    let months = months.min(year.value);
    let worked = Worked::by(Fen(whole.times(months.into()).0 / i64::from(year.value)), by);
    Ok(if months == year.value { worked } else { worked.and(year) })
}

#[cfg(test)]
mod tests {
    use doorstep_shared::care::{NurseryKind, Ownership};

    use super::{
        super::testing::{NURSERY, rules},
        *,
    };

    #[test]
    fn zhangye_pays_a_thousand_yuan_for_each_place_and_year() {
        let rules = rules("zhangye", "2026-11-22").subsidies;
        let public = Nursery { ownership: Ownership::Public, ..NURSERY };
        let of = |nursery: Nursery, places| Nursery { places, ..nursery };
        let kind = |kind| Nursery { kind, ..public };
        let cases = [
            ("49 places", of(NURSERY, 49), 12, Ok(4_900_000)),
            ("50 places", of(NURSERY, 50), 12, Ok(5_000_000)),
            ("99 places", of(NURSERY, 99), 12, Ok(9_900_000)),
            ("100 places", of(NURSERY, 100), 12, Ok(10_000_000)),
            ("no places", of(NURSERY, 0), 12, Err(Reason::NoPlaces)),
            ("half a year", of(NURSERY, 50), 6, Ok(2_500_000)),
            ("a month, rounded down", of(NURSERY, 1), 1, Ok(8333)),
            ("public ones are not named", public, 12, Err(Reason::NotNamed)),
            (
                "a public institution's is",
                Nursery { ownership: Ownership::InstitutionRun, ..NURSERY },
                12,
                Ok(5_000_000),
            ),
            (
                "a state-owned company's is not",
                Nursery { ownership: Ownership::StateOwned, ..NURSERY },
                12,
                Err(Reason::NotNamed),
            ),
            ("a kindergarten's class", kind(NurseryKind::KindergartenClass), 12, Ok(5_000_000)),
            ("an employer's", kind(NurseryKind::Employer), 12, Ok(5_000_000)),
            ("one in a community", kind(NurseryKind::Community), 12, Ok(5_000_000)),
            ("a public home-based one is not", kind(NurseryKind::HomeBased), 12, Err(Reason::NotNamed)),
            ("not filed", Nursery { filed: false, ..NURSERY }, 12, Err(Reason::NotFiled)),
            ("not inclusive", Nursery { inclusive: false, ..NURSERY }, 12, Err(Reason::NotInclusive)),
            ("dearer than it may be", Nursery { price_kept: false, ..NURSERY }, 12, Err(Reason::PriceNotKept)),
        ];
        for (name, nursery, months, expected) in cases {
            let paid = operating_of_places(&rules, &nursery, months).map(|worked| worked.amount_fen.0);
            assert_eq!(paid, expected, "{name}");
        }
    }

    #[test]
    fn jining_pays_for_each_child_and_year_and_the_city_rewards_the_county() {
        let rules = rules("jining", "2026-11-22").subsidies;
        let cases = [
            (ClassKind::Infant, 12, 300_000, 90_000),
            (ClassKind::Toddler, 12, 200_000, 60_000),
            (ClassKind::SeniorToddler, 12, 200_000, 60_000),
            (ClassKind::Mixed, 12, 200_000, 60_000),
            (ClassKind::Infant, 5, 125_000, 37_500),
            (ClassKind::Toddler, 7, 116_666, 35_000),
        ];
        for (class, months, county, city) in cases {
            let paid = operating_of_child(&rules, &NURSERY, class, months).unwrap();
            assert_eq!(paid.amount_fen, Fen(county), "{class} for {months} months");
            assert_eq!(city_reward(&rules, class, months).unwrap().amount_fen, Fen(city), "{class}, the city");
        }
        let refused = |nursery: Nursery| operating_of_child(&rules, &nursery, ClassKind::Infant, 12).unwrap_err();
        assert_eq!(refused(Nursery { registered: false, ..NURSERY }), Reason::NotRegistered);
        assert_eq!(refused(Nursery { inclusive: false, ..NURSERY }), Reason::NotInclusive);
    }

    #[test]
    fn one_citys_way_of_paying_is_not_the_others() {
        let (zhangye, jining) = (rules("zhangye", "2026-11-22").subsidies, rules("jining", "2026-11-22").subsidies);
        assert_eq!(operating_of_child(&zhangye, &NURSERY, ClassKind::Infant, 12), Err(Reason::NoText));
        assert_eq!(operating_of_places(&jining, &NURSERY, 12), Err(Reason::NoText));
        assert_eq!(city_reward(&zhangye, ClassKind::Infant, 12), Err(Reason::NoText));
    }
}
