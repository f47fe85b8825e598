//! Looking ahead: how full the coming weeks are, what one more child would mean, and who grows out of a class.

use serde::{Deserialize, Serialize};

use crate::{
    care::ClassKind,
    endpoint::{Endpoint, Method},
    ids::{ChildId, ClassId},
    roster::Overfull,
    time::{Date, HalfHour},
};

/// Weeks ahead that are looked at, this one included.
pub const WEEKS_AHEAD: u8 = 8;
/// Weeks back, for what came true of what was booked.
pub const WEEKS_BACK: u8 = 4;
/// Months ahead in which children grow out of a class.
pub const AGEING_MONTHS: u8 = 6;

/// How full a class is week by week, and how full it would be with one more child. Changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetOutlook {
    /// The youngest class when not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_id: Option<ClassId>,
    /// On which the child would come, 1 for Monday; nobody is added when none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<u8>,
    /// From today when not named.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::dates::deserialize")]
    pub from: Option<Date>,
    /// Included; without end when not named.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::dates::deserialize")]
    pub until: Option<Date>,
    /// The time of each day, with `to_time`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_time: Option<HalfHour>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_time: Option<HalfHour>,
}

impl Endpoint for GetOutlook {
    type Response = Outlook;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/outlook";
    const SUMMARY: &'static str = "How full a class is week by week, and would be with one more child.";
    const REPEATABLE: &'static [&'static str] = &["weekdays"];
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outlook {
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub class_name: String,
    /// Four weeks back, then eight ahead, this one included.
    pub weeks: Vec<OutlookWeek>,
    /// Where more children would have a place than there are places, or come while it is closed: no places then.
    pub over: Vec<Overfull>,
    /// Dates on which the child would come but for a closed day.
    pub closed: Vec<Date>,
}

/// A week in half-hours of one child's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutlookWeek {
    pub monday: Date,
    /// Places there are, while it is open.
    pub planned: u32,
    /// Of confirmed bookings.
    pub confirmed: u32,
    /// Of children who came.
    pub realised: u32,
    /// What the child who is asked about would add.
    pub added: u32,
}

/// Children who grow out of their class within six months: those with at least two booked days there, of the last four
/// weeks and to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetAgeing {}

impl Endpoint for GetAgeing {
    type Response = Ageing;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/staff/ageing";
    const SUMMARY: &'static str = "Children who grow out of their class in the coming months.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ageing {
    /// Soonest first.
    pub children: Vec<AgeingChild>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgeingChild {
    pub child_id: ChildId,
    pub child_name: String,
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub class_name: String,
    /// The first date on which the class does not take the child any more.
    pub on: Date,
    /// Days that are booked in the class from then on.
    pub booked_after: u16,
    /// Another class of the nursery that takes the child from then on. None: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextClass>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextClass {
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub class_name: String,
    /// Places left at the child's usual time on the first day that the class is open.
    pub free: u16,
    /// The day can be booked already. Otherwise those count as coming who come to the class now and are not too old by
    /// then.
    pub bookable: bool,
}
