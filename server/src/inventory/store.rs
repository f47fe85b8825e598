//! Rows and queries of places and changes.
//!
//! Reads the register of `nurseries`. Of `booking` and `booking_day` it reads the open holds, and it writes one thing:
//! a day whose hold ran out becomes `released` and takes no place any more.

use std::collections::{HashMap, HashSet};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    prelude::*,
    serialize::{self, ToSql},
    sql_query, sql_types,
};
use doorstep_shared::{
    Date, HalfHour, Span, Timestamp,
    bookings::DayState,
    care::{ClassKind, NurseryKind},
    ids::{BookingDayId, ClassId, NurseryId},
};

use super::{
    days::Day,
    rules::{Closed, Hours, Used, Week},
    seats::{self, CarerColumns, Limits, PerHalfHour, WeekLimits},
    state::{Hold, State},
};
use crate::db::{Conn, fixed::Fixed, schema, schema::IsHeld};

/// How a byte for each half-hour is stored.
macro_rules! stored {
    ($type:ty) => {
        impl<DB: Backend> ToSql<sql_types::Binary, DB> for $type
        where
            [u8]: ToSql<sql_types::Binary, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, DB>) -> serialize::Result {
                self.as_bytes().as_slice().to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<sql_types::Binary, DB> for $type
        where
            Vec<u8>: FromSql<sql_types::Binary, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let bytes = Vec::from_sql(bytes)?;
                Self::from_bytes(&bytes).ok_or_else(|| format!("{} half-hours in a day", bytes.len()).into())
            }
        }
    };
}

stored!(Used);
stored!(PerHalfHour);

pub type ClassDate = (ClassId, Date);

/// A class-day as it is stored.
#[derive(Clone, Copy, Debug, Queryable, QueryableByName)]
pub struct DayRow {
    #[diesel(sql_type = sql_types::Binary)]
    pub class_id: ClassId,
    #[diesel(sql_type = sql_types::Date)]
    pub date: Date,
    #[diesel(sql_type = sql_types::Binary)]
    pub used: Used,
    #[diesel(sql_type = sql_types::BigInt)]
    pub version: i64,
    /// Open entries of its waitlist, at most.
    #[diesel(sql_type = sql_types::Integer)]
    pub waiting: i32,
    /// Carers on duty, where the date has a roster of its own.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
    pub carers: Option<PerHalfHour>,
    /// Children whom the head lets come, where she has said so for the date.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
    pub allowed: Option<PerHalfHour>,
}

impl DayRow {
    /// What a row that does not exist says.
    pub const fn nobody(class_id: ClassId, date: Date) -> Self {
        Self { class_id, date, used: Used::NOBODY, version: 0, waiting: 0, carers: None, allowed: None }
    }

    pub const fn limits(&self) -> Limits {
        Limits { carers: self.carers, allowed: self.allowed }
    }
}

/// Locks the rows of `wanted`, which is sorted, making those that are missing. On SQLite the writer is alone: rows that
/// do not exist are left out.
pub fn lock_class_days(conn: &mut Conn, wanted: &[ClassDate]) -> QueryResult<Vec<DayRow>> {
    use schema::class_day::dsl;
    match conn {
        Conn::Postgres(conn) => {
            let (classes, dates): (Vec<_>, Vec<_>) = wanted.iter().copied().unzip();
            // Updating to the same value takes the row's lock and reads its newest state: one round trip, one order.
            Fixed::new(
                "INSERT INTO class_day (class_id, date, used, version) \
                 SELECT w.class_id, w.date, ?, 0 FROM unnest(?, ?) AS w (class_id, date) \
                 JOIN class ON class.id = w.class_id ORDER BY w.class_id, w.date \
                 ON CONFLICT (class_id, date) DO UPDATE SET version = class_day.version \
                 RETURNING class_id, date, used, version, waiting, carers, allowed",
            )
            .bind::<sql_types::Binary, _>(Used::NOBODY)
            .bind::<sql_types::Array<sql_types::Binary>, _>(classes)
            .bind::<sql_types::Array<sql_types::Date>, _>(dates)
            .load(conn)
        }
        Conn::Sqlite(conn) => {
            let mut rows = Vec::with_capacity(wanted.len());
            for (class, date) in wanted {
                let row = dsl::class_day.find((class, date)).first::<DayRow>(conn);
                rows.extend(row.optional()?);
            }
            Ok(rows)
        }
    }
}

