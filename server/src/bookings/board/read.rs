//! The board of a day, as it stands.

use std::collections::{HashMap, HashSet};

use doorstep_shared::{
    Date, Timestamp,
    board::{
        Board, BoardChild, Breach,
        fold::{Attendance, Entry, attendance},
        ratio::ClassDay,
        stays,
    },
    bookings::DayState,
    ids::{BookingDayId, NurseryId},
};

use super::{
    Asked, follow, rules,
    store::{self, ActionRow},
};
use crate::{
    accounts::BoardSeal,
    bookings::{roster, store::DayRow},
    db::Conn,
    error::{Error, Result},
    policy::Policies,
};

/// Days asked for in one statement at most.
const AT_A_TIME: usize = 5_000;

/// The board of a date. Without a seal: without temperatures, notes and names of who collected.
pub fn board(
    conn: &mut Conn,
    policies: &Policies,
    nursery: NurseryId,
    date: Date,
    now: Timestamp,
    seal: Option<&BoardSeal>,
) -> Result<Board> {
    let rows = store::on_date(conn, nursery, date)?;
    let touched: HashSet<_> = rows.iter().filter_map(|row| row.booking_day_id).collect();
    let entries: Vec<Entry> =
        rows.iter().map(|row| entry(row, seal)).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let mut children = store::children(conn, nursery, date)?;
    // Who has cancelled is nobody's business here, unless the child came all the same.
    children.retain(|row| row.takes_place || row.state == DayState::Absent || touched.contains(&row.day_id));
    let bookings: Vec<_> = children.iter().map(|row| row.booking_id).collect();
    let coded: HashSet<_> = store::with_codes(conn, &bookings, date)?.into_iter().collect();
    let child = |row: store::ChildRow| BoardChild {
        stands: row.takes_place || row.left_at.is_none() && row.state == DayState::Absent,
        has_code: coded.contains(&row.booking_id),
        day_id: row.day_id,
        class_id: row.class_id,
        name: row.name,
        care: row.care,
        from: row.from,
        to: row.to,
        pickup: row.pickup,
        late_half_hour_fen: row.late_pick_up_fen,
    };
    let kind = store::kind_of(conn, nursery)?;
    let (classes, carers) = roster::duties(conn, policies, nursery, kind, date)?;
    let mut board = Board {
        date,
        as_of: now,
        classes,
        carers,
        children: children.into_iter().map(child).collect(),
        entries,
        breaches: Vec::new(),
        late_free_minutes: policies.on(date).booking.late_pick_up_free_minutes,
    };
    board.breaches = breaches(&board, now);
    Ok(board)
}

fn breaches(board: &Board, now: Timestamp) -> Vec<Breach> {
    let days = board.attendance();
    let of_class = board.classes.iter().flat_map(|class| {
        let stays = stays(class.class_id, &days);
        let day = ClassDay {
            class_id: class.class_id,
            date: board.date,
            limits: class.limits,
            plan: &class.plan,
            stays: &stays,
            carers: &board.entries,
        };
        day.breaches(now)
    });
    of_class.collect()
}

/// Keeps the times at which there were too many children on a date, as they follow from what is known by now.
pub fn note_breaches(conn: &mut Conn, asked: Asked<'_>, date: Date) -> Result<()> {
    let board = board(conn, asked.policies, asked.nursery, date, asked.now, None)?;
    Ok(store::replace_breaches(conn, asked.nursery, date, &board.breaches)?)
}

fn entry(row: &ActionRow, seal: Option<&BoardSeal>) -> Result<Option<Entry>> {
    let detail = match (seal, &row.detail_sealed) {
        (Some(seal), Some(sealed)) => Some(seal.open(row.nursery_id, row.id, sealed)?),
        _ => None,
    };
    let detail: Option<rules::Detail> =
        detail.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()?;
    Ok(row.deed(detail).map(|deed| Entry { id: row.id, at: row.at, deed }))
}

/// When a child came and when it was collected.
pub type Times = (Option<Timestamp>, Option<Timestamp>);

/// The times of these days.
///
/// # Errors
/// When the database fails.
pub fn times(conn: &mut Conn, ids: &[BookingDayId]) -> Result<HashMap<BookingDayId, Times>> {
    let mut times = HashMap::new();
    for ids in ids.chunks(AT_A_TIME) {
        let entries = follow::rows_by_day(store::about(conn, ids)?);
        times.extend(entries.into_iter().map(|(day, entries)| {
            let day_after = attendance(true, &entries);
            (day, (day_after.in_at, day_after.out_at))
        }));
    }
    Ok(times)
}

/// Names what of these days is not what their actions made of them.
///
/// # Errors
/// When the database fails.
pub fn check(conn: &mut Conn, policies: &Policies, days: &[&DayRow]) -> Result<Vec<String>> {
    let ids: Vec<_> = days.iter().map(|day| day.id).collect();
    let mut entries = HashMap::new();
    for ids in ids.chunks(AT_A_TIME) {
        entries.extend(follow::rows_by_day(store::about(conn, ids)?));
    }
    let mut found = Vec::new();
    for day in days.iter().filter(|day| follow::stands(day)) {
        let after: Attendance = attendance(true, &entries.remove(&day.id).unwrap_or_default());
        if after.state != day.state {
            found.push(format!("booking day {} is {}, by its actions {}", day.id, day.state, after.state));
        }
        if follow::late_cost(day, &after, policies) != day.late_cost_fen {
            found.push(format!(
                "booking day {} costs {} for being collected late, by its actions not",
                day.id, day.late_cost_fen
            ));
        }
    }
    Ok(found)
}
