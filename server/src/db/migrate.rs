//! The migrations are part of the binary.

use diesel::{connection::SimpleConnection as _, migration::MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::{Conn, Db};
use crate::error::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("../migrations/postgresql");

/// Held while migrating, so that two processes starting together do not meet.
const MIGRATION_LOCK: i64 = 0x0064_6f6f_7273_7465;

/// Brings the schema up to date and returns the names of the migrations that ran.
///
/// # Errors
/// When the database is of a newer version than this binary, or a migration fails; it is rolled back then.
pub fn migrate(db: &Db) -> Result<Vec<String>> {
    // Migrations bring their own transactions, so they take a plain connection on either database.
    db.read_blocking(|conn| match conn {
        Conn::Sqlite(conn) => conn.immediate_transaction(|conn| {
            refuse_newer(conn.applied_migrations(), known::<diesel::sqlite::Sqlite>(&SQLITE))?;
            names(conn.run_pending_migrations(SQLITE))
        }),
        Conn::Postgres(conn) => {
            conn.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
            let ran = refuse_newer(conn.applied_migrations(), known::<diesel::pg::Pg>(&POSTGRESQL))
                .and_then(|()| names(conn.run_pending_migrations(POSTGRESQL)));
            conn.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
            ran
        }
    })
}

fn names(ran: diesel::migration::Result<Vec<MigrationVersion<'_>>>) -> Result<Vec<String>> {
    match ran {
        Ok(versions) => Ok(versions.iter().map(ToString::to_string).collect()),
        Err(error) => Err(Error::internal(error)),
    }
}

/// A newer schema may hold what this binary would break.
fn refuse_newer(applied: diesel::migration::Result<Vec<MigrationVersion<'_>>>, known: Vec<String>) -> Result<()> {
    let applied = applied.map_err(|error| Error::unavailable(error.to_string()))?;
    refuse_newer_versions(applied.iter().map(ToString::to_string).filter(|version| !known.contains(version)).collect())
}

fn refuse_newer_versions(unknown: Vec<String>) -> Result<()> {
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Error::internal(format!(
        "the database is of a newer version than this program: it has migrations {}; start the newer program",
        unknown.join(", ")
    )))
}

/// Refuses a database that is not one of Doorstep's, or of a newer version than this program; changes nothing.
///
/// # Errors
/// Saying which.
pub fn refuse_unknown(conn: &mut Conn) -> Result<()> {
    let applied = match conn {
        Conn::Sqlite(conn) => conn.applied_migrations(),
        Conn::Postgres(conn) => conn.applied_migrations(),
    };
    let applied = applied.map_err(|error| Error::unavailable(error.to_string()))?;
    refuse_unknown_versions(&applied.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// The same for the versions that a dump names.
///
/// # Errors
/// Saying which.
pub fn refuse_unknown_versions(applied: &[String]) -> Result<()> {
    if applied.is_empty() {
        return Err(Error::internal("this is no Doorstep database: it has no migrations"));
    }
    // Both folders hold the same names.
    let known = known::<diesel::sqlite::Sqlite>(&SQLITE);
    refuse_newer_versions(applied.iter().filter(|version| !known.contains(version)).cloned().collect())
}

fn known<DB: diesel::backend::Backend>(migrations: &EmbeddedMigrations) -> Vec<String> {
    use diesel::migration::MigrationSource;
    let all = MigrationSource::<DB>::migrations(migrations).unwrap_or_default();
    all.iter().map(|migration| migration.name().version().to_string()).collect()
}
