//! Public holidays and the working weekends that pay for them (调休).

use std::collections::HashMap;

use doorstep_shared::Date;
use serde::Deserialize;

/// What a date is, before a nursery's own week and closures are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// The nursery's week says.
    Ordinary,
    /// Closed everywhere.
    Holiday { zh: String, en: String },
    /// A weekend on which people work. Nurseries open as on a working day.
    Workday { zh: String, en: String },
}

/// Days that are not ordinary. Whatever lies beyond its years is ordinary.
#[derive(Clone, Debug, Default)]
pub struct Calendar(HashMap<Date, DayKind>);

#[derive(Deserialize)]
struct Row {
    date: Date,
    day_kind: Word,
    name_en: String,
    name_zh: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Holiday,
    Workday,
}

impl Calendar {
    pub fn day_kind(&self, date: Date) -> &DayKind {
        self.0.get(&date).unwrap_or(&DayKind::Ordinary)
    }

    /// Reads `date,day_kind,name_en,name_zh`; lines that begin with `#` are comments.
    ///
    /// # Errors
    /// With the line and what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let mut days = HashMap::new();
        for row in reader.deserialize() {
            let Row { date, day_kind, name_en: en, name_zh: zh } = row.map_err(|error| error.to_string())?;
            let kind = match day_kind {
                Word::Holiday => DayKind::Holiday { zh, en },
                Word::Workday => DayKind::Workday { zh, en },
            };
            if days.insert(date, kind).is_some() {
                return Err(format!("{date} stands there twice"));
            }
        }
        Ok(Self(days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_holiday_a_working_weekend_or_ordinary() {
        let calendar = Calendar::parse(include_str!("../../policies/holidays.csv")).unwrap();
        let kind = |date: &str| calendar.day_kind(date.parse().unwrap()).clone();
        let holiday = DayKind::Holiday { zh: "国庆节".to_owned(), en: "National Day".to_owned() };
        assert_eq!(kind("2026-10-01"), holiday);
        assert!(matches!(kind("2026-10-10"), DayKind::Workday { .. }));
        assert_eq!(kind("2026-10-12"), DayKind::Ordinary);
        assert_eq!(kind("2031-10-01"), DayKind::Ordinary, "beyond the published years");
    }

    #[test]
    fn a_wrong_line_is_named() {
        let head = "date,day_kind,name_en,name_zh\n";
        let cases = [
            ("2026-10-01,holiday,National Day\n", "line: 2"),
            ("2026-10-01,feast,National Day,国庆节\n", "feast"),
            ("2026-10-01,holiday,a,b\n2026-10-01,holiday,a,b\n", "twice"),
        ];
        for (lines, told) in cases {
            let error = Calendar::parse(&format!("{head}{lines}")).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
