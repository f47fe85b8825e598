//! Which database, and how a connection to it is set up.

use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use diesel::{
    Connection, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, connection::SimpleConnection, r2d2, sql_query,
};

use super::Conn;
use crate::{
    error::{Error, Result},
    private,
};

/// Parsed by ourselves: diesel would open any text as a SQLite file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// Path of the file.
    Sqlite(PathBuf),
    /// `postgres://…`, with `options=-csearch_path=…` for a city's schema.
    Postgres(String),
}

impl std::str::FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => Err("a database is named postgres://… or sqlite:PATH".to_owned()),
        }
    }
}

/// Without the password.
impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite at {}", path.display()),
            Self::Postgres(text) => match url::Url::parse(text) {
                Ok(url) => write!(f, "PostgreSQL at {}{}", url.host_str().unwrap_or("a socket"), url.path()),
                Err(_) => f.write_str("PostgreSQL"),
            },
        }
    }
}

/// The first release without the WAL bug that can lose committed writes.
const OLDEST_SQLITE: i32 = 3_051_003;

#[derive(Clone, Debug)]
pub struct Connector {
    url: DatabaseUrl,
}

impl Connector {
    pub fn new(url: DatabaseUrl) -> Result<Self> {
        if let DatabaseUrl::Sqlite(path) = &url {
            refuse_old_sqlite()?;
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                private::make_folder(folder)
                    .map_err(|error| Error::unavailable(format!("{}: {error}", folder.display())))?;
            }
        }
        Ok(Self { url })
    }

    pub fn open(&self) -> std::result::Result<Conn, OpenError> {
        Ok(match &self.url {
            DatabaseUrl::Sqlite(path) => Conn::Sqlite(open_sqlite(path)?),
            DatabaseUrl::Postgres(url) => Conn::Postgres(open_postgres(url)?),
        })
    }
}

fn refuse_old_sqlite() -> Result<()> {
    #[expect(unsafe_code, reason = "a C function without arguments that returns a constant")]
    let version = unsafe { libsqlite3_sys::sqlite3_libversion_number() };
    if version < OLDEST_SQLITE {
        return Err(Error::internal(format!("SQLite {version} can lose committed writes; {OLDEST_SQLITE} is needed")));
    }
    Ok(())
}

/// Pages that a connection keeps, in KiB.
const CACHE: u32 = 64 * 1024;
/// The same while what is read is read once.
const CACHE_OF_ONCE: u32 = 2 * 1024;

/// Pages in the log before they are brought home: 32 MB. A page that many bookings touch is brought home once for all.
const LOGGED: u32 = 8_192;

/// Reads nearly everything, once: pages that are kept would only take memory.
pub fn read_once<T>(conn: &mut Conn, read: impl FnOnce(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    let keep = |conn: &mut Conn, kib: u32| match conn {
        Conn::Sqlite(conn) => conn.batch_execute(&format!("PRAGMA cache_size = -{kib}")),
        Conn::Postgres(_) => Ok(()),
    };
    keep(conn, CACHE_OF_ONCE)?;
    let outcome = read(conn);
    keep(conn, CACHE)?;
    outcome
}

/// Its log and its index take the rights of the file.
fn open_sqlite(path: &Path) -> std::result::Result<SqliteConnection, OpenError> {
    private::ensure(path)?;
    let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -{CACHE}; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = {LOGGED};",
    ))?;
    Ok(conn)
}

fn open_postgres(url: &str) -> std::result::Result<PgConnection, OpenError> {
    let mut conn = PgConnection::establish(&with_patience(url))?;
    // What waits longer than a person would is given up, and the caller told to come back. Statements are planned once
    // for each connection: they all go by an index, whatever the values, and planning took longer than running them.
    conn.batch_execute(
        "SET lock_timeout = '5s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'; \
         SET timezone = 'UTC'; SET plan_cache_mode = 'force_generic_plan';",
    )?;
    speak_english(&mut conn)?;
    Ok(conn)
}

/// What may work later is told by PostgreSQL's messages, because diesel does not tell their SQLSTATE: so they must be
/// English ones. Most roles may not choose that, and then it must be so already.
fn speak_english(conn: &mut PgConnection) -> std::result::Result<(), OpenError> {
    use diesel::{QueryableByName, sql_types::Text};

    #[derive(QueryableByName)]
    struct Spoken {
        #[diesel(sql_type = Text)]
        lc_messages: String,
    }
    if conn.batch_execute("SET lc_messages = 'C'").is_ok() {
        return Ok(());
    }
    let Spoken { lc_messages } = sql_query("SHOW lc_messages").get_result(conn)?;
    if is_english(&lc_messages) { Ok(()) } else { Err(OpenError::Language(lc_messages)) }
}

