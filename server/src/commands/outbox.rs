//! `doorstep outbox`

use std::str::FromStr;

use chrono::DateTime;
use clap::Args;
use doorstep_shared::{HalfHour, Timestamp, dates, messages::DeliveryState};

use super::{
    Format,
    export::{for_spreadsheets, table},
    open,
};
use crate::{
    config::Config,
    error::{Error, Result},
    outbox::{self, Wanted, Way},
};

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// `queued`, `sending`, `sent`, `failed`, `skipped` or `unknown`. Unless told: all.
    #[arg(long)]
    state: Option<DeliveryState>,

    /// Written from then on: `YYYY-MM-DD`, or a time as in `2026-03-02T08:00:00+08:00`. Unless told: all that is kept.
    #[arg(long)]
    since: Option<Since>,

    /// Rows at most, newest first.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,

    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

/// A moment, or the beginning of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Since(Timestamp);

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let at = || DateTime::parse_from_rfc3339(text).ok().map(Timestamp::from);
        let midnight = || dates::read(text).map(|date| Timestamp::at(date, HalfHour::MIDNIGHT));
        midnight().or_else(at).map(Self).ok_or_else(|| format!("{text:?} is no date and no time with an offset"))
    }
}

/// The messages and how far each has come on its ways, newest first: when, of what kind, to whom, and why it is where it
/// is. Phone numbers are masked, and what the messages say is left out: codes are among it.
///
/// # Errors
/// When the database cannot be read.
pub fn outbox(config: &Config, options: &Options) -> Result<String> {
    let wanted = Wanted { state: options.state, since: options.since.map(|since| since.0), limit: options.limit };
    let ways = open(config)?.read_blocking(|conn| Ok(outbox::ways(conn, &wanted)?))?;
    match options.format {
        Format::Json => serde_json::to_string_pretty(&ways).map_err(Error::internal),
        Format::Csv => for_spreadsheets(&table(Way::COLUMNS, &ways)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_begin_from_is_a_date_or_a_moment() {
        let at = |text: &str| text.parse::<Since>().map(|since| since.0.local().to_rfc3339());
        let midnight = "2026-03-02T00:00:00+08:00".to_owned();
        assert_eq!(at("2026-03-02"), Ok(midnight.clone()));
        assert_eq!(at("2026-03-01T16:00:00Z"), Ok(midnight));
        for text in ["", "yesterday", "2026-03-02 08:00", "2026-02-30"] {
            assert!(at(text).is_err(), "{text}");
        }
    }
}
