//! The migrations, run over their files.

use std::{collections::BTreeSet, fs};

use diesel::{Connection as _, PgConnection, SqliteConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use doorstep_server::db::{DatabaseUrl, Db, migrate};
use doorstep_tests::{Database, Fresh, test_on_both, workspace};

use crate::tables::columns;

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(workspace().join("migrations").join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let (sqlite, postgresql) = (names("sqlite"), names("postgresql"));
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgresql);
}

enum Step {
    Up,
    Down,
}

fn step(fresh: &Fresh, step: &Step) {
    let files = |folder: &str| FileBasedMigrations::from_path(workspace().join("migrations").join(folder)).unwrap();
    macro_rules! run {
        ($conn:expr, $folder:literal) => {
            match step {
                Step::Up => $conn.run_pending_migrations(files($folder)).map(|ran| ran.len()),
                Step::Down => $conn.revert_all_migrations(files($folder)).map(|ran| ran.len()),
            }
        };
    }
    let ran = match fresh.url() {
        DatabaseUrl::Sqlite(path) => run!(SqliteConnection::establish(&path.to_string_lossy()).unwrap(), "sqlite"),
        DatabaseUrl::Postgres(url) => run!(PgConnection::establish(&url).unwrap(), "postgresql"),
    };
    assert!(ran.unwrap() > 0, "there was something to run");
}

#[test_on_both]
async fn up_then_down_then_up_gives_the_same_tables(database: Database) {
    let fresh = database.empty();
    step(&fresh, &Step::Up);
    let first = columns(&fresh);
    step(&fresh, &Step::Down);
    assert_eq!(columns(&fresh), [], "nothing is left after going down");
    step(&fresh, &Step::Up);
    assert_eq!(columns(&fresh), first);
}

#[test_on_both]
async fn a_second_migration_finds_nothing_to_do(database: Database) {
    let fresh = database.empty();
    let db = Db::open(&fresh.url(), 2).unwrap();
    assert!(!migrate::migrate(&db).unwrap().is_empty());
    assert!(migrate::migrate(&db).unwrap().is_empty());
}

#[test_on_both]
async fn a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) {
    use diesel::connection::SimpleConnection as _;

    let fresh = database.fresh();
    let db = Db::open(&fresh.url(), 2).unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')";
    db.write(move |conn| Ok(conn.batch_execute(newer)?)).await.unwrap();
    let before = columns(&fresh);
    let refusal = migrate::migrate(&db).unwrap_err().to_string();
    assert!(refusal.contains("newer") && refusal.contains("20990101000001"), "{refusal}");
    assert_eq!(columns(&fresh), before);
}

#[test_on_both]
async fn two_processes_may_migrate_at_the_same_time(database: Database) {
    let fresh = database.empty();
    let url = fresh.url();
    let migrating = (0..4).map(|_| {
        let url = url.clone();
        std::thread::spawn(move || migrate::migrate(&Db::open(&url, 1).unwrap()).unwrap().len())
    });
    let ran: Vec<_> = migrating.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(ran.iter().filter(|ran| **ran > 0).count(), 1, "{ran:?}");
}
