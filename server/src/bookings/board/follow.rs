//! The rows of children's days, made to say what their actions made of them.

use std::collections::{BTreeSet, HashMap};

use doorstep_shared::{
    Date, Fen, Timestamp,
    board::{
        ConflictKind, Deed,
        fold::{Attendance, Entry, attendance},
        late,
    },
    bookings::DayState,
    ids::{ActionId, BookingDayId, ClassId, NurseryId},
};

use super::{
    rules::Detail,
    store::{self, ActionRow},
};
use crate::{
    bookings::{
        places,
        store::{BookingRow, DayRow},
        view,
    },
    db::Conn,
    error::Result,
    inventory::Days,
    policy::Policies,
};

/// Lets these days follow, and their places. Returns what does not fit.
pub fn follow(
    conn: &mut Conn,
    policies: &Policies,
    nursery: NurseryId,
    now: Timestamp,
    ids: &BTreeSet<BookingDayId>,
) -> Result<HashMap<ActionId, ConflictKind>> {
    let ids: Vec<BookingDayId> = ids.iter().copied().collect();
    let bookings = store::lock_bookings(conn, nursery, &ids)?;
    let bookings: HashMap<_, _> = bookings.iter().map(|row| (row.id, row)).collect();
    let mut entries = rows_by_day(store::about(conn, &ids)?);
    let mut conflicts = HashMap::new();
    let mut changed: Vec<(DayRow, Attendance)> = Vec::new();
    for day in store::days(conn, &ids)? {
        let day_after = attendance(stands(&day), &entries.remove(&day.id).unwrap_or_default());
        conflicts.extend(day_after.conflicts.iter().map(|conflict| (conflict.action_id, conflict.kind)));
        changed.push((day, day_after));
    }
    // Only where a place is given back or taken again are class-days needed.
    let gives_or_takes = |(day, after): &&(DayRow, Attendance)| {
        let booking = bookings.get(&day.booking_id);
        booking.is_some_and(|booking| stands(day) && day.takes_place != takes_place(booking, day, after))
    };
    let wanted: Vec<(ClassId, Date)> =
        changed.iter().filter(gives_or_takes).map(|(day, _)| (day.class_id, day.date)).collect();
    let families: Vec<_> = bookings.values().map(|row| row.family_id).collect();
    let mut places = match wanted.is_empty() {
        true => Days::default(),
        false => places::lock(conn, policies, now, &wanted, &families)?,
    };
    for (mut day, after) in changed {
        let Some(booking) = bookings.get(&day.booking_id) else { continue };
        let before = day.clone();
        let has_place = write(booking, &mut day, &after, &mut places, policies);
        if !has_place && let Some(last) = after.last {
            conflicts.insert(last, ConflictKind::NoPlace);
        }
        if day != before {
            store::save_day(conn, &day)?;
        }
    }
    if !wanted.is_empty() {
        places::save(conn, policies, now, &mut places)?;
    }
    Ok(conflicts)
}

/// After a family's change has made days stand again: what was done about them meanwhile counts. The booking and its
/// class-days are locked.
pub fn settle(
    conn: &mut Conn,
    policies: &Policies,
    booking: &BookingRow,
    days: &mut [DayRow],
    which: &[BookingDayId],
    places: &mut Days,
) -> Result<()> {
    let standing: Vec<BookingDayId> =
        days.iter().filter(|day| which.contains(&day.id) && day.takes_place).map(|day| day.id).collect();
    if standing.is_empty() {
        return Ok(());
    }
    let mut entries = rows_by_day(store::about(conn, &standing)?);
    for day in days.iter_mut() {
        if let Some(entries) = entries.remove(&day.id) {
            write(booking, day, &attendance(true, &entries), places, policies);
        }
    }
    Ok(())
}

/// Whether the family has not given the day up.
pub fn stands(day: &DayRow) -> bool {
    day.takes_place || day.left_at.is_none() && day.state == DayState::Absent
}

fn takes_place(booking: &BookingRow, day: &DayRow, after: &Attendance) -> bool {
    after.state != DayState::Absent && !is_over(booking, day, after)
}

