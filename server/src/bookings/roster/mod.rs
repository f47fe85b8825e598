//! Who is on duty when and how many children the head lets come, and the places that follow from it: a change and its
//! places are one transaction, and what there are more of goes to who waits.
//!
//! Numbers are kept where places are counted: a date's own ones in its class-day, those of every week in the class.
//! Shifts say whose they are.

mod duties;
mod http;
mod rules;
mod store;
mod week;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::RangeInclusive,
};

use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    ids::{CarerId, ClassId, NurseryId},
    problem::FieldRule,
    roster::{Carer, CopyRoster, Overfull, PlacesChange, RemoveCarer, SetAllowed, SetRoster, Shift},
};

pub use self::{duties::duties, http::register};
use self::{rules::When, week::Rosters};
use super::{places, rules::moving::last_date};
use crate::{
    db::{Conn, changes},
    error::Result,
    inventory::{
        self, CarerColumns, Day, Limits, PerHalfHour, Seats, UNSAID, WeekLimits, limits_of, rules as place_rules,
    },
    nurseries,
    policy::Policies,
};

/// Whose places change, and when.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub nursery: NurseryId,
    pub now: Timestamp,
    pub policies: &'a Policies,
    /// It is known that more children may have a place than there will be.
    pub accept: bool,
}

impl Asked<'_> {
    fn bookable(&self) -> RangeInclusive<Date> {
        self.now.local_date()..=last_date(self.now, self.policies)
    }
}

/// New limits of a class on a day. What is None stays as it is.
#[derive(Clone, Copy, Debug)]
struct Change {
    carers: Option<Option<PerHalfHour>>,
    allowed: Option<Option<PerHalfHour>>,
}

impl Change {
    const fn carers(carers: Option<PerHalfHour>) -> Self {
        Self { carers: Some(carers), allowed: None }
    }

    fn of(self, limits: Limits) -> Limits {
        Limits { carers: self.carers.unwrap_or(limits.carers), allowed: self.allowed.unwrap_or(limits.allowed) }
    }
}

type Changes = BTreeMap<(ClassId, When), Change>;

/// The classes of a nursery, youngest first, with what limits their places.
///
/// # Errors
/// When the database fails.
pub fn classes(conn: &mut Conn, of: NurseryId) -> Result<Vec<(ClassId, CarerColumns)>> {
    Ok(store::classes(conn, of)?.into_iter().map(|class| (class.id, class.carers)).collect())
}

/// Says who is on duty in a class.
///
/// # Errors
/// `not-found` for a class of another nursery, `invalid`, `fewer-than-booked`.
pub fn set_roster(conn: &mut Conn, asked: Asked<'_>, ask: &SetRoster) -> Result<PlacesChange> {
    let when = When::of(ask.date, ask.weekday, asked.bookable())?;
    nurseries::hours::lock(conn, asked.nursery)?;
    let shifts = ask.shifts.as_deref().unwrap_or_default();
    let carers: HashSet<CarerId> = store::carers(conn, asked.nursery)?.into_iter().map(|carer| carer.id).collect();
    rules::check_shifts(shifts, &carers)?;
    let classes = store::classes(conn, asked.nursery)?;
    if !classes.iter().any(|class| class.id == ask.class_id) {
        return Err(ProblemKind::NotFound.into());
    }
    store::replace_shifts(conn, asked.nursery, ask.class_id, when, shifts)?;
    let is_kept = match when {
        When::Date(_) => ask.shifts.is_some(),
        When::Weekday(_) => !shifts.is_empty(),
    };
    let change = Change::carers(is_kept.then(|| rules::on_duty(shifts)));
    follow(conn, asked, classes, &Changes::from([((ask.class_id, when), change)]))
}

/// Says how many children may come to a class.
///
/// # Errors
/// As [`set_roster`].
pub fn set_allowed(conn: &mut Conn, asked: Asked<'_>, ask: &SetAllowed) -> Result<PlacesChange> {
    let when = When::of(ask.date, ask.weekday, asked.bookable())?;
    let allowed = ask.allowed.as_deref().unwrap_or_default();
    rules::check_allowed(allowed)?;
    nurseries::hours::lock(conn, asked.nursery)?;
    let classes = store::classes(conn, asked.nursery)?;
    if !classes.iter().any(|class| class.id == ask.class_id) {
        return Err(ProblemKind::NotFound.into());
    }
    let is_kept = match when {
        When::Date(_) => ask.allowed.is_some(),
        When::Weekday(_) => !allowed.is_empty(),
    };
    let change = Change { carers: None, allowed: Some(is_kept.then(|| rules::may_come(allowed))) };
    follow(conn, asked, classes, &Changes::from([((ask.class_id, when), change)]))
}