/// The rows of `wanted` as they are, without a lock. Those that do not exist are left out.
pub fn class_days(conn: &mut Conn, wanted: &[ClassDate]) -> QueryResult<Vec<DayRow>> {
    use schema::class_day::dsl;
    let (classes, dates): (Vec<_>, Vec<_>) = wanted.iter().copied().unzip();
    let mut rows: Vec<DayRow> =
        dsl::class_day.filter(dsl::class_id.eq_any(classes).and(dsl::date.eq_any(dates))).load(conn)?;
    rows.retain(|row| wanted.contains(&(row.class_id, row.date)));
    Ok(rows)
}

/// Every class-day from a date on.
pub fn class_days_from(conn: &mut Conn, from: Date) -> QueryResult<Vec<DayRow>> {
    use schema::class_day::dsl;
    dsl::class_day.filter(dsl::date.ge(from)).order((dsl::class_id, dsl::date)).load(conn)
}

/// What the number of places of some classes depends on.
#[derive(Debug, Default)]
pub struct Register {
    pub classes: HashMap<ClassId, ClassRow>,
    pub hours: HashMap<NurseryId, Hours>,
    pub closures: HashMap<NurseryId, Vec<Closed>>,
}

#[derive(Debug)]
pub struct ClassRow {
    pub nursery: NurseryId,
    pub nursery_kind: NurseryKind,
    pub kind: ClassKind,
    pub places: u16,
    /// Most on duty at one time.
    pub carers: u16,
    pub week_limits: Option<Box<WeekLimits>>,
}

/// The register of the classes in `wanted`, with the closures on its dates.
pub fn load_register(conn: &mut Conn, wanted: &[ClassDate]) -> QueryResult<Register> {
    use schema::{class, nursery, opening, opening_date};
    type Class = (ClassId, NurseryId, NurseryKind, ClassKind, i16);
    type Row = (Class, CarerColumns, Option<(i16, HalfHour, HalfHour)>, Option<(Date, HalfHour, HalfHour)>);
    let mut classes: Vec<_> = wanted.iter().map(|(class, _)| *class).collect();
    classes.dedup();
    let mut dates: Vec<_> = wanted.iter().map(|(_, date)| *date).collect();
    dates.sort_unstable();
    dates.dedup();
    let first = dates.first().copied().unwrap_or_default();
    let of_date = opening_date::nursery_id.eq(nursery::id).and(opening_date::date.eq_any(dates));
    // A row for each opening of a week with each of these dates, so that one statement tells all. Few dates have their own.
    let rows: Vec<Row> = class::table
        .inner_join(nursery::table)
        .left_join(opening::table.on(opening::nursery_id.eq(nursery::id)))
        .left_join(opening_date::table.on(of_date))
        .filter(class::id.eq_any(classes))
        .select((
            (class::id, nursery::id, nursery::kind, class::kind, class::places),
            (class::carers, class::carers_most, class::carers_week, class::allowed_week),
            (opening::weekday, opening::from_half_hour, opening::to_half_hour).nullable(),
            (opening_date::date, opening_date::from_half_hour, opening_date::to_half_hour).nullable(),
        ))
        .load(conn)?;
    let mut register = Register::default();
    for ((id, nursery, nursery_kind, kind, places), carers, opening, of_date) in rows {
        register.classes.entry(id).or_insert_with(|| {
            let (carers, week_limits) = seats::of_columns(carers);
            ClassRow { nursery, nursery_kind, kind, places: places.unsigned_abs(), carers, week_limits }
        });
        // The classes of a nursery say the same of its week.
        let hours = register.hours.entry(nursery).or_default();
        if let Some((weekday, from, to)) = opening {
            open(&mut hours.week, weekday, from, to);
        }
        if let Some((date, from, to)) = of_date
            && let Some(span) = Span::new(from, to)
        {
            hours.open_on(date, span);
        }
    }
    let mut nurseries: Vec<_> = register.classes.values().map(|class| class.nursery).collect();
    nurseries.sort_unstable();
    nurseries.dedup();
    register.closures = load_closures(conn, Some(&nurseries), first)?;
    Ok(register)
}

