//! The board of a day: who is expected, present and collected, who looks after them, and what was done when.
//!
//! What is done at the board are actions: made by a device, with the device's id and clock, kept for good, never changed.
//! Everything else follows from them: [`fold::attendance`] for a child's day, [`duty`] for who is on duty, [`ratio`] for
//! whether they are enough. Both sides use the same functions, so a tablet without network shows what the server will
//! say, and actions that arrive late, twice or in another order lead to the same day.

mod day;
mod door;
pub mod duty;
pub mod fold;
pub mod late;
pub mod ratio;

use serde::{Deserialize, Serialize};

pub use self::{
    day::{Board, BoardChild, BoardClass, Breach, GetBoard, by_day, stays},
    door::{
        BoardDetails, CollectChild, Collected, Collector, CollectorCode, DoorShown, EnterDoor, Entered, FindDoorCode,
        FoundByCode, GetBoardDetails, ShowDoor,
    },
};
use crate::{
    endpoint::{Endpoint, Method},
    ids::{ActionId, BookingDayId, CarerId, ClassId},
    time::Timestamp,
    words::words,
};

/// Actions in one call at most.
pub const ACTIONS: usize = 100;
/// Characters of a note about medicine, and of the name of who collects a child, at most.
pub const NOTE_CHARACTERS: usize = 200;
pub const COLLECTOR_CHARACTERS: usize = 60;
/// Tenths of a degree Celsius that a thermometer may show.
pub const TEMPERATURES: std::ops::RangeInclusive<u16> = 340..=430;
/// From here on it is a fever: a child is not taken in, or is fetched.
pub const FEVER: u16 = 373;
/// Seconds for which a tap is offered to be taken back at once.
pub const UNDO_SECONDS: u32 = 10;

/// Something done at the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BoardAction {
    /// Made by the device: sending it again does nothing again.
    pub id: ActionId,
    /// By the device's clock.
    pub at: Timestamp,
    pub deed: Deed,
}

impl ActionId {
    /// As a device makes it, of the milliseconds since 1970 and of chance: later ones sort after earlier ones.
    pub fn made(ms: u64, chance: &[u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(ms, chance).into_uuid())
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deed {
    /// A child came.
    CheckIn { day_id: BookingDayId },
    /// A child was collected.
    CheckOut {
        day_id: BookingDayId,
        /// By whom, as staff wrote it; at most 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A child was looked at when it came. A later look takes the place of an earlier one.
    MorningCheck {
        day_id: BookingDayId,
        /// Tenths of a degree Celsius.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temperature: Option<u16>,
        /// Whether hands or mouth look like hand-foot-mouth disease. None: nobody has looked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spots: Option<bool>,
        /// What to give when; at most 200 characters.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        medicine: String,
    },
    /// The family has told the nursery that the child does not come. The place is given to others.
    Absent { day_id: BookingDayId },
    /// Nobody came, and nobody has said anything. The place stays the child's.
    NoShow { day_id: BookingDayId },
    /// A carer is on duty in a class, whatever the roster says: until her shift there ends, or until she leaves.
    CarerCame { carer_id: CarerId, class_id: ClassId },
    /// A carer has left the class, whatever the roster says, until she comes again.
    CarerLeft { carer_id: CarerId, class_id: ClassId },
    /// Takes an action back, as if it had never been.
    Undo { action_id: ActionId },
}

words! {
    /// The kinds of actions, as the database keeps them.
    pub enum DeedKind {
        CheckIn = "check_in",
        CheckOut = "check_out",
        MorningCheck = "morning_check",
        Absent = "absent",
        NoShow = "no_show",
        CarerCame = "carer_came",
        CarerLeft = "carer_left",
        Undo = "undo",
    }
}

impl Deed {
    pub const fn kind(&self) -> DeedKind {
        match self {
            Self::CheckIn { .. } => DeedKind::CheckIn,
            Self::CheckOut { .. } => DeedKind::CheckOut,
            Self::MorningCheck { .. } => DeedKind::MorningCheck,
            Self::Absent { .. } => DeedKind::Absent,
            Self::NoShow { .. } => DeedKind::NoShow,
            Self::CarerCame { .. } => DeedKind::CarerCame,
            Self::CarerLeft { .. } => DeedKind::CarerLeft,
            Self::Undo { .. } => DeedKind::Undo,
        }
    }

    /// The child's day that it is about.
    pub const fn day(&self) -> Option<BookingDayId> {
        match self {
            Self::CheckIn { day_id }
            | Self::CheckOut { day_id, .. }
            | Self::MorningCheck { day_id, .. }
            | Self::Absent { day_id }
            | Self::NoShow { day_id } => Some(*day_id),
            Self::CarerCame { .. } | Self::CarerLeft { .. } | Self::Undo { .. } => None,
        }
    }
}

/// Send what was done at the board: at once, or when the network is back. At most 100 actions.
///
/// Each is answered for itself, in the order in which they were sent. One that is known already is not done again; one
/// that does not fit what others did is kept and named a conflict; one that is about nothing of this nursery is refused
/// and forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SendActions {
    pub actions: Vec<BoardAction>,
    /// What the device's clock shows while sending: one that is wrong by more than a minute is set right by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
}

impl Endpoint for SendActions {
    type Response = ActionsSent;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/board/actions";
    const SUMMARY: &'static str = "Send what was done at the board, any number of times and in any order.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionsSent {
    pub items: Vec<ActionSent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionSent {
    pub id: ActionId,
    pub outcome: Outcome,
    /// What it does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<ConflictKind>,
}

words! {
    /// What became of an action.
    pub enum Outcome {
        Applied = "applied",
        /// It was here before.
        Already = "already",
        /// It is kept, and changes nothing or not what it should: somebody must look.
        Conflict = "conflict",
        /// It is about nothing of this nursery, or about a day to come. It is not kept.
        Refused = "refused",
    }
}

words! {
    /// Why an action does not fit.
    pub enum ConflictKind {
        /// The child was checked in before.
        AlreadyIn = "already_in",
        /// The child was collected before.
        AlreadyOut = "already_out",
        /// Collected without having come.
        NotIn = "not_in",
        /// Absent, or nobody came: but the child has been there.
        HasBeenIn = "has_been_in",
        /// The child came although its family had given the day up: it is there, and has no place.
        GivenUp = "given_up",
        /// The child came, or is expected, after its place was given to another: there are more children than places.
        NoPlace = "no_place",
    }
}
