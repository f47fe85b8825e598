//! Rows of imports that are under way.
//!
//! Erasing an offer looks through all booking days, which have no index by offer; so little is erased at a time.

use chrono::Duration;
use diesel::{dsl::exists, prelude::*, select};
use doorstep_shared::{
    Timestamp,
    ids::{ImportId, NurseryId},
};

use crate::db::{
    Conn,
    bulk::insert_batch,
    schema::{nursery, nursery_import, nursery_import_row as row},
};

/// How long after its beginning an import counts as broken off.
const KEPT: Duration = Duration::days(1);

pub fn begin(conn: &mut Conn, now: Timestamp, import: ImportId) -> QueryResult<()> {
    diesel::insert_into(nursery_import::table)
        .values((nursery_import::id.eq(import), nursery_import::started_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = row, treat_none_as_default_value = false)]
struct NewRow {
    import_id: ImportId,
    nursery_id: NurseryId,
    draft: Option<String>,
}

pub fn insert_rows_batch(
    conn: &mut Conn,
    import_id: ImportId,
    rows: Vec<(NurseryId, Option<String>)>,
) -> QueryResult<()> {
    let rows: Vec<_> = rows.into_iter().map(|(nursery_id, draft)| NewRow { import_id, nursery_id, draft }).collect();
    insert_batch!(conn, row::table, rows, 3);
    Ok(())
}

/// Erases some of the nurseries that imports of this source staged and nobody has accepted. Returns whether more are
/// left.
pub fn erase_of_source(conn: &mut Conn, source: &str, most: usize) -> QueryResult<bool> {
    let staged: Vec<(NurseryId, Option<String>)> = nursery::table
        .filter(nursery::import_id.is_not_null())
        .select((nursery::id, nursery::source_key))
        .load(conn)?;
    let of_source = |key: &String| key.split_once(':').is_some_and(|(prefix, _)| prefix == source);
    let staged: Vec<_> =
        staged.into_iter().filter(|(_, key)| key.as_ref().is_some_and(of_source)).map(|(id, _)| id).collect();
    let (now, later) = staged.split_at(most.min(staged.len()));
    diesel::delete(nursery::table.filter(nursery::id.eq_any(now))).execute(conn)?;
    Ok(!later.is_empty())
}

/// Puts all that the import staged into the register, and returns how many nurseries that are.
pub fn reveal(conn: &mut Conn, now: Timestamp, import: ImportId) -> QueryResult<usize> {
    diesel::update(nursery_import::table.find(import)).set(nursery_import::accepted_at.eq(Some(now))).execute(conn)?;
    diesel::update(nursery::table.filter(nursery::import_id.eq(import)))
        .set(nursery::import_id.eq(None::<ImportId>))
        .execute(conn)
}

/// Some of the nurseries for which something is left to do; another worker waits.
pub fn lock_rows(conn: &mut Conn, import: ImportId, most: usize) -> QueryResult<Vec<(NurseryId, Option<String>)>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = row::table.filter(row::import_id.eq(import)).order(row::nursery_id).limit(most);
    let rows = rows.select((row::nursery_id, row::draft));
    match conn {
        Conn::Postgres(conn) => rows.for_update().load(conn),
        Conn::Sqlite(conn) => rows.load(conn),
    }
}

/// Notes that these are done. Returns whether others are left; the import is forgotten when none is.
pub fn delete_rows(conn: &mut Conn, import: ImportId, nurseries: &[NurseryId]) -> QueryResult<bool> {
    let of_import = row::table.filter(row::import_id.eq(import));
    diesel::delete(of_import.filter(row::nursery_id.eq_any(nurseries))).execute(conn)?;
    let left: bool = select(exists(of_import)).get_result(conn)?;
    if !left {
        diesel::delete(nursery_import::table.find(import)).execute(conn)?;
    }
    Ok(left)
}

/// Erases some of what an import staged that is not accepted. Returns whether more is left.
pub fn erase(conn: &mut Conn, import: ImportId, most: usize) -> QueryResult<bool> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let staged = nursery::table.filter(nursery::import_id.eq(import)).select(nursery::id).limit(most);
    let staged: Vec<NurseryId> = staged.load(conn)?;
    if staged.is_empty() {
        diesel::delete(nursery_import::table.find(import).filter(nursery_import::accepted_at.is_null()))
            .execute(conn)?;
        return Ok(false);
    }
    diesel::delete(nursery::table.filter(nursery::id.eq_any(staged))).execute(conn)?;
    Ok(true)
}

/// An import that began more than a day ago and was never accepted.
pub fn broken_off(conn: &mut Conn, now: Timestamp) -> QueryResult<Option<ImportId>> {
    let old = nursery_import::table.filter(nursery_import::accepted_at.is_null());
    old.filter(nursery_import::started_at.le(now - KEPT)).select(nursery_import::id).first(conn).optional()
}
