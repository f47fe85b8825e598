//! Rows that the index is built from, and the change rows that it follows.

use std::collections::HashMap;

use diesel::{connection::DefaultLoadingMode, dsl::max, prelude::*, sql_query, sql_types};
use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    care::{CareKind, ClassKind, NurseryKind},
    geo::Point,
    ids::{ClassId, NurseryId, OfferId},
};

use super::{
    follow::Position,
    nursery::{ClassRow, NurseryRow, OfferRow},
    quick::{QuickClass, QuickDay, QuickUsed},
    table,
};
use crate::{
    db::{Conn, fixed::Fixed, schema},
    inventory::{
        rules::Used,
        seats::{self, CarerColumns, Limits, PerHalfHour},
        state::Hold,
        store::{ClassDate, load_closures, load_hours},
    },
};

/// Nurseries, all or those named, with their classes, the offers they sell, and their closures from `since` on; not those
/// of an import that is not finished.
pub fn load_nurseries(conn: &mut Conn, ids: Option<&[NurseryId]>, since: Date) -> QueryResult<Vec<NurseryRow>> {
    use schema::nursery;
    #[derive(Queryable)]
    struct Row {
        id: NurseryId,
        name: String,
        kind: NurseryKind,
        district_id: Option<String>,
        lat: f64,
        lng: f64,
        inclusive: bool,
        rating: Option<String>,
        filing_no: Option<String>,
        demo: bool,
    }
    let mut query = nursery::table.filter(nursery::import_id.is_null()).into_boxed();
    if let Some(ids) = ids {
        query = query.filter(nursery::id.eq_any(ids));
    }
    let query = query.select((
        nursery::id,
        nursery::name,
        nursery::kind,
        nursery::district_id,
        nursery::lat,
        nursery::lng,
        nursery::inclusive,
        nursery::rating,
        nursery::filing_no,
        nursery::demo,
    ));
    let rows: Vec<Row> = query.load(conn)?;
    let mut classes = load_classes(conn, ids)?;
    let mut hours = load_hours(conn, ids, since)?;
    let mut closures = load_closures(conn, ids, since)?;
    let nursery = |row: Row| NurseryRow {
        id: row.id,
        name: row.name,
        kind: row.kind,
        district: row.district_id,
        point: Point { lat: row.lat, lng: row.lng },
        inclusive: row.inclusive,
        rating: row.rating,
        filing_no: row.filing_no,
        demo: row.demo,
        hours: hours.remove(&row.id).unwrap_or_default(),
        closures: closures.remove(&row.id).unwrap_or_default(),
        classes: classes.remove(&row.id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(nursery).collect())
}

fn load_classes(conn: &mut Conn, nurseries: Option<&[NurseryId]>) -> QueryResult<HashMap<NurseryId, Vec<ClassRow>>> {
    use schema::{class, offer, offer_window};
    type Offer = (ClassId, OfferId, CareKind, Fen, i32);
    type Window = (OfferId, HalfHour, HalfHour);
    let mut query = class::table.into_boxed();
    if let Some(nurseries) = nurseries {
        query = query.filter(class::nursery_id.eq_any(nurseries));
    }
    let carers = (class::carers, class::carers_most, class::carers_week, class::allowed_week);
    let columns = (class::nursery_id, class::id, class::kind, class::places, carers);
    let mut rows: Vec<(NurseryId, ClassId, ClassKind, i16, CarerColumns)> = query.select(columns).load(conn)?;
    // Not by the database, which would go through an index to do it.
    rows.sort_unstable_by_key(|(_, class, ..)| *class);
    let of_offer = (offer::class_id, offer::id, offer::care, offer::price_fen, offer::lead_minutes);
    let of_window = (offer_window::offer_id, offer_window::from_half_hour, offer_window::to_half_hour);
    let (offers, windows): (Vec<Offer>, Vec<Window>) = match nurseries {
        Some(nurseries) => {
            let theirs = || class::nursery_id.eq_any(nurseries).and(offer::withdrawn_at.is_null());
            let offers = offer::table.inner_join(class::table).filter(theirs());
            let windows = offer_window::table.inner_join(offer::table.inner_join(class::table)).filter(theirs());
            (offers.select(of_offer).load(conn)?, windows.select(of_window).load(conn)?)
        }
        // From end to end: looking each up would take several times as long.
        None => {
            let offers = offer::table.filter(offer::withdrawn_at.is_null());
            (offers.select(of_offer).load(conn)?, offer_window::table.select(of_window).load(conn)?)
        }
    };
    let mut windows_of: HashMap<OfferId, Vec<Span>> = HashMap::new();
    for (offer, from, to) in windows {
        windows_of.entry(offer).or_default().extend(Span::new(from, to));
    }
    let mut offers_of: HashMap<ClassId, Vec<OfferRow>> = HashMap::new();
    for (class, id, care, price_fen, lead_minutes) in offers {
        let (lead_minutes, windows) = (lead_minutes.unsigned_abs(), windows_of.remove(&id).unwrap_or_default());
        offers_of.entry(class).or_default().push(OfferRow { id, care, price_fen, lead_minutes, windows });
    }
    let mut classes: HashMap<NurseryId, Vec<ClassRow>> = HashMap::new();
    for (nursery, id, kind, places, carers) in rows {
        let (places, (carers, week_limits)) = (places.unsigned_abs(), seats::of_columns(carers));
        let offers = offers_of.remove(&id).unwrap_or_default();
        classes.entry(nursery).or_default().push(ClassRow { id, kind, places, carers, week_limits, offers });
    }
    Ok(classes)
}

/// Hands over every class-day of some classes from `since` on, those of a class together: class, number of the day,
/// children, version.
pub fn load_class_days(
    conn: &mut Conn,
    classes: &[ClassId],
    since: Date,
    mut take: impl FnMut(ClassId, i32, Used, i64),
) -> QueryResult<()> {
    use schema::class_day::dsl;
    let query = || {
        dsl::class_day
            .filter(dsl::class_id.eq_any(classes).and(dsl::date.ge(since)))
            .order((dsl::class_id, dsl::date))
            .select((dsl::class_id, dsl::date, dsl::used, dsl::version))
    };
    match conn {
        Conn::Sqlite(conn) => {
            for row in query().load_iter::<(QuickClass, QuickDay, QuickUsed, i64), DefaultLoadingMode>(conn)? {
                let (QuickClass(class), QuickDay(day), QuickUsed(used), version) = row?;
                take(class, day, used, version);
            }
        }
        Conn::Postgres(conn) => {
            for row in query().load_iter::<(ClassId, Date, Used, i64), DefaultLoadingMode>(conn)? {
                let (class, date, used, version) = row?;
                take(class, table::number(date), used, version);
            }
        }
    }
    Ok(())
}

/// Class-days of all classes or of some, from `since` on, that say something of their own about their places.
pub fn load_limits(conn: &mut Conn, classes: Option<&[ClassId]>, since: Date) -> QueryResult<Vec<(ClassDate, Limits)>> {
    use schema::class_day::dsl;
    let limited = dsl::carers.is_not_null().or(dsl::allowed.is_not_null());
    let mut query = dsl::class_day.filter(limited.and(dsl::date.ge(since))).into_boxed();
    if let Some(classes) = classes {
        query = query.filter(dsl::class_id.eq_any(classes));
    }
    let rows: Vec<(ClassDate, (Option<PerHalfHour>, Option<PerHalfHour>))> =
        query.select(((dsl::class_id, dsl::date), (dsl::carers, dsl::allowed))).load(conn)?;
    Ok(rows.into_iter().map(|(day, (carers, allowed))| (day, Limits { carers, allowed })).collect())
}

/// Every hold that still takes places from `since` on, also one that ran out and was not given back yet.
pub fn load_all_holds(conn: &mut Conn, since: Date) -> QueryResult<HashMap<ClassDate, Vec<Hold>>> {
    use schema::{booking, booking_day};
    type Row = (ClassId, Date, HalfHour, HalfHour, Option<Timestamp>);
    let rows: Vec<Row> = booking::table
        .inner_join(booking_day::table)
        .filter(schema::IsHeld)
        .filter(booking_day::takes_place)
        .select((
            booking_day::class_id,
            booking_day::date,
            booking_day::from_half_hour,
            booking_day::to_half_hour,
            booking::hold_expires_at,
        ))
        .load(conn)?;
    let mut holds: HashMap<ClassDate, Vec<Hold>> = HashMap::new();
    // Not asked of the database, which would go through all days since instead of the few holds.
    for (class, date, from, to, until) in rows.into_iter().filter(|(_, date, ..)| *date >= since) {
        if let (Some(span), Some(until)) = (Span::new(from, to), until) {
            holds.entry((class, date)).or_default().push(Hold { span, until });
        }
    }
    Ok(holds)
}

/// Where a follower begins that has just read everything: see [`Position::from`].
pub fn latest_position(conn: &mut Conn) -> QueryResult<i64> {
    use schema::change::dsl;
    match conn {
        Conn::Postgres(conn) => {
            #[derive(QueryableByName)]
            struct Oldest {
                #[diesel(sql_type = sql_types::BigInt)]
                running: i64,
            }
            let oldest: Oldest = sql_query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS running")
                .get_result(conn)?;
            Ok(oldest.running)
        }
        Conn::Sqlite(conn) => {
            let last: Option<i64> = dsl::change.select(max(dsl::seq)).first(conn)?;
            Ok(last.unwrap_or_default())
        }
    }
}

pub enum ChangeRow {
    Nursery(NurseryId),
    Day { class: ClassId, date: Date, version: i64, state: Vec<u8> },
}

type Row = (i64, NurseryId, Option<ClassId>, Option<Date>, Option<i64>, Option<Vec<u8>>);

fn change_row((_, nursery, class, date, version, state): Row) -> ChangeRow {
    match (class, date, version, state) {
        (Some(class), Some(date), Some(version), Some(state)) => ChangeRow::Day { class, date, version, state },
        _ => ChangeRow::Nursery(nursery),
    }
}

/// Change rows that were not taken yet; moves the position behind them.
pub fn load_changes(conn: &mut Conn, position: &mut Position) -> QueryResult<Vec<ChangeRow>> {
    match conn {
        Conn::Postgres(conn) => load_changes_postgres(conn, position),
        Conn::Sqlite(conn) => {
            use schema::change::dsl;
            let rows: Vec<Row> = dsl::change
                .filter(dsl::seq.gt(position.from))
                .order(dsl::seq)
                .select((dsl::seq, dsl::nursery_id, dsl::class_id, dsl::date, dsl::version, dsl::state))
                .load(conn)?;
            position.from = rows.last().map_or(position.from, |row| row.0);
            Ok(rows.into_iter().map(change_row).collect())
        }
    }
}

/// One statement, so that the rows and the oldest running transaction are of the same snapshot.
fn load_changes_postgres(conn: &mut PgConnection, position: &mut Position) -> QueryResult<Vec<ChangeRow>> {
    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = sql_types::BigInt)]
        running: i64,
        #[diesel(sql_type = sql_types::Nullable<sql_types::BigInt>)]
        seq: Option<i64>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::BigInt>)]
        tx: Option<i64>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
        nursery_id: Option<NurseryId>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
        class_id: Option<ClassId>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::Date>)]
        date: Option<Date>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::BigInt>)]
        version: Option<i64>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
        state: Option<Vec<u8>>,
    }
    let rows: Vec<Seen> = Fixed::new(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS running, \
         seq, tx, nursery_id, class_id, date, version, state \
         FROM (VALUES (1)) AS always LEFT JOIN change ON tx >= ? ORDER BY seq",
    )
    .bind::<sql_types::BigInt, _>(position.from)
    .load(conn)?;
    let mut new = Vec::new();
    let mut taken = std::collections::HashSet::new();
    for row in rows {
        position.from = row.running;
        let (Some(seq), Some(tx), Some(nursery)) = (row.seq, row.tx, row.nursery_id) else { continue };
        // Only these will be read again.
        if tx >= row.running {
            taken.insert(seq);
        }
        if !position.taken.contains(&seq) {
            new.push(change_row((seq, nursery, row.class_id, row.date, row.version, row.state)));
        }
    }
    position.taken = taken;
    Ok(new)
}
