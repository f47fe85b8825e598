//! `doorstep backup FILE`

use std::path::Path;

use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};

use super::{Unfinished, open, postgres_program, run};
use crate::{
    config::Config,
    db::{DatabaseUrl, snapshot},
    error::{Error, Result},
};

/// Writes all data, as of one moment, to one file; a server may go on working. An older backup of that name is replaced
/// once the new one is whole.
///
/// On PostgreSQL this runs `pg_dump`. The keys in the data folder are no part of it.
///
/// # Errors
/// When the file cannot be written or names something that is not a backup; nothing is replaced then.
pub fn backup(config: &Config, file: &Path) -> Result<()> {
    let database = config.database();
    refuse_to_overwrite(&database, file)?;
    let db = open(config)?;
    let unfinished = Unfinished::beside(file);
    match &database {
        DatabaseUrl::Sqlite(path) => {
            snapshot::copy(path, &unfinished.0)?;
            snapshot::verify(&unfinished.0)?;
        }
        DatabaseUrl::Postgres(url) => {
            #[derive(QueryableByName)]
            struct Schema {
                #[diesel(sql_type = Text)]
                name: String,
            }
            // A city is a schema: others in the same database are none of ours.
            let schema = db.read_blocking(|conn| {
                Ok(sql_query("SELECT current_schema()::text AS name").get_result::<Schema>(conn)?.name)
            })?;
            // So that only its owner can read it from the first byte on.
            drop(snapshot::make(&unfinished.0)?);
            let (mut command, url) = postgres_program("pg_dump", url)?;
            command.args(["--format=custom", "--no-owner", "--no-privileges", "--schema"]).arg(schema);
            command.arg("--file").arg(&unfinished.0).arg("--dbname").arg(url);
            run(command)?;
        }
    }
    unfinished.finish(file)
}

/// A slip of the hand must not cost the database itself, or somebody's photographs.
fn refuse_to_overwrite(database: &DatabaseUrl, file: &Path) -> Result<()> {
    let refuse = |why: &str| Err(Error::internal(format!("{} {why}", file.display())));
    if !file.exists() {
        return Ok(());
    }
    if let DatabaseUrl::Sqlite(path) = database {
        let same = path.canonicalize().ok().zip(file.canonicalize().ok()).is_some_and(|(live, file)| live == file);
        if same {
            return refuse("is the database itself");
        }
    }
    let mut head = [0; 5];
    let read = std::fs::File::open(file).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    match read {
        Ok(()) if head == *b"SQLit" || head == *b"PGDMP" => Ok(()),
        _ => refuse("exists and is not a backup"),
    }
}
