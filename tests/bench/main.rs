//! `make bench`: figures against peers in the same run.
//!
//! Server and peer run pinned to one core, the load to the other, in rounds A B A B; a ratio is the median of the
//! rounds' ratios. Answers are compared before speed is: a fast wrong answer fails the bench. `ONLY=search` runs a part.

mod booking;
mod bundle;
mod city;
mod faults;
mod figures;
mod function;
mod grown;
mod load;
mod page;
mod peers;
mod postgis;
mod process;
mod search;
mod start;
mod town;

use std::process::ExitCode;

use figures::Figures;

/// The peers have the allocator that the product has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The parts in the order they run, by the name that `ONLY` takes.
const PARTS: &[(&str, fn(&mut Figures) -> Result<(), String>)] = &[
    ("bundle", bundle::run),
    ("search", search::run),
    ("page", page::run),
    ("start", start::run),
    ("booking", booking::run),
    ("booking_pg", booking::run_postgres),
    ("booking_growth", grown::run),
    ("faults", faults::run),
    ("growth", search::run_growth),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("peer", rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return peers::serve(rest);
    }
    let only = arguments.first().map(String::as_str).unwrap_or_default();
    let wanted: Vec<_> = PARTS.iter().filter(|(name, _)| only.is_empty() || *name == only).collect();
    if wanted.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|(name, _)| *name).collect();
        eprintln!("no part is called {only:?}; there are {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    let mut figures = Figures::default();
    let mut failed = false;
    for (name, part) in wanted {
        let begun = std::time::Instant::now();
        println!("== {name}");
        if let Err(why) = part(&mut figures) {
            eprintln!("{name} failed: {why}");
            failed = true;
        }
        println!("   {name} took {} s", begun.elapsed().as_secs());
    }
    print!("{figures}");
    if failed || figures.broken() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
