//! Instants, local dates and half-hours.
//!
//! Local rules are those of Asia/Shanghai, which has had no daylight saving since 1991, so its offset is a constant.
//! Calendar dates never travel through timestamps.

use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A local calendar date, `YYYY-MM-DD`.
pub type Date = chrono::NaiveDate;

/// China Standard Time.
pub fn china() -> FixedOffset {
    #[expect(clippy::expect_used, reason = "eight hours are within the range of an offset")]
    FixedOffset::east_opt(8 * 3600).expect("a valid offset")
}

/// An instant, in UTC, cut to microseconds: both databases then return what was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "db", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
#[cfg_attr(feature = "db", diesel(sql_type = diesel::sql_types::Timestamp))]
pub struct Timestamp(NaiveDateTime);

impl Timestamp {
    pub fn from_utc(instant: NaiveDateTime) -> Self {
        let micros = instant.nanosecond() / 1_000 * 1_000;
        Self(instant.with_nanosecond(micros).unwrap_or(instant))
    }

    /// Microseconds since 1970, for compact storage in the index.
    pub fn micros(self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(|instant| Self(instant.naive_utc()))
    }

    pub fn utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }

    /// The wall clock in China at this instant.
    pub fn local(self) -> DateTime<FixedOffset> {
        self.utc().with_timezone(&china())
    }

    /// The calendar date in China at this instant.
    pub fn local_date(self) -> Date {
        self.local().date_naive()
    }

    /// `HH:MM` in China.
    pub fn clock_time(self) -> String {
        self.local().format("%H:%M").to_string()
    }

    /// The instant at which `half_hour` begins on `date` in China. 24:00 is the next midnight. For the first day that
    /// there is, on which it is not yet that day in UTC: the first instant that there is.
    pub fn at(date: Date, half_hour: HalfHour) -> Self {
        let since_midnight_utc = Duration::minutes((i64::from(half_hour.0) - 16) * 30);
        Self(date.and_time(NaiveTime::MIN).checked_add_signed(since_midnight_utc).unwrap_or(NaiveDateTime::MIN))
    }

    /// Cut off below whole seconds, for tokens.
    pub fn seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, by: Duration) -> Self {
        Self(self.0 + by)
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, by: Duration) -> Self {
        Self(self.0 - by)
    }
}

impl std::ops::Sub for Timestamp {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.0 - earlier.0
    }
}

impl<Tz: TimeZone> From<DateTime<Tz>> for Timestamp {
    fn from(instant: DateTime<Tz>) -> Self {
        Self::from_utc(instant.naive_utc())
    }
}

/// RFC 3339 with China's offset.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.local().to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        DateTime::parse_from_rfc3339(&text).map(Self::from).map_err(D::Error::custom)
    }
}

/// A boundary between half-hours of a local day: 0 is 00:00, 17 is 08:30, 48 is 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "db", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
#[cfg_attr(feature = "db", diesel(sql_type = diesel::sql_types::SmallInt))]
pub struct HalfHour(u8);

/// Half-hours in a day.
pub const HALF_HOURS: usize = 48;

#[derive(Debug, thiserror::Error)]
pub enum NotAHalfHour {
    #[error("a clock time is written HH:MM, got {0:?}")]
    NotAClockTime(String),
    #[error("times go in steps of 30 minutes, got {0:?}")]
    NotAligned(String),
}

impl HalfHour {
    pub const MIDNIGHT: Self = Self(0);
    pub const END_OF_DAY: Self = Self(48);

    /// None above 48.
    pub const fn new(index: u8) -> Option<Self> {
        if index <= 48 { Some(Self(index)) } else { None }
    }

    pub const fn index(self) -> u8 {
        self.0
    }

    /// The half-hour running at this instant in China.
    pub fn containing(instant: Timestamp) -> Self {
        let local = instant.local();
        Self((local.hour() * 2 + local.minute() / 30) as u8)
    }
}

impl std::fmt::Display for HalfHour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 2, self.0 % 2 * 30)
    }
}

impl std::str::FromStr for HalfHour {
    type Err = NotAHalfHour;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not_a_time = || NotAHalfHour::NotAClockTime(text.to_owned());
        let (hours, minutes) = text.split_once(':').ok_or_else(not_a_time)?;
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !two_digits(hours) || !two_digits(minutes) {
            return Err(not_a_time());
        }
        let (hours, minutes) =
            (hours.parse::<u8>().map_err(|_| not_a_time())?, minutes.parse::<u8>().map_err(|_| not_a_time())?);
        if hours > 24 || minutes > 59 || (hours == 24 && minutes > 0) {
            return Err(not_a_time());
        }
        if minutes % 30 != 0 {
            return Err(NotAHalfHour::NotAligned(text.to_owned()));
        }
        Ok(Self(hours * 2 + minutes / 30))
    }
}

impl Serialize for HalfHour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HalfHour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// From one half-hour boundary to a later one of the same day; `to` is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// `HH:MM`, a multiple of 30 minutes.
    pub from: HalfHour,
    /// `HH:MM`, a multiple of 30 minutes, not included.
    pub to: HalfHour,
}

