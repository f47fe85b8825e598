//! The mapping file: which column is what, and how its words and numbers are to be read.

use std::{collections::BTreeMap, path::Path};

use doorstep_shared::{
    care::{CareKind, NurseryKind, Ownership},
    geo::Datum,
};
use serde::Deserialize;
use toml::Value;

use crate::error::{Error, Result};

/// Used when no mapping is named: the columns have the names of our own fields.
const PLAIN: &str = include_str!("plain.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Stands before every key, so that sources do not meet: `sapporo` makes `sapporo:1001`.
    pub source: String,
    /// JSON: where the list is, `result.records`; the whole file unless told.
    pub rows: Option<String>,
    /// XLSX: the sheet; the first unless told.
    pub sheet: Option<String>,
    /// CSV: what separates the columns; a comma unless told.
    pub delimiter: Option<char>,
    /// Texts that mean that nothing is told, in every column.
    #[serde(default)]
    pub empty: Vec<String>,
    /// What the coordinates were measured in; WGS-84 unless told.
    #[serde(default = "wgs84")]
    pub datum: Datum,
    /// What whoever reads the report should know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Rows that are not wanted, first match first.
    #[serde(default)]
    pub refuse: Vec<Refuse>,
    pub fields: Fields,
    #[serde(default)]
    pub prices: Prices,
}

const fn wgs84() -> Datum {
    Datum::Wgs84
}

/// Refuses rows that have one of these texts in a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    pub column: String,
    pub is: Vec<String>,
    pub reason: String,
}

/// Where each fact of a nursery is found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// What a later import knows the nursery by.
    pub key: Rule,
    pub name: Rule,
    pub kind: Rule,
    pub ownership: Option<Rule>,
    pub address: Option<Rule>,
    /// Code or name of a district of the register.
    pub district: Option<Rule>,
    pub lat: Rule,
    pub lng: Rule,
    pub phone: Option<Rule>,
    pub inclusive: Option<Rule>,
    pub rating: Option<Rule>,
    pub registration_no: Option<Rule>,
    pub filing_no: Option<Rule>,
    pub about: Option<Rule>,
    pub bring: Option<Rule>,
    pub health: Option<Rule>,
    /// Of all ages together.
    pub places: Option<Rule>,
    /// Youngest age in completed months.
    pub from_months: Option<Rule>,
    /// The age that is not taken any more, in completed months.
    pub to_months: Option<Rule>,
    /// `7:00-19:00`
    pub hours: Option<Rule>,
    /// Instead of `hours`.
    pub opens: Option<Rule>,
    pub closes: Option<Rule>,
    /// Open day and night.
    pub all_day: Option<Rule>,
    /// Days with these hours, 1 is Monday; Monday to Friday unless told.
    pub weekdays: Option<Rule>,
    pub saturday_hours: Option<Rule>,
    pub sunday_hours: Option<Rule>,
    /// Whether temporary care is offered too.
    pub temporary: Option<Rule>,
    /// Which care kinds are offered; full-day, half-day and hourly care unless told.
    pub care: Option<Rule>,
    /// Of full-day care; see [`Prices`].
    pub price: Option<Rule>,
    /// Of full-day care in infant classes.
    pub infant_price: Option<Rule>,
    /// Of one half-day.
    pub half_day_price: Option<Rule>,
    /// Of one hour.
    pub hourly_price: Option<Rule>,
}

/// What the numbers of the price columns mean.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    pub unit: Unit,
    /// What full-day prices are of. A month is divided into the days that the policy counts in it.
    pub per: Per,
    /// What one unit of a foreign currency is worth in ours.
    pub rate: f64,
}

