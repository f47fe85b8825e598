//! The peer that a database alone would be: one function that books, called by pgbench.
//!
//! It does what any booking must: lock the class-day, compare and count, write the booking with its day and the change
//! row, as the product writes them. It leaves out what the product does besides: whose child it is, whether its age
//! fits, whether it is elsewhere at the time, the messages and the idempotency record.

use std::{
    fmt::Write as _,
    process::{Command, Stdio},
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};

use crate::{
    booking::stored,
    process::{LOAD_CORE, pinned},
    town::Town,
};

/// Client counts tried; the best one is the peer.
const CLIENTS: [u32; 5] = [1, 4, 8, 16, 32];
/// Seconds that each is tried.
const TRIED: u64 = 2;

const INSTALL: &str = "
    CREATE TABLE bench_wish (
        n bigint PRIMARY KEY, child_id text, offer_id text, date date, from_half_hour smallint, to_half_hour smallint,
        seats int
    );";

const FUNCTION: &str = r"
    CREATE TABLE bench_order AS
        SELECT w.n, m.family_id, m.account_id, class.nursery_id, child.id AS child_id, offer.id AS offer_id,
               offer.class_id, w.date, w.from_half_hour, w.to_half_hour, w.seats, offer.price_fen AS unit_price_fen,
               offer.price_fen * (w.to_half_hour - w.from_half_hour) / 2 AS price_fen,
               offer.free_until_hours, offer.late_percent
        FROM bench_wish AS w
        JOIN child ON child.id = decode(replace(w.child_id, '-', ''), 'hex')
        JOIN family_member AS m ON m.family_id = child.family_id
        JOIN offer ON offer.id = decode(replace(w.offer_id, '-', ''), 'hex')
        JOIN class ON class.id = offer.class_id;
    ALTER TABLE bench_order ADD PRIMARY KEY (n);
    DROP TABLE bench_wish;
    CREATE SEQUENCE bench_next CACHE 1;
    CREATE FUNCTION bench_book(number bigint) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
        o bench_order;
        places bytea;
        held bigint;
        new_id bytea := decode(lpad(to_hex(number), 32, '0'), 'hex');
        at timestamp := clock_timestamp() AT TIME ZONE 'UTC';
    BEGIN
        SELECT * INTO STRICT o FROM bench_order AS b WHERE b.n = number;
        SELECT d.used, d.version INTO places, held FROM class_day AS d
            WHERE d.class_id = o.class_id AND d.date = o.date FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO class_day (class_id, date, used, version)
                VALUES (o.class_id, o.date, decode(repeat('00', 48), 'hex'), 0) ON CONFLICT DO NOTHING;
            SELECT d.used, d.version INTO places, held FROM class_day AS d
                WHERE d.class_id = o.class_id AND d.date = o.date FOR UPDATE;
        END IF;
        FOR h IN o.from_half_hour .. o.to_half_hour - 1 LOOP
            IF get_byte(places, h) >= o.seats THEN RETURN false; END IF;
            places := set_byte(places, h, get_byte(places, h) + 1);
        END LOOP;
        UPDATE class_day AS d SET used = places, version = held + 1 WHERE d.class_id = o.class_id AND d.date = o.date;
        INSERT INTO booking (id, family_id, account_id, nursery_id, state, created_at, extended, confirmed_at,
                             free_until_hours, late_percent, pickup, door_code, first_date, last_date, version)
            VALUES (new_id, o.family_id, o.account_id, o.nursery_id, 'confirmed', at, false, at,
                    o.free_until_hours, o.late_percent, '', '123456', o.date, o.date, 1);
        INSERT INTO booking_day (id, booking_id, child_id, offer_id, class_id, care, date, from_half_hour, to_half_hour,
                                 state, takes_place, unit_price_fen, price_fen)
            VALUES (new_id, new_id, o.child_id, o.offer_id, o.class_id, 'hourly', o.date, o.from_half_hour,
                    o.to_half_hour, 'expected', true, o.unit_price_fen, o.price_fen);
        INSERT INTO change (at, kind, nursery_id, class_id, date, version, state)
            VALUES (at, 'class_day', o.nursery_id, o.class_id, o.date, held + 1, places);
        RETURN true;
    END $$;
    ANALYZE;";

pub struct Function {
    /// The client count that books most.
    pub clients: u32,
}

impl Function {
    /// Writes orders and function into the town, and finds the best client count.
    pub fn install(town: &Town) -> Result<Self, String> {
        let file = town.folder().join("orders.tsv");
        let mut rows = String::new();
        for (order, n) in town.orders.iter().zip(1..) {
            let (from, to) = (order.span.from.index(), order.span.to.index());
            // Writing to a String cannot fail.
            let _ =
                writeln!(rows, "{n}\t{}\t{}\t{}\t{from}\t{to}\t{}", order.child, order.offer, order.date, order.seats);
        }
        std::fs::write(&file, rows).map_err(|error| error.to_string())?;
        let mut conn = PgConnection::establish(&town.url()).map_err(|error| error.to_string())?;
        conn.batch_execute(INSTALL).map_err(|error| error.to_string())?;
        let copy = format!("\\copy bench_wish FROM '{}'", file.display());
        let copied = Command::new("psql").arg(town.url()).args(["--quiet", "--command", &copy]).status();
        if !copied.is_ok_and(|status| status.success()) {
            return Err("the orders could not be copied into PostgreSQL".to_owned());
        }
        conn.batch_execute(FUNCTION).map_err(|error| error.to_string())?;
        drop(conn);
        let mut best = (0.0, 1);
        for clients in CLIENTS {
            let rate = Self { clients }.round(town, TRIED)?;
            println!("   the function with {clients} clients: {rate:.0} bookings/s");
            best = if rate > best.0 { (rate, clients) } else { best };
        }
        Ok(Self { clients: best.1 })
    }

    /// A fresh copy of the town, booked by the function. Returns bookings a second.
    ///
    /// # Errors
    /// When `doorstep check` does not find in the rows what the function said that it booked.
    pub fn round(&self, town: &Town, seconds: u64) -> Result<f64, String> {
        let town = town.copy()?;
        let before = stored(&town)?;
        let script = town.folder().join("book.sql");
        std::fs::write(&script, "SELECT bench_book(nextval('bench_next'));\n").map_err(|error| error.to_string())?;
        let mut command = pinned(LOAD_CORE, "pgbench".as_ref());
        command.args(["--no-vacuum", "--protocol", "prepared", "--client", &self.clients.to_string()]);
        command.args(["--time", &seconds.to_string(), "--file"]).arg(&script).arg(town.url());
        let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        let told = String::from_utf8_lossy(&output.stdout);
        let line = |name: &str| told.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
        let number = |name: &str| line(name).and_then(|value| value.parse::<f64>().ok());
        let failed = || format!("pgbench:\n{told}{}", String::from_utf8_lossy(&output.stderr));
        let (calls, rate) =
            number("number of transactions actually processed: ").zip(number("tps = ")).ok_or_else(failed)?;
        let booked = stored(&town)? - before;
        if booked as f64 != calls {
            return Err(format!("the function was called {calls} times and booked {booked}\n{}", failed()));
        }
        town.check()?;
        Ok(rate)
    }
}
