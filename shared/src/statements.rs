//! What a child's month at a nursery comes to: from real attendance, day by day, to the fen.
//!
//! A month can be looked at while it runs; its figures are provisional then. A head closes it once it is over: from then
//! on it never changes, and what is put right later stands as an adjustment in the first month that is still open.

use serde::{Deserialize, Serialize};

use crate::{
    bookings::DayState,
    care::{CareKind, ClassKind},
    endpoint::{Endpoint, Method},
    ids::{BookingDayId, ChildId, NurseryId, VoucherId},
    money::Fen,
    month::Month,
    policy::Standing,
    time::{Date, Span, Timestamp},
    words::words,
};

/// What the nursery's children come to in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetStatements {
    pub month: Month,
}

impl Endpoint for GetStatements {
    type Response = Statements;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/statements/{month}";
    const SUMMARY: &'static str = "What the nursery's children come to in a month.";
}

/// What one child comes to in a month at the nursery. Reading it is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetStatement {
    pub month: Month,
    pub child_id: ChildId,
}

impl Endpoint for GetStatement {
    type Response = Statement;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/statements/{month}/children/{child_id}";
    const SUMMARY: &'static str = "What one child comes to in a month at the nursery.";
}

/// Close a month that is over: its figures stay as they are from then on. Months are closed in their order.
///
/// 409 `month-not-closable` while it runs, while an earlier one is open, and once it is closed; `figures-changed` when
/// it comes to something else than was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseMonth {
    pub month: Month,
    /// What was due in all when it was looked at.
    pub seen_fen: Fen,
}

impl Endpoint for CloseMonth {
    type Response = Statements;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/staff/statements/{month}/close";
    const SUMMARY: &'static str = "Close a month: its figures never change again.";
}

/// What a child of the family comes to in a month, at each nursery that it was booked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetChildStatements {
    pub id: ChildId,
    pub month: Month,
}

impl Endpoint for GetChildStatements {
    type Response = ChildStatements;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/children/{id}/statements/{month}";
    const SUMMARY: &'static str = "What a child of the family comes to in a month.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildStatements {
    /// By the nursery's name.
    pub items: Vec<Statement>,
}

words! {
    /// How far a month is.
    pub enum MonthState {
        /// It runs, or has not begun: what is still to come is counted as booked.
        Running = "running",
        /// It is over. What is put right still changes it.
        Over = "over",
        /// It never changes again.
        Closed = "closed",
    }
}

/// A month's money. Amounts that are taken off are positive and named so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sums {
    /// Days that the child came, is expected, or stayed away without a word.
    pub care_fen: Fen,
    /// Days that were given up: what the cancel rule says, which is nothing in time.
    pub given_up_fen: Fen,
    pub late_pick_up_fen: Fen,
    /// What was put right since of months that are closed; may be negative.
    pub adjusted_fen: Fen,
    /// Paid by vouchers: taken off.
    pub vouchers_fen: Fen,
    /// What the family pays: the first four, less the vouchers.
    pub due_fen: Fen,
    /// Subsidies that may be paid to the family. Not taken off, as none is approved.
    pub expected_subsidy_fen: Fen,
}

impl std::ops::Add for Sums {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            care_fen: self.care_fen + other.care_fen,
            given_up_fen: self.given_up_fen + other.given_up_fen,
            late_pick_up_fen: self.late_pick_up_fen + other.late_pick_up_fen,
            adjusted_fen: self.adjusted_fen + other.adjusted_fen,
            vouchers_fen: self.vouchers_fen + other.vouchers_fen,
            due_fen: self.due_fen + other.due_fen,
            expected_subsidy_fen: self.expected_subsidy_fen + other.expected_subsidy_fen,
        }
    }
}

impl std::iter::Sum for Sums {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), std::ops::Add::add)
    }
}

/// How many days became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayCounts {
    /// The child came.
    pub attended: u16,
    /// The child is still expected.
    pub expected: u16,
    /// The nursery was told that it does not come.
    pub absent: u16,
    /// Nobody came and nobody said anything.
    pub missed: u16,
    /// The place was given up, by the family or by the nursery.
    pub given_up: u16,
}

impl std::ops::Add for DayCounts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            attended: self.attended + other.attended,
            expected: self.expected + other.expected,
            absent: self.absent + other.absent,
            missed: self.missed + other.missed,
            given_up: self.given_up + other.given_up,
        }
    }
}

