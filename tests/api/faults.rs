//! The database fails; nobody is told that something was booked which was not.

use std::time::{Duration, Instant};

use diesel::{
    Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _, sql_query,
};
use doorstep_server::db::{DatabaseUrl, Db};
use doorstep_shared::bookings::CancelBooking;
use doorstep_tests::{Folder, Proxy, prelude::*, program, read, run};

/// 503, and when to come back.
async fn is_unavailable(family: &Family, offer: &Offer, span: &str) {
    let order = family.order(offer, span).request();
    let call = family.request("POST", "/api/v1/bookings").header("idempotency-key", span).json(&order);
    let answer = read(call).await;
    assert_eq!(answer.problem().kind, ProblemKind::Unavailable);
    let seconds: u32 = answer.header("retry-after").expect("Retry-After").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// A server that reaches PostgreSQL over this wire.
async fn over_a_wire(database: Database) -> (TestApp, Proxy) {
    let mut wire = None;
    let app = TestApp::with(database, |config| {
        let Some(DatabaseUrl::Postgres(direct)) = &config.database_url else { panic!("PostgreSQL") };
        let (before, after) = direct.split_once('@').unwrap();
        let (server, name) = after.split_once('/').unwrap();
        let proxy = Proxy::to(server.parse().unwrap());
        config.database_url = Some(DatabaseUrl::Postgres(format!("{before}@{}/{name}", proxy.address)));
        wire = Some(proxy);
    })
    .await;
    (app, wire.unwrap())
}

#[test]
fn while_postgresql_cannot_be_reached_calls_are_told_to_come_back() {
    run(Database::Postgres, async |database: Database| {
        let (app, wire) = over_a_wire(database).await;
        let offer = app.offer().places(3).hourly().create().await;
        let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
        ann.book(&offer, "09:00-11:00").await.unwrap();

        wire.cut();
        let began = Instant::now();
        join!(is_unavailable(&ann, &offer, "13:00-14:00"), is_unavailable(&ben, &offer, "13:00-14:00"));
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
        let anybody = app.client();
        assert_eq!(anybody.get("/livez").await.status, 200);
        assert_eq!(anybody.get("/api/v1/slots").await.status, 200, "search never touches the database");

        wire.mend();
        // The same call with the same key: nothing had been booked, so it books now.
        let order = ann.order(&offer, "13:00-14:00").request();
        let began = Instant::now();
        while let Err(problem) = ann.call_once(&order, Some("13:00-14:00")).await {
            assert_eq!(problem.kind, ProblemKind::Unavailable);
            assert!(began.elapsed() < Duration::from_secs(30), "it does not come back");
        }
        app.check_finds_no_difference().await;
    });
}

#[test]
fn while_postgresql_says_nothing_calls_are_told_to_come_back() {
    run(Database::Postgres, async |database: Database| {
        let (app, wire) = over_a_wire(database).await;
        let offer = app.offer().places(3).hourly().create().await;
        let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
        let booked = ann.book(&offer, "09:00-11:00").await.unwrap();

        wire.be_silent(true);
        let began = Instant::now();
        let reading = async || assert_eq!(ann.get("/api/v1/bookings").await.problem().kind, ProblemKind::Unavailable);
        join!(is_unavailable(&ann, &offer, "13:00-14:00"), is_unavailable(&ben, &offer, "13:00-14:00"), reading());
        assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
        let anybody = app.client();
        assert_eq!(anybody.get("/livez").await.status, 200);
        assert_eq!(anybody.get("/api/v1/slots").await.status, 200, "search never touches the database");

        wire.be_silent(false);
        // Whatever became of it: with the same key it has happened once.
        for family in [&ann, &ben] {
            let order = family.order(&offer, "13:00-14:00").request();
            let began = Instant::now();
            while let Err(problem) = family.call_once(&order, Some("13:00-14:00")).await {
                assert_eq!(problem.kind, ProblemKind::Unavailable);
                assert!(began.elapsed() < Duration::from_secs(40), "it does not come back");
            }
        }
        assert_eq!(ann.get("/api/v1/bookings").await.json()["items"].as_array().unwrap().len(), 2);
        // The index follows again: it knows what was booked just now.
        let cancelled = ann.call(&CancelBooking::all(booked.id)).await.unwrap();
        assert_eq!(cancelled.id, booked.id);
        app.check_finds_no_difference().await;
    });
}

#[test]
fn while_another_program_keeps_the_sqlite_file_locked_calls_are_told_to_come_back() {
    run(Database::Sqlite, async |app: TestApp| {
        let offer = app.offer().places(3).hourly().create().await;
        let ann = app.family("Ann").await;
        let DatabaseUrl::Sqlite(path) = app.database().url() else { panic!("SQLite") };
        let mut other = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        is_unavailable(&ann, &offer, "09:00-11:00").await;
        assert_eq!(ann.get("/api/v1/bookings").await.status, 200, "reading goes on");
        other.batch_execute("ROLLBACK").unwrap();
        ann.book(&offer, "09:00-11:00").await.unwrap();
        app.check_finds_no_difference().await;
    });
}

/// Lets the file grow no further, as a full disk would; nothing lets it grow again.
async fn fill_the_disk(app: &TestApp, is_full: bool) {
    let limit = if is_full { 1 } else { 1_000_000 };
    // Below its present size SQLite takes the present size.
    let pragma = format!("PRAGMA max_page_count = {limit}");
    app.db().write(move |conn| Ok(sql_query(pragma).execute(conn)?)).await.unwrap();
}

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_and_loses_nothing() {
    run(Database::Sqlite, async |app: TestApp| {
        let offer = app.offer().places(200).hourly().create().await;
        let families = join_all((0..40).map(|at| {
            let name = format!("F{at}");
            let app = &app;
            async move { app.family(&name).await }
        }))
        .await;
        fill_the_disk(&app, true).await;
        let mut kept = Vec::new();
        let mut refused = 0;
        for family in &families {
            match family.book(&offer, "09:00-11:00").await {
                Ok(booking) => kept.push((family, booking.id)),
                Err(problem) => {
                    assert_eq!(problem.kind, ProblemKind::Unavailable);
                    assert!(problem.retry_after_s.is_some());
                    refused += 1;
                    break;
                }
            }
        }
        assert_eq!(refused, 1, "the disk was full at some time");
        app.check_finds_no_difference().await;
        fill_the_disk(&app, false).await;
        families.last().unwrap().book(&offer, "09:00-11:00").await.unwrap();
        for (family, id) in kept {
            assert_eq!(family.get(&format!("/api/v1/bookings/{id}")).await.status, 200, "what was promised is kept");
        }
        app.check_finds_no_difference().await;
    });
}

#[test]
fn a_full_disk_under_postgresql_refuses_what_it_cannot_keep() {
    run(Database::Postgres, async |app: TestApp| {
        let offer = app.offer().places(3).hourly().create().await;
        let ann = app.family("Ann").await;
        // What the server reports when it cannot write: disk_full.
        let full = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                    RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; \
                    CREATE TRIGGER full_disk BEFORE INSERT ON booking_day EXECUTE FUNCTION full_disk()";
        app.db().write(move |conn| Ok(conn.batch_execute(full)?)).await.unwrap();
        let before = app.snapshot().await;
        is_unavailable(&ann, &offer, "09:00-11:00").await;
        let differences = before.differences(&app.snapshot().await);
        assert!(differences.is_empty(), "something was changed:\n{}", differences.join("\n"));
        let room = "DROP TRIGGER full_disk ON booking_day";
        app.db().write(move |conn| Ok(conn.batch_execute(room)?)).await.unwrap();
        ann.book(&offer, "09:00-11:00").await.unwrap();
        app.check_finds_no_difference().await;
    });
}

#[test_on_both]
async fn a_server_does_not_start_on_a_database_of_a_newer_version(app: TestApp) {
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')";
    app.db().write(move |conn| Ok(conn.batch_execute(newer)?)).await.unwrap();
    let before = app.snapshot().await;
    for command in ["serve", "work", "migrate"] {
        let data = Folder::new();
        let mut starting = program();
        starting.arg(command).env("DATABASE_URL", app.database().url_text()).env("DOORSTEP_DATA", data.path());
        let ended = starting.env("DOORSTEP_LISTEN", "127.0.0.1:0").output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && told.contains("newer version than this program"), "{command}: {told}");
    }
    let differences = before.differences(&app.snapshot().await);
    assert!(differences.is_empty(), "something was changed:\n{}", differences.join("\n"));
}

#[test]
fn a_role_that_may_not_choose_the_language_of_messages_is_served_where_it_is_english() {
    run(Database::Postgres, async |database: Database| {
        let (fresh, role) = (database.fresh(), format!("r{}", uuid::Uuid::now_v7().simple()));
        let DatabaseUrl::Postgres(url) = fresh.url() else { panic!("PostgreSQL") };
        let mut owner = PgConnection::establish(&url).unwrap();
        owner.batch_execute(&format!("CREATE ROLE {role} LOGIN")).unwrap();
        let server = url.split_once('@').unwrap().1;
        let as_role = DatabaseUrl::Postgres(format!("postgres://{role}@{server}"));
        let mut its = PgConnection::establish(&format!("postgres://{role}@{server}")).unwrap();
        let may_choose = its.batch_execute("SET lc_messages = 'C'").is_ok();
        drop(its);
        let opened = Db::open(&as_role, 1).unwrap().read_blocking(|_| Ok(()));
        owner.batch_execute(&format!("DROP ROLE {role}")).unwrap();
        assert!(!may_choose, "what is asked is whether it may");
        opened.expect("English is what it has");
    });
}
