//! May days of a booking go elsewhere? Pure decisions over the places left and the places wanted.

use std::collections::HashSet;

use chrono::{Days as DaysAhead, Duration};
use doorstep_shared::{
    Date, Problem, ProblemKind, Span, Timestamp,
    bookings::{MoveBooking, MoveDay},
    care::CareKind,
    ids::{BookingId, ChildId, FamilyId, OfferId},
    problem::{FieldProblem, FieldRule},
};

use super::{
    PlannedDay, ages, backwards, child_busy, in_time, is_open, is_sold, slot_full, take_all, temporary_limit,
    too_much_temporary,
};
use crate::{
    bookings::{
        facts::{Child, Known, Offer, Taken},
        store::{BookingRow, DayRow},
    },
    inventory::Days,
    policy::Policies,
};

/// Days in one request at most, those of the longest booking.
const DAYS: usize = 62;
/// Days ahead or back at most.
const SHIFT: i16 = 366;

/// What can be said about a move without looking anything up.
///
/// # Errors
/// `invalid`, naming every field that breaks a rule.
pub fn check_shape(ask: &MoveBooking) -> Result<(), Problem> {
    let mut fields = Vec::new();
    let mut broken = |field: String, rule, detail: &str| {
        fields.push(FieldProblem { field, rule, detail: detail.to_owned() });
    };
    if ask.dates.len() > DAYS {
        broken("dates".into(), FieldRule::TooLong, "at most 62 dates");
    }
    if ask.days.len() > DAYS {
        broken("days".into(), FieldRule::TooLong, "at most 62 days");
    }
    if ask.offer_id.is_some() && !ask.children.is_empty() {
        broken("children".into(), FieldRule::Twice, "either one offer for all children, or one for each");
    }
    let by_shift = !ask.dates.is_empty() || ask.shift_days != 0 || ask.from.is_some() || ask.to.is_some();
    if by_shift && !ask.days.is_empty() {
        broken("days".into(), FieldRule::Twice, "either where each day goes, or what changes for all");
    }
    if !(-SHIFT..=SHIFT).contains(&ask.shift_days) {
        let rule = if ask.shift_days > 0 { FieldRule::TooLarge } else { FieldRule::TooSmall };
        broken("shift_days".into(), rule, "at most 366 days ahead or back");
    }
    match (ask.from, ask.to) {
        (Some(_), None) => broken("to".into(), FieldRule::Required, "a window has an end"),
        (None, Some(_)) => broken("from".into(), FieldRule::Required, "a window has a beginning"),
        (Some(from), Some(to)) if from >= to => {
            broken("to".into(), FieldRule::TooShort, "a window ends after it begins");
        }
        _ => {}
    }
    let mut dates = HashSet::new();
    for (index, date) in ask.dates.iter().enumerate() {
        if !dates.insert(*date) {
            broken(format!("dates.{index}"), FieldRule::Twice, "each date is named once");
        }
    }
    for (index, MoveDay { date, from, to, .. }) in ask.days.iter().enumerate() {
        if !dates.insert(*date) {
            broken(format!("days.{index}.date"), FieldRule::Twice, "each date is named once");
        }
        if from >= to {
            broken(format!("days.{index}.to"), FieldRule::TooShort, "a window ends after it begins");
        }
    }
    if fields.is_empty() {
        return Ok(());
    }
    let mut problem = Problem::new(ProblemKind::Invalid);
    problem.fields = fields;
    Err(problem)
}

/// A day that is to go elsewhere. Where it goes may be where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Going {
    pub row: DayRow,
    pub offer: OfferId,
    pub date: Date,
    pub span: Span,
    /// What the request called it, for a refusal.
    pub field: String,
}

impl Going {
    /// Whether it goes to where it is: a child may stay in its class while a sibling goes to another.
    pub fn stays(&self) -> bool {
        let Self { row, offer, date, span, .. } = self;
        (row.offer_id, row.date, row.span()) == (*offer, *date, *span)
    }
}

