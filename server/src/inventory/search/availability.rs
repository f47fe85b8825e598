//! The windows of one nursery, day by day, the full ones too.

use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Span, Timestamp,
    nurseries::{Availability, ClosedReason, DayAvailability, GetAvailability, Window},
    problem::FieldRule,
    slots::StripDay,
};

use super::{
    fit::{Asked, Child, Wish},
    question::{CHILDREN, Faults},
};
use crate::{
    inventory::{
        index::{
            city::City,
            nursery::{Class, Nursery, Sale, When},
            table,
        },
        rules,
    },
    policy::DayKind,
};

/// Days told when no number is named.
const DAYS: u8 = 7;

/// Answers from the index.
///
/// # Errors
/// `not-found` for a nursery that is not known; `invalid` with every field that breaks a rule.
pub fn availability(city: &City, request: &GetAvailability, now: Timestamp) -> Result<Availability, Problem> {
    let Some((_, nursery)) = city.find(request.id) else { return Err(ProblemKind::NotFound.into()) };
    let mut faults = Faults::default();
    let from = request.from.unwrap_or(city.today());
    faults.date("from", from, city);
    let days = request.days.unwrap_or(DAYS);
    faults.refuse(days < 1, "days", FieldRule::TooSmall, "1 to 31");
    faults.refuse(days > 31, "days", FieldRule::TooLarge, "1 to 31");
    faults.refuse(request.birth_date.len() > CHILDREN, "birth_date", FieldRule::TooLong, "at most four children");
    faults.age(&request.birth_date, request.age_months, now.local_date());
    faults.into_result()?;
    let mut children: Vec<_> = request.birth_date.iter().map(|birth| Child::Born(*birth)).collect();
    if children.is_empty() {
        children.push(request.age_months.map_or(Child::AnyAge, Child::Months));
    }
    let asked = Asked::new(city, children, None, now);
    let wish = Wish { care: request.care, max_price_fen: None };
    let first = table::number(from);
    let numbers = first..(first + i32::from(days)).min(city.table.held().end);
    let days: Vec<_> = numbers.map(|number| day(&asked, nursery, &wish, number)).collect();
    let strip = days.iter().map(|day| {
        let free = day.windows.iter().filter(|window| window.bookable).map(|window| u32::from(window.free)).max();
        let free = free.unwrap_or_default();
        StripDay { date: day.date, nurseries: u32::from(free > 0), free, rest: day.closed.is_some() }
    });
    let hourly_min_minutes = u16::from(asked.hourly_least) * 30;
    Ok(Availability { strip: strip.collect(), days, hourly_min_minutes, as_of: city.as_of })
}

fn day(asked: &Asked<'_>, nursery: &Nursery, wish: &Wish, number: i32) -> DayAvailability {
    let date = table::date(number);
    let working_weekend = matches!(asked.city.policies.calendar.day_kind(date), DayKind::Workday { .. });
    if asked.is_closed(nursery, number) {
        let closed = Some(closed_reason(asked, nursery, date));
        return DayAvailability { date, working_weekend, closed, windows: Vec::new() };
    }
    let mut windows = Vec::new();
    let takes_one =
        |class: &&Class| (0..asked.children.len()).any(|child| asked.takes_on(nursery, class, child, number));
    for class in nursery.classes.iter().filter(takes_one) {
        let seats = asked.city.seats(nursery, class, date);
        let open = nursery.open_on(class, &asked.city.policies, date);
        let used = asked.city.table.used(class.row, number);
        let mut add = |sale: &Sale, span: Span, price_fen: Fen| {
            let is_open = open & span.mask() == span.mask();
            windows.push(Window {
                offer_id: sale.offer,
                class_id: class.id,
                class_kind: class.kind,
                care: sale.care,
                span,
                free: rules::free(&seats, open, used, span),
                seats: if is_open { seats.least(span) } else { 0 },
                price_fen,
                limit: seats.limit(open, used, span),
                bookable: asked.is_bookable(sale, number, span),
            });
        };
        for sale in class.sales.iter().filter(|sale| wish.care.is_none_or(|care| care == sale.care)) {
            match sale.when {
                When::Window(span) => add(sale, span, sale.price_fen),
                When::AnyTime => {
                    free_runs(asked, class, sale, number).into_iter().for_each(|span| add(sale, span, sale.price_fen));
                }
            }
        }
    }
    windows.sort_by_key(|window| (window.care, window.span, window.price_fen, window.offer_id));
    DayAvailability { date, working_weekend, closed: None, windows }
}

/// The longest runs with a free place throughout that are long enough for hourly care, from when it can be booked on.
/// Where it is too late for all of them, the runs that were free.
fn free_runs(asked: &Asked<'_>, class: &Class, sale: &Sale, number: i32) -> Vec<Span> {
    let free = asked.city.table.on(number).one(class.row);
    let runs = |mask| rules::runs(mask).filter(|run| run.half_hours() >= asked.hourly_least).collect::<Vec<_>>();
    let in_time = runs(free & asked.bookable(sale, number));
    if in_time.is_empty() { runs(free) } else { in_time }
}

fn closed_reason(asked: &Asked<'_>, nursery: &Nursery, date: Date) -> ClosedReason {
    let kind = asked.city.policies.calendar.day_kind(date);
    if let DayKind::Holiday { zh, en } = kind
        && nursery.hours.of_date(date).is_none()
    {
        return ClosedReason::Holiday { name_zh: zh.clone(), name_en: en.clone() };
    }
    if rules::template_on(&nursery.hours, date, kind) == 0 {
        return ClosedReason::Weekday;
    }
    let closure = nursery.closures.iter().find(|closed| closed.date == date);
    closure.map_or(ClosedReason::Weekday, |closed| ClosedReason::Closure { reason: closed.reason.as_ref().to_owned() })
}
