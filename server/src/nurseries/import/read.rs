//! Reads a file into rows: CSV, XLSX, JSON and GeoJSON, told by the name's ending.

use std::path::Path;

use calamine::{Data, Reader as _};
use serde_json::{Map, Value};

use super::mapping::Mapping;

/// One row of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Line of a CSV file, row of a sheet, position in a list: from 1.
    pub at: u32,
    columns: Map<String, Value>,
}

impl Row {
    #[cfg(test)]
    pub fn new(at: u32, columns: Value) -> Self {
        Self { at, columns: columns.as_object().cloned().unwrap_or_default() }
    }

    /// What stands in a column; `a.b.0` reaches into JSON. Nothing for null.
    fn get(&self, column: &str) -> Option<&Value> {
        let direct = self.columns.get(column);
        let inside = || {
            let mut parts = column.split('.');
            let first = self.columns.get(parts.next()?)?;
            parts.try_fold(first, |value, part| match value {
                Value::Array(list) => list.get(part.parse::<usize>().ok()?),
                other => other.get(part),
            })
        };
        direct.or_else(inside).filter(|value| !value.is_null())
    }

    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column) || self.get(column).is_some()
    }

    /// Its text, trimmed; None when there is none.
    pub fn text(&self, column: &str) -> Option<String> {
        let text = match self.get(column)? {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }
}

/// Every row of the file, in order.
///
/// # Errors
/// When the file cannot be read to its end, with the line where that is known. One bad line refuses the whole file:
/// nobody can say what the rest of it means.
pub fn rows(path: &Path, mapping: &Mapping) -> Result<Vec<Row>, String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let text = || {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8; save it as UTF-8 and try again")?;
        Ok::<_, String>(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    };
    let rows = match ending.as_str() {
        "csv" | "tsv" | "txt" => csv_rows(&text()?, mapping.delimiter, &ending)?,
        "xlsx" | "xlsm" | "xls" | "ods" => sheet_rows(path, mapping.sheet.as_deref())?,
        "json" => json_rows(&text()?, mapping.rows.as_deref())?,
        "geojson" => geojson_rows(&text()?)?,
        other => return Err(format!("the ending {other:?} is none of csv, tsv, xlsx, json, geojson")),
    };
    if rows.is_empty() {
        return Err("it has no rows".to_owned());
    }
    Ok(rows)
}

fn csv_rows(text: &str, delimiter: Option<char>, ending: &str) -> Result<Vec<Row>, String> {
    let delimiter = delimiter.unwrap_or(if ending == "tsv" { '\t' } else { ',' });
    let delimiter = u8::try_from(delimiter).map_err(|_| "delimiter: one ASCII character is needed")?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| error.to_string())?.clone();
    let headers = names(headers.iter().map(str::to_owned))?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let at = record.position().map_or(0, csv::Position::line);
        let values = record.iter().map(|text| Value::String(text.to_owned()));
        rows.push(Row {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            columns: headers.iter().cloned().zip(values).collect(),
        });
    }
    Ok(rows)
}

/// Names of columns: two of the same name would hide each other.
fn names(headers: impl Iterator<Item = String>) -> Result<Vec<String>, String> {
    let names: Vec<String> = headers.map(|name| name.trim().to_owned()).collect();
    let twice =
        names.iter().enumerate().find(|(at, name)| !name.is_empty() && names.iter().take(*at).any(|n| n == *name));
    match twice {
        Some((_, name)) => Err(format!("two columns are named {name:?}")),
        None => Ok(names),
    }
}

fn sheet_rows(path: &Path, sheet: Option<&str>) -> Result<Vec<Row>, String> {
    let mut book = calamine::open_workbook_auto(path).map_err(|error| error.to_string())?;
    let range = match sheet {
        Some(name) => book.worksheet_range(name).map_err(|error| format!("sheet {name:?}: {error}"))?,
        None => match book.worksheet_range_at(0) {
            Some(range) => range.map_err(|error| error.to_string())?,
            None => return Err("it has no sheet".to_owned()),
        },
    };
    let first = range.start().map_or(0, |(row, _)| row) + 1;
    let mut rows = (first..).zip(range.rows());
    let Some((_, headers)) = rows.next() else { return Ok(Vec::new()) };
    let headers = names(headers.iter().map(|cell| cell_of(cell).as_str().unwrap_or_default().to_owned()))?;
    let rows = rows.filter(|(_, cells)| cells.iter().any(|cell| !matches!(cell, Data::Empty)));
    Ok(rows
        .map(|(at, cells)| Row { at, columns: headers.iter().cloned().zip(cells.iter().map(cell_of)).collect() })
        .collect())
}

