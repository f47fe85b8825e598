//! What policy fixes, as anybody may read it: each figure with the text that it comes from.

use serde::{Deserialize, Serialize};

use crate::{
    endpoint::{Endpoint, Method},
    time::Date,
    words::words,
};

words! {
    /// How a figure stands on a day.
    pub enum Standing {
        InForce = "in_force",
        /// Of no force yet: nothing is paid by it.
        Draft = "draft",
        /// It was in force, until its last day.
        Lapsed = "lapsed",
        /// It will be, from its first day.
        Coming = "coming",
        /// No text fixes it: chosen by this product or by the city.
        Setting = "setting",
    }
}

impl Standing {
    /// Whether something may be decided by it.
    pub const fn binds(self) -> bool {
        matches!(self, Self::InForce | Self::Setting)
    }
}

/// What policy says on a day, or said, or will say: of each figure all that is known, and which of it applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetPolicy {
    /// Today when not named.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::dates::deserialize")]
    pub date: Option<Date>,
}

impl Endpoint for GetPolicy {
    type Response = PolicyOn;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/policy";
    const SUMMARY: &'static str = "What policy says on a day, each figure with its source.";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyOn {
    pub date: Date,
    /// The names of the files that are in use, the nation's first.
    pub files: Vec<String>,
    /// By key, what applies first.
    pub figures: Vec<PolicyFigure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyFigure {
    /// `subsidies.enrolment.each_child_fen`; its last word says the unit.
    pub key: String,
    pub value: FigureValue,
    pub standing: Standing,
    /// Whether it is the one that counts on that day, a draft where nothing is in force. Others were, will be, or are
    /// put aside by what the city says itself.
    pub applies: bool,
    /// The name of the file that states it.
    pub file: String,
    /// Title of the text, in Chinese.
    pub source: String,
    pub source_en: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum FigureValue {
    Number(i64),
    Yes(bool),
    Word(String),
    Numbers(Vec<i64>),
    Words(Vec<String>),
}
