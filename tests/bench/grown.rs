//! `booking_growth`: what a booking costs when 10,000, 100,000 and 1,000,000 are stored.

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};

use crate::{
    booking::{Counts, book, oversold, stored},
    figures::{Figures, Goal, median},
    search::slope,
    town::{Store, Town},
};

const ROUNDS: usize = 5;
/// A town that has about 8,000 bookings ahead; the others have been.
const NURSERIES: u32 = 150;
const STORED: [i64; 3] = [10_000, 100_000, 1_000_000];

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let town = Town::make(Store::Sqlite, NURSERIES)?;
    let mut counts = Counts::default();
    let mut costs = Vec::new();
    for many in STORED {
        let ahead = stored(&town)?;
        if ahead < many {
            history(&town, many - ahead)?;
        }
        oversold(&town)?;
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            let copy = town.copy()?;
            rates.push(book(&copy, &[], 0, &mut counts)?.0);
        }
        let rate = median(&rates);
        println!("   {} stored: {rate:.0} bookings/s of {rates:.0?}", stored(&town)?);
        costs.push(((stored(&town)? as f64).ln(), (1.0 / rate).ln()));
    }
    figures.add(
        "booking_growth",
        slope(&costs),
        "slope",
        Goal::AtMost(0.05),
        "log cost against log bookings stored, 10k to 1M",
    );
    Ok(())
}

/// Adds bookings of the past year, spread over its days, all children and all classes, as `doorstep check` wants them.
fn history(town: &Town, more: i64) -> Result<(), String> {
    println!("   adding {more} bookings of the past year");
    let mut conn = SqliteConnection::establish(&town.file().to_string_lossy()).map_err(|error| error.to_string())?;
    conn.batch_execute(&HISTORY.replace("MORE", &more.to_string())).map_err(|error| error.to_string())
}

/// Booking `i` is on day `i` modulo 365, for a child that no other booking of that day is for.
const HISTORY: &str = "
    PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY;
    BEGIN;
    CREATE TEMP TABLE someone AS
        SELECT row_number() OVER () - 1 AS n, child.id AS child, child.family_id AS family, m.account_id AS account
        FROM child JOIN family_member AS m ON m.family_id = child.family_id;
    CREATE UNIQUE INDEX temp.someone_n ON someone (n);
    CREATE TEMP TABLE something AS
        SELECT row_number() OVER () - 1 AS n, offer.id AS offer, class.id AS class, class.nursery_id AS nursery,
               offer.price_fen AS price
        FROM offer JOIN class ON class.id = offer.class_id WHERE offer.care = 'hourly' AND offer.withdrawn_at IS NULL;
    CREATE UNIQUE INDEX temp.something_n ON something (n);
    CREATE TEMP TABLE past AS
        WITH RECURSIVE counted (i) AS (
            SELECT (SELECT COUNT(*) FROM booking WHERE last_date < date('now', '+8 hours'))
            UNION ALL SELECT i + 1 FROM counted LIMIT MORE
        )
        SELECT unhex(printf('%032x', i)) AS id, date('now', '+8 hours', '-' || (1 + i % 365) || ' days') AS date,
               s.child, s.family, s.account, o.offer, o.class, o.nursery, o.price
        FROM counted
        JOIN someone AS s ON s.n = (i / 365) % (SELECT COUNT(*) FROM someone)
        JOIN something AS o ON o.n = (i * 7919) % (SELECT COUNT(*) FROM something);
    INSERT INTO booking (id, family_id, account_id, nursery_id, state, created_at, extended, confirmed_at,
                         free_until_hours, late_percent, pickup, door_code, first_date, last_date, version)
        SELECT id, family, account, nursery, 'confirmed', date || ' 00:00:00.000000', FALSE, date || ' 00:00:00.000000',
               24, 50, '', '123456', date, date, 1 FROM past;
    INSERT INTO booking_day (id, booking_id, child_id, offer_id, class_id, care, date, from_half_hour, to_half_hour,
                             state, takes_place, unit_price_fen, price_fen)
        SELECT id, id, child, offer, class, 'hourly', date, 18, 20, 'expected', TRUE, price, price FROM past;
    DELETE FROM class_day WHERE date < date('now', '+8 hours');
    INSERT INTO class_day (class_id, date, used, version)
        SELECT class_id, date, unhex(printf('%036d%02x%02x%056d', 0, COUNT(*), COUNT(*), 0)), 1
        FROM booking_day WHERE takes_place AND date < date('now', '+8 hours') GROUP BY class_id, date;
    COMMIT;
    DROP TABLE past; DROP TABLE someone; DROP TABLE something;
    PRAGMA wal_checkpoint(TRUNCATE);";
