//! What an employer may repay of the fee.

use doorstep_shared::Fen;

use super::{Reason, Worked};
use crate::policy::Subsidies;

/// What an employer repays of a fee that would repay `offered_percent` of it, and repays `kindergarten_percent` of what
/// kindergarten costs.
///
/// # Errors
/// Where no text allows it.
pub fn employer_share(
    rules: &Subsidies,
    fee: Fen,
    kindergarten_percent: u8,
    offered_percent: u8,
) -> Result<Worked, Reason> {
    let times = rules.employer.times_kindergarten.as_ref().ok_or(Reason::NoText)?;
    let most = times.value.saturating_mul(kindergarten_percent.into()).min(100);
    let percent = u16::from(offered_percent).min(most);
    Ok(Worked::by(fee.percent(u8::try_from(percent).unwrap_or_default()), times))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::rules, *};

    #[test]
    fn an_employer_repays_at_most_twice_the_share_that_it_repays_for_kindergarten() {
        let rules = rules("jining", "2026-11-22").subsidies;
        let cases = [
            ("less than twice", 30, 50, 50_000),
            ("twice", 30, 60, 60_000),
            ("more than twice", 30, 61, 60_000),
            ("never more than the fee", 60, 100, 100_000),
            ("nothing for kindergarten, nothing here", 0, 50, 0),
        ];
        for (name, kindergarten, offered, expected) in cases {
            let worked = employer_share(&rules, Fen::from_yuan(1_000), kindergarten, offered).unwrap();
            assert_eq!(worked.amount_fen, Fen(expected), "{name}");
        }
    }

    #[test]
    fn elsewhere_no_text_allows_it() {
        let rules = rules("zhangye", "2026-11-22").subsidies;
        assert_eq!(employer_share(&rules, Fen::from_yuan(1_000), 30, 60), Err(Reason::NoText));
    }
}
