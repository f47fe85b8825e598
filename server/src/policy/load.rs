//! Reads the policy files, lays them above each other, checks them, and resolves them into one [`Policy`] and one
//! [`CityRules`] per stretch of time.
//!
//! The national file lies lowest, above it a pack, above that the city's own file. A day looks for each key upwards from
//! what binds: a draft never puts aside what is in force.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::Days;
use doorstep_shared::{
    Date,
    policy::{PolicyFigure, Standing},
};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{
    Calendar, CityRules, Policy, check,
    file::{File, Stated},
};
use crate::error::{Error, Result};

pub(super) const NATIONAL: &str = include_str!("../../policies/national.toml");
const HOLIDAYS: &str = include_str!("../../policies/holidays.csv");
/// What ships with the program, by the name that a city chooses it by.
const PACKS: [(&str, &str); 5] = [
    ("national", NATIONAL),
    ("zhangye", include_str!("../../policies/zhangye.toml")),
    ("jining", include_str!("../../policies/jining.toml")),
    ("shaoxing", include_str!("../../policies/shaoxing.toml")),
    ("wuxi", include_str!("../../policies/wuxi.toml")),
];
/// The tables of what cities fix and the nation need not. All others hold on every day.
const CITY_TABLES: [&str; 4] = ["subsidies", "vouchers", "price", "indicators"];

/// Every policy of the city by date, and its calendar.
#[derive(Clone, Debug)]
pub struct Policies {
    /// By first day, at least one.
    stretches: Vec<(Date, Policy)>,
    /// By first day, from the first day of all.
    cities: Vec<(Date, CityRules)>,
    /// Everything that the files state, by key and then by file.
    stated: Vec<Stated>,
    /// The names of the files, lowest first.
    files: Vec<String>,
    pub calendar: Calendar,
}

impl Policies {
    /// Reads the files, or those that ship with the program where none is named. `policy` is the name of a pack or a file.
    ///
    /// # Errors
    /// Naming the file, the key and the reason.
    pub fn load(policy: Option<&Path>, holidays: Option<&Path>) -> Result<Self> {
        let mut policies = Self::stacked(&layers(policy)?)?;
        let (name, text) = read(holidays, "holidays.csv", HOLIDAYS)?;
        policies.calendar = Calendar::parse(&text).map_err(|why| Error::internal(format!("holidays {name}: {why}")))?;
        Ok(policies)
    }

    /// Lays files above each other, lowest first, each checked with those below it so that the one at fault is named.
    fn stacked(files: &[(String, File)]) -> Result<Self> {
        let mut stacked = None;
        for (at, (name, _)) in files.iter().enumerate() {
            let below = files.iter().take(at + 1).map(|(_, file)| file);
            let policies = stack(&below.collect::<Vec<_>>());
            stacked = Some(policies.map_err(|why| Error::internal(format!("policy file {name}: {why}")))?);
        }
        stacked.ok_or_else(|| Error::internal("there is no policy file"))
    }

    /// The numbers in force on that day. Before the first day of the file: those of its first day.
    #[expect(clippy::indexing_slicing, reason = "stack() gives at least one stretch")]
    pub fn on(&self, date: Date) -> &Policy {
        let begun = self.stretches.partition_point(|(from, _)| *from <= date);
        &self.stretches[begun.saturating_sub(1)].1
    }

    /// What the city pays and allows on that day, drafts included: each figure says whether it binds.
    #[expect(clippy::indexing_slicing, reason = "stack() gives a first stretch that begins before every day")]
    pub fn city_on(&self, date: Date) -> &CityRules {
        let begun = self.cities.partition_point(|(from, _)| *from <= date);
        &self.cities[begun.saturating_sub(1)].1
    }