/// Gives the days of a week the rosters of another.
///
/// # Errors
/// `invalid` when none of the days can have one, `fewer-than-booked`.
pub fn copy(conn: &mut Conn, asked: Asked<'_>, ask: &CopyRoster) -> Result<PlacesChange> {
    nurseries::hours::lock(conn, asked.nursery)?;
    let (classes, bookable) = (store::classes(conn, asked.nursery)?, asked.bookable());
    let here: HashSet<CarerId> = store::carers(conn, asked.nursery)?.into_iter().map(|carer| carer.id).collect();
    let (from, to) = (week::monday(ask.from), week::monday(ask.to));
    let ids: Vec<ClassId> = classes.iter().map(|class| class.id).collect();
    let rosters = Rosters::load(conn, asked.nursery, &ids, from..=week::sunday(from))?;
    let mut changes = Changes::new();
    let days = from.iter_days().zip(to.iter_days()).take(7).filter(|(_, to)| bookable.contains(to));
    for ((from, to), class) in days.flat_map(|days| ids.iter().map(move |class| (days, *class))) {
        let Some(shifts) = rosters.on(class, from, asked.policies) else { continue };
        // Who has left since is not on duty.
        let shifts: Vec<_> = shifts.iter().filter(|shift| here.contains(&shift.carer_id)).copied().collect();
        store::replace_shifts(conn, asked.nursery, class, When::Date(to), &shifts)?;
        changes.insert((class, When::Date(to)), Change::carers(Some(rules::on_duty(&shifts))));
    }
    if changes.is_empty() {
        let detail = "no day of that week can have a roster of the other";
        return Err(Problem::field("to", FieldRule::Unknown, detail).into());
    }
    follow(conn, asked, classes, &changes)
}

/// Everybody who is or was on the list of carers, and the classes.
///
/// # Errors
/// When the database fails.
pub fn people(conn: &mut Conn, nursery: NurseryId) -> Result<(HashSet<CarerId>, HashSet<ClassId>)> {
    let classes = store::classes(conn, nursery)?.into_iter().map(|class| class.id).collect();
    Ok((store::all_carers(conn, nursery)?.into_iter().collect(), classes))
}

/// Puts somebody on the list of carers.
///
/// # Errors
/// When the database fails.
pub fn add_carer(conn: &mut Conn, nursery: NurseryId, now: Timestamp, name: String) -> Result<Carer> {
    let carer = Carer { id: CarerId::new(), name };
    store::insert_carer(conn, nursery, &carer, now)?;
    Ok(carer)
}

/// Takes somebody off the list and off the rosters from today on.
///
/// # Errors
/// `not-found`, `fewer-than-booked`.
pub fn remove_carer(conn: &mut Conn, asked: Asked<'_>, ask: &RemoveCarer) -> Result<PlacesChange> {
    nurseries::hours::lock(conn, asked.nursery)?;
    if !store::leave(conn, asked.nursery, ask.id, asked.now)? {
        return Err(ProblemKind::NotFound.into());
    }
    let bookable = asked.bookable();
    let mut rosters: BTreeMap<(ClassId, When), Vec<Shift>> = BTreeMap::new();
    for (class, when, shift) in store::shifts(conn, asked.nursery, *bookable.start(), *bookable.end())? {
        rosters.entry((class, when)).or_default().push(shift);
    }
    rosters.retain(|_, shifts| shifts.iter().any(|shift| shift.carer_id == ask.id));
    let mut changes = Changes::new();
    for ((class, when), mut shifts) in rosters {
        shifts.retain(|shift| shift.carer_id != ask.id);
        store::replace_shifts(conn, asked.nursery, class, when, &shifts)?;
        // A roster stays one when nobody is left on it.
        changes.insert((class, when), Change::carers(Some(rules::on_duty(&shifts))));
    }
    let classes = store::classes(conn, asked.nursery)?;
    follow(conn, asked, classes, &changes)
}