/// Which days go where, those that stay included.
///
/// # Errors
/// `invalid` for a date that the booking does not have, a child that is not of it, and when nothing would change;
/// `wrong-state` for a day that has begun, and when all have.
pub fn going(ask: &MoveBooking, rows: &[DayRow], now: Timestamp) -> Result<Vec<Going>, Problem> {
    let mut going = Vec::new();
    if ask.days.is_empty() {
        let window = ask.from.zip(ask.to);
        let shifted = |date: Date| date.checked_add_signed(Duration::days(ask.shift_days.into()));
        let named: Vec<(String, Date)> = if ask.dates.is_empty() {
            let ahead = rows.iter().filter(|row| row.takes_place && !row.has_begun(now));
            ahead.map(|row| ("shift_days".to_owned(), row.date)).collect()
        } else {
            ask.dates.iter().enumerate().map(|(index, date)| (format!("dates.{index}"), *date)).collect()
        };
        if named.is_empty() {
            return Err(Problem::new(ProblemKind::WrongState).detail("the care of every day has begun"));
        }
        let mut seen = HashSet::new();
        for (field, date) in named.into_iter().filter(|(_, date)| seen.insert(*date)) {
            for row in standing(rows, date, now, &field)? {
                let too_far = || Problem::field("shift_days", FieldRule::TooFarAhead, "there is no such date");
                let date = shifted(row.date).ok_or_else(too_far)?;
                let span = match window {
                    None => row.span(),
                    Some((from, to)) => Span::new(from, to).ok_or_else(|| backwards("to".to_owned()))?,
                };
                going.push(Going { offer: offer_of(ask, row)?, row: row.clone(), date, span, field: field.clone() });
            }
        }
    }
    for (index, MoveDay { date, to_date, from, to }) in ask.days.iter().enumerate() {
        let field = format!("days.{index}.date");
        for row in standing(rows, *date, now, &field)? {
            let span = Span::new(*from, *to).ok_or_else(|| backwards(format!("days.{index}.to")))?;
            let offer = offer_of(ask, row)?;
            going.push(Going { offer, row: row.clone(), date: *to_date, span, field: field.clone() });
        }
    }
    for (index, child) in ask.children.iter().enumerate() {
        if !going.iter().any(|going| going.row.child_id == child.child_id) {
            let field = format!("children.{index}.child_id");
            return Err(Problem::field(field, FieldRule::Unknown, "the booking is not for this child"));
        }
    }
    if going.iter().all(Going::stays) {
        return Err(Problem::field("offer_id", FieldRule::Twice, "the days are there already"));
    }
    going.sort_by_key(|going| going.date);
    Ok(going)
}

/// The days of a date that can still be changed.
fn standing<'a>(rows: &'a [DayRow], date: Date, now: Timestamp, field: &str) -> Result<Vec<&'a DayRow>, Problem> {
    let on_date: Vec<_> = rows.iter().filter(|row| row.takes_place && row.date == date).collect();
    if on_date.is_empty() {
        return Err(Problem::field(field, FieldRule::Unknown, format!("the booking has no day on {date}")));
    }
    if on_date.iter().any(|row| row.has_begun(now)) {
        return Err(begun(field, date));
    }
    Ok(on_date)
}

/// The care of that day has begun, so it cannot be changed any more.
pub fn begun(field: &str, date: Date) -> Problem {
    let detail = format!("the care on {date} has begun");
    let mut problem = Problem::new(ProblemKind::WrongState).detail(detail.clone());
    problem.fields.push(FieldProblem { field: field.to_owned(), rule: FieldRule::InThePast, detail });
    problem
}

fn offer_of(ask: &MoveBooking, row: &DayRow) -> Result<OfferId, Problem> {
    let of_child = |child: ChildId| ask.children.iter().find(|named| named.child_id == child);
    match (ask.offer_id, of_child(row.child_id)) {
        (Some(offer), _) => Ok(offer),
        (None, Some(child)) => Ok(child.offer_id),
        (None, None) if ask.children.is_empty() => Ok(row.offer_id),
        (None, None) => {
            Err(Problem::field("children", FieldRule::Required, "all children of the booking move together"))
        }
    }
}

/// A day that goes, with who goes and what to.
#[derive(Clone, Copy, Debug)]
pub struct Goes<'a> {
    pub going: &'a Going,
    pub child: &'a Child,
    pub offer: &'a Offer,
}

