//! A fresh, migrated database for each test.

use doorstep_server::db::{DatabaseUrl, Db, migrate};

use crate::{cluster, folder::Folder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A database of one test. Goes when it is dropped.
pub enum Fresh {
    Sqlite(Folder),
    Postgres { name: String, url: String },
}

impl Database {
    /// An empty database, migrated.
    pub fn fresh(self) -> Fresh {
        match self {
            Self::Sqlite => {
                let fresh = Fresh::Sqlite(Folder::new());
                migrate::migrate(&Db::open(&fresh.url(), 1).unwrap()).unwrap();
                fresh
            }
            Self::Postgres => {
                let name = format!("t{}", uuid::Uuid::now_v7().simple());
                let url = cluster::running().copy_of_template(&name);
                Fresh::Postgres { name, url }
            }
        }
    }

    /// A database without any table.
    pub fn empty(self) -> Fresh {
        match self {
            Self::Sqlite => Fresh::Sqlite(Folder::new()),
            Self::Postgres => {
                let name = format!("e{}", uuid::Uuid::now_v7().simple());
                let url = cluster::running().empty(&name);
                Fresh::Postgres { name, url }
            }
        }
    }
}

impl Fresh {
    pub fn url(&self) -> DatabaseUrl {
        match self {
            Self::Sqlite(folder) => DatabaseUrl::Sqlite(folder.path().join("doorstep.db")),
            Self::Postgres { url, .. } => DatabaseUrl::Postgres(url.clone()),
        }
    }

    /// As `DATABASE_URL` has it.
    pub fn url_text(&self) -> String {
        match self.url() {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url,
        }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Self::Postgres { name, .. } = self {
            cluster::running().drop_database(name);
        }
    }
}
