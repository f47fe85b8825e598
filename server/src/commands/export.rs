//! `doorstep export bookings`

use doorstep_shared::{Date, Timestamp, ids::NurseryId};

use super::open;
use crate::{
    bookings::{self, Expected},
    config::Config,
    error::{Error, Result},
};

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Json,
}

/// The children whom a nursery expects on a day, by nursery, window and name; those of every nursery unless one is
/// named.
///
/// It holds what the people at the door need: who comes, when, to which class, how old, who picks up, and the code that
/// the family says. Health facts are not in it.
///
/// # Errors
/// When the database cannot be read or written: that a list was taken leaves an audit row.
pub fn export_bookings(
    config: &Config,
    now: Timestamp,
    nursery: Option<NurseryId>,
    date: Option<Date>,
    format: Format,
) -> Result<String> {
    let db = open(config)?;
    let date = date.unwrap_or_else(|| now.local_date());
    let expected = db.write_blocking(move |conn| bookings::expected(conn, now, nursery, date))?;
    match format {
        Format::Json => serde_json::to_string_pretty(&expected).map_err(Error::internal),
        Format::Csv => csv(&expected),
    }
}

fn csv(expected: &[Expected]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    // With its heading also when nobody comes.
    writer.write_record(Expected::COLUMNS).map_err(Error::internal)?;
    for row in expected {
        writer.serialize(row).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(Error::internal)?;
    String::from_utf8(bytes).map_err(Error::internal)
}
