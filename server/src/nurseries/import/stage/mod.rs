//! Brings an import into the register while bookings go on.
//!
//! SQLite has one writer, so each transaction here is short:
//!
//! 1. **Stage.** New nurseries are written a few at a time, marked with the import; nobody sees them. What nurseries of
//!    the register shall be is written beside them.
//! 2. **Swap.** One transaction takes the mark off all new ones and accepts the import. Until then a failure or a
//!    crash leaves the register as it was; from then on all of the import holds.
//! 3. **Finish.** A few at a time, known nurseries are brought to what was staged, and the index is told of each. A
//!    job written in the swap does this too, so whatever breaks off is finished by a worker.

mod jobs;
mod steps;
mod store;

use std::time::Duration;

use doorstep_shared::{Timestamp, ids::ImportId};
use serde::{Deserialize, Serialize};

pub use self::jobs::{FinishImport, ForgetImports};
use self::steps::Steps;
use super::save::{self, Changes};
use crate::{
    db::{Conn, Db, changes},
    error::{Error, Result},
    jobs::{NewJob, enqueue_batch},
    nurseries::{draft::NurseryDraft, store as register},
};

/// Writes all of it or, before it is accepted, nothing. Returns how long the longest transaction took.
///
/// # Errors
/// When the database fails. The message says so when the import was accepted by then, and is finished later.
pub fn bring_in(db: &Db, now: Timestamp, source: &str, changes: Changes) -> Result<Duration> {
    let mut steps = Steps::new(db);
    if changes.is_empty() {
        return Ok(steps.longest());
    }
    // An import of the same list broke off, or still runs and loses what it has staged.
    let source = source.to_owned();
    repeat(&mut steps, move |conn, most| Ok(store::erase_of_source(conn, &source, most)?))?;
    let import = ImportId::new();
    let accepted = stage(&mut steps, now, import, changes)
        .and_then(|created| steps.write(move |conn, _| accept(conn, now, import, created)));
    if let Err(error) = accepted {
        // Seen by nobody; what cannot be erased now is erased by a worker.
        if let Err(later) = repeat(&mut Steps::new(db), move |conn, most| Ok(store::erase(conn, import, most)?)) {
            tracing::warn!(error = %later, "what was staged could not be erased yet");
        }
        return Err(error);
    }
    steps.start_small();
    match repeat(&mut steps, move |conn, most| finish(conn, now, import, most)) {
        Ok(()) => Ok(steps.longest()),
        Err(error) => Err(Error::unavailable(format!(
            "the import is accepted, and a worker finishes it when the database can be written again: {error}"
        ))),
    }
}

/// Writes what nobody sees, and returns how many nurseries are new.
fn stage(steps: &mut Steps<'_>, now: Timestamp, import: ImportId, changes: Changes) -> Result<usize> {
    let created = changes.create.len();
    steps.write(move |conn, _| Ok(store::begin(conn, now, import)?))?;
    let mut create = changes.create.into_iter().peekable();
    while create.peek().is_some() {
        let drafts: Vec<_> = create.by_ref().take(steps.size()).collect();
        steps.write(move |conn, _| {
            let rows: Vec<_> = drafts.iter().map(|draft| (draft.id, None)).collect();
            register::insert_nurseries_batch(conn, now, Some(import), &drafts)?;
            Ok(store::insert_rows_batch(conn, import, rows)?)
        })?;
    }
    steps.start_small();
    let mut update = changes.update.into_iter().peekable();
    while update.peek().is_some() {
        let drafts: Vec<_> = update.by_ref().take(steps.size()).collect();
        steps.write(move |conn, _| {
            let row = |draft: &NurseryDraft| Ok((draft.id, Some(encode(draft)?)));
            let rows = drafts.iter().map(row).collect::<Result<_>>()?;
            Ok(store::insert_rows_batch(conn, import, rows)?)
        })?;
    }
    Ok(created)
}

/// The swap.
fn accept(conn: &mut Conn, now: Timestamp, import: ImportId, created: usize) -> Result<()> {
    if store::reveal(conn, now, import)? != created {
        return Err(Error::unavailable("another import of the same list came in between; this one changed nothing"));
    }
    enqueue_batch(conn, now, &[NewJob::once(&FinishImport { import })?])
}

/// Does what is left for at most so many nurseries. Returns whether more is left.
fn finish(conn: &mut Conn, now: Timestamp, import: ImportId, most: usize) -> Result<bool> {
    let rows = store::lock_rows(conn, import, most)?;
    let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
    let drafts: Vec<_> = rows.iter().filter_map(|(_, draft)| draft.as_deref()).map(decode).collect::<Result<_>>()?;
    save::update(conn, now, drafts)?;
    changes::nurseries_batch(conn, now, &ids)?;
    Ok(store::delete_rows(conn, import, &ids)?)
}

