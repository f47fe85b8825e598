//! What became of a child's day: all actions about it, put in order and gone through.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{ConflictKind, Deed};
use crate::{bookings::DayState, ids::ActionId, time::Timestamp};

/// An action as it counts: at a time that the server has set right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    pub id: ActionId,
    pub at: Timestamp,
    pub deed: Deed,
}

/// What was found when the child came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Morning {
    /// Tenths of a degree Celsius.
    pub temperature: Option<u16>,
    /// Whether hands or mouth look like hand-foot-mouth disease.
    pub spots: Option<bool>,
    pub medicine: String,
}

/// An action that does not fit those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conflict {
    pub action_id: ActionId,
    pub at: Timestamp,
    pub kind: ConflictKind,
}

/// A child's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// `released` while the family has given the day up and nobody came.
    pub state: DayState,
    pub in_at: Option<Timestamp>,
    pub out_at: Option<Timestamp>,
    /// When it was said that the child does not come.
    pub absent_at: Option<Timestamp>,
    pub collected_by: Option<String>,
    pub morning: Option<Morning>,
    /// The action that made the state, to be taken back.
    pub last: Option<ActionId>,
    pub conflicts: Vec<Conflict>,
}

/// Actions in the order in which they count, each once, without those that were taken back and what takes back.
///
/// By time, then by id: whoever has the same actions has the same order, however they came.
pub fn in_order(entries: &[Entry]) -> Vec<&Entry> {
    let undone: HashSet<ActionId> = entries
        .iter()
        .filter_map(|entry| match entry.deed {
            Deed::Undo { action_id } => Some(action_id),
            _ => None,
        })
        .collect();
    let mut seen = HashSet::new();
    let counts = |entry: &&Entry| !matches!(entry.deed, Deed::Undo { .. }) && !undone.contains(&entry.id);
    let mut order: Vec<&Entry> = entries.iter().filter(counts).collect();
    order.sort_unstable_by_key(|entry| (entry.at, entry.id));
    order.retain(|entry| seen.insert(entry.id));
    order
}

/// A child's day after all actions about it. `stands`: the family has not given it up.
pub fn attendance(stands: bool, entries: &[Entry]) -> Attendance {
    let mut day = Attendance {
        state: if stands { DayState::Expected } else { DayState::Released },
        in_at: None,
        out_at: None,
        absent_at: None,
        collected_by: None,
        morning: None,
        last: None,
        conflicts: Vec::new(),
    };
    for entry in in_order(entries) {
        if let Err(kind) = day.apply(entry) {
            day.conflicts.push(Conflict { action_id: entry.id, at: entry.at, kind });
        }
    }
    day
}

impl Attendance {
    /// Whether the child is there.
    pub fn is_present(&self) -> bool {
        self.state == DayState::CheckedIn
    }

