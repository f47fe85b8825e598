//! Following change rows.
//!
//! SQLite has one writer, so rows appear in the order of `seq`. PostgreSQL shows rows in the order of commits, not of
//! `seq`: there everything is read again from the oldest transaction that was still running at the last look.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;
use doorstep_shared::{
    Date,
    ids::{ClassId, NurseryId},
};

use super::{
    city::City,
    nursery::NurseryRow,
    store::{self, ChangeRow},
    table,
};
use crate::{
    db::Conn,
    inventory::{rules::Used, state::State},
};

/// How far the change rows have been followed.
#[derive(Clone, Debug, Default)]
pub struct Position {
    /// SQLite: the last `seq` taken. PostgreSQL: the oldest transaction that may still commit.
    pub from: i64,
    /// PostgreSQL: rows from there on that have been taken already.
    pub taken: HashSet<i64>,
}

impl Position {
    /// Behind everything that is committed now.
    pub fn latest(conn: &mut Conn) -> QueryResult<Self> {
        Ok(Self { from: store::latest_position(conn)?, taken: HashSet::new() })
    }
}

/// What is new.
#[derive(Default)]
pub struct Changes {
    nurseries: Vec<NurseryRow>,
    gone: Vec<NurseryId>,
    days: Vec<(ClassId, Date, i64, State)>,
}

/// Reads what is new and moves the position. `knows` tells whether the days of a class are known already.
pub fn load(
    conn: &mut Conn,
    position: &mut Position,
    today: Date,
    knows: impl Fn(ClassId) -> bool,
) -> QueryResult<Changes> {
    let rows = store::load_changes(conn, position)?;
    let mut changes = Changes::default();
    let mut touched = Vec::new();
    for row in rows {
        match row {
            ChangeRow::Nursery(nursery) => touched.push(nursery),
            ChangeRow::Day { class, date, version, state } => match State::decode(&state) {
                Some(state) => changes.days.push((class, date, version, state)),
                None => tracing::error!(%class, %date, version, "a change row that cannot be read"),
            },
        }
    }
    touched.sort_unstable();
    touched.dedup();
    if touched.is_empty() {
        return Ok(changes);
    }
    for part in touched.chunks(500) {
        changes.nurseries.extend(store::load_nurseries(conn, Some(part), today)?);
    }
    let found: HashSet<_> = changes.nurseries.iter().map(|nursery| nursery.id).collect();
    changes.gone = touched.into_iter().filter(|nursery| !found.contains(nursery)).collect();
    let classes = changes.nurseries.iter().flat_map(|nursery| &nursery.classes).map(|class| class.id);
    let new: Vec<_> = classes.filter(|class| !knows(*class)).collect();
    for part in new.chunks(500) {
        let limited: HashMap<_, _> = store::load_limits(conn, Some(part), today)?.into_iter().collect();
        store::load_class_days(conn, part, today, |class, day, used: Used, version| {
            let date = table::date(day);
            let limits = limited.get(&(class, date)).copied().unwrap_or_default();
            // As if a little older: the change row of this very state also tells its holds.
            changes.days.push((class, date, version - 1, State { used, limits, holds: Vec::new() }));
        })?;
    }
    Ok(changes)
}

impl Changes {
    /// What they are about: nurseries, and classes whose places changed.
    pub fn subjects(&self) -> (HashSet<NurseryId>, HashSet<ClassId>) {
        let nurseries = self.nurseries.iter().map(|nursery| nursery.id).chain(self.gone.iter().copied());
        (nurseries.collect(), self.days.iter().map(|(class, ..)| *class).collect())
    }

    pub fn apply(self, city: &mut City) {
        let register_changed = !self.nurseries.is_empty() || !self.gone.is_empty();
        self.gone.into_iter().for_each(|nursery| city.remove(nursery));
        self.nurseries.into_iter().for_each(|nursery| city.put(nursery));
        for (class, date, version, state) in self.days {
            city.put_day(class, date, version, state);
        }
        if register_changed {
            city.settle();
        }
    }
}
