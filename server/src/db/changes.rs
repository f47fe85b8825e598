//! Change rows of the register, which the index of every process follows.

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
