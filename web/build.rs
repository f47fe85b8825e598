//! Turns `locales/zh/*.toml` and `locales/en/*.toml` into one Rust type per text, so that a missing text, a missing
//! placeholder or a forgotten translation does not compile.
//!
//! A file is a group, a key is a text. `{name}` in a text takes a value; `{name:nursery/nurseries}` chooses the first
//! word when the value reads `1`, else the second. Chinese decides which keys and placeholders there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

type Group = BTreeMap<String, String>;
type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build.rs");
    let (zh, en) = (groups("locales/zh")?, groups("locales/en")?);
    same("groups", zh.keys(), en.keys())?;
    let mut code = String::new();
    for (group, texts) in &zh {
        let translated = en.get(group).ok_or("checked above")?;
        same(group, texts.keys(), translated.keys())?;
        writeln!(code, "pub mod {group} {{")?;
        for (key, text) in texts {
            let translation = translated.get(key).ok_or("checked above")?;
            item(&mut code, key, &parts(text)?, &parts(translation)?)
                .map_err(|fault| format!("{group}.{key}: {fault}"))?;
        }
        writeln!(code, "}}")?;
    }
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("texts.rs"), code)?;
    Ok(())
}

/// Every file of a language, by its name.
fn groups(folder: &str) -> Result<BTreeMap<String, Group>, Fault> {
    let mut groups = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let texts = toml::from_str(&std::fs::read_to_string(&path)?);
        groups.insert(name, texts.map_err(|fault| format!("{}: {fault}", path.display()))?);
    }
    Ok(groups)
}

fn same<'a>(
    what: &str,
    zh: impl Iterator<Item = &'a String>,
    en: impl Iterator<Item = &'a String>,
) -> Result<(), Fault> {
    let (zh, en): (BTreeSet<_>, BTreeSet<_>) = (zh.collect(), en.collect());
    match zh.symmetric_difference(&en).next() {
        Some(key) => Err(format!("{what}: `{key}` is in one language only").into()),
        None => Ok(()),
    }
}

enum Part {
    Text(String),
    Value(String),
    OneOrMore { value: String, one: String, more: String },
}

fn parts(text: &str) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        let (inside, after) = after.split_once('}').ok_or("a brace is not closed")?;
        parts.push(match inside.split_once(':') {
            None => Part::Value(inside.to_owned()),
            Some((value, words)) => {
                let (one, more) = words.split_once('/').ok_or("two words, parted by a slash, are needed")?;
                Part::OneOrMore { value: value.to_owned(), one: one.to_owned(), more: more.to_owned() }
            }
        });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

fn names(parts: &[Part]) -> BTreeSet<&str> {
    let name = |part| match part {
        &Part::Text(_) => None,
        Part::Value(value) | Part::OneOrMore { value, .. } => Some(value.as_str()),
    };
    parts.iter().filter_map(name).collect()
}

/// A type with a field per placeholder and one method, `text`.
fn item(code: &mut String, key: &str, zh: &[Part], en: &[Part]) -> Result<(), Fault> {
    let fields = names(zh);
    if fields != names(en) {
        return Err(format!("placeholders differ: {fields:?} and {:?}", names(en)).into());
    }
    if fields.is_empty() {
        writeln!(
            code,
            "pub struct {key} {{}} impl {key} {{ pub const fn text(self, locale: super::Locale) -> &'static str {{ \
             match locale {{ super::Locale::Zh => {:?}, super::Locale::En => {:?} }} }} }}",
            literal(zh),
            literal(en)
        )?;
        return Ok(());
    }
    let declared: String = fields.iter().map(|name| format!("pub {name}: super::Value<'a>, ")).collect();
    writeln!(
        code,
        "pub struct {key}<'a> {{ {declared} }} impl {key}<'_> {{ pub fn text(self, locale: super::Locale) -> String {{ \
         let mut out = String::new(); match locale {{ super::Locale::Zh => {{ {} }} super::Locale::En => {{ {} }} }} out }} }}",
        pushes(zh),
        pushes(en)
    )?;
    Ok(())
}

fn literal(parts: &[Part]) -> String {
    let text = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Value(_) | Part::OneOrMore { .. } => String::new(),
    };
    parts.iter().map(text).collect()
}

fn pushes(parts: &[Part]) -> String {
    let push = |part: &Part| match part {
        Part::Text(text) => format!("out.push_str({text:?});"),
        Part::Value(name) => format!("self.{name}.push_to(&mut out);"),
        Part::OneOrMore { value, one, more } => {
            format!("out.push_str(super::one_or_more(&self.{value}, {one:?}, {more:?}));")
        }
    };
    parts.iter().map(push).collect()
}