    /// The names of the files in use, the nation's first.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// All that is stated, by key; what applies on the day before what does not.
    pub fn figures_on(&self, date: Date) -> Vec<PolicyFigure> {
        let mut figures = Vec::new();
        for of_key in self.stated.chunk_by(|one, next| one.key == next.key) {
            // Two that hold at once have been refused.
            let applying = applying(of_key, date, Standing::Draft).ok().flatten();
            let is_it = |stated: &Stated| applying.is_some_and(|applying| std::ptr::eq(applying, stated));
            let mut rows: Vec<_> = of_key.iter().map(|stated| (is_it(stated), stated)).collect();
            rows.sort_by_key(|(applies, stated)| (!applies, std::cmp::Reverse(stated.layer)));
            figures.extend(rows.into_iter().filter_map(|(applies, stated)| self.figure(stated, applies, date)));
        }
        figures
    }

    fn figure(&self, stated: &Stated, applies: bool, on: Date) -> Option<PolicyFigure> {
        Some(PolicyFigure {
            key: stated.key.clone(),
            value: stated.shown()?,
            standing: stated.standing(on),
            applies,
            file: self.files.get(stated.layer)?.clone(),
            source: stated.source.title.clone(),
            source_en: stated.source.title_en().to_owned(),
            article: stated.article.clone(),
            note: stated.note.clone(),
            from: stated.from,
            until: stated.until,
        })
    }
}

/// The files that a setting asks for, with the names by which they are blamed, lowest first.
fn layers(policy: Option<&Path>) -> Result<Vec<(String, File)>> {
    let Some(path) = policy else { return above_national(None, None) };
    match path.to_str().filter(|name| shipped(name).is_some()) {
        Some(pack) => above_national(Some(pack), None),
        None => {
            let (name, text) = read(policy, "", "")?;
            of_city(name, &text)
        }
    }
}

fn shipped(name: &str) -> Option<&'static str> {
    PACKS.iter().find(|(pack, _)| *pack == name).map(|(_, text)| *text)
}

/// A city's own file, on the pack that it names.
fn of_city(name: String, text: &str) -> Result<Vec<(String, File)>> {
    let own = parsed(name, text)?;
    let pack = own.1.pack.clone();
    above_national(pack.as_deref(), Some(own))
}

fn above_national(pack: Option<&str>, own: Option<(String, File)>) -> Result<Vec<(String, File)>> {
    let mut layers = vec![parsed("national.toml (shipped)".to_owned(), NATIONAL)?];
    if let Some(pack) = pack.filter(|pack| *pack != "national") {
        let Some(text) = shipped(pack) else {
            let name = own.map(|(name, _)| name).unwrap_or_default();
            let known = PACKS.map(|(name, _)| name).join(", ");
            return Err(Error::internal(format!("policy file {name}: pack: {pack:?} is none of {known}")));
        };
        layers.push(parsed(format!("{pack}.toml (shipped)"), text)?);
    }
    layers.extend(own);
    Ok(layers)
}

fn parsed(name: String, text: &str) -> Result<(String, File)> {
    match File::parse(text) {
        Ok(file) => Ok((name, file)),
        Err(why) => Err(Error::internal(format!("policy file {name}: {why}"))),
    }
}

fn read(path: Option<&Path>, shipped_name: &str, shipped: &str) -> Result<(String, String)> {
    let Some(path) = path else { return Ok((format!("{shipped_name} (shipped)"), shipped.to_owned())) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Error::internal(format!("{name}: {error}")))?;
    Ok((name, text))
}

fn stack(files: &[&File]) -> Result<Policies, String> {
    let mut sources = BTreeMap::new();
    for file in files {
        sources.extend(file.sources.clone());
    }
    let mut stated = Vec::new();
    for (layer, file) in files.iter().enumerate() {
        for (key, entry) in &file.entries {
            stated.push(Stated::of(key, entry, &sources, layer)?);
        }
    }
    // Stable: what a file says of a key stays in its order.
    stated.sort_by(|one, other| in_order(&one.key).cmp(&in_order(&other.key)));
    let files = files.iter().map(|file| file.name.clone()).collect();
    let (stretches, cities) = (resolve(&stated)?, resolve_city(&stated)?);
    Ok(Policies { stretches, cities, stated, files, calendar: Calendar::default() })
}

/// By key; 20 comes before 100.
fn in_order(key: &str) -> (&str, u32, &str) {
    let (table, last) = key.rsplit_once('.').unwrap_or_default();
    (table, last.parse().unwrap_or_default(), last)
}

