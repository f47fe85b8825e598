//! What the command line does with the database: check, backup, restore, export.

use std::{os::unix::fs::PermissionsExt as _, path::Path, process::Output};

use diesel::prelude::*;
use doorstep_server::db::{
    Db,
    schema::{audit, booking, booking_day, class_day, nursery as nursery_table},
};
use doorstep_shared::{
    bookings::{Booking, BookingState, CancelBooking},
    children::ChangeChild,
    ids::ChildId,
};
use doorstep_tests::{Folder, Fresh, prelude::*, program};

/// Runs `doorstep` on a database.
fn doorstep(database: &Fresh, arguments: &[&str]) -> Output {
    let (folder, mut command) = (Folder::new(), program());
    command.args(arguments).env("DATABASE_URL", database.url_text()).env("DOORSTEP_DATA", folder.path());
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn some_bookings(app: &TestApp) -> (Offer, Family, Booking) {
    let offer = app.offer().places(3).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.order(&offer, "09:00-11:00").on(app.in_days(1)).on(app.in_days(2)).send().await.unwrap();
    ben.order(&offer, "10:00-12:00").hold().send().await.unwrap();
    let cancelled = ben.order(&offer, "14:00-16:00").send().await.unwrap();
    ben.call(&CancelBooking::all(cancelled.id)).await.unwrap();
    (offer, ann, booked)
}

#[test_on_both]
async fn a_row_that_was_changed_by_hand_is_named(app: TestApp) {
    let (offer, _, booked) = some_bookings(&app).await;
    let sound = doorstep(app.database(), &["check"]);
    assert!(sound.status.success(), "{}", text(&sound));

    type Break = fn(&mut doorstep_server::db::Conn, &Booking) -> QueryResult<usize>;
    let breaks: [(&str, String, Break); 5] = [
        ("a child", format!("child {} is in two places at once", booked.days[0].child_id), |conn, booked| {
            let day = booking_day::table.filter(booking_day::id.eq(booked.days[1].id));
            diesel::update(day).set(booking_day::date.eq(booked.days[0].date)).execute(conn)
        }),
        ("places", offer.class.to_string(), |conn, booked| {
            let day = class_day::table.filter(class_day::date.eq(booked.days[0].date));
            diesel::update(day).set(class_day::used.eq(vec![2_u8; 48])).execute(conn)
        }),
        ("a day", booked.days[0].id.to_string(), |conn, booked| {
            let day = booking_day::table.filter(booking_day::id.eq(booked.days[0].id));
            diesel::update(day).set(booking_day::takes_place.eq(false)).execute(conn)
        }),
        ("a state", booked.id.to_string(), |conn, booked| {
            let row = booking::table.filter(booking::id.eq(booked.id));
            diesel::update(row).set(booking::state.eq(BookingState::Expired)).execute(conn)
        }),
        ("a price", booked.days[1].id.to_string(), |conn, booked| {
            let day = booking_day::table.filter(booking_day::id.eq(booked.days[1].id));
            diesel::update(day).set(booking_day::price_fen.eq(doorstep_shared::Fen(1))).execute(conn)
        }),
    ];
    for (name, named, broken) in breaks {
        let booked = booked.clone();
        let changed = app.db().write(move |conn| Ok(broken(conn, &booked)?)).await.unwrap();
        assert_eq!(changed, 1, "{name}");
        let found = doorstep(app.database(), &["check"]);
        assert_eq!(found.status.code(), Some(1), "{name}: {}", text(&found));
        assert!(text(&found).contains(&named), "{name}: {}", text(&found));
    }
}

#[test_on_both]
async fn more_children_than_places_is_a_warning_when_places_were_taken_away(app: TestApp) {
    let (offer, _, booked) = some_bookings(&app).await;
    app.close(booked.nursery.id, booked.days[0].date, "10:30-12:00").await;
    let (config, now) = (app.inside().config.clone(), app.now());
    let check = move || doorstep_server::commands::check(&config, now).unwrap();
    let found = tokio::task::spawn_blocking(check).await.unwrap();
    assert_eq!(found.differences, [""; 0]);
    let [warning] = found.warnings.as_slice() else { panic!("one warning: {:?}", found.warnings) };
    assert!(warning.contains(&offer.class.to_string()) && warning.contains("10:30–12:00"), "{warning}");
}

#[test_on_both]
async fn a_backup_is_taken_while_serving_and_brings_everything_back(app: TestApp) {
    let (offer, ann, booked) = some_bookings(&app).await;
    let (folder, before) = (Folder::new(), app.snapshot().await);
    let file = folder.path().join("city.backup");
    let file = file.to_str().unwrap();
    let taken = doorstep(app.database(), &["backup", file]);
    assert!(taken.status.success(), "{}", text(&taken));
    // Life goes on, and a second backup takes the place of the first.
    ann.order(&offer, "14:00-16:00").send().await.unwrap();
    let kind = if app.db().is_sqlite() { Database::Sqlite } else { Database::Postgres };

    let other = kind.empty();
    let restored = doorstep(&other, &["restore", file]);
    assert!(restored.status.success(), "{}", text(&restored));
    let db = Db::open(&other.url(), 1).unwrap();
    let copy = db.read(|conn| Ok(doorstep_tests::Snapshot::of(conn)?)).await.unwrap();
    assert_eq!(before.differences(&copy), [""; 0]);
    drop(db);
    assert!(doorstep(&other, &["check"]).status.success());

    let again = doorstep(&other, &["restore", file]);
    assert!(!again.status.success() && text(&again).contains("--force"), "{}", text(&again));
    let in_use = doorstep(app.database(), &["restore", file, "--force"]);
    assert!(!in_use.status.success() && text(&in_use).contains("in use"), "{}", text(&in_use));
    let forced = doorstep(&other, &["restore", file, "--force"]);
    assert!(forced.status.success(), "{}", text(&forced));
    assert_eq!(booked.state, BookingState::Confirmed);
}

#[test_on_both]
async fn what_is_no_backup_is_refused_and_changes_nothing(database: Database) {
    let (fresh, folder) = (database.empty(), Folder::new());
    let nonsense = folder.path().join("photo.jpg");
    std::fs::write(&nonsense, b"not a database at all, but long enough to be looked into").unwrap();
    let nonsense = nonsense.to_str().unwrap();
    assert!(!doorstep(&fresh, &["restore", nonsense]).status.success());
    assert!(!doorstep(&fresh, &["restore", "nowhere.backup"]).status.success());
    let live = database.fresh();
    let refused = doorstep(&live, &["backup", nonsense]);
    assert!(!refused.status.success() && text(&refused).contains("not a backup"), "{}", text(&refused));
    assert!(std::fs::read(nonsense).unwrap().starts_with(b"not a database"));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["photo.jpg"]);
    if let doorstep_server::db::DatabaseUrl::Sqlite(path) = live.url() {
        let onto_itself = doorstep(&live, &["backup", path.to_str().unwrap()]);
        assert!(text(&onto_itself).contains("the database itself"), "{}", text(&onto_itself));
    }
}

