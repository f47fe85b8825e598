//! Which bookings have a visit at a time, how far reminding has come, and what families answered.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Date, HalfHour, Timestamp,
    bookings::{BookedNursery, BookingState, DayState},
    ids::{AccountId, BookingId},
};

use super::Progress;
use crate::{
    bookings::store::{self, BookingRow, DayRow},
    db::{
        Conn,
        schema::{booking, booking_day, setting, visit_answer},
    },
    error::{Error, Result},
};

/// The name of the setting that says how far reminding has come.
const PROGRESS: &str = "reminders";

/// The last booking of a page: bookings are paged by date of the visit and id.
pub type Cursor = (Date, BookingId);

pub fn progress(conn: &mut Conn) -> Result<Option<Progress>> {
    let value = setting::table.find(PROGRESS).select(setting::value).first::<String>(conn).optional()?;
    value.map(|value| serde_json::from_str(&value).map_err(Error::internal)).transpose()
}

pub fn save(conn: &mut Conn, progress: &Progress) -> Result<()> {
    let value = serde_json::to_string(progress).map_err(Error::internal)?;
    if diesel::update(setting::table.find(PROGRESS)).set(setting::value.eq(&value)).execute(conn)? == 0 {
        let row = (setting::name.eq(PROGRESS), setting::value.eq(&value));
        diesel::insert_into(setting::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Confirmed bookings with a child who is expected at one of these times, and where to go on; None when there are no more.
pub fn page(
    conn: &mut Conn,
    begins: &[(Date, Vec<HalfHour>)],
    after: Option<Cursor>,
    most: usize,
) -> QueryResult<(Vec<BookingId>, Option<Cursor>)> {
    let mut found = Vec::new();
    for (date, half_hours) in begins.iter().filter(|(date, _)| after.is_none_or(|(last, _)| *date >= last)) {
        let left = i64::try_from(most - found.len()).unwrap_or(i64::MAX);
        let mut query = booking_day::table
            .inner_join(booking::table)
            .filter(booking_day::date.eq(date).and(booking_day::from_half_hour.eq_any(half_hours)))
            .filter(booking_day::takes_place.and(booking_day::state.eq(DayState::Expected)))
            .filter(booking::state.eq(BookingState::Confirmed))
            .select(booking_day::booking_id)
            .distinct()
            .order(booking_day::booking_id)
            .limit(left)
            .into_boxed();
        if let Some((_, last)) = after.filter(|(last, _)| last == date) {
            query = query.filter(booking_day::booking_id.gt(last));
        }
        found.extend(query.load::<BookingId>(conn)?);
        if found.len() >= most {
            let last = found.last().map(|last| (*date, *last));
            return Ok((found, last));
        }
    }
    Ok((found, None))
}

/// These bookings with where and when their children are expected; their days by date.
pub fn with_days(conn: &mut Conn, ids: &[BookingId]) -> QueryResult<Vec<(BookingRow, BookedNursery, Vec<DayRow>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<BookingRow> = booking::table.filter(booking::id.eq_any(ids)).order(booking::id).load(conn)?;
    let nurseries = store::nurseries(conn, &rows.iter().map(|row| row.nursery_id).collect::<Vec<_>>())?;
    let mut days: HashMap<BookingId, Vec<DayRow>> = HashMap::new();
    let all =
        booking_day::table.filter(booking_day::booking_id.eq_any(ids)).order((booking_day::date, booking_day::id));
    for day in all.load::<DayRow>(conn)? {
        days.entry(day.booking_id).or_default().push(day);
    }
    let whole = rows.into_iter().filter_map(|row| {
        let nursery = nurseries.get(&row.nursery_id)?.clone();
        let days = days.remove(&row.id)?;
        Some((row, nursery, days))
    });
    Ok(whole.collect())
}

/// Notes that the family has said that the children come; once said, it stays as it was.
pub fn insert_answer(
    conn: &mut Conn,
    now: Timestamp,
    account: AccountId,
    booking: BookingId,
    visit_at: Timestamp,
) -> QueryResult<()> {
    let row = (
        visit_answer::booking_id.eq(booking),
        visit_answer::visit_at.eq(visit_at),
        visit_answer::account_id.eq(account),
        visit_answer::answered_at.eq(now),
    );
    match conn {
        Conn::Postgres(conn) => {
            diesel::insert_into(visit_answer::table).values(row).on_conflict_do_nothing().execute(conn)?
        }
        Conn::Sqlite(conn) => diesel::insert_or_ignore_into(visit_answer::table).values(row).execute(conn)?,
    };
    Ok(())
}

/// The visits on a date whose families have said that they come.
pub fn answers(conn: &mut Conn, date: Date) -> QueryResult<Vec<(BookingId, Timestamp)>> {
    let (from, until) = (midnight(date), date.succ_opt().map_or(midnight(date), midnight));
    visit_answer::table
        .filter(visit_answer::visit_at.ge(from).and(visit_answer::visit_at.lt(until)))
        .select((visit_answer::booking_id, visit_answer::visit_at))
        .load(conn)
}

fn midnight(date: Date) -> Timestamp {
    Timestamp::at(date, HalfHour::MIDNIGHT)
}
