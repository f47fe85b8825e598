//! The same search, written as plainly as can be: everything is read from the rows, every half-hour is looked at, every
//! nursery is tried. Slow, and obviously right.

mod duty;
mod hours;
mod rows;

use std::collections::HashMap;

use chrono::Days;
use diesel::prelude::*;
use doorstep_server::{
    db::{Conn, schema::nursery},
    policy::Policies,
};
use doorstep_shared::{
    Date, HalfHour, Timestamp,
    care::{CareKind, ClassKind, NurseryKind},
    geo::Point,
    ids::{ClassId, NurseryId, OfferId},
    slots::{Blocking, Chip, Facets, Filter, Limit, LimitKind, SearchSlots, SlotSort, StripDay},
};

pub use self::hours::Cell;
use self::{duty::Duty, hours::Hours, rows::read_classes};
use crate::search_world::NAMES;

pub struct Naive {
    policies: Policies,
    now: Timestamp,
    nurseries: Vec<Nursery>,
}

struct Nursery {
    id: NurseryId,
    name: String,
    kind: NurseryKind,
    district: Option<String>,
    at: Point,
    inclusive: bool,
    hours: Hours,
    classes: Vec<Class>,
}

struct Class {
    id: ClassId,
    kind: ClassKind,
    places: i16,
    duty: Duty,
    offers: Vec<Offer>,
    /// Children by date and half-hour.
    children: HashMap<(Date, u8), u16>,
}

impl Class {
    fn there(&self, date: Date, index: u8) -> u16 {
        self.children.get(&(date, index)).copied().unwrap_or(0)
    }
}

struct Offer {
    id: OfferId,
    care: CareKind,
    price: i64,
    lead_minutes: i32,
    windows: Vec<(HalfHour, HalfHour)>,
}

/// A window of the answer, without what is the same for all.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub offer: OfferId,
    pub class: ClassId,
    pub care: CareKind,
    pub date: Date,
    pub from: HalfHour,
    pub to: HalfHour,
    pub free: u16,
    pub price: i64,
    pub limit: Limit,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ToldNursery {
    pub id: NurseryId,
    pub distance_m: f64,
    pub offers: Vec<Told>,
    pub next_free: Option<Told>,
}

impl Naive {
    pub fn read(conn: &mut Conn, now: Timestamp) -> QueryResult<Self> {
        let mut nurseries = Vec::new();
        type Row = (NurseryId, String, NurseryKind, Option<String>, f64, f64, bool);
        let rows: Vec<Row> = nursery::table
            .select((
                nursery::id,
                nursery::name,
                nursery::kind,
                nursery::district_id,
                nursery::lat,
                nursery::lng,
                nursery::inclusive,
            ))
            .load(conn)?;
        for (id, name, kind, district, lat, lng, inclusive) in rows {
            let hours = Hours::read(conn, id)?;
            let classes = read_classes(conn, id, now)?;
            let at = Point { lat, lng };
            nurseries.push(Nursery { id, name, kind, district, at, inclusive, hours, classes });
        }
        Ok(Self { policies: Policies::load(None, None).unwrap(), now, nurseries })
    }

    fn today(&self) -> Date {
        self.now.local_date()
    }

    fn centre(&self) -> Point {
        let count = self.nurseries.len() as f64;
        let lat = self.nurseries.iter().map(|nursery| nursery.at.lat).sum::<f64>() / count;
        Point { lat, lng: self.nurseries.iter().map(|nursery| nursery.at.lng).sum::<f64>() / count }
    }

    /// Every nursery that matches, in order.
    pub fn search(&self, ask: &SearchSlots) -> Vec<ToldNursery> {
        let from = self.origin(ask);
        let mut found: Vec<_> =
            self.nurseries.iter().filter_map(|nursery| Some((self.best_price(nursery, ask)?, nursery))).collect();
        let distance = |nursery: &Nursery| from.distance_m(nursery.at);
        found.sort_by(|(price, one), (other_price, other)| {
            let by_price = if ask.sort == Some(SlotSort::Price) { price.cmp(other_price) } else { 0.cmp(&0) };
            by_price.then(distance(one).total_cmp(&distance(other))).then(one.id.cmp(&other.id))
        });
        let told = |(_, nursery): (i64, &Nursery)| ToldNursery {
            id: nursery.id,
            distance_m: distance(nursery),
            offers: self.offers(nursery, ask),
            next_free: self.next_free(nursery, ask),
        };
        found.into_iter().map(told).collect()
    }