impl Default for Prices {
    fn default() -> Self {
        Self { unit: Unit::Yuan, per: Per::Day, rate: 1.0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Yuan,
    Fen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    Day,
    Month,
}

/// How one fact is read. Written as the name of a column alone, or as a table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Written")]
pub struct Rule {
    /// Their texts are joined.
    pub columns: Vec<String>,
    pub join: String,
    /// Columns to take when those tell nothing.
    pub or: Vec<String>,
    /// The same for every row.
    pub constant: Option<Value>,
    /// Texts that mean that nothing is told, besides those of the whole mapping.
    pub empty: Vec<String>,
    /// What a text stands for. A text that is not listed refuses the row, unless there is an `other`.
    pub words: BTreeMap<String, Value>,
    /// What every other text, and no text at all, stands for.
    pub other: Option<Value>,
    /// When nothing is told. The report says so.
    pub default: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Column(String),
    Table(Box<Table>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Table {
    column: Option<String>,
    columns: Vec<String>,
    join: String,
    or: Vec<String>,
    constant: Option<Value>,
    empty: Vec<String>,
    words: BTreeMap<String, Value>,
    other: Option<Value>,
    default: Option<Value>,
}

impl From<Written> for Rule {
    fn from(written: Written) -> Self {
        match written {
            Written::Column(column) => Self { columns: vec![column], ..Self::default() },
            Written::Table(table) => {
                let Table { column, mut columns, join, or, constant, empty, words, other, default } = *table;
                columns.extend(column);
                Self { columns, join, or, constant, empty, words, other, default }
            }
        }
    }
}

impl Rule {
    /// Every column that it names.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().chain(&self.or).map(String::as_str)
    }

    /// Every value that it can give, besides what stands in the file.
    fn values(&self) -> impl Iterator<Item = &Value> {
        self.words.values().chain(&self.constant).chain(&self.other).chain(&self.default)
    }
}

impl Mapping {
    /// Reads the file, or the plain mapping when none is named.
    ///
    /// # Errors
    /// Naming the file, and what is wrong where.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Self::parse(PLAIN).map_err(Error::internal) };
        let name = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| Error::internal(format!("{name}: {error}")))?;
        Self::parse(&text).map_err(|why| Error::internal(format!("mapping {name}: {why}")))
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        let mapping: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if mapping.source.is_empty() || !mapping.source.chars().all(plain) {
            return Err("source: small letters, digits, - and _ are needed".to_owned());
        }
        // The made-up city keeps this name for its own keys.
        if mapping.source == "demo" {
            return Err("source: demo belongs to the made-up city".to_owned());
        }
        let fields = &mapping.fields;
        words::<NurseryKind>("kind", Some(&fields.kind))?;
        words::<Ownership>("ownership", fields.ownership.as_ref())?;
        for value in fields.care.iter().flat_map(Rule::values) {
            let list = value.as_array().ok_or("fields.care: a list of care kinds is needed")?;
            list.iter().try_for_each(|one| word::<CareKind>("care", one))?;
        }
        let rate = mapping.prices.rate;
        if !rate.is_finite() || rate <= 0.0 {
            return Err("prices.rate: must be above zero".to_owned());
        }
        Ok(mapping)
    }

    /// Every column that the mapping names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        // Names each field once, and does not compile when one is forgotten.
        macro_rules! rules {
            (needed: $($needed:ident)+, optional: $($optional:ident)+) => {{
                let Fields { $($needed,)+ $($optional,)+ } = &self.fields;
                [$($needed),+].into_iter().chain([$($optional),+].into_iter().flatten())
            }};
        }
        let rules = rules!(
            needed: key name kind lat lng,
            optional: ownership address district phone inclusive rating registration_no filing_no about bring health
                places from_months to_months hours opens closes all_day weekdays saturday_hours sunday_hours temporary
                care price infant_price half_day_price hourly_price
        );
        rules.flat_map(Rule::named).chain(self.refuse.iter().map(|refuse| refuse.column.as_str()))
    }
}

fn words<T: std::str::FromStr>(field: &str, rule: Option<&Rule>) -> Result<(), String> {
    rule.into_iter().flat_map(Rule::values).try_for_each(|value| word::<T>(field, value))
}

fn word<T: std::str::FromStr>(field: &str, value: &Value) -> Result<(), String> {
    match value.as_str().map(str::parse::<T>) {
        Some(Ok(_)) => Ok(()),
        _ => Err(format!("fields.{field}: {value} is no {field}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_mapping_is_refused_with_the_place_of_the_mistake() {
        let good = "source = \"a\"\n[fields]\nkey = \"id\"\nname = \"n\"\nlat = \"y\"\nlng = \"x\"\n";
        assert!(Mapping::parse(&format!("{good}kind = {{ constant = \"community\" }}")).is_ok());
        let cases = [
            ("kind = { constant = \"school\" }", "fields.kind: \"school\""),
            ("kind = { column = \"t\", words = { A = \"school\" } }", "fields.kind: \"school\""),
            ("kind = { column = \"t\", wrods = { A = \"community\" } }", "kind"),
            ("kind = \"t\"\nfone = \"p\"", "fone"),
            ("kind = \"t\"\ncare = { constant = [\"night\"] }", "fields.care: \"night\""),
            ("kind = \"t\"\n[prices]\nrate = 0.0", "prices.rate"),
            ("", "kind"),
        ];
        for (more, told) in cases {
            let error = Mapping::parse(&format!("{good}{more}")).unwrap_err();
            assert!(error.contains(told), "{more}: {error}");
        }
        assert!(Mapping::parse(&good.replace("\"a\"", "\"demo\"")).is_err());
    }

    #[test]
    fn the_plain_mapping_is_sound() {
        Mapping::parse(PLAIN).unwrap();
    }
}