/// The weekly templates of some nurseries, and the hours of dates from `first` on that have their own.
pub fn load_hours(
    conn: &mut Conn,
    nurseries: Option<&[NurseryId]>,
    first: Date,
) -> QueryResult<HashMap<NurseryId, Hours>> {
    use schema::{opening, opening_date};
    let mut query = opening::table.into_boxed();
    if let Some(nurseries) = nurseries {
        query = query.filter(opening::nursery_id.eq_any(nurseries));
    }
    let rows: Vec<(NurseryId, i16, HalfHour, HalfHour)> = query
        .select((opening::nursery_id, opening::weekday, opening::from_half_hour, opening::to_half_hour))
        .load(conn)?;
    let mut hours: HashMap<NurseryId, Hours> = HashMap::new();
    for (nursery, weekday, from, to) in rows {
        open(&mut hours.entry(nursery).or_default().week, weekday, from, to);
    }
    let mut query = opening_date::table.filter(opening_date::date.ge(first)).into_boxed();
    if let Some(nurseries) = nurseries {
        query = query.filter(opening_date::nursery_id.eq_any(nurseries));
    }
    let rows: Vec<(NurseryId, Date, HalfHour, HalfHour)> = query.load(conn)?;
    for (nursery, date, from, to) in rows {
        if let Some(span) = Span::new(from, to) {
            hours.entry(nursery).or_default().open_on(date, span);
        }
    }
    Ok(hours)
}

/// `weekday` is 1 on Monday.
fn open(week: &mut Week, weekday: i16, from: HalfHour, to: HalfHour) {
    if let (Some(span), Ok(weekday)) = (Span::new(from, to), usize::try_from(weekday - 1)) {
        week.open(weekday, span);
    }
}

/// The closures of some nurseries from `first` on, by date.
pub fn load_closures(
    conn: &mut Conn,
    nurseries: Option<&[NurseryId]>,
    first: Date,
) -> QueryResult<HashMap<NurseryId, Vec<Closed>>> {
    use schema::closure;
    type Row = (NurseryId, Option<ClassId>, Date, HalfHour, HalfHour, String);
    let mut query = closure::table.filter(closure::date.ge(first)).into_boxed();
    if let Some(nurseries) = nurseries {
        query = query.filter(closure::nursery_id.eq_any(nurseries));
    }
    let rows: Vec<Row> = query
        .order((closure::nursery_id, closure::date, closure::from_half_hour, closure::id))
        .select((
            closure::nursery_id,
            closure::class_id,
            closure::date,
            closure::from_half_hour,
            closure::to_half_hour,
            closure::reason,
        ))
        .load(conn)?;
    let mut closures: HashMap<NurseryId, Vec<Closed>> = HashMap::new();
    for (nursery, class, date, from, to, reason) in rows {
        if let Some(span) = Span::new(from, to) {
            closures.entry(nursery).or_default().push(Closed { class, date, span, reason: reason.into() });
        }
    }
    Ok(closures)
}

/// Releases the days of `wanted`, which is sorted, whose holds ran out. Returns the half-hours to give back.
pub fn release_expired(
    conn: &mut Conn,
    now: Timestamp,
    wanted: &[ClassDate],
) -> QueryResult<Vec<(ClassId, Date, Span)>> {
    use schema::booking_day;
    let ours = expired_days(conn, now, wanted)?;
    if !ours.is_empty() {
        diesel::update(booking_day::table.filter(booking_day::id.eq_any(ours.iter().map(|(id, ..)| *id))))
            .set((booking_day::state.eq(DayState::Released), booking_day::takes_place.eq(false)))
            .execute(conn)?;
    }
    Ok(ours.into_iter().map(|(_, class, date, span)| (class, date, span)).collect())
}

