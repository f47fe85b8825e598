//! Background work: tried again when it fails, done once, by one worker.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use chrono::Duration;
use diesel::prelude::*;
use doorstep_server::{
    db::{Conn, schema::job},
    error::{Error, Result},
    jobs::{self, Context, Job, Jobs, NewJob, Next, Office, Worker},
};
use doorstep_tests::prelude::*;
use serde::{Deserialize, Serialize};

/// Writes a second job each time it runs, and fails at first as often as told.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Shaky {
    number: usize,
    failures: i16,
}

/// Runs, whether or not their transaction was kept.
static RUNS: AtomicUsize = AtomicUsize::new(0);

impl Job for Shaky {
    const KIND: &'static str = "shaky";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        RUNS.fetch_add(1, Ordering::SeqCst);
        jobs::enqueue_batch(conn, context.now + Duration::days(1), &[NewJob::only(&Done { number: self.number })?])?;
        let attempts: Vec<i16> = job::table
            .filter(job::kind.eq(Self::KIND))
            .filter(job::done_at.is_null())
            .select(job::attempts)
            .load(conn)?;
        match attempts.into_iter().min() {
            Some(attempts) if attempts < self.failures => Err(Error::internal("not yet")),
            _ => Ok(Next::Done),
        }
    }
}

/// A trace of what ran.
#[derive(Serialize, Deserialize)]
struct Done {
    number: usize,
}

impl Job for Done {
    const KIND: &'static str = "done";

    fn run(self, _: &mut Conn, _: &Context) -> Result<Next> {
        Ok(Next::Done)
    }
}

fn office(app: &TestApp) -> Office {
    let inside = app.inside();
    let (clock, policies) = (Arc::clone(&inside.clock), Arc::clone(&inside.policy));
    Office { db: inside.db.clone(), clock, policies, jobs: Jobs::default().on::<Shaky>() }
}

async fn run_due(app: &TestApp) -> usize {
    let office = office(app);
    tokio::task::spawn_blocking(move || office.run_due().unwrap()).await.unwrap()
}

async fn enqueue(app: &TestApp, jobs: Vec<NewJob>) {
    let now = app.now();
    app.db().write(move |conn| jobs::enqueue_batch(conn, now, &jobs)).await.unwrap();
}

async fn traces(app: &TestApp) -> i64 {
    app.db().read(|conn| Ok(job::table.filter(job::kind.eq("done")).count().get_result(conn)?)).await.unwrap()
}

#[test_on_both]
async fn a_failed_job_leaves_nothing_says_why_and_is_tried_again_later(app: TestApp) {
    enqueue(&app, vec![NewJob::once(&Shaky { number: 1, failures: 2 }).unwrap()]).await;
    assert_eq!(run_due(&app).await, 1);
    assert_eq!(traces(&app).await, 0, "what a failed job wrote is gone");
    let why = app.db().read(|conn| {
        Ok(job::table
            .filter(job::kind.eq("shaky"))
            .select((job::error, job::attempts))
            .first::<(Option<String>, i16)>(conn)?)
    });
    assert_eq!(why.await.unwrap(), (Some("internal: not yet".to_owned()), 1));
    assert_eq!(run_due(&app).await, 0, "it waits");
    app.clock.advance(Duration::seconds(1));
    assert_eq!(run_due(&app).await, 1);
    app.clock.advance(Duration::seconds(1));
    assert_eq!(run_due(&app).await, 0, "the second time it waits longer");
    app.clock.advance(Duration::seconds(1));
    assert_eq!(run_due(&app).await, 1);
    assert_eq!(traces(&app).await, 1);
    app.clock.advance(Duration::days(1));
    assert_eq!(run_due(&app).await, 0, "what is done is done");
}

#[test_on_both]
async fn several_workers_share_the_work_and_do_each_piece_once(app: TestApp) {
    let jobs = (0..100).map(|number| NewJob::once(&Shaky { number, failures: 0 }).unwrap()).collect();
    let before = RUNS.load(Ordering::SeqCst);
    enqueue(&app, jobs).await;
    let tried: usize = join_all((0..4).map(|_| run_due(&app))).await.into_iter().sum();
    assert_eq!((tried, RUNS.load(Ordering::SeqCst) - before), (100, 100));
    assert_eq!(traces(&app).await, 100);
}

