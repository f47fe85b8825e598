//! Money in whole fen (1 yuan = 100 fen). Never a float.

use serde::{Deserialize, Serialize};

/// An amount in fen; negative for what is taken off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "db", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
#[cfg_attr(feature = "db", diesel(sql_type = diesel::sql_types::BigInt))]
pub struct Fen(pub i64);

impl Fen {
    pub const ZERO: Self = Self(0);

    /// Whole yuan, as price lists print them.
    pub const fn from_yuan(yuan: i64) -> Self {
        Self(yuan * 100)
    }

    /// `percent` of the amount, rounded down to the fen: rounding never costs the family.
    pub const fn percent(self, percent: u8) -> Self {
        Self(self.0 * percent as i64 / 100)
    }

    pub const fn times(self, count: i64) -> Self {
        Self(self.0 * count)
    }
}

impl std::ops::Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::iter::Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, std::ops::Add::add)
    }
}

/// `¥60` or `¥60.50`: fen are shown only where there are some.
impl std::fmt::Display for Fen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "−" } else { "" };
        let (yuan, fen) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match fen {
            0 => write!(f, "{sign}¥{yuan}"),
            _ => write!(f, "{sign}¥{yuan}.{fen:02}"),
        }
    }
}

#[cfg(feature = "db")]
mod db {
    use diesel::{backend::Backend, deserialize, deserialize::FromSql, serialize, serialize::ToSql, sql_types::BigInt};

    use super::Fen;

    impl<DB: Backend> ToSql<BigInt, DB> for Fen
    where
        i64: ToSql<BigInt, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, DB>) -> serialize::Result {
            self.0.to_sql(out)
        }
    }

    impl<DB: Backend> FromSql<BigInt, DB> for Fen
    where
        i64: FromSql<BigInt, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            i64::from_sql(bytes).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fen;

    #[test]
    fn an_amount_reads_as_on_a_price_list() {
        let cases = [(6000, "¥60"), (6050, "¥60.50"), (-6005, "−¥60.05"), (0, "¥0"), (7, "¥0.07")];
        for (fen, text) in cases {
            assert_eq!(Fen(fen).to_string(), text);
        }
    }
}
