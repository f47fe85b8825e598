//! `doorstep restore FILE`

use std::path::Path;

use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types};

use super::{Unfinished, postgres_program, run};
use crate::{
    config::Config,
    db::{DatabaseUrl, Db, migrate, snapshot},
    error::{Error, Result},
    private,
};

/// Puts the data of a backup in the place of the database. The file is looked through first: whole, and of a version
/// that this program knows.
///
/// # Errors
/// When there is a database already, unless `force`; while a server uses it; when the file is not a sound backup. The
/// database is as before then.
pub fn restore(config: &Config, file: &Path, force: bool) -> Result<()> {
    match config.database() {
        DatabaseUrl::Sqlite(target) => restore_sqlite(&target, file, force),
        DatabaseUrl::Postgres(url) => restore_postgres(config, &url, file, force),
    }
}

fn there_is_one() -> Error {
    Error::internal("there is a database already; --force replaces it, and all that it holds is lost")
}

fn restore_sqlite(target: &Path, file: &Path, force: bool) -> Result<()> {
    if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::make_folder(folder).map_err(|error| Error::internal(format!("{}: {error}", folder.display())))?;
    }
    if target.exists() && !force {
        return Err(there_is_one());
    }
    let _alone = snapshot::hold_alone(target)?;
    // A copy in the same folder, so that it takes its place in one step.
    let unfinished = Unfinished::beside(target);
    let mut copy = snapshot::make(&unfinished.0)?;
    std::fs::File::open(file)
        .and_then(|mut file| std::io::copy(&mut file, &mut copy))
        .map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    drop(copy);
    snapshot::verify(&unfinished.0)?;
    snapshot::sync(&unfinished.0)?;
    snapshot::replace(target, &unfinished.0)
}

fn restore_postgres(config: &Config, url: &str, file: &Path, force: bool) -> Result<()> {
    #[derive(QueryableByName)]
    struct Target {
        #[diesel(sql_type = sql_types::Text)]
        schema: String,
        #[diesel(sql_type = sql_types::Bool)]
        has_tables: bool,
        #[diesel(sql_type = sql_types::BigInt)]
        others: i64,
    }
    let versions = dumped_versions(file)?;
    migrate::refuse_unknown_versions(&versions)?;
    let db = Db::open(&config.database(), 1)?;
    let target = db.read_blocking(|conn| {
        let query = "SELECT current_schema()::text AS schema, \
             to_regclass('__diesel_schema_migrations') IS NOT NULL AS has_tables, \
             (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
              AND backend_type = 'client backend' AND pid <> pg_backend_pid()) AS others";
        Ok(sql_query(query).get_result::<Target>(conn)?)
    })?;
    drop(db);
    if target.has_tables && !force {
        return Err(there_is_one());
    }
    if target.others > 0 {
        return Err(Error::unavailable("the database is in use by a server or another program; stop it first"));
    }
    let (mut command, url) = postgres_program("pg_restore", url)?;
    command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--schema"]);
    command.arg(target.schema);
    if target.has_tables {
        command.args(["--clean", "--if-exists"]);
    }
    command.arg("--dbname").arg(url).arg(file);
    run(command)?;
    Db::open(&config.database(), 1)?.take_stock()
}

/// The migrations that a dump holds, read without restoring it.
fn dumped_versions(file: &Path) -> Result<Vec<String>> {
    let mut command = std::process::Command::new("pg_restore");
    command.args(["--data-only", "--table=__diesel_schema_migrations", "--file=-"]).arg(file);
    let script = String::from_utf8_lossy(&run(command)?).into_owned();
    let rows = script.lines().skip_while(|line| !line.starts_with("COPY ")).skip(1);
    let versions = rows.take_while(|line| *line != "\\.").filter_map(|row| row.split('\t').next());
    Ok(versions.map(str::to_owned).collect())
}
