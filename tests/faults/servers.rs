//! The server is killed.

use std::time::Duration;

use diesel::prelude::*;
use doorstep_server::db::{
    Conn, Db,
    schema::{booking, booking_day},
};
use doorstep_shared::ids::BookingId;
use doorstep_tests::{Database, program_path, run, trial::Trial};

use crate::{CYCLES, is_faultless};

/// Also in a debug build on a busy machine. How quick it really is, the benchmarks tell.
const READY: Duration = Duration::from_secs(15);

async fn is_killed_under_load(trial: &mut Trial) {
    for cycle in 0..CYCLES {
        let (server, took) = trial.start_timed().await;
        assert!(took < READY, "{took:?}");
        trial.settle(&server).await;
        let load = trial.load(&[&server]);
        load.go_on_for(rand::random_range(20..120)).await;
        drop(server);
        trial.end(load).await;
        assert!(trial.tally.wrong.is_empty(), "cycle {cycle}");
    }
    let server = trial.serve();
    trial.settle(&server).await;
    assert!(trial.tally.unknown > 0, "some calls were under way");
    is_faultless(trial);
}

/// Without this, a trial that looks at nothing would be as faultless as any.
#[test]
fn a_promise_that_is_broken_is_found() {
    run(Database::Sqlite, async |_: Database| {
        let mut trial = Trial::on_sqlite(program_path()).await;
        let server = trial.serve();
        let load = trial.load(&[&server]);
        load.go_on_for(150).await;
        trial.end(load).await;
        drop(server);
        let db = Db::open(&trial.database.parse().unwrap(), 1).unwrap();
        let forget = |conn: &mut Conn| {
            let standing = booking_day::table.filter(booking_day::takes_place).select(booking_day::booking_id);
            let id: BookingId = standing.first(conn)?;
            Ok(diesel::delete(booking::table.find(id)).execute(conn)?)
        };
        assert_eq!(db.write(forget).await.unwrap(), 1);
        drop(db);
        let server = trial.serve();
        trial.settle(&server).await;
        assert_eq!(trial.tally.count("lost"), 1);
        assert_eq!(trial.tally.count("differences"), 1);
    });
}

#[test]
fn a_server_killed_under_load_keeps_what_it_promised_on_sqlite() {
    run(Database::Sqlite, async |_: Database| {
        let mut trial = Trial::on_sqlite(program_path()).await;
        is_killed_under_load(&mut trial).await;
    });
}

#[test]
fn a_server_killed_under_load_keeps_what_it_promised_on_postgresql() {
    run(Database::Postgres, async |database: Database| {
        let fresh = database.empty();
        let mut trial = Trial::on_postgres(program_path(), fresh.url_text()).await;
        is_killed_under_load(&mut trial).await;
    });
}

#[test]
fn of_two_servers_on_one_database_one_is_killed_and_the_other_goes_on() {
    run(Database::Postgres, async |database: Database| {
        let fresh = database.empty();
        let mut trial = Trial::on_postgres(program_path(), fresh.url_text()).await;
        let mut one = trial.serve();
        for _ in 0..CYCLES {
            let other = trial.serve();
            let load = trial.load(&[&one, &other]);
            load.go_on_for(rand::random_range(40..160)).await;
            drop(other);
            load.go_on_for(20).await;
            trial.end(load).await;
            trial.settle(&one).await;
            one = trial.serve();
        }
        is_faultless(&trial);
    });
}

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_on_sqlite() {
    run(Database::Sqlite, async |_: Database| {
        let mut trial = Trial::on_sqlite(program_path()).await;
        let server = trial.serve();
        let load = trial.load(&[&server]);
        load.go_on_for(100).await;
        trial.end(load).await;
        drop(server);
        for _ in 0..CYCLES {
            // A little room: the log beside the file fills it up.
            let limited = trial.serve_below(trial.file_bytes() / 1024 + 100);
            let load = trial.load(&[&limited]);
            load.is_refused_for_now().await;
            trial.end(load).await;
            drop(limited);
            let roomy = trial.serve();
            trial.settle(&roomy).await;
        }
        is_faultless(&trial);
    });
}
