//! What other filters would give: counts for the chips, the strip of seven days, and what empties an answer.

use doorstep_shared::{
    Timestamp,
    care::CareKind,
    slots::{Blocking, Chip, Facets, Filter, StripDay},
};

use super::{
    fit::{Asked, Child, Days, Wish},
    question::{DAYS_TRIED, Question},
    reach,
};
use crate::inventory::index::{city::City, nursery::Nursery, table};

/// The promoted filters.
const CHIPS: [Filter; 9] = [
    Filter::Today,
    Filter::Tomorrow,
    Filter::Within3Km,
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
    let common_price = Some(common_price_fen);
    let first = city.table.held().start;
    let (today, tomorrow) = (Days::All(vec![first]), Days::All(vec![first + 1]));
    let mut chips = CHIPS.map(|filter| (filter, 0));
    let mut strip: Vec<_> = strip_days(question, first).map(|day| (day, StripCount::default())).collect();
    let (mut total, mut in_reach) = (0, 0_u32);
    question.each_within(city, question.reach.max(near), |gap, nursery| {
        if !question.lies_there(nursery) {
            return;
        }
        let within = gap <= question.reach;
        if within {
            in_reach += 1;
            for (day, count) in &mut strip {
                count.open = count.open || !asked.is_closed(nursery, *day);
            }
        }
        if !question.is_of_kind(nursery) {
            return;
        }
        let wish = &question.wish;
        let admitted = within && (!question.inclusive || nursery.inclusive);
        let fits = asked.fits(nursery, wish, days);
        total += u32::from(fits && admitted);
        for (filter, count) in &mut chips {
            let matches = match filter {
                Filter::Within3Km => fits && gap <= near && (!question.inclusive || nursery.inclusive),
                Filter::Inclusive => fits && within && nursery.inclusive,
                _ if !admitted => false,
                Filter::Today => asked.fits(nursery, wish, &today),
                Filter::Tomorrow => asked.fits(nursery, wish, &tomorrow),
                Filter::Price => asked.fits(nursery, &Wish { max_price_fen: common_price, ..*wish }, days),
                other => {
                    let care = care_of(*other);
                    care.is_some() && asked.fits(nursery, &Wish { care, ..*wish }, days)
                }
            };
            *count += u32::from(matches);
        }
        if admitted {
            for (day, count) in &mut strip {
                if let Some(free) = best_free(asked, nursery, wish, *day) {
                    count.nurseries += 1;
                    count.free += u32::from(free);
                }
            }
        }
    });
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
        blocking: if total == 0 { blocking(city, question, now) } else { Vec::new() },
    }
}

/// Seven days from today, or from the first date asked for when that is later than six days ahead.
fn strip_days(question: &Question, today: i32) -> std::ops::Range<i32> {
    let asked = question.dates.first().map_or(today, |date| table::number(*date));
    let first = if asked > today + DAYS_TRIED - 1 { asked } else { today };
    first..first + DAYS_TRIED
}

/// Places left in the best window of a day; None when the children do not all fit.
fn best_free<'c>(asked: &Asked<'c>, nursery: &'c Nursery, wish: &Wish, day: i32) -> Option<u16> {
    let entries = asked.windows(nursery, wish, &Days::Any(vec![day]));
    entries.iter().map(|entry| asked.places_left(nursery, entry)).max()
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
    let mut count = 0;
    question.each_within(city, question.reach, |_, nursery| {
        count += u32::from(question.admits(nursery) && asked.fits(nursery, &question.wish, &days));
    });
    count
}
