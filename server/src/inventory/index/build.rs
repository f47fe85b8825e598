//! Building the index from the database.

use std::sync::Arc;

use diesel::QueryResult;
use doorstep_shared::Timestamp;

use super::{city::City, store, table, tree};
use crate::{
    db::{Conn, read_once},
    inventory::{seats::Limits, state::State},
    policy::Policies,
};

/// Classes whose days are read at a time.
const PART: usize = 2_000;

pub fn city(conn: &mut Conn, policies: Arc<Policies>, now: Timestamp) -> QueryResult<City> {
    read_once(conn, |conn| read(conn, policies, now))
}

fn read(conn: &mut Conn, policies: Arc<Policies>, now: Timestamp) -> QueryResult<City> {
    let mut city = City::new(policies, now);
    let today = city.today();
    let mut rows = store::load_nurseries(conn, None, today)?;
    // Neighbours in the city lie side by side in memory, where a search finds them together.
    rows.sort_by_cached_key(|row| (tree::curve(row.point), row.id));
    let classes: Vec<_> = rows.iter().flat_map(|row| &row.classes).map(|class| class.id).collect();
    city.table.reserve(classes.len());
    for row in rows {
        city.place(row);
    }
    for part in classes.chunks(PART) {
        // The days of a class come together.
        let mut known = None;
        store::load_class_days(conn, part, today, |class, day, used, version| {
            if known.is_none_or(|(known, _)| known != class) {
                known = city.row_of(class).map(|row| (class, row));
            }
            if let Some((_, row)) = known {
                let state = State { used, limits: Limits::NONE, holds: Vec::new() };
                city.table.put(row, day, table::version(version), state);
            }
        })?;
    }
    // Few days say something of their own: the many are read without asking each.
    for ((class, date), limits) in store::load_limits(conn, None, today)? {
        if let Some(row) = city.row_of(class) {
            city.table.limit(row, table::number(date), limits);
        }
    }
    city.open_all();
    city.settle();
    // After the places in use: a hold made in between is told by its change row, which is newer than what was read.
    for ((class, date), holds) in store::load_all_holds(conn, today)? {
        city.put_holds(class, date, holds);
    }
    Ok(city)
}
