//! All rows of all tables, to show that a refusal has changed nothing.

use std::collections::BTreeMap;

use diesel::{QueryResult, QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};
use doorstep_server::db::Conn;

/// Table → its rows as text, sorted.
#[derive(PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, Vec<String>>);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut Conn, query: String) -> QueryResult<Vec<String>> {
    let query = sql_query(query);
    let lines: Vec<Line> = match conn {
        Conn::Sqlite(conn) => query.load(conn)?,
        Conn::Postgres(conn) => query.load(conn)?,
    };
    Ok(lines.into_iter().map(|row| row.line).collect())
}

impl Snapshot {
    /// What the database holds now.
    pub fn of(conn: &mut Conn) -> QueryResult<Self> {
        let sqlite = matches!(conn, Conn::Sqlite(_));
        let tables = if sqlite {
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        } else {
            "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public'"
        };
        let mut rows = BTreeMap::new();
        for table in lines(conn, tables.to_owned())? {
            let query = if sqlite {
                let columns = format!("SELECT 'quote(' || name || ')' AS line FROM pragma_table_info('{table}')");
                let columns = lines(conn, columns)?.join(" || ',' || ");
                format!("SELECT {columns} AS line FROM {table} ORDER BY line")
            } else {
                format!("SELECT t::text AS line FROM {table} t ORDER BY line")
            };
            let found = lines(conn, query)?;
            rows.insert(table, found);
        }
        Ok(Self(rows))
    }

    /// The tables that hold these words, be it as text or as bytes.
    pub fn tables_with(&self, words: &str) -> Vec<&str> {
        let bytes: String = words.bytes().map(|byte| format!("{byte:02x}")).collect();
        let holds = |row: &String| row.contains(words) || row.to_lowercase().contains(&bytes);
        self.0.iter().filter(|(_, rows)| rows.iter().any(holds)).map(|(table, _)| table.as_str()).collect()
    }

    /// The tables that differ, with the rows that only one side has.
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (table, rows) in &self.0 {
            let after = later.0.get(table).map(Vec::as_slice).unwrap_or_default();
            found.extend(rows.iter().filter(|row| !after.contains(row)).map(|row| format!("{table} lost {row}")));
            found.extend(after.iter().filter(|row| !rows.contains(row)).map(|row| format!("{table} got {row}")));
        }
        found
    }
}
