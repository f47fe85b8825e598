//! May it be booked? Pure decisions over the facts of a batch and its locked class-days.

mod checks;
pub mod moving;
pub mod series;

use chrono::Duration;
use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Span, Timestamp,
    bookings::{BookedNursery, CancelRule, DayAndTime, Skipped},
    care::{CareKind, ClassKind},
    ids::{ChildId, ClassId, OfferId},
    problem::{FieldProblem, FieldRule},
};

use self::checks::{ages, in_time, is_open, temporary_limit};
pub use self::checks::{child_busy, is_sold, too_much_temporary};
use super::{
    facts::{Child, Known, Offer},
    order::Order,
    price,
};
use crate::{
    inventory::Days,
    policy::{BookingRules, Policies},
};

/// What an order is given: everything but the ids.
#[derive(Clone, Debug)]
pub struct Plan {
    pub nursery: BookedNursery,
    pub rule: CancelRule,
    /// None: confirmed at once.
    pub hold_expires_at: Option<Timestamp>,
    /// By date, then child as ordered.
    pub days: Vec<PlannedDay>,
    /// What a pattern left out.
    pub skipped: Vec<Skipped>,
    /// The place came free and goes to who waited for it.
    pub from_waitlist: bool,
}

#[derive(Clone, Debug)]
pub struct PlannedDay {
    pub child: ChildId,
    pub child_name: String,
    pub offer: OfferId,
    pub class: ClassId,
    pub class_kind: ClassKind,
    pub care: CareKind,
    pub date: Date,
    pub span: Span,
    pub unit_price: Fen,
    pub price: Fen,
    /// Of each half-hour by which the child is collected late.
    pub late_pick_up: Fen,
}

impl PlannedDay {
    fn new(child: &Child, offer: &Offer, date: Date, span: Span) -> Self {
        Self {
            child: child.id,
            child_name: child.name.clone(),
            offer: offer.id,
            class: offer.class,
            class_kind: offer.class_kind,
            care: offer.care,
            date,
            span,
            unit_price: offer.unit_price,
            price: price::of_day(offer.care, offer.unit_price, span),
            late_pick_up: offer.late_pick_up,
        }
    }
}

/// One child's wish: the child, the offer, and where they stand in the order.
struct Wish<'a> {
    index: usize,
    child: &'a Child,
    offer: &'a Offer,
}

/// Decides one order and takes its places: all children on all days, or nobody.
///
/// # Errors
/// `not-found` for a child of another family or an offer that is not sold, `invalid`, `not-bookable`, `closed`,
/// `wrong-age`, `child-busy`, `temporary-limit`, `too-many-holds`, `slot-full`, and for a pattern `some-days-unfit`;
/// `days` is as before then.
pub fn decide(order: &Order, known: &Known, days: &mut Days, policies: &Policies) -> Result<Plan, Problem> {
    match &order.book.pattern {
        Some(pattern) => series::decide(order, pattern, known, days, policies),
        None => decide_days(order, known, days, policies),
    }
}

