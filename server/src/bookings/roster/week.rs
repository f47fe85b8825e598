//! A week of places, as the nursery sees it.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};

use chrono::{Datelike as _, Days as DaysAhead};
use doorstep_shared::{
    Date, HalfHour, Span,
    ids::{ClassId, NurseryId},
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
    policy::Policies,
};

/// The Monday of the week in which a date lies.
pub fn monday(date: Date) -> Date {
    date - DaysAhead::new(date.weekday().num_days_from_monday().into())
}

/// The Sunday of a week that begins on this Monday.
pub fn sunday(monday: Date) -> Date {
    monday + DaysAhead::new(6)
}

/// Every roster of a nursery for some dates, as it stands.
pub struct Rosters {
    hours: Week,
    shifts: HashMap<(ClassId, When), Vec<Shift>>,
    /// Dates that have a roster of their own, be it an empty one.
    own: HashSet<(ClassId, Date)>,
}

impl Rosters {
    pub fn load(conn: &mut Conn, of: NurseryId, classes: &[ClassId], dates: RangeInclusive<Date>) -> Result<Self> {
        let (first, last) = dates.into_inner();
        let mut shifts: HashMap<_, Vec<_>> = HashMap::new();
        for (class, when, shift) in store::shifts(conn, of, first, last)? {
            shifts.entry((class, when)).or_default().push(shift);
        }
        let dated = store::dated_carers(conn, classes, first)?;
        let own = dated.into_iter().flat_map(|(class, days)| days.into_iter().map(move |(date, _)| (class, date)));
        Ok(Self { hours: inventory::hours_of(conn, of, first)?.week, shifts, own: own.collect() })
    }

    /// Who is on duty in a class on a date: by the date's own roster, or by its weekday's. None: no roster is kept.
    pub fn on(&self, class: ClassId, date: Date, policies: &Policies) -> Option<&[Shift]> {
        if self.own.contains(&(class, date)) {
            return Some(self.of(class, When::Date(date)).unwrap_or_default());
        }
        self.of(class, When::Weekday(weekday_on(&self.hours, date, policies)))
    }

    fn of(&self, class: ClassId, when: When) -> Option<&[Shift]> {
        self.shifts.get(&(class, when)).map(Vec::as_slice)
    }
}

/// The weekday whose roster holds on a date, 0 on Monday.
pub fn weekday_on(hours: &Week, date: Date, policies: &Policies) -> u8 {
    place_rules::weekday_on(hours, date, policies.calendar.day_kind(date)) as u8
}

/// The week of a date.
pub fn week(conn: &mut Conn, asked: Asked<'_>, date: Date) -> Result<PlacesWeek> {
    let first = monday(date);
    let dates: Vec<Date> = first.iter_days().take(7).collect();
    let rows = store::classes(conn, asked.nursery)?;
    let wanted: Vec<_> = rows.iter().flat_map(|class| dates.iter().map(|date| (class.id, *date))).collect();
    let days = inventory::look_at_days(conn, asked.policies, asked.now, &wanted)?;
    let ids: Vec<ClassId> = rows.iter().map(|class| class.id).collect();
    let rosters = Rosters::load(conn, asked.nursery, &ids, first..=sunday(first))?;
    let mut classes = Vec::with_capacity(rows.len());
    for row in rows {
        let (_, limits) = limits_of(row.carers.clone());
        let weekday = |weekday: u8| {
            let allowed = limits.as_ref().and_then(|limits| limits.on(weekday.into()).allowed);
            WeekdayPlan {
                weekday: weekday + 1,
                shifts: rosters.of(row.id, When::Weekday(weekday)).unwrap_or_default().to_vec(),
                allowed: allowed.as_ref().map(rules::named).unwrap_or_default(),
            }
        };
        let weekly: Vec<_> = (0..7).map(weekday).collect();
        let on = |date: &Date| Some(plan(days.get(row.id, *date)?, rosters.on(row.id, *date, asked.policies)));
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

fn plan(day: &Day, shifts: Option<&[Shift]>) -> ClassDayPlan {
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
        shifts: shifts.unwrap_or_default().to_vec(),
        allowed: allowed.as_ref().map(rules::named).unwrap_or_default(),
        own_shifts: own.carers.is_some(),
        own_allowed: own.allowed.is_some(),
        closure: day.closure.as_deref().map(str::to_owned),
        cells: halves.filter(|half| day.is_open(*half)).map(cell).collect(),
    }
}
