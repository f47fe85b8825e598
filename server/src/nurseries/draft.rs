//! A nursery as it is written into the register: whole, and checked by [`super::rules::check`] before.

use doorstep_shared::{
    Date, Fen, Span,
    bookings::CancelRule,
    care::{CareKind, ClassKind, NurseryKind, Ownership},
    geo::Point,
    ids::{ClassId, NurseryId, OfferId},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NurseryDraft {
    pub id: NurseryId,
    /// The key of its source, by which a later import meets it again.
    pub source_key: Option<String>,
    pub name: String,
    pub kind: NurseryKind,
    pub ownership: Ownership,
    pub district_id: Option<String>,
    pub address: String,
    pub point: Point,
    pub phone: Option<String>,
    pub inclusive: bool,
    pub rating: Option<String>,
    pub registration_no: Option<String>,
    pub filing_no: Option<String>,
    pub about: String,
    /// What to bring.
    pub bring: String,
    /// Health rules at the door.
    pub health: String,
    pub demo: bool,
    /// Classes and offers are defaults that wait for the nursery's word.
    pub to_confirm: bool,
    pub opening: Week,
    pub classes: Vec<ClassDraft>,
}

/// Opening hours of a normal week, Monday first; an empty list is a closed day.
pub type Week = [Vec<Span>; 7];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassDraft {
    pub id: ClassId,
    pub kind: ClassKind,
    pub name: String,
    /// Approved places.
    pub places: u16,
    pub carers: u16,
    pub offers: Vec<OfferDraft>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferDraft {
    pub id: OfferId,
    pub care: CareKind,
    /// Of one window; of one hour for hourly care.
    pub price_fen: Fen,
    /// Empty for hourly care.
    pub windows: Vec<Span>,
    /// Must be booked at least so long before it begins.
    pub lead_minutes: u32,
    pub cancel_rule: CancelRule,
}

/// A time of a date at which a nursery, or one class of it, keeps closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosureDraft {
    pub nursery_id: NurseryId,
    /// None: the whole nursery.
    pub class_id: Option<ClassId>,
    pub date: Date,
    pub span: Span,
    /// In the nursery's words, for families to read.
    pub reason: String,
}
