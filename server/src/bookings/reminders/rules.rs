//! When a visit is near.

use chrono::Duration;
use doorstep_shared::{Date, HalfHour, Timestamp};

use crate::policy::MessageRules;

/// A visit is reminded of twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    First,
    Last,
}

impl Reminder {
    pub const ALL: [Self; 2] = [Self::First, Self::Last];

    /// As it stands in the name of the event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }

    /// When it is due for a visit that begins then. The last one is never due at night.
    pub fn due(self, begins: Timestamp, rules: &MessageRules) -> Timestamp {
        match self {
            Self::First => begins - Duration::hours(rules.first_reminder_hours.into()),
            Self::Last => rules.not_at_night(begins - Duration::hours(rules.last_reminder_hours.into())),
        }
    }

    /// How late it is still of use.
    pub fn late(self, rules: &MessageRules) -> Duration {
        Duration::minutes(match self {
            Self::First => rules.first_reminder_late_minutes.into(),
            Self::Last => rules.last_reminder_late_minutes.into(),
        })
    }
}

/// A stretch of time whose reminders are decided together: after `from`, until `until` itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Stretch {
    /// Whether the reminder of a visit falls into it, and is not too late by now.
    pub fn has(&self, reminder: Reminder, begins: Timestamp, now: Timestamp, rules: &MessageRules) -> bool {
        let due = reminder.due(begins, rules);
        self.from < due && due <= self.until && now - due < reminder.late(rules) && begins > now
    }

    /// When visits begin that are reminded of in it: dates with half-hours, in order.
    pub fn begins(&self, now: Timestamp, rules: &MessageRules) -> Vec<(Date, Vec<HalfHour>)> {
        let furthest = rules.first_reminder_hours.max(rules.last_reminder_hours);
        // The evening before lies at most a day before the night.
        let last = (self.until + Duration::hours(furthest.into()) + Duration::days(1)).local_date();
        let dates = now.local_date().iter_days().take_while(|date| *date <= last);
        let with_begins = dates.map(|date| {
            let half_hours = (0..48).filter_map(HalfHour::new).filter(|half_hour| {
                let begins = Timestamp::at(date, *half_hour);
                Reminder::ALL.iter().any(|reminder| self.has(*reminder, begins, now, rules))
            });
            (date, half_hours.collect::<Vec<_>>())
        });
        with_begins.filter(|(_, half_hours)| !half_hours.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policies;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(format!("{text}:00+08:00").into()).unwrap()
    }

    fn rules() -> MessageRules {
        Policies::load(None, None).unwrap().on("2026-03-02".parse().unwrap()).messages
    }

    #[test]
    fn the_last_reminder_of_an_early_visit_is_due_the_evening_before() {
        let cases = [
            ("2026-03-03T12:00", "2026-03-02T12:00", "2026-03-03T10:00"),
            ("2026-03-03T09:00", "2026-03-02T09:00", "2026-03-03T07:00"),
            ("2026-03-03T08:30", "2026-03-02T08:30", "2026-03-02T20:00"),
            ("2026-03-03T06:00", "2026-03-02T06:00", "2026-03-02T20:00"),
        ];
        for (begins, first, last) in cases {
            assert_eq!(Reminder::First.due(at(begins), &rules()), at(first), "{begins}");
            assert_eq!(Reminder::Last.due(at(begins), &rules()), at(last), "{begins}");
        }
    }

    #[test]
    fn each_reminder_falls_into_one_stretch_and_is_dropped_when_it_is_late() {
        let begins = at("2026-03-03T12:00");
        let has = |from, until, now| {
            let stretch = Stretch { from: at(from), until: at(until) };
            Reminder::ALL.map(|reminder| stretch.has(reminder, begins, at(now), &rules()))
        };
        assert_eq!(has("2026-03-02T11:59", "2026-03-02T12:00", "2026-03-02T12:00"), [true, false]);
        assert_eq!(has("2026-03-02T12:00", "2026-03-02T12:01", "2026-03-02T12:01"), [false, false], "it was decided");
        assert_eq!(has("2026-03-02T11:58", "2026-03-02T11:59", "2026-03-02T11:59"), [false, false], "it is not due");
        assert_eq!(has("2026-03-01T00:00", "2026-03-02T17:59", "2026-03-02T17:59"), [true, false]);
        assert_eq!(has("2026-03-01T00:00", "2026-03-02T18:00", "2026-03-02T18:00"), [false, false], "six hours late");
        assert_eq!(has("2026-03-01T00:00", "2026-03-03T10:59", "2026-03-03T10:59"), [false, true]);
        assert_eq!(has("2026-03-01T00:00", "2026-03-03T11:00", "2026-03-03T11:00"), [false, false]);
    }

    #[test]
    fn the_beginnings_of_a_stretch_are_those_that_it_has() {
        let stretch = Stretch { from: at("2026-03-02T19:59"), until: at("2026-03-02T20:00") };
        let found = stretch.begins(stretch.until, &rules());
        let shown: Vec<_> = found
            .iter()
            .map(|(date, times)| (date.to_string(), times.len(), times[times.len() - 1].to_string()))
            .collect();
        // What begins at 22:00 today, all of tomorrow morning, and 20:00 tomorrow.
        assert_eq!(
            shown,
            [("2026-03-02".to_owned(), 1, "22:00".to_owned()), ("2026-03-03".to_owned(), 19, "20:00".to_owned())]
        );
    }
}