    fn origin(&self, ask: &SearchSlots) -> Point {
        match (ask.lat, ask.lng) {
            (Some(lat), Some(lng)) => Point { lat, lng },
            _ => self.centre(),
        }
    }

    /// None when the nursery does not match; else the least that all children cost together on a day.
    fn best_price(&self, nursery: &Nursery, ask: &SearchSlots) -> Option<i64> {
        let near = ask.radius_m.is_none_or(|metres| self.origin(ask).distance_m(nursery.at) <= f64::from(metres));
        let kind = ask.nursery_kind.is_empty() || ask.nursery_kind.contains(&nursery.kind);
        let inclusive = ask.inclusive != Some(true) || nursery.inclusive;
        let district = ask.district.is_none() || ask.district == nursery.district;
        let named = ask.q.as_ref().is_none_or(|typed| is_called(&nursery.name, typed));
        if !(near && kind && inclusive && district && named) {
            return None;
        }
        self.day_sets(ask).iter().filter_map(|days| self.spread(nursery, ask, days)).map(|(price, _)| price).min()
    }

    /// Sets of dates of which one must fit as a whole.
    fn day_sets(&self, ask: &SearchSlots) -> Vec<Vec<Date>> {
        if ask.date.is_empty() {
            return (0..7).map(|ahead| vec![self.today() + Days::new(ahead)]).collect();
        }
        let mut dates = ask.date.clone();
        dates.sort();
        dates.dedup();
        vec![dates]
    }

    fn count_of_children(ask: &SearchSlots) -> usize {
        ask.birth_date.len().max(1)
    }

    fn takes(&self, nursery: &Nursery, class: &Class, ask: &SearchSlots, child: usize, date: Date) -> bool {
        let policy = self.policies.on(date);
        let rule = policy.class_rule(nursery.kind, class.kind);
        match (ask.birth_date.get(child), ask.age_months) {
            (Some(birth), _) => policy.takes(rule, *birth, date),
            (None, Some(months)) => rule.ages().contains(months),
            (None, None) => true,
        }
    }

