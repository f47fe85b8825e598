//! A month of care as one booking: a weekday pattern, what it leaves out, and what stands in its way.

use serde::{Deserialize, Serialize};

use crate::{
    ids::ChildId,
    nurseries::ClosedReason,
    problem::ProblemKind,
    time::{Date, Span},
};

/// Weekdays from a date until another, with exceptions.
///
/// Public holidays and times at which the nursery is closed are left out, and told in [`Series::skipped`]. Working
/// weekends that pay for a holiday (调休) are included when the pattern covers Monday to Friday: such a day stands for
/// no named weekday, so only who comes on every working day comes on it. At most 62 days for each child, where a
/// morning and an afternoon count as two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// The first date that may be booked.
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub from: Date,
    /// The last one, at most 366 days after `from`.
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub until: Date,
    /// 1 is Monday, 7 is Sunday; each once.
    pub weekdays: Vec<u8>,
    /// One or two on each date; two do not overlap.
    pub windows: Vec<Span>,
    /// Dates that are left out.
    #[serde(default, deserialize_with = "crate::dates::deserialize")]
    pub except: Vec<Date>,
}

/// How a booking was asked for, and which dates of that were left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    pub pattern: Pattern,
    /// By date. Exceptions are not among them.
    pub skipped: Vec<Skipped>,
}

/// A date of a pattern on which there is no care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skipped {
    pub date: Date,
    /// The windows that are left out: of two, the nursery may be open in one.
    pub windows: Vec<Span>,
    pub reason: ClosedReason,
}

/// Why a child cannot be booked in a window of a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnfitDay {
    pub date: Date,
    #[serde(flatten)]
    pub span: Span,
    pub child_id: ChildId,
    /// `slot-full`, `wrong-age`, `child-busy`, `not-bookable` or `temporary-limit`.
    pub kind: ProblemKind,
    /// In English, for developers.
    pub detail: String,
}
