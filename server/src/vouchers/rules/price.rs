//! What the basic care fee of an inclusive nursery may be. A guided price is a cap; a reference range is advice.

use doorstep_shared::{Fen, care::ClassKind};

use crate::policy::Prices;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceFinding {
    /// No text says anything of such a class.
    NoText,
    Within,
    /// Above the guided price: not allowed.
    OverCap {
        cap_fen: Fen,
    },
    /// Outside of the reference range: allowed, and said.
    OutsideReference {
        low_fen: Fen,
        high_fen: Fen,
    },
}

/// What is to be said of the price for a month of full-day care in an inclusive nursery's class.
pub fn month_price(prices: &Prices, class: ClassKind, month_fen: Fen) -> PriceFinding {
    if let Some(guided) = prices.guided.month_fen.get(&class) {
        let float = prices.guided.float_percent.as_ref().map_or(0, |float| float.value);
        let cap_fen = guided.value + guided.value.percent(float);
        return if month_fen > cap_fen { PriceFinding::OverCap { cap_fen } } else { PriceFinding::Within };
    }
    match prices.reference.month_fen.get(&class).map(|range| range.value) {
        Some((low_fen, high_fen)) if month_fen < low_fen || month_fen > high_fen => {
            PriceFinding::OutsideReference { low_fen, high_fen }
        }
        Some(_) => PriceFinding::Within,
        None => PriceFinding::NoText,
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::policy::Standing;

    use super::{
        super::testing::{RUSHAN, rules},
        *,
    };
    use crate::policy::{Figure, Guided, Reference};

    #[test]
    fn a_price_above_the_cap_is_not_allowed() {
        let prices = rules(RUSHAN, "2026-11-22").price;
        let cap = |fen| PriceFinding::OverCap { cap_fen: Fen(fen) };
        let cases = [
            (ClassKind::Infant, 190_000, PriceFinding::Within),
            (ClassKind::Infant, 190_001, cap(190_000)),
            (ClassKind::Toddler, 140_000, PriceFinding::Within),
            (ClassKind::Toddler, 140_001, cap(140_000)),
            (ClassKind::SeniorToddler, 120_000, PriceFinding::Within),
            (ClassKind::SeniorToddler, 120_001, cap(120_000)),
            (ClassKind::Mixed, 120_000, PriceFinding::Within),
            (ClassKind::Mixed, 190_000, cap(120_000)),
        ];
        for (class, month, expected) in cases {
            assert_eq!(month_price(&prices, class, Fen(month)), expected, "{class} for {month}");
        }
        let elsewhere = rules("jining", "2026-11-22").price;
        assert_eq!(month_price(&elsewhere, ClassKind::Infant, Fen(999_900)), PriceFinding::NoText);
    }

    fn figure<T>(value: T) -> Figure<T> {
        Figure { value, key: "price".to_owned(), standing: Standing::InForce }
    }

    #[test]
    fn a_guided_price_floats_and_a_reference_range_forbids_nothing() {
        let guided =
            Guided { month_fen: [(ClassKind::Infant, figure(Fen(100_000)))].into(), float_percent: Some(figure(20)) };
        let reference = Reference { month_fen: [(ClassKind::Toddler, figure((Fen(80_000), Fen(150_000))))].into() };
        let prices = Prices { guided, reference };
        let outside = PriceFinding::OutsideReference { low_fen: Fen(80_000), high_fen: Fen(150_000) };
        let cases = [
            (ClassKind::Infant, 120_000, PriceFinding::Within),
            (ClassKind::Infant, 120_001, PriceFinding::OverCap { cap_fen: Fen(120_000) }),
            (ClassKind::Toddler, 150_000, PriceFinding::Within),
            (ClassKind::Toddler, 150_001, outside),
            (ClassKind::Toddler, 79_999, outside),
        ];
        for (class, month, expected) in cases {
            assert_eq!(month_price(&prices, class, Fen(month)), expected, "{class} for {month}");
        }
    }
}