/// Lets places follow: locks the class-days that the changes concern, gives them their new limits and what there is
/// more to who waits.
///
/// # Errors
/// `invalid` with the dates on which somebody would be in two classes at once, `fewer-than-booked`.
fn follow(conn: &mut Conn, asked: Asked<'_>, classes: Vec<store::ClassRow>, changes: &Changes) -> Result<PlacesChange> {
    let Asked { nursery, now, policies, accept } = asked;
    if changes.is_empty() {
        return Ok(PlacesChange::default());
    }
    let ids: Vec<ClassId> = classes.iter().map(|class| class.id).collect();
    let before: HashMap<ClassId, CarerColumns> = classes.into_iter().map(|class| (class.id, class.carers)).collect();
    let changed: HashSet<ClassId> = changes.keys().map(|(class, _)| *class).collect();
    let hours = inventory::hours_of(conn, nursery, now.local_date())?;
    let weekday_of = |date: Date| week::weekday_on(&hours.week, date, policies);
    let wanted: Vec<(ClassId, Date)> = changes
        .keys()
        .flat_map(|(class, when)| {
            let dates: Vec<Date> = match when {
                When::Date(date) => vec![*date],
                When::Weekday(weekday) => {
                    let days = asked.bookable().start().iter_days().take_while(|date| asked.bookable().contains(date));
                    days.filter(|date| weekday_of(*date) == *weekday).collect()
                }
            };
            dates.into_iter().map(|date| (*class, date))
        })
        .collect();
    let mut days = places::lock(conn, policies, now, &wanted, &[])?;

    let dated = store::dated_carers(conn, &changed.iter().copied().collect::<Vec<_>>(), now.local_date())?;
    let mut after: HashMap<ClassId, (u16, Option<Box<WeekLimits>>)> = HashMap::new();
    let mut register_changed = false;
    for class in changed {
        let Some(old) = before.get(&class) else { continue };
        let new = columns(old, changes, class, dated.get(&class).map_or(&[][..], Vec::as_slice));
        if new != *old {
            store::save_columns(conn, class, &new)?;
            register_changed = true;
        }
        after.insert(class, limits_of(new));
    }
    let mut outcome = PlacesChange::default();
    for day in days.iter_mut() {
        let Some((carers, week)) = after.get(&day.class) else { continue };
        let weekly = week.as_ref().map_or(Limits::NONE, |week| week.on(weekday_of(day.date).into()));
        let own = changes.get(&(day.class, When::Date(day.date)));
        let own = own.map_or(day.limits(), |change| change.of(day.limits()));
        let seats_before = day.seats;
        day.plan(*carers, weekly, own);
        if day.seats != seats_before {
            outcome.days = outcome.days.saturating_add(1);
            outcome.overfull.extend(overfull(day, &seats_before));
        }
    }
    if !accept && !outcome.overfull.is_empty() {
        let mut problem = Problem::new(ProblemKind::FewerThanBooked);
        problem.overfull = outcome.overfull;
        return Err(problem.into());
    }
    places::save(conn, policies, now, &mut days)?;
    nobody_is_torn(conn, asked, &ids, days.iter().map(|day| day.date).collect())?;
    if register_changed {
        changes::nurseries_batch(conn, now, &[nursery])?;
    }
    Ok(outcome)
}

/// What a class has in every week after the changes, and most carers of any of its rosters.
fn columns(old: &CarerColumns, changes: &Changes, class: ClassId, dated: &[(Date, PerHalfHour)]) -> CarerColumns {
    let (usual, _, mut carers, mut allowed) = old.clone();
    let mut most = 0;
    for ((_, when), change) in changes.iter().filter(|((of, _), _)| *of == class) {
        match when {
            When::Weekday(weekday) => {
                if let Some(day) = change.carers {
                    carers = rules::with_weekday(carers.as_deref(), *weekday, day);
                }
                if let Some(day) = change.allowed {
                    allowed = rules::with_weekday(allowed.as_deref(), *weekday, day);
                }
            }
            When::Date(_) => most = most.max(change.carers.flatten().map_or(0, |carers| carers.most())),
        }
    }
    let is_replaced =
        |date: Date| changes.get(&(class, When::Date(date))).is_some_and(|change| change.carers.is_some());
    let kept = dated.iter().filter(|(date, _)| !is_replaced(*date)).map(|(_, carers)| carers.most());
    let weekly = carers.iter().flatten().copied().filter(|number| *number != UNSAID);
    let most = kept.chain(weekly).fold(most, u8::max);
    (usual, i16::from(most), carers, allowed)
}

/// Looks at what holds on these dates now, whichever change made it so: copying a week, or giving a date back to its
/// weekday, can put somebody into a second class as well as naming them there.
fn nobody_is_torn(conn: &mut Conn, asked: Asked<'_>, classes: &[ClassId], dates: BTreeSet<Date>) -> Result<()> {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return Ok(()) };
    let rosters = Rosters::load(conn, asked.nursery, classes, *first..=*last)?;
    let is_torn = |date: &Date| {
        let on_duty = classes.iter().filter_map(|class| rosters.on(*class, *date, asked.policies));
        rules::is_torn(&on_duty.collect::<Vec<_>>())
    };
    let torn: Vec<Date> = dates.into_iter().filter(is_torn).collect();
    if torn.is_empty() {
        return Ok(());
    }
    let detail = "somebody would be in two classes at the same time";
    let mut problem = Problem::field("shifts", FieldRule::Taken, detail);
    problem.dates = torn;
    Err(problem.into())
}

/// Where more children have a place than there are, and there were more places before.
fn overfull(day: &Day, before: &Seats) -> Vec<Overfull> {
    let over = place_rules::runs(day.seats.overfull(&day.used) & day.seats.below(before) & day.open);
    let told = over.map(|span| Overfull {
        class_id: day.class,
        date: day.date,
        from: span.from,
        to: span.to,
        children: day.used.peak(span),
        places: day.seats.least(span),
    });
    told.collect()
}