fn decide_days(order: &Order, known: &Known, days: &mut Days, policies: &Policies) -> Result<Plan, Problem> {
    let limits = &policies.on(order.now.local_date()).booking;
    let wishes = wishes(order, known)?;
    let [first, ..] = wishes.as_slice() else { return Err(Problem::new(ProblemKind::Invalid)) };
    let nursery = first.offer.nursery.clone();
    let rule = price::mildest(wishes.iter().map(|wish| wish.offer.rule)).unwrap_or(first.offer.rule);
    let mut wanted: Vec<(usize, DayAndTime, Span)> = Vec::with_capacity(order.book.days.len());
    for (index, day) in order.book.days.iter().enumerate() {
        let span = day.span().ok_or_else(|| backwards(format!("days.{index}.to")))?;
        wanted.push((index, *day, span));
    }
    wanted.sort_by_key(|(_, day, _)| day.date);

    for (index, day, span) in &wanted {
        for wish in &wishes {
            let wrong = |problem| under(format_args!("days.{index}"), problem);
            in_time(wish.offer, day.date, *span, order.now, limits).map_err(wrong)?;
            is_sold(wish.offer, *span, limits).map_err(wrong)?;
            is_open(wish.offer, day.date, *span, days)?;
        }
    }
    fits_ages(&wishes, &wanted, policies)?;
    is_not_busy(order, &wishes, &wanted, known)?;
    within_month(order, &wishes, &wanted, known, limits)?;
    may_hold(order, &wishes, known, limits)?;
    let places = wanted.iter().flat_map(|(_, day, span)| wishes.iter().map(|w| (w.offer.class, day.date, *span)));
    take_all(days, &places.collect::<Vec<_>>()).map_err(|full| {
        let index = |date| wanted.iter().find(|(_, day, _)| day.date == date).map(|(index, ..)| index);
        let mut problem = slot_full(&full, |date| index(date).map(|index| format!("days.{index}.date")));
        let left_out = wishes.iter().filter(|wish| full.iter().any(|full| full.class == wish.offer.class));
        problem.fields.extend(left_out.map(|wish| FieldProblem {
            field: format!("children.{}.offer_id", wish.index),
            rule: FieldRule::Taken,
            detail: "its class has no place on a day that is named".to_owned(),
        }));
        problem
    })?;

    let planned = wanted
        .iter()
        .flat_map(|(_, day, span)| wishes.iter().map(|wish| PlannedDay::new(wish.child, wish.offer, day.date, *span)));
    let hold_expires_at = order.book.hold.then(|| order.now + hold_time(limits));
    Ok(Plan { nursery, rule, hold_expires_at, days: planned.collect(), skipped: Vec::new(), from_waitlist: false })
}

/// A family holds only so many places at a time.
fn may_hold(order: &Order, wishes: &[Wish], known: &Known, limits: &BookingRules) -> Result<(), Problem> {
    let held = known.held_places(order.family, order.now);
    if order.book.hold && held + wishes.len() > usize::from(limits.held_places) {
        let detail = format!("a family holds at most {} places; {held} are held already", limits.held_places);
        return Err(Problem::new(ProblemKind::TooManyHolds).detail(detail));
    }
    Ok(())
}

/// A window without a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Full {
    pub class: ClassId,
    pub date: Date,
    pub span: Span,
    /// What binds the number of places, in numbers.
    pub limit: String,
}

/// Takes every place or none.
///
/// # Errors
/// The windows without a place; `days` is as before then.
pub fn take_all(days: &mut Days, places: &[(ClassId, Date, Span)]) -> Result<(), Vec<Full>> {
    let (mut taken, mut full) = (Vec::new(), Vec::new());
    for (class, date, span) in places {
        if days.take(*class, *date, *span) {
            taken.push((*class, *date, *span));
        } else {
            let limit = days.get(*class, *date).map(|day| day.limit(*span).detail).unwrap_or_default();
            full.push(Full { class: *class, date: *date, span: *span, limit });
        }
    }
    if full.is_empty() {
        return Ok(());
    }
    for (class, date, span) in taken {
        days.give_back(class, date, span);
    }
    full.dedup();
    Err(full)
}

/// Says which windows are full, at the day that `field` names.
pub fn slot_full(full: &[Full], field: impl Fn(Date) -> Option<String>) -> Problem {
    let sentence = |full: &Full| format!("{} {}: no place is left, the limit is {}", full.date, full.span, full.limit);
    let mut problem = Problem::new(ProblemKind::SlotFull);
    problem.detail = Some(full.iter().map(sentence).collect::<Vec<_>>().join("; ").into());
    let fields = full.iter().filter_map(|full| {
        Some(FieldProblem { field: field(full.date)?, rule: FieldRule::Taken, detail: sentence(full) })
    });
    problem.fields = fields.collect();
    problem.fields.dedup_by(|one, other| one.field == other.field);
    problem
}

