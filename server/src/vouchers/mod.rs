//! Vouchers and subsidies: what policy gives, and what becomes of it.
//!
//! - `rules`: what the texts give and allow, reckoned without any database.

mod rules;

pub use self::rules::{
    Enrolled, Nursery, PriceFinding, Reason, Split, SubsidisedChild, Worked, city_reward, construction, employer_share,
    enrolment_month, month_price, operating_of_child, operating_of_places, split,
};
