//! How full a class is in the weeks around now, and what one more child would make of it.

use chrono::{Datelike as _, Days as DaysAhead};
use doorstep_shared::{
    Date, HalfHour, Problem, ProblemKind, Span, Timestamp,
    bookings::DayState,
    ids::NurseryId,
    planning::{GetOutlook, Outlook, OutlookWeek, WEEKS_AHEAD, WEEKS_BACK},
    problem::FieldRule,
    roster::Overfull,
};

use super::store;
use crate::{
    db::Conn,
    error::Result,
    inventory::{self, Day, rules as place_rules},
    policy::Policies,
};

/// A child who might come: on which weekdays, between which dates, when.
struct More {
    weekdays: Vec<u8>,
    from: Date,
    until: Option<Date>,
    span: Span,
}

impl More {
    /// None when nobody is asked about.
    ///
    /// # Errors
    /// `invalid`, naming the field.
    fn of(ask: &GetOutlook, today: Date) -> Result<Option<Self>, Problem> {
        let refuse = |field: &str, rule, detail: &str| Err(Problem::field(field, rule, detail));
        if ask.weekdays.is_empty() {
            return Ok(None);
        }
        if ask.weekdays.iter().any(|weekday| !(1..=7).contains(weekday)) {
            return refuse("weekdays", FieldRule::Unknown, "1 is Monday, 7 is Sunday");
        }
        let (Some(begins), Some(ends)) = (ask.from_time, ask.to_time) else {
            return refuse("from_time", FieldRule::Required, "when the child would come, and go");
        };
        let Some(span) = Span::new(begins, ends) else {
            return refuse("to_time", FieldRule::TooShort, "a time ends after it begins");
        };
        let from = ask.from.unwrap_or(today);
        if ask.until.is_some_and(|until| until < from) {
            return refuse("until", FieldRule::TooSmall, "it ends no earlier than it begins");
        }
        Ok(Some(Self { weekdays: ask.weekdays.clone(), from, until: ask.until, span }))
    }

    fn comes_on(&self, date: Date) -> bool {
        let weekday = date.weekday().number_from_monday() as u8;
        self.weekdays.contains(&weekday) && date >= self.from && self.until.is_none_or(|until| date <= until)
    }
}

/// # Errors
/// `invalid`; `not-found` for a class of another nursery, or without any class.
pub fn outlook(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    nursery: NurseryId,
    ask: &GetOutlook,
) -> Result<Outlook> {
    let today = now.local_date();
    let more = More::of(ask, today)?;
    let class = store::classes(conn, nursery)?.into_iter().find(|class| ask.class_id.is_none_or(|id| id == class.id));
    let class = class.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let this_week = today - DaysAhead::new(today.weekday().num_days_from_monday().into());
    let first = this_week - DaysAhead::new(7 * u64::from(WEEKS_BACK));
    let dates: Vec<Date> = first.iter_days().take(7 * usize::from(WEEKS_BACK + WEEKS_AHEAD)).collect();
    let wanted: Vec<_> = dates.iter().map(|date| (class.id, *date)).collect();
    let days = inventory::look_at_days(conn, policies, now, &wanted)?;
    let booked = store::booked(conn, &[class.id], first, dates.last().copied())?;

    let (mut over, mut closed) = (Vec::new(), Vec::new());
    let mut weeks: Vec<OutlookWeek> = Vec::with_capacity(dates.len() / 7);
    for week in dates.chunks(7) {
        let Some(monday) = week.first().copied() else { continue };
        let mut sum = OutlookWeek { monday, planned: 0, confirmed: 0, realised: 0, added: 0 };
        for day in week.iter().filter_map(|date| days.get(class.id, *date)) {
            sum.planned += seats(day);
            let comes = more.as_ref().filter(|more| day.date >= today && more.comes_on(day.date));
            match comes {
                Some(_) if day.open == 0 => closed.push(day.date),
                Some(more) => {
                    sum.added += u32::from(more.span.half_hours());
                    over.extend(too_many(day, more.span));
                }
                None => {}
            }
        }
        let last = monday + DaysAhead::new(6);
        for day in booked.iter().filter(|day| (monday..=last).contains(&day.date)) {
            let half_hours = u32::from(day.span.half_hours());
            sum.confirmed += half_hours;
            if matches!(day.state, DayState::CheckedIn | DayState::CheckedOut) {
                sum.realised += half_hours;
            }
        }
        weeks.push(sum);
    }
    Ok(Outlook { class_id: class.id, class_kind: class.kind, class_name: class.name, weeks, over, closed })
}

/// Places of a day while it is open, in half-hours of one child.
fn seats(day: &Day) -> u32 {
    let open = (0..48_u8).filter(|index| day.open >> index & 1 == 1);
    open.map(|index| u32::from(day.seats.at(index.into()).seats())).sum()
}

/// Where a day would have more children than places with one more child.
fn too_many(day: &Day, span: Span) -> Vec<Overfull> {
    let places = |half_hour: HalfHour| {
        let is_open = day.open >> half_hour.index() & 1 == 1;
        if is_open { day.seats.at(usize::from(half_hour.index())).seats() } else { 0 }
    };
    let mut mask = 0_u64;
    for half_hour in span.indexes().filter_map(|index| HalfHour::new(index as u8)) {
        if u16::from(day.used.at(half_hour)) + 1 > places(half_hour) {
            mask |= 1 << half_hour.index();
        }
    }
    let run = |run: Span| Overfull {
        class_id: day.class,
        date: day.date,
        from: run.from,
        to: run.to,
        children: day.used.peak(run).saturating_add(1),
        places: run.indexes().filter_map(|index| HalfHour::new(index as u8)).map(places).min().unwrap_or(0),
    };
    place_rules::runs(mask).map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_might_come_is_named_in_full_or_not_at_all() {
        let today: Date = "2026-11-23".parse().unwrap();
        let span: Span = "08:00-12:00".parse().unwrap();
        let whole = GetOutlook {
            weekdays: vec![1, 3],
            from_time: Some(span.from),
            to_time: Some(span.to),
            ..GetOutlook::default()
        };
        let cases = [
            ("nobody", GetOutlook::default(), Ok(false)),
            ("Mondays and Wednesdays", whole.clone(), Ok(true)),
            ("no time", GetOutlook { to_time: None, ..whole.clone() }, Err("from_time")),
            ("backwards", GetOutlook { to_time: Some(span.from), ..whole.clone() }, Err("to_time")),
            ("weekday 8", GetOutlook { weekdays: vec![8], ..whole.clone() }, Err("weekdays")),
            (
                "dates backwards",
                GetOutlook { from: Some(today), until: Some(today - DaysAhead::new(1)), ..whole.clone() },
                Err("until"),
            ),
        ];
        for (name, ask, expected) in cases {
            let found = More::of(&ask, today).map(|more| more.is_some());
            let found = found.map_err(|problem| problem.fields[0].field.clone());
            assert_eq!(found, expected.map_err(str::to_owned), "{name}");
        }
        let more = More::of(&whole, today).unwrap().unwrap();
        let comes =
            ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"].map(|date| more.comes_on(date.parse().unwrap()));
        assert_eq!(comes, [false, true, false, true]);
    }
}
