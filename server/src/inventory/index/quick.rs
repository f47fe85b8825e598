//! Reading SQLite's class-days quickly: there are sixty times as many as classes, and a start waits for all of them.
//!
//! The usual way copies each value, and parses dates, which SQLite keeps as texts, with a general parser.

use std::ops::Range;

use chrono::NaiveDate;
use diesel::{
    backend::Backend,
    deserialize::{FromSql, FromSqlRow, Result},
    sql_types,
    sqlite::Sqlite,
};
use doorstep_shared::ids::ClassId;
use uuid::Uuid;

use super::table;
use crate::inventory::rules::Used;

#[derive(Debug, FromSqlRow)]
pub struct QuickClass(pub ClassId);

impl FromSql<sql_types::Binary, Sqlite> for QuickClass {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> Result<Self> {
        Ok(Self(ClassId(Uuid::from_slice(value.read_blob())?)))
    }
}

/// A date as the number that [`table::number`] gives it.
#[derive(Debug, FromSqlRow)]
pub struct QuickDay(pub i32);

impl FromSql<sql_types::Date, Sqlite> for QuickDay {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> Result<Self> {
        let text = value.read_text();
        let digits = |place: Range<usize>| {
            let digits = text.as_bytes().get(place)?;
            digits
                .iter()
                .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
        };
        let date = || NaiveDate::from_ymd_opt(i32::try_from(digits(0..4)?).ok()?, digits(5..7)?, digits(8..10)?);
        Ok(Self(table::number(date().ok_or_else(|| format!("{text:?} is no date"))?)))
    }
}

#[derive(Debug, FromSqlRow)]
pub struct QuickUsed(pub Used);

impl FromSql<sql_types::Binary, Sqlite> for QuickUsed {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> Result<Self> {
        let bytes = value.read_blob();
        Ok(Self(Used::from_bytes(bytes).ok_or_else(|| format!("{} half-hours in a day", bytes.len()))?))
    }
}