#[test_on_both]
async fn a_job_whose_worker_died_is_taken_over_when_its_claim_runs_out(app: TestApp) {
    enqueue(&app, vec![NewJob::once(&Shaky { number: 1, failures: 0 }).unwrap()]).await;
    let until = app.now() + Duration::minutes(5);
    let claim = app
        .db()
        .write(move |conn| Ok(diesel::update(job::table).set(job::locked_until.eq(Some(until))).execute(conn)?));
    assert_eq!(claim.await.unwrap(), 1);
    assert_eq!(run_due(&app).await, 0);
    app.clock.advance(Duration::minutes(5));
    assert_eq!(run_due(&app).await, 1);
}

#[test_on_both]
async fn work_of_which_there_is_one_is_written_once(app: TestApp) {
    for _ in 0..3 {
        enqueue(&app, vec![NewJob::only(&Shaky { number: 7, failures: 0 }).unwrap()]).await;
    }
    assert_eq!(run_due(&app).await, 1);
}

/// Waits, the first time, until the test lets it go.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Slow {
    gate: uuid::Uuid,
    number: usize,
}

/// How far the slow jobs of a test are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Shut,
    OneWaits,
    Open,
}

type Gates = std::collections::HashMap<uuid::Uuid, Gate>;
static GATES: (Mutex<Option<Gates>>, Condvar) = (Mutex::new(None), Condvar::new());

/// Moves a gate once it stands at `from`.
fn move_gate(gate: uuid::Uuid, from: Gate, to: Gate) {
    let (gates, bell) = &GATES;
    let at = |gates: &Option<Gates>| gates.as_ref().and_then(|gates| gates.get(&gate)).copied().unwrap_or(Gate::Shut);
    let mut gates = bell.wait_while(gates.lock().unwrap(), |gates| at(gates) != from).unwrap();
    gates.get_or_insert_default().insert(gate, to);
    bell.notify_all();
}

impl Job for Slow {
    const KIND: &'static str = "slow";

    fn run(self, _: &mut Conn, _: &Context) -> Result<Next> {
        if self.number == 0 {
            move_gate(self.gate, Gate::Shut, Gate::OneWaits);
            move_gate(self.gate, Gate::Open, Gate::Open);
        }
        Ok(Next::Done)
    }
}

#[test_on_both]
async fn a_worker_that_is_told_to_stop_keeps_no_job_to_itself(app: TestApp) {
    let gate = uuid::Uuid::now_v7();
    enqueue(&app, (0..40).map(|number| NewJob::once(&Slow { gate, number }).unwrap()).collect()).await;
    let office = Office { jobs: Jobs::default().on::<Slow>(), ..office(&app) };
    let stopped = tokio::task::spawn_blocking(move || {
        let worker = Worker::start(office).unwrap();
        move_gate(gate, Gate::OneWaits, Gate::OneWaits);
        // Told while a job runs and others are claimed. It waits for the job, so that is let go beside it.
        let stopping = std::thread::spawn(move || drop(worker));
        move_gate(gate, Gate::OneWaits, Gate::Open);
        stopping.join()
    });
    stopped.await.unwrap().unwrap();
    let (done, kept) = app
        .db()
        .read(|conn| {
            let slow = job::table.filter(job::kind.eq("slow"));
            let kept = slow.filter(job::done_at.is_null()).filter(job::locked_until.is_not_null());
            Ok((slow.filter(job::done_at.is_not_null()).count().get_result(conn)?, kept.count().get_result(conn)?))
        })
        .await
        .unwrap();
    let (done, kept): (i64, i64) = (done, kept);
    assert!(done >= 1 && kept == 0, "{done} done, {kept} claimed and left");
}

/// A mistake of ours.
#[derive(Serialize, Deserialize)]
struct Broken {}

impl Job for Broken {
    const KIND: &'static str = "broken";

    fn run(self, conn: &mut Conn, context: &Context) -> Result<Next> {
        jobs::enqueue_batch(conn, context.now, &[NewJob::only(&Done { number: 0 })?])?;
        panic!("as a mistake would")
    }
}

#[test_on_both]
async fn a_job_that_panics_has_failed_and_stops_nothing(app: TestApp) {
    enqueue(&app, vec![NewJob::once(&Broken {}).unwrap(), NewJob::once(&Shaky { number: 1, failures: 0 }).unwrap()])
        .await;
    let office = Office { jobs: Jobs::default().on::<Broken>().on::<Shaky>(), ..office(&app) };
    assert_eq!(tokio::task::spawn_blocking(move || office.run_due().unwrap()).await.unwrap(), 2);
    let why = app
        .db()
        .read(|conn| Ok(job::table.filter(job::kind.eq("broken")).select(job::error).first::<Option<String>>(conn)?));
    assert!(why.await.unwrap().is_some_and(|why| why.contains("as a mistake would")));
    assert_eq!(traces(&app).await, 1, "what it wrote is gone, the other's trace is there");
}
