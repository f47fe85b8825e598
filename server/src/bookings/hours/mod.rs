//! Opening hours that change, and the bookings that do not fit them any more: shown first, then moved or cancelled.
//!
//! One transaction does all of it, set by set. The nursery is locked, then the bookings that are touched, then the
//! class-days, then families. So nobody can book into a closed time from the commit on, no booking is treated twice or
//! left out, and when the process dies in the middle nothing has happened. What falls free or comes open goes to who
//! waits for it in the same transaction; a class-day that is closed has no place to offer.

mod http;
mod plan;
mod record;
mod rules;
mod store;
mod tell;
mod write;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::Days as DaysAhead;
use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    bookings::BookingState,
    hours::{Fate, HoursChange, HoursPreview, HoursRecord, Instead},
    ids::{AccountId, ClassId, FamilyId, HoursChangeId, NurseryId},
    problem::FieldRule,
};

pub use self::http::register;
use self::plan::{Scene, Standing, Treated};
use super::{book, facts::Known, places, roster, rules::moving::last_date, store as rows};
use crate::{
    audit::{self, Action},
    db::Conn,
    error::Result,
    inventory::{self, Day, Days, Hours, WeekLimits, limits_of},
    nurseries::{HoursChangeRow, hours as register_of_hours},
    policy::Policies,
};

/// Days that one change treats at most: they are written in one transaction.
const TREATED: usize = 1_500;

/// Whose hours change, by whom, and when.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub nursery: NurseryId,
    pub account: AccountId,
    pub now: Timestamp,
    pub policies: &'a Policies,
}

/// What a change concerns.
struct Scope<'a> {
    asked: Asked<'a>,
    change: &'a HoursChange,
    instead: Instead,
    /// Of the nursery.
    classes: Vec<ClassId>,
    limits: HashMap<ClassId, (u16, Option<Box<WeekLimits>>)>,
    /// The nursery's hours once the change holds.
    after: Hours,
    /// What gets other hours.
    class_days: BTreeSet<(ClassId, Date)>,
}

impl<'a> Scope<'a> {
    /// # Errors
    /// `invalid`; `not-found` for a class of another nursery.
    fn of(conn: &mut Conn, asked: Asked<'a>, change: &'a HoursChange, instead: Instead) -> Result<Self> {
        let today = asked.now.local_date();
        rules::check(change, today)?;
        let rows = roster::classes(conn, asked.nursery)?;
        let classes: Vec<ClassId> = rows.iter().map(|(class, _)| *class).collect();
        let concerned = match change {
            HoursChange::Closure { class_id: Some(class), .. } if !classes.contains(class) => {
                return Err(ProblemKind::NotFound.into());
            }
            HoursChange::Closure { class_id: Some(class), .. } => vec![*class],
            _ => classes.clone(),
        };
        let before = inventory::hours_of(conn, asked.nursery, today)?;
        let after = rules::after(&before, change);
        // Somebody whose clock runs ahead may book a day more.
        let last = last_date(asked.now, asked.policies) + DaysAhead::new(1);
        let dates = rules::dates(change, (&before, &after), today..=last, asked.policies);
        let class_days = dates.iter().flat_map(|date| concerned.iter().map(|class| (*class, *date))).collect();
        let limits = rows.into_iter().map(|(class, columns)| (class, limits_of(columns))).collect();
        Ok(Self { asked, change, instead, classes, limits, after, class_days })
    }

    /// Gives class-days the hours that they will have.
    fn apply(&self, days: &mut Days) {
        let concerned = |day: &&mut Day| self.class_days.contains(&(day.class, day.date));
        for day in days.iter_mut().filter(concerned) {
            rules::apply(day, self.change, &self.after, self.limits.get(&day.class), self.asked.policies);
        }
    }

