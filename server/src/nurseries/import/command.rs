//! `doorstep import nurseries`.

use std::path::PathBuf;

use doorstep_shared::Timestamp;

use super::{Mapping, Report, run};
use crate::{
    db::Db,
    error::{Error, Result},
    policy::Policies,
};

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The list: CSV, TSV, XLSX, JSON or GeoJSON.
    pub file: PathBuf,

    /// Which column is what, as TOML. Unless told, the columns have the names of our own fields.
    #[arg(long)]
    pub map: Option<PathBuf>,

    /// Read, judge and report, but write nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Write the report to this file too, as JSON, with every row.
    #[arg(long)]
    pub report: Option<PathBuf>,
}

/// Imports and prints the report.
///
/// # Errors
/// As [`run`], or when the report cannot be written.
pub fn import(db: Option<&Db>, policies: &Policies, now: Timestamp, options: &Options) -> Result<Report> {
    let mapping = Mapping::load(options.map.as_deref())?;
    // A report that cannot be written must not be noticed after the import.
    let target = options.report.as_ref().map(|path| {
        let file = std::fs::File::create(path);
        file.map_err(|error| Error::internal(format!("{}: {error}", path.display())))
    });
    let target = target.transpose()?;
    let policy = policies.on(now.local_date());
    let report = run(db, policy, now, &options.file, &mapping, options.dry_run)?;
    if let Some(db) = db.filter(|_| !options.dry_run) {
        db.take_stock()?;
    }
    if let Some(target) = target {
        serde_json::to_writer_pretty(target, &report).map_err(Error::internal)?;
    }
    print!("{report}");
    Ok(report)
}
