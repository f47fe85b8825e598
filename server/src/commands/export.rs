//! `doorstep export bookings`

use doorstep_shared::{Date, Timestamp, ids::NurseryId};
use serde::Serialize;

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
        Format::Csv => for_spreadsheets(&table(Expected::COLUMNS, &expected)?),
    }
}

/// Rows as CSV, with their heading also when there is none.
pub fn table<const COLUMNS: usize>(columns: [&str; COLUMNS], rows: &[impl Serialize]) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(columns).map_err(Error::internal)?;
    for row in rows {
        writer.serialize(row).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(Error::internal)
}

/// The same table, each cell as a spreadsheet may have it.
pub fn for_spreadsheets(table: &[u8]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in csv::ReaderBuilder::new().has_headers(false).from_reader(table).records() {
        writer.write_record(record.map_err(Error::internal)?.iter().map(harmless)).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(Error::internal)?;
    String::from_utf8(bytes).map_err(Error::internal)
}

/// Families write names; a spreadsheet takes what begins with one of these for a formula and runs it. An apostrophe
/// makes it text again. Control characters become spaces.
fn harmless(cell: &str) -> String {
    let text: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with('\t') {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        let cases = [
            ("小满", "小满"),
            ("09:00", "09:00"),
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1+1", "' =1+1"),
            (" =1+1", "' =1+1"),
            ("a=1", "a=1"),
            ("a\u{7}\nb", "a  b"),
            ("", ""),
        ];
        for (cell, harmless_cell) in cases {
            assert_eq!(harmless(cell), harmless_cell, "{cell:?}");
        }
    }
}
