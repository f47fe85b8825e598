//! Who bears what is paid: the city, or the county.

use doorstep_shared::Fen;

use super::{Reason, Worked};
use crate::policy::Subsidies;

/// The entry for counties that are not named.
const OTHERS: &str = "others";

/// An amount in its two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    pub city_fen: Fen,
    pub county: Worked,
}

/// Splits what is paid in a district or county, named as the policy names it. The city's part is rounded down, so the two
/// make the whole.
///
/// # Errors
/// Where no text says who pays.
pub fn split(rules: &Subsidies, county: &str, amount: Fen) -> Result<Split, Reason> {
    let share = rules.shares.get(county).or_else(|| rules.shares.get(OTHERS)).ok_or(Reason::NoText)?;
    let (city, all) = (i64::from(share.value.0), i64::from(share.value.0) + i64::from(share.value.1));
    let city_fen = Fen(amount.times(city).0 / all);
    Ok(Split { city_fen, county: Worked::by(amount - city_fen, share) })
}

#[cfg(test)]
mod tests {
    use super::{super::testing::rules, *};

    #[test]
    fn city_and_county_bear_the_whole_between_them() {
        let cases = [
            ("zhangye", "甘州区", 20_000, 4_000),
            ("zhangye", "甘州区", 99, 19),
            ("zhangye", "临泽县", 20_000, 0),
            ("jining", "任城区", 30_000, 0),
        ];
        for (pack, county, amount, city) in cases {
            let parts = split(&rules(pack, "2026-11-22").subsidies, county, Fen(amount)).unwrap();
            assert_eq!(parts.city_fen, Fen(city), "{county} in {pack}");
            assert_eq!(parts.city_fen + parts.county.amount_fen, Fen(amount), "{county} in {pack}");
        }
        assert_eq!(split(&rules("wuxi", "2026-11-22").subsidies, "梁溪区", Fen(1)), Err(Reason::NoText));
    }
}
