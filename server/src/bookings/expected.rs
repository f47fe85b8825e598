//! Whom a nursery expects on a day, until it has a board of its own.

mod store;

use std::collections::{HashMap, HashSet};

use doorstep_shared::{
    Date, HalfHour, Timestamp,
    age::completed_months,
    care::{CareKind, ClassKind},
    ids::{BookingId, NurseryId},
};
use serde::Serialize;

use super::reminders;
use crate::{db::Conn, error::Result};

/// One child who comes on the day. Only what the people at the door need.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expected {
    pub nursery: String,
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    pub child: String,
    /// Completed months on the day.
    pub age_months: Option<u16>,
    pub class: String,
    pub class_kind: ClassKind,
    pub care: CareKind,
    /// Whether the family has answered a reminder: they come.
    pub said_coming: bool,
    /// Who picks the child up, as the family wrote it.
    pub pickup: String,
    /// What the family says at the door.
    pub door_code: String,
}

impl Expected {
    /// The names of its fields, in order.
    pub const COLUMNS: [&'static str; 12] = [
        "nursery",
        "date",
        "from",
        "to",
        "child",
        "age_months",
        "class",
        "class_kind",
        "care",
        "said_coming",
        "pickup",
        "door_code",
    ];
}

/// The children of confirmed bookings who take a place on the day, by nursery, window and name. Writes down that the
/// list was taken.
///
/// # Errors
/// When the database fails.
pub fn expected(conn: &mut Conn, now: Timestamp, nursery: Option<NurseryId>, date: Date) -> Result<Vec<Expected>> {
    let rows = store::expected(conn, nursery, date)?;
    store::audit_export(conn, now, nursery)?;
    let coming: HashSet<_> = reminders::answers(conn, date)?.into_iter().collect();
    let mut begins: HashMap<BookingId, HalfHour> = HashMap::new();
    for (.., (_, from, _), (booking, ..)) in &rows {
        begins.entry(*booking).and_modify(|first| *first = (*first).min(*from)).or_insert(*from);
    }
    let expected = rows.into_iter().map(|((nursery, class, class_kind), (child, birth_date), day, of_booking)| {
        let ((care, from, to), (booking, pickup, door_code)) = (day, of_booking);
        let age_months = completed_months(birth_date, date);
        let visit_at = Timestamp::at(date, begins.get(&booking).copied().unwrap_or(from));
        let said_coming = coming.contains(&(booking, visit_at));
        Expected { nursery, date, from, to, child, age_months, class, class_kind, care, said_coming, pickup, door_code }
    });
    Ok(expected.collect())
}
