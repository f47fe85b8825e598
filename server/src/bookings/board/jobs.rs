//! What boards have done in the background.

use chrono::{Days, Duration};
use doorstep_shared::{
    HalfHour, Timestamp,
    board::DeedKind,
    ids::{ActionId, BookingDayId},
};
use serde::{Deserialize, Serialize};

use super::{
    follow,
    store::{self, ActionRow},
};
use crate::{
    db::Conn,
    error::Result,
    jobs::{Context, Job, Next},
    nurseries,
};

/// Notes that nobody came whose window is over, at nurseries that keep their board that day. Where nobody taps anything,
/// nothing is known.
#[derive(Debug, Serialize, Deserialize)]
pub struct NoteNoShows {}

const EVERY: Duration = Duration::minutes(1);
/// Children in one transaction at most.
const MOST: i64 = 50;

impl Job for NoteNoShows {
    const KIND: &'static str = "note_no_shows";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        let noted = note(conn, context)?;
        Ok(Next::Again(if noted as i64 >= MOST { Duration::zero() } else { EVERY }))
    }
}

fn note(conn: &mut Conn, context: &Context) -> Result<usize> {
    let (now, today) = (context.now, context.now.local_date());
    let dates = [today - Days::new(1), today];
    let missed = store::missed(conn, &dates, (today, HalfHour::containing(now)), MOST)?;
    for of_nursery in missed.chunk_by(|one, other| one.0 == other.0) {
        let Some((nursery, ..)) = of_nursery.first() else { continue };
        let rows = of_nursery.iter().map(|(nursery_id, day, date, until)| {
            let at = Timestamp::at(*date, *until);
            ActionRow {
                nursery_id: *nursery_id,
                id: clock_id(*day),
                date: *date,
                kind: DeedKind::NoShow,
                booking_day_id: Some(*day),
                carer_id: None,
                class_id: None,
                undoes: None,
                detail_sealed: None,
                account_id: None,
                device_at: at,
                at,
                received_at: now,
            }
        });
        let rows: Vec<ActionRow> = rows.collect();
        nurseries::hours::lock(conn, *nursery)?;
        store::insert(conn, &rows)?;
        let days = of_nursery.iter().map(|(_, day, ..)| *day).collect();
        follow::follow(conn, &context.policies, *nursery, now, &days)?;
    }
    Ok(missed.len())
}

/// The clock says of a day once that nobody came, and devices make no id that could be this one.
fn clock_id(day: BookingDayId) -> ActionId {
    let mut bytes = *day.0.as_bytes();
    bytes.iter_mut().for_each(|byte| *byte ^= 0x5A);
    ActionId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
