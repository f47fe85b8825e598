//! Single questions about a child, an offer, a window and a date.

use chrono::{Datelike as _, Days as DaysAhead, Duration};
use doorstep_shared::{
    Date, HalfHour, Problem, ProblemKind, Span, Timestamp,
    care::CareKind,
    ids::{ChildId, FamilyId},
    problem::{FieldProblem, FieldRule},
};

use crate::{
    bookings::facts::{Known, Offer},
    inventory::Days,
    policy::{BookingRules, Policies},
};

/// Neither past, nor too soon, nor too far ahead. Names `date` or `from`.
pub fn in_time(offer: &Offer, date: Date, span: Span, now: Timestamp, limits: &BookingRules) -> Result<(), Problem> {
    let refuse = |name: &str, rule, detail: String| {
        let mut problem = Problem::new(ProblemKind::NotBookable).detail(detail.clone());
        problem.fields.push(FieldProblem { field: name.to_owned(), rule, detail });
        problem
    };
    let today = now.local_date();
    if date < today {
        return Err(refuse("date", FieldRule::InThePast, format!("{date} is past")));
    }
    let begins = Timestamp::at(date, span.from);
    if begins < now {
        return Err(refuse("from", FieldRule::InThePast, format!("{date} {} is past", span.from)));
    }
    if now + Duration::minutes(offer.lead_minutes.into()) > begins {
        let detail = format!("it must be booked {} minutes before it begins", offer.lead_minutes);
        return Err(refuse("from", FieldRule::TooSmall, detail));
    }
    let ahead_days = match offer.care {
        CareKind::Temporary => limits.temporary_days_ahead.min(limits.horizon_days),
        CareKind::FullDay | CareKind::HalfDay | CareKind::Hourly => limits.horizon_days,
    };
    if date > today + DaysAhead::new(ahead_days.into()) {
        let mut problem =
            refuse("date", FieldRule::TooFarAhead, format!("it can be booked at most {ahead_days} days ahead"));
        let opens = date.checked_sub_days(DaysAhead::new(ahead_days.into()));
        problem.possible_from = opens.map(|date| Timestamp::at(date, HalfHour::MIDNIGHT));
        return Err(problem);
    }
    Ok(())
}

/// The offer sells that window. Names `to`, or no field.
pub fn is_sold(offer: &Offer, span: Span, limits: &BookingRules) -> Result<(), Problem> {
    let minutes = u16::from(span.half_hours()) * 30;
    if offer.care == CareKind::Hourly && minutes < limits.hourly_min_minutes {
        let detail = format!("hourly care lasts at least {} minutes", limits.hourly_min_minutes);
        return Err(Problem::field("to", FieldRule::TooShort, detail));
    }
    if offer.care == CareKind::Hourly && minutes % limits.hourly_step_minutes != 0 {
        let detail = format!("hourly care goes in steps of {} minutes", limits.hourly_step_minutes);
        return Err(Problem::field("to", FieldRule::NotAligned, detail));
    }
    if offer.care != CareKind::Hourly && !offer.windows.contains(&span) {
        let sold: Vec<_> = offer.windows.iter().map(Span::to_string).collect();
        let detail = format!("{span} is not sold; the offer sells {}", sold.join(", "));
        return Err(Problem::new(ProblemKind::Closed).detail(detail));
    }
    Ok(())
}

/// The class is open all through that window.
pub fn is_open(offer: &Offer, date: Date, span: Span, days: &Days) -> Result<(), Problem> {
    if days.get(offer.class, date).is_some_and(|day| day.is_open(span)) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Closed).detail(format!("{date}: the class is closed at some time of {span}")))
}

/// In words: which ages the offer's class takes, and when a child is not of them.
pub fn ages(offer: &Offer, first: Date, dates: &[Date], policies: &Policies) -> String {
    let ages = policies.on(first).class_rule(offer.nursery_kind, offer.class_kind).ages();
    let dates: Vec<_> = dates.iter().map(Date::to_string).collect();
    format!(
        "the {} class takes children of {} to {} completed months; not so on {}",
        offer.class_kind,
        ages.from_months,
        ages.to_months.saturating_sub(1),
        dates.join(", "),
    )
}

/// The child is somewhere else at that time.
pub fn child_busy(field: String, date: Date, span: Span) -> Problem {
    let detail = format!("the child is booked on {date} at {span} already");
    let mut problem = Problem::new(ProblemKind::ChildBusy).detail(detail.clone());
    problem.fields.push(FieldProblem { field, rule: FieldRule::Twice, detail });
    problem
}

/// Why a child may not have temporary care on all of these dates besides what it has: so many dates in a calendar month.
pub fn too_much_temporary(
    known: &Known,
    family: FamilyId,
    child: ChildId,
    dates: &[Date],
    limits: &BookingRules,
) -> Option<String> {
    dates.iter().find_map(|date| {
        let mut month = known.temporary_dates(family, child, *date);
        let had = month.len();
        let same_month = |other: &&Date| (other.year(), other.month()) == (date.year(), date.month());
        month.extend(dates.iter().filter(same_month));
        (month.len() > usize::from(limits.temporary_days_a_month)).then(|| {
            format!(
                "temporary care is for at most {} days a month; in {} the child has {had} already",
                limits.temporary_days_a_month,
                date.format("%Y-%m"),
            )
        })
    })
}

pub fn temporary_limit(field: String, detail: String) -> Problem {
    let mut problem = Problem::new(ProblemKind::TemporaryLimit).detail(detail.clone());
    problem.fields.push(FieldProblem { field, rule: FieldRule::TooLarge, detail });
    problem
}
