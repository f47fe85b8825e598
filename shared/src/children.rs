//! The children of a family and the consents given for them.

use serde::{Deserialize, Serialize};

use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::ChildId,
    problem::FieldRule,
    time::{Date, Timestamp},
    words::words,
};

/// Characters of a child's name at most.
pub const NAME_CHARACTERS: usize = 40;
/// Characters of allergies and of notes at most.
pub const TEXT_CHARACTERS: usize = 500;
/// Records of older children are of no use: care ends at three, or with the term after it.
const OLDEST: chrono::Months = chrono::Months::new(48);

/// Why no child's record may name this birthday; nothing when it may.
pub fn birth_date_fault(birth: Date, today: Date) -> Option<FieldRule> {
    if birth > today {
        return Some(FieldRule::NotBornYet);
    }
    birth.checked_add_months(OLDEST).is_none_or(|oldest| oldest < today).then_some(FieldRule::NotUnderThree)
}

words! {
    pub enum Sex {
        Female = "female",
        Male = "male",
    }
}

words! {
    /// What a guardian agrees to. Each purpose has its text, in both languages, with a version.
    pub enum ConsentPurpose {
        /// Name, age and sex go to the nursery that is booked. Without it nothing can be booked.
        Care = "care",
        /// Allergies and notes are kept, encrypted, and shown to the nursery that is booked.
        Health = "health",
    }
}

impl ConsentPurpose {
    /// The version of the text in force. Changes whenever the text does.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Care | Self::Health => "2026-11",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consent {
    pub purpose: ConsentPurpose,
    /// The version of the text that the guardian saw.
    pub version: String,
}

impl Consent {
    /// To the text in force.
    pub fn to(purpose: ConsentPurpose) -> Self {
        Self { purpose, version: purpose.version().to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentGiven {
    pub purpose: ConsentPurpose,
    pub version: String,
    pub given_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Child {
    pub id: ChildId,
    /// What the child is called, at most 40 characters.
    pub name: String,
    pub birth_date: Date,
    pub sex: Sex,
    /// 1 for the first child of the mother, 2 for the second …
    pub birth_order: u8,
    /// Code of the district where the child lives; empty when not told.
    pub residence_district: String,
    /// Kept encrypted.
    pub allergies: String,
    /// For the carers. Kept encrypted.
    pub notes: String,
    /// Allergies and notes are not told to this caller, whether there are any or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub health_hidden: bool,
}

/// Add a child to the family.
///
/// By posting a child the guardian consents: to the purposes named, or, when `consents` is left out, to those its
/// content needs, in the versions in force. Clients must have shown their texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddChild {
    /// 1 to 40 characters.
    pub name: String,
    /// Not in the future, not more than four years ago.
    #[serde(deserialize_with = "crate::dates::deserialize")]
    pub birth_date: Date,
    pub sex: Sex,
    /// 1 to 12.
    #[serde(default = "first")]
    pub birth_order: u8,
    #[serde(default)]
    pub residence_district: String,
    /// At most 500 characters. Needs the `health` consent unless empty.
    #[serde(default)]
    pub allergies: String,
    /// At most 500 characters. Needs the `health` consent unless empty.
    #[serde(default)]
    pub notes: String,
    #[serde(default)]
    pub consents: Option<Vec<Consent>>,
}

const fn first() -> u8 {
    1
}

impl Endpoint for AddChild {
    type Response = Child;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/children";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Add a child to the family.";
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListChildren {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Children {
    /// Oldest first.
    pub items: Vec<Child>,
}

impl Endpoint for ListChildren {
    type Response = Children;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/children";
    const SUMMARY: &'static str = "The children of the family.";
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetChild {
    pub id: ChildId,
}

impl Endpoint for GetChild {
    type Response = Child;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/children/{id}";
    const SUMMARY: &'static str = "One child of the family.";
}

/// Change what is named; leave the rest. Allergies and notes need the `health` consent unless empty.
///
/// 409 `still-booked` for a birth date with which the child would be too young or too old for a class on a day where it
/// is booked or a place is held: `dates` names these days, nothing is changed, and the family first cancels there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeChild {
    pub id: ChildId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "crate::dates::deserialize", skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_order: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence_district: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allergies: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// As in [`AddChild`]; but a consent that was withdrawn is given again only by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<Vec<Consent>>,
}

impl Endpoint for ChangeChild {
    type Response = Child;
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/api/v1/children/{id}";
    const SUMMARY: &'static str = "Change a child's record.";
}

/// Erase a child's record. 409 `still-booked` while there are bookings to come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteChild {
    pub id: ChildId,
}

impl Endpoint for DeleteChild {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/children/{id}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Erase a child's record.";
}

/// The consents given for a child, withdrawn ones included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListConsents {
    pub id: ChildId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consents {
    /// Oldest first.
    pub items: Vec<ConsentGiven>,
}

impl Endpoint for ListConsents {
    type Response = Consents;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/children/{id}/consents";
    const SUMMARY: &'static str = "The consents given for a child.";
}

/// Consent to a purpose, in the version of its text that is in force. Given already: nothing changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GiveConsent {
    pub id: ChildId,
    pub purpose: ConsentPurpose,
    /// The version of the text that the guardian saw.
    pub version: String,
}

impl Endpoint for GiveConsent {
    type Response = ConsentGiven;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/children/{id}/consents";
    const SUCCESS: Status = Status::Created;
    const SUMMARY: &'static str = "Consent to a purpose.";
}

/// Withdraw a consent. `health`: allergies and notes are erased. `care`: the child cannot be booked any more, and 409
/// `still-booked` while there are bookings to come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {
    pub id: ChildId,
    pub purpose: ConsentPurpose,
}

impl Endpoint for WithdrawConsent {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/children/{id}/consents/{purpose}";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Withdraw a consent.";
}
