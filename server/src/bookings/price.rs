//! What care costs, and what cancelling it costs. Pure arithmetic in whole fen.

use doorstep_shared::{
    Date, Fen, Span, Timestamp,
    bookings::{CancelRule, PriceLine},
    care::{CareKind, ClassKind},
    ids::OfferId,
};

/// One child on one day, as far as money goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge<'a> {
    pub child_name: &'a str,
    pub offer: OfferId,
    pub class_kind: ClassKind,
    pub care: CareKind,
    pub date: Date,
    pub span: Span,
    /// Of one window; of one hour for hourly care.
    pub unit_price: Fen,
    /// Of this day.
    pub price: Fen,
}

/// The price of one day: that of the window, or of its half-hours where care is hourly (half a fen is not charged).
pub fn of_day(care: CareKind, unit_price: Fen, span: Span) -> Fen {
    care.price_of(unit_price, span)
}

/// The arithmetic, one line for each child, offer and unit price, in the order in which they first appear.
pub fn lines<'a>(charges: impl IntoIterator<Item = Charge<'a>>) -> Vec<PriceLine> {
    let mut lines: Vec<(OfferId, PriceLine)> = Vec::new();
    for charge in charges {
        let units = match charge.care {
            CareKind::Hourly => u32::from(charge.span.half_hours()),
            CareKind::FullDay | CareKind::HalfDay | CareKind::Temporary => 1,
        };
        let same = |(offer, line): &&mut (OfferId, PriceLine)| {
            *offer == charge.offer && line.child_name == charge.child_name && line.unit_price_fen == charge.unit_price
        };
        match lines.iter_mut().find(same) {
            Some((_, line)) => {
                line.units += units;
                line.amount_fen = line.amount_fen + charge.price;
            }
            None => {
                let line = PriceLine {
                    label: String::new(),
                    care: charge.care,
                    class_kind: charge.class_kind,
                    child_name: charge.child_name.to_owned(),
                    units,
                    unit_price_fen: charge.unit_price,
                    amount_fen: charge.price,
                };
                lines.push((charge.offer, line));
            }
        }
    }
    lines.into_iter().map(|(_, line)| PriceLine { label: label(&line), ..line }).collect()
}

/// In Chinese, for receipts: `全日托 3 天 × ¥180`, `计时托 2.5 小时 × ¥30`.
fn label(line: &PriceLine) -> String {
    let unit = line.unit_price_fen;
    match line.care {
        CareKind::FullDay => format!("全日托 {} 天 × {unit}", line.units),
        CareKind::HalfDay => format!("半日托 {} 次 × {unit}", line.units),
        CareKind::Temporary => format!("临时托 {} 次 × {unit}", line.units),
        CareKind::Hourly => {
            let half = if line.units.is_multiple_of(2) { "" } else { ".5" };
            format!("计时托 {}{half} 小时 × {unit}", line.units / 2)
        }
    }
}

/// The last instant at which cancelling a day that begins at `begins` costs nothing.
pub fn free_until(rule: CancelRule, begins: Timestamp) -> Timestamp {
    rule.free_until(begins)
}

/// What cancelling one day at `now` costs: nothing up to [`free_until`], then the frozen share of the day's price,
/// and all of it once the care has begun, because the place was kept and cannot be sold again.
pub fn of_cancelling(rule: CancelRule, begins: Timestamp, price: Fen, now: Timestamp) -> Fen {
    if begins <= now {
        price
    } else if now <= free_until(rule, begins) {
        Fen::ZERO
    } else {
        price.percent(rule.late_percent)
    }
}

