//! What became of every row.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// Counts add up: `rows = taken + corrected + refused`, and `taken + corrected = created + updated + unchanged`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub file: String,
    pub source: String,
    /// Nothing was written.
    pub dry_run: bool,
    pub rows: usize,
    /// As they stand.
    pub taken: usize,
    /// Taken with a change, which `items` tells.
    pub corrected: usize,
    pub refused: usize,
    /// New in the register.
    pub created: usize,
    /// Met again by key, with something new.
    pub updated: usize,
    /// Met again by key, with nothing new.
    pub unchanged: usize,
    /// What the mapping says about the whole file.
    pub notes: Vec<String>,
    /// One for each row, in the order of the file.
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Line of a CSV file, row of a sheet, position in a list: from 1.
    pub row: u32,
    pub key: Option<String>,
    pub outcome: Outcome,
    /// Why it was refused, or what was corrected.
    pub details: Vec<String>,
    /// Taken as it is, but worth a look.
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Taken,
    Corrected,
    Refused,
}

impl Report {
    /// Counts the outcomes of the items.
    pub fn count(&mut self) {
        let of = |outcome| self.items.iter().filter(|item| item.outcome == outcome).count();
        (self.taken, self.corrected, self.refused) = (of(Outcome::Taken), of(Outcome::Corrected), of(Outcome::Refused));
        self.rows = self.items.len();
    }
}

/// For people: counts, then what was corrected, noted and refused, each with its rows.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, source, rows, taken, corrected, refused, created, updated, unchanged, .. } = self;
        writeln!(f, "{file}, as {source}: {rows} rows = {taken} taken + {corrected} corrected + {refused} refused")?;
        let would = if self.dry_run { "dry run, nothing was written; it would be " } else { "" };
        writeln!(f, "nurseries: {would}{created} created, {updated} updated, {unchanged} unchanged")?;
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        let of = |outcome: Outcome| self.items.iter().filter(move |item| item.outcome == outcome);
        list(f, "corrected", of(Outcome::Corrected).map(|item| (item.row, &item.details)))?;
        list(f, "noted", self.items.iter().map(|item| (item.row, &item.notes)))?;
        list(f, "refused", of(Outcome::Refused).map(|item| (item.row, &item.details)))
    }
}

/// The same words together, most rows first.
fn list<'a>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: impl Iterator<Item = (u32, &'a Vec<String>)>,
) -> fmt::Result {
    let mut by_words: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (row, details) in items {
        for words in details {
            by_words.entry(words).or_default().push(row);
        }
    }
    let mut by_words: Vec<_> = by_words.into_iter().collect();
    by_words.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    for (words, rows) in by_words {
        writeln!(f, "{title} {}: {words} (rows {})", rows.len(), ranges(&rows))?;
    }
    Ok(())
}

/// `1, 5–9, 12`
fn ranges(rows: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => ranges.push((*row, *row)),
        }
    }
    let range = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_happened_to_which_rows() {
        let item = |row, outcome, detail: &str, note: &str| Item {
            row,
            key: None,
            outcome,
            details: (!detail.is_empty()).then(|| detail.to_owned()).into_iter().collect(),
            notes: (!note.is_empty()).then(|| note.to_owned()).into_iter().collect(),
        };
        let mut report = Report { file: "a.csv".to_owned(), source: "a".to_owned(), created: 2, ..Report::default() };
        report.items = vec![
            item(2, Outcome::Taken, "", "shares its point"),
            item(3, Outcome::Corrected, "hours cut", ""),
            item(4, Outcome::Refused, "no coordinates", ""),
            item(5, Outcome::Refused, "no coordinates", ""),
            item(7, Outcome::Refused, "no coordinates", ""),
        ];
        report.count();
        let text = "a.csv, as a: 5 rows = 1 taken + 1 corrected + 3 refused\n\
                    nurseries: 2 created, 0 updated, 0 unchanged\n\
                    corrected 1: hours cut (rows 3)\n\
                    noted 1: shares its point (rows 2)\n\
                    refused 3: no coordinates (rows 4–5, 7)\n";
        assert_eq!(report.to_string(), text);
    }
}
