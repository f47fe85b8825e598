//! Dates as callers write them: `YYYY-MM-DD`, in years that mean something here.
//!
//! chrono reads years up to ±262,143. Reckoning with those overflows, and PostgreSQL stores none of them; so every date
//! of a request is decoded by [`deserialize`], and every date of a page's address or form by [`read`].

use chrono::Datelike as _;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::time::Date;

/// The years that a date may lie in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// The date that a text names. None when it names none, or one outside of 1900 to 2199.
pub fn read(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| YEARS.contains(&date.year()))
}

/// What holds dates in a request.
pub trait Dates {
    fn dates(&self) -> &[Date];
}

impl Dates for Date {
    fn dates(&self) -> &[Date] {
        std::slice::from_ref(self)
    }
}

impl Dates for Option<Date> {
    fn dates(&self) -> &[Date] {
        self.as_slice()
    }
}

impl Dates for Vec<Date> {
    fn dates(&self) -> &[Date] {
        self
    }
}

/// For `#[serde(deserialize_with)]`: as the type reads itself, within the years that a date may lie in.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Dates,
{
    let value = T::deserialize(deserializer)?;
    match value.dates().iter().find(|date| !YEARS.contains(&date.year())) {
        Some(date) => Err(D::Error::custom(format!("a date lies in the years 1900 to 2199, got {date}"))),
        None => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_a_year_of_four_digits() {
        let cases = [
            ("2026-11-23", true),
            ("1900-01-01", true),
            ("2199-12-31", true),
            ("1899-12-31", false),
            ("2200-01-01", false),
            ("0000-01-01", false),
            ("+12026-11-23", false),
            ("+262142-12-31", false),
            ("-262143-01-01", false),
            ("-200000-01-01", false),
            ("2026-02-30", false),
            ("", false),
        ];
        #[derive(Deserialize)]
        struct Asked {
            #[serde(deserialize_with = "deserialize")]
            date: Vec<Date>,
        }
        for (text, good) in cases {
            assert_eq!(read(text).is_some(), good, "{text}");
            let asked: Result<Asked, _> = serde_json::from_value(serde_json::json!({ "date": [text] }));
            assert_eq!(asked.map(|asked| asked.date.len()).ok(), good.then_some(1), "{text}");
        }
    }
}
