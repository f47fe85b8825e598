//! What other filters would give: counts for the chips, the strip of seven days, and what empties an answer.

use std::sync::PoisonError;

use doorstep_shared::{
    Timestamp,
    care::CareKind,
    slots::{Blocking, Chip, Facets, Filter, StripDay},
};

use super::{
    fit::{Asked, Child, Days},
    full::full,
    question::Question,
    reach,
    sieve::Sieve,
    sweep::Sweep,
};
use crate::inventory::index::{
    city::City,
    table,
    tally::{Counts, STRIP, Tally},
};

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

pub fn facets<'c>(city: &'c City, question: &Question, asked: &Asked<'c>, days: &Days, now: Timestamp) -> Facets {
    let policy = city.policies.on(city.today());
    let near = reach(Some(policy.search.near_m));
    let common_price_fen = policy.search.day_price_fen();
    let first = strip_begin(question, city.table.held().start);
    let sweep = Sweep::new(asked, &question.wish, days, common_price_fen, first);
    let tally = city.tallies.of(sweep.key(), city.shelves.slots().len());
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    tally.follow(&city.log, city.shelves.slots(), now.micros(), || sweep.steady(), |slot| sweep.judge(slot));
    let counts = if question.is_about_all() { tally.whole } else { count_some(city, question, &tally) };
    let mut within = 0;
    question.each(city, near, |slot| {
        let matches = tally.of(slot).fits && city.nursery(slot).is_some_and(|nursery| question.admits(nursery));
        within += i64::from(matches);
    });
    drop(tally);
    let chip = |filter: &Filter| match filter {
        // They may lie beyond what is asked for.
        Filter::Near => within,
        Filter::Inclusive => counts.inclusive,
        Filter::Today => counts.today,
        Filter::Tomorrow => counts.tomorrow,
        Filter::Price => counts.price,
        other => care_of(*other).and_then(|care| counts.cares.get(care as usize).copied()).unwrap_or_default(),
    };
    let strip = counts.strip.iter().zip(first..).map(|(count, day)| StripDay {
        date: table::date(day),
        nurseries: whole(count.nurseries),
        free: whole(count.free),
        rest: counts.there > 0 && count.open == 0,
    });
    Facets {
        total: whole(counts.fits),
        chips: CHIPS.iter().map(|filter| Chip { filter: *filter, count: whole(chip(filter)) }).collect(),
        strip: strip.collect(),
        common_price_fen,
        near_m: policy.search.near_m,
        blocking: if counts.fits == 0 { blocking(city, question, now) } else { Vec::new() },
        full: if counts.fits == 0 { full(asked, question, days) } else { Vec::new() },
    }
}

fn whole(count: i64) -> u32 {
    u32::try_from(count).unwrap_or_default()
}

/// Counts what a question that is not about the whole city admits.
fn count_some(city: &City, question: &Question, tally: &Tally) -> Counts {
    let mut counts = Counts::default();
    question.each(city, question.reach, |slot| {
        let Some(nursery) = city.nursery(slot).filter(|nursery| question.lies_there(nursery)) else { return };
        let verdict = tally.of(slot);
        if !question.is_of_kind(nursery) || question.inclusive && !nursery.inclusive {
            counts.add(&verdict.only_open());
        } else {
            counts.add(&verdict);
        }
    });
    counts
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
    let days = question.days(city);
    let sieve = Sieve::new(&asked, &question.wish, &days);
    let mut count = 0;
    question.each(city, question.reach, |slot| {
        let nursery = city.nursery(slot).filter(|nursery| sieve.lets(slot) && question.admits(nursery));
        count += u32::from(nursery.is_some_and(|nursery| sieve.admits(slot, nursery)));
    });
    count
}