/// The rule of a booking over several offers: of each number the one that is better for the family.
pub fn mildest(rules: impl IntoIterator<Item = CancelRule>) -> Option<CancelRule> {
    rules.into_iter().reduce(|one, other| CancelRule {
        free_until_hours: one.free_until_hours.min(other.free_until_hours),
        late_percent: one.late_percent.min(other.late_percent),
    })
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    #[test]
    fn hourly_care_is_charged_by_the_half_hour() {
        let cases = [
            ("a full day costs its window", CareKind::FullDay, 18_000, "08:00-17:30", 18_000),
            ("a half day costs its window", CareKind::HalfDay, 9_000, "08:00-12:00", 9_000),
            ("a temporary day costs its window", CareKind::Temporary, 12_000, "08:00-12:00", 12_000),
            ("two hours", CareKind::Hourly, 3_000, "09:00-11:00", 6_000),
            ("an hour and a half", CareKind::Hourly, 3_000, "09:00-10:30", 4_500),
            ("half a fen is not charged", CareKind::Hourly, 2_501, "09:00-10:30", 3_751),
        ];
        for (name, care, unit, window, price) in cases {
            assert_eq!(of_day(care, Fen(unit), span(window)), Fen(price), "{name}");
        }
    }

    #[test]
    fn days_of_one_child_in_one_offer_make_one_line() {
        let (hourly, full_day, next_class) = (OfferId::new(), OfferId::new(), OfferId::new());
        let charge = |child_name, offer, care, date: &str, window, unit| Charge {
            child_name,
            offer,
            class_kind: if offer == next_class { ClassKind::SeniorToddler } else { ClassKind::Toddler },
            care,
            date: date.parse().unwrap(),
            span: span(window),
            unit_price: Fen(unit),
            price: of_day(care, Fen(unit), span(window)),
        };
        let lines = lines([
            charge("安安", hourly, CareKind::Hourly, "2026-12-01", "09:00-11:00", 3_000),
            charge("乐乐", full_day, CareKind::FullDay, "2026-12-01", "08:00-17:30", 18_000),
            charge("安安", hourly, CareKind::Hourly, "2026-12-02", "09:00-10:30", 3_000),
            charge("乐乐", full_day, CareKind::FullDay, "2026-12-02", "08:00-17:30", 18_000),
            charge("乐乐", next_class, CareKind::FullDay, "2026-12-03", "08:00-17:30", 18_000),
        ]);
        let read = lines.iter().map(|line| (line.label.as_str(), line.class_kind, line.units, line.amount_fen.0));
        let expected = [
            ("计时托 3.5 小时 × ¥30", ClassKind::Toddler, 7, 10_500),
            ("全日托 2 天 × ¥180", ClassKind::Toddler, 2, 36_000),
            ("全日托 1 天 × ¥180", ClassKind::SeniorToddler, 1, 18_000),
        ];
        assert_eq!(read.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn cancelling_costs_what_the_frozen_rule_says() {
        let begins = Timestamp::at("2026-12-01".parse().unwrap(), "08:00".parse().unwrap());
        let rule = CancelRule { free_until_hours: 24, late_percent: 50 };
        let cases = [
            ("a week before", Duration::days(7), 0),
            ("at the last free instant", Duration::hours(24), 0),
            ("a microsecond later", Duration::hours(24) - Duration::microseconds(1), 5_000),
            ("an hour before", Duration::hours(1), 5_000),
            ("a microsecond before it begins", Duration::microseconds(1), 5_000),
            ("when it begins", Duration::zero(), 10_001),
            ("after it began", -Duration::hours(2), 10_001),
        ];
        for (name, before, cost) in cases {
            assert_eq!(of_cancelling(rule, begins, Fen(10_001), begins - before), Fen(cost), "{name}");
        }
        let free = CancelRule { free_until_hours: 0, late_percent: 100 };
        assert_eq!(of_cancelling(free, begins, Fen(100), begins - Duration::microseconds(1)), Fen::ZERO);
    }

    #[test]
    fn siblings_get_the_milder_of_two_rules() {
        let rule = |free_until_hours, late_percent| CancelRule { free_until_hours, late_percent };
        assert_eq!(mildest([rule(24, 30), rule(12, 50)]), Some(rule(12, 30)));
        assert_eq!(mildest([]), None);
    }
}
