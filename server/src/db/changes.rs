//! Change rows of the register, which the index of every process follows.

use chrono::Duration;
use diesel::prelude::*;
use doorstep_shared::{Timestamp, ids::NurseryId};

use super::{Conn, bulk::insert_batch, schema::change};

#[derive(Insertable)]
#[diesel(table_name = change)]
struct NurseryChange {
    at: Timestamp,
    kind: &'static str,
    nursery_id: NurseryId,
}

/// Tells the index to read these nurseries anew: their facts, classes, offers, hours, closures and places. To be
/// written in the transaction that changes any of them.
pub fn nurseries_batch(conn: &mut Conn, now: Timestamp, nurseries: &[NurseryId]) -> QueryResult<()> {
    let change = |&nursery_id: &NurseryId| NurseryChange { at: now, kind: "nursery", nursery_id };
    let rows: Vec<_> = nurseries.iter().map(change).collect();
    insert_batch!(conn, change::table, rows, 3);
    Ok(())
}

/// How long change rows are kept. A process that has not looked for half of it reads everything anew.
pub const KEPT: Duration = Duration::minutes(20);
/// Rows erased in one transaction at most.
const PRUNED: i64 = 5_000;

/// Erases change rows older than [`KEPT`], oldest first and a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let old: Vec<i64> = change::table
        .filter(change::at.le(now - KEPT))
        .order(change::at)
        .select(change::seq)
        .limit(PRUNED)
        .load(conn)?;
    diesel::delete(change::table.filter(change::seq.eq_any(old))).execute(conn)
}
