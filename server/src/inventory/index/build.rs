//! Building the index from the database, a part at a time so that memory holds each row once.

use std::sync::Arc;

use diesel::QueryResult;
use doorstep_shared::Timestamp;

use super::{city::City, store};
use crate::{db::Conn, inventory::state::State, policy::Policies};

/// Nurseries read at a time.
const PART: usize = 500;

pub fn city(conn: &mut Conn, policies: Arc<Policies>, now: Timestamp) -> QueryResult<City> {
    let mut city = City::new(policies, now);
    let today = city.today();
    let nurseries = store::load_nursery_ids(conn)?;
    city.table.reserve(store::count_classes(conn)?);
    for part in nurseries.chunks(PART) {
        let rows = store::load_nurseries(conn, part, today)?;
        let classes: Vec<_> = rows.iter().flat_map(|row| &row.classes).map(|class| class.id).collect();
        rows.into_iter().for_each(|row| city.put(row));
        store::load_class_days(conn, &classes, today, |class, date, used, version| {
            city.put_day(class, date, version, State { used, holds: Vec::new() });
        })?;
    }
    city.settle();
    // After the places in use: a hold made in between is told by its change row, which is newer than what was read.
    for ((class, date), holds) in store::load_all_holds(conn, today)? {
        city.put_holds(class, date, holds);
    }
    Ok(city)
}
