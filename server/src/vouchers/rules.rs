//! What policy gives and allows, reckoned: pure, from the figures of one day. And what may become of a campaign and a
//! voucher: `draft`, `waves`, `eligibility`, `states`.
//!
//! Every amount that policy gives tells by which figures it was reckoned, so that it can be shown with its article, and whether they bind:
//! what a draft gives is a figure to look at, and no money.

mod construction;
pub mod draft;
pub mod eligibility;
mod employer;
mod enrolment;
mod operating;
mod price;
mod shares;
pub mod states;
#[cfg(test)]
mod testing;
pub mod waves;

use doorstep_shared::{
    Fen,
    care::{NurseryKind, Ownership},
    policy::Standing,
};

pub use self::{
    construction::construction,
    employer::employer_share,
    enrolment::{Enrolled, SubsidisedChild, enrolment_month},
    operating::{city_reward, operating_of_child, operating_of_places},
    price::{PriceFinding, month_price},
    shares::{Split, split},
};
use crate::policy::Figure;

/// An amount with the figures that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked {
    pub amount_fen: Fen,
    /// Keys of the figures, as policy lists them.
    pub keys: Vec<String>,
    /// Of the weakest of them: a draft as soon as one is.
    pub standing: Standing,
}

impl Worked {
    fn by<T>(amount_fen: Fen, figure: &Figure<T>) -> Self {
        Self { amount_fen, keys: vec![figure.key.clone()], standing: figure.standing }
    }

    /// Also reckoned by this one. A setting says how, and leaves the standing of the text.
    fn and<T>(mut self, figure: &Figure<T>) -> Self {
        self.keys.push(figure.key.clone());
        match (self.standing, figure.standing) {
            (_, Standing::Draft) | (Standing::Setting, _) => self.standing = figure.standing,
            _ => {}
        }
        self
    }
}

/// Why nothing is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No text of the city gives anything of the kind on that day.
    NoText,
    /// The text names amounts for other birth orders only.
    BirthOrder,
    TooOld,
    /// Not on the days that count.
    NotEnrolled,
    /// Neither owner nor kind is among those that the text names.
    NotNamed,
    NotInclusive,
    /// It is inclusive and takes more than it may.
    PriceNotKept,
    NotFiled,
    NotRegistered,
    NotUpToStandard,
    NoPlaces,
}

/// What is asked of a nursery that is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nursery {
    pub kind: NurseryKind,
    pub ownership: Ownership,
    pub inclusive: bool,
    /// It takes no more than the inclusive price.
    pub price_kept: bool,
    /// Run lawfully: as a legal body.
    pub registered: bool,
    /// With the health authority.
    pub filed: bool,
    pub up_to_standard: bool,
    pub places: u16,
}

impl Nursery {
    fn refuse(wrong: bool, reason: Reason) -> Result<(), Reason> {
        if wrong { Err(reason) } else { Ok(()) }
    }
}
