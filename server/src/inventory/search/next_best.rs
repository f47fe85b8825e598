//! Other windows that would do, for the answer that refuses one.

use doorstep_shared::{
    Date, HalfHour, Span, Timestamp,
    care::CareKind,
    ids::{NurseryId, OfferId},
    slots::NextBest,
};

use super::{
    fit::{Asked, Child, Days, Entry, Wish},
    found,
};
use crate::inventory::index::{
    city::City,
    nursery::{Nursery, When},
    table,
    tree::{Walk, distance_m},
};

/// What could not be had.
#[derive(Clone, Debug)]
pub struct Refused {
    pub nursery: NurseryId,
    /// The first child's.
    pub offer: OfferId,
    pub care: CareKind,
    /// All that were wanted, in order, at least one.
    pub dates: Vec<Date>,
    /// The one among them that was full.
    pub full: Date,
    pub span: Span,
    /// Birth dates of the children, at least one.
    pub children: Vec<Date>,
}

/// Windows told at most.
const MOST: usize = 3;
/// Of those, at the nursery itself while there are others near.
const MOST_HERE: usize = 2;
/// Days before and after the one refused.
const DAYS_AROUND: i32 = 7;
/// Nurseries looked at before giving up.
const LOOKED_AT: usize = 500;

/// Up to three windows of the same care that were free a moment ago: at the same nursery near in time, then at others
/// near by at the same time. Hourly care lasts as long as was wanted. Each is one in which all children fit on all days.
pub fn next_best(city: &City, refused: &Refused, now: Timestamp) -> Vec<NextBest> {
    let Some((_, home)) = city.find(refused.nursery) else { return Vec::new() };
    let search = Search::new(city, refused, now);
    let mut here = search.around(home);
    let mut near = search.near(home);
    near.truncate(MOST - here.len().min(MOST_HERE));
    here.truncate(MOST - near.len());
    here.extend(near);
    here
}

struct Search<'c> {
    city: &'c City,
    refused: &'c Refused,
    wish: Wish,
    children: Vec<Child>,
    now: Timestamp,
    /// Numbers of all days that were wanted.
    days: Vec<i32>,
    full: i32,
}

/// Which days a window is looked for on.
struct On {
    /// All of them, the one that is told first.
    days: Vec<i32>,
    /// Whether that one takes the place of the day that was full.
    replaces: bool,
}

impl<'c> Search<'c> {
    fn new(city: &'c City, refused: &'c Refused, now: Timestamp) -> Self {
        Self {
            city,
            refused,
            wish: Wish { care: Some(refused.care), max_price_fen: None },
            children: refused.children.iter().map(|birth| Child::Born(*birth)).collect(),
            now,
            days: refused.dates.iter().map(|date| table::number(*date)).collect(),
            full: table::number(refused.full),
        }
    }

