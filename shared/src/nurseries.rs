//! A nursery's public profile, what it offers, and its free windows day by day.

use serde::{Deserialize, Serialize};

use crate::{
    bookings::CancelRule,
    care::{CareKind, ClassKind, NurseryKind, Ownership},
    endpoint::{Endpoint, Method},
    ids::{ClassId, NurseryId, OfferId},
    money::Fen,
    slots::{AgeRange, Limit, StripDay},
    time::{Date, Span, Timestamp},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetNursery {
    pub id: NurseryId,
}

impl Endpoint for GetNursery {
    type Response = NurseryProfile;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/nurseries/{id}";
    const SUMMARY: &'static str = "A nursery: profile, classes, offers and rules.";
}

/// The nursery that sells an offer, for a form that knows only what is to be booked. 404 when it is not sold any more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetNurseryOfOffer {
    pub id: OfferId,
}

impl Endpoint for GetNurseryOfOffer {
    type Response = NurseryProfile;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/offers/{id}/nursery";
    const SUMMARY: &'static str = "The nursery that sells an offer.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NurseryProfile {
    pub id: NurseryId,
    pub name: String,
    pub kind: NurseryKind,
    pub ownership: Ownership,
    pub district: Option<District>,
    pub address: String,
    /// Of the nursery, for the telephone button.
    pub phone: Option<String>,
    pub lat: f64,
    pub lng: f64,
    pub inclusive: bool,
    pub rating: Option<String>,
    pub filing_no: Option<String>,
    pub about: String,
    /// What to bring.
    pub bring: String,
    /// Health rules at the door.
    pub health: String,
    /// Monday first; an empty list is a closed day.
    pub opening: Vec<Vec<Span>>,
    pub classes: Vec<ClassProfile>,
    /// Made up for demonstration.
    pub demo: bool,
    /// Classes and offers are defaults of an import and wait for the nursery's confirmation.
    pub to_confirm: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassProfile {
    pub id: ClassId,
    pub kind: ClassKind,
    pub name: String,
    pub ages: AgeRange,
    /// Approved places.
    pub places: u16,
    pub carers: u16,
    /// Children per carer at most.
    pub ratio: u16,
    pub offers: Vec<OfferProfile>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferProfile {
    pub id: OfferId,
    pub care: CareKind,
    /// Of one window; of one hour for hourly care.
    pub price_fen: Fen,
    /// The windows sold. Empty for hourly care: any time inside the opening hours.
    pub windows: Vec<Span>,
    /// Must be booked at least so long before it begins.
    pub lead_minutes: u32,
    pub cancel_rule: CancelRule,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct District {
    /// Administrative code, six digits.
    pub id: String,
    pub name: String,
    pub name_en: String,
}

/// The classes that the policy in force knows, for telling a family where a child belongs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListClassKinds {}

impl Endpoint for ListClassKinds {
    type Response = ClassKinds;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/class-kinds";
    const SUMMARY: &'static str = "The kinds of classes with their ages, as the policy in force has them.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassKinds {
    /// Those of one age before the mixed one.
    pub items: Vec<ClassKindRule>,
}

impl ClassKinds {
    /// The class that a child of that age belongs in, when there is one.
    pub fn of_age(&self, months: u16) -> Option<ClassKind> {
        self.items.iter().find(|class| class.ages.contains(months)).map(|class| class.kind)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassKindRule {
    pub kind: ClassKind,
    pub ages: AgeRange,
    /// At most in one class.
    pub children: u16,
    /// Children per carer at most.
    pub ratio: u16,
}

/// The districts of the city with their outlines, for the map that needs no network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListDistricts {}

impl Endpoint for ListDistricts {
    type Response = Districts;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/districts";
    const SUMMARY: &'static str = "The districts of the city with their outlines.";
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Districts {
    /// By code.
    pub items: Vec<DistrictOutline>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DistrictOutline {
    pub id: String,
    pub name: String,
    pub name_en: String,
    /// A closed ring of `[lng, lat]` in WGS-84, GeoJSON order.
    pub outline: Vec<[f64; 2]>,
    /// `[lng, lat]` for the label and as the place to search from.
    pub centre: [f64; 2],
}

/// Server-sent events: `places`, with the ids of those of the nurseries asked for (`id`, repeatable, at most 60) whose
/// free places or register have changed. What has changed is asked for anew.
pub const CHANGES: &str = "/api/v1/nursery-changes";

/// Free windows of a nursery, day by day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetAvailability {
    pub id: NurseryId,
    /// First day; today unless told.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// How many, 1 to 31; 7 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<CareKind>,
    /// Only classes that take one of the children, on each day; at most four.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub birth_date: Vec<Date>,
    /// Instead of a birth date: completed months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_months: Option<u16>,
}

impl Endpoint for GetAvailability {
    type Response = Availability;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/nurseries/{id}/availability";
    const SUMMARY: &'static str = "Free windows of a nursery, day by day.";
    const REPEATABLE: &'static [&'static str] = &["birth_date"];
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Availability {
    pub days: Vec<DayAvailability>,
    /// The same days, for the date strip.
    pub strip: Vec<StripDay>,
    /// How long hourly care lasts at least, in minutes.
    pub hourly_min_minutes: u16,
    /// As of [`crate::slots::SlotPage`].
    pub as_of: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayAvailability {
    pub date: Date,
    /// A weekend on which people work (调休): a pattern of Monday to Friday includes it.
    #[serde(default)]
    pub working_weekend: bool,
    /// Why there are no windows, when the nursery is closed all day.
    pub closed: Option<ClosedReason>,
    pub windows: Vec<Window>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ClosedReason {
    /// Not open on this weekday.
    Weekday,
    /// A public holiday, with its name in both languages.
    Holiday { name_zh: String, name_en: String },
    /// Closed by the nursery, with its reason.
    Closure { reason: String },
}

/// A window of an offer on a day. Hourly care: a longest run with at least one free place throughout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Window {
    pub offer_id: OfferId,
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub care: CareKind,
    #[serde(flatten)]
    pub span: Span,
    /// Places left in the fullest half-hour.
    pub free: u16,
    /// Bookable places in the half-hour that has fewest.
    pub seats: u16,
    /// For the window; for one hour where care is hourly.
    pub price_fen: Fen,
    pub limit: Limit,
    /// False when it is too late to book it; the window is shown all the same.
    pub bookable: bool,
}
