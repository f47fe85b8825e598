//! What an action may say, and when it counts.

use chrono::Duration;
use doorstep_shared::{
    Date, HalfHour, Timestamp,
    board::{COLLECTOR_CHARACTERS, Deed, NOTE_CHARACTERS, TEMPERATURES},
    text,
};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A clock that is wrong by less is left alone: the call took time, too.
const SKEW: Duration = Duration::minutes(1);

/// What of an action is sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spots: Option<bool>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub medicine: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl Detail {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn written(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }
}

/// What of a deed is sealed, tidied. None when it says what cannot be kept.
pub fn detail(deed: &Deed) -> Option<Detail> {
    match deed {
        Deed::CheckOut { by, .. } => {
            let by = by.as_deref().map(|by| line(by, COLLECTOR_CHARACTERS)).unwrap_or(Some(String::new()))?;
            Some(Detail { by: (!by.is_empty()).then_some(by), ..Detail::default() })
        }
        Deed::MorningCheck { temperature, spots, medicine, .. } => {
            if temperature.is_some_and(|tenths| !TEMPERATURES.contains(&tenths)) {
                return None;
            }
            let medicine = line(medicine, NOTE_CHARACTERS)?;
            Some(Detail { temperature: *temperature, spots: *spots, medicine, by: None })
        }
        _ => Some(Detail::default()),
    }
}

fn line(text: &str, most: usize) -> Option<String> {
    text::one_line(text).ok().filter(|line| line.chars().count() <= most)
}

/// By how much a device's clock is to be set forward.
pub fn skew(sent_at: Option<Timestamp>, now: Timestamp) -> Duration {
    let skew = sent_at.map_or(Duration::zero(), |sent| now - sent);
    if skew.abs() > SKEW { skew } else { Duration::zero() }
}

/// When an action counts that is said to have been done then: on its day, at the earliest when it began.
pub fn within(said: Timestamp, date: Date) -> Timestamp {
    let (begins, ends) = (Timestamp::at(date, HalfHour::MIDNIGHT), Timestamp::at(date, HalfHour::END_OF_DAY));
    said.clamp(begins, ends)
}

/// What a device said, if a database can hold it.
pub fn storable(said: Timestamp, now: Timestamp) -> Timestamp {
    let far = Duration::days(3_650);
    said.clamp(now - far, now + far)
}

#[cfg(test)]
mod tests {
    use doorstep_shared::ids::BookingDayId;

    use super::*;

    fn at(date: &str, time: &str) -> Timestamp {
        Timestamp::at(date.parse().unwrap(), time.parse().unwrap())
    }

    #[test]
    fn a_clock_that_is_wrong_is_set_right_and_a_slow_call_is_no_wrong_clock() {
        let now = at("2026-11-23", "08:00");
        let cases = [
            ("nothing said", None, 0),
            ("right", Some(now), 0),
            ("a slow call", Some(now - Duration::seconds(59)), 0),
            ("five minutes slow", Some(now - Duration::minutes(5)), 5),
            ("a day fast", Some(now + Duration::days(1)), -24 * 60),
        ];
        for (name, sent, minutes) in cases {
            assert_eq!(skew(sent, now), Duration::minutes(minutes), "{name}");
        }
    }

    #[test]
    fn an_action_counts_on_its_day() {
        let date = "2026-11-23".parse().unwrap();
        let cases = [
            ("in the morning", at("2026-11-23", "07:30"), at("2026-11-23", "07:30")),
            ("the day before", at("2026-11-22", "23:30"), at("2026-11-23", "00:00")),
            ("put down the day after", at("2026-11-24", "09:00"), at("2026-11-24", "00:00")),
        ];
        for (name, said, counts) in cases {
            assert_eq!(within(said, date), counts, "{name}");
        }
    }

    #[test]
    fn what_nobody_measures_or_writes_is_not_kept() {
        let day_id = BookingDayId::new();
        let look = |temperature, medicine: &str| Deed::MorningCheck {
            day_id,
            temperature,
            spots: None,
            medicine: medicine.to_owned(),
        };
        let leaves = |by: &str| Deed::CheckOut { day_id, by: Some(by.to_owned()) };
        assert_eq!(detail(&look(Some(365), " 午饭后\n退烧药 ")).unwrap().medicine, "午饭后 退烧药");
        assert_eq!(detail(&leaves(" ")).unwrap(), Detail::default(), "nobody is nobody");
        for deed in [look(Some(339), ""), look(Some(431), ""), look(None, &"药".repeat(201)), leaves("外\0婆")] {
            assert_eq!(detail(&deed), None, "{deed:?}");
        }
    }
}
