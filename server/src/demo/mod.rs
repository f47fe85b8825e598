//! A made-up city to try the product with: districts, nurseries, families and their bookings.
//!
//! Everything is marked as demonstration. The same seed gives the same city; what is booked depends on the day too.
//! A few nurseries are written at a time, each with its bookings, so that an interrupted run can go on where it stopped,
//! and a server that runs meanwhile is never kept from writing for long.

mod board;
mod city;
pub mod command;
mod nursery;
mod plan;
mod staff;
mod store;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;

use doorstep_shared::Timestamp;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use self::staff::put_to_work;
use self::{city::City, nursery::Names, plan::Plan};
use crate::{
    db::Db,
    error::{Error, Result},
    nurseries,
    policy::Policies,
};

/// Rows of places and bookings after which a group of nurseries is written.
const ROWS_A_WRITE: usize = 3_000;

/// What city to make.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args, Serialize, Deserialize)]
pub struct Options {
    /// How many nurseries.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub nurseries: u32,

    /// The same seed gives the same city.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Four classes at every nursery, as benchmarks want them: no home-based ones, larger kindergartens.
    #[arg(long)]
    pub four_classes: bool,

    /// Mark places as taken without the bookings that would take them. Fast enough for 10,000 nurseries and more; for
    /// benchmarks of the search only, because `doorstep check` rightly finds every one of these days wrong.
    #[arg(long)]
    pub places_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { nurseries: 200, seed: 1, four_classes: false, places_only: false }
    }
}

/// How far it is, or what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Nurseries written so far, those of an interrupted run included.
    pub nurseries: u32,
    pub bookings: u64,
    /// Children × days.
    pub booking_days: u64,
    /// Half-hours × places that are taken, of those that are open.
    pub taken: u64,
    pub open: u64,
}

impl Filled {
    /// Per cent of places taken, over all opening hours.
    pub fn taken_percent(self) -> u64 {
        (self.taken * 100).checked_div(self.open).unwrap_or_default()
    }
}

/// What the database says about its made-up city.
#[derive(Serialize, Deserialize)]
struct Mark {
    options: Options,
    complete: bool,
}

/// Makes the city in this database, telling `progress` at every nursery. A city that is there already is left as it
/// is: None then. An interrupted run goes on.
///
/// # Errors
/// When the database holds another made-up city, or nurseries that are not made up.
pub fn fill(
    db: &Db,
    policies: &Policies,
    now: Timestamp,
    options: &Options,
    mut progress: impl FnMut(Filled),
) -> Result<Option<Filled>> {
    match db.read_blocking(store::mark)? {
        Some(mark) if mark.options != *options => {
            return Err(Error::internal(format!(
                "the database holds another made-up city ({} nurseries, seed {}); take an empty database for this one",
                mark.options.nurseries, mark.options.seed
            )));
        }
        Some(mark) if mark.complete => return Ok(None),
        Some(_) => {}
        None => begin(db, options)?,
    }
    let known: HashSet<String> = db.read_blocking(|conn| Ok(store::source_keys(conn)?))?;
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let city = City::new(&mut rng, options.nurseries);
    let mut names = Names::default();
    let mut filled = Filled::default();
    let (mut rows, mut group) = (0, Vec::new());
    for index in 0..options.nurseries {
        // Its own randomness each: what one nursery is like does not depend on the others.
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        rng.set_stream(u64::from(index) + 1);
        let nursery = nursery::generate(&mut rng, &city, &mut names, policies, now, index, options)?;
        filled.nurseries += 1;
        if nursery.draft.source_key.as_ref().is_some_and(|key| known.contains(key)) {
            continue;
        }
        let plan = Plan::of(&mut rng, &nursery, policies, now, options);
        filled.bookings += plan.bookings.len() as u64;
        filled.booking_days += plan.bookings.iter().map(|booking| booking.days.len() as u64).sum::<u64>();
        filled.taken += plan.taken;
        filled.open += plan.open;
        rows += plan.rows();
        group.push((nursery, plan));
        if rows >= ROWS_A_WRITE {
            (rows, group) = (0, write(db, now, group)?);
        }
        progress(filled);
    }
    write(db, now, group)?;
    let mark = Mark { options: options.clone(), complete: true };
    db.write_blocking(move |conn| store::set_mark(conn, &mark))?;
    db.take_stock()?;
    Ok(Some(filled))
}

/// Makes the usual city in an empty database, or goes on with one that was interrupted; otherwise does nothing.
///
/// # Errors
/// As [`fill`].
pub fn fill_if_empty(
    db: &Db,
    policies: &Policies,
    now: Timestamp,
    progress: impl FnMut(Filled),
) -> Result<Option<Filled>> {
    let (mark, empty) = db.read_blocking(|conn| Ok((store::mark(conn)?, store::is_empty(conn)?)))?;
    match mark {
        Some(Mark { complete: true, .. }) => Ok(None),
        Some(Mark { options, .. }) => fill(db, policies, now, &options, progress),
        None if empty => fill(db, policies, now, &Options::default(), progress),
        None => Ok(None),
    }
}

/// The mark and the districts, before the first nursery.
fn begin(db: &Db, options: &Options) -> Result<()> {
    if !db.read_blocking(|conn| Ok(store::is_empty(conn)?))? {
        return Err(Error::internal(
            "the database holds nurseries that are not made up; take an empty database for the made-up city",
        ));
    }
    let city = City::new(&mut ChaCha8Rng::seed_from_u64(options.seed), options.nurseries);
    let (rows, mark) = (city.rows()?, Mark { options: options.clone(), complete: false });
    db.write_blocking(move |conn| {
        nurseries::create_districts_batch(conn, &rows)?;
        store::set_mark(conn, &mark)
    })
}

/// Writes nurseries, each whole, in one transaction; returns an empty group for the next ones.
fn write(db: &Db, now: Timestamp, group: Vec<(nursery::Made, Plan)>) -> Result<Vec<(nursery::Made, Plan)>> {
    db.write_blocking(move |conn| {
        for (nursery, plan) in &group {
            nurseries::create_batch(conn, now, std::slice::from_ref(&nursery.draft))?;
            for closure in &nursery.closures {
                nurseries::close(conn, now, closure)?;
            }
            store::insert_plan_batch(conn, now, plan)?;
        }
        Ok(())
    })?;
    Ok(Vec::new())
}