    /// The booked days that do not fit the hours which `days` have, and all days of holds among these: a place that is
    /// only held is given up whole.
    fn touched(&self, conn: &mut Conn, days: &Days) -> Result<Vec<Standing>> {
        let (Some((_, first)), Some((_, last))) = (
            self.class_days.iter().min_by_key(|(_, date)| *date),
            self.class_days.iter().max_by_key(|(_, date)| *date),
        ) else {
            return Ok(Vec::new());
        };
        let mut touched = store::in_classes(conn, self.asked.now, &self.classes, *first, *last)?;
        touched.retain(|Standing { day, .. }| {
            let closed = match self.change {
                HoursChange::Closure { window: Some(window), .. } => window.overlaps(day.span()),
                _ => true,
            };
            let is_shut = days.get(day.class_id, day.date).is_some_and(|other| !other.is_open(day.span()));
            self.class_days.contains(&(day.class_id, day.date)) && closed && is_shut
        });
        let held = touched.iter().filter(|standing| standing.booking.state == BookingState::Held);
        let held = plan::bookings(held);
        if !held.is_empty() {
            touched.retain(|standing| !held.contains(&standing.booking.id));
            touched.extend(store::of_bookings(conn, self.asked.now, &held)?);
        }
        if touched.len() > TREATED {
            let detail = format!("it touches {} days; at most {TREATED} are treated at once", touched.len());
            return Err(Problem::field("change.until", FieldRule::TooLarge, detail).into());
        }
        Ok(touched)
    }

    /// The class-days that treating these needs, besides those that change: other classes, other days of holds.
    fn wanted(&self, touched: &[Standing]) -> Vec<(ClassId, Date)> {
        let own = touched.iter().map(|standing| (standing.day.class_id, standing.day.date));
        let dates: BTreeSet<Date> = touched.iter().map(|standing| standing.day.date).collect();
        let beside = dates.iter().flat_map(|date| self.classes.iter().map(|class| (*class, *date)));
        let beside = beside.filter(|_| self.instead.other_class);
        self.class_days.iter().copied().chain(own).chain(beside).collect()
    }

    /// Decides what becomes of them, and takes and gives back places.
    fn treat(&self, conn: &mut Conn, days: &mut Days, touched: Vec<Standing>) -> Result<Vec<Treated>> {
        if touched.is_empty() {
            return Ok(Vec::new());
        }
        let Asked { nursery, now, policies, .. } = self.asked;
        let mut cares: Vec<_> = touched.iter().map(|standing| standing.day.care).collect();
        cares.sort_unstable();
        cares.dedup();
        let sold = store::offers(conn, nursery, &cares)?;
        let offers: Vec<_> = rows::offers(conn, &sold)?.into_values().collect();
        let mut known = Known::default();
        if self.instead.other_time {
            let wanted: Vec<_> = touched.iter().map(|standing| (standing.day.class_id, standing.day.date)).collect();
            known.taken = rows::taken(conn, &families(&touched), book::since(&wanted, now), now)?;
        }
        let scene = Scene { policies, now, instead: self.instead, offers: &offers, known: &known };
        Ok(plan::plan(&scene, days, touched))
    }
}