/// Looks up who goes to what.
///
/// # Errors
/// `not-found` for an offer that is not sold, `invalid` for offers of two nurseries or a consent that was withdrawn,
/// `wrong-state` for a child whose record was erased.
pub fn goes<'a>(going: &'a [Going], ask: &MoveBooking, known: &'a Known) -> Result<Vec<Goes<'a>>, Problem> {
    let mut all: Vec<Goes<'a>> = Vec::with_capacity(going.len());
    for going in going {
        let index = ask.children.iter().position(|named| named.child_id == going.row.child_id);
        let field = index.map_or_else(|| "offer_id".to_owned(), |index| format!("children.{index}.offer_id"));
        let Some(offer) = known.offers.get(&going.offer) else {
            let detail = "there is no such offer";
            let mut problem = Problem::new(ProblemKind::NotFound).detail(detail);
            problem.fields.push(FieldProblem { field, rule: FieldRule::Unknown, detail: detail.to_owned() });
            return Err(problem);
        };
        let gone = || Problem::new(ProblemKind::WrongState).detail("the child's record was erased");
        let child = known.children.get(&going.row.child_id).ok_or_else(gone)?;
        if !child.may_be_booked {
            let detail = "the guardian's consent to care is needed";
            return Err(Problem::field("id", FieldRule::ConsentNeeded, detail));
        }
        if all.first().is_some_and(|first| first.offer.nursery.id != offer.nursery.id) {
            return Err(Problem::field(field, FieldRule::Unknown, "all children go to one nursery"));
        }
        all.push(Goes { going, child, offer });
    }
    Ok(all)
}

/// Gives back the places that are left and takes those that are wanted: all or none, and by the rules of a booking.
/// What of the booking `id` is left does not stand in the way.
///
/// # Errors
/// `not-bookable`, `closed`, `invalid`, `wrong-age`, `child-busy`, `temporary-limit`, `slot-full`; what has been done to
/// `known` and `days` by then is of no use any more.
pub fn decide(
    goes: &[Goes],
    (family, id): (FamilyId, BookingId),
    now: Timestamp,
    known: &mut Known,
    days: &mut Days,
    policies: &Policies,
) -> Result<Vec<PlannedDay>, Problem> {
    let limits = &policies.on(now.local_date()).booking;
    let left: HashSet<_> =
        goes.iter().map(|goes| &goes.going.row).map(|row| (row.child_id, row.date, row.span())).collect();
    known.forget(family, |taken| taken.booking == id && left.contains(&(taken.child, taken.date, taken.span)));
    let mut planned = Vec::with_capacity(goes.len());
    for Goes { going, child, offer } in goes {
        let Going { date, span, field, .. } = going;
        let (date, span) = (*date, *span);
        let here = |mut problem: Problem| {
            problem.fields.iter_mut().for_each(|wrong| wrong.field.clone_from(field));
            problem
        };
        in_time(offer, date, span, now, limits).map_err(here)?;
        is_sold(offer, span, limits).map_err(here)?;
        is_open(offer, date, span, days)?;
        if let Some(rule) = policies.age_misfit(offer.nursery_kind, offer.class_kind, child.birth_date, date) {
            let detail = ages(offer, date, &[date], policies);
            let mut problem = Problem::new(ProblemKind::WrongAge).detail(detail.clone());
            problem.fields.push(FieldProblem { field: field.clone(), rule, detail });
            return Err(problem);
        }
        if let Some(taken) = known.busy(family, child.id, date, span) {
            return Err(child_busy(field.clone(), taken.date, taken.span));
        }
        let temporary = [date].into_iter().filter(|_| offer.care == CareKind::Temporary).collect::<Vec<_>>();
        if let Some(detail) = too_much_temporary(known, family, child.id, &temporary, limits) {
            return Err(temporary_limit(field.clone(), detail));
        }
        let taken = Taken { booking: id, child: child.id, care: offer.care, date, span, hold_expires_at: None };
        known.admit(family, [taken]);
        planned.push(PlannedDay::new(child, offer, date, span));
    }
    for Goes { going, .. } in goes {
        days.give_back(going.row.class_id, going.row.date, going.row.span());
    }
    let places: Vec<_> = planned.iter().map(|day| (day.class, day.date, day.span)).collect();
    take_all(days, &places).map_err(|full| {
        slot_full(&full, |date| goes.iter().find(|goes| goes.going.date == date).map(|goes| goes.going.field.clone()))
    })?;
    Ok(planned)
}

/// Whether the child comes to the same nursery on the same day all the same: then leaving its place costs nothing.
///
/// Otherwise it costs what cancelling does, or a late cancellation would be free for whoever first moves the day far
/// ahead.
pub fn comes_all_the_same(goes: &Goes, booking: &BookingRow) -> bool {
    goes.offer.nursery.id == booking.nursery_id && goes.going.date == goes.going.row.date
}

/// The last date that may be looked at: beyond it nothing is bookable, and nothing must be locked.
pub fn last_date(now: Timestamp, policies: &Policies) -> Date {
    let today = now.local_date();
    today + DaysAhead::new(policies.on(today).booking.horizon_days.into())
}