/// The days of `wanted`, which is sorted, that take a place although their hold ran out by `now`.
pub fn expired_days(
    conn: &mut Conn,
    now: Timestamp,
    wanted: &[ClassDate],
) -> QueryResult<Vec<(BookingDayId, ClassId, Date, Span)>> {
    use schema::{booking, booking_day};
    let expired: Vec<(BookingDayId, ClassId, Date, HalfHour, HalfHour)> = booking::table
        .inner_join(booking_day::table)
        .filter(IsHeld.and(booking::hold_expires_at.le(now)))
        .filter(booking_day::takes_place)
        .select((
            booking_day::id,
            booking_day::class_id,
            booking_day::date,
            booking_day::from_half_hour,
            booking_day::to_half_hour,
        ))
        .load(conn)?;
    let ours = expired.into_iter().filter(|(_, class, date, ..)| wanted.binary_search(&(*class, *date)).is_ok());
    Ok(ours.filter_map(|(id, class, date, from, to)| Some((id, class, date, Span::new(from, to)?))).collect())
}

/// Open holds by class-day.
pub type Holds = HashMap<ClassDate, Vec<Hold>>;

/// Holds on the given class-days that have not run out by `now`.
pub fn open_holds(conn: &mut Conn, now: Timestamp, days: &[&Day]) -> QueryResult<Holds> {
    use schema::{booking, booking_day};
    type Row = (ClassId, Date, HalfHour, HalfHour, Option<Timestamp>);
    // From the holds, of which a city has few, and not from the days, which have many bookings.
    let rows: Vec<Row> = booking::table
        .inner_join(booking_day::table)
        .filter(IsHeld.and(booking::hold_expires_at.gt(now)))
        .filter(booking_day::takes_place)
        .select((
            booking_day::class_id,
            booking_day::date,
            booking_day::from_half_hour,
            booking_day::to_half_hour,
            booking::hold_expires_at,
        ))
        .load(conn)?;
    let changed: HashSet<ClassDate> = days.iter().map(|day| (day.class, day.date)).collect();
    let rows = rows.into_iter().filter(|(class, date, ..)| changed.contains(&(*class, *date)));
    let mut holds = Holds::new();
    for (class, date, from, to, until) in rows {
        if let (Some(span), Some(until)) = (Span::new(from, to), until) {
            holds.entry((class, date)).or_default().push(Hold { span, until });
        }
    }
    Ok(holds)
}

