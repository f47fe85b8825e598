//! A migrated scratch database for unit tests.

use std::{ops::Deref, path::PathBuf};

use doorstep_shared::{Date, HalfHour, Timestamp};

use super::{DatabaseUrl, Db, migrate};

/// SQLite in a folder of its own under the system's temporary one. Removed when dropped.
pub struct Scratch {
    db: Db,
    folder: PathBuf,
}

impl Deref for Scratch {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub fn scratch() -> Scratch {
    let folder = std::env::temp_dir().join(format!("doorstep-unit-{}", uuid::Uuid::now_v7()));
    let db = Db::open(&DatabaseUrl::Sqlite(folder.join("doorstep.db")), 2).unwrap();
    migrate::migrate(&db).unwrap();
    Scratch { db, folder }
}

/// Some Monday morning in China: 2026-11-23 at 08:00.
pub fn now() -> Timestamp {
    Timestamp::at(Date::from_ymd_opt(2026, 11, 23).unwrap(), HalfHour::new(16).unwrap())
}
