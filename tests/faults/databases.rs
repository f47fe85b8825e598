//! PostgreSQL is killed or stopped, or cannot be heard.

use doorstep_tests::{
    Database, Proxy, program_path, run,
    trial::{OwnPostgres, SmallDisk, Trial},
};

use crate::{CYCLES, is_faultless};

/// The database goes and comes back while the guardians go on; the server lives.
async fn goes_and_comes_back(go: impl Fn(&mut OwnPostgres)) {
    let mut postgres = OwnPostgres::start();
    let mut trial = Trial::on_postgres(program_path(), postgres.url()).await;
    let server = trial.serve();
    for _ in 0..CYCLES {
        let load = trial.load(&[&server]);
        load.go_on_for(rand::random_range(30..150)).await;
        go(&mut postgres);
        load.is_refused_for_now().await;
        postgres.start_again();
        load.go_on_for(100).await;
        trial.end(load).await;
        trial.settle(&server).await;
    }
    is_faultless(&trial);
}

#[test]
fn postgresql_killed_under_load_loses_nothing_that_was_promised() {
    run(Database::Postgres, async |_: Database| goes_and_comes_back(OwnPostgres::kill).await);
}

#[test]
fn postgresql_stopped_at_once_loses_nothing_that_was_promised() {
    run(Database::Postgres, async |_: Database| goes_and_comes_back(OwnPostgres::stop_immediately).await);
}

#[test]
fn a_commit_whose_answer_is_lost_happens_once() {
    run(Database::Postgres, async |database: Database| {
        let fresh = database.empty();
        let direct = fresh.url_text();
        let (before, after) = direct.split_once('@').unwrap();
        let (address, name) = after.split_once('/').unwrap();
        let wire = Proxy::to(address.parse().unwrap());
        let mut trial = Trial::on_postgres(program_path(), format!("{before}@{}/{name}", wire.address)).await;
        let server = trial.serve();
        for _ in 0..CYCLES {
            let load = trial.load(&[&server]);
            load.go_on_for(40).await;
            for cut in 1..=5 {
                let before = wire.commits_cut_off();
                wire.cut_after_commits(cut);
                load.until(|| wire.commits_cut_off() > before).await;
            }
            load.go_on_for(60).await;
            trial.end(load).await;
            trial.settle(&server).await;
        }
        assert_eq!(wire.commits_cut_off(), 5 * CYCLES);
        is_faultless(&trial);
    });
}

/// Megabytes: an empty cluster takes less than half of it.
const DISK: u32 = 128;

#[test]
fn a_full_disk_under_postgresql_loses_nothing_that_was_promised() {
    let Some(disk) = SmallDisk::mount(DISK) else {
        println!("NOT RUN: only root can mount a small disk");
        return;
    };
    run(Database::Postgres, async |_: Database| {
        let mut postgres = OwnPostgres::start_in(disk.path());
        let mut trial = Trial::on_postgres(program_path(), postgres.url()).await;
        let server = trial.serve();
        for _ in 0..CYCLES {
            let load = trial.load(&[&server]);
            load.go_on_for(rand::random_range(30..100)).await;
            disk.fill();
            load.is_refused_for_now().await;
            disk.make_room();
            // Where it could not write its log it has ended by itself.
            postgres.stop_immediately();
            postgres.start_again();
            load.go_on_for(60).await;
            trial.end(load).await;
            trial.settle(&server).await;
        }
        is_faultless(&trial);
    });
}
