//! Importing nurseries: plain lists in every format, while bookings go on, what a crash leaves, and two
//! real files of other countries.

mod broken_off;
mod lists;
mod real;

use std::path::{Path, PathBuf};

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Text},
};
use doorstep_server::{
    db::Db,
    error::Result,
    nurseries::import::{self, Mapping, Outcome, Report},
    policy::Policies,
};
use doorstep_shared::Timestamp;
use doorstep_tests::{Folder, workspace};

fn now() -> Timestamp {
    serde_json::from_value("2026-03-02T08:00:00+08:00".into()).unwrap()
}

/// A file or mapping that lies beside the tests.
fn data(name: &str) -> PathBuf {
    workspace().join("tests/data").join(name)
}

/// Imports on a thread that may wait, as the command does.
async fn import(db: &Db, file: &Path, map: Option<PathBuf>, dry_run: bool) -> Result<Report> {
    let (db, file) = (db.clone(), file.to_owned());
    let run = move || {
        let policies = Policies::load(None, None)?;
        let mapping = Mapping::load(map.as_deref())?;
        import::run(Some(&db), policies.on(now().local_date()), now(), &file, &mapping, dry_run)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Writes a file of that name and imports it with the plain mapping.
async fn import_text(db: &Db, name: &str, text: &str) -> Result<Report> {
    let folder = Folder::new();
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    import(db, &file, None, false).await
}

/// Rows of everything that an import writes.
async fn written(db: &Db) -> Vec<(String, i64)> {
    let tables =
        ["nursery", "nursery_import", "nursery_import_row", "class", "offer", "offer_window", "opening", "change"];
    let counts = tables.map(|table| format!("SELECT '{table}' AS name, COUNT(*) AS rows FROM {table}"));
    rows(db, &counts.join(" UNION ALL ")).await
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The columns `name` and `rows` of a query.
async fn rows(db: &Db, query: &str) -> Vec<(String, i64)> {
    let query = query.to_owned();
    let named = db.read(move |conn| Ok(sql_query(query).load::<Named>(conn)?)).await.unwrap();
    named.into_iter().map(|row| (row.name, row.rows)).collect()
}

async fn execute(db: &Db, statement: &str) {
    let statement = statement.to_owned();
    db.write(move |conn| Ok(sql_query(statement).execute(conn)?)).await.unwrap();
}

/// What a report must always be: each row once, and counts that add up.
fn assert_adds_up(report: &Report) {
    assert_eq!(report.rows, report.items.len());
    assert_eq!(report.rows, report.taken + report.corrected + report.refused);
    assert_eq!(report.taken + report.corrected, report.created + report.updated + report.unchanged);
    for item in &report.items {
        let told = !item.details.is_empty();
        assert_eq!(told, item.outcome != Outcome::Taken, "row {} says why: {item:?}", item.row);
    }
}

/// How many rows have these words as a correction or as the reason of a refusal.
fn told(report: &Report, words: &str) -> usize {
    report.items.iter().filter(|item| item.details.iter().any(|detail| detail.contains(words))).count()
}
