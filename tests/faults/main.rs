//! Everything is killed in the middle of its work; nothing that was promised is lost, nothing happens twice.
//!
//! Three cycles each here; the benchmarks run the same at length.

mod databases;
mod servers;

use doorstep_tests::trial::Trial;

const CYCLES: usize = 3;

/// The tally of a trial in which nothing went wrong.
fn is_faultless(trial: &Trial) {
    let tally = &trial.tally;
    let stories: Vec<_> = tally.wrong.iter().map(|(kind, story)| format!("{kind}: {story}")).collect();
    assert!(stories.is_empty(), "{}", stories.join("\n"));
    assert_eq!(tally.resolved, tally.unknown, "each call without an answer is told by its key what became of it");
    assert!(tally.promised > 50, "{tally:?}");
}
