//! Which carers are on duty now: by the roster, and by what was said at the board.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    Deed,
    fold::{Entry, in_order},
};
use crate::{
    ids::{CarerId, ClassId},
    roster::Shift,
    time::{HalfHour, Timestamp},
};

/// What was planned for a class and a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyPlan {
    /// Carers all day where no roster is kept.
    pub usual: u16,
    /// None where no roster is kept.
    pub shifts: Option<Vec<Shift>>,
}

/// Who is on duty in a class at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    pub count: u16,
    /// Those who are known by name: all where a roster is kept.
    pub named: Vec<CarerId>,
    /// Those who should be there and have left.
    pub missing: Vec<CarerId>,
}

/// Who is on duty in a class. `entries` are the actions of all carers of the day.
///
/// Who has left is on duty nowhere until she comes again. Who came is on duty in that class, and in no other, until her
/// last shift there that ends later is over; where she has none, until she leaves. Where no roster is kept nobody knows
/// who makes up the usual number: who leaves without having come was one of them.
pub fn on_duty(plan: &DutyPlan, class: ClassId, entries: &[Entry], moment: Timestamp) -> Duty {
    let done = in_order(entries);
    let steps = done.iter().filter(|entry| entry.at <= moment).filter_map(|entry| Step::of(entry));
    let mut first: HashMap<CarerId, Step> = HashMap::new();
    let mut last: HashMap<CarerId, Step> = HashMap::new();
    for step in steps {
        first.entry(step.carer).or_insert(step);
        last.insert(step.carer, step);
    }
    let came_here = |step: &&Step| step.came && step.class == class;
    let Some(shifts) = &plan.shifts else {
        let gone = first.values().filter(|step| !step.came && step.class == class);
        let mut named: Vec<_> = last.values().filter(came_here).map(|step| step.carer).collect();
        named.sort_unstable();
        let here = |carer: &CarerId| last.get(carer).is_some_and(|step| step.came && step.class == class);
        let mut missing: Vec<_> = gone.map(|step| step.carer).collect();
        let usual = usize::from(plan.usual).saturating_sub(missing.len());
        missing.retain(|carer| !here(carer));
        missing.sort_unstable();
        let count = u16::try_from(usual + named.len()).unwrap_or(u16::MAX);
        return Duty { count, named, missing };
    };
    let half = HalfHour::containing(moment);
    let planned: HashSet<CarerId> =
        shifts.iter().filter(|shift| shift.from <= half && half < shift.to).map(|shift| shift.carer_id).collect();
    // What she said at the board is over when the shift is, for which she said it.
    let is_over = |step: &Step| {
        let ends = shifts.iter().filter(|shift| shift.carer_id == step.carer);
        let ends = ends.map(|shift| Timestamp::at(step.at.local_date(), shift.to)).filter(|end| *end > step.at).max();
        step.came && ends.is_some_and(|end| end <= moment)
    };
    let said = |carer: &CarerId| last.get(carer).filter(|step| !(step.class == class && is_over(step)));
    let mut named: Vec<CarerId> = planned.iter().filter(|carer| said(carer).is_none()).copied().collect();
    named.extend(last.values().filter(came_here).filter(|step| !is_over(step)).map(|step| step.carer));
    named.sort_unstable();
    named.dedup();
    let gone = |carer: &&CarerId| said(carer).is_some_and(|step| !(step.came && step.class == class));
    let mut missing: Vec<_> = planned.iter().filter(gone).copied().collect();
    missing.sort_unstable();
    Duty { count: u16::try_from(named.len()).unwrap_or(u16::MAX), named, missing }
}

/// A carer came or left.
#[derive(Clone, Copy)]
struct Step {
    carer: CarerId,
    class: ClassId,
    came: bool,
    at: Timestamp,
}

