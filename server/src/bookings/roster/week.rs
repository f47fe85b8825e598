//! A week of places, as the nursery sees it.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Datelike as _, Days as DaysAhead};
use doorstep_shared::{
    Date, HalfHour, Span,
    ids::ClassId,
    roster::{ClassDayPlan, ClassWeek, PlaceCell, PlacesWeek, Shift, WeekdayPlan},
};

use super::{
    Asked,
    rules::{self, When},
    store,
};
use crate::{
    db::Conn,
    error::Result,
    inventory::{self, Day, Week, limits_of, rules as place_rules},
};

/// The Monday of the week in which a date lies.
pub fn monday(date: Date) -> Date {
    date - DaysAhead::new(date.weekday().num_days_from_monday().into())
}

/// The nursery's opening hours.
pub fn hours(conn: &mut Conn, asked: Asked<'_>) -> Result<Week> {
    Ok(inventory::week_of(conn, asked.nursery)?)
}

/// The weekday whose roster holds on a date, 0 on Monday.
pub fn weekday_of(conn: &mut Conn, asked: Asked<'_>, date: Date) -> Result<u8> {
    let hours = hours(conn, asked)?;
    let weekday = place_rules::weekday_on(&hours, date, asked.policies.calendar.day_kind(date));
    Ok(weekday as u8)
}

/// Who is on duty in each class on each day of the week of a date, by the date's own roster or by its weekday's. Days on
/// which no roster is kept are left out.
pub fn rosters(conn: &mut Conn, asked: Asked<'_>, date: Date) -> Result<BTreeMap<(ClassId, Date), Vec<Shift>>> {
    let first = monday(date);
    let dates: Vec<Date> = first.iter_days().take(7).collect();
    let last = dates.last().copied().unwrap_or(first);
    let hours = hours(conn, asked)?;
    let mut shifts: HashMap<(ClassId, When), Vec<Shift>> = HashMap::new();
    for (class, when, shift) in store::shifts(conn, asked.nursery, first, last)? {
        shifts.entry((class, when)).or_default().push(shift);
    }
    let classes: Vec<ClassId> = store::classes(conn, asked.nursery)?.iter().map(|class| class.id).collect();
    let own: HashSet<(ClassId, Date)> = store::dated_carers(conn, &classes, first)?
        .into_iter()
        .flat_map(|(class, days)| days.into_iter().map(move |(date, _)| (class, date)))
        .collect();
    let mut rosters = BTreeMap::new();
    for class in classes {
        for date in &dates {
            let weekday = place_rules::weekday_on(&hours, *date, asked.policies.calendar.day_kind(*date));
            let key = if own.contains(&(class, *date)) { When::Date(*date) } else { When::Weekday(weekday as u8) };
            let found = shifts.get(&(class, key)).cloned();
            if found.is_some() || key == When::Date(*date) {
                rosters.insert((class, *date), found.unwrap_or_default());
            }
        }
    }
    Ok(rosters)
}

/// The week of a date.
pub fn week(conn: &mut Conn, asked: Asked<'_>, date: Date) -> Result<PlacesWeek> {
    let first = monday(date);
    let dates: Vec<Date> = first.iter_days().take(7).collect();
    let rows = store::classes(conn, asked.nursery)?;
    let wanted: Vec<_> = rows.iter().flat_map(|class| dates.iter().map(|date| (class.id, *date))).collect();
    let days = inventory::look_at_days(conn, asked.policies, asked.now, &wanted)?;
    let mut rosters = rosters(conn, asked, date)?;
    let mut weekly: HashMap<(ClassId, u8), Vec<Shift>> = HashMap::new();
    for (class, when, shift) in store::shifts(conn, asked.nursery, first, first)? {
        if let When::Weekday(weekday) = when {
            weekly.entry((class, weekday)).or_default().push(shift);
        }
    }
    let mut classes = Vec::with_capacity(rows.len());
    for row in rows {
        let (_, limits) = limits_of(row.carers.clone());
        let weekday = |weekday: u8| {
            let allowed = limits.as_ref().and_then(|limits| limits.on(weekday.into()).allowed);
            WeekdayPlan {
                weekday: weekday + 1,
                shifts: weekly.remove(&(row.id, weekday)).unwrap_or_default(),
                allowed: allowed.as_ref().map(rules::named).unwrap_or_default(),
            }
        };
        let weekly: Vec<_> = (0..7).map(weekday).collect();
        let on = |date: &Date| Some(plan(days.get(row.id, *date)?, rosters.remove(&(row.id, *date))));
        classes.push(ClassWeek {
            class_id: row.id,
            class_kind: row.kind,
            name: row.name,
            places: row.places.unsigned_abs(),
            carers: row.carers.0.unsigned_abs(),
            weekly,
            days: dates.iter().filter_map(on).collect(),
        });
    }
    Ok(PlacesWeek { monday: first, carers: store::carers(conn, asked.nursery)?, classes })
}

fn plan(day: &Day, shifts: Option<Vec<Shift>>) -> ClassDayPlan {
    let own = day.limits();
    let allowed = own.allowed.or(day.weekly().allowed);
    let halves = (0..48_u8).filter_map(|index| Span::new(HalfHour::new(index)?, HalfHour::new(index + 1)?));
    let cell = |half: Span| PlaceCell {
        at: half.from,
        used: day.used.at(half.from),
        seats: day.seats.least(half),
        limit: day.limit(half),
    };
    ClassDayPlan {
        date: day.date,
        shifts: shifts.unwrap_or_default(),
        allowed: allowed.as_ref().map(rules::named).unwrap_or_default(),
        own_shifts: own.carers.is_some(),
        own_allowed: own.allowed.is_some(),
        closure: day.closure.as_deref().map(str::to_owned),
        cells: halves.filter(|half| day.is_open(*half)).map(cell).collect(),
    }
}
