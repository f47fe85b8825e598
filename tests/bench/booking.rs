//! `booking_sqlite_vs_naive`: bookings over HTTP in groups against one commit each; and the counts that must be exact.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use doorstep_shared::{
    accounts::Tokens,
    care::CareKind,
    children::Child,
    nurseries::{Availability, NurseryProfile},
    slots::SlotPage,
};

use crate::{
    city::City,
    figures::{Figures, Goal},
    load::{self, Connection},
    process::{Running, run_doorstep},
};

const ROUNDS: usize = 5;
const SECONDS: u64 = 4;
/// Families that book, twelve children each.
const FAMILIES: usize = 16;

pub fn run(figures: &mut Figures) -> Result<(), String> {
    load::pin_this_program();
    let mut rounds = Vec::new();
    let mut counts = Counts::default();
    for _ in 0..ROUNDS {
        rounds.push((round(&[], &mut counts)?, round(&[("DOORSTEP_COMMIT_GROUP", "1")], &mut counts)?));
    }
    figures.add_ratio("booking_sqlite_vs_naive", Goal::AtLeast(5.0), "bookings/s", &rounds);
    let of = format!("of {} bookings acknowledged", counts.acknowledged);
    figures.add("oversold", counts.wrong as f64, "rows", Goal::Exactly(0.0), "by `doorstep check`");
    figures.add("lost_after_ack", counts.lost as f64, "count", Goal::Exactly(0.0), of.clone());
    figures.add("duplicated", counts.duplicated as f64, "count", Goal::Exactly(0.0), of);
    figures.add("refused_though_free", counts.refused as f64, "count", Goal::Exactly(0.0), "");
    Ok(())
}

#[derive(Default)]
struct Counts {
    acknowledged: i64,
    lost: i64,
    duplicated: i64,
    refused: i64,
    /// Runs whose database `doorstep check` found wrong.
    wrong: i64,
}

/// One fresh city, booked for some seconds. Returns bookings a second.
fn round(settings: &[(&str, &str)], counts: &mut Counts) -> Result<f64, String> {
    let city = City::make(50, true)?;
    let server = Running::doorstep(&city.url(), &city.folder, settings)?;
    let orders = orders(&server)?;
    let before = stored(&city)?;
    let (acknowledged, refused) = (AtomicI64::new(0), AtomicI64::new(0));
    let rate = load::closed_loop(server.port, Duration::from_secs(SECONDS), |connection, number| {
        let Some((token, body)) = orders.get(number) else { return Err("all windows are booked".to_owned()) };
        let headers = format!("authorization: Bearer {token}\r\nidempotency-key: bench-{number}\r\n");
        let answer = connection.post("/api/v1/bookings", &headers, body).map_err(|error| error.to_string())?;
        match answer.status {
            201 => acknowledged.fetch_add(1, Ordering::Relaxed),
            409 => refused.fetch_add(1, Ordering::Relaxed),
            status => return Err(format!("a booking was answered {status}: {}", answer.body)),
        };
        Ok(answer.status == 201)
    })?;
    // Killed, not asked to end: what was acknowledged is on disk.
    drop(server);
    let (acknowledged, made) = (acknowledged.into_inner(), stored(&city)? - before);
    counts.acknowledged += acknowledged;
    counts.lost += (acknowledged - made).max(0);
    counts.duplicated += (made - acknowledged).max(0);
    counts.refused += refused.into_inner();
    counts.wrong += i64::from(run_doorstep(&["check", "--data", &city.folder.display().to_string()]).is_err());
    Ok(rate)
}

/// Bookings stored.
fn stored(city: &City) -> Result<i64, String> {
    use diesel::{Connection as _, RunQueryDsl as _, sql_types::BigInt};

    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        bookings: i64,
    }
    let mut conn = diesel::SqliteConnection::establish(&city.file().to_string_lossy()).map_err(|e| e.to_string())?;
    let count: Count = diesel::sql_query("SELECT COUNT(*) AS bookings FROM booking")
        .get_result(&mut conn)
        .map_err(|e| e.to_string())?;
    Ok(count.bookings)
}

/// One hour of hourly care for one child, each of which fits: token and body.
type Order = (String, String);

