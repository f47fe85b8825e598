//! Whether there are enough carers for the children who are there.

use serde::{Deserialize, Serialize};

use super::duty::{DutyPlan, on_duty};
use super::{Breach, fold::Entry};
use crate::{
    ids::ClassId,
    time::{Date, HalfHour, Timestamp},
    words::words,
};

words! {
    /// How near children come to what the carers on duty may look after.
    pub enum RatioLevel {
        Well = "well",
        /// One more child, and there are too many.
        Near = "near",
        Over = "over",
    }
}

/// Children of a class who are there, against those that the carers on duty may look after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ratio {
    pub children: u16,
    pub carers: u16,
    /// The least of what the carers may look after and what the class may hold.
    pub most: u16,
}

impl Ratio {
    pub fn of(children: u16, carers: u16, limits: Limits) -> Self {
        Self { children, carers, most: carers.saturating_mul(limits.per_carer).min(limits.children) }
    }

    pub const fn level(self) -> RatioLevel {
        if self.children > self.most {
            RatioLevel::Over
        } else if self.children > 0 && self.children + 1 > self.most {
            RatioLevel::Near
        } else {
            RatioLevel::Well
        }
    }

    /// Children who may still come.
    pub const fn left(self) -> u16 {
        self.most.saturating_sub(self.children)
    }
}

/// What a class of its kind may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// Children per carer at most.
    pub per_carer: u16,
    /// Children at most.
    pub children: u16,
}

/// Everything about a class on a day that its ratio follows from.
pub struct ClassDay<'a> {
    pub class_id: ClassId,
    pub date: Date,
    pub limits: Limits,
    pub plan: &'a DutyPlan,
    /// When each child came, and when it was collected.
    pub stays: &'a [(Timestamp, Option<Timestamp>)],
    /// What carers did on the day.
    pub carers: &'a [Entry],
}

impl ClassDay<'_> {
    /// At one moment.
    pub fn at(&self, moment: Timestamp) -> Ratio {
        let there =
            |(came, went): &&(Timestamp, Option<Timestamp>)| *came <= moment && went.is_none_or(|went| moment < went);
        let children = self.stays.iter().filter(there).count();
        let carers = on_duty(self.plan, self.class_id, self.carers, moment).count;
        Ratio::of(u16::try_from(children).unwrap_or(u16::MAX), carers, self.limits)
    }

    /// The times until `now` at which there were too many children for the carers, each with the worst of it. One that
    /// lasts has no end.
    pub fn breaches(&self, now: Timestamp) -> Vec<Breach> {
        let mut moments: Vec<Timestamp> =
            self.stays.iter().flat_map(|(came, went)| [Some(*came), *went]).flatten().collect();
        moments.extend(self.carers.iter().map(|entry| entry.at));
        // The roster changes on half-hours only.
        moments.extend((0..48).filter_map(HalfHour::new).map(|half| Timestamp::at(self.date, half)));
        moments.retain(|moment| *moment <= now);
        moments.sort_unstable();
        moments.dedup();
        let mut found: Vec<Breach> = Vec::new();
        for moment in moments {
            let ratio = self.at(moment);
            let open = found.last_mut().filter(|breach| breach.until.is_none());
            match (ratio.level(), open) {
                (RatioLevel::Over, Some(breach)) => {
                    let worse = |ratio: Ratio| ratio.children.saturating_sub(ratio.most);
                    if worse(ratio) > worse(breach.ratio) {
                        breach.ratio = ratio;
                    }
                }
                (RatioLevel::Over, None) => {
                    found.push(Breach { class_id: self.class_id, from: moment, until: None, ratio });
                }
                (_, Some(breach)) => breach.until = Some(moment),
                (_, None) => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        board::Deed,
        ids::{ActionId, CarerId},
        roster::Shift,
    };

    fn at(time: &str) -> Timestamp {
        let (hours, minutes) = time.split_once(':').unwrap();
        let minutes: i64 = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
        Timestamp::at("2026-11-23".parse().unwrap(), HalfHour::MIDNIGHT) + chrono::Duration::minutes(minutes)
    }

    #[test]
    fn a_ratio_is_amber_before_and_red_at_breach() {
        let limits = Limits { per_carer: 5, children: 15 };
        let cases = [
            ("an empty class without carers", 0, 0, RatioLevel::Well, 0),
            ("three children, one carer", 3, 1, RatioLevel::Well, 2),
            ("four of five: one more may come", 4, 1, RatioLevel::Well, 1),
            ("five of five", 5, 1, RatioLevel::Near, 0),
            ("six with one carer", 6, 1, RatioLevel::Over, 0),
            ("one child and nobody", 1, 0, RatioLevel::Over, 0),
            ("the class is full, however many carers", 15, 9, RatioLevel::Near, 0),
            ("more than a class may hold", 16, 9, RatioLevel::Over, 0),
        ];
        for (name, children, carers, level, left) in cases {
            let ratio = Ratio::of(children, carers, limits);
            assert_eq!((ratio.level(), ratio.left()), (level, left), "{name}");
        }
    }

    #[test]
    fn a_breach_is_kept_from_when_a_carer_leaves_until_another_comes() {
        let (class_id, wang, li) =
            (ClassId(Uuid::from_u128(1)), CarerId(Uuid::from_u128(2)), CarerId(Uuid::from_u128(3)));
        let shift =
            |carer_id, from: &str, to: &str| Shift { carer_id, from: from.parse().unwrap(), to: to.parse().unwrap() };
        let plan =
            DutyPlan { usual: 0, shifts: Some(vec![shift(wang, "08:00", "12:00"), shift(li, "08:00", "17:30")]) };
        let entry = |number, time: &str, deed| Entry { id: ActionId(Uuid::from_u128(number)), at: at(time), deed };
        let carers = [
            entry(1, "09:10", Deed::CarerLeft { carer_id: li, class_id }),
            entry(2, "09:40", Deed::CarerCame { carer_id: li, class_id }),
        ];
        // Six children: two carers are enough, one is not.
        let mut stays: Vec<_> = (0..6).map(|_| (at("08:05"), Some(at("16:00")))).collect();
        stays.push((at("09:20"), Some(at("11:00"))));
        let day = ClassDay {
            class_id,
            date: "2026-11-23".parse().unwrap(),
            limits: Limits { per_carer: 5, children: 15 },
            plan: &plan,
            stays: &stays,
            carers: &carers,
        };
        let breach = |from, until: Option<&str>, children, carers| Breach {
            class_id,
            from: at(from),
            until: until.map(at),
            ratio: Ratio { children, carers, most: carers * 5 },
        };
        assert_eq!(day.breaches(at("09:05")), []);
        assert_eq!(day.breaches(at("09:15")), [breach("09:10", None, 6, 1)], "it lasts");
        let morning = breach("09:10", Some("09:40"), 7, 1);
        assert_eq!(day.breaches(at("11:59")), std::slice::from_ref(&morning), "with the worst of it");
        // The shift of the other ends at noon, without anybody tapping anything.
        assert_eq!(day.breaches(at("20:00")), [morning, breach("12:00", Some("16:00"), 6, 1)]);
    }
}
