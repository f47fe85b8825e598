//! A day's board as it travels, and the calls beside its actions.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    Deed,
    duty::DutyPlan,
    fold::{Attendance, Entry, attendance},
    ratio::{ClassDay, Limits, Ratio},
};
use crate::{
    bookings::DayState,
    care::{CareKind, ClassKind},
    endpoint::{Endpoint, Method},
    ids::{ActionId, BookingDayId, ClassId},
    money::Fen,
    roster::Carer,
    time::{Date, HalfHour, Timestamp},
};

/// Today's board of the nursery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetBoard {}

impl Endpoint for GetBoard {
    type Response = Board;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/board";
    const SUMMARY: &'static str = "Today's board: who is expected, present and collected, and who looks after them.";
}

/// What is known of a day, and what was done. States and ratios follow from it: see [`Board::attendance`] and
/// [`Board::ratio`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    pub date: Date,
    pub as_of: Timestamp,
    /// Youngest first.
    pub classes: Vec<BoardClass>,
    /// Those on the nursery's list.
    pub carers: Vec<Carer>,
    /// By window, then name.
    pub children: Vec<BoardChild>,
    /// Everything that was done today, with times that the server has set right.
    pub entries: Vec<Entry>,
    /// Times at which there were too many children for the carers.
    pub breaches: Vec<Breach>,
    /// Minutes after the end of care in which being late costs nothing.
    pub late_free_minutes: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardClass {
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub name: String,
    pub limits: Limits,
    pub plan: DutyPlan,
}

/// One child who is, was or would have been there today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardChild {
    pub day_id: BookingDayId,
    pub class_id: ClassId,
    pub name: String,
    pub care: CareKind,
    pub from: HalfHour,
    pub to: HalfHour,
    /// The family has not given the day up.
    pub stands: bool,
    /// Who picks up, as the family wrote it.
    pub pickup: String,
    /// Somebody has a code to pick up with today.
    pub has_code: bool,
    /// What each half-hour costs by which it is collected late; 0 when nothing.
    pub late_half_hour_fen: Fen,
}

/// A time at which there were more children in a class than its carers may look after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Breach {
    pub class_id: ClassId,
    pub from: Timestamp,
    /// None: it lasts.
    pub until: Option<Timestamp>,
    /// At its worst.
    pub ratio: Ratio,
}

impl BoardChild {
    /// What became of its day, after these actions.
    pub fn attendance(&self, entries: &[Entry]) -> Attendance {
        attendance(self.stands, by_day(entries).get(&self.day_id).map_or(&[], Vec::as_slice))
    }
}

/// The actions about each child's day, with those that take some of them back.
pub fn by_day(entries: &[Entry]) -> HashMap<BookingDayId, Vec<Entry>> {
    let about: HashMap<ActionId, BookingDayId> =
        entries.iter().filter_map(|entry| Some((entry.id, entry.deed.day()?))).collect();
    let mut days: HashMap<BookingDayId, Vec<Entry>> = HashMap::new();
    for entry in entries {
        let day = match entry.deed {
            Deed::Undo { action_id } => about.get(&action_id).copied(),
            ref deed => deed.day(),
        };
        if let Some(day) = day {
            days.entry(day).or_default().push(entry.clone());
        }
    }
    days
}

impl Board {
    /// Each child with what became of its day.
    pub fn attendance(&self) -> Vec<(&BoardChild, Attendance)> {
        let days = by_day(&self.entries);
        let of = |child: &BoardChild| attendance(child.stands, days.get(&child.day_id).map_or(&[], Vec::as_slice));
        self.children.iter().map(|child| (child, of(child))).collect()
    }

    /// The children of a class who are there, against its carers on duty.
    pub fn ratio(&self, class: &BoardClass, days: &[(&BoardChild, Attendance)], now: Timestamp) -> Ratio {
        let stays = stays(class.class_id, days);
        ClassDay {
            class_id: class.class_id,
            date: self.date,
            limits: class.limits,
            plan: &class.plan,
            stays: &stays,
            carers: &self.entries,
        }
        .at(now)
    }
}

/// When each child of a class came, and when it was collected.
pub fn stays(class: ClassId, days: &[(&BoardChild, Attendance)]) -> Vec<(Timestamp, Option<Timestamp>)> {
    let here = days.iter().filter(|(child, _)| child.class_id == class);
    here.filter(|(_, day)| matches!(day.state, DayState::CheckedIn | DayState::CheckedOut))
        .filter_map(|(_, day)| Some((day.in_at?, day.out_at)))
        .collect()
}