/// Whether messages of this locale are the ones that stand in PostgreSQL's own code.
fn is_english(lc_messages: &str) -> bool {
    let language = lc_messages.split(['_', '.', '@']).next().unwrap_or_default();
    ["C", "POSIX", "en", "English"].contains(&language)
}

/// How long the client's library waits before it gives a connection up, unless the URL says otherwise: seconds, and
/// milliseconds for what was sent and never acknowledged.
const PATIENCE: [(&str, u32); 5] = [
    ("connect_timeout", 5),
    ("keepalives_idle", 10),
    ("keepalives_interval", 5),
    ("keepalives_count", 3),
    ("tcp_user_timeout", 15_000),
];

fn with_patience(url: &str) -> String {
    PATIENCE.iter().filter(|(name, _)| !url.contains(name)).fold(url.to_owned(), |url, (name, value)| {
        let joint = if url.contains('?') { '&' } else { '?' };
        format!("{url}{joint}{name}={value}")
    })
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Connection(#[from] diesel::ConnectionError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    #[error(
        "PostgreSQL speaks {0:?}, and this program tells its failures apart by their English messages: let a superuser run \
         ALTER ROLE … SET lc_messages = 'C' for the role that it connects as"
    )]
    Language(String),
}

/// A connection of the pool.
pub struct Pooled {
    conn: Conn,
    /// When the database last answered it.
    heard: Instant,
}

/// How long a connection is believed to be good after the database answered it. Asking costs a round trip, as much as
/// many a call needs in all.
const BELIEVED: Duration = Duration::from_millis(500);

impl Deref for Pooled {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl r2d2::ManageConnection for Connector {
    type Connection = Pooled;
    type Error = OpenError;

    fn connect(&self) -> std::result::Result<Pooled, OpenError> {
        Ok(Pooled { conn: self.open()?, heard: Instant::now() })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> std::result::Result<(), OpenError> {
        if pooled.heard.elapsed() > BELIEVED {
            sql_query("SELECT 1").execute(&mut pooled.conn)?;
            pooled.heard = Instant::now();
        }
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        use diesel::connection::TransactionManager as _;
        let conn = &mut pooled.conn;
        std::thread::panicking() || <Conn as Connection>::TransactionManager::is_broken_transaction_manager(conn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_by_its_scheme() {
        let cases = [
            ("sqlite:data/doorstep.db", true),
            ("sqlite:///var/lib/doorstep.db", true),
            ("postgres://localhost/city", true),
            ("postgresql://localhost/city", true),
            ("doorstep.db", false),
            ("sqlite:", false),
            ("mysql://localhost/city", false),
        ];
        for (text, good) in cases {
            assert_eq!(text.parse::<DatabaseUrl>().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn only_messages_in_english_can_be_told_apart() {
        for (lc_messages, is_ours) in [
            ("C", true),
            ("C.UTF-8", true),
            ("POSIX", true),
            ("en_GB.UTF-8", true),
            ("English_United States.1252", true),
            ("de_DE.UTF-8", false),
            ("zh_CN.UTF-8", false),
            ("Chinese (Simplified)_China.936", false),
            // Whatever the server was started with.
            ("", false),
        ] {
            assert_eq!(is_english(lc_messages), is_ours, "{lc_messages}");
        }
    }

    #[test]
    fn patience_has_an_end_that_the_url_may_move() {
        let cases = [
            ("postgres://db/city", "postgres://db/city?connect_timeout=5&keepalives_idle=10"),
            ("postgres://db/city?connect_timeout=60", "postgres://db/city?connect_timeout=60&keepalives_idle=10"),
        ];
        for (url, beginning) in cases {
            let patient = with_patience(url);
            assert!(patient.starts_with(beginning) && patient.ends_with("&tcp_user_timeout=15000"), "{patient}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: DatabaseUrl = "postgres://city:secret@db.example/city".parse().unwrap();
        assert_eq!(url.to_string(), "PostgreSQL at db.example/city");
    }
}
