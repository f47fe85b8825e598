//! What booked days cost, for who adds them up: the price that the booking froze, and what the board and the cancel rule
//! have made of it. A booking's `due_fen` is the sum of its days here.

mod store;

use doorstep_shared::{
    Date, Fen,
    bookings::{DayState, Series},
    care::CareKind,
    ids::{BookingDayId, ChildId, NurseryId},
    month::Month,
    statements::StatementDay,
};

pub use self::store::Of;
use self::store::Row;
use super::board;
use crate::{
    db::Conn,
    error::{Error, Result},
};

/// A booked day of a child. Its times are those of the board once they were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    pub child: ChildId,
    pub day: StatementDay,
}

/// The days that were confirmed, by date, then window. Without what remembers a place that was left for nothing.
///
/// # Errors
/// When the database fails.
pub fn charged(conn: &mut Conn, of: Of) -> Result<Vec<Charged>> {
    let rows = store::days(conn, of)?;
    let counts = |row: &Row| !row.day.is_trace() || row.day.left_cost_fen != Fen::ZERO;
    Ok(rows.into_iter().filter(counts).map(of_row).collect())
}

fn of_row(row: Row) -> Charged {
    let Row { day, class_kind } = row;
    let stays = day.takes_place;
    Charged {
        child: day.child_id,
        day: StatementDay {
            day_id: day.id,
            date: day.date,
            span: day.span(),
            care: day.care,
            class_kind,
            state: day.state,
            by_nursery: day.hours_change_id.is_some() && !stays,
            came_at: None,
            collected_at: None,
            unit_price_fen: day.unit_price_fen,
            late_unit_fen: day.late_pick_up_fen,
            care_fen: if stays { day.price_fen } else { Fen::ZERO },
            given_up_fen: day.left_cost_fen,
            late_pick_up_fen: day.late_cost_fen,
        },
    }
}

/// Notes when each child came and was collected.
///
/// # Errors
/// When the database fails.
pub fn note_times<'a>(conn: &mut Conn, days: impl IntoIterator<Item = &'a mut StatementDay>) -> Result<()> {
    let came = |day: &&mut StatementDay| matches!(day.state, DayState::CheckedIn | DayState::CheckedOut);
    let days: Vec<&mut StatementDay> = days.into_iter().filter(came).collect();
    let ids: Vec<BookingDayId> = days.iter().map(|day| day.day_id).collect();
    let mut times = board::times(conn, &ids)?;
    for day in days {
        if let Some((came_at, collected_at)) = times.remove(&day.day_id) {
            (day.came_at, day.collected_at) = (came_at, collected_at);
        }
    }
    Ok(())
}

/// The month of the first day that was ever confirmed at a nursery.
///
/// # Errors
/// When the database fails.
pub fn first_month(conn: &mut Conn, nursery: NurseryId) -> Result<Option<Month>> {
    Ok(store::first_date(conn, nursery)?.map(Month::of))
}

/// A child who comes to a nursery for full or half days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnrolledDay {
    pub child: ChildId,
    pub nursery: NurseryId,
    pub date: Date,
    /// From when until when it is enrolled: the dates of its series, else the first and the last day of its booking.
    pub from: Date,
    pub until: Date,
}

/// The days of these children in a month on which they are enrolled, at any nursery, by date: full and half days that
/// were not given up. Temporary and hourly care come without enrolment.
///
/// # Errors
/// When the database fails.
pub fn enrolled(conn: &mut Conn, children: &[ChildId], month: Month) -> Result<Vec<EnrolledDay>> {
    let rows = store::booked(conn, children, month, &[CareKind::FullDay, CareKind::HalfDay])?;
    let day = |row: store::BookedDay| {
        let (from, until) = match row.series.as_deref().map(serde_json::from_str::<Series>) {
            Some(series) => {
                series.map(|Series { pattern, .. }| (pattern.from, pattern.until)).map_err(Error::internal)?
            }
            None => (row.first_date, row.last_date),
        };
        Ok(EnrolledDay { child: row.child, nursery: row.nursery, date: row.date, from, until })
    };
    rows.into_iter().map(day).collect()
}