/// Looks up who comes to what. A child of another family reads the same as one that does not exist.
fn wishes<'a>(order: &Order, known: &'a Known) -> Result<Vec<Wish<'a>>, Problem> {
    let unknown = |index: usize, name: &str, detail: &str| {
        let mut problem = Problem::new(ProblemKind::NotFound).detail(detail);
        let field = format!("children.{index}.{name}");
        problem.fields.push(FieldProblem { field, rule: FieldRule::Unknown, detail: detail.to_owned() });
        problem
    };
    let mut wishes: Vec<Wish<'a>> = Vec::with_capacity(order.book.children.len());
    for (index, wish) in order.book.children.iter().enumerate() {
        let child = known.children.get(&wish.child_id).filter(|child| child.family == order.family);
        let child = child.ok_or_else(|| unknown(index, "child_id", "the family has no such child"))?;
        let offer = known.offers.get(&wish.offer_id);
        let offer = offer.ok_or_else(|| unknown(index, "offer_id", "there is no such offer"))?;
        if !child.may_be_booked {
            let (field, detail) = (format!("children.{index}.child_id"), "the guardian's consent to care is needed");
            return Err(Problem::field(field, FieldRule::ConsentNeeded, detail));
        }
        if wishes.first().is_some_and(|first| first.offer.nursery.id != offer.nursery.id) {
            let (field, detail) = (format!("children.{index}.offer_id"), "all children go to one nursery");
            return Err(Problem::field(field, FieldRule::Unknown, detail));
        }
        wishes.push(Wish { index, child, offer });
    }
    Ok(wishes)
}

/// Every child has the class's age on every day.
fn fits_ages(wishes: &[Wish], wanted: &[(usize, DayAndTime, Span)], policies: &Policies) -> Result<(), Problem> {
    for wish in wishes {
        let misfits = wanted.iter().filter_map(|(_, day, _)| {
            let Offer { nursery_kind, class_kind, .. } = wish.offer;
            let misfit = policies.age_misfit(*nursery_kind, *class_kind, wish.child.birth_date, day.date);
            misfit.map(|rule| (day.date, rule))
        });
        let misfits: Vec<_> = misfits.collect();
        let Some((first, rule)) = misfits.first() else { continue };
        let dates: Vec<_> = misfits.iter().map(|(date, _)| *date).collect();
        let detail = ages(wish.offer, *first, &dates, policies);
        let mut problem = Problem::new(ProblemKind::WrongAge).detail(detail.clone());
        let field = format!("children.{}.child_id", wish.index);
        problem.fields.push(FieldProblem { field, rule: *rule, detail });
        return Err(problem);
    }
    Ok(())
}

/// How long a hold lasts, and by how much it is extended.
pub fn hold_time(limits: &BookingRules) -> Duration {
    Duration::minutes(limits.hold_minutes.into())
}

/// How long the last step can be undone.
pub fn undo_time(limits: &BookingRules) -> Duration {
    Duration::minutes(limits.undo_minutes.into())
}

fn is_not_busy(
    order: &Order,
    wishes: &[Wish],
    wanted: &[(usize, DayAndTime, Span)],
    known: &Known,
) -> Result<(), Problem> {
    for wish in wishes {
        for (_, day, span) in wanted {
            if let Some(taken) = known.busy(order.family, wish.child.id, day.date, *span) {
                return Err(child_busy(format!("children.{}.child_id", wish.index), taken.date, taken.span));
            }
        }
    }
    Ok(())
}

/// Temporary care stays temporary: so many dates in a calendar month.
fn within_month(
    order: &Order,
    wishes: &[Wish],
    wanted: &[(usize, DayAndTime, Span)],
    known: &Known,
    limits: &BookingRules,
) -> Result<(), Problem> {
    for wish in wishes.iter().filter(|wish| wish.offer.care == CareKind::Temporary) {
        let dates: Vec<_> = wanted.iter().map(|(_, day, _)| day.date).collect();
        if let Some(detail) = too_much_temporary(known, order.family, wish.child.id, &dates, limits) {
            return Err(temporary_limit(format!("children.{}.child_id", wish.index), detail));
        }
    }
    Ok(())
}

/// A window that ends before it begins.
fn backwards(field: String) -> Problem {
    Problem::field(field, FieldRule::TooShort, "a window ends after it begins")
}

/// The same problem, its fields named as parts of `place`.
fn under(place: std::fmt::Arguments<'_>, mut problem: Problem) -> Problem {
    for field in &mut problem.fields {
        field.field = format!("{place}.{}", field.field);
    }
    problem
}

#[cfg(test)]
mod tests;
