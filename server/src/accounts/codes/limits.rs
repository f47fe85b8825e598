//! What the settings say about how many codes may be asked for, as limits to be checked one after the other.

use chrono::Duration;

use crate::config::CodeLimits;

/// Whose codes count against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Phone,
    Address,
    All,
}

/// At most so many codes of one scope in any stretch of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub scope: Scope,
    pub most: u16,
    pub within: Duration,
}

/// The limits that apply, shortest first.
pub fn of(settings: &CodeLimits) -> impl Iterator<Item = Limit> {
    let limit = |scope, most, within| Limit { scope, most, within };
    [
        limit(Scope::Phone, settings.codes_per_phone_minute, Duration::minutes(1)),
        limit(Scope::All, settings.codes_per_minute, Duration::minutes(1)),
        limit(Scope::Phone, settings.codes_per_phone_hour, Duration::hours(1)),
        limit(Scope::Address, settings.codes_per_address_hour, Duration::hours(1)),
        limit(Scope::Phone, settings.codes_per_phone_day, Duration::days(1)),
    ]
    .into_iter()
    .filter(|limit| limit.most > 0)
}
