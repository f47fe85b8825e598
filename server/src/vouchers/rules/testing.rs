//! The packs as they ship, and a nursery that fulfils everything.

use std::path::Path;

use doorstep_shared::{
    Date,
    care::{NurseryKind, Ownership},
};

use super::Nursery;
use crate::policy::{CityRules, Policies};

/// A price list for tests: the case that DOMAIN gives.
pub const RUSHAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/vouchers/rules/rushan.toml");

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// What a pack or file says on a day.
pub fn rules(pack: &str, on: &str) -> CityRules {
    Policies::load(Some(Path::new(pack)), None).unwrap().city_on(date(on)).clone()
}

pub const NURSERY: Nursery = Nursery {
    kind: NurseryKind::ChildcareInstitution,
    ownership: Ownership::Private,
    inclusive: true,
    price_kept: true,
    registered: true,
    filed: true,
    up_to_standard: true,
    places: 50,
};
