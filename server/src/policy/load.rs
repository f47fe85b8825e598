//! Reads the policy file, checks it, and resolves it into one [`Policy`] per stretch of time.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::Days;
use doorstep_shared::Date;
use serde::Deserialize;
use toml::{Table, Value};

use super::{Calendar, ClassRule, Policy};
use crate::error::{Error, Result};

const NATIONAL: &str = include_str!("../../policies/national.toml");
const HOLIDAYS: &str = include_str!("../../policies/holidays.csv");

/// Every policy of the city by date, and its calendar.
#[derive(Clone, Debug)]
pub struct Policies {
    /// By first day, at least one.
    stretches: Vec<(Date, Policy)>,
    pub calendar: Calendar,
}

impl Policies {
    /// Reads the files, or those that ship with the program where none is named.
    ///
    /// # Errors
    /// Naming the file, the key and the reason.
    pub fn load(policy: Option<&Path>, holidays: Option<&Path>) -> Result<Self> {
        let (name, text) = read(policy, "national.toml", NATIONAL)?;
        let stretches = parse(&text).map_err(|why| Error::internal(format!("policy file {name}: {why}")))?;
        let (name, text) = read(holidays, "holidays.csv", HOLIDAYS)?;
        let calendar = Calendar::parse(&text).map_err(|why| Error::internal(format!("holidays {name}: {why}")))?;
        Ok(Self { stretches, calendar })
    }

    /// The numbers in force on that day. Before the first day of the file: those of its first day.
    #[expect(clippy::indexing_slicing, reason = "parse() gives at least one stretch")]
    pub fn on(&self, date: Date) -> &Policy {
        let begun = self.stretches.partition_point(|(from, _)| *from <= date);
        &self.stretches[begun.saturating_sub(1)].1
    }
}

fn read(path: Option<&Path>, shipped_name: &str, shipped: &str) -> Result<(String, String)> {
    let Some(path) = path else { return Ok((format!("{shipped_name} (shipped)"), shipped.to_owned())) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Error::internal(format!("{name}: {error}")))?;
    Ok((name, text))
}

/// Where values come from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    title: String,
    #[expect(dead_code, reason = "read so that an unknown status is refused")]
    status: Status,
    from: toml::value::Datetime,
    until: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    InForce,
    /// Chosen by this product or this city, fixed by no rule.
    Default,
}

/// One value as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    value: Value,
    source: String,
    #[serde(rename = "article")]
    _article: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
    from: Option<toml::value::Datetime>,
    until: Option<toml::value::Datetime>,
}

/// A value with the days on which it holds.
struct Version {
    value: Value,
    from: Date,
    /// Last day.
    until: Option<Date>,
}

/// Key to its versions, `booking.hold_minutes` style.
type Values = BTreeMap<String, Vec<Version>>;

fn parse(text: &str) -> Result<Vec<(Date, Policy)>, String> {
    let mut file: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    match file.remove("name") {
        Some(Value::String(name)) if !name.trim().is_empty() => {}
        _ => return Err("name: a text is missing".to_owned()),
    }
    let sources = match file.remove("sources") {
        Some(sources) => sources.try_into::<BTreeMap<String, Source>>(),
        None => return Err("sources: the table is missing".to_owned()),
    };
    let sources = sources.map_err(|error| format!("sources: {error}"))?;
    for (name, source) in &sources {
        if source.title.trim().is_empty() {
            return Err(format!("sources.{name}.title: it is empty"));
        }
    }
    let mut values = Values::new();
    collect("", file, &sources, &mut values)?;
    resolve(&values)
}

fn collect(at: &str, table: Table, sources: &BTreeMap<String, Source>, values: &mut Values) -> Result<(), String> {
    for (name, value) in table {
        let key = if at.is_empty() { name } else { format!("{at}.{name}") };
        match value {
            Value::Table(table) if !table.contains_key("value") => collect(&key, table, sources, values)?,
            Value::Table(table) => {
                let version = version(&key, Value::Table(table), sources)?;
                values.insert(key, vec![version]);
            }
            Value::Array(list) => {
                let versions: Result<Vec<_>, _> = list.into_iter().map(|one| version(&key, one, sources)).collect();
                values.insert(key, versions?);
            }
            other => return Err(format!("{key}: a table with value and source is needed, not {other}")),
        }
    }
    Ok(())
}

