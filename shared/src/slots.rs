//! Search: free windows near a point.

use serde::{Deserialize, Serialize};

use crate::{
    care::{CareKind, ClassKind, NurseryKind},
    endpoint::{Endpoint, Method},
    geo::Datum,
    ids::{ClassId, NurseryId, OfferId},
    money::Fen,
    time::{Date, HalfHour, Timestamp},
    words::words,
};

words! {
    pub enum SlotSort {
        Distance = "distance",
        /// Cheapest matching offer first.
        Price = "price",
    }
}

/// Nurseries with a free window, nearest or cheapest first.
///
/// Answered from memory; `as_of` tells how fresh. A window may be gone a moment later: booking decides.
/// A nursery matches when, for **every** child, one of its offers fits **every** date.
/// Without `date` the next seven days are tried and a nursery matches when any one of them fits.
/// Without `lat` and `lng` the centre of the city is taken, without `radius_m` there is no limit of distance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchSlots {
    /// Name, pinyin or initials, at most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lng: Option<f64>,
    /// What `lat` and `lng` were measured in; WGS-84 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coord: Option<Datum>,
    /// 100 to 50,000 metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_m: Option<u32>,
    /// One per child, at most four; siblings go to the same nursery.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub birth_date: Vec<Date>,
    /// Instead of birth dates, for one child: completed months on the care date, 0 to 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_months: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<CareKind>,
    /// Only where vouchers can be used. There are none yet: `true` is `invalid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<bool>,
    /// Care dates, at most 14, today to 60 days ahead.
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub date: Vec<Date>,
    /// The care must have begun by then. Needs `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<HalfHour>,
    /// The care must last until then. Needs `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<HalfHour>,
    /// True: only inclusive nurseries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inclusive: Option<bool>,
    /// Any of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nursery_kind: Vec<NurseryKind>,
    /// Code of a district: only nurseries in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// Price of one child for one day (hourly care: for the window asked for, or one hour), in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price_fen: Option<Fen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<SlotSort>,
    /// Nurseries per page, 1 to 100, 20 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// True: also count what other filters would give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<bool>,
}

impl Endpoint for SearchSlots {
    type Response = SlotPage;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/slots";
    const SUMMARY: &'static str = "Nurseries with a free window, nearest or cheapest first.";
    const REPEATABLE: &'static [&'static str] = &["birth_date", "date", "nursery_kind"];

    fn is_costly(&self) -> bool {
        self.facets == Some(true) || self.birth_date.len() > 1
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotPage {
    pub items: Vec<FoundNursery>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<Facets>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The answer knows every change committed up to this moment, by the clock of the server that answers, and perhaps
    /// some later ones. Moves on while nothing changes: the server looks many times a second.
    pub as_of: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundNursery {
    pub nursery: NurseryCard,
    /// What matches, by date, then price, then start; at most six. One for each sibling where there are several.
    pub offers: Vec<FoundOffer>,
    /// The earliest free window for these children, whatever the date asked for.
    pub next_free: Option<FoundOffer>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NurseryCard {
    pub id: NurseryId,
    pub name: String,
    pub kind: NurseryKind,
    pub lat: f64,
    pub lng: f64,
    /// Straight line, metres.
    pub distance_m: u32,
    /// On foot: straight line × 1.3 at 70 m a minute.
    pub walk_minutes: u32,
    pub inclusive: bool,
    pub rating: Option<String>,
    pub filing_no: Option<String>,
    /// Youngest and oldest age that any class takes, in completed months; `to` not included.
    pub ages: AgeRange,
    /// Made up for demonstration.
    pub demo: bool,
}

/// Completed months, `to_months` not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgeRange {
    pub from_months: u16,
    pub to_months: u16,
}

impl AgeRange {
    pub const fn contains(self, months: u16) -> bool {
        self.from_months <= months && months < self.to_months
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundOffer {
    pub offer_id: OfferId,
    pub class_id: ClassId,
    pub class_kind: ClassKind,
    pub care: CareKind,
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    /// Places left in the fullest half-hour of the window.
    pub free: u16,
    /// For one child and this window.
    pub price_fen: Fen,
    pub limit: Limit,
}

words! {
    /// What sets the number of places.
    pub enum LimitKind {
        /// Approved places of the class.
        Places = "places",
        /// Children at most in a class of its kind.
        ClassCap = "class_cap",
        /// Carers × children per carer.
        Staff = "staff",
        /// Children whom the head of the nursery lets come at that time.
        Allowed = "allowed",
        /// Closed at some time of the window.
        Closed = "closed",
    }
}

/// The limit that binds, so that a refusal can be explained: 3 carers × 5 = 15, 15 taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limit {
    pub kind: LimitKind,
    /// In numbers: `3 × 5 = 15`.
    pub detail: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facets {
    /// How many nurseries match (all pages).
    pub total: u32,
    /// For each promoted filter, how many nurseries would match with it switched on, the others as they are.
    pub chips: Vec<Chip>,
    /// Seven days from today, or from the first date asked for when that is later than six days ahead.
    pub strip: Vec<StripDay>,
    /// What [`Filter::Near`] asks for as `radius_m`.
    pub near_m: u32,
    /// What [`Filter::Price`] asks for as `max_price_fen`, with `care` full-day.
    pub common_price_fen: Fen,
    /// When nothing matches: which filter, dropped alone, would give how many; most first.
    pub blocking: Vec<Blocking>,
    /// When nothing matches, for one child and at most one date: the nearest that would if they had a place, each with a
    /// window that can be waited for; at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub full: Vec<FullWindow>,
}

words! {
    /// Filters that a person can switch.
    pub enum Filter {
        Today = "today",
        Tomorrow = "tomorrow",
        /// Within [`Facets::near_m`].
        Near = "near",
        FullDay = "full_day",
        HalfDay = "half_day",
        Temporary = "temporary",
        Hourly = "hourly",
        Inclusive = "inclusive",
        /// Full-day care for at most 2,000 yuan a month, which over 70 % of surveyed parents name: asked as the price of
        /// a day.
        Price = "price",
        NurseryKind = "nursery_kind",
        District = "district",
        Age = "age",
        Date = "date",
        Time = "time",
        Distance = "distance",
        Care = "care",
        Name = "name",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chip {
    pub filter: Filter,
    pub count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StripDay {
    pub date: Date,
    /// With a free window on that day, the other filters as they are.
    pub nurseries: u32,
    /// Free places in their best windows, summed.
    pub free: u32,
    /// No nursery in reach is open that day (weekend, public holiday).
    pub rest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Blocking {
    pub filter: Filter,
    pub count_without: u32,
}

/// A window without a free place: one can wait for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FullWindow {
    pub nursery: NurseryCard,
    pub offer: FoundOffer,
}

/// Another window that would do for all children, offered with a refusal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextBest {
    pub nursery_id: NurseryId,
    pub nursery_name: String,
    pub distance_m: u32,
    /// The first child's, on the first day, or on the day that is new.
    pub offer: FoundOffer,
    /// Of several days that were wanted: the one that the new day takes the place of, while the others stay as they
    /// are. Otherwise all of them move to this window.
    pub replaces: Option<Date>,
    /// For all children and all days.
    pub total_fen: Fen,
}
