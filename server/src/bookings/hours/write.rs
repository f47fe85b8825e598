//! Writing what becomes of the bookings that a change of hours touches, each table once for all of them.

use std::collections::BTreeMap;

use doorstep_shared::{
    Fen, Timestamp,
    bookings::DayState,
    hours::Fate,
    ids::{BookingDayId, BookingId, HoursChangeId},
};

use super::{
    plan::{self, Place, Standing, Treated},
    store,
};
use crate::{
    bookings::{
        moving::left,
        price,
        store::{self as rows, DayRow},
        view, waiting,
    },
    db::Conn,
    error::Result,
};

/// Writes the days and bookings as they are from now on. A place that was held by an offer to who waited is waited for
/// again.
///
/// # Errors
/// When the database fails.
pub fn treated(conn: &mut Conn, now: Timestamp, by: HoursChangeId, treated: &[Treated]) -> Result<()> {
    if treated.is_empty() {
        return Ok(());
    }
    let (mut gone, mut new, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for Treated { standing: Standing { booking, day, .. }, fate, place } in treated {
        let version = booking.version + 1;
        match (fate, place) {
            (Fate::PickUp, _) => kept.push(day.id),
            (_, Some(place)) => {
                gone.push(day.id);
                let trace = DayRow { id: BookingDayId::new(), ..day.clone() };
                let trace = left(trace, (day.booking_id, day.id), version, Fen::ZERO, now);
                new.push(DayRow { hours_change_id: Some(by), ..trace });
                new.push(moved(day.clone(), place));
            }
            (_, None) => {
                gone.push(day.id);
                new.push(DayRow {
                    state: DayState::Released,
                    takes_place: false,
                    left_at: Some(now),
                    left_in: Some(version),
                    left_cost_fen: Fen::ZERO,
                    hours_change_id: Some(by),
                    ..day.clone()
                });
            }
        }
    }
    rows::replace_days(conn, &gone, &new)?;
    store::note(conn, by, &kept)?;
    let changed = plan::bookings(treated.iter().filter(|one| one.fate != Fate::PickUp).map(|one| &one.standing));
    store::count_change(conn, &changed)?;
    end(conn, now, &changed)?;
    let released = treated.iter().filter(|one| one.fate == Fate::Released).map(|one| &one.standing);
    Ok(waiting::wait_again(conn, &plan::bookings(released))?)
}

/// A day in its new place. Whoever was moved may cancel free of cost until it begins.
fn moved(day: DayRow, place: &Place) -> DayRow {
    DayRow {
        offer_id: place.offer,
        class_id: place.class,
        from_half_hour: place.span.from,
        to_half_hour: place.span.to,
        unit_price_fen: place.unit_price,
        price_fen: price::of_day(day.care, place.unit_price, place.span),
        free_until_hours: Some(0),
        late_percent: Some(0),
        ..day
    }
}

/// Ends those bookings of which no day is left.
fn end(conn: &mut Conn, now: Timestamp, changed: &[BookingId]) -> Result<()> {
    let mut ended: BTreeMap<Fen, Vec<BookingId>> = BTreeMap::new();
    for (booking, days) in store::days_of(conn, changed)? {
        if !days.iter().any(|day| day.takes_place) {
            // What the family had given up late before is due all the same.
            ended.entry(view::owed(days.iter())).or_default().push(booking);
        }
    }
    for (due, bookings) in ended {
        store::cancel(conn, now, &bookings, due)?;
    }
    Ok(())
}
