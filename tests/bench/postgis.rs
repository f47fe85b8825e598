//! The peer that a database would be: the same free places in PostGIS, with the best statement we know.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use doorstep_shared::{
    care::CareKind,
    nurseries::{Availability, ClassProfile, NurseryProfile},
};
use doorstep_tests::durable_cluster;

use crate::{
    city::{City, DAYS},
    process::{Running, SERVER_CORE},
};

pub struct Postgis {
    database: String,
    url: String,
}

impl Drop for Postgis {
    fn drop(&mut self) {
        durable_cluster(SERVER_CORE).drop_database(&self.database);
    }
}

/// One row per hourly run of free half-hours: its mask, the ages of its class, its nursery and date.
const TABLES: &str = "
    CREATE EXTENSION postgis;
    CREATE TABLE nursery (id uuid PRIMARY KEY, at geography(Point, 4326) NOT NULL, name text NOT NULL);
    CREATE TABLE free (
        nursery_id uuid NOT NULL, date date NOT NULL, from_months smallint NOT NULL, to_months smallint NOT NULL,
        free_mask bigint NOT NULL
    );";

const INDEXES: &str = "
    CREATE INDEX nursery_at ON nursery USING gist (at);
    CREATE INDEX free_nursery ON free (nursery_id, date) INCLUDE (from_months, to_months, free_mask);
    ANALYZE;";

/// Nearest first by the index, each nursery kept when one of its masks covers the window. Distances on a sphere, which
/// is what we reckon with and quicker for PostGIS too: on its spheroid some at the edge are within by a hair, or not.
pub const SEARCH: &str = "
    SELECT n.id::text AS id, n.name, ST_Distance(n.at, p.at, false) AS distance_m, o.free_mask
    FROM (SELECT ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography AS at) AS p
    CROSS JOIN nursery AS n
    JOIN LATERAL (
        SELECT f.free_mask FROM free AS f
        WHERE f.nursery_id = n.id AND f.date = $3 AND f.from_months <= $4 AND $4 < f.to_months
          AND f.free_mask & $5 = $5
        LIMIT 1
    ) AS o ON true
    WHERE ST_DWithin(n.at, p.at, 20000, false)
    ORDER BY n.at <-> p.at
    LIMIT 20";

impl Postgis {
    /// Asks the server for what is free and stores that.
    pub fn of(server: &Running, city: &City) -> Result<Self, String> {
        println!("   copying what is free into PostGIS");
        let database = format!("bench_{}", std::process::id());
        let url = durable_cluster(SERVER_CORE).empty(&database);
        let peer = Self { database, url };
        let mut conn = PgConnection::establish(&peer.url).map_err(|error| error.to_string())?;
        conn.batch_execute(TABLES)
            .map_err(|error| format!("{error} (Debian: apt-get install postgresql-15-postgis-3)"))?;
        let (nurseries, free) = rows(server, city)?;
        peer.copy("nursery (id, at, name)", &nurseries)?;
        peer.copy("free", &free)?;
        conn.batch_execute(INDEXES).map_err(|error| error.to_string())?;
        Ok(peer)
    }

    fn copy(&self, table: &str, file: &Path) -> Result<(), String> {
        let command = format!("\\copy {table} FROM '{}'", file.display());
        let output = Command::new("psql").arg(&self.url).args(["--quiet", "--command", &command]).output();
        let output = output.map_err(|error| error.to_string())?;
        let failed = || String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(failed()) }
    }

    pub fn serve(&self) -> Result<Running, String> {
        Running::peer(&["postgis", &self.url])
    }
}

fn rows(server: &Running, city: &City) -> Result<(PathBuf, PathBuf), String> {
    let (mut nurseries, mut free) = (String::new(), String::new());
    let today = (chrono::Utc::now() + chrono::Duration::hours(8)).date_naive();
    for id in ids(city)? {
        let profile: NurseryProfile = read(server, &format!("/api/v1/nurseries/{id}"))?;
        // Writing to a String cannot fail.
        let _ = writeln!(nurseries, "{id}\tSRID=4326;POINT({} {})\t{}", profile.lng, profile.lat, profile.name);
        let first = today + chrono::Days::new(DAYS.start);
        let days = DAYS.end - DAYS.start;
        let path = format!("/api/v1/nurseries/{id}/availability?from={first}&days={days}&care=hourly");
        let availability: Availability = read(server, &path)?;
        for day in &availability.days {
            for window in day.windows.iter().filter(|window| window.care == CareKind::Hourly && window.free > 0) {
                let ages = profile.classes.iter().find(|class| class.id == window.class_id).map(ages_of);
                let Some((from, to)) = ages else { return Err("a window of an unknown class".to_owned()) };
                let _ = writeln!(free, "{id}\t{}\t{from}\t{to}\t{}", day.date, window.span.mask());
            }
        }
    }
    let (at, runs) = (city.folder.join("nursery.tsv"), city.folder.join("free.tsv"));
    std::fs::write(&at, nurseries).and_then(|()| std::fs::write(&runs, free)).map_err(|error| error.to_string())?;
    // The database runs as another user, but psql reads the files itself.
    Ok((at, runs))
}

fn ages_of(class: &ClassProfile) -> (u16, u16) {
    (class.ages.from_months, class.ages.to_months)
}

fn read<T: serde::de::DeserializeOwned>(server: &Running, path: &str) -> Result<T, String> {
    serde_json::from_str(&server.get(path)?).map_err(|error| format!("{path}: {error}"))
}

fn ids(city: &City) -> Result<Vec<doorstep_shared::ids::NurseryId>, String> {
    use diesel::{RunQueryDsl as _, sql_types::Binary};

    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: doorstep_shared::ids::NurseryId,
    }
    let mut conn =
        diesel::SqliteConnection::establish(&city.file().to_string_lossy()).map_err(|error| error.to_string())?;
    let rows: Vec<Row> = diesel::sql_query("SELECT id FROM nursery").load(&mut conn).map_err(|e| e.to_string())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
