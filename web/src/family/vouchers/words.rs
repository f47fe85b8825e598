//! What vouchers are worth, where they are good, and why a child may not have one.

use std::collections::HashMap;

use doorstep_shared::nurseries::{DistrictOutline, Districts};
use doorstep_shared::vouchers::{EligibilityRule, Ineligible, Usable, ValueKind, VoucherState, VoucherValue};

use crate::{Locale, family::words, td};

/// What districts are called, by code.
pub struct Names(HashMap<String, String>);

impl Names {
    pub fn of(districts: Districts, locale: Locale) -> Self {
        let name = |district: DistrictOutline| match locale {
            Locale::Zh => (district.id, district.name),
            Locale::En => (district.id, district.name_en),
        };
        Self(districts.items.into_iter().map(name).collect())
    }

    /// One after the other; the code of one that is not known any more.
    fn list(&self, codes: &[String], locale: Locale) -> String {
        let names: Vec<_> = codes.iter().map(|code| self.0.get(code).unwrap_or(code)).collect();
        words::list(&names, locale)
    }
}

pub fn value(value: VoucherValue, locale: Locale) -> String {
    let amount = value.amount_fen;
    match value.kind {
        ValueKind::Fixed => td!(locale, vouchers.fixed, amount = amount),
        ValueKind::Percent => {
            td!(locale, vouchers.percent, percent = value.percent.unwrap_or_default(), amount = amount)
        }
        ValueKind::FreeSession => td!(locale, vouchers.free_session, amount = amount),
        ValueKind::Monthly => td!(locale, vouchers.monthly, amount = amount),
    }
}

/// The state with the class of its tag.
pub fn state(state: VoucherState, locale: Locale) -> (&'static str, &'static str) {
    match state {
        VoucherState::Claimed => (td!(locale, vouchers.state_claimed), "tag ok"),
        VoucherState::Locked => (td!(locale, vouchers.state_locked), "tag"),
        VoucherState::Redeemed | VoucherState::Settled => (td!(locale, vouchers.state_redeemed), "tag plain"),
        VoucherState::Expired => (td!(locale, vouchers.state_expired), "tag plain"),
        VoucherState::Void => (td!(locale, vouchers.state_void), "tag warn"),
        VoucherState::Recovered => (td!(locale, vouchers.state_recovered), "tag warn"),
    }
}

/// Each rule in a sentence that says what would make it so.
pub fn reasons(wrong: &[Ineligible], names: &Names, locale: Locale) -> Vec<String> {
    wrong.iter().map(|wrong| reason(wrong, names, locale)).collect()
}

fn reason(wrong: &Ineligible, names: &Names, locale: Locale) -> String {
    match wrong.rule {
        EligibilityRule::TooYoung => match wrong.from {
            Some(from) => td!(locale, vouchers.too_young, from = from),
            None => td!(locale, vouchers.too_young_never).to_owned(),
        },
        EligibilityRule::TooOld => td!(locale, vouchers.too_old, months = wrong.under_months.unwrap_or_default()),
        EligibilityRule::District => {
            td!(locale, vouchers.district, districts = names.list(&wrong.districts, locale))
        }
        EligibilityRule::BirthOrder => {
            let orders: Vec<_> = wrong.birth_orders.iter().map(u8::to_string).collect();
            td!(locale, vouchers.birth_order, orders = words::list(&orders, locale))
        }
        EligibilityRule::Enrolled => td!(locale, vouchers.enrolled).to_owned(),
        EligibilityRule::NotEnrolled => td!(locale, vouchers.not_enrolled).to_owned(),
        EligibilityRule::NotFirst => td!(locale, vouchers.not_first).to_owned(),
        EligibilityRule::FamilyLimit => td!(locale, vouchers.family_limit).to_owned(),
    }
}

/// Where it may be used, as far as that is limited.
pub fn usable(usable: &Usable, names: &Names, locale: Locale) -> Option<String> {
    let care: Vec<_> = usable.care.iter().map(|care| words::care(*care, locale)).collect();
    let kinds: Vec<_> = usable.nursery_kinds.iter().map(|kind| words::nursery_kind(*kind, locale)).collect();
    let inclusive = usable.inclusive_only.then(|| td!(locale, words.inclusive));
    let districts = (!usable.districts.is_empty())
        .then(|| td!(locale, vouchers.in_districts, districts = names.list(&usable.districts, locale)));
    let parts = [words::list(&care, locale), words::list(&kinds, locale)];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    let parts: Vec<_> = parts.chain(inclusive.map(str::to_owned)).chain(districts).collect();
    (!parts.is_empty()).then(|| td!(locale, vouchers.usable, places = parts.join(" · ")))
}
