//! Class-days under lock: what other slices change places with.

use std::collections::HashMap;

use diesel::QueryResult;
use doorstep_shared::{
    Date, Span, Timestamp,
    care::{ClassKind, NurseryKind},
    ids::{ClassId, NurseryId},
    slots::Limit,
};

use super::{
    rules::{self, Hours, Used},
    seats::{Limits, Seats, Staffing},
    store,
};
use crate::{db::Conn, policy::Policies};

/// A class on a date, as it is under the lock and as the caller has changed it since.
#[derive(Clone, Debug)]
pub struct Day {
    pub class: ClassId,
    pub date: Date,
    pub nursery: NurseryId,
    pub nursery_kind: NurseryKind,
    pub class_kind: ClassKind,
    pub seats: Seats,
    /// What this date says of its own about its places.
    pub(super) limits: Limits,
    /// What every week says.
    pub(super) week: Limits,
    /// When it is open, one bit for each half-hour.
    pub open: u64,
    /// When closures close it, whether or not it would be open.
    shut: u64,
    /// Why it is closed at some time at which it usually is not, in the nursery's words.
    pub closure: Option<Box<str>>,
    pub used: Used,
    /// Open entries of its waitlist, at most: some may have ended since they were counted.
    pub waiting: i32,
    /// As it was when those who wait were last served: what is below it has been given back since.
    served: Used,
    pub(super) version: i64,
    pub(super) changed: bool,
}

impl Day {
    /// Places left in the fullest half-hour of `span`; 0 when closed at some time of it.
    pub fn free(&self, span: Span) -> u16 {
        rules::free(&self.seats, self.open, &self.used, span)
    }

    /// Whether the class is open all through `span`.
    pub fn is_open(&self, span: Span) -> bool {
        self.open & span.mask() == span.mask()
    }

    /// What binds the number of places in `span`.
    pub fn limit(&self, span: Span) -> Limit {
        self.seats.limit(self.open, &self.used, span)
    }

    /// Takes one place. False, and nothing is changed, when some half-hour of `span` has none left.
    #[must_use]
    pub fn take(&mut self, span: Span) -> bool {
        let fits = self.free(span) > 0;
        if fits {
            self.used.add(span);
            self.changed = true;
        }
        fits
    }

    /// Takes one place whether or not one is left: the child is there. False when none was.
    pub fn take_all_the_same(&mut self, span: Span) -> bool {
        let fits = self.free(span) > 0;
        self.used.add(span);
        self.changed = true;
        fits
    }

    /// What this date says of its own about its places.
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// What every week says.
    pub const fn weekly(&self) -> Limits {
        self.week
    }

    /// Gives the class so many carers at most, every week and the date other limits. What places there are more of goes
    /// to who waits when it is saved.
    pub fn plan(&mut self, carers: u16, week: Limits, own: Limits) {
        let usual = Staffing { carers, ..self.seats.usual };
        (self.week, self.limits, self.seats) = (week, own, Seats::new(usual, own.or(week)));
        self.changed = true;
        self.look_again();
    }

    /// Gives it these opening hours, one bit for each half-hour; what closures close stays closed. What there is more of
    /// goes to who waits when it is saved.
    pub fn open_at(&mut self, hours: u64) {
        self.open = hours & !self.shut;
        self.look_again();
    }

    /// Closes it for that time.
    pub fn close(&mut self, span: Span) {
        self.shut |= span.mask();
        self.open &= !self.shut;
    }

    /// Gives one place back.
    pub fn give_back(&mut self, span: Span) {
        self.used.remove(span);
        self.changed = true;
    }

    /// Whether somebody waits for places of which some may have come free.
    pub fn is_awaited(&self) -> bool {
        self.waiting > 0 && self.used.is_below(&self.served)
    }

    /// Has those who wait served again, whether or not a place was given back.
    pub fn look_again(&mut self) {
        self.served = Used::FULL;
    }

    /// What is free now has been offered to those who wait.
    pub fn settle(&mut self) {
        self.served = self.used;
    }

    /// Has the change told to the index although no place was taken or given back: a hold was confirmed or extended.
    pub fn touch(&mut self) {
        self.changed = true;
    }
}

/// Class-days that this transaction has locked, in the order of class and date.
#[derive(Debug, Default)]
pub struct Days(Vec<Day>);

impl Days {
    /// None for a class that does not exist or a day that was not locked.
    pub fn get(&self, class: ClassId, date: Date) -> Option<&Day> {
        self.place(class, date).and_then(|index| self.0.get(index))
    }

