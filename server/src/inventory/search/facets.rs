//! What other filters would give: counts for the chips, the strip of seven days, and what empties an answer.

use doorstep_shared::{
    Timestamp,
    care::CareKind,
    slots::{Blocking, Chip, Facets, Filter, StripDay},
};

use super::{
    fit::{Asked, Child, Days},
    question::Question,
    reach,
    sieve::Sieve,
    sweep::{STRIP, Sweep},
};
use crate::inventory::index::{city::City, shelf::cares, table};

/// The promoted filters.
const CHIPS: [Filter; 9] = [
    Filter::Today,
    Filter::Tomorrow,
    Filter::Near,
    Filter::FullDay,
    Filter::HalfDay,
    Filter::Temporary,
    Filter::Hourly,
    Filter::Inclusive,
    Filter::Price,
];

const fn care_of(filter: Filter) -> Option<CareKind> {
    match filter {
        Filter::FullDay => Some(CareKind::FullDay),
        Filter::HalfDay => Some(CareKind::HalfDay),
        Filter::Temporary => Some(CareKind::Temporary),
        Filter::Hourly => Some(CareKind::Hourly),
        _ => None,
    }
}

#[derive(Clone, Copy, Default)]
struct StripCount {
    nurseries: u32,
    free: u32,
    open: bool,
}

pub fn facets<'c>(city: &'c City, question: &Question, asked: &Asked<'c>, days: &Days, now: Timestamp) -> Facets {
    let policy = city.policies.on(city.today());
    let near = reach(Some(policy.search.near_m));
    let common_price_fen = policy.search.day_price_fen();
    let today = city.table.held().start;
    let mut chips = CHIPS.map(|filter| (filter, 0));
    let first = strip_begin(question, today);
    let mut strip: [_; STRIP] = std::array::from_fn(|day| (first + day as i32, StripCount::default()));
    let sweep = Sweep::new(asked, &question.wish, days, common_price_fen, today, first);
    let (mut total, mut in_reach) = (0, 0_u32);
    question.each(city, question.reach, |slot| {
        let Some(nursery) = city.nursery(slot).filter(|nursery| question.lies_there(nursery)) else { return };
        in_reach += 1;
        for (day, count) in strip.iter_mut().filter(|(day, count)| !count.open && !asked.is_holiday(*day)) {
            count.open = !asked.is_closed(nursery, *day);
        }
        let Some(verdict) = sweep.judge(slot).filter(|_| question.is_of_kind(nursery)) else { return };
        let admitted = !question.inclusive || nursery.inclusive;
        total += u32::from(verdict.fits && admitted);
        for (filter, count) in &mut chips {
            let matches = match filter {
                // Counted below: they may lie beyond what is asked for.
                Filter::Near => false,
                Filter::Inclusive => verdict.fits && nursery.inclusive,
                _ if !admitted => false,
                Filter::Today => verdict.today,
                Filter::Tomorrow => verdict.tomorrow,
                Filter::Price => verdict.price,
                other => care_of(*other).is_some_and(|care| verdict.cares & cares(Some(care)) != 0),
            };
            *count += u32::from(matches);
        }
        if admitted {
            for ((_, count), free) in strip.iter_mut().zip(verdict.strip) {
                count.nurseries += u32::from(free.is_some());
                count.free += u32::from(free.unwrap_or_default());
            }
        }
    });
    let near = count_within(asked, question, days, near);
    for (_, count) in chips.iter_mut().filter(|(filter, _)| *filter == Filter::Near) {
        *count = near;
    }
    let strip = strip.into_iter().map(|(day, count)| StripDay {
        date: table::date(day),
        nurseries: count.nurseries,
        free: count.free,
        rest: in_reach > 0 && !count.open,
    });
    Facets {
        total,
        chips: chips.into_iter().map(|(filter, count)| Chip { filter, count }).collect(),
        strip: strip.collect(),
        common_price_fen,
        near_m: policy.search.near_m,
        blocking: if total == 0 { blocking(city, question, now) } else { Vec::new() },
    }
}

/// The strip begins today, or on the first date asked for when that is later than six days ahead.
fn strip_begin(question: &Question, today: i32) -> i32 {
    let asked = question.dates.first().map_or(today, |date| table::number(*date));
    if asked > today + STRIP as i32 - 1 { asked } else { today }
}

/// Which filter, dropped alone, would give how many; most first.
fn blocking(city: &City, question: &Question, now: Timestamp) -> Vec<Blocking> {
    let without = |filter: Filter| {
        let mut rest = question.clone();
        let dropped = match filter {
            Filter::Name => rest.typed.take().is_some(),
            Filter::District => rest.district.take().is_some(),
            Filter::NurseryKind => !std::mem::take(&mut rest.kinds).is_empty(),
            Filter::Inclusive => std::mem::take(&mut rest.inclusive),
            Filter::Price => rest.wish.max_price_fen.take().is_some(),
            Filter::Care => rest.wish.care.take().is_some(),
            Filter::Time => rest.span.take().is_some(),
            Filter::Date => !std::mem::take(&mut rest.dates).is_empty(),
            Filter::Age => std::mem::replace(&mut rest.children, vec![Child::AnyAge]) != [Child::AnyAge],
            Filter::Distance => std::mem::replace(&mut rest.reach, f64::INFINITY).is_finite(),
            _ => false,
        };
        dropped.then(|| Blocking { filter, count_without: count(city, &rest, now) })
    };
    let mut blocking: Vec<_> = Filter::ALL.iter().copied().filter_map(without).collect();
    blocking.retain(|filter| filter.count_without > 0);
    blocking.sort_by_key(|filter| std::cmp::Reverse(filter.count_without));
    blocking
}

fn count(city: &City, question: &Question, now: Timestamp) -> u32 {
    let asked = Asked::new(city, question.children.clone(), question.span, now);
    count_within(&asked, question, &question.days(city), question.reach)
}

/// How many match within `reach`.
fn count_within<'c>(asked: &Asked<'c>, question: &Question, days: &Days, reach: f64) -> u32 {
    let sieve = Sieve::new(asked, &question.wish, days);
    let mut count = 0;
    question.each(asked.city, reach, |slot| {
        let nursery = asked.city.nursery(slot).filter(|nursery| sieve.lets(slot) && question.admits(nursery));
        count += u32::from(nursery.is_some_and(|nursery| asked.fits(nursery, &question.wish, days)));
    });
    count
}