/// A change of nothing yet.
fn change(id: ChildId) -> ChangeChild {
    serde_json::from_value(serde_json::json!({ "id": id })).unwrap()
}

#[test_on_both]
async fn a_nurserys_day_lists_who_comes_and_no_more_than_the_door_needs(app: TestApp) {
    let (offer, ann, booked) = some_bookings(&app).await;
    let (nursery, date) = (offer.nursery.to_string(), booked.days[0].date.to_string());
    let list = |more: &[&str]| {
        let arguments = [&["export", "bookings", "--nursery", &nursery, "--date", &date], more].concat();
        let output = doorstep(app.database(), &arguments);
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let csv = list(&[]);
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 2, "a heading and Ann's child; holds and cancelled bookings are left out: {csv}");
    assert_eq!(lines[0], "nursery,date,from,to,child,age_months,class,class_kind,care,said_coming,pickup,door_code");
    let code = booked.door_code.unwrap();
    assert!(lines[1].contains("09:00,11:00,Ann-1,18,toddler,toddler,hourly") && lines[1].ends_with(&code), "{csv}");
    let renamed = ChangeChild { name: Some("=1+1".to_owned()), ..change(booked.days[0].child_id) };
    ann.call(&renamed).await.unwrap();
    assert!(list(&[]).contains(",'=1+1,18,"), "a name is no formula");
    ann.call(&ChangeChild { name: Some("Ann-1".to_owned()), ..renamed }).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&list(&["--format", "json"])).unwrap();
    assert_eq!(json[0]["child"], "Ann-1");
    let audited = app
        .db()
        .read(|conn| Ok(audit::table.filter(audit::action.eq("bookings.export")).count().get_result::<i64>(conn)?));
    assert_eq!(audited.await.unwrap(), 3);
}

