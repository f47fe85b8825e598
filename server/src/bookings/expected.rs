//! Whom a nursery expects on a day, until it has a board of its own.

mod store;

use doorstep_shared::{
    Date, HalfHour, Timestamp,
    age::completed_months,
    care::{CareKind, ClassKind},
    ids::NurseryId,
};
use serde::Serialize;

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
    /// Who picks the child up, as the family wrote it.
    pub pickup: String,
    /// What the family says at the door.
    pub door_code: String,
}

impl Expected {
    /// The names of its fields, in order.
    pub const COLUMNS: [&'static str; 11] =
        ["nursery", "date", "from", "to", "child", "age_months", "class", "class_kind", "care", "pickup", "door_code"];
}

/// The children of confirmed bookings who take a place on the day, by nursery, window and name. Writes down that the
/// list was taken.
///
/// # Errors
/// When the database fails.
pub fn expected(conn: &mut Conn, now: Timestamp, nursery: Option<NurseryId>, date: Date) -> Result<Vec<Expected>> {
    let rows = store::expected(conn, nursery, date)?;
    store::audit_export(conn, now, nursery)?;
    let expected =
        rows.into_iter().map(|((nursery, class, class_kind), (child, birth_date), day, (pickup, door_code))| {
            let (care, from, to) = day;
            let age_months = completed_months(birth_date, date);
            Expected { nursery, date, from, to, child, age_months, class, class_kind, care, pickup, door_code }
        });
    Ok(expected.collect())
}