impl Span {
    /// None unless `from` lies before `to`.
    pub fn new(from: HalfHour, to: HalfHour) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Its length in half-hours.
    pub const fn half_hours(self) -> u8 {
        self.to.0.saturating_sub(self.from.0)
    }

    /// One bit per half-hour, bit 0 is 00:00–00:30.
    pub const fn mask(self) -> u64 {
        ((1_u64 << self.half_hours()) - 1) << self.from.0
    }

    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The indexes of its half-hours, for arrays of [`HALF_HOURS`].
    pub fn indexes(self) -> std::ops::Range<usize> {
        usize::from(self.from.0)..usize::from(self.to.0)
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}–{}", self.from, self.to)
    }
}

/// `09:00-11:00`, as configuration and tests write it.
impl std::str::FromStr for Span {
    type Err = NotAHalfHour;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not_a_span = || NotAHalfHour::NotAClockTime(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(not_a_span)?;
        Self::new(from.parse()?, to.parse()?).ok_or_else(not_a_span)
    }
}

#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{KnownFormat, SchemaFormat, Type},
    };

    use super::{HalfHour, Timestamp};

    impl utoipa::PartialSchema for Timestamp {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
                .description(Some("RFC 3339 with offset"))
                .into()
        }
    }
    impl utoipa::ToSchema for Timestamp {}

    impl utoipa::PartialSchema for HalfHour {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some("^([01][0-9]|2[0-3]):(00|30)$|^24:00$"))
                .description(Some("`HH:MM` in China, in steps of 30 minutes"))
                .into()
        }
    }
    impl utoipa::ToSchema for HalfHour {}
}

#[cfg(feature = "db")]
mod db {
    use chrono::NaiveDateTime;
    use diesel::{backend::Backend, deserialize, deserialize::FromSql, serialize, serialize::ToSql, sql_types};

    use super::{HalfHour, Timestamp};

    impl<DB: Backend> ToSql<sql_types::Timestamp, DB> for Timestamp
    where
        NaiveDateTime: ToSql<sql_types::Timestamp, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, DB>) -> serialize::Result {
            self.0.to_sql(out)
        }
    }

    impl<DB: Backend> FromSql<sql_types::Timestamp, DB> for Timestamp
    where
        NaiveDateTime: FromSql<sql_types::Timestamp, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            NaiveDateTime::from_sql(bytes).map(Self)
        }
    }

    impl<DB: Backend> ToSql<sql_types::SmallInt, DB> for HalfHour
    where
        i16: ToSql<sql_types::SmallInt, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, DB>) -> serialize::Result {
            // A lookup table lends the value for as long as the statement needs it.
            #[expect(
                clippy::indexing_slicing,
                reason = "evaluated by the compiler, where a wrong index does not build"
            )]
            const INDEXES: [i16; 49] = {
                let mut all = [0; 49];
                let mut at = 0;
                while at < 49 {
                    all[at] = at as i16;
                    at += 1;
                }
                all
            };
            INDEXES.get(usize::from(self.0)).ok_or("a half-hour above 48")?.to_sql(out)
        }
    }

    impl<DB: Backend> FromSql<sql_types::SmallInt, DB> for HalfHour
    where
        i16: FromSql<sql_types::SmallInt, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            let index = i16::from_sql(bytes)?;
            let half_hour = u8::try_from(index).ok().and_then(HalfHour::new);
            half_hour.ok_or_else(|| format!("{index} is no half-hour").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_times_go_in_steps_of_thirty_minutes() {
        let cases = [
            ("08:30", Some(17)),
            ("00:00", Some(0)),
            ("24:00", Some(48)),
            ("24:30", None),
            ("8:30", None),
            ("08:15", None),
            ("+8:00", None),
        ];
        for (text, index) in cases {
            assert_eq!(text.parse::<HalfHour>().ok().map(HalfHour::index), index, "{text}");
        }
    }

    #[test]
    fn a_span_knows_its_half_hours() -> Result<(), NotAHalfHour> {
        let morning: Span = "08:00-12:00".parse()?;
        assert_eq!(morning.half_hours(), 8);
        assert_eq!(morning.mask(), 0xFF << 16);
        let whole_day: Span = "00:00-24:00".parse()?;
        assert_eq!(whole_day.mask(), (1 << 48) - 1);
        assert!("12:00-12:00".parse::<Span>().is_err());
        Ok(())
    }

    #[test]
    fn a_local_morning_is_the_evening_before_in_utc() -> Result<(), Box<dyn std::error::Error>> {
        let date: Date = "2026-11-23".parse()?;
        let eight = Timestamp::at(date, "08:00".parse()?);
        assert_eq!(eight.utc().to_rfc3339(), "2026-11-23T00:00:00+00:00");
        assert_eq!(serde_json::to_string(&eight)?, "\"2026-11-23T08:00:00+08:00\"");
        assert_eq!(eight.local_date(), date);
        Ok(())
    }

    #[test]
    fn every_date_has_its_instants() {
        for half_hour in [HalfHour::MIDNIGHT, HalfHour::END_OF_DAY] {
            assert!(Timestamp::at(Date::MIN, half_hour) < Timestamp::at(Date::MAX, half_hour));
        }
    }
}
