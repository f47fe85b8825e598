//! What the settings say about how many codes may be asked for, as limits to be checked one after the other.
//!
//! Whoever knows a phone number can ask for codes to it. So that this keeps nobody out:
//!
//! - By the hour and the day each address has its own share of a phone's codes: who uses his up stops only himself.
//! - All strangers together have a larger share, against whoever comes from many addresses. A device on which this
//!   phone has signed in before is no stranger: it keeps its own share then.
//! - A minute must pass between two codes to a phone, whoever asks; the phone has a fresh code then, and it works.
//! - Tries from other addresses than the one that asked for a code are counted apart from its own.

use chrono::Duration;

use crate::config::CodeLimits;

/// Whose codes count against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Phone,
    /// To the phone, asked for by the address.
    PhoneByAddress,
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

/// The limits that apply, shortest first. `known`: this phone has signed in on this device before.
pub fn of(settings: &CodeLimits, known: bool) -> impl Iterator<Item = Limit> {
    let strangers = if known { 0 } else { settings.codes_per_phone_day_strangers };
    let limit = |scope, most, within| Limit { scope, most, within };
    [
        limit(Scope::Phone, settings.codes_per_phone_minute, Duration::minutes(1)),
        limit(Scope::All, settings.codes_per_minute, Duration::minutes(1)),
        limit(Scope::PhoneByAddress, settings.codes_per_phone_hour, Duration::hours(1)),
        limit(Scope::Address, settings.codes_per_address_hour, Duration::hours(1)),
        limit(Scope::PhoneByAddress, settings.codes_per_phone_day, Duration::days(1)),
        limit(Scope::Phone, strangers, Duration::days(1)),
    ]
    .into_iter()
    .filter(|limit| limit.most > 0)
}