fn version(key: &str, entry: Value, sources: &BTreeMap<String, Source>) -> Result<Version, String> {
    let entry: Entry = entry.try_into().map_err(|error| format!("{key}: {error}"))?;
    let Some(source) = sources.get(&entry.source) else {
        return Err(format!("{key}: its source {:?} is not among [sources]", entry.source));
    };
    let date = |given: Option<toml::value::Datetime>| match given {
        Some(given) => given.to_string().parse().map(Some).map_err(|_| format!("{key}: {given} is no date")),
        None => Ok::<Option<Date>, String>(None),
    };
    let from = date(entry.from.or(Some(source.from)))?.ok_or_else(|| format!("{key}: it holds from no date"))?;
    let until = date(entry.until.or(source.until))?;
    if until.is_some_and(|until| until < from) {
        return Err(format!("{key}: it ends before it begins"));
    }
    Ok(Version { value: entry.value, from, until })
}

/// Cuts time wherever a value changes, beginning on the first day on which every key has one.
fn resolve(values: &Values) -> Result<Vec<(Date, Policy)>, String> {
    let first = values.values().filter_map(|versions| versions.iter().map(|version| version.from).min()).max();
    let first = first.ok_or("it holds no values")?;
    let ends = |version: &Version| version.until.and_then(|until| until.checked_add_days(Days::new(1)));
    let all = || values.values().flatten();
    let mut cuts: BTreeSet<Date> = all().map(|version| version.from).chain(all().filter_map(ends)).collect();
    cuts.retain(|cut| *cut > first);
    cuts.insert(first);
    let stretch = |from| policy_on(values, from).map(|policy| (from, policy));
    cuts.into_iter().map(stretch).collect()
}

fn policy_on(values: &Values, date: Date) -> Result<Policy, String> {
    let mut resolved = Table::new();
    for (key, versions) in values {
        let holds = |version: &&Version| version.from <= date && version.until.is_none_or(|until| date <= until);
        let mut holding = versions.iter().filter(holds);
        let value = holding.next().ok_or_else(|| format!("{key}: no value holds on {date}"))?;
        if holding.next().is_some() {
            return Err(format!("{key}: two values hold on {date}"));
        }
        insert(&mut resolved, key, value.value.clone());
    }
    let policy: Policy = Value::Table(resolved).try_into().map_err(|error: toml::de::Error| {
        // One line: where, and what.
        error.to_string().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    })?;
    check(&policy)?;
    Ok(policy)
}

fn insert(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        Some((head, rest)) => {
            let inner = table.entry(head).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
        None => {
            table.insert(key.to_owned(), value);
        }
    }
}

/// What a type cannot say.
fn check(policy: &Policy) -> Result<(), String> {
    let classes = &policy.classes;
    let rules = [
        ("infant", classes.infant),
        ("toddler", classes.toddler),
        ("senior_toddler", classes.senior_toddler),
        ("mixed", classes.mixed),
        ("home_based", classes.home_based),
        ("kindergarten", classes.kindergarten),
    ];
    for (name, ClassRule { from_months, to_months, children, ratio }) in rules {
        refuse(from_months >= to_months, &format!("classes.{name}.from_months"), "must be below to_months")?;
        // Places are kept as one byte per half-hour.
        refuse(!(1..=255).contains(&children), &format!("classes.{name}.children"), "must be 1 to 255")?;
        refuse(ratio == 0, &format!("classes.{name}.ratio"), "must be at least 1")?;
    }
    refuse(policy.terms.last_days.is_empty(), "terms.last_days", "must name at least one day")?;
    let booking = &policy.booking;
    refuse(!(1..=366).contains(&booking.horizon_days), "booking.horizon_days", "must be 1 to 366")?;
    refuse(booking.hold_minutes == 0, "booking.hold_minutes", "must be at least 1")?;
    refuse(booking.held_places == 0, "booking.held_places", "must be at least 1")?;
    let half_hours = |minutes: u16| minutes >= 30 && minutes.is_multiple_of(30);
    for (key, minutes) in [
        ("booking.hourly_step_minutes", booking.hourly_step_minutes),
        ("booking.hourly_min_minutes", booking.hourly_min_minutes),
    ] {
        refuse(!half_hours(minutes), key, "must be a multiple of 30 minutes")?;
    }
    let waitlist = &policy.waitlist;
    refuse(waitlist.offer_minutes == 0, "waitlist.offer_minutes", "must be at least 1")?;
    refuse(waitlist.day_from >= waitlist.day_until, "waitlist.day_from", "must be before day_until")?;
    refuse(waitlist.history_dates == 0, "waitlist.history_dates", "must be at least 1")?;
    let groups: BTreeSet<_> = waitlist.priority_groups.iter().collect();
    refuse(groups.len() < waitlist.priority_groups.len(), "waitlist.priority_groups", "must name each group once")?;
    refuse(policy.search.days_a_month == 0, "search.days_a_month", "must be at least 1")?;
    let import = &policy.import;
    refuse(import.late_percent > 100, "import.late_percent", "must be 0 to 100")?;
    refuse(import.places == 0, "import.places", "must be at least 1")?;
    refuse(import.hourly_price_fen.0 % 2 != 0, "import.hourly_price_fen", "must be even: half an hour costs half")?;
    Ok(())
}