/// A nursery's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statements {
    pub month: Month,
    pub nursery_name: String,
    pub state: MonthState,
    pub as_of: Timestamp,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// The month that comes next to be closed; nothing while nothing was ever booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_to_close: Option<Month>,
    pub sums: Sums,
    pub counts: DayCounts,
    /// By name.
    pub children: Vec<StatementOfChild>,
    pub holidays: Vec<Holiday>,
}

/// A child's line in the nursery's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementOfChild {
    pub child_id: ChildId,
    /// Empty when the child's record has been erased.
    pub child_name: String,
    pub counts: DayCounts,
    pub sums: Sums,
}

/// A public holiday of the month: nothing is booked on it, so nothing is charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holiday {
    pub date: Date,
    pub name_zh: String,
    pub name_en: String,
}

/// One child's month at one nursery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statement {
    pub month: Month,
    pub nursery_id: NurseryId,
    pub nursery_name: String,
    pub child_id: ChildId,
    /// Empty when the child's record has been erased.
    pub child_name: String,
    pub state: MonthState,
    pub as_of: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// The arithmetic.
    pub lines: Vec<StatementLine>,
    pub sums: Sums,
    pub counts: DayCounts,
    /// By date, then window.
    pub days: Vec<StatementDay>,
    /// By date: what was put right of months that are closed.
    pub adjustments: Vec<Adjustment>,
    pub vouchers: Vec<VoucherPaid>,
    pub subsidies: Vec<ExpectedSubsidy>,
    pub holidays: Vec<Holiday>,
}

words! {
    /// What a line of a statement is for.
    pub enum ChargeKind {
        Care = "care",
        GivenUp = "given_up",
        LatePickUp = "late_pick_up",
    }
}

/// Days of one kind of care at one price; or what was given up, or collected late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLine {
    pub kind: ChargeKind,
    pub care: CareKind,
    pub class_kind: ClassKind,
    /// Of care: days, or half-hours where it is hourly. Given up: days. Collected late: half-hours.
    pub units: u32,
    /// Of a day's window; of an hour where care is hourly; of a half-hour of being late. None for what was given up:
    /// each day has a cost of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price_fen: Option<Fen>,
    pub amount_fen: Fen,
}

/// What became of a day, and what that costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementDay {
    pub day_id: BookingDayId,
    pub date: Date,
    #[serde(flatten)]
    pub span: Span,
    pub care: CareKind,
    pub class_kind: ClassKind,
    pub state: DayState,
    /// The nursery gave it up, or moved it.
    pub by_nursery: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Timestamp>,
    /// Of a window; of an hour where care is hourly. As it was when booked.
    pub unit_price_fen: Fen,
    /// Of each half-hour by which it is collected late. As it was when booked.
    pub late_unit_fen: Fen,
    pub care_fen: Fen,
    pub given_up_fen: Fen,
    pub late_pick_up_fen: Fen,
}

impl StatementDay {
    pub fn total(&self) -> Fen {
        self.care_fen + self.given_up_fen + self.late_pick_up_fen
    }

    /// Half-hours for which being late is charged.
    pub fn late_half_hours(&self) -> u32 {
        match self.late_unit_fen {
            Fen(0) => 0,
            Fen(unit) => u32::try_from(self.late_pick_up_fen.0 / unit).unwrap_or(0),
        }
    }
}

/// A day of a closed month that costs something else by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Adjustment {
    /// As it is now.
    #[serde(flatten)]
    pub day: StatementDay,
    /// What the statements before this one say that it costs.
    pub before_fen: Fen,
}

impl Adjustment {
    pub fn difference(&self) -> Fen {
        self.day.total() - self.before_fen
    }
}

/// A voucher that has paid for care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoucherPaid {
    pub voucher_id: VoucherId,
    pub campaign_name: String,
    /// When the child was checked in with it.
    pub redeemed_at: Timestamp,
    pub paid_fen: Fen,
}

/// A subsidy that the city's text gives for the month. It is not taken off: nobody has approved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpectedSubsidy {
    pub amount_fen: Fen,
    /// Whether the text binds: what a draft gives is a figure to look at.
    pub standing: Standing,
    /// Title of the text, in Chinese.
    pub source: String,
    pub source_en: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
}