    fn asked(&self, span: Option<Span>) -> Asked<'c> {
        Asked::new(self.city, self.children.clone(), span, self.now)
    }

    /// The same days.
    fn same_days(&self) -> On {
        On { days: self.days.clone(), replaces: false }
    }

    /// Another day in place of the full one.
    fn with_day(&self, day: i32) -> On {
        let others = self.days.iter().copied().filter(|other| *other != self.full);
        On { days: std::iter::once(day).chain(others).collect(), replaces: self.days.len() > 1 }
    }

    /// What is told of the first window in `windows` that suits, chosen by `key`. Of several children the windows are
    /// one for each, and they come and go together.
    fn best<'a, K: Ord>(
        &self,
        asked: &Asked<'a>,
        (nursery, gap): (&'a Nursery, f64),
        on: &On,
        key: impl Fn(&Entry<'_>) -> K,
    ) -> Option<NextBest> {
        let windows = asked.windows(nursery, &self.wish, &Days::All(on.days.clone()));
        let told_day = on.days.first().copied();
        let on_told_day = windows.iter().filter(|entry| Some(entry.day) == told_day);
        let (told, one_day) = if self.children.len() == 1 {
            let told = on_told_day.min_by_key(|entry| key(entry))?;
            // Of fixed windows, another day could have only another one.
            let is_same = |entry: &&Entry<'_>| entry.sale.offer == told.sale.offer && entry.span == told.span;
            if windows.iter().filter(is_same).count() < on.days.len() {
                return None;
            }
            (told, told.price_fen)
        } else {
            let told = windows.first().filter(|told| windows.iter().all(|entry| entry.span == told.span))?;
            (told, windows.iter().map(|entry| entry.price_fen).sum())
        };
        Some(NextBest {
            nursery_id: nursery.id,
            nursery_name: nursery.name.as_ref().to_owned(),
            distance_m: distance_m(gap).round() as u32,
            offer: found::offer(asked, nursery, told),
            replaces: on.replaces.then_some(self.refused.full),
            total_fen: one_day.times(i64::try_from(on.days.len()).unwrap_or(i64::MAX)),
        })
    }

    /// The windows that a nursery could sell instead: of the same length for hourly care, else all that it has.
    fn spans(&self, home: &Nursery) -> Vec<Span> {
        let wanted = self.refused.span;
        let mut spans: Vec<Span> = if self.refused.care == CareKind::Hourly {
            // A day has fewer half-hours than numbers fit; those that would end after midnight are none.
            let spans = (0..=u8::MAX - wanted.half_hours())
                .filter_map(|from| Span::new(HalfHour::new(from)?, HalfHour::new(from + wanted.half_hours())?));
            spans.collect()
        } else {
            let sales = home.classes.iter().flat_map(|class| &class.sales);
            let windows = sales.filter(|sale| sale.care == self.refused.care).filter_map(|sale| match sale.when {
                When::Window(span) => Some(span),
                When::AnyTime => None,
            });
            windows.collect()
        };
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// Other windows of the nursery itself, nearest in time first.
    fn around(&self, home: &'c Nursery) -> Vec<NextBest> {
        let wanted = self.refused.span;
        let mut found = Vec::new();
        for span in self.spans(home) {
            let asked = self.asked(Some(span));
            let later = span.from.index().abs_diff(wanted.from.index());
            let mut look = |on: On, apart: i32| {
                // A window that covers the one asked for is one of its own, and the index may not know yet what is full.
                let refused =
                    |entry: &Entry<'_>| apart == 0 && (entry.span, entry.sale.offer) == (wanted, self.refused.offer);
                let key = |entry: &Entry<'_>| (refused(entry), entry.span != span, entry.cheap_first());
                let best = self.best(&asked, (home, 0.0), &on, key);
                let best = best.filter(|best| {
                    let is_refused = apart == 0 && span == wanted && best.offer.offer_id == self.refused.offer;
                    (best.offer.from, best.offer.to) == (span.from, span.to) && !is_refused
                });
                found.extend(best.map(|best| ((apart, span.half_hours() != wanted.half_hours(), later), best)));
            };
            // Another class may have a place at the very same time.
            look(self.same_days(), 0);
            // Several days keep their window: one of them moves to another day.
            if span == wanted || self.days.len() == 1 && self.refused.care != CareKind::Hourly {
                let near = self.full - DAYS_AROUND..=self.full + DAYS_AROUND;
                for day in near.filter(|day| !self.days.contains(day) && self.city.table.held().contains(day)) {
                    look(self.with_day(day), (day - self.full).abs());
                }
            }
        }
        found.sort_by_key(|(key, best)| (*key, best.offer.date));
        if self.refused.care == CareKind::Hourly {
            // Half an hour later, and half an hour later again, are one choice: the nearest.
            let mut is_first = true;
            found.retain(|((apart, ..), _)| *apart > 0 || std::mem::take(&mut is_first));
        }
        found.into_iter().map(|(_, best)| best).take(MOST).collect()
    }

    /// The same care on the same days at other nurseries, covering the window; nearest first.
    fn near(&self, home: &Nursery) -> Vec<NextBest> {
        // A fixed window of another nursery seldom has the very same hours.
        let asked = self.asked((self.refused.care == CareKind::Hourly).then_some(self.refused.span));
        let on = self.same_days();
        let mut walk = Walk::new(Some(self.city.tree()), self.city.beside(), home.at, f64::INFINITY, |_| true);
        let (mut ring, mut near, mut looked_at) = (Vec::new(), Vec::new(), 0);
        while near.len() < MOST && looked_at < LOOKED_AT {
            let Some(gap) = walk.next_ring(&mut ring) else { break };
            looked_at += ring.len();
            for nursery in ring.iter().filter_map(|slot| self.city.nursery(*slot)).filter(|other| other.id != home.id) {
                near.extend(self.best(&asked, (nursery, gap), &on, |entry| {
                    let apart = entry.span.from.index().abs_diff(self.refused.span.from.index());
                    (apart, entry.cheap_first())
                }));
            }
        }
        near.truncate(MOST);
        near
    }
}