fn refuse(wrong: bool, key: &str, why: &str) -> Result<(), String> {
    if wrong { Err(format!("{key}: {why}")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_file_is_refused_with_its_key_and_the_reason() {
        let cases = [
            ("hold_minutes = { value = 10,", "hold_minutes = { value = \"ten\",", "booking.hold_minutes"),
            ("hold_minutes = { value = 10,", "hold_minutes = { value = 0,", "booking.hold_minutes: must be at least 1"),
            ("hold_minutes = { value = 10,", "hold_minuets = { value = 10,", "hold_minuets"),
            (
                "hold_minutes = { value = 10, source = \"default\" }",
                "hold_minutes = 10",
                "booking.hold_minutes: a table",
            ),
            ("hold_minutes = { value = 10, source = \"default\" }", "", "hold_minutes"),
            (
                "near_m = { value = 3000, source = \"default\"",
                "near_m = { value = 3000, source = \"x\"",
                "search.near_m: its source",
            ),
            ("status = \"default\"", "status = \"rumour\"", "rumour"),
            ("\"08:00\"", "\"21:00\"", "waitlist.day_from: must be before day_until"),
            (
                "priority_groups = { value = []",
                "priority_groups = { value = [\"migrant\", \"migrant\"]",
                "waitlist.priority_groups: must name each group once",
            ),
            ("priority_groups = { value = []", "priority_groups = { value = [\"friends\"]", "friends"),
            ("\"01-31\"", "\"02-30\"", "02-30"),
            ("from_months = { value = 6,", "from_months = { value = 12,", "classes.infant.from_months"),
        ];
        for (find, put, told) in cases {
            assert!(NATIONAL.contains(find), "{find}");
            let error = parse(&NATIONAL.replacen(find, put, 1)).unwrap_err();
            assert!(error.contains(told), "{put}: {error}");
        }
    }

    #[test]
    fn a_value_that_changes_is_looked_up_by_date_and_leaves_no_gap() {
        let old = "hold_minutes = { value = 10, source = \"default\" }";
        let two = |until: &str, from: &str| {
            let versions = format!(
                "hold_minutes = [{{ value = 10, source = \"default\", until = {until} }}, \
                 {{ value = 15, source = \"default\", from = {from} }}]"
            );
            parse(&NATIONAL.replacen(old, &versions, 1))
        };
        let stretches = two("2026-12-31", "2027-01-01").unwrap();
        let policies = Policies { stretches, calendar: Calendar::default() };
        for (date, minutes) in [("1999-01-01", 10), ("2026-12-31", 10), ("2027-01-01", 15), ("2040-01-01", 15)] {
            assert_eq!(policies.on(date.parse().unwrap()).booking.hold_minutes, minutes, "{date}");
        }
        assert!(two("2026-12-30", "2027-01-01").unwrap_err().contains("no value holds on 2026-12-31"));
        assert!(two("2027-01-01", "2027-01-01").unwrap_err().contains("two values hold on 2027-01-01"));
    }
}
