//! `doorstep demo`, and the first start of `doorstep serve --demo`: making the city, and saying how far it is.

use std::time::{Duration, Instant};

use doorstep_shared::Timestamp;

use super::{Filled, Options, fill, fill_if_empty, put_to_work};
use crate::{accounts::Enlister, db::Db, error::Result, policy::Policies};

/// How often a line tells how far it is.
const EVERY: Duration = Duration::from_secs(1);

/// `doorstep demo`.
///
/// # Errors
/// As [`fill`].
pub fn demo(db: &Db, enlister: &Enlister, policies: &Policies, now: Timestamp, options: &Options) -> Result<()> {
    let teller = Teller::begin();
    match fill(db, policies, now, options, teller.tell(options.nurseries))? {
        Some(filled) => teller.end(filled, options.places_only),
        None => println!(
            "the made-up city ({} nurseries, seed {}) is already there; nothing was changed",
            options.nurseries, options.seed
        ),
    }
    put_to_work(db, enlister, policies, now)
}

/// The first start of a demonstration: fills an empty database, and leaves any other alone.
///
/// # Errors
/// As [`fill`].
pub fn first_start(db: &Db, enlister: &Enlister, policies: &Policies, now: Timestamp) -> Result<()> {
    let teller = Teller::begin();
    if let Some(filled) = fill_if_empty(db, policies, now, teller.tell(Options::default().nurseries))? {
        teller.end(filled, false);
    }
    put_to_work(db, enlister, policies, now)
}

struct Teller {
    begun: Instant,
}

impl Teller {
    fn begin() -> Self {
        Self { begun: Instant::now() }
    }

    /// A line at the beginning and then one a second.
    fn tell(&self, nurseries: u32) -> impl FnMut(Filled) {
        let mut next = self.begun;
        move |filled| {
            if Instant::now() >= next {
                next = Instant::now() + EVERY;
                println!(
                    "making the city: {} of {nurseries} nurseries, {} days of care",
                    filled.nurseries, filled.booking_days
                );
            }
        }
    }

    fn end(&self, filled: Filled, places_only: bool) {
        println!(
            "made a city up for demonstration: {} nurseries, {} bookings with {} days of care, {} % of places taken, in \
             {:.1} s",
            filled.nurseries,
            filled.bookings,
            filled.booking_days,
            filled.taken_percent(),
            self.begun.elapsed().as_secs_f64()
        );
        if places_only {
            println!("its places are marked as taken without bookings (--places-only): `doorstep check` will say so");
        }
    }
}