/// Orders that all fit, in an order that mixes nurseries, days and families.
fn orders(server: &Running) -> Result<Vec<Order>, String> {
    let mut connection = Connection::open(server.port).map_err(|error| error.to_string())?;
    let mut families = Vec::new();
    for number in 0..FAMILIES {
        families.push(family(&mut connection, number)?);
    }
    let mut orders = Vec::new();
    let mut children = families.iter().flat_map(|(token, children)| children.iter().map(move |child| (token, child)));
    for nursery in nurseries(server)? {
        let Some((token, child)) = children.next() else { break };
        let today = (chrono::Utc::now() + chrono::Duration::hours(8)).date_naive() + chrono::Days::new(2);
        for first in [0, 28] {
            let from = today + chrono::Days::new(first);
            let path =
                format!("/api/v1/nurseries/{nursery}/availability?from={from}&days=28&care=hourly&age_months=20");
            let availability: Availability = read(server, &path)?;
            for day in availability.days {
                let mut taken: Vec<doorstep_shared::Span> = Vec::new();
                for window in day.windows.iter().filter(|window| window.care == CareKind::Hourly && window.free > 0) {
                    let (mut at, end) = (window.span.from.index(), window.span.to.index());
                    while at + 2 <= end {
                        let span = doorstep_shared::HalfHour::new(at).zip(doorstep_shared::HalfHour::new(at + 2));
                        let span = span.and_then(|(from, to)| doorstep_shared::Span::new(from, to)).ok_or("no span")?;
                        // One child: in one place at a time, whichever class has room.
                        if !taken.iter().any(|other| other.overlaps(span)) {
                            taken.push(span);
                            orders.push((token.clone(), body(child, window.offer_id, day.date, span)));
                        }
                        at += 2;
                    }
                }
            }
        }
    }
    // Neighbours in the list would meet in one class-day; a stride apart they do not.
    let stride = 7_919;
    let count = orders.len();
    Ok((0..count).filter_map(|index| orders.get(index * stride % count).cloned()).collect())
}

fn body(
    child: &Child,
    offer: doorstep_shared::ids::OfferId,
    date: doorstep_shared::Date,
    span: doorstep_shared::Span,
) -> String {
    format!(
        r#"{{"children":[{{"child_id":"{}","offer_id":"{offer}"}}],"days":[{{"date":"{date}","from":"{}","to":"{}"}}]}}"#,
        child.id, span.from, span.to
    )
}

fn nurseries(server: &Running) -> Result<Vec<doorstep_shared::ids::NurseryId>, String> {
    let page: SlotPage = read(server, "/api/v1/slots?limit=100&care=hourly&age_months=20")?;
    let ids = page.items.iter().map(|found| found.nursery.id);
    // Fail here rather than in the middle of a round.
    let first = ids.clone().next().ok_or("no nursery offers hourly care")?;
    let _: NurseryProfile = read(server, &format!("/api/v1/nurseries/{first}"))?;
    Ok(ids.collect())
}

/// Signs a family in as a person would, by the code in the outbox, and adds twelve children of twenty months.
fn family(connection: &mut Connection, number: usize) -> Result<(String, Vec<Child>), String> {
    let phone = format!("139{:08}", 10_000_000 + number);
    let post = |connection: &mut Connection, path: &str, headers: &str, body: &str, status: u16| {
        let answer = connection.post(path, headers, body).map_err(|error| error.to_string())?;
        if answer.status == status {
            Ok(answer.body)
        } else {
            Err(format!("{path}: {} {}", answer.status, answer.body))
        }
    };
    post(connection, "/api/v1/auth/codes", "", &format!(r#"{{"phone":"{phone}"}}"#), 202)?;
    let outbox = connection.get("/dev/outbox?format=json").map_err(|error| error.to_string())?;
    let code = code_in(&outbox.body, &phone).ok_or("no code in the outbox")?;
    let signed_in =
        post(connection, "/api/v1/auth/sessions", "", &format!(r#"{{"phone":"{phone}","code":"{code}"}}"#), 201)?;
    let tokens: Tokens = serde_json::from_str(&signed_in).map_err(|error| error.to_string())?;
    let birth = chrono::Utc::now().date_naive() - chrono::Months::new(20);
    let headers = format!("authorization: Bearer {}\r\n", tokens.access_token);
    let mut children = Vec::new();
    for child in 0..12 {
        let body = format!(r#"{{"name":"B{number}-{child}","birth_date":"{birth}","sex":"female"}}"#);
        let added = post(connection, "/api/v1/children", &headers, &body, 201)?;
        children.push(serde_json::from_str(&added).map_err(|error| error.to_string())?);
    }
    Ok((tokens.access_token, children))
}

/// The six digits of the newest message to a number.
fn code_in(outbox: &str, phone: &str) -> Option<String> {
    let messages: serde_json::Value = serde_json::from_str(outbox).ok()?;
    let messages = messages.get("items").unwrap_or(&messages).as_array()?;
    let to_us = messages.iter().filter(|message| message["recipient"].as_str() == Some(phone));
    let newest = to_us.max_by_key(|message| message["created_at"].as_str().unwrap_or_default().to_owned())?;
    let body = newest["body"].as_str()?;
    let mut runs = body.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| run.len() == 6).map(str::to_owned)
}

fn read<T: serde::de::DeserializeOwned>(server: &Running, path: &str) -> Result<T, String> {
    serde_json::from_str(&server.get(path)?).map_err(|error| format!("{path}: {error}"))
}