impl Step {
    fn of(entry: &Entry) -> Option<Self> {
        match entry.deed {
            Deed::CarerCame { carer_id: carer, class_id: class } => {
                Some(Self { carer, class, came: true, at: entry.at })
            }
            Deed::CarerLeft { carer_id: carer, class_id: class } => {
                Some(Self { carer, class, came: false, at: entry.at })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::ActionId;

    const WANG: CarerId = CarerId(Uuid::from_u128(1));
    const LI: CarerId = CarerId(Uuid::from_u128(2));
    const INFANTS: ClassId = ClassId(Uuid::from_u128(3));
    const TODDLERS: ClassId = ClassId(Uuid::from_u128(4));

    fn at(time: &str) -> Timestamp {
        let (hours, minutes) = time.split_once(':').unwrap();
        let minutes: i64 = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
        Timestamp::at("2026-11-23".parse().unwrap(), HalfHour::MIDNIGHT) + chrono::Duration::minutes(minutes)
    }

    fn steps(steps: &[(&str, CarerId, ClassId, bool)]) -> Vec<Entry> {
        let entry = |(&(time, carer_id, class_id, came), number): (&(&str, CarerId, ClassId, bool), u128)| {
            let deed =
                if came { Deed::CarerCame { carer_id, class_id } } else { Deed::CarerLeft { carer_id, class_id } };
            Entry { id: ActionId(Uuid::from_u128(number)), at: at(time), deed }
        };
        steps.iter().zip(1..).map(entry).collect()
    }

    #[test]
    fn the_board_says_who_came_and_left_and_the_roster_the_rest() {
        let shift =
            |carer_id, from: &str, to: &str| Shift { carer_id, from: from.parse().unwrap(), to: to.parse().unwrap() };
        let plan =
            DutyPlan { usual: 9, shifts: Some(vec![shift(WANG, "08:00", "12:00"), shift(LI, "08:00", "17:30")]) };
        type Case<'a> = (&'a str, &'a [(&'a str, CarerId, ClassId, bool)], &'a str, &'a [CarerId], &'a [CarerId]);
        let cases: &[Case] = &[
            ("before the shifts", &[], "07:59", &[], &[]),
            ("as planned", &[], "08:00", &[WANG, LI], &[]),
            ("after the first shift", &[], "12:00", &[LI], &[]),
            ("one has left", &[("09:00", WANG, TODDLERS, false)], "09:00", &[LI], &[WANG]),
            ("not yet", &[("09:00", WANG, TODDLERS, false)], "08:59", &[WANG, LI], &[]),
            (
                "and is back",
                &[("09:00", WANG, TODDLERS, false), ("09:30", WANG, TODDLERS, true)],
                "10:00",
                &[WANG, LI],
                &[],
            ),
            ("came early", &[("07:40", WANG, TODDLERS, true)], "07:45", &[WANG], &[]),
            ("and goes when her shift ends", &[("07:40", WANG, TODDLERS, true)], "12:00", &[LI], &[]),
            ("stays after her shift, and says so", &[("12:05", WANG, TODDLERS, true)], "12:10", &[WANG, LI], &[]),
            ("helps in the other class", &[("09:00", WANG, INFANTS, true)], "09:10", &[LI], &[WANG]),
        ];
        for (name, done, time, named, missing) in cases {
            let duty = on_duty(&plan, TODDLERS, &steps(done), at(time));
            assert_eq!((duty.named.as_slice(), duty.missing.as_slice()), (*named, *missing), "{name}");
            assert_eq!(usize::from(duty.count), named.len(), "{name}");
        }
        let helps = steps(&[("09:00", WANG, INFANTS, true)]);
        assert_eq!(on_duty(&DutyPlan { usual: 0, shifts: Some(vec![]) }, INFANTS, &helps, at("09:10")).named, [WANG]);
    }

    #[test]
    fn without_a_roster_who_leaves_was_one_of_the_usual_number() {
        let plan = DutyPlan { usual: 3, shifts: None };
        let cases: &[(&str, &[(&str, CarerId, ClassId, bool)], u16)] = &[
            ("nothing said", &[], 3),
            ("one leaves", &[("09:00", WANG, TODDLERS, false)], 2),
            ("and is back", &[("09:00", WANG, TODDLERS, false), ("09:30", WANG, TODDLERS, true)], 3),
            ("one more comes", &[("09:00", WANG, TODDLERS, true)], 4),
            ("and leaves", &[("09:00", WANG, TODDLERS, true), ("09:30", WANG, TODDLERS, false)], 3),
            ("one leaves another class", &[("09:00", WANG, INFANTS, false)], 3),
            ("one leaves, and helps elsewhere", &[("09:00", WANG, TODDLERS, false), ("09:30", WANG, INFANTS, true)], 2),
        ];
        for (name, done, count) in cases {
            assert_eq!(on_duty(&plan, TODDLERS, &steps(done), at("10:00")).count, *count, "{name}");
        }
    }
}