/// As a person sees it: 7.0 is `7`, and a time of day is `7:30`.
fn cell_of(cell: &Data) -> Value {
    let text = match cell {
        Data::Empty | Data::Error(_) => return Value::Null,
        Data::DateTime(time) if time.as_f64() < 1.0 => {
            let minutes = (time.as_f64() * 1_440.0).round() as u32;
            format!("{}:{:02}", minutes / 60, minutes % 60)
        }
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        other => other.to_string(),
    };
    Value::String(text)
}

fn json_rows(text: &str, at: Option<&str>) -> Result<Vec<Row>, String> {
    let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let list = match at {
        Some(path) => path.split('.').try_fold(&file, |value, part| value.get(part)),
        None => Some(&file),
    };
    let Some(Value::Array(list)) = list else {
        return Err(format!("there is no list at {:?}; the mapping's `rows` says where it is", at.unwrap_or_default()));
    };
    let row = |(at, value): (u32, &Value)| match value {
        Value::Object(columns) => Ok(Row { at, columns: columns.clone() }),
        _ => Err(format!("item {at} is no object")),
    };
    (1..).zip(list).map(row).collect()
}

/// Properties are columns; the coordinates of a point are the columns `@lng` and `@lat`.
fn geojson_rows(text: &str) -> Result<Vec<Row>, String> {
    let mut rows = json_rows(text, Some("features"))?;
    for row in &mut rows {
        let feature = std::mem::take(&mut row.columns);
        if let Some(Value::Object(properties)) = feature.get("properties") {
            row.columns = properties.clone();
        }
        let geometry = feature.get("geometry");
        let is_point = geometry.and_then(|geometry| geometry.get("type")).and_then(Value::as_str) == Some("Point");
        let coordinates = geometry.filter(|_| is_point).and_then(|geometry| geometry.get("coordinates"));
        for (index, name) in ["@lng", "@lat"].into_iter().enumerate() {
            let value = coordinates.and_then(|list| list.get(index)).cloned().unwrap_or_default();
            row.columns.insert(name.to_owned(), value);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_carry_the_line_where_they_begin() {
        let rows = csv_rows("a,b\n1,\"x\ny\"\n2,z\n", None, "csv").unwrap();
        assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(rows[0].text("b").as_deref(), Some("x\ny"));
        assert!(csv_rows("a,b\n1,2,3\n", None, "csv").unwrap_err().contains("line: 2"));
        assert!(csv_rows("a,a\n1,2\n", None, "csv").unwrap_err().contains("two columns"));
        assert_eq!(csv_rows("a\tb\n1\t2\n", None, "tsv").unwrap()[0].text("b").as_deref(), Some("2"));
    }

    #[test]
    fn a_column_reaches_into_json() {
        let row = Row::new(1, json!({"a": {"b": [1, " x "]}, "c": null, "d.e": 3}));
        let cases = [("a.b.1", Some("x")), ("a.b.0", Some("1")), ("c", None), ("d.e", Some("3")), ("a.z", None)];
        for (column, text) in cases {
            assert_eq!(row.text(column).as_deref(), text, "{column}");
        }
        assert!(row.has("c") && !row.has("z"));
    }

    #[test]
    fn lists_and_features_become_rows() {
        let rows = json_rows(r#"{"result": {"items": [{"n": 1}, {"n": 2}]}}"#, Some("result.items")).unwrap();
        assert_eq!(rows.len(), 2);
        assert!(json_rows("{}", None).is_err());
        assert!(json_rows("[1]", None).is_err());
        let features = json!({"features": [
            {"properties": {"n": "a"}, "geometry": {"type": "Point", "coordinates": [141.3, 43.1]}},
            {"properties": {"n": "b"}, "geometry": null},
            {"properties": {"n": "c"}, "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}},
        ]});
        let rows = geojson_rows(&features.to_string()).unwrap();
        assert_eq!(rows[0].text("@lat").as_deref(), Some("43.1"));
        assert_eq!((rows[1].text("@lat"), rows[2].text("@lat")), (None, None));
    }
}
