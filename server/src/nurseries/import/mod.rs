//! Importing nurseries from lists that others keep.
//!
//! A file is read and judged to its end before anything is written, and written so that bookings go on meanwhile and
//! nothing is ever half there: see [`stage`].
//!
//! Nurseries are known by their source's key, so that a later import of the same list changes them and makes no second
//! ones. What a list does not say is decided by [`defaults`], told in the [`Report`], and marked to be confirmed.

pub mod command;
mod convert;
mod defaults;
mod fields;
mod hours;
mod mapping;
mod read;
mod report;
mod save;
mod stage;
mod store;
mod value;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use doorstep_shared::Timestamp;

use self::{
    convert::{Context, Converted, convert, key},
    read::Row,
    save::Changes,
};
pub use self::{
    mapping::Mapping,
    report::{Item, Outcome, Report},
    stage::{FinishImport, ForgetImports},
};
use super::{draft::NurseryDraft, store as register};
use crate::{
    db::Db,
    error::{Error, Result},
    policy::Policy,
};

/// Reads a file into the register. `db`: None judges it against an empty register, for a dry run without a database.
///
/// # Errors
/// When the file or the mapping cannot be used, or the database fails. Nothing is changed then, unless the message says
/// that the import was accepted before.
pub fn run(
    db: Option<&Db>,
    policy: &Policy,
    now: Timestamp,
    file: &Path,
    mapping: &Mapping,
    dry_run: bool,
) -> Result<Report> {
    let name = file.display().to_string();
    let rows = read::rows(file, mapping).map_err(|why| Error::internal(format!("{name}: {why}")))?;
    let missing = mapping.columns().find(|column| !rows.iter().any(|row| row.has(column)));
    // The plain mapping names every field that we know, and no list has them all.
    if let Some(column) = missing.filter(|_| mapping.source != "list") {
        return Err(Error::internal(format!("{name}: the mapping names the column {column:?}, which no row has")));
    }
    let districts: Vec<(String, String)> = match db {
        Some(db) => {
            db.read_blocking(|conn| Ok(register::districts(conn)?))?.into_iter().map(|row| (row.id, row.name)).collect()
        }
        None => Vec::new(),
    };
    let (mut items, drafts) = judge(&rows, &Context { mapping, policy, districts: &districts });
    note_shared_points(&mut items, &drafts);
    let keys: Vec<String> = drafts.iter().filter_map(|draft| draft.source_key.clone()).collect();
    let known = match db {
        Some(db) => db.read_blocking(|conn| Ok(store::drafts_by_key(conn, &keys)?))?,
        None => HashMap::new(),
    };
    let changes = Changes::between(drafts, &known);
    let mut report = Report {
        file: name,
        source: mapping.source.clone(),
        dry_run,
        created: changes.create.len(),
        updated: changes.update.len(),
        unchanged: changes.unchanged,
        notes: mapping.notes.clone(),
        items,
        ..Report::default()
    };
    report.count();
    if let Some(db) = db.filter(|_| !dry_run) {
        let longest = stage::bring_in(db, now, &mapping.source, changes)?;
        tracing::info!(longest_ms = longest.as_millis(), "the import is written, in many short transactions");
    }
    Ok(report)
}

/// Every row to a nursery or the reasons against it.
fn judge(rows: &[Row], context: &Context<'_>) -> (Vec<Item>, Vec<NurseryDraft>) {
    let (mut items, mut drafts, mut keys) = (Vec::new(), Vec::new(), HashMap::new());
    for row in rows {
        let key = key(row, context.mapping).ok();
        let first = key.as_ref().and_then(|key| keys.get(key));
        let converted = match (first, convert(row, context)) {
            (Some(first), converted) => {
                let others = converted.err().unwrap_or_default();
                Err([vec![format!("has the same key as row {first}")], others].concat())
            }
            (None, converted) => converted,
        };
        let (outcome, details) = match converted {
            Ok(Converted { draft, corrections }) => {
                keys.extend(key.clone().map(|key| (key, row.at)));
                drafts.push(draft);
                (if corrections.is_empty() { Outcome::Taken } else { Outcome::Corrected }, corrections)
            }
            Err(why) => (Outcome::Refused, why),
        };
        items.push(Item { row: row.at, key, outcome, details, notes: Vec::new() });
    }
    (items, drafts)
}

/// Two in one house, or one of them in the wrong place: kept, and told.
fn note_shared_points(items: &mut [Item], drafts: &[NurseryDraft]) {
    let bits = |draft: &NurseryDraft| (draft.point.lat.to_bits(), draft.point.lng.to_bits());
    let mut count: HashMap<_, u32> = HashMap::new();
    for draft in drafts {
        *count.entry(bits(draft)).or_default() += 1;
    }
    let shared: HashSet<&str> = drafts
        .iter()
        .filter(|draft| count.get(&bits(draft)).is_some_and(|count| *count > 1))
        .filter_map(|draft| draft.source_key.as_deref())
        .collect();
    for item in items.iter_mut().filter(|item| item.outcome != Outcome::Refused) {
        if item.key.as_deref().is_some_and(|key| shared.contains(key)) {
            item.notes.push("stands on the same point as another one".to_owned());
        }
    }
}