/// Whether the family has cancelled while the child was said to be there, and it was not: only for that the day has kept
/// its place.
fn is_over(booking: &BookingRow, day: &DayRow, after: &Attendance) -> bool {
    let has_been_in = matches!(after.state, DayState::CheckedIn | DayState::CheckedOut);
    !has_been_in && booking.cancelled_at.is_some_and(|cancelled| cancelled < day.begins())
}

/// Lets a row say what became of its day. False when it takes a place where none was left.
fn write(booking: &BookingRow, day: &mut DayRow, after: &Attendance, places: &mut Days, policies: &Policies) -> bool {
    if !stands(day) {
        return true;
    }
    let takes_place = takes_place(booking, day, after);
    let mut has_place = true;
    match (day.takes_place, takes_place) {
        (true, false) => places.give_back(day.class_id, day.date, day.span()),
        (false, true) => has_place = places.take_all_the_same(day.class_id, day.date, day.span()),
        _ => {}
    }
    (day.state, day.takes_place) = (after.state, takes_place);
    day.left_cost_fen = match after.absent_at {
        Some(at) if after.state == DayState::Absent => {
            view::cost_of_leaving(booking, day, at, &policies.on(day.date).booking)
        }
        _ => Fen::ZERO,
    };
    day.late_cost_fen = late_cost(day, after, policies);
    if is_over(booking, day, after) && after.state != DayState::Absent {
        // Due as it was when the family cancelled.
        (day.state, day.left_cost_fen) = (DayState::Released, day.price_fen);
        (day.left_at, day.left_in) = (booking.cancelled_at, Some(booking.version));
    }
    has_place
}

/// What collecting a child late comes to.
pub fn late_cost(day: &DayRow, after: &Attendance, policies: &Policies) -> Fen {
    let free = policies.on(day.date).booking.late_pick_up_free_minutes;
    let half_hours = after.out_at.map_or(0, |out| late::half_hours(day.ends(), out, free));
    late::cost(half_hours, day.late_pick_up_fen)
}

/// What was done, by the day that it is about, without what is sealed.
pub fn rows_by_day(rows: Vec<ActionRow>) -> HashMap<BookingDayId, Vec<Entry>> {
    // Nobody takes back what was done at another nursery.
    let about: HashMap<(NurseryId, ActionId), BookingDayId> =
        rows.iter().filter_map(|row| Some(((row.nursery_id, row.id), row.booking_day_id?))).collect();
    let mut days: HashMap<BookingDayId, Vec<Entry>> = HashMap::new();
    for row in rows {
        let day = row.booking_day_id.or_else(|| about.get(&(row.nursery_id, row.undoes?)).copied());
        if let Some((day, deed)) = day.zip(row.deed(None)) {
            days.entry(day).or_default().push(Entry { id: row.id, at: row.at, deed });
        }
    }
    days
}

impl ActionRow {
    /// What was done, with what was sealed of it. None for a row that contradicts itself.
    pub fn deed(&self, detail: Option<Detail>) -> Option<Deed> {
        use doorstep_shared::board::DeedKind as Kind;
        let detail = detail.unwrap_or_default();
        Some(match self.kind {
            Kind::CheckIn => Deed::CheckIn { day_id: self.booking_day_id? },
            Kind::CheckOut => Deed::CheckOut { day_id: self.booking_day_id?, by: detail.by },
            Kind::MorningCheck => Deed::MorningCheck {
                day_id: self.booking_day_id?,
                temperature: detail.temperature,
                spots: detail.spots,
                medicine: detail.medicine,
            },
            Kind::Absent => Deed::Absent { day_id: self.booking_day_id? },
            Kind::NoShow => Deed::NoShow { day_id: self.booking_day_id? },
            Kind::CarerCame => Deed::CarerCame { carer_id: self.carer_id?, class_id: self.class_id? },
            Kind::CarerLeft => Deed::CarerLeft { carer_id: self.carer_id?, class_id: self.class_id? },
            Kind::Undo => Deed::Undo { action_id: self.undoes? },
        })
    }
}
