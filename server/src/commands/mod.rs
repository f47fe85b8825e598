//! What the command line does besides serving. Each command opens the database itself; none needs a running server.

mod backup;
mod check;
mod export;
mod group;
mod issuer;
mod outbox;
mod restore;
mod staff;

use std::path::{Path, PathBuf};

pub use self::{
    backup::backup,
    check::check,
    export::{Format, export_bookings},
    group::{Options as GroupOptions, group},
    issuer::{Issuer, issuer},
    outbox::{Options as OutboxOptions, outbox},
    restore::restore,
    staff::{Staff, staff},
};
use crate::{
    config::Config,
    db::{DatabaseUrl, Db, migrate, snapshot},
    error::{Error, Result},
};

/// Opens a database that must be there, of a version that this program knows, and leaves it as it is.
///
/// # Errors
/// When there is none, or it is of a newer version.
fn open(config: &Config) -> Result<Db> {
    if let DatabaseUrl::Sqlite(path) = config.database()
        && !path.is_file()
    {
        return Err(Error::internal(format!("{}: there is no database", path.display())));
    }
    let db = Db::open(&config.database(), config.connections)?;
    db.read_blocking(migrate::refuse_unknown)?;
    Ok(db)
}

/// A name beside `file` for what is not finished. Removed when dropped, unless it was moved to its place.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(file: &Path) -> Self {
        Self(snapshot::beside(file, &format!(".unfinished-{}", uuid::Uuid::now_v7().simple())))
    }

    /// Gives it its name, once it is whole and on disk.
    fn finish(self, file: &Path) -> Result<()> {
        snapshot::sync(&self.0)?;
        std::fs::rename(&self.0, file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
        snapshot::sync_folder(file)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            // Usually it is not there any more.
            let _ = std::fs::remove_file(snapshot::beside(&self.0, suffix));
        }
    }
}

/// PostgreSQL's own program, told the database without its password on the command line, where others could read it.
fn postgres_program(program: &str, url: &str) -> Result<(std::process::Command, String)> {
    let mut url = url::Url::parse(url).map_err(|error| Error::internal(format!("DATABASE_URL: {error}")))?;
    let mut command = std::process::Command::new(program);
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", password);
    }
    // A URL without a host has no password to take out.
    let _ = url.set_password(None);
    Ok((command, url.to_string()))
}

/// Runs it, and returns what it printed.
fn run(mut command: std::process::Command) -> Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::internal(format!("{program} is not installed; it comes with PostgreSQL's client programs"))
        }
        _ => Error::internal(format!("{program}: {error}")),
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Error::internal(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}