/// Writes places in use, what limits them and how many wait, with the next version, and a change row for each day.
pub fn save_batch(conn: &mut Conn, now: Timestamp, days: &[&Day], holds: &Holds) -> QueryResult<()> {
    use schema::{change, class_day};
    let state = |day: &Day| {
        let holds = holds.get(&(day.class, day.date)).map_or(&[][..], Vec::as_slice);
        State::encode(&day.used, &day.limits, holds)
    };
    match conn {
        Conn::Postgres(conn) => {
            let column = |part: fn(&Day) -> Vec<u8>| days.iter().map(|day| part(day)).collect::<Vec<_>>();
            let limit =
                |part: fn(&Limits) -> Option<PerHalfHour>| days.iter().map(|day| part(&day.limits)).collect::<Vec<_>>();
            let dates: Vec<_> = days.iter().map(|day| day.date).collect();
            let versions: Vec<_> = days.iter().map(|day| day.version + 1).collect();
            Fixed::new(
                "WITH new AS (SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) \
                              AS new (class_id, date, used, version, waiting, carers, allowed, nursery_id, state)), \
                 saved AS (UPDATE class_day SET used = new.used, version = new.version, waiting = new.waiting, \
                                                carers = new.carers, allowed = new.allowed FROM new \
                           WHERE class_day.class_id = new.class_id AND class_day.date = new.date) \
                 INSERT INTO change (at, kind, nursery_id, class_id, date, version, state) \
                 SELECT ?, 'class_day', nursery_id, class_id, date, version, state FROM new",
            )
            .bind::<sql_types::Array<sql_types::Binary>, _>(column(|day| day.class.0.as_bytes().to_vec()))
            .bind::<sql_types::Array<sql_types::Date>, _>(dates)
            .bind::<sql_types::Array<sql_types::Binary>, _>(column(|day| day.used.as_bytes().to_vec()))
            .bind::<sql_types::Array<sql_types::BigInt>, _>(versions)
            .bind::<sql_types::Array<sql_types::Integer>, _>(days.iter().map(|day| day.waiting).collect::<Vec<_>>())
            .bind::<sql_types::Array<sql_types::Nullable<sql_types::Binary>>, _>(limit(|limits| limits.carers))
            .bind::<sql_types::Array<sql_types::Nullable<sql_types::Binary>>, _>(limit(|limits| limits.allowed))
            .bind::<sql_types::Array<sql_types::Binary>, _>(column(|day| day.nursery.0.as_bytes().to_vec()))
            .bind::<sql_types::Array<sql_types::Binary>, _>(days.iter().map(|day| state(day)).collect::<Vec<_>>())
            .bind::<sql_types::Timestamp, _>(now)
            .execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            for day in days {
                let new = (
                    class_day::used.eq(day.used),
                    class_day::version.eq(day.version + 1),
                    class_day::waiting.eq(day.waiting),
                    class_day::carers.eq(day.limits.carers),
                    class_day::allowed.eq(day.limits.allowed),
                );
                diesel::insert_into(class_day::table)
                    .values((class_day::class_id.eq(day.class), class_day::date.eq(day.date), new))
                    .on_conflict((class_day::class_id, class_day::date))
                    .do_update()
                    .set(new)
                    .execute(conn)?;
                diesel::insert_into(change::table)
                    .values((
                        change::at.eq(now),
                        change::kind.eq("class_day"),
                        change::nursery_id.eq(day.nursery),
                        change::class_id.eq(day.class),
                        change::date.eq(day.date),
                        change::version.eq(day.version + 1),
                        change::state.eq(state(day)),
                    ))
                    .execute(conn)?;
            }
        }
    }
    Ok(())
}

type Stored = Vec<(ClassId, Date, Used)>;
type Taken = Vec<(ClassId, Date, Span)>;

/// Every class-day and every booking day that takes a place, as of one moment.
pub fn load_all_places(conn: &mut Conn) -> QueryResult<(Stored, Taken)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Binary)]
        class_id: ClassId,
        #[diesel(sql_type = sql_types::Date)]
        date: Date,
        #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
        used: Option<Used>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::SmallInt>)]
        from_half_hour: Option<HalfHour>,
        #[diesel(sql_type = sql_types::Nullable<sql_types::SmallInt>)]
        to_half_hour: Option<HalfHour>,
    }
    // One statement, so that both halves are of the same moment.
    let rows = sql_query(
        "SELECT class_id, date, used, NULL AS from_half_hour, NULL AS to_half_hour FROM class_day \
         UNION ALL SELECT class_id, date, NULL, from_half_hour, to_half_hour FROM booking_day WHERE takes_place \
         ORDER BY class_id, date",
    )
    .load::<Row>(conn)?;
    let (mut stored, mut taken) = (Stored::new(), Taken::new());
    for row in rows {
        match (row.used, row.from_half_hour, row.to_half_hour) {
            (Some(used), ..) => stored.push((row.class_id, row.date, used)),
            (None, Some(from), Some(to)) => {
                taken.extend(Span::new(from, to).map(|span| (row.class_id, row.date, span)))
            }
            _ => {}
        }
    }
    Ok((stored, taken))
}
