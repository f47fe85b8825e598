//! How many codes may be asked for: the settings, with their reasons.

use chrono::Duration;

/// Codes at most. 0 lifts a limit.
#[derive(Clone, Debug, clap::Args)]
pub struct CodeLimits {
    /// Sign-in codes to one phone in a minute: a text message needs that long, so asking again sooner helps nobody.
    #[arg(long, env = "DOORSTEP_CODES_PER_PHONE_MINUTE", default_value_t = 1)]
    pub codes_per_phone_minute: u16,

    /// Sign-in codes to one phone in an hour: more than anyone mistypes; keeps others from pestering a phone.
    #[arg(long, env = "DOORSTEP_CODES_PER_PHONE_HOUR", default_value_t = 5)]
    pub codes_per_phone_hour: u16,

    /// Sign-in codes to one phone in a day. With five tries each, guessing one takes 55 years on average.
    #[arg(long, env = "DOORSTEP_CODES_PER_PHONE_DAY", default_value_t = 10)]
    pub codes_per_phone_day: u16,

    /// Sign-in codes asked for by one address in an hour: all parents of a nursery may come through one.
    #[arg(long, env = "DOORSTEP_CODES_PER_ADDRESS_HOUR", default_value_t = 60)]
    pub codes_per_address_hour: u16,

    /// Sign-in codes altogether in a minute: text messages cost money, and a city never needs as many.
    #[arg(long, env = "DOORSTEP_CODES_PER_MINUTE", default_value_t = 1_000)]
    pub codes_per_minute: u16,
}

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

impl CodeLimits {
    /// The limits that apply, shortest first.
    pub fn limits(&self) -> impl Iterator<Item = Limit> {
        let limit = |scope, most, within| Limit { scope, most, within };
        [
            limit(Scope::Phone, self.codes_per_phone_minute, Duration::minutes(1)),
            limit(Scope::All, self.codes_per_minute, Duration::minutes(1)),
            limit(Scope::Phone, self.codes_per_phone_hour, Duration::hours(1)),
            limit(Scope::Address, self.codes_per_address_hour, Duration::hours(1)),
            limit(Scope::Phone, self.codes_per_phone_day, Duration::days(1)),
        ]
        .into_iter()
        .filter(|limit| limit.most > 0)
    }
}

/// As configured unless told otherwise.
impl Default for CodeLimits {
    fn default() -> Self {
        Self {
            codes_per_phone_minute: 1,
            codes_per_phone_hour: 5,
            codes_per_phone_day: 10,
            codes_per_address_hour: 60,
            codes_per_minute: 1_000,
        }
    }
}
