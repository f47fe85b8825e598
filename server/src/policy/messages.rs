//! When people are told.

use chrono::Duration;
use doorstep_shared::{Date, HalfHour, Timestamp};
use serde::Deserialize;

/// Hours of the day are Chinese time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageRules {
    pub quiet_from_hour: u8,
    pub quiet_until_hour: u8,
    /// When what would be told at night is told the evening before.
    pub evening_hour: u8,
    /// Before the care begins.
    pub first_reminder_hours: u16,
    /// How late it may still be told.
    pub first_reminder_late_minutes: u16,
    pub last_reminder_hours: u16,
    pub last_reminder_late_minutes: u16,
}

impl MessageRules {
    /// Whether phones should be silent at that moment.
    pub fn is_quiet(&self, at: Timestamp) -> bool {
        let hour = hour_of(at);
        if self.quiet_from_hour > self.quiet_until_hour {
            hour >= self.quiet_from_hour || hour < self.quiet_until_hour
        } else {
            (self.quiet_from_hour..self.quiet_until_hour).contains(&hour)
        }
    }

    /// When phones may ring from that moment on: at once, or in the morning.
    pub fn by_day(&self, at: Timestamp) -> Timestamp {
        if !self.is_quiet(at) {
            return at;
        }
        let today = on(at.local_date(), self.quiet_until_hour);
        if today > at { today } else { today + Duration::days(1) }
    }

    /// The moment itself; for one in the night, the evening before.
    pub fn not_at_night(&self, at: Timestamp) -> Timestamp {
        if !self.is_quiet(at) {
            return at;
        }
        let today = on(at.local_date(), self.evening_hour);
        if today <= at { today } else { today - Duration::days(1) }
    }
}

fn hour_of(at: Timestamp) -> u8 {
    HalfHour::containing(at).index() / 2
}

/// An hour beyond the day's last is midnight.
fn on(date: Date, hour: u8) -> Timestamp {
    Timestamp::at(date, HalfHour::new(hour.saturating_mul(2)).unwrap_or(HalfHour::MIDNIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policies;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(format!("{text}:00+08:00").into()).unwrap()
    }

    #[test]
    fn news_wait_for_the_morning_and_what_is_near_is_told_the_evening_before() {
        let policies = Policies::load(None, None).unwrap();
        let rules = policies.on("2026-03-02".parse().unwrap()).messages;
        let cases = [
            ("2026-03-02T21:59", "2026-03-02T21:59", "2026-03-02T21:59"),
            ("2026-03-02T22:00", "2026-03-03T07:00", "2026-03-02T20:00"),
            ("2026-03-02T23:30", "2026-03-03T07:00", "2026-03-02T20:00"),
            ("2026-03-03T00:00", "2026-03-03T07:00", "2026-03-02T20:00"),
            ("2026-03-03T06:59", "2026-03-03T07:00", "2026-03-02T20:00"),
            ("2026-03-03T07:00", "2026-03-03T07:00", "2026-03-03T07:00"),
            ("2026-03-03T12:00", "2026-03-03T12:00", "2026-03-03T12:00"),
        ];
        for (moment, morning, evening) in cases {
            assert_eq!(rules.by_day(at(moment)), at(morning), "{moment}");
            assert_eq!(rules.not_at_night(at(moment)), at(evening), "{moment}");
        }
    }

    #[test]
    fn a_night_may_begin_after_midnight() {
        let policies = Policies::load(None, None).unwrap();
        let shipped = policies.on("2026-03-02".parse().unwrap()).messages;
        let rules = MessageRules { quiet_from_hour: 1, quiet_until_hour: 5, ..shipped };
        assert_eq!(rules.by_day(at("2026-03-02T00:30")), at("2026-03-02T00:30"));
        assert_eq!(rules.by_day(at("2026-03-02T01:00")), at("2026-03-02T05:00"));
        assert_eq!(rules.not_at_night(at("2026-03-02T04:30")), at("2026-03-01T20:00"));
    }
}
