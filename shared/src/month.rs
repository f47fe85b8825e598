//! Calendar months.

use chrono::{Datelike as _, Days, Months};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{dates, time::Date};

/// A calendar month, `YYYY-MM`, in the years that a date may lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "db", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
#[cfg_attr(feature = "db", diesel(sql_type = diesel::sql_types::Date))]
pub struct Month(Date);

/// A text that names no month.
#[derive(Debug, thiserror::Error)]
#[error("a month is written YYYY-MM, in the years 1900 to 2199, got {0:?}")]
pub struct NotAMonth(String);

impl Month {
    /// The month that a day lies in.
    pub fn of(date: Date) -> Self {
        Self(date.with_day(1).unwrap_or(date))
    }

    pub const fn first(self) -> Date {
        self.0
    }

    pub fn last(self) -> Date {
        self.next().0.checked_sub_days(Days::new(1)).unwrap_or(self.0)
    }

    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    pub fn previous(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(self.0))
    }

    pub fn contains(self, date: Date) -> bool {
        Self::of(date) == self
    }

    /// Each day of it.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let last = self.last();
        self.0.iter_days().take_while(move |date| *date <= last)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl std::str::FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_written_so = text.len() == 7;
        let first = dates::read(&format!("{text}-01")).filter(|_| is_written_so);
        first.map(Self).ok_or_else(|| NotAMonth(text.to_owned()))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};

    use super::Month;

    impl utoipa::PartialSchema for Month {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some("^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"))
                .description(Some("A calendar month, `YYYY-MM`"))
                .into()
        }
    }
    impl utoipa::ToSchema for Month {}
}

/// By its first day.
#[cfg(feature = "db")]
mod db {
    use diesel::{backend::Backend, deserialize, deserialize::FromSql, serialize, serialize::ToSql, sql_types};

    use super::Month;
    use crate::time::Date;

    impl<DB: Backend> ToSql<sql_types::Date, DB> for Month
    where
        Date: ToSql<sql_types::Date, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, DB>) -> serialize::Result {
            self.0.to_sql(out)
        }
    }

    impl<DB: Backend> FromSql<sql_types::Date, DB> for Month
    where
        Date: FromSql<sql_types::Date, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            Date::from_sql(bytes).map(Self::of)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_in_one_way_and_knows_its_days() {
        let cases = [
            ("2026-11", Some(("2026-11-01", "2026-11-30", 30))),
            ("2028-02", Some(("2028-02-01", "2028-02-29", 29))),
            ("2026-12", Some(("2026-12-01", "2026-12-31", 31))),
            ("2026-13", None),
            ("2026-1", None),
            ("2026-11-01", None),
            ("1899-12", None),
            ("2200-01", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let month = text.parse::<Month>().ok();
            let found = month.map(|month| (month.first().to_string(), month.last().to_string(), month.days().count()));
            let expected = expected.map(|(first, last, days)| (first.to_owned(), last.to_owned(), days));
            assert_eq!(found, expected, "{text}");
            assert!(month.is_none_or(|month| month.to_string() == text), "{text}");
        }
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(
            (december.next().to_string(), december.previous().to_string()),
            ("2027-01".into(), "2026-11".into())
        );
        assert!(december.contains("2026-12-31".parse().unwrap()) && !december.contains("2027-01-01".parse().unwrap()));
    }
}