    pub fn get_mut(&mut self, class: ClassId, date: Date) -> Option<&mut Day> {
        self.place(class, date).and_then(|index| self.0.get_mut(index))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Day> {
        self.0.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Day> {
        self.0.iter_mut()
    }

    /// See [`Day::take`]. False for a day that was not locked.
    #[must_use]
    pub fn take(&mut self, class: ClassId, date: Date, span: Span) -> bool {
        self.get_mut(class, date).is_some_and(|day| day.take(span))
    }

    /// See [`Day::take_all_the_same`]. False for a day that was not locked.
    pub fn take_all_the_same(&mut self, class: ClassId, date: Date, span: Span) -> bool {
        self.get_mut(class, date).is_some_and(|day| day.take_all_the_same(span))
    }

    /// See [`Day::give_back`].
    pub fn give_back(&mut self, class: ClassId, date: Date, span: Span) {
        if let Some(day) = self.get_mut(class, date) {
            day.give_back(span);
        }
    }

    /// See [`Day::touch`].
    pub fn touch(&mut self, class: ClassId, date: Date) {
        if let Some(day) = self.get_mut(class, date) {
            day.touch();
        }
    }

    fn place(&self, class: ClassId, date: Date) -> Option<usize> {
        self.0.binary_search_by_key(&(class, date), |day| (day.class, day.date)).ok()
    }
}

/// Locks class-days, in the order of class and date whatever the order asked for, and reads what is taken.
///
/// Places of holds that ran out by `now` are given back here: their booking days stop taking a place and become
/// `released`. Their bookings are left as they are, because their other days lie under other locks: a booking in state
/// `held` whose `hold_expires_at` is not after `now` counts as expired wherever it is read, and the expiry job of
/// `bookings` writes that down. A hold may be confirmed only while all its days still take a place.
///
/// Call [`save_days`] in the same transaction, after the booking's own rows have been written, even when nothing was
/// taken: it writes down what expired.
///
/// # Errors
/// When the database fails, or on PostgreSQL a lock is not had in time.
pub fn lock_days(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    wanted: &[(ClassId, Date)],
) -> QueryResult<Days> {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    // Nothing that could be booked: there are no dates to look between.
    if wanted.is_empty() {
        return Ok(Days(Vec::new()));
    }
    let locked = store::lock_class_days(conn, &wanted)?;
    let mut days = load(conn, policies, &wanted, locked)?;
    for (class, date, span) in store::release_expired(conn, now, &wanted)? {
        days.give_back(class, date, span);
    }
    Ok(days)
}

/// Class-days as [`lock_days`] would find them at `now`, without locking or writing anything: to say what could be.
///
/// # Errors
/// When the database fails.
pub fn look_at_days(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    wanted: &[(ClassId, Date)],
) -> QueryResult<Days> {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let found = store::class_days(conn, &wanted)?;
    let mut days = load(conn, policies, &wanted, found)?;
    for (_, class, date, span) in store::expired_days(conn, now, &wanted)? {
        days.give_back(class, date, span);
    }
    Ok(days)
}

/// The opening hours of a nursery in a normal week, and on dates from `first` on that have their own.
///
/// # Errors
/// When the database fails.
pub fn hours_of(conn: &mut Conn, nursery: NurseryId, first: Date) -> QueryResult<Hours> {
    Ok(store::load_hours(conn, Some(&[nursery]), first)?.remove(&nursery).unwrap_or_default())
}

/// Puts class-days together. A row that does not exist yet is one where nobody has a place.
fn load(
    conn: &mut Conn,
    policies: &Policies,
    wanted: &[(ClassId, Date)],
    found: Vec<store::DayRow>,
) -> QueryResult<Days> {
    let found: HashMap<_, _> = found.into_iter().map(|row| ((row.class_id, row.date), row)).collect();
    let register = store::load_register(conn, wanted)?;
    let days = wanted.iter().filter_map(|&(class_id, date)| {
        let nobody = store::DayRow::nobody(class_id, date);
        day(&register, policies, found.get(&(class_id, date)).copied().unwrap_or(nobody))
    });
    Ok(Days(days.collect()))
}

/// Puts a class-day together. None for a class that does not exist.
fn day(register: &store::Register, policies: &Policies, row: store::DayRow) -> Option<Day> {
    let store::DayRow { class_id: class, date, used, version, waiting, .. } = row;
    let found = register.classes.get(&class)?;
    let rule = policies.on(date).class_rule(found.nursery_kind, found.kind);
    let unknown = Hours::default();
    let hours = register.hours.get(&found.nursery).unwrap_or(&unknown);
    let (limits, kind) = (row.limits(), policies.calendar.day_kind(date));
    let weekly = found.week_limits.as_ref();
    let weekly = weekly.map_or(Limits::NONE, |limits| limits.on(rules::weekday_on(&hours.week, date, kind)));
    let closures = register.closures.get(&found.nursery).map_or(&[][..], Vec::as_slice);
    Some(Day {
        class,
        date,
        nursery: found.nursery,
        nursery_kind: found.nursery_kind,
        class_kind: found.kind,
        seats: Seats::new(Staffing::new(found.places, found.carers, rule), limits.or(weekly)),
        limits,
        week: weekly,
        open: rules::open_on(hours, date, kind, class, closures),
        shut: rules::closed_on(date, class, closures),
        closure: closures.iter().find(|closed| closed.concerns(class, date)).map(|closed| closed.reason.clone()),
        used,
        waiting,
        served: used,
        version,
        changed: false,
    })
}

/// Writes what has changed since [`lock_days`], and tells the index of every process.
///
/// The booking's own rows must have been written before: the open holds are read from them.
///
/// # Errors
/// When the database fails.
pub fn save_days(conn: &mut Conn, now: Timestamp, days: &Days) -> QueryResult<()> {
    let changed: Vec<_> = days.iter().filter(|day| day.changed).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let holds = store::open_holds(conn, now, &changed)?;
    store::save_batch(conn, now, &changed, &holds)
}

/// Derives the places in use from the booking days and names each half-hour that differs. Empty: all is well.
///
/// # Errors
/// When the database fails.
pub fn check(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut differences = Vec::new();
    let mut expected: HashMap<(ClassId, Date), [u32; doorstep_shared::time::HALF_HOURS]> = HashMap::new();
    let (stored, taken) = store::load_all_places(conn)?;
    for (class, date, span) in taken {
        let counts = expected.entry((class, date)).or_insert([0; doorstep_shared::time::HALF_HOURS]);
        counts.get_mut(span.indexes()).unwrap_or_default().iter_mut().for_each(|count| *count += 1);
    }
    let nobody = [0; doorstep_shared::time::HALF_HOURS];
    let mut compare = |class: ClassId, date: Date, used: &Used, counts: &[u32]| {
        for (index, (used, count)) in used.as_bytes().iter().zip(counts).enumerate() {
            if u32::from(*used) != *count {
                let time = doorstep_shared::HalfHour::new(index as u8).map(|at| at.to_string()).unwrap_or_default();
                differences.push(format!("class {class} on {date} at {time}: {used} stored, {count} booked"));
            }
        }
    };
    for (class, date, used) in &stored {
        let counts = expected.remove(&(*class, *date)).unwrap_or(nobody);
        compare(*class, *date, used, &counts);
    }
    let mut missing: Vec<_> = expected.into_iter().collect();
    missing.sort_unstable();
    for ((class, date), counts) in missing {
        compare(class, date, &Used::NOBODY, &counts);
    }
    Ok(differences)
}

/// Class-days looked through at a time.
const AT_A_TIME: usize = 1_000;

/// Names the class-days from `from` on where more children have a place than there are places, or some have one while
/// the class is closed: places were taken away after they were booked. Somebody must speak with the families; nothing
/// was done wrong.
///
/// # Errors
/// When the database fails.
pub fn overfull(conn: &mut Conn, policies: &Policies, from: Date) -> QueryResult<Vec<String>> {
    let mut found = Vec::new();
    for rows in store::class_days_from(conn, from)?.chunks(AT_A_TIME) {
        let wanted: Vec<_> = rows.iter().map(|row| (row.class_id, row.date)).collect();
        let register = store::load_register(conn, &wanted)?;
        let days = rows.iter().filter_map(|row| day(&register, policies, *row));
        for day in days {
            let over = rules::runs(day.seats.overfull(&day.used) | (!day.open & !day.used.below(1)));
            found.extend(over.map(|span| {
                format!(
                    "class {} on {} at {span}: {} children, {}",
                    day.class,
                    day.date,
                    day.used.peak(span),
                    if day.is_open(span) {
                        format!("{} places", day.seats.least(span))
                    } else {
                        "closed at some time of it".to_owned()
                    },
                )
            }));
        }
    }
    Ok(found)
}

/// Class-days for the tests of rules that other slices have about places.
#[cfg(test)]
pub mod testing {
    use super::*;

    /// A class of a usual nursery on each date, open at `open` with so many places, taken by nobody.
    pub fn days(
        policies: &Policies,
        class: ClassId,
        class_kind: ClassKind,
        dates: &[Date],
        open: Span,
        places: u16,
    ) -> Days {
        let nursery_kind = NurseryKind::ChildcareInstitution;
        let day = |date: &Date| {
            let rule = policies.on(*date).class_rule(nursery_kind, class_kind);
            Day {
                class,
                date: *date,
                nursery: NurseryId::new(),
                nursery_kind,
                class_kind,
                seats: Seats::steady(Staffing::new(places, places, rule)),
                limits: Limits::NONE,
                week: Limits::NONE,
                open: open.mask(),
                shut: 0,
                closure: None,
                used: Used::NOBODY,
                waiting: 0,
                served: Used::NOBODY,
                version: 0,
                changed: false,
            }
        };
        let mut days: Vec<_> = dates.iter().map(day).collect();
        days.sort_by_key(|day| (day.class, day.date));
        Days(days)
    }

    /// The days of two classes in one.
    pub fn together(one: Days, other: Days) -> Days {
        let mut days: Vec<_> = one.0.into_iter().chain(other.0).collect();
        days.sort_by_key(|day| (day.class, day.date));
        Days(days)
    }
}
