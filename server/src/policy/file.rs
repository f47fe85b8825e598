//! One policy file: its sources, and what it states.

use std::collections::BTreeMap;

use doorstep_shared::{
    Date,
    policy::{FigureValue, Standing},
};
use serde::Deserialize;
use toml::{Table, Value};

/// A file as it was read. What it says of its sources holds for the files below it, too.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    /// The shipped pack that it stands on.
    pub pack: Option<String>,
    pub sources: BTreeMap<String, Source>,
    pub entries: Vec<(String, Entry)>,
}

/// Where values come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub title: String,
    /// As `title` unless told.
    pub title_en: Option<String>,
    status: Status,
    from: Option<toml::value::Datetime>,
    until: Option<toml::value::Datetime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    InForce,
    Draft,
    Lapsed,
    /// Chosen by this product or this city, fixed by no rule.
    Default,
}

/// One value as it stands in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    value: Value,
    source: String,
    article: Option<String>,
    note: Option<String>,
    from: Option<toml::value::Datetime>,
    until: Option<toml::value::Datetime>,
}

/// A value with its source and the days on which it holds.
#[derive(Clone, Debug)]
pub struct Stated {
    pub key: String,
    pub value: Value,
    pub source: Source,
    pub article: Option<String>,
    pub note: Option<String>,
    /// None: from ever.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Which file states it; a higher one goes before.
    pub layer: usize,
}

impl File {
    /// # Errors
    /// With the key and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut file: Table = toml::from_str(text).map_err(|error| error.to_string())?;
        let name = match file.remove("name") {
            Some(Value::String(name)) if !name.trim().is_empty() => name,
            _ => return Err("name: a text is missing".to_owned()),
        };
        let pack = match file.remove("pack") {
            None => None,
            Some(Value::String(pack)) => Some(pack),
            Some(other) => return Err(format!("pack: the name of a pack is needed, not {other}")),
        };
        let sources = match file.remove("sources") {
            Some(sources) => sources.try_into::<BTreeMap<String, Source>>(),
            None => return Err("sources: the table is missing".to_owned()),
        };
        let sources = sources.map_err(|error| format!("sources: {error}"))?;
        for (name, source) in &sources {
            source.check().map_err(|why| format!("sources.{name}.{why}"))?;
        }
        let mut entries = Vec::new();
        collect("", file, &mut entries)?;
        Ok(Self { name, pack, sources, entries })
    }
}

impl Source {
    fn check(&self) -> Result<(), &'static str> {
        let missing = match self.status {
            Status::InForce | Status::Default if self.from.is_none() => "from: what is in force has a first day",
            Status::Lapsed if self.until.is_none() => "until: what has lapsed has a last day",
            _ if self.title.trim().is_empty() => "title: it is empty",
            _ => return Ok(()),
        };
        Err(missing)
    }

    pub fn title_en(&self) -> &str {
        self.title_en.as_deref().unwrap_or(&self.title)
    }
}

fn collect(at: &str, table: Table, entries: &mut Vec<(String, Entry)>) -> Result<(), String> {
    for (name, value) in table {
        let key = if at.is_empty() { name } else { format!("{at}.{name}") };
        match value {
            Value::Table(table) if !table.contains_key("value") => collect(&key, table, entries)?,
            Value::Table(table) => entries.push((key.clone(), entry(&key, Value::Table(table))?)),
            Value::Array(list) => {
                for one in list {
                    entries.push((key.clone(), entry(&key, one)?));
                }
            }
            other => return Err(format!("{key}: a table with value and source is needed, not {other}")),
        }
    }
    Ok(())
}

fn entry(key: &str, entry: Value) -> Result<Entry, String> {
    entry.try_into().map_err(|error| format!("{key}: {error}"))
}

impl Stated {
    /// # Errors
    /// With the key and what is wrong with it.
    pub fn of(key: &str, entry: &Entry, sources: &BTreeMap<String, Source>, layer: usize) -> Result<Self, String> {
        let Some(source) = sources.get(&entry.source) else {
            return Err(format!("{key}: its source {:?} is not among [sources]", entry.source));
        };
        let date = |given: Option<toml::value::Datetime>| match given {
            Some(given) => given.to_string().parse().map(Some).map_err(|_| format!("{key}: {given} is no date")),
            None => Ok::<Option<Date>, String>(None),
        };
        let (from, until) = (date(entry.from.or(source.from))?, date(entry.until.or(source.until))?);
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            return Err(format!("{key}: it ends before it begins"));
        }
        let Entry { value, article, note, .. } = entry.clone();
        let stated = Self { key: key.to_owned(), value, source: source.clone(), article, note, from, until, layer };
        stated.shown().ok_or_else(|| format!("{key}: {} is no whole number, word or list", stated.value))?;
        Ok(stated)
    }

    pub fn standing(&self, on: Date) -> Standing {
        if self.until.is_some_and(|until| until < on) {
            return Standing::Lapsed;
        }
        match self.source.status {
            Status::Draft => Standing::Draft,
            _ if self.from.is_some_and(|from| on < from) => Standing::Coming,
            Status::InForce | Status::Lapsed => Standing::InForce,
            Status::Default => Standing::Setting,
        }
    }

    /// None for what no figure is.
    pub fn shown(&self) -> Option<FigureValue> {
        Some(match &self.value {
            Value::Integer(number) => FigureValue::Number(*number),
            Value::Boolean(yes) => FigureValue::Yes(*yes),
            Value::String(word) => FigureValue::Word(word.clone()),
            Value::Array(list) if list.iter().all(Value::is_integer) && !list.is_empty() => {
                FigureValue::Numbers(list.iter().filter_map(Value::as_integer).collect())
            }
            Value::Array(list) if list.iter().all(Value::is_str) => {
                FigureValue::Words(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            _ => return None,
        })
    }
}
