//! What a city's policy fixes about places, in the form that this slice needs at every turn.

use std::collections::HashMap;

use doorstep_shared::{
    Date, Fen,
    care::{ClassKind, NurseryKind},
    slots::AgeRange,
};

use super::rules::SpecialDay;

/// Ages and numbers of a class kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standard {
    /// On the day of care.
    pub ages: AgeRange,
    /// Children at most.
    pub cap: u16,
    /// Children per carer at most.
    pub ratio: u16,
}

/// A day that the calendar of the country names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDay {
    pub special: SpecialDay,
    pub name_zh: String,
    pub name_en: String,
}

/// Numbers of the policy that inventory and search need.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Care can be booked from today to so many days ahead.
    pub horizon_days: u16,
    /// Temporary care can be booked so many days ahead.
    pub temporary_ahead_days: u16,
    /// Shortest hourly care, in half-hours.
    pub hourly_least: u8,
    /// What most surveyed parents would pay at most, as the price of a day.
    pub common_price_fen: Fen,
    /// Of each class kind; see [`Terms::standard`].
    pub standards: HashMap<(ClassKind, NurseryKind), Standard>,
    /// Public holidays and 调休 workdays.
    pub calendar: HashMap<Date, NamedDay>,
}

impl Terms {
    /// Ages, cap and ratio of a class. A kind that the policy does not know has no place for anybody.
    pub fn standard(&self, class: ClassKind, nursery: NurseryKind) -> Standard {
        let nobody = Standard { ages: AgeRange { from_months: 0, to_months: 0 }, cap: 0, ratio: 0 };
        self.standards.get(&(class, nursery)).copied().unwrap_or(nobody)
    }

    pub fn special(&self, date: Date) -> Option<SpecialDay> {
        self.calendar.get(&date).map(|named| named.special)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The national standard in short, with one holiday and the Sunday that pays for it.
    pub fn terms() -> Terms {
        let mut standards = HashMap::new();
        for nursery in NurseryKind::ALL {
            for (class, from_months, to_months, cap, ratio) in [
                (ClassKind::Infant, 6, 12, 10, 3),
                (ClassKind::Toddler, 12, 24, 15, 5),
                (ClassKind::SeniorToddler, 24, 36, 20, 7),
                (ClassKind::Mixed, 18, 36, 18, 5),
            ] {
                let ages = AgeRange { from_months, to_months };
                standards.insert((class, *nursery), Standard { ages, cap, ratio });
            }
        }
        let named = |special| NamedDay { special, name_zh: "元旦".to_owned(), name_en: "New Year's Day".to_owned() };
        let calendar = [("2027-01-01", SpecialDay::Holiday), ("2026-12-27", SpecialDay::Workday)];
        Terms {
            horizon_days: 60,
            temporary_ahead_days: 14,
            hourly_least: 2,
            common_price_fen: Fen(9_000),
            standards,
            calendar: calendar.into_iter().map(|(date, day)| (date.parse().unwrap(), named(day))).collect(),
        }
    }
}
