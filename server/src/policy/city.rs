//! What cities pay and allow, on one day. Where no text of the city says anything, there is nothing here.
//!
//! Each figure knows its key, by which its source is found, and whether it binds: a draft is reckoned with and pays
//! nothing.

use std::collections::BTreeMap;

use doorstep_shared::{
    Fen,
    care::{ClassKind, NurseryKind, Ownership},
    policy::Standing,
};
use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure<T> {
    pub value: T,
    /// As in the file.
    pub key: String,
    /// In force, a setting or a draft.
    pub standing: Standing,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CityRules {
    pub subsidies: Subsidies,
    pub vouchers: VoucherTexts,
    pub price: Prices,
    pub indicators: Indicators,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subsidies {
    pub enrolment: Enrolment,
    pub employer: EmployerShare,
    pub operating: Operating,
    pub construction: Construction,
    /// City to county, by the name of the district or county; `others` for those that are not named.
    pub shares: BTreeMap<String, Figure<(u16, u16)>>,
    /// For how many more years building and operating subsidies go on.
    pub continued_years: Option<Figure<u16>>,
    pub month_counts: Option<Figure<MonthCounts>>,
    /// Months that make the whole of what is paid for a year.
    pub months_a_year: Option<Figure<u8>>,
}

/// Money for each enrolled child and month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Enrolment {
    pub each_child_fen: Option<Figure<Fen>>,
    /// In completed months, not included. None: the text names no age.
    pub under_months: Option<Figure<u16>>,
    /// For a child of that birth order and no other.
    pub by_birth_order: BTreeMap<Count, Figure<Fen>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmployerShare {
    /// The share of the fee at most, as so many times the share that the employer repays for kindergarten.
    pub times_kindergarten: Option<Figure<u16>>,
}

/// To nurseries, for a year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operating {
    pub each_place_fen: Option<Figure<Fen>>,
    /// Who gets it for places: of one of these owners, or of one of these kinds.
    pub ownerships: Option<Figure<Vec<Ownership>>>,
    pub kinds: Option<Figure<Vec<NurseryKind>>>,
    pub each_child_infant_fen: Option<Figure<Fen>>,
    pub each_child_other_fen: Option<Figure<Fen>>,
    /// What the city gives the county for the same child.
    pub city_reward_infant_fen: Option<Figure<Fen>>,
    pub city_reward_other_fen: Option<Figure<Fen>>,
}

/// Once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Construction {
    /// From so many places on.
    pub from_places: BTreeMap<Count, Figure<Fen>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoucherTexts {
    /// Vouchers are given out; each campaign fixes the amount.
    pub consumer: Option<Figure<bool>>,
    /// Names of the districts where a first visit is free.
    pub trial_districts: Option<Figure<Vec<String>>>,
    /// More than this share of those who have used one is to be enrolled afterwards.
    pub trial_conversion_percent: Option<Figure<u8>>,
}

/// What the basic care fee of inclusive nurseries may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    pub guided: Guided,
    pub reference: Reference,
}

/// A price that the government guides: nobody may take more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guided {
    /// For a month of full-day care.
    pub month_fen: BTreeMap<ClassKind, Figure<Fen>>,
    /// By how much more it may float upwards.
    pub float_percent: Option<Figure<u8>>,
}

/// A range that is published for guidance: who lies outside of it breaks no rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reference {
    /// Lowest and highest for a month of full-day care.
    pub month_fen: BTreeMap<ClassKind, Figure<(Fen, Fen)>>,
}

/// Reported for the city, no rule for anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Indicators {
    /// The average price at most, of disposable income per head.
    pub price_of_income_percent: Option<Figure<u8>>,
}

/// On which days of a month a child must be enrolled and of the age, for the month to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthCounts {
    FirstDay,
    AnyDay,
    EveryDay,
}

/// A number that is a key of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Count(pub u16);

impl TryFrom<String> for Count {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("{text:?} is no number to count by"))
    }
}

impl CityRules {
    /// What a type cannot say.
    ///
    /// # Errors
    /// With the key and what is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        let Subsidies { enrolment, operating, construction, shares, months_a_year, .. } = &self.subsidies;
        let amounts = [
            &enrolment.each_child_fen,
            &operating.each_place_fen,
            &operating.each_child_infant_fen,
            &operating.each_child_other_fen,
            &operating.city_reward_infant_fen,
            &operating.city_reward_other_fen,
        ];
        let amounts = amounts.into_iter().flatten().chain(enrolment.by_birth_order.values());
        let amounts = amounts.chain(construction.from_places.values()).chain(self.price.guided.month_fen.values());
        for Figure { value, key, .. } in amounts {
            refuse(*value <= Fen::ZERO, key, "must be more than nothing")?;
        }
        if let Some(both) = &enrolment.each_child_fen {
            refuse(!enrolment.by_birth_order.is_empty(), &both.key, "must not stand beside amounts by birth order")?;
        }
        for Figure { value: (city, county), key, .. } in shares.values() {
            refuse(*city == 0 && *county == 0, key, "must have at least one part")?;
        }
        if let Some(months) = months_a_year {
            refuse(!(1..=12).contains(&months.value), &months.key, "must be 1 to 12")?;
        }
        for (class, Figure { value: (low, high), key, .. }) in &self.price.reference.month_fen {
            refuse(low > high || *low < Fen::ZERO, key, "must go from the lower price to the higher")?;
            let guided = self.price.guided.month_fen.contains_key(class);
            refuse(guided, key, "must not stand beside a guided price: a class has one or the other")?;
        }
        let percents = [&self.vouchers.trial_conversion_percent, &self.indicators.price_of_income_percent];
        for Figure { value, key, .. } in percents.into_iter().flatten() {
            refuse(*value > 100, key, "must be 0 to 100")?;
        }
        Ok(())
    }
}

fn refuse(wrong: bool, key: &str, why: &str) -> Result<(), String> {
    if wrong { Err(format!("{key}: {why}")) } else { Ok(()) }
}