    /// The cheapest class for each child, all on the same days: every way is tried.
    fn spread<'n>(
        &self,
        nursery: &'n Nursery,
        ask: &SearchSlots,
        days: &[Date],
    ) -> Option<(i64, Vec<(&'n Class, &'n Offer, usize)>)> {
        let children = Self::count_of_children(ask);
        let classes = nursery.classes.len();
        let mut best: Option<(i64, Vec<_>)> = None;
        for way in 0..classes.pow(children as u32) {
            // The first child's class changes fastest.
            let of = |child: usize| way / classes.pow(child as u32) % classes;
            let mut price = 0;
            let mut placed = Vec::new();
            for child in 0..children {
                let class = &nursery.classes[of(child)];
                let together = (0..children).filter(|other| of(*other) == of(child)).count();
                if !days.iter().all(|date| self.takes(nursery, class, ask, child, *date)) {
                    break;
                }
                let fitting = class.offers.iter().filter(|offer| {
                    days.iter().all(|date| !self.windows(nursery, class, offer, ask, *date, together).is_empty())
                });
                let Some(offer) = fitting.min_by_key(|offer| (self.price(offer, ask), offer.price, offer.id)) else {
                    break;
                };
                price += self.price(offer, ask);
                placed.push((class, offer, together));
            }
            if placed.len() == children && best.as_ref().is_none_or(|(least, _)| price < *least) {
                best = Some((price, placed));
            }
        }
        best
    }

    fn price(&self, offer: &Offer, ask: &SearchSlots) -> i64 {
        match (offer.care, ask.from, ask.to) {
            (CareKind::Hourly, Some(from), Some(to)) => offer.price * i64::from(to.index() - from.index()) / 2,
            _ => offer.price,
        }
    }

    /// Windows of an offer in which so many children fit on a date.
    fn windows(
        &self,
        nursery: &Nursery,
        class: &Class,
        offer: &Offer,
        ask: &SearchSlots,
        date: Date,
        together: usize,
    ) -> Vec<(HalfHour, HalfHour)> {
        let in_time = |from: HalfHour| {
            Timestamp::at(date, from) >= self.now + chrono::Duration::minutes(i64::from(offer.lead_minutes))
        };
        let free = |from: HalfHour, to: HalfHour| {
            (from.index()..to.index()).all(|index| self.free(nursery, class, date, index) >= together as u16)
        };
        if ask.care.is_some_and(|care| care != offer.care)
            || ask.max_price_fen.is_some_and(|most| self.price(offer, ask) > most.0)
            || (offer.care == CareKind::Temporary && (date - self.today()).num_days() > 14)
        {
            return Vec::new();
        }
        if offer.care != CareKind::Hourly {
            let covers = |(from, to): &&(HalfHour, HalfHour)| {
                ask.from.is_none_or(|want| *from <= want) && ask.to.is_none_or(|want| *to >= want)
            };
            let windows = offer.windows.iter().filter(covers);
            let mut windows: Vec<_> =
                windows.filter(|(from, to)| in_time(*from) && free(*from, *to)).copied().collect();
            windows.sort();
            return windows;
        }
        if let (Some(from), Some(to)) = (ask.from, ask.to) {
            let fits = to.index() - from.index() >= 2 && in_time(from) && free(from, to);
            return if fits { vec![(from, to)] } else { Vec::new() };
        }
        // The earliest hour.
        let hours = (0..=46).map(|index| (HalfHour::new(index).unwrap(), HalfHour::new(index + 2).unwrap()));
        hours.filter(|(from, to)| in_time(*from) && free(*from, *to)).take(1).collect()
    }

    fn free(&self, nursery: &Nursery, class: &Class, date: Date, index: u8) -> u16 {
        if !self.is_open(nursery, class, date, index) {
            return 0;
        }
        self.seats(nursery, class, date, index).saturating_sub(class.there(date, index))
    }

    fn told(
        &self,
        nursery: &Nursery,
        class: &Class,
        offer: &Offer,
        ask: &SearchSlots,
        date: Date,
        (from, to): (HalfHour, HalfHour),
    ) -> Told {
        let free = (from.index()..to.index()).map(|index| self.free(nursery, class, date, index)).min().unwrap();
        let rule = self.policies.on(date).class_rule(nursery.kind, class.kind);
        let left = |index: &u8| i32::from(self.seats(nursery, class, date, *index)) - class.there(date, *index) as i32;
        let tightest = (from.index()..to.index()).min_by_key(left).unwrap();
        let (seats, (carers, allowed)) =
            (self.seats(nursery, class, date, tightest), self.duty(nursery, class, date, tightest));
        let limit = if carers * rule.ratio == seats {
            let detail = format!("{carers} × {} = {seats}", rule.ratio);
            Limit { kind: LimitKind::Staff, detail }
        } else if rule.children == seats {
            Limit { kind: LimitKind::ClassCap, detail: seats.to_string() }
        } else if allowed == seats && class.places as u16 > seats {
            Limit { kind: LimitKind::Allowed, detail: seats.to_string() }
        } else {
            Limit { kind: LimitKind::Places, detail: seats.to_string() }
        };
        let price = self.price(offer, ask);
        Told { offer: offer.id, class: class.id, care: offer.care, date, from, to, free, price, limit }
    }

    fn offers(&self, nursery: &Nursery, ask: &SearchSlots) -> Vec<Told> {
        if Self::count_of_children(ask) > 1 {
            let sets = self.day_sets(ask);
            let first = sets.iter().find_map(|days| Some((days[0], self.spread(nursery, ask, days)?.1)));
            let Some((date, placed)) = first else { return Vec::new() };
            let told = |(class, offer, together): &(&Class, &Offer, usize)| {
                let windows = self.windows(nursery, class, offer, ask, date, *together);
                self.told(nursery, class, offer, ask, date, windows[0])
            };
            return placed.iter().map(told).collect();
        }
        let mut told = Vec::new();
        for days in self.day_sets(ask) {
            for class in &nursery.classes {
                let taken = days.iter().all(|date| self.takes(nursery, class, ask, 0, *date));
                for offer in class.offers.iter().filter(|_| taken) {
                    let windows: Vec<_> =
                        days.iter().map(|date| (*date, self.windows(nursery, class, offer, ask, *date, 1))).collect();
                    if windows.iter().all(|(_, windows)| !windows.is_empty()) {
                        told.extend(windows.into_iter().flat_map(|(date, windows)| {
                            windows.into_iter().map(move |window| self.told(nursery, class, offer, ask, date, window))
                        }));
                    }
                }
            }
        }
        told.sort_by_key(|told| (told.date, told.price, told.from, told.to, told.offer));
        told.truncate(6);
        told
    }

    fn next_free(&self, nursery: &Nursery, ask: &SearchSlots) -> Option<Told> {
        let days = (0..=60).map(|ahead| self.today() + Days::new(ahead));
        days.map(|date| SearchSlots { date: vec![date], ..ask.clone() }).find_map(|ask| {
            if Self::count_of_children(&ask) > 1 {
                return self.offers(nursery, &ask).into_iter().next();
            }
            let mut all = Vec::new();
            for class in nursery.classes.iter().filter(|class| self.takes(nursery, class, &ask, 0, ask.date[0])) {
                for offer in &class.offers {
                    let windows = self.windows(nursery, class, offer, &ask, ask.date[0], 1).into_iter();
                    all.extend(windows.map(|window| self.told(nursery, class, offer, &ask, ask.date[0], window)));
                }
            }
            all.into_iter().min_by_key(|told| (told.from, told.to, told.price, told.offer))
        })
    }

    fn count(&self, ask: &SearchSlots) -> u32 {
        self.nurseries.iter().filter(|nursery| self.best_price(nursery, ask).is_some()).count() as u32
    }

    pub fn facets(&self, ask: &SearchSlots) -> Facets {
        let policy = self.policies.on(self.today());
        let tomorrow = self.today() + Days::new(1);
        let care = |care| SearchSlots { care: Some(care), ..ask.clone() };
        let chips = [
            (Filter::Today, SearchSlots { date: vec![self.today()], ..ask.clone() }),
            (Filter::Tomorrow, SearchSlots { date: vec![tomorrow], ..ask.clone() }),
            (Filter::Near, SearchSlots { radius_m: Some(policy.search.near_m), ..ask.clone() }),
            (Filter::FullDay, care(CareKind::FullDay)),
            (Filter::HalfDay, care(CareKind::HalfDay)),
            (Filter::Temporary, care(CareKind::Temporary)),
            (Filter::Hourly, care(CareKind::Hourly)),
            (Filter::Inclusive, SearchSlots { inclusive: Some(true), ..ask.clone() }),
            (
                Filter::Price,
                SearchSlots {
                    care: Some(CareKind::FullDay),
                    max_price_fen: Some(policy.search.day_price_fen()),
                    ..ask.clone()
                },
            ),
        ];
        let total = self.count(ask);
        Facets {
            near_m: policy.search.near_m,
            total,
            chips: chips.iter().map(|(filter, ask)| Chip { filter: *filter, count: self.count(ask) }).collect(),
            strip: self.strip(ask),
            common_price_fen: policy.search.day_price_fen(),
            blocking: if total == 0 { self.blocking(ask) } else { Vec::new() },
            // Looked at by a test of its own.
            full: Vec::new(),
        }
    }

    fn strip(&self, ask: &SearchSlots) -> Vec<StripDay> {
        let first = ask.date.iter().min().copied().unwrap_or(self.today());
        let first = if (first - self.today()).num_days() > 6 { first } else { self.today() };
        let last = self.today() + Days::new(60);
        let in_reach = |nursery: &&Nursery| {
            ask.radius_m.is_none_or(|metres| self.origin(ask).distance_m(nursery.at) <= f64::from(metres))
                && (ask.district.is_none() || ask.district == nursery.district)
                && ask.q.as_ref().is_none_or(|typed| is_called(&nursery.name, typed))
        };
        let day = |ahead| {
            let date = first + Days::new(ahead);
            let ask = SearchSlots { date: vec![date], ..ask.clone() };
            let matching = self.nurseries.iter().filter(|nursery| self.best_price(nursery, &ask).is_some());
            let best = |nursery: &Nursery| {
                let single = Self::count_of_children(&ask) == 1;
                let all = if single { self.all_windows(nursery, &ask) } else { self.offers(nursery, &ask) };
                u32::from(all.iter().map(|told| told.free).max().unwrap())
            };
            let free: Vec<u32> = if date <= last { matching.map(best).collect() } else { Vec::new() };
            let opens = |nursery: &Nursery| {
                nursery.classes.iter().any(|class| (0..48).any(|index| self.is_open(nursery, class, date, index)))
            };
            let mut reach = self.nurseries.iter().filter(in_reach).peekable();
            let rest = reach.peek().is_some() && !reach.any(opens);
            StripDay { date, nurseries: free.len() as u32, free: free.iter().sum(), rest }
        };
        (0..7).map(day).collect()
    }

    /// Like [`Naive::offers`] for one child and date, without a limit.
    fn all_windows(&self, nursery: &Nursery, ask: &SearchSlots) -> Vec<Told> {
        let date = ask.date[0];
        let mut all = Vec::new();
        for class in nursery.classes.iter().filter(|class| self.takes(nursery, class, ask, 0, date)) {
            for offer in &class.offers {
                let windows = self.windows(nursery, class, offer, ask, date, 1).into_iter();
                all.extend(windows.map(|window| self.told(nursery, class, offer, ask, date, window)));
            }
        }
        all
    }

    fn blocking(&self, ask: &SearchSlots) -> Vec<Blocking> {
        let without = [
            (Filter::Inclusive, SearchSlots { inclusive: None, ..ask.clone() }),
            (Filter::Price, SearchSlots { max_price_fen: None, ..ask.clone() }),
            (Filter::NurseryKind, SearchSlots { nursery_kind: Vec::new(), ..ask.clone() }),
            (Filter::District, SearchSlots { district: None, ..ask.clone() }),
            (Filter::Age, SearchSlots { birth_date: Vec::new(), age_months: None, ..ask.clone() }),
            (Filter::Date, SearchSlots { date: Vec::new(), ..ask.clone() }),
            (Filter::Time, SearchSlots { from: None, to: None, ..ask.clone() }),
            (Filter::Distance, SearchSlots { radius_m: None, ..ask.clone() }),
            (Filter::Care, SearchSlots { care: None, ..ask.clone() }),
            (Filter::Name, SearchSlots { q: None, ..ask.clone() }),
        ];
        // A filter that was not set changes nothing, and so still gives none.
        let counted = without.iter().map(|(filter, ask)| Blocking { filter: *filter, count_without: self.count(ask) });
        let mut counted: Vec<_> = counted.filter(|blocking| blocking.count_without > 0).collect();
        counted.sort_by_key(|blocking| (std::cmp::Reverse(blocking.count_without), blocking.filter));
        counted
    }
}

/// Whether a run of characters, of syllables or of initials was typed.
fn is_called(name: &str, typed: &str) -> bool {
    let (_, syllables) = NAMES.iter().find(|(known, _)| *known == name).unwrap();
    let initials: String = syllables.iter().map(|syllable| &syllable[..1]).collect();
    let runs = (0..syllables.len()).flat_map(|from| (from + 1..=syllables.len()).map(move |to| (from, to)));
    let mut runs = runs.map(|(from, to)| syllables[from..to].concat());
    name.contains(typed) || initials.contains(typed) || runs.any(|run| run == typed)
}
