//! A SQLite database in one file: taken while it is used, and looked at before it is trusted.
//!
//! SQLite's backup API needs the raw handle, which diesel keeps to itself. `VACUUM INTO` gives the same thing through
//! SQL: a consistent copy of one moment, made in a read transaction that stops no writer.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query, sql_types::Text};

use super::{Conn, migrate};
use crate::{
    error::{Error, Result},
    private,
};

/// Writes a copy of the database at `from` to `to`, a new file.
///
/// # Errors
/// When it cannot be read or written; what was written is left for the caller to remove.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut conn = open(from)?;
    make(to)?;
    sql_query("VACUUM INTO ?").bind::<Text, _>(to.to_string_lossy()).execute(&mut conn)?;
    drop(conn);
    sync(to)
}

/// Whether a file is a whole Doorstep database of a version that this program knows.
///
/// # Errors
/// Saying what is wrong with it.
pub fn verify(file: &Path) -> Result<()> {
    #[derive(diesel::QueryableByName)]
    struct Finding {
        #[diesel(sql_type = Text)]
        integrity_check: String,
    }
    #[derive(diesel::QueryableByName)]
    struct Dangling {
        #[diesel(sql_type = Text)]
        table: String,
    }
    let named = |why: String| Error::internal(format!("{}: {why}", file.display()));
    let mut conn = open(file)?;
    let findings = sql_query("PRAGMA integrity_check").load::<Finding>(&mut conn);
    let findings = findings.map_err(|error| named(format!("not a sound SQLite database: {error}")))?;
    let findings: Vec<_> = findings.into_iter().map(|finding| finding.integrity_check).collect();
    if findings != ["ok"] {
        return Err(named(format!("the database is damaged: {}", findings.join("; "))));
    }
    let dangling = sql_query("PRAGMA foreign_key_check").load::<Dangling>(&mut conn)?;
    if let Some(dangling) = dangling.first() {
        return Err(named(format!("a row of {} points at nothing", dangling.table)));
    }
    migrate::refuse_unknown(&mut Conn::Sqlite(conn)).map_err(|error| named(error.to_string()))
}

/// Puts `new` in the place of the database at `target`, which nobody uses: see [`hold_alone`].
///
/// # Errors
/// When a file cannot be moved; the old database is still there then.
pub fn replace(target: &Path, new: &Path) -> Result<()> {
    if target.exists() {
        // Its log must neither be lost before the new file is there, nor be applied to it afterwards.
        if let Ok(mut old) = open(target)
            && let Err(error) = sql_query("PRAGMA journal_mode = DELETE").execute(&mut old)
        {
            tracing::warn!(%error, "the old database cannot be read; it is replaced as it is");
        }
        for suffix in ["-wal", "-shm"] {
            match std::fs::remove_file(beside(target, suffix)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::internal(error)),
                _ => {}
            }
        }
    }
    std::fs::rename(new, target).map_err(|error| Error::internal(format!("{}: {error}", target.display())))?;
    sync_folder(target)
}

/// Held by everyone who has the database open; lets a restore know that it is alone.
#[derive(Debug)]
pub struct Held {
    /// The lock goes with the file.
    _file: File,
}

/// Holds the database beside others.
///
/// # Errors
/// While it is being restored.
pub fn hold(database: &Path) -> Result<Held> {
    let file = lock_file(database)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(Held { _file: file }),
        Err(TryLockError::WouldBlock) => {
            Err(Error::unavailable(format!("{} is being restored; try again later", database.display())))
        }
        Err(TryLockError::Error(error)) => Err(Error::unavailable(error.to_string())),
    }
}

/// Holds the database alone.
///
/// # Errors
/// While a server or a command uses it.
pub fn hold_alone(database: &Path) -> Result<Held> {
    let file = lock_file(database)?;
    match file.try_lock() {
        Ok(()) => Ok(Held { _file: file }),
        Err(TryLockError::WouldBlock) => {
            let why = "is in use by a server or another command; stop it first";
            Err(Error::unavailable(format!("{} {why}", database.display())))
        }
        Err(TryLockError::Error(error)) => Err(Error::unavailable(error.to_string())),
    }
}

fn lock_file(database: &Path) -> Result<File> {
    let path = beside(database, ".lock");
    let file = private::ensure(&path).and_then(|()| File::options().write(true).read(true).open(&path));
    file.map_err(|error| Error::unavailable(format!("{}: {error}", path.display())))
}

/// `doorstep.db` → `doorstep.db.lock`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Opens a file as it is, without the settings of a live database.
fn open(path: &Path) -> Result<SqliteConnection> {
    if !path.is_file() {
        return Err(Error::internal(format!("{}: there is no such file", path.display())));
    }
    SqliteConnection::establish(&path.to_string_lossy())
        .map_err(|error| Error::unavailable(format!("{}: {error}", path.display())))
}

/// Makes an empty file that only its owner may read.
///
/// # Errors
/// When there is one of that name, or the disk says no.
pub fn make(path: &Path) -> Result<File> {
    private::create(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}

/// Makes sure that a file is on disk.
///
/// # Errors
/// When the disk says no.
pub fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}

/// Makes sure that the name of a file is on disk.
///
/// # Errors
/// When the disk says no.
pub fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(folder)
}
