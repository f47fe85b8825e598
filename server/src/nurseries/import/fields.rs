//! Fields of one row, read by the rules of the mapping.

use super::{
    mapping::Rule,
    value::{Found, Source},
};

/// Reads the fields of one row, and collects what was corrected and why it is refused.
pub struct Reader<'a> {
    source: Source<'a>,
    /// What was changed or assumed.
    pub corrections: Vec<String>,
    pub faults: Vec<Refusal>,
}

/// Why a row is refused.
pub type Refusal = String;

impl<'a> Reader<'a> {
    pub fn new(source: Source<'a>) -> Self {
        Self { source, corrections: Vec::new(), faults: Vec::new() }
    }

    /// Keeps the error as a fault.
    pub fn sound<T>(&mut self, result: Result<T, Refusal>) -> Option<T> {
        result.map_err(|why| self.faults.push(why)).ok()
    }

    /// Reads a field with `read`; a default of the mapping is told as a correction. None when it is not told, and with
    /// a fault when it cannot be read.
    pub fn get<T>(
        &mut self,
        field: &str,
        rule: Option<&Rule>,
        read: impl Fn(&Found) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.source.look(rule?).map_err(|why| format!("{field}: {why}"));
        let found = self.sound(found)??;
        if found.assumed {
            self.corrections.push(format!("{field} is not told: {} assumed", found.text()));
        }
        self.sound(read(&found).map_err(|why| format!("{field}: {why}")))
    }

    /// What a nursery cannot be without: a fault when nothing is told.
    pub fn need<T>(&mut self, field: &str, found: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.faults.len();
        let found = found(self);
        if found.is_none() && self.faults.len() == before {
            self.faults.push(format!("{field}: it is not told"));
        }
        found
    }

    pub fn text(&mut self, field: &str, rule: Option<&Rule>) -> Option<String> {
        let text = self.get(field, rule, |found| Ok(found.text()))?;
        let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        if clean != text {
            self.corrections.push(format!("{field}: control characters left out"));
        }
        Some(clean)
    }

    pub fn flag(&mut self, field: &str, rule: Option<&Rule>) -> bool {
        self.get(field, rule, Found::flag).unwrap_or(false)
    }

    /// A whole number from 0 to 65,535.
    pub fn count(&mut self, field: &str, rule: Option<&Rule>) -> Option<u16> {
        self.get(field, rule, |found| {
            let number = found.number()?;
            let whole = number.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(&number);
            if whole { Ok(number as u16) } else { Err(format!("{number} is no count")) }
        })
    }
}