/// The rights of a file, `0o600` style.
fn rights(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Gives everybody the right to read, as a careless copy would.
fn lay_open(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

#[test]
fn only_the_owner_can_read_the_database_and_its_folder() {
    doorstep_tests::run(Database::Sqlite, async |app: TestApp| {
        some_bookings(&app).await;
        let doorstep_server::db::DatabaseUrl::Sqlite(live) = app.database().url() else { panic!("SQLite") };
        for suffix in ["", "-wal", "-shm", ".lock"] {
            let file = live.with_file_name(format!("doorstep.db{suffix}"));
            assert_eq!(rights(&file), 0o600, "{}", file.display());
        }
    });
    let folder = Folder::new();
    let data = folder.path().join("new").join("data");
    let migrate = || program().arg("migrate").env("DOORSTEP_DATA", &data).output().unwrap();
    assert!(migrate().status.success());
    assert_eq!((rights(&data), rights(&data.join("doorstep.db"))), (0o700, 0o600));
    lay_open(&data.join("doorstep.db"));
    assert!(migrate().status.success());
    assert_eq!(rights(&data.join("doorstep.db")), 0o600, "it was open to everybody, and is no more");
}

#[test_on_both]
async fn only_the_owner_can_read_a_backup_and_what_is_restored_from_it(database: Database) {
    let (live, folder) = (database.fresh(), Folder::new());
    let file = folder.path().join("city.backup");
    let taken = doorstep(&live, &["backup", file.to_str().unwrap()]);
    assert!(taken.status.success(), "{}", text(&taken));
    assert_eq!(rights(&file), 0o600);
    lay_open(&file);
    let other = database.empty();
    let restored = doorstep(&other, &["restore", file.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", text(&restored));
    if let doorstep_server::db::DatabaseUrl::Sqlite(path) = other.url() {
        assert_eq!(rights(&path), 0o600);
    }
}

#[test_on_both]
async fn the_operator_invites_the_first_head_of_a_nursery_and_nobody_to_one_that_is_not_there(app: TestApp) {
    let nursery = app.nursery().create().await.id;
    let id = nursery.to_string();
    let (staff, phone) = ("staff", "13500000001");
    let invited = doorstep(app.database(), &[staff, "invite", &id, phone, "王园长"]);
    assert!(invited.status.success(), "{}", text(&invited));
    let link = text(&invited).lines().find(|line| line.contains("/staff/join?code=")).unwrap().to_owned();
    assert!(app.messages(phone).await[0].contains(&link), "{link}");

    let number = move |conn: &mut doorstep_server::db::Conn| {
        let row = nursery_table::table.find(nursery);
        Ok(diesel::update(row).set(nursery_table::filing_no.eq("演备-1")).execute(conn)?)
    };
    app.db().write(number).await.unwrap();
    let teacher = ["--role", "teacher"];
    let by_number =
        doorstep(app.database(), &[&[staff, "invite", "演备-1", "13500000002", "李老师"][..], &teacher].concat());
    assert!(by_number.status.success(), "{}", text(&by_number));

    let head = app.head(nursery).await;
    let reset = doorstep(app.database(), &[staff, "reset", &head.phone]);
    assert!(reset.status.success() && text(&reset).contains("/staff/join?code="), "{}", text(&reset));
    let nowhere = uuid::Uuid::now_v7().to_string();
    let cases: [(&[&str], &str); 6] = [
        (&["invite", &nowhere, phone, "王园长"], "there is no nursery"),
        (&["invite", "演备-2", phone, "王园长"], "there is no nursery"),
        (&["invite", &id, "12345", "王园长"], "eleven digits"),
        (&["invite", &id, phone, " "], "1 to 40 characters"),
        (&["invite", &id, &head.phone, "王园长"], "this number works at the nursery already"),
        (&["reset", "13500000009"], "works at no nursery"),
    ];
    for (arguments, why) in cases {
        let refused = doorstep(app.database(), &[&[staff], arguments].concat());
        assert!(!refused.status.success() && text(&refused).contains(why), "{arguments:?}: {}", text(&refused));
    }
}
