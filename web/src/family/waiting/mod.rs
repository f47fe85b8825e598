//! Waiting for a place: getting in line, the number in it, the place that is offered, and what came of it.

mod card;
mod entry;
mod join;
mod words;

pub use self::{
    card::{Offers, WaitingList},
    entry::{page as entry_page, submit as act},
    join::{href as join_href, page, submit},
};
use super::{
    book::{self, Candidate, ChildRow, Scene, Standing, Wish},
    child_form, missing, price, sign_in, words as domain,
};
