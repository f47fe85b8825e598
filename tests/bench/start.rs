//! `cold_start_vs_stream` and `memory_vs_arithmetic`.

use std::time::Instant;

use diesel::{
    Connection as _, RunQueryDsl as _, SqliteConnection,
    sql_types::{BigInt, Binary, Date, Double, SmallInt, Text},
};

use crate::{
    city::{City, questions},
    figures::{Figures, Goal},
    load,
    process::Running,
};

const ROUNDS: usize = 5;

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let city = City::make(10_000, false)?;
    // The peer reads in this program, on one core as well.
    load::pin_this_program();
    let server = city.serve()?;
    let question = questions(&server, 1)?.pop().ok_or("no question")?.path();
    let right = items(&server, &question)?;
    let resident = server.resident()?;
    drop(server);

    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let server = city.serve()?;
        if items(&server, &question)? != right {
            return Err("the first answer after a start is another one".to_owned());
        }
        let ours = begun.elapsed().as_secs_f64();
        drop(server);
        rounds.push((ours, stream(&city)?));
    }
    figures.add_ratio("cold_start_vs_stream", Goal::AtMost(1.5), "s", &rounds);

    let empty = std::env::temp_dir().join(format!("doorstep-bench-empty-{}", std::process::id()));
    std::fs::create_dir_all(&empty).map_err(|error| error.to_string())?;
    let idle = {
        let url = format!("sqlite:{}", empty.join("doorstep.db").display());
        // Without --demo's city: one nursery stands for none.
        crate::process::run_doorstep(&["demo", "--nurseries", "1", "--data", &empty.display().to_string()])?;
        Running::doorstep(&url, &empty, &[])?.resident()?
    };
    // What is left lies in the temporary folder.
    let _ = std::fs::remove_dir_all(&empty);
    let arithmetic = arithmetic(&city)?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let from = format!(
        "resident {:.0} MB, idle {:.0} MB, arithmetic {:.0} MB",
        megabytes(resident),
        megabytes(idle),
        megabytes(arithmetic)
    );
    let ratio = resident.saturating_sub(idle) as f64 / arithmetic as f64;
    figures.add("memory_vs_arithmetic", ratio, "ratio", Goal::AtMost(1.5), from);
    Ok(())
}

/// The answer without its time.
fn items(server: &Running, question: &str) -> Result<serde_json::Value, String> {
    Ok(server.json(question)?["items"].take())
}

#[derive(diesel::QueryableByName)]
struct DayRow {
    #[diesel(sql_type = Binary)]
    #[expect(dead_code, reason = "read to be read")]
    class_id: Vec<u8>,
    #[diesel(sql_type = Date)]
    #[expect(dead_code, reason = "read to be read")]
    date: doorstep_shared::Date,
    #[diesel(sql_type = Binary)]
    used: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "read to be read")]
    version: i64,
}

#[derive(diesel::QueryableByName)]
struct OfferRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Double)]
    #[expect(dead_code, reason = "read to be read")]
    lat: f64,
    #[diesel(sql_type = Double)]
    #[expect(dead_code, reason = "read to be read")]
    lng: f64,
    #[diesel(sql_type = SmallInt)]
    #[expect(dead_code, reason = "read to be read")]
    places: i16,
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "read to be read")]
    price_fen: i64,
}

/// Seconds to read the same rows one by one and do nothing with them.
fn stream(city: &City) -> Result<f64, String> {
    let begun = Instant::now();
    let mut conn = SqliteConnection::establish(&city.file().to_string_lossy()).map_err(|error| error.to_string())?;
    let mut bytes = 0;
    let failed = |error: diesel::result::Error| error.to_string();
    let offers = diesel::sql_query(
        "SELECT nursery.name, nursery.lat, nursery.lng, class.places, offer.price_fen FROM offer \
         JOIN class ON class.id = offer.class_id JOIN nursery ON nursery.id = class.nursery_id",
    );
    for offer in offers.load_iter::<OfferRow, diesel::connection::DefaultLoadingMode>(&mut conn).map_err(failed)? {
        bytes += offer.map_err(failed)?.name.len();
    }
    let days = diesel::sql_query("SELECT class_id, date, used, version FROM class_day");
    for day in days.load_iter::<DayRow, diesel::connection::DefaultLoadingMode>(&mut conn).map_err(failed)? {
        bytes += day.map_err(failed)?.used.len();
    }
    if bytes == 0 {
        return Err("there was nothing to read".to_owned());
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// Bytes of the masks, the counts and the attributes, had they no overhead: per class and day two masks of 8 bytes, 48
/// counts and a version of 4; per nursery its name, filing number and 64 bytes of numbers; per class and offer 48.
fn arithmetic(city: &City) -> Result<u64, String> {
    #[derive(diesel::QueryableByName)]
    struct Sums {
        #[diesel(sql_type = BigInt)]
        nurseries: i64,
        #[diesel(sql_type = BigInt)]
        texts: i64,
        #[diesel(sql_type = BigInt)]
        classes: i64,
        #[diesel(sql_type = BigInt)]
        offers: i64,
    }
    let mut conn = SqliteConnection::establish(&city.file().to_string_lossy()).map_err(|error| error.to_string())?;
    let sums: Sums = diesel::sql_query(
        "SELECT (SELECT COUNT(*) FROM nursery) AS nurseries, \
         (SELECT SUM(LENGTH(CAST(name AS BLOB)) + COALESCE(LENGTH(filing_no), 0)) FROM nursery) AS texts, \
         (SELECT COUNT(*) FROM class) AS classes, (SELECT COUNT(*) FROM offer) AS offers",
    )
    .get_result(&mut conn)
    .map_err(|error| error.to_string())?;
    const DAYS_HELD: i64 = 61;
    let bytes = sums.classes * DAYS_HELD * (8 + 8 + 48 + 4)
        + sums.nurseries * 64
        + sums.texts
        + (sums.classes + sums.offers) * 48;
    u64::try_from(bytes).map_err(|error| error.to_string())
}
