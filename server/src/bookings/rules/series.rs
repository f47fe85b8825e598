//! A weekday pattern, date by date: what it asks for, what fits, and what stands in the way.

use chrono::Datelike as _;
use doorstep_shared::{
    Date, Problem, ProblemKind, Span,
    bookings::{Pattern, Skipped, UnfitDay},
    care::CareKind,
    ids::ClassId,
    nurseries::ClosedReason,
    problem::FieldRule,
};

use super::{
    Full, Plan, PlannedDay, Wish, ages, child_busy, hold_time, in_time, is_sold, may_hold, slot_full, temporary_limit,
    too_much_temporary, under, wishes,
};
use crate::{
    bookings::{
        facts::{Child, Known, Offer},
        order::Order,
        price,
    },
    inventory::Days,
    policy::{BookingRules, Calendar, DayKind, Policies},
};

/// Days for each child of a pattern at most; a morning and an afternoon count as two.
const DAYS: usize = 62;

/// The dates of a pattern, and those of its weekdays that are public holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dates {
    pub dates: Vec<Date>,
    pub holidays: Vec<Skipped>,
}

/// Writes a pattern out.
///
/// A working weekend that pays for a holiday (调休) belongs to a pattern that covers Monday to Friday, and to no other:
/// it stands for no named weekday, so nobody could say which of three mornings a week it would be. A weekend that the
/// pattern names is a date of it in any case.
pub fn expand(pattern: &Pattern, calendar: &Calendar) -> Dates {
    let names = |weekday: u32| pattern.weekdays.iter().any(|named| u32::from(*named) == weekday);
    let every_workday = (1..=5).all(names);
    let (mut dates, mut holidays) = (Vec::new(), Vec::new());
    let all = pattern.from.iter_days().take_while(|date| *date <= pattern.until);
    for date in all.filter(|date| !pattern.except.contains(date)) {
        let named = names(date.weekday().number_from_monday());
        match calendar.day_kind(date) {
            DayKind::Ordinary if named => dates.push(date),
            DayKind::Workday { .. } if named || every_workday => dates.push(date),
            DayKind::Holiday { zh, en } if named => {
                let reason = ClosedReason::Holiday { name_zh: zh.clone(), name_en: en.clone() };
                holidays.push(Skipped { date, windows: pattern.windows.clone(), reason });
            }
            _ => {}
        }
    }
    Dates { dates, holidays }
}

/// The class-days that a pattern could need. None when it names what does not exist.
pub fn class_days(order: &Order, pattern: &Pattern, known: &Known, policies: &Policies) -> Vec<(ClassId, Date)> {
    let Ok(wishes) = wishes(order, known) else { return Vec::new() };
    let mut wanted = Vec::new();
    for date in expand(pattern, &policies.calendar).dates {
        for (wish, span) in wishes.iter().flat_map(|wish| pattern.windows.iter().map(move |span| (wish, *span))) {
            let offers = offers_for(wish.child, wish.offer, date, span, known, policies);
            wanted.extend(offers.unwrap_or_else(|_| vec![wish.offer]).iter().map(|offer| (offer.class, date)));
        }
    }
    wanted
}

/// What a child can be booked into on a date: its offer, or when it has outgrown the class, the offers of the same care
/// and window in the nursery's classes that take its age; closest to its age first, then cheapest.
fn offers_for<'a>(
    child: &Child,
    offer: &'a Offer,
    date: Date,
    span: Span,
    known: &'a Known,
    policies: &Policies,
) -> Result<Vec<&'a Offer>, FieldRule> {
    let misfit = |offer: &Offer| policies.age_misfit(offer.nursery_kind, offer.class_kind, child.birth_date, date);
    match misfit(offer) {
        None => return Ok(vec![offer]),
        Some(FieldRule::TooLarge) => {}
        Some(rule) => return Err(rule),
    }
    let same_care = |other: &&Offer| {
        other.nursery.id == offer.nursery.id
            && other.care == offer.care
            && (other.care == CareKind::Hourly || other.windows.contains(&span))
    };
    let mut others: Vec<_> = known.offers.values().filter(same_care).filter(|other| misfit(other).is_none()).collect();
    if others.is_empty() {
        return Err(FieldRule::TooLarge);
    }
    others.sort_by_key(|other| {
        let ages = policies.on(date).class_rule(other.nursery_kind, other.class_kind).ages();
        (std::cmp::Reverse(ages.from_months), other.unit_price, other.id)
    });
    Ok(others)
}

