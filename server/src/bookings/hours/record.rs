//! A change of hours as it is read afterwards, and when the nursery is open.

use doorstep_shared::{
    hours::{CalendarDay, Fate, HoursRecord, OpeningHours, Touched, TouchedPlace},
    ids::HoursChangeId,
};

use super::{Asked, plan::Standing, store};
use crate::{
    bookings::{rules::moving::last_date, store::DayRow},
    db::Conn,
    error::Result,
    inventory::{self, rules as place_rules},
    nurseries::{HoursChangeRow, hours as register},
    policy::DayKind,
};

pub fn of(row: &HoursChangeRow, touched: Vec<Touched>) -> Result<HoursRecord> {
    let HoursChangeRow { id, made_at, lifted_at, .. } = *row;
    Ok(HoursRecord { id, change: row.what()?, reason: row.reason.clone(), made_at, lifted_at, touched })
}

/// What a change did, as far as the days that it touched still say.
pub fn noted(conn: &mut Conn, id: HoursChangeId) -> Result<Vec<Touched>> {
    let touched = store::noted(conn, id)?.into_iter().map(|(standing, instead)| {
        let Standing { booking, day, child_name, class_kind, .. } = standing;
        let fate = match &instead {
            Some((other, _)) if other.class_id != day.class_id => Fate::OtherClass,
            Some((other, _)) if day.span().covers(other.span()) => Fate::Shorter,
            Some(_) => Fate::OtherTime,
            None if was_kept(&day) => Fate::PickUp,
            None if booking.confirmed_at.is_none() => Fate::Released,
            None => Fate::Cancelled,
        };
        Touched {
            booking_id: booking.id,
            // That which it became has its id.
            day_id: day.moved_day.unwrap_or(day.id),
            child_name,
            care: day.care,
            date: day.date,
            class_id: day.class_id,
            class_kind,
            from: day.from_half_hour,
            to: day.to_half_hour,
            fate,
            instead: instead.map(|(other, class_kind)| TouchedPlace {
                class_id: other.class_id,
                class_kind,
                from: other.from_half_hour,
                to: other.to_half_hour,
            }),
        }
    });
    Ok(touched.collect())
}

/// Whether the child kept the place, because its care had begun.
fn was_kept(day: &DayRow) -> bool {
    day.takes_place || day.left_at.is_none()
}

/// When the nursery is open.
///
/// # Errors
/// When the database fails.
pub fn opening(conn: &mut Conn, asked: Asked<'_>) -> Result<OpeningHours> {
    let Asked { nursery, now, policies, .. } = asked;
    let today = now.local_date();
    let hours = inventory::hours_of(conn, nursery, today)?;
    let last = last_date(now, policies);
    let calendar = today.iter_days().take_while(|date| *date <= last).filter_map(|date| {
        let kind = policies.calendar.day_kind(date);
        let (name_zh, name_en, holiday) = match kind {
            DayKind::Ordinary => return None,
            DayKind::Holiday { zh, en } => (zh.clone(), en.clone(), true),
            DayKind::Workday { zh, en } => (zh.clone(), en.clone(), false),
        };
        let open = place_rules::runs(place_rules::template_on(&hours, date, kind)).collect();
        Some(CalendarDay { date, name_zh, name_en, holiday, open })
    });
    Ok(OpeningHours {
        week: hours.week.0.iter().map(|open| place_rules::runs(*open).collect()).collect(),
        dates: register::dates(conn, nursery, today)?,
        calendar: calendar.collect(),
        closures: register::closures(conn, nursery, today)?,
    })
}
