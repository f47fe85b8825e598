//! When nurseries are open, and what a week of theirs looks like half-hour by half-hour.

use chrono::{Datelike as _, Days};
use diesel::prelude::*;
use doorstep_server::{
    db::{
        Conn,
        schema::{closure, opening, opening_date},
    },
    policy::DayKind,
};
use doorstep_shared::{
    Date, HalfHour,
    ids::{ClassId, NurseryId},
};

use super::{Class, Naive, Nursery};

pub struct Hours {
    /// Weekday from 1, from, to.
    pub opening: Vec<(i16, HalfHour, HalfHour)>,
    /// Of dates that have hours of their own.
    dates: Vec<(Date, HalfHour, HalfHour)>,
    closures: Vec<(Option<ClassId>, Date, HalfHour, HalfHour)>,
}

/// A half-hour in which a class is open: children who have a place, and places.
pub type Cell = (ClassId, Date, HalfHour, u16, u16);

impl Hours {
    pub fn read(conn: &mut Conn, id: NurseryId) -> QueryResult<Self> {
        let opening = opening::table
            .filter(opening::nursery_id.eq(id))
            .select((opening::weekday, opening::from_half_hour, opening::to_half_hour))
            .load(conn)?;
        let dates = opening_date::table
            .filter(opening_date::nursery_id.eq(id))
            .select((opening_date::date, opening_date::from_half_hour, opening_date::to_half_hour))
            .load(conn)?;
        let closures = closure::table
            .filter(closure::nursery_id.eq(id))
            .select((closure::class_id, closure::date, closure::from_half_hour, closure::to_half_hour))
            .load(conn)?;
        Ok(Self { opening, dates, closures })
    }
}

impl Naive {
    pub(super) fn is_open(&self, nursery: &Nursery, class: &Class, date: Date, index: u8) -> bool {
        let Hours { opening, dates, closures } = &nursery.hours;
        let within = |from: &HalfHour, to: &HalfHour| from.index() <= index && index < to.index();
        let weekday = |day: u32| opening.iter().filter(move |(of, ..)| *of as u32 == day);
        let own = date.weekday().number_from_monday();
        let opens = if dates.iter().any(|(on, ..)| *on == date) {
            dates.iter().any(|(on, from, to)| *on == date && within(from, to))
        } else {
            match self.policies.calendar.day_kind(date) {
                DayKind::Holiday { .. } => false,
                DayKind::Workday { .. } if weekday(own).count() == 0 => {
                    weekday(1).any(|(_, from, to)| within(from, to))
                }
                _ => weekday(own).any(|(_, from, to)| within(from, to)),
            }
        };
        let shut = closures
            .iter()
            .any(|(only, on, from, to)| only.is_none_or(|only| only == class.id) && *on == date && within(from, to));
        opens && !shut
    }

    /// Every half-hour in which the nursery is open on seven days from `monday` on.
    pub fn week(&self, id: NurseryId, monday: Date) -> Vec<Cell> {
        let nursery = self.nurseries.iter().find(|nursery| nursery.id == id).unwrap();
        let mut cells = Vec::new();
        for class in &nursery.classes {
            for date in (0..7).map(|ahead| monday + Days::new(ahead)) {
                for index in (0..48).filter(|index| self.is_open(nursery, class, date, *index)) {
                    let (used, seats) = (class.there(date, index), self.seats(nursery, class, date, index));
                    cells.push((class.id, date, HalfHour::new(index).unwrap(), used, seats));
                }
            }
        }
        cells.sort();
        cells
    }
}