/// Runs steps of their own size until one says that nothing is left.
fn repeat(
    steps: &mut Steps<'_>,
    run: impl Fn(&mut Conn, usize) -> Result<bool> + Clone + Send + 'static,
) -> Result<()> {
    while steps.write(run.clone())? {}
    Ok(())
}

/// Numbers of JSON need not come back to the last bit, and a point that moved would be a change.
#[derive(Serialize, Deserialize)]
struct Staged<D> {
    draft: D,
    point_bits: (u64, u64),
}

fn encode(draft: &NurseryDraft) -> Result<String> {
    let point_bits = (draft.point.lat.to_bits(), draft.point.lng.to_bits());
    serde_json::to_string(&Staged { draft, point_bits }).map_err(Error::internal)
}

fn decode(text: &str) -> Result<NurseryDraft> {
    let Staged { mut draft, point_bits: (lat, lng) }: Staged<NurseryDraft> =
        serde_json::from_str(text).map_err(Error::internal)?;
    (draft.point.lat, draft.point.lng) = (f64::from_bits(lat), f64::from_bits(lng));
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::testing::{now, scratch},
        nurseries::rules::tests::sound,
    };

    fn draft(key: &str) -> NurseryDraft {
        NurseryDraft { source_key: Some(key.to_owned()), to_confirm: true, ..sound() }
    }

    fn known(db: &Db, keys: &[&str]) -> Vec<NurseryDraft> {
        let keys: Vec<_> = keys.iter().map(|&key| key.to_owned()).collect();
        let found = db.read_blocking(|conn| Ok(super::super::store::drafts_by_key(conn, &keys)?)).unwrap();
        keys.iter().filter_map(|key| found.get(key).cloned()).collect()
    }

    #[test]
    fn what_is_staged_is_seen_by_nobody_and_its_place_is_free_for_another_import() {
        let db = scratch();
        let changes = || Changes { create: vec![draft("a:1"), draft("a:2")], ..Changes::default() };
        let broken_off = ImportId::new();
        assert_eq!(stage(&mut Steps::new(&db), now(), broken_off, changes()).unwrap(), 2);
        assert_eq!(known(&db, &["a:1", "a:2"]), []);

        let again = changes();
        let expected = again.create.clone();
        bring_in(&db, now(), "a", again).unwrap();
        assert_eq!(known(&db, &["a:1", "a:2"]), expected);
        // Whoever staged first has lost it, and changes nothing.
        assert!(db.write_blocking(move |conn| accept(conn, now(), broken_off, 2)).is_err());
        assert_eq!(known(&db, &["a:1", "a:2"]), expected);
    }

    #[test]
    fn an_accepted_import_that_broke_off_is_finished_later_and_exactly() {
        let db = scratch();
        let old =
            NurseryDraft { point: doorstep_shared::geo::Point { lat: 0.1 + 0.2, lng: 1.0 / 3.0 }, ..draft("a:1") };
        bring_in(&db, now(), "a", Changes { create: vec![old.clone()], ..Changes::default() }).unwrap();
        let new = NurseryDraft { name: "新名".to_owned(), ..old };
        let import = ImportId::new();
        let changes = Changes { create: vec![draft("a:2")], update: vec![new.clone()], unchanged: 0 };
        let created = stage(&mut Steps::new(&db), now(), import, changes).unwrap();
        db.write_blocking(move |conn| accept(conn, now(), import, created)).unwrap();
        assert_eq!(known(&db, &["a:1", "a:2"]).len(), 2);
        assert_ne!(known(&db, &["a:1"])[0], new);
        while db.write_blocking(move |conn| finish(conn, now(), import, 1)).unwrap() {}
        assert_eq!(known(&db, &["a:1"]), [new]);
    }

    #[test]
    fn what_broke_off_a_day_ago_is_erased_and_nothing_else() {
        let db = scratch();
        let changes = |key: &str| Changes { create: vec![draft(key)], ..Changes::default() };
        bring_in(&db, now(), "a", changes("a:1")).unwrap();
        stage(&mut Steps::new(&db), now(), ImportId::new(), changes("a:2")).unwrap();
        let forget = |hours| {
            let at = now() + chrono::Duration::hours(hours);
            while db.write_blocking(move |conn| jobs::forget_some(conn, at)).unwrap() {}
            db.read_blocking(|conn| Ok(store::broken_off(conn, now() + chrono::Duration::days(9))?)).unwrap()
        };
        assert!(forget(23).is_some());
        assert_eq!(forget(24), None);
        let left = db.write_blocking(|conn| Ok(store::erase_of_source(conn, "a", 0)?)).unwrap();
        assert!(!left, "the nursery went too");
        assert_eq!(known(&db, &["a:1"]).len(), 1);
    }
}
