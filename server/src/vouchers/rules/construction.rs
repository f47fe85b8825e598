//! Money for building a nursery, once.

use super::{Nursery, Reason, Worked};
use crate::policy::{Count, Subsidies};

/// By the number of places.
///
/// # Errors
/// Why nothing is paid.
pub fn construction(rules: &Subsidies, nursery: &Nursery) -> Result<Worked, Reason> {
    let bands = &rules.construction.from_places;
    Nursery::refuse(bands.is_empty(), Reason::NoText)?;
    Nursery::refuse(!nursery.filed, Reason::NotFiled)?;
    Nursery::refuse(!nursery.up_to_standard, Reason::NotUpToStandard)?;
    let (_, band) = bands.range(..=Count(nursery.places)).next_back().ok_or(Reason::NoPlaces)?;
    Ok(Worked::by(band.value, band))
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NURSERY, rules},
        *,
    };

    #[test]
    fn the_band_of_its_places_says_what_building_a_nursery_is_paid() {
        let rules = rules("zhangye", "2026-11-22").subsidies;
        let cases = [
            (0, Err(Reason::NoPlaces)),
            (1, Ok(1_000_000)),
            (19, Ok(1_000_000)),
            (20, Ok(2_000_000)),
            (49, Ok(2_000_000)),
            (50, Ok(3_000_000)),
            (99, Ok(3_000_000)),
            (100, Ok(5_000_000)),
            (500, Ok(5_000_000)),
        ];
        for (places, expected) in cases {
            let paid = construction(&rules, &Nursery { places, ..NURSERY }).map(|worked| worked.amount_fen.0);
            assert_eq!(paid, expected, "{places} places");
        }
        assert_eq!(construction(&rules, &Nursery { filed: false, ..NURSERY }), Err(Reason::NotFiled));
        let poor = Nursery { up_to_standard: false, ..NURSERY };
        assert_eq!(construction(&rules, &poor), Err(Reason::NotUpToStandard));
    }
}
