//! The command in a process of its own: bookings go on beside it, and when it dies nothing is half there.

use std::process::{Child, Command};

use doorstep_server::{
    jobs::{Jobs, Office},
    nurseries::FinishImport,
    policy::Policies,
};
use doorstep_shared::bookings::CancelBooking;
use doorstep_tests::{Folder, prelude::*, program};

use super::rows;

/// A list so long that it is written in many steps.
fn long_list(folder: &Folder) -> std::path::PathBuf {
    let head = "key,name,kind,lat,lng,places,from_months,to_months,hours,price\n";
    let row = |n: u32| {
        let (lat, lng) = (31.0 + f64::from(n % 40) / 100.0, 120.0 + f64::from(n / 40) / 100.0);
        format!("k{n},长名单第{n}园,community,{lat},{lng},24,6,36,7:30-18:00,80\n")
    };
    let file = folder.path().join("long.csv");
    std::fs::write(&file, head.to_owned() + &(0..LONG).map(row).collect::<String>()).unwrap();
    file
}

const LONG: u32 = 400;

fn import(app: &TestApp, folder: &Folder) -> Command {
    let mut command = program();
    command.args(["import", "nurseries"]).arg(long_list(folder));
    command.env("DATABASE_URL", app.database().url_text()).env("DOORSTEP_DATA", folder.path());
    command.stdout(std::process::Stdio::null());
    command
}

async fn count(app: &TestApp, what: &str) -> i64 {
    rows(app.db(), &format!("SELECT 'n' AS name, COUNT(*) AS rows FROM {what}")).await[0].1
}

/// Waits until something is there while the command runs, and kills it.
async fn killed_when(app: &TestApp, mut running: Child, what: &str) {
    while count(app, what).await == 0 {
        assert!(running.try_wait().unwrap().is_none(), "it ended before there was any {what}");
        tokio::task::yield_now().await;
    }
    running.kill().unwrap();
    running.wait().unwrap();
}

/// Finishes what was accepted, as a worker does.
async fn work(app: &TestApp) {
    let office = Office {
        db: app.db().clone(),
        clock: std::sync::Arc::new(app.clock.clone()),
        policies: std::sync::Arc::new(Policies::load(None, None).unwrap()),
        jobs: Jobs::default().on::<FinishImport>(),
    };
    tokio::task::spawn_blocking(move || office.run_due()).await.unwrap().unwrap();
}

const REGISTERED: &str = "nursery WHERE import_id IS NULL";
const FOUND: &str = "/api/v1/slots?lat=31.2&lng=120.05&radius_m=50000&limit=1&facets=true&q=长名单&date=";

/// How many nurseries of the list a search finds.
async fn found(app: &TestApp) -> u64 {
    let answer = app.client().get(&format!("{FOUND}{}", app.in_days(1))).await.json();
    answer["facets"]["strip"][0]["nurseries"].as_u64().unwrap_or_default()
}

#[test_on_both]
async fn bookings_go_on_while_an_import_is_written(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let (ann, folder) = (app.family("Ann").await, Folder::new());
    let mut running = import(&app, &folder).spawn().unwrap();
    let is_under_way = async || count(&app, "nursery_import").await > 0;
    let mut between = 0;
    let status = loop {
        // Seen before and after a booking, so that one was written between two steps. One long transaction shows nothing.
        let before = is_under_way().await;
        let booking = ann.book(&offer, "09:00-11:00").await.unwrap();
        between += u32::from(before && is_under_way().await);
        ann.call(&CancelBooking::all(booking.id)).await.unwrap();
        if let Some(status) = running.try_wait().unwrap() {
            break status;
        }
    };
    assert!(status.success());
    assert_eq!(count(&app, REGISTERED).await, i64::from(LONG) + 1);
    assert!(between > 0, "no booking was written between the steps of the import");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn what_a_killed_import_staged_is_seen_by_nobody_and_the_next_one_starts_afresh(app: TestApp) {
    let folder = Folder::new();
    let running = import(&app, &folder).spawn().unwrap();
    killed_when(&app, running, "nursery").await;
    assert_eq!(count(&app, REGISTERED).await, 0, "it was killed before it was accepted");
    assert_eq!(found(&app.beside().await).await, 0, "a server that starts now does not see it");
    assert!(import(&app, &folder).status().unwrap().success());
    assert_eq!(count(&app, REGISTERED).await, i64::from(LONG));
    assert_eq!(count(&app, "nursery").await, i64::from(LONG), "nothing of the first is left");
}

#[test_on_both]
async fn an_import_that_was_killed_after_it_was_accepted_is_finished_by_a_worker(app: TestApp) {
    let folder = Folder::new();
    let running = import(&app, &folder).spawn().unwrap();
    killed_when(&app, running, REGISTERED).await;
    assert_eq!(count(&app, REGISTERED).await, i64::from(LONG), "all or nothing");
    app.clock.advance(chrono::Duration::days(365));
    work(&app).await;
    assert_eq!(count(&app, "nursery_import").await, 0);
    assert_eq!(found(&app).await, u64::from(LONG), "the index has been told of each");
}
