//! Who is on duty, and how many places that makes.

use std::collections::{HashMap, HashSet};

use chrono::Datelike as _;
use diesel::prelude::*;
use doorstep_server::{
    db::{
        Conn,
        schema::{class_day, shift},
    },
    policy::DayKind,
};
use doorstep_shared::{Date, HalfHour, Span, ids::ClassId};

use super::{Class, Naive, Nursery};

/// Who is on duty in a class, and what the head allows.
#[derive(Default)]
pub struct Duty {
    /// Carers where no roster is kept.
    pub usual: u16,
    /// Weekday from 1.
    pub weekly: Vec<(u32, Span)>,
    pub dated: Vec<(Date, Span)>,
    /// Dates with a roster of their own.
    pub own: HashSet<Date>,
    /// 48 numbers for each weekday; 255 says nothing.
    pub allowed_week: Option<Vec<u8>>,
    pub allowed: HashMap<Date, Vec<u8>>,
}

impl Naive {
    /// The weekday whose roster holds, 1 on Monday.
    fn weekday(&self, nursery: &Nursery, date: Date) -> u32 {
        let own = date.weekday().number_from_monday();
        let opens = nursery.hours.opening.iter().any(|(of, ..)| *of as u32 == own);
        match self.policies.calendar.day_kind(date) {
            DayKind::Workday { .. } if !opens => 1,
            _ => own,
        }
    }

    /// Carers on duty, and children whom the head lets come.
    pub(super) fn duty(&self, nursery: &Nursery, class: &Class, date: Date, index: u8) -> (u16, u16) {
        let (duty, weekday) = (&class.duty, self.weekday(nursery, date));
        let is_on = |span: &Span| span.from.index() <= index && index < span.to.index();
        let carers = if duty.own.contains(&date) {
            duty.dated.iter().filter(|(on, span)| *on == date && is_on(span)).count() as u16
        } else if duty.weekly.iter().any(|(on, _)| *on == weekday) {
            duty.weekly.iter().filter(|(on, span)| *on == weekday && is_on(span)).count() as u16
        } else {
            duty.usual
        };
        let of_week = duty.allowed_week.as_ref().map(|week| week[(weekday as usize - 1) * 48 + usize::from(index)]);
        let of_date = duty.allowed.get(&date).map(|day| day[usize::from(index)]);
        (carers, of_date.or(of_week).filter(|children| *children < 255).map_or(1_000, u16::from))
    }

    pub(super) fn seats(&self, nursery: &Nursery, class: &Class, date: Date, index: u8) -> u16 {
        let rule = self.policies.on(date).class_rule(nursery.kind, class.kind);
        let (carers, allowed) = self.duty(nursery, class, date, index);
        (class.places as u16).min(rule.children).min(carers * rule.ratio).min(allowed)
    }
}

/// Who is on duty by the shifts themselves, not by what the product counts from them.
pub fn read_duty(conn: &mut Conn, class: ClassId, usual: i16, allowed_week: Option<Vec<u8>>) -> QueryResult<Duty> {
    let shifts: Vec<(Option<i16>, Option<Date>, HalfHour, HalfHour)> = shift::table
        .filter(shift::class_id.eq(class))
        .select((shift::weekday, shift::date, shift::from_half_hour, shift::to_half_hour))
        .load(conn)?;
    let mut duty = Duty { usual: usual as u16, allowed_week, ..Duty::default() };
    for (weekday, date, from, to) in shifts {
        let span = Span::new(from, to).unwrap();
        match (weekday, date) {
            (Some(weekday), None) => duty.weekly.push((weekday as u32, span)),
            (None, Some(date)) => duty.dated.push((date, span)),
            other => panic!("a shift of no day: {other:?}"),
        }
    }
    type Row = (Date, Option<Vec<u8>>, Option<Vec<u8>>);
    let days: Vec<Row> = class_day::table
        .filter(class_day::class_id.eq(class))
        .select((class_day::date, class_day::carers, class_day::allowed))
        .load(conn)?;
    for (date, carers, allowed) in days {
        if carers.is_some() {
            duty.own.insert(date);
        }
        duty.allowed.extend(allowed.map(|allowed| (date, allowed)));
    }
    Ok(duty)
}
