//! What a row tells about one fact, by its rule.

use std::str::FromStr;

use toml::Value;

use super::{mapping::Rule, read::Row};

/// A row with what its file calls empty.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub row: &'a Row,
    pub empty: &'a [String],
}

/// A fact as found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub value: Value,
    /// Nothing was told, and the mapping's default taken.
    pub assumed: bool,
}

impl Source<'_> {
    /// None when nothing is told and there is no default.
    ///
    /// # Errors
    /// When the text is none that the rule knows.
    pub fn look(self, rule: &Rule) -> Result<Option<Found>, String> {
        if let Some(constant) = &rule.constant {
            return Ok(Some(Found { value: constant.clone(), assumed: false }));
        }
        let texts = |columns: &[String]| {
            let told = |column: &String| {
                let text = self.row.text(column)?;
                let nothing = self.empty.contains(&text) || rule.empty.contains(&text);
                (!nothing).then_some(text)
            };
            columns.iter().filter_map(told).collect::<Vec<_>>().join(&rule.join)
        };
        let mut text = texts(&rule.columns);
        if text.is_empty() {
            text = texts(&rule.or);
        }
        if text.is_empty() {
            let other = rule.other.clone().map(|value| Found { value, assumed: false });
            return Ok(other.or_else(|| rule.default.clone().map(|value| Found { value, assumed: true })));
        }
        let value = match (rule.words.get(&text), &rule.other) {
            (Some(value), _) | (None, Some(value)) => value.clone(),
            (None, None) if rule.words.is_empty() => Value::String(text),
            (None, None) => return Err(format!("{text:?} is none of the words that the mapping knows")),
        };
        Ok(Some(Found { value, assumed: false }))
    }
}

impl Found {
    pub fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    pub fn word<T: FromStr>(&self) -> Result<T, String> {
        let text = self.text();
        text.parse().map_err(|_| format!("{text:?} is no word that we know"))
    }

    pub fn number(&self) -> Result<f64, String> {
        let number = match &self.value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            // 1,234 as lists print it.
            Value::String(text) => text.replace(',', "").parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite()).ok_or_else(|| format!("{} is no number", self.value))
    }

    pub fn flag(&self) -> Result<bool, String> {
        self.value.as_bool().ok_or_else(|| format!("{} is neither true nor false", self.value))
    }

    pub fn list<T>(&self, read: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, String> {
        let list = self.value.as_array().and_then(|list| list.iter().map(read).collect());
        list.ok_or_else(|| format!("{} is no such list", self.value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_takes_words_joins_columns_and_falls_back() {
        let row = Row::new(1, json!({"type": "A", "a": "北区", "b": "1条", "full": "NA", "n": 12, "x": ""}));
        let source = Source { row: &row, empty: &["NA".to_owned()] };
        let cases = [
            ("a = \"a\"", Ok(Some(("北区", false)))),
            ("a = { columns = [\"a\", \"x\", \"b\"], join = \" \" }", Ok(Some(("北区 1条", false)))),
            ("a = { column = \"x\", or = [\"b\", \"a\"], join = \"-\" }", Ok(Some(("1条-北区", false)))),
            ("a = { column = \"type\", words = { A = \"community\" } }", Ok(Some(("community", false)))),
            ("a = { column = \"type\", words = { B = \"community\" } }", Err(())),
            ("a = { column = \"type\", words = { B = \"x\" }, other = \"employer\" }", Ok(Some(("employer", false)))),
            ("a = { column = \"x\", words = { B = \"x\" }, other = \"employer\" }", Ok(Some(("employer", false)))),
            ("a = { column = \"full\" }", Ok(None)),
            ("a = { column = \"full\", default = \"20\" }", Ok(Some(("20", true)))),
            ("a = { column = \"type\", empty = [\"A\"] }", Ok(None)),
            ("a = { constant = \"private\" }", Ok(Some(("private", false)))),
        ];
        for (written, expected) in cases {
            let rule: std::collections::BTreeMap<String, Rule> = toml::from_str(written).unwrap();
            let found = source.look(&rule["a"]).map_err(|_| ());
            let found = found.map(|found| found.map(|found| (found.text(), found.assumed)));
            let expected = expected.map(|found| found.map(|(text, assumed)| (text.to_owned(), assumed)));
            assert_eq!(found, expected, "{written}");
        }
    }
}