fn is_of_city(key: &str) -> bool {
    key.split('.').next().is_some_and(|table| CITY_TABLES.contains(&table))
}

/// Those of one key, one after the other.
fn by_key(stated: &[Stated], of_city: bool) -> impl Iterator<Item = &[Stated]> {
    let of_kind = move |of_key: &&[Stated]| of_key.first().is_some_and(|one| is_of_city(&one.key) == of_city);
    stated.chunk_by(|one, next| one.key == next.key).filter(of_kind)
}

/// The days on which something begins or has ended.
fn cuts<'a>(stated: impl Iterator<Item = &'a Stated>) -> BTreeSet<Date> {
    let ends = |stated: &Stated| stated.until.and_then(|until| until.checked_add_days(Days::new(1)));
    stated.flat_map(|stated| [stated.from, ends(stated)]).flatten().collect()
}

/// Cuts time wherever a value changes, beginning on the first day on which every key has one.
fn resolve(stated: &[Stated]) -> Result<Vec<(Date, Policy)>, String> {
    let begins = |of_key: &[Stated]| of_key.iter().map(|stated| stated.from.unwrap_or(Date::MIN)).min();
    let first = by_key(stated, false).filter_map(begins).max().ok_or("it holds no values")?;
    let mut cuts = cuts(by_key(stated, false).flatten());
    cuts.retain(|cut| *cut > first);
    cuts.insert(first);
    let policy_on = |from| {
        let mut resolved = Table::new();
        for of_key in by_key(stated, false) {
            let Some(stated) = applying(of_key, from, Standing::InForce)? else {
                let key = of_key.first().map(|stated| stated.key.as_str()).unwrap_or_default();
                return Err(format!("{key}: no value holds on {from}"));
            };
            insert(&mut resolved, &stated.key, stated.value.clone());
        }
        let policy: Policy = typed(resolved)?;
        check::check(&policy)?;
        Ok((from, policy))
    };
    cuts.into_iter().map(policy_on).collect()
}

/// The same for what cities fix, from the first day of all: a key may have no value then.
fn resolve_city(stated: &[Stated]) -> Result<Vec<(Date, CityRules)>, String> {
    let mut cuts = cuts(by_key(stated, true).flatten());
    cuts.insert(Date::MIN);
    let rules_on = |from| {
        let mut resolved = Table::new();
        for of_key in by_key(stated, true) {
            let Some(stated) = applying(of_key, from, Standing::Draft)? else { continue };
            let mut figure = Table::new();
            figure.insert("value".to_owned(), stated.value.clone());
            figure.insert("key".to_owned(), Value::String(stated.key.clone()));
            figure.insert("standing".to_owned(), Value::String(stated.standing(from).as_str().to_owned()));
            insert(&mut resolved, &stated.key, Value::Table(figure));
        }
        let rules: CityRules = typed(resolved)?;
        rules.check()?;
        Ok((from, rules))
    };
    cuts.into_iter().map(rules_on).collect()
}

/// What counts on a day of all that is stated of one key: what binds before a draft, then the highest file. Drafts count
/// where `least` is one.
fn applying(of_key: &[Stated], on: Date, least: Standing) -> Result<Option<&Stated>, String> {
    let rank = |stated: &Stated| match stated.standing(on) {
        standing if standing.binds() => Some((true, stated.layer)),
        Standing::Draft if least == Standing::Draft => Some((false, stated.layer)),
        _ => None,
    };
    let mut found: Option<(&Stated, (bool, usize))> = None;
    for stated in of_key {
        let Some(rank) = rank(stated) else { continue };
        match found {
            Some((_, best)) if best > rank => {}
            Some((_, best)) if best == rank => {
                return Err(format!("{}: two values hold on {on}", stated.key));
            }
            _ => found = Some((stated, rank)),
        }
    }
    Ok(found.map(|(stated, _)| stated))
}

/// In one line: where, and what.
fn typed<T: DeserializeOwned>(table: Table) -> Result<T, String> {
    Value::Table(table).try_into().map_err(|error: toml::de::Error| {
        error.to_string().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    })
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

#[cfg(test)]
mod tests;
