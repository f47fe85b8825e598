//! Vouchers and subsidies: what policy gives, what issuers give out, and where the money is.
//!
//! - `rules`: what the texts give and allow, and what can become of a campaign and a voucher, without any database.
//! - `campaigns`: set up, followed, paused, closed by their issuer. `claim`: a voucher for a child.
//! - `steps`: what becomes of a voucher after that. A higher slice takes them, in its own transaction.
//! - `ledger`: the money, double entry. Each state of a voucher has its account, and an entry is the difference between
//!   two states; so whichever way a voucher goes, its money is where the voucher is.
//! - `check`: that all of this agrees.
//!
//! Lock order: campaigns by id, then vouchers by id.

mod campaigns;
mod check;
mod claim;
mod http;
mod jobs;
mod ledger;
mod paid;
mod rules;
mod steps;
mod store;
mod wallet;

pub use self::{
    check::check,
    claim::{ClaimOrder, claim_many},
    http::register,
    jobs::ExpireVouchers,
    paid::{Paid, campaign_names, paid_at},
    rules::{
        Enrolled, Nursery, PriceFinding, Reason, Split, SubsidisedChild, Worked, city_reward, construction,
        employer_share, enrolment_month, month_price, operating_of_child, operating_of_places, split, states::Step,
    },
    steps::{By, expire_due, take},
};