/// Decides a pattern and takes its places: all dates that are not left out, or none.
///
/// # Errors
/// `some-days-unfit` with every date that does not fit and those that do; `closed` when the offer does not sell the
/// window or nothing is left; as [`super::decide`] for what concerns the whole order. `days` is as before then.
pub fn decide(
    order: &Order,
    pattern: &Pattern,
    known: &Known,
    days: &mut Days,
    policies: &Policies,
) -> Result<Plan, Problem> {
    let limits = &policies.on(order.now.local_date()).booking;
    let wishes = wishes(order, known)?;
    let [first, ..] = wishes.as_slice() else { return Err(Problem::new(ProblemKind::Invalid)) };
    let nursery = first.offer.nursery.clone();
    for (index, span) in pattern.windows.iter().enumerate() {
        for wish in &wishes {
            let wrong = |problem| under(format_args!("pattern.windows.{index}"), problem);
            is_sold(wish.offer, *span, limits).map_err(wrong)?;
        }
    }
    let Dates { dates, holidays } = expand(pattern, &policies.calendar);
    if dates.len() * pattern.windows.len() > DAYS {
        let detail = format!("a pattern has at most {DAYS} days for each child");
        return Err(Problem::field("pattern.until", FieldRule::TooLarge, detail));
    }
    if dates.is_empty() && holidays.is_empty() {
        return Err(Problem::field("pattern", FieldRule::Required, "no date is left"));
    }
    may_hold(order, &wishes, known, limits)?;

    let mut series = Deciding { order, known, policies, limits, days, planned: Vec::new(), skipped: holidays };
    let (mut fits, mut unfit) = (Vec::new(), Vec::new());
    for date in dates {
        match series.on_date(&wishes, date, &pattern.windows) {
            Ok(false) => {}
            Ok(true) => fits.push(date),
            Err(refused) => unfit.extend(refused),
        }
    }
    if !unfit.is_empty() {
        series.give_back_from(0);
        let mut problem = Problem::new(ProblemKind::SomeDaysUnfit);
        problem.detail = Some(format!("{} of the dates fit; see `unfit` for the others", fits.len()).into());
        (problem.unfit, problem.fits) = (unfit, fits);
        return Err(problem);
    }
    let Deciding { planned, mut skipped, .. } = series;
    if planned.is_empty() {
        return Err(Problem::new(ProblemKind::Closed).detail("the nursery is closed on every date of the pattern"));
    }
    skipped.sort_by_key(|skipped| skipped.date);
    let booked = planned.iter().filter_map(|day| known.offers.get(&day.offer));
    let rule = price::mildest(booked.map(|offer| offer.rule)).unwrap_or(first.offer.rule);
    let hold_expires_at = order.book.hold.then(|| order.now + hold_time(limits));
    Ok(Plan { nursery, rule, hold_expires_at, days: planned, skipped, from_waitlist: false })
}

/// A pattern while it is decided.
struct Deciding<'a> {
    order: &'a Order,
    known: &'a Known,
    policies: &'a Policies,
    limits: &'a BookingRules,
    days: &'a mut Days,
    planned: Vec<PlannedDay>,
    skipped: Vec<Skipped>,
}

