//! The fault tests at length: killed in the middle of its work, again and again.

use doorstep_tests::{
    Database,
    trial::{OwnPostgres, Tally, Trial},
};

use crate::{
    figures::{Figures, Goal, median},
    process::doorstep,
};

/// Kills of the server, on each database.
const KILLS: usize = 50;
/// Kills of PostgreSQL, and immediate stops of it.
const STOPS: usize = 5;
/// Starts after an orderly end, to compare with.
const STARTS: usize = 5;

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let program = doorstep()?;
    let mut tally = Tally::default();
    let mut slower = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        doorstep_tests::run(database, async |database: Database| {
            let fresh = database.empty();
            let mut trial = match database {
                Database::Sqlite => Trial::on_sqlite(program.clone()).await,
                Database::Postgres => Trial::on_postgres(program.clone(), fresh.url_text()).await,
            };
            slower.push(kill_servers(&mut trial).await);
            println!("   {database:?}: {KILLS} kills, {} promises", trial.tally.promised);
            tally.add(trial.tally);
        });
    }
    doorstep_tests::run(Database::Postgres, async |_: Database| {
        for go in [OwnPostgres::kill, OwnPostgres::stop_immediately] {
            let mut postgres = OwnPostgres::start();
            let mut trial = Trial::on_postgres(program.clone(), postgres.url()).await;
            stop_databases(&mut trial, &mut postgres, go).await;
            println!("   PostgreSQL stopped {STOPS} times, {} promises", trial.tally.promised);
            tally.add(trial.tally);
        }
    });
    let of = format!("of {} promises over {} kills and stops", tally.promised, 2 * (KILLS + STOPS));
    for (name, kind) in [
        ("fault_lost_after_ack", "lost"),
        ("fault_duplicated", "duplicated"),
        ("fault_repeated_otherwise", "repeated"),
        ("fault_half_bookings", "half"),
        ("fault_oversold", "oversold"),
        ("fault_check_differences", "differences"),
        ("fault_surprises", "surprises"),
    ] {
        figures.add(name, tally.count(kind) as f64, "count", Goal::Exactly(0.0), of.clone());
    }
    for (kind, story) in &tally.wrong {
        println!("   {kind}: {story}");
    }
    let left = tally.unknown - tally.resolved;
    figures.add("fault_unresolved", left as f64, "count", Goal::Exactly(0.0), format!("of {}", tally.unknown));
    let worst = slower.iter().copied().fold(0.0, f64::max);
    figures.add(
        "fault_ready_vs_orderly",
        worst,
        "ratio",
        Goal::AtMost(1.5),
        format!("start to first search after a kill against after an orderly end, SQLite and PostgreSQL {slower:.2?}"),
    );
    Ok(())
}

/// Returns how much longer a start takes after a kill than after an orderly end.
async fn kill_servers(trial: &mut Trial) -> f64 {
    let mut after_kill = Vec::new();
    for _ in 0..KILLS {
        let (server, took) = trial.start_timed().await;
        after_kill.push(took.as_secs_f64());
        trial.settle(&server).await;
        let load = trial.load(&[&server]);
        load.go_on_for(rand::random_range(50..800)).await;
        drop(server);
        trial.end(load).await;
    }
    let mut orderly = Vec::new();
    for _ in 0..=STARTS {
        let (server, took) = trial.start_timed().await;
        trial.settle(&server).await;
        server.terminate();
        server.ended_well();
        orderly.push(took.as_secs_f64());
    }
    // Each first start is of the other kind, or has no database yet.
    median(&after_kill[1..]) / median(&orderly[1..])
}

async fn stop_databases(trial: &mut Trial, postgres: &mut OwnPostgres, go: fn(&mut OwnPostgres)) {
    let server = trial.serve();
    for _ in 0..STOPS {
        let load = trial.load(&[&server]);
        load.go_on_for(rand::random_range(50..800)).await;
        go(postgres);
        load.is_refused_for_now().await;
        postgres.start_again();
        load.go_on_for(100).await;
        trial.end(load).await;
        trial.settle(&server).await;
    }
}
