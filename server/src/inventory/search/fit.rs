//! What a nursery has for some children on some days: the one place where a window is decided to fit.

use std::cell::OnceCell;

use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    care::{CareKind, ClassKind, NurseryKind},
    ids::OfferId,
};

use crate::{
    inventory::{
        index::{
            city::City,
            nursery::{Class, Nursery, Sale, When},
            shelf::pair,
            table::{self, Column},
            tally::Steady,
        },
        rules,
        seats::Staffing,
    },
    policy::{ClassRule, DayKind, Policy},
};

/// Who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    Born(Date),
    /// Completed months, whatever the day.
    Months(u16),
    AnyAge,
}

/// What of an offer matters beside its places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    pub care: Option<CareKind>,
    pub max_price_fen: Option<Fen>,
}

/// Numbers of days, in order.
#[derive(Clone, Debug)]
pub enum Days {
    /// Every one must fit.
    All(Vec<i32>),
    /// One that fits is enough.
    Any(Vec<i32>),
}

/// A day, with what does not depend on the nursery.
#[derive(Debug)]
pub struct Day<'c> {
    /// What is free on it, of every class.
    pub places: Column<'c>,
    pub policy: &'c Policy,
    kind: &'c DayKind,
    /// Days from today.
    ahead: i32,
    /// Local midnight, in microseconds since 1970.
    midnight: i64,
    /// For each child, the pairs of nursery kind and class kind that take it on that day: see [`pair`].
    pub takes: Vec<u32>,
}

const HALF_HOUR_US: i64 = 30 * 60 * 1_000_000;
const MINUTE_US: i64 = 60 * 1_000_000;

/// What must be free for a sale to be booked.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Every one of these half-hours; for hourly care at no certain time those at which it may begin.
    mask: u64,
    /// None for hourly care at no certain time.
    span: Option<Span>,
    /// Half-hours of hourly care at no certain time.
    least: u8,
}

impl Window {
    /// Where it is in these free half-hours: the earliest of the shortest length for hourly care at no certain time.
    pub fn fits(self, free: u64) -> Option<Span> {
        match self.span {
            Some(span) => (free & self.mask == self.mask).then_some(span),
            None => rules::first_run(free & self.mask, self.least),
        }
    }
}

/// A window that fits on a day.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'c> {
    pub day: i32,
    pub price_fen: Fen,
    pub span: Span,
    pub class: &'c Class,
    pub sale: &'c Sale,
}

impl Entry<'_> {
    /// By date, then price, then start.
    pub fn cheap_first(&self) -> (i32, Fen, Span, OfferId) {
        (self.day, self.price_fen, self.span, self.sale.offer)
    }

    /// By date, then start, then price.
    pub fn early_first(&self) -> (i32, Span, Fen, OfferId) {
        (self.day, self.span, self.price_fen, self.sale.offer)
    }
}

/// Where each child goes, and what all of them cost for a day.
pub struct Placement<'c> {
    pub total_fen: Fen,
    /// For each child its class, and the sales of its offer there.
    pub children: Vec<(&'c Class, &'c [Sale])>,
}

/// The city, asked for certain children at a certain time.
pub struct Asked<'c> {
    pub city: &'c City,
    pub children: Vec<Child>,
    /// The care must cover it.
    pub span: Option<Span>,
    now: i64,
    temporary_days_ahead: i32,
    /// Shortest hourly care, in half-hours.
    pub hourly_least: u8,
    days: Vec<OnceCell<Day<'c>>>,
}

impl<'c> Asked<'c> {
    pub fn new(city: &'c City, children: Vec<Child>, span: Option<Span>, now: Timestamp) -> Self {
        let booking = city.policies.on(city.today()).booking;
        Self {
            city,
            children,
            span,
            now: now.micros(),
            temporary_days_ahead: booking.temporary_days_ahead.into(),
            hourly_least: u8::try_from(booking.hourly_min_minutes / 30).unwrap_or(u8::MAX),
            days: city.table.held().map(|_| OnceCell::new()).collect(),
        }
    }