fn families(touched: &[Standing]) -> Vec<FamilyId> {
    let mut families: Vec<_> = touched.iter().map(|standing| standing.booking.family_id).collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// What a change would touch, without locking or changing anything.
///
/// # Errors
/// `invalid`, `not-found`.
pub fn preview(conn: &mut Conn, asked: Asked<'_>, change: &HoursChange, instead: Instead) -> Result<HoursPreview> {
    let scope = Scope::of(conn, asked, change, instead)?;
    let touched = look(conn, &scope)?;
    let mut days = inventory::look_at_days(conn, asked.policies, asked.now, &scope.wanted(&touched))?;
    scope.apply(&mut days);
    let treated = scope.treat(conn, &mut days, touched)?;
    let seen = plan::seen(&treated);
    Ok(HoursPreview { touched: treated.iter().map(plan::touched).collect(), seen, as_of: asked.now })
}

fn look(conn: &mut Conn, scope: &Scope<'_>) -> Result<Vec<Standing>> {
    let wanted: Vec<_> = scope.class_days.iter().copied().collect();
    let mut days = inventory::look_at_days(conn, scope.asked.policies, scope.asked.now, &wanted)?;
    scope.apply(&mut days);
    scope.touched(conn, &days)
}

/// Changes hours and treats what that touches, if it is what was `seen`.
///
/// # Errors
/// `invalid`, `not-found`; `touches-others` when something else would be touched, or become of it.
pub fn change(
    conn: &mut Conn,
    asked: Asked<'_>,
    (change, instead): (&HoursChange, Instead),
    reason: &str,
    seen: &str,
) -> Result<HoursRecord> {
    let reason = rules::reason(reason)?;
    register_of_hours::lock(conn, asked.nursery)?;
    let scope = Scope::of(conn, asked, change, instead)?;
    let looked = look(conn, &scope)?;
    let locked = plan::bookings(looked.iter());
    store::lock_bookings(conn, &locked)?;
    let families = families(&looked);
    let mut days = places::lock_unserved(conn, asked.policies, asked.now, &scope.wanted(&looked), &families)?;
    rows::lock_families(conn, &families)?;
    scope.apply(&mut days);
    let touched = scope.touched(conn, &days)?;
    let locked: HashSet<_> = locked.into_iter().collect();
    let others = || Problem::new(ProblemKind::TouchesOthers).detail("other bookings are touched than those seen");
    if touched.iter().any(|standing| !locked.contains(&standing.booking.id)) {
        return Err(others().into());
    }
    let treated = scope.treat(conn, &mut days, touched)?;
    if plan::seen(&treated) != seen {
        return Err(others().into());
    }
    let row = HoursChangeRow::new(asked.nursery, asked.account, change, reason, asked.now)?;
    register_of_hours::change(conn, asked.now, &row)?;
    write::treated(conn, asked.now, row.id, &treated)?;
    places::save(conn, asked.policies, asked.now, &mut days)?;
    tell::treated(conn, asked, &row, &treated)?;
    audit::record(conn, asked.now, asked.account, Action::HoursChanged, row.id.0)?;
    record::of(&row, treated.iter().map(plan::touched).collect())
}

/// Opens again what a closure closes from today on, and offers the places to who waits.
///
/// # Errors
/// `not-found`, `wrong-state`.
pub fn lift(conn: &mut Conn, asked: Asked<'_>, id: HoursChangeId) -> Result<HoursRecord> {
    let Asked { nursery, now, policies, .. } = asked;
    register_of_hours::lock(conn, nursery)?;
    let row = register_of_hours::find(conn, nursery, id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let today = now.local_date();
    let change = row.can_be_lifted(today)?;
    let noted = record::noted(conn, id)?;
    register_of_hours::lift(conn, now, &row, today)?;
    // Locked with the hours that it has again.
    let scope = Scope::again(conn, asked, &change)?;
    let wanted: Vec<_> = scope.into_iter().collect();
    let mut days = places::lock_unserved(conn, policies, now, &wanted, &[])?;
    days.iter_mut().for_each(Day::look_again);
    places::save(conn, policies, now, &mut days)?;
    let cancelled: Vec<_> =
        noted.iter().filter(|touched| touched.fate == Fate::Cancelled && touched.date >= today).collect();
    tell::reopened(conn, asked, &row, &cancelled)?;
    audit::record(conn, now, asked.account, Action::ClosureLifted, id.0)?;
    record::of(&HoursChangeRow { lifted_at: Some(now), ..row }, noted)
}

impl Scope<'_> {
    /// The class-days that a closure which is lifted closed until now.
    fn again(conn: &mut Conn, asked: Asked<'_>, change: &HoursChange) -> Result<BTreeSet<(ClassId, Date)>> {
        let HoursChange::Closure { class_id, from, until, .. } = change else { return Ok(BTreeSet::new()) };
        let (today, last) = (asked.now.local_date(), last_date(asked.now, asked.policies));
        let (from, until) = ((*from).max(today), (*until).min(last));
        let all = roster::classes(conn, asked.nursery)?.into_iter().map(|(class, _)| class);
        let classes: Vec<_> = all.filter(|class| class_id.is_none_or(|only| only == *class)).collect();
        let dates = from.iter_days().take_while(|date| *date <= until);
        Ok(dates.flat_map(|date| classes.iter().map(move |class| (*class, date))).collect())
    }
}