impl Deciding<'_> {
    /// Takes the places of a date, for all children in all windows in which the nursery is open, or none. False when it
    /// is closed.
    ///
    /// A date that does not fit counts for nothing on the later ones: what is answered as fitting can be booked by
    /// itself.
    fn on_date(&mut self, wishes: &[Wish], date: Date, windows: &[Span]) -> Result<bool, Vec<UnfitDay>> {
        let before = self.planned.len();
        let mut unfit = Vec::new();
        for span in windows {
            if let Some(reason) = wishes.iter().find_map(|wish| self.closed(wish, date, *span)) {
                self.skip(date, *span, reason);
                continue;
            }
            for wish in wishes {
                match self.place(wish, date, *span) {
                    Ok(day) => self.planned.push(day),
                    Err(problem) => {
                        let detail = problem.detail.unwrap_or(problem.title).into();
                        let (kind, child_id) = (problem.kind, wish.child.id);
                        unfit.push(UnfitDay { date, span: *span, child_id, kind, detail });
                    }
                }
            }
        }
        if unfit.is_empty() {
            return Ok(self.planned.len() > before);
        }
        self.give_back_from(before);
        Err(unfit)
    }

    fn skip(&mut self, date: Date, span: Span, reason: ClosedReason) {
        match self.skipped.last_mut().filter(|last| last.date == date && last.reason == reason) {
            Some(last) => last.windows.push(span),
            None => self.skipped.push(Skipped { date, windows: vec![span], reason }),
        }
    }

    /// Why every class that the child could go to is closed then. None also for a date that was not locked: it lies
    /// beyond what can be booked.
    fn closed(&self, wish: &Wish, date: Date, span: Span) -> Option<ClosedReason> {
        let offers = offers_for(wish.child, wish.offer, date, span, self.known, self.policies);
        let offers = offers.unwrap_or_else(|_| vec![wish.offer]);
        let known: Vec<_> = offers.iter().filter_map(|offer| self.days.get(offer.class, date)).collect();
        let first = known.first()?;
        let reason = match &first.closure {
            Some(reason) => ClosedReason::Closure { reason: reason.to_string() },
            None => ClosedReason::Weekday,
        };
        known.iter().all(|day| !day.is_open(span)).then_some(reason)
    }

    /// Takes a place for one child in one window.
    fn place(&mut self, wish: &Wish, date: Date, span: Span) -> Result<PlannedDay, Problem> {
        let Self { order, known, policies, limits, .. } = *self;
        let child = wish.child;
        let misfit = |_| Problem::new(ProblemKind::WrongAge).detail(ages(wish.offer, date, &[date], policies));
        let offers = offers_for(child, wish.offer, date, span, known, policies).map_err(misfit)?;
        for offer in &offers {
            in_time(offer, date, span, order.now, limits)?;
        }
        if let Some(taken) = known.busy(order.family, child.id, date, span) {
            return Err(child_busy(String::new(), taken.date, taken.span));
        }
        if wish.offer.care == CareKind::Temporary {
            let planned = self.planned.iter().filter(|day| day.child == child.id).map(|day| day.date);
            let dates: Vec<_> = planned.chain([date]).collect();
            if let Some(detail) = too_much_temporary(known, order.family, child.id, &dates, limits) {
                return Err(temporary_limit(String::new(), detail));
            }
        }
        for offer in &offers {
            if self.days.take(offer.class, date, span) {
                return Ok(PlannedDay::new(child, offer, date, span));
            }
        }
        let full = offers.iter().filter_map(|offer| {
            let day = self.days.get(offer.class, date).filter(|day| day.is_open(span))?;
            Some(Full { class: offer.class, date, span, limit: day.limit(span).detail })
        });
        let full: Vec<_> = full.collect();
        if full.is_empty() {
            // The child's birth date was changed while the class-days were being locked.
            return Err(Problem::new(ProblemKind::Unavailable).detail("the child's record has just been changed"));
        }
        Err(slot_full(&full, |_| None))
    }

    /// Gives back the places that were planned since.
    fn give_back_from(&mut self, first: usize) {
        for day in self.planned.drain(first..) {
            self.days.give_back(day.class, day.date, day.span);
        }
    }
}