    /// None for a day that the index does not hold.
    pub fn day(&self, number: i32) -> Option<&Day<'c>> {
        let ahead = number - self.city.table.held().start;
        let known = self.days.get(usize::try_from(ahead).ok()?)?;
        Some(known.get_or_init(|| {
            let date = table::date(number);
            let policy = self.city.policies.on(date);
            Day {
                places: self.city.table.on(number),
                policy,
                kind: self.city.policies.calendar.day_kind(date),
                ahead,
                midnight: Timestamp::at(date, HalfHour::MIDNIGHT).micros(),
                takes: self.children.iter().map(|child| pairs(policy, *child, date)).collect(),
            }
        }))
    }

    pub fn is_one_child(&self) -> bool {
        self.children.len() == 1
    }

    /// Whether every class of a nursery is closed that day.
    pub fn is_closed(&self, nursery: &Nursery, day: i32) -> bool {
        let date = table::date(day);
        let kind = self.day(day).map_or_else(|| self.city.policies.calendar.day_kind(date), |day| day.kind);
        if nursery.closures.is_empty() {
            return rules::template_on(&nursery.hours, date, kind) == 0 || nursery.classes.is_empty();
        }
        let closed = |class: &Class| rules::open_on(&nursery.hours, date, kind, class.id, &nursery.closures) == 0;
        nursery.classes.iter().all(closed)
    }

    /// Half-hours with so many places free.
    fn free(&self, nursery: &Nursery, class: &Class, day: &Day<'_>, places: usize) -> u64 {
        match places {
            0 | 1 => day.places.one(class.row),
            2 => day.places.two(class.row),
            more => {
                let rule = day.policy.class_rule(nursery.kind, class.kind);
                let seats = Staffing::new(class.places, class.carers, rule).seats();
                let used = day.places.used(class.row);
                day.places.one(class.row) & used.below((seats + 1).saturating_sub(more as u16))
            }
        }
    }

    /// Whether it is not too late, nor too early, to book care of a sale that begins `from` half-hours into the day.
    fn in_time(&self, sale: &Sale, day: &Day<'_>, from: HalfHour) -> bool {
        self.may_ahead(sale, day) && i64::from(from.index()) * HALF_HOUR_US >= self.earliest(sale, day)
    }

    fn may_ahead(&self, sale: &Sale, day: &Day<'_>) -> bool {
        sale.care != CareKind::Temporary || day.ahead <= self.temporary_days_ahead
    }

    /// When the first care of the day may begin, in microseconds from midnight.
    fn earliest(&self, sale: &Sale, day: &Day<'_>) -> i64 {
        self.now + i64::from(sale.lead_minutes) * MINUTE_US - day.midnight
    }

    /// Half-hours at whose beginning care may begin.
    fn starts(&self, sale: &Sale, day: &Day<'_>) -> u64 {
        let gone = (self.earliest(sale, day) + HALF_HOUR_US - 1).div_euclid(HALF_HOUR_US).clamp(0, 63);
        if self.may_ahead(sale, day) { u64::MAX << gone } else { 0 }
    }

    /// For how long [`Asked::bookable`] stays as it is for sales of such a lead time.
    pub fn steady(&self, lead_minutes: u32) -> Steady {
        let lead = i64::from(lead_minutes) * MINUTE_US;
        // Midnight is a whole half-hour everywhere that care is booked.
        let until = (self.now + lead + HALF_HOUR_US - 1).div_euclid(HALF_HOUR_US) * HALF_HOUR_US - lead;
        Steady(until - HALF_HOUR_US, until)
    }

    /// Half-hours of a day at whose beginning care of a sale can still be booked.
    pub fn bookable(&self, sale: &Sale, day: i32) -> u64 {
        self.day(day).map_or(0, |day| self.starts(sale, day))
    }

    /// Whether a window, or for hourly care some part of it, can still be booked.
    pub fn is_bookable(&self, sale: &Sale, day: i32, span: Span) -> bool {
        let Some(day) = self.day(day) else { return false };
        match sale.when {
            When::Window(_) => self.in_time(sale, day, span.from),
            When::AnyTime => rules::first_run(span.mask() & self.starts(sale, day), self.hourly_least).is_some(),
        }
    }

    /// What must be free on a day for a window of a sale that covers what is asked for; None when there is none, or it
    /// is too late or too early to book it.
    pub fn may_book(&self, sale: &Sale, day: &Day<'_>) -> Option<Window> {
        let at = |span: Span| {
            self.in_time(sale, day, span.from).then_some(Window { mask: span.mask(), span: Some(span), least: 0 })
        };
        match (sale.when, self.span) {
            (When::Window(span), Some(want)) if !span.covers(want) => None,
            (When::Window(span), _) => at(span),
            (When::AnyTime, Some(want)) if want.half_hours() < self.hourly_least => None,
            (When::AnyTime, Some(want)) => at(want),
            (When::AnyTime, None) => {
                Some(Window { mask: self.starts(sale, day), span: None, least: self.hourly_least })
            }
        }
    }

    /// The window of a sale in these half-hours of a day.
    fn window(&self, sale: &Sale, day: &Day<'_>, free: u64) -> Option<Span> {
        self.may_book(sale, day)?.fits(free)
    }

    /// The price of one child for the window asked for, or for the shortest hourly care.
    pub fn price_of(&self, sale: &Sale) -> Fen {
        self.price_at(sale.price_fen, sale.when == When::AnyTime)
    }

    /// The same from the price of a window, or of an hour.
    pub fn price_at(&self, price: Fen, hourly: bool) -> Fen {
        if !hourly {
            return price;
        }
        let half_hours = self.span.map_or(self.hourly_least, Span::half_hours);
        Fen(price.0 * i64::from(half_hours) / 2)
    }

    pub fn is_sold(&self, sale: &Sale, wish: &Wish) -> bool {
        wish.care.is_none_or(|care| sale.care == care)
            && wish.max_price_fen.is_none_or(|most| self.price_of(sale) <= most)
    }

    /// Whether a class takes a child on a day.
    pub fn takes_on(&self, nursery: &Nursery, class: &Class, child: usize, day: i32) -> bool {
        let pairs = self.day(day).and_then(|day| day.takes.get(child));
        pairs.is_some_and(|pairs| pairs & pair(nursery.kind, class.kind) != 0)
    }

    /// Whether a class takes a child on each of the days.
    fn takes(&self, nursery: &Nursery, class: &Class, child: usize, days: &[i32]) -> bool {
        days.iter().all(|day| self.takes_on(nursery, class, child, *day))
    }

    /// Offers of a class that take so many children on each of the days, with the price for one.
    fn offers<'a>(
        &'a self,
        nursery: &'a Nursery,
        class: &'c Class,
        wish: &'a Wish,
        days: &'a [i32],
        places: usize,
    ) -> impl Iterator<Item = (Fen, &'c [Sale])> + 'a {
        let fits_on = move |sales: &[Sale], day: &i32| {
            let Some(day) = self.day(*day) else { return false };
            let free = self.free(nursery, class, day, places);
            sales.iter().any(|sale| self.window(sale, day, free).is_some())
        };
        let offers = class.sales.chunk_by(|one, next| one.offer == next.offer);
        offers.filter_map(move |sales| {
            let first = sales.first().filter(|first| self.is_sold(first, wish))?;
            days.iter().all(|day| fits_on(sales, day)).then(|| (self.price_of(first), sales))
        })
    }

    /// The cheapest way to place every child on each of these days. Children of one class come to the same offer.
    fn place(&self, nursery: &'c Nursery, wish: &Wish, days: &[i32]) -> Option<Placement<'c>> {
        if let [_] = self.children.as_slice() {
            let classes = nursery.classes.iter().filter(|class| self.takes(nursery, class, 0, days));
            let cheapest = classes.flat_map(|class| {
                self.offers(nursery, class, wish, days, 1).map(move |(price, sales)| (price, class, sales))
            });
            let (total_fen, class, sales) = cheapest.min_by_key(|(price, ..)| *price)?;
            return Some(Placement { total_fen, children: vec![(class, sales)] });
        }
        self.place_several(nursery, wish, days)
    }

    /// Tries every way to spread the children over the classes that take them.
    fn place_several(&self, nursery: &'c Nursery, wish: &Wish, days: &[i32]) -> Option<Placement<'c>> {
        let candidates = |child| {
            let classes = nursery.classes.iter().enumerate();
            classes.filter(|(_, class)| self.takes(nursery, class, child, days)).map(|(index, _)| index).collect()
        };
        let candidates: Vec<Vec<usize>> = (0..self.children.len()).map(candidates).collect();
        let mut best: Option<Placement<'c>> = None;
        let ways: usize = candidates.iter().map(Vec::len).product();
        for way in 0..ways {
            let mut rest = way;
            let chosen = candidates.iter().filter_map(|classes| {
                let class = classes.get(rest % classes.len());
                rest /= classes.len();
                class.copied()
            });
            let chosen: Vec<usize> = chosen.collect();
            let place = |index: &usize| {
                let class = nursery.classes.get(*index)?;
                let together = chosen.iter().filter(|other| *other == index).count();
                let cheapest = self.offers(nursery, class, wish, days, together).min_by_key(|(price, _)| *price)?;
                Some((class, cheapest))
            };
            let Some(placed) = chosen.iter().map(place).collect::<Option<Vec<_>>>() else { continue };
            let total_fen = placed.iter().map(|(_, (price, _))| *price).sum();
            if best.as_ref().is_none_or(|best| total_fen < best.total_fen) {
                let children = placed.into_iter().map(|(class, (_, sales))| (class, sales)).collect();
                best = Some(Placement { total_fen, children });
            }
        }
        best
    }

    /// Whether every child can be placed.
    pub fn fits(&self, nursery: &'c Nursery, wish: &Wish, days: &Days) -> bool {
        let on = |days: &[i32]| match self.children.as_slice() {
            [_] => nursery.classes.iter().any(|class| {
                self.takes(nursery, class, 0, days) && self.offers(nursery, class, wish, days, 1).next().is_some()
            }),
            _ => self.place_several(nursery, wish, days).is_some(),
        };
        match days {
            Days::All(days) => on(days),
            Days::Any(days) => days.iter().any(|day| on(std::slice::from_ref(day))),
        }
    }

    /// What the cheapest placement costs for a day.
    pub fn price(&self, nursery: &'c Nursery, wish: &Wish, days: &Days) -> Option<Fen> {
        let on = |days: &[i32]| self.place(nursery, wish, days).map(|placement| placement.total_fen);
        match days {
            Days::All(days) => on(days),
            Days::Any(days) => days.iter().filter_map(|day| on(std::slice::from_ref(day))).min(),
        }
    }

    /// Every window that fits: of an only child in no order; of several, one for each on the first day for all.
    pub fn windows(&self, nursery: &'c Nursery, wish: &Wish, days: &Days) -> Vec<Entry<'c>> {
        if self.children.len() != 1 {
            return self.windows_together(nursery, wish, days);
        }
        let mut entries = Vec::new();
        let mut add = |days: &[i32]| {
            for class in nursery.classes.iter().filter(|class| self.takes(nursery, class, 0, days)) {
                for (price_fen, sales) in self.offers(nursery, class, wish, days, 1) {
                    for (number, day) in days.iter().filter_map(|number| Some((*number, self.day(*number)?))) {
                        let free = day.places.one(class.row);
                        entries.extend(sales.iter().filter_map(|sale| {
                            let span = self.window(sale, day, free)?;
                            Some(Entry { day: number, price_fen, span, class, sale })
                        }));
                    }
                }
            }
        };
        match days {
            Days::All(days) => add(days),
            Days::Any(days) => days.iter().for_each(|day| add(std::slice::from_ref(day))),
        }
        entries
    }

    fn windows_together(&self, nursery: &'c Nursery, wish: &Wish, days: &Days) -> Vec<Entry<'c>> {
        let placed = match days {
            Days::All(days) => days.first().and_then(|first| Some((*first, self.place(nursery, wish, days)?))),
            Days::Any(days) => {
                days.iter().find_map(|day| Some((*day, self.place(nursery, wish, std::slice::from_ref(day))?)))
            }
        };
        let Some((number, placement)) = placed else { return Vec::new() };
        let Some(day) = self.day(number) else { return Vec::new() };
        let entry = |(class, sales): &(&'c Class, &'c [Sale])| {
            let together = placement.children.iter().filter(|(other, _)| other.id == class.id).count();
            let free = self.free(nursery, class, day, together);
            sales.iter().find_map(|sale| {
                let span = self.window(sale, day, free)?;
                Some(Entry { day: number, price_fen: self.price_of(sale), span, class, sale })
            })
        };
        placement.children.iter().filter_map(entry).collect()
    }

    /// The earliest window for the children, or for the first of several, on any day held.
    pub fn next_free(&self, nursery: &'c Nursery, wish: &Wish) -> Option<Entry<'c>> {
        self.city.table.held().find_map(|day| {
            let mut windows = self.windows(nursery, wish, &Days::Any(vec![day])).into_iter();
            match self.children.as_slice() {
                [_] => windows.min_by_key(Entry::early_first),
                _ => windows.next(),
            }
        })
    }

    /// What sets the number of places in a window, where fewest are left.
    pub fn staffing(&self, nursery: &Nursery, entry: &Entry<'_>) -> Staffing {
        let (class, table) = (entry.class, &self.city.table);
        if class.week_limits.is_none() && table.limits(class.row, entry.day).is_none() {
            return self.usual(nursery, entry);
        }
        let seats = self.city.seats(nursery, class, table::date(entry.day));
        seats.tightest(table.used(class.row, entry.day), entry.span)
    }

    fn usual(&self, nursery: &Nursery, entry: &Entry<'_>) -> Staffing {
        let policy = self.day(entry.day).map_or_else(|| self.city.policies.on(self.city.today()), |day| day.policy);
        Staffing::new(entry.class.places, entry.class.carers, policy.class_rule(nursery.kind, entry.class.kind))
    }

    pub fn date_of(&self, entry: &Entry<'_>) -> Date {
        table::date(entry.day)
    }

    /// Places left in the fullest half-hour of a window that fits, and so is open.
    pub fn places_left(&self, nursery: &Nursery, entry: &Entry<'_>) -> u16 {
        let Some(day) = self.day(entry.day) else { return 0 };
        places_left(day, entry.class.row, entry.span, || self.usual(nursery, entry))
    }
}

/// The same for the class in a row. What is missing counts as taken there, so the usual number of places tells.
pub fn places_left(day: &Day<'_>, row: u32, span: Span, usual: impl FnOnce() -> Staffing) -> u16 {
    // Often the last one, which the masks tell.
    if day.places.two(row) & span.mask() != span.mask() {
        return 1;
    }
    usual().seats().saturating_sub(day.places.used(row).peak(span).into())
}

/// The pairs of kinds that take a child. Many pairs follow one rule, which is judged once.
fn pairs(policy: &Policy, child: Child, date: Date) -> u32 {
    let mut judged: Vec<(ClassRule, bool)> = Vec::with_capacity(8);
    let mut pairs = 0;
    for nursery in NurseryKind::ALL {
        for class in ClassKind::ALL {
            let rule = policy.class_rule(*nursery, *class);
            let known = judged.iter().find(|(judged, _)| *judged == rule).map(|(_, taken)| *taken);
            let taken = known.unwrap_or_else(|| {
                let taken = match child {
                    Child::Born(birth) => policy.takes(rule, birth, date),
                    Child::Months(months) => rule.ages().contains(months),
                    Child::AnyAge => true,
                };
                judged.push((rule, taken));
                taken
            });
            if taken {
                pairs |= pair(*nursery, *class);
            }
        }
    }
    pairs
}