    fn apply(&mut self, entry: &Entry) -> Result<(), ConflictKind> {
        use DayState::{Absent, CheckedIn, CheckedOut, Expected, NoShow, Released};
        let before = self.state;
        match &entry.deed {
            Deed::CheckIn { .. } => {
                match before {
                    CheckedIn => return Err(ConflictKind::AlreadyIn),
                    CheckedOut => return Err(ConflictKind::AlreadyOut),
                    Expected | Absent | NoShow | Released => {}
                }
                (self.state, self.in_at, self.absent_at) = (CheckedIn, Some(entry.at), None);
            }
            Deed::CheckOut { by, .. } => {
                match before {
                    CheckedIn => {}
                    CheckedOut => return Err(ConflictKind::AlreadyOut),
                    Expected | Absent | NoShow | Released => return Err(ConflictKind::NotIn),
                }
                (self.state, self.out_at, self.collected_by) = (CheckedOut, Some(entry.at), by.clone());
            }
            Deed::Absent { .. } => {
                match before {
                    CheckedIn | CheckedOut => return Err(ConflictKind::HasBeenIn),
                    // The family has said so itself.
                    Released | Absent => return Ok(()),
                    Expected | NoShow => {}
                }
                (self.state, self.absent_at) = (Absent, Some(entry.at));
            }
            Deed::NoShow { .. } => match before {
                Expected => self.state = NoShow,
                CheckedIn | CheckedOut => return Err(ConflictKind::HasBeenIn),
                Absent | NoShow | Released => return Ok(()),
            },
            Deed::MorningCheck { temperature, spots, medicine, .. } => {
                self.morning = Some(Morning { temperature: *temperature, spots: *spots, medicine: medicine.clone() });
                return Ok(());
            }
            // About no child's day.
            Deed::CarerCame { .. } | Deed::CarerLeft { .. } | Deed::Undo { .. } => return Ok(()),
        }
        self.last = Some(entry.id);
        if before == Released { Err(ConflictKind::GivenUp) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::ids::BookingDayId;

    fn day_id() -> BookingDayId {
        BookingDayId(Uuid::from_u128(1))
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::at("2026-11-23".parse().unwrap(), "07:30".parse().unwrap()) + Duration::minutes(minutes)
    }

    fn entry(number: u128, minutes: i64, deed: Deed) -> Entry {
        Entry { id: ActionId(Uuid::from_u128(number)), at: at(minutes), deed }
    }

    fn comes() -> Deed {
        Deed::CheckIn { day_id: day_id() }
    }

    fn goes(by: &str) -> Deed {
        Deed::CheckOut { day_id: day_id(), by: (!by.is_empty()).then(|| by.to_owned()) }
    }

    fn back(number: u128) -> Deed {
        Deed::Undo { action_id: ActionId(Uuid::from_u128(number)) }
    }

    #[test]
    fn a_day_is_what_its_actions_made_of_it() {
        let (absent, no_show) = (Deed::Absent { day_id: day_id() }, Deed::NoShow { day_id: day_id() });
        use ConflictKind as K;
        use DayState as S;
        let cases: Vec<(&str, bool, Vec<Deed>, DayState, &[ConflictKind])> = vec![
            ("nothing was done", true, vec![], S::Expected, &[]),
            ("a child comes", true, vec![comes()], S::CheckedIn, &[]),
            ("and is collected", true, vec![comes(), goes("")], S::CheckedOut, &[]),
            ("two tablets check in", true, vec![comes(), comes()], S::CheckedIn, &[K::AlreadyIn]),
            ("two tablets check out", true, vec![comes(), goes("外婆"), goes("")], S::CheckedOut, &[K::AlreadyOut]),
            ("collected without having come", true, vec![goes("")], S::Expected, &[K::NotIn]),
            (
                "comes after having been collected",
                true,
                vec![comes(), goes(""), comes()],
                S::CheckedOut,
                &[K::AlreadyOut],
            ),
            ("nobody came", true, vec![no_show.clone()], S::NoShow, &[]),
            ("but later did", true, vec![no_show.clone(), comes()], S::CheckedIn, &[]),
            ("the nursery was told", true, vec![absent.clone()], S::Absent, &[]),
            ("and the child came all the same", true, vec![absent.clone(), comes()], S::CheckedIn, &[]),
            ("told after it came", true, vec![comes(), absent.clone()], S::CheckedIn, &[K::HasBeenIn]),
            ("told twice", true, vec![absent.clone(), absent.clone()], S::Absent, &[]),
            ("nobody came, after it was told", true, vec![absent.clone(), no_show.clone()], S::Absent, &[]),
            ("nobody came, after it came", true, vec![comes(), no_show.clone()], S::CheckedIn, &[K::HasBeenIn]),
            ("came though the family cancelled", false, vec![comes()], S::CheckedIn, &[K::GivenUp]),
            ("and was collected", false, vec![comes(), goes("")], S::CheckedOut, &[K::GivenUp]),
            ("told what the family has said", false, vec![absent, no_show], S::Released, &[]),
        ];
        for (name, stands, deeds, state, conflicts) in cases {
            let entries = deeds.into_iter().zip(1..).map(|(deed, n)| entry(n, n as i64, deed));
            let day = attendance(stands, &entries.collect::<Vec<_>>());
            let found: Vec<_> = day.conflicts.iter().map(|conflict| conflict.kind).collect();
            assert_eq!((day.state, found.as_slice()), (state, conflicts), "{name}");
        }
    }

    #[test]
    fn what_is_taken_back_never_was() {
        let day = attendance(true, &[entry(1, 0, comes()), entry(2, 1, back(1))]);
        assert_eq!((day.state, day.in_at, day.last), (DayState::Expected, None, None));
        // Taken back before it arrived, and once more.
        let day = attendance(true, &[entry(2, 1, back(1)), entry(3, 2, back(1)), entry(1, 0, comes())]);
        assert_eq!(day.state, DayState::Expected);
        // The first of two check-ins: the second one counts.
        let day = attendance(true, &[entry(1, 0, comes()), entry(2, 5, comes()), entry(3, 6, back(1))]);
        assert_eq!((day.state, day.in_at, day.conflicts.len()), (DayState::CheckedIn, Some(at(5)), 0));
        let day = attendance(true, &[entry(1, 0, comes()), entry(2, 9, goes("爷爷")), entry(3, 9, back(2))]);
        assert_eq!((day.state, day.out_at, day.collected_by), (DayState::CheckedIn, None, None));
    }

    #[test]
    fn the_first_to_check_out_says_who_collected_and_when() {
        let day = attendance(true, &[entry(1, 0, comes()), entry(3, 50, goes("爷爷")), entry(2, 49, goes("外婆"))]);
        assert_eq!((day.collected_by.as_deref(), day.out_at), (Some("外婆"), Some(at(49))));
        assert_eq!(
            day.conflicts,
            [Conflict { action_id: ActionId(Uuid::from_u128(3)), at: at(50), kind: ConflictKind::AlreadyOut }]
        );
    }

    fn deeds() -> impl Strategy<Value = Deed> {
        prop_oneof![
            3 => Just(comes()),
            3 => Just(goes("")),
            1 => Just(goes("外婆")),
            1 => Just(Deed::Absent { day_id: day_id() }),
            1 => Just(Deed::NoShow { day_id: day_id() }),
            1 => (350_u16..390).prop_map(|tenths| Deed::MorningCheck {
                day_id: day_id(), temperature: Some(tenths), spots: Some(false), medicine: String::new(),
            }),
            2 => (0_u128..12).prop_map(back),
        ]
    }

    proptest! {
        /// Times are few, so that some actions fall into the same moment.
        #[test]
        fn any_order_and_any_repetition_make_the_same_day(
            stands: bool,
            done in prop::collection::vec((0_i64..6, deeds()), 0..12),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 0..24),
            shuffled in any::<u64>(),
        ) {
            let once: Vec<Entry> =
                done.into_iter().zip(0..).map(|((minutes, deed), number)| entry(number, minutes, deed)).collect();
            let expected = attendance(stands, &once);
            // All of them, and some again, in another order.
            let mut again = once.clone();
            if !once.is_empty() {
                again.extend(picks.iter().map(|pick| pick.get(&once).clone()));
            }
            again.sort_by_key(|entry| entry.id.0.as_u128().wrapping_mul(6_364_136_223_846_793_005).rotate_left(17) ^ u128::from(shuffled));
            prop_assert_eq!(attendance(stands, &again), expected.clone());
            again.reverse();
            prop_assert_eq!(attendance(stands, &again), expected);
        }
    }
}
