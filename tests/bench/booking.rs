//! `booking_sqlite_vs_naive`, `booking_pg_*`: bookings over HTTP against one commit each and against the bare function;
//! and the counts that must be exact.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use diesel::{QueryDsl as _, RunQueryDsl as _};
use doorstep_server::db::{Db, schema};

use crate::{
    figures::{Figures, Goal},
    function::Function,
    load,
    town::{Store, Town},
};

const ROUNDS: usize = 5;
pub const SECONDS: u64 = 4;
/// Of the city in which is booked.
const NURSERIES: u32 = 200;

/// Each order in a commit of its own.
const ALONE: [(&str, &str); 1] = [("DOORSTEP_COMMIT_GROUP", "1")];

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let town = Town::make(Store::Sqlite, NURSERIES)?;
    let mut rounds = Vec::new();
    let mut counts = Counts::default();
    for _ in 0..ROUNDS {
        rounds.push((round(&town, &[], &mut counts)?, round(&town, &ALONE, &mut counts)?));
    }
    figures.add_ratio("booking_sqlite_vs_naive", Goal::AtLeast(5.0), "bookings/s", &rounds);
    counts.tell(figures);
    Ok(())
}

pub fn run_postgres(figures: &mut Figures) -> Result<(), String> {
    let town = Town::make(Store::Postgres, NURSERIES)?;
    let function = Function::install(&town)?;
    let (mut together, mut alone) = (Vec::new(), Vec::new());
    let mut counts = Counts::default();
    for _ in 0..ROUNDS {
        let ours = round(&town, &[], &mut counts)?;
        let peer = function.round(&town, SECONDS)?;
        together.push((ours, peer));
        alone.push((round(&town, &ALONE, &mut counts)?, peer));
    }
    let unit = format!("bookings/s, pgbench with {} clients", function.clients);
    figures.add_ratio("booking_pg_vs_function", Goal::AtLeast(1.0), &unit, &together);
    figures.add_ratio("booking_pg_single_vs_function", Goal::AtLeast(0.2), &unit, &alone);
    counts.tell(figures);
    Ok(())
}

#[derive(Default)]
pub struct Counts {
    acknowledged: i64,
    oversold: i64,
    lost: i64,
    duplicated: i64,
    refused: i64,
}

impl Counts {
    pub fn tell(&self, figures: &mut Figures) {
        figures.count("oversold", self.oversold, self.acknowledged);
        figures.count("lost_after_ack", self.lost, self.acknowledged);
        figures.count("duplicated", self.duplicated, self.acknowledged);
        figures.count("refused_though_free", self.refused, self.acknowledged);
    }
}

/// A fresh copy of the town, booked for some seconds. Returns bookings a second.
fn round(town: &Town, settings: &[(&str, &str)], counts: &mut Counts) -> Result<f64, String> {
    let town = town.copy()?;
    let before = stored(&town)?;
    let (rate, acknowledged) = book(&town, settings, 0, counts)?;
    let made = stored(&town)? - before;
    counts.lost += (acknowledged - made).max(0);
    counts.duplicated += (made - acknowledged).max(0);
    counts.oversold += oversold(&town)?;
    Ok(rate)
}

/// Books from the given order on, then kills the server: what was acknowledged is on disk. Returns bookings a second
/// and how many were acknowledged.
pub fn book(town: &Town, settings: &[(&str, &str)], first: usize, counts: &mut Counts) -> Result<(f64, i64), String> {
    let server = town.serve(settings)?;
    let (acknowledged, refused) = (AtomicI64::new(0), AtomicI64::new(0));
    let rate = load::closed_loop(server.port, Duration::from_secs(SECONDS), |connection, number| {
        let call = town.call(first + number).ok_or("all orders are booked")?;
        let answer = connection.send(&call).map_err(|error| error.to_string())?;
        match answer.status {
            201 => acknowledged.fetch_add(1, Ordering::Relaxed),
            409 => refused.fetch_add(1, Ordering::Relaxed),
            status => return Err(format!("a booking was answered {status}: {}", answer.body)),
        };
        Ok(answer.status == 201)
    })?;
    drop(server);
    let acknowledged = acknowledged.into_inner();
    counts.acknowledged += acknowledged;
    counts.refused += refused.into_inner();
    Ok((rate, acknowledged))
}

/// Bookings stored.
pub fn stored(town: &Town) -> Result<i64, String> {
    let db = Db::open(&town.url().parse()?, 1).map_err(|error| error.to_string())?;
    let count = db.read_blocking(|conn| Ok(schema::booking::table.count().get_result(conn)?));
    count.map_err(|error| error.to_string())
}

/// Windows with more children than places, by `doorstep check`, which also derives the places in use anew.
pub fn oversold(town: &Town) -> Result<i64, String> {
    let told = town.check()?;
    Ok(told.lines().filter(|line| line.starts_with("warning:")).count() as i64)
}
