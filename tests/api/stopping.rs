//! The program told to stop, as a service manager tells it: what has begun is ended first.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use diesel::prelude::*;
use doorstep_server::db::{
    Db,
    schema::{booking, job, login_code},
};
use doorstep_shared::bookings::BookingState;
use doorstep_tests::{Folder, Fresh, Running, prelude::*, program};

/// A command of the program; its data goes with the folder.
fn start(database: &Fresh, command: &str) -> (Running, Folder) {
    let (data, mut starting) = (Folder::new(), program());
    starting.arg(command).env("DATABASE_URL", database.url_text()).env("DOORSTEP_DATA", data.path());
    starting.env("DOORSTEP_LISTEN", "127.0.0.1:0");
    (Running::start(starting), data)
}

#[test_on_both]
async fn a_request_in_flight_is_answered_and_no_other_is_taken(database: Database) {
    let fresh = database.fresh();
    let (server, _data) = start(&fresh, "serve");
    let address = server.address().to_owned();
    let body = "{\"phone\": \"13800000001\"}";
    let head = format!(
        "POST /api/v1/auth/codes HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut wire = TcpStream::connect(&address).unwrap();
    wire.write_all(head.as_bytes()).unwrap();
    // The server has taken the request and waits for the rest of it.
    let mut reader = BufReader::new(wire.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 100"), "{line}");

    server.terminate();
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    wire.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    reader.read_to_string(&mut answer).unwrap();
    assert!(answer.trim_start().starts_with("HTTP/1.1 202"), "{answer}");
    server.ended_well();
    let db = Db::open(&fresh.url(), 1).unwrap();
    let codes: i64 = db.read(|conn| Ok(login_code::table.count().get_result(conn)?)).await.unwrap();
    assert_eq!(codes, 1, "what was answered is written");
}

#[test_on_both]
async fn a_worker_in_a_process_of_its_own_does_what_is_due_and_stops(app: TestApp) {
    let offer = app.offer().places(1).hourly().create().await;
    let ann = app.family("Ann").await;
    // By the clock of that process it ran out long ago.
    ann.order(&offer, "09:00-11:00").hold().send().await.unwrap();
    let (worker, _data) = start(app.database(), "work");
    assert_eq!(worker.says.trim(), "Doorstep runs jobs");
    let began = std::time::Instant::now();
    let state = || app.db().read(|conn| Ok(booking::table.select(booking::state).first::<BookingState>(conn)?));
    while state().await.unwrap() != BookingState::Expired {
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "the worker does nothing");
    }
    worker.terminate();
    worker.ended_well();
    let kept = job::table.filter(job::done_at.is_null()).filter(job::locked_until.is_not_null());
    let kept: i64 = app.db().read(move |conn| Ok(kept.count().get_result(conn)?)).await.unwrap();
    assert_eq!(kept, 0, "no job is left claimed");
    app.check_finds_no_difference().await;
}
