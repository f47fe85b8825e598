//! What a parent looks for: the state of the Find page, all of it in the address.

use doorstep_shared::{
    Date, Fen, HalfHour, Timestamp,
    care::{CareKind, NurseryKind},
    children::Child,
    dates,
    geo::Point,
    nurseries::DistrictOutline,
    slots::{Facets, Filter, SearchSlots, SlotSort},
};

use crate::visit::{Fields, Visit};

/// The name under which birth months are remembered.
pub const BIRTHS: &str = "births";

/// What is remembered of somebody who asked for any age: a choice as well.
pub const ANY_AGE: &str = "any";

/// Radii that can be searched.
const KILOMETRES: std::ops::RangeInclusive<u32> = 1..=50;

/// Children at most.
pub const CHILDREN: usize = 4;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// WGS-84, cut to about 100 m before it reaches us.
    pub at: Option<Point>,
    /// Code of the district.
    pub district: Option<String>,
    /// Of each child.
    pub births: Vec<Birth>,
    pub care: Option<CareKind>,
    pub dates: Vec<Date>,
    pub from: Option<HalfHour>,
    pub to: Option<HalfHour>,
    pub radius_km: Option<u32>,
    pub inclusive: bool,
    pub kinds: Vec<NurseryKind>,
    /// For a day.
    pub max_price: Option<Fen>,
    pub q: Option<String>,
    pub by_price: bool,
    pub cursor: Option<String>,
    /// On small screens: the map instead of the list.
    pub map: bool,
    /// What the chips ask for, as the answer tells: kilometres, and the price of a full day.
    pub near_km: u32,
    pub common_price: Fen,
    /// The address names days that are over; they are left out.
    pub some_are_past: bool,
    /// Ages are remembered, so that asking for any age has to be said.
    pub ages_known: bool,
}

/// `2025-05`, or the whole date where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    pub date: Date,
    whole: bool,
}

impl Birth {
    /// The month alone: an address names no child's birthday.
    pub fn month_of(child: &Child) -> Option<Self> {
        Self::parse(&child.birth_date.format("%Y-%m").to_string())
    }

    /// A month stands for its middle: at most half a month off. Booking asks for the day.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = dates::read(text).map(|date| Self { date, whole: true });
        whole.or_else(|| Some(Self { date: dates::read(&format!("{text}-15"))?, whole: false }))
    }

    /// The date to reckon with; a month that has just begun does not lie ahead.
    pub fn on_or_before(self, today: Date) -> Date {
        self.date.min(today)
    }
}

impl std::fmt::Display for Birth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.date.format(if self.whole { "%Y-%m-%d" } else { "%Y-%m" }))
    }
}

impl Wanted {
    /// From the address; the child's age as remembered when the address says nothing of it, else of the only child.
    pub fn read(visit: &Visit, children: &[Child]) -> Self {
        let query = &visit.query;
        // Days that are over were chosen yesterday, or by whoever sent the link.
        let today = visit.now.local_date();
        let mut dates = query.dates("date");
        let asked = dates.len();
        dates.retain(|date| *date >= today);
        let some_are_past = dates.len() < asked;
        let (from, to) = times(query.read("from"), query.read("to"));
        let told = query.has("birth") || visit.remembered.get(BIRTHS).is_some();
        let births = match children {
            [only] if !told => Birth::month_of(only).into_iter().collect(),
            _ => births(visit),
        };
        Self {
            at: query.get("at").and_then(point),
            district: query.get("district").map(str::to_owned),
            births,
            care: query.read("care"),
            dates,
            from,
            to,
            radius_km: query.read("radius").filter(|km| KILOMETRES.contains(km)),
            inclusive: query.get("inclusive") == Some("1"),
            kinds: query.all("kind").filter_map(|kind| kind.parse().ok()).collect(),
            max_price: query.get("max").and_then(yuan),
            q: query.get("q").map(str::trim).filter(|q| !q.is_empty()).map(str::to_owned),
            by_price: query.get("sort") == Some("price"),
            cursor: query.get("cursor").map(str::to_owned),
            map: query.get("view") == Some("map"),
            near_km: 0,
            common_price: Fen::ZERO,
            some_are_past,
            ages_known: visit.remembered.get(BIRTHS).is_some() || children.len() == 1,
        }
    }

    /// Takes from an answer what its chips ask for.
    pub fn learn(&mut self, facets: &Facets) {
        (self.near_km, self.common_price) = (facets.near_m / 1_000, facets.common_price_fen);
    }

    /// The call that answers it. Distances are counted from the child's home when it is known, else from the middle of
    /// the district.
    pub fn search(&self, district: Option<&DistrictOutline>, today: Date) -> SearchSlots {
        let centre = district.map(|district| Point { lng: district.centre[0], lat: district.centre[1] });
        let at = self.at.or(centre);
        SearchSlots {
            q: self.q.clone(),
            lat: at.map(|at| at.lat),
            lng: at.map(|at| at.lng),
            radius_m: self.radius_km.map(|km| km.saturating_mul(1_000)),
            birth_date: self.births.iter().map(|birth| birth.on_or_before(today)).collect(),
            care: self.care,
            date: self.dates.clone(),
            from: self.from,
            to: self.to,
            inclusive: self.inclusive.then_some(true),
            nursery_kind: self.kinds.clone(),
            district: self.district.clone(),
            max_price_fen: self.max_price,
            sort: self.by_price.then_some(SlotSort::Price),
            cursor: self.cursor.clone(),
            facets: Some(true),
            ..SearchSlots::default()
        }
    }

    /// Its address.
    pub fn href(&self) -> String {
        let fields = self.fields();
        if fields.0.is_empty() { "/".to_owned() } else { format!("/?{}", fields.encoded()) }
    }

    fn fields(&self) -> Fields {
        let mut fields = Vec::new();
        let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
        if let Some(at) = self.at {
            add("at", format!("{:.3},{:.3}", at.lat, at.lng));
        }
        self.district.iter().for_each(|district| add("district", district.clone()));
        self.births.iter().for_each(|birth| add("birth", birth.to_string()));
        if self.births.is_empty() && self.ages_known {
            add("birth", String::new());
        }
        self.care.iter().for_each(|care| add("care", care.to_string()));
        self.dates.iter().for_each(|date| add("date", date.to_string()));
        self.from.iter().for_each(|from| add("from", from.to_string()));
        self.to.iter().for_each(|to| add("to", to.to_string()));
        self.radius_km.iter().for_each(|km| add("radius", km.to_string()));
        if self.inclusive {
            add("inclusive", "1".to_owned());
        }
        self.kinds.iter().for_each(|kind| add("kind", kind.to_string()));
        self.max_price.iter().for_each(|price| add("max", in_yuan(*price)));
        self.q.iter().for_each(|q| add("q", q.clone()));
        if self.by_price {
            add("sort", "price".to_owned());
        }
        self.cursor.iter().for_each(|cursor| add("cursor", cursor.clone()));
        if self.map {
            add("view", "map".to_owned());
        }
        Fields(fields)
    }

    /// A changed copy, on its first page.
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut copy = self.clone();
        copy.cursor = None;
        change(&mut copy);
        copy
    }

    /// Whether a promoted filter is switched on.
    pub fn has(&self, filter: Filter, now: Timestamp) -> bool {
        let today = now.local_date();
        match filter {
            Filter::Today => self.dates.contains(&today),
            Filter::Tomorrow => today.succ_opt().is_some_and(|tomorrow| self.dates.contains(&tomorrow)),
            Filter::Near => self.radius_km == Some(self.near_km),
            Filter::FullDay => self.care == Some(CareKind::FullDay),
            Filter::HalfDay => self.care == Some(CareKind::HalfDay),
            Filter::Temporary => self.care == Some(CareKind::Temporary),
            Filter::Hourly => self.care == Some(CareKind::Hourly),
            Filter::Inclusive => self.inclusive,
            Filter::Price => self.max_price.is_some_and(|price| price == self.common_price),
            Filter::NurseryKind => !self.kinds.is_empty(),
            Filter::District => self.district.is_some(),
            Filter::Age => !self.births.is_empty(),
            Filter::Date => !self.dates.is_empty(),
            Filter::Time => self.from.is_some(),
            Filter::Distance => self.radius_km.is_some(),
            Filter::Care => self.care.is_some(),
            Filter::Name => self.q.is_some(),
        }
    }

    /// With a filter switched off.
    pub fn without(&self, filter: Filter, now: Timestamp) -> Self {
        let today = now.local_date();
        self.with(|wanted| match filter {
            Filter::Today => wanted.dates.retain(|date| *date != today),
            Filter::Tomorrow => wanted.dates.retain(|date| Some(*date) != today.succ_opt()),
            Filter::Near | Filter::Distance => wanted.radius_km = None,
            Filter::FullDay | Filter::HalfDay | Filter::Temporary | Filter::Hourly | Filter::Care => wanted.care = None,
            Filter::Inclusive => wanted.inclusive = false,
            Filter::Price => wanted.max_price = None,
            Filter::NurseryKind => wanted.kinds.clear(),
            Filter::District => wanted.district = None,
            Filter::Age => wanted.births.clear(),
            Filter::Date => wanted.dates.clear(),
            Filter::Time => (wanted.from, wanted.to) = (None, None),
            Filter::Name => wanted.q = None,
        })
    }

    /// With a promoted filter switched to the other state; nothing for what a tap alone cannot switch on.
    pub fn toggled(&self, filter: Filter, now: Timestamp) -> Option<Self> {
        if self.has(filter, now) {
            return Some(self.without(filter, now));
        }
        let today = now.local_date();
        // A day in the chips stands for itself, as in the strip: it takes the place of others.
        let day = |date: Option<Date>| self.with(|wanted| wanted.dates = date.into_iter().collect());
        let care = |care| self.with(|wanted| wanted.care = Some(care));
        match filter {
            Filter::Today => Some(day(Some(today))),
            Filter::Tomorrow => Some(day(today.succ_opt())),
            Filter::Near => Some(self.with(|wanted| wanted.radius_km = Some(self.near_km))),
            Filter::FullDay => Some(care(CareKind::FullDay)),
            Filter::HalfDay => Some(care(CareKind::HalfDay)),
            Filter::Temporary => Some(care(CareKind::Temporary)),
            Filter::Hourly => Some(care(CareKind::Hourly)),
            Filter::Inclusive => Some(self.with(|wanted| wanted.inclusive = true)),
            Filter::Price => Some(self.with(|wanted| {
                (wanted.care, wanted.max_price) = (Some(CareKind::FullDay), Some(wanted.common_price));
            })),
            Filter::NurseryKind
            | Filter::District
            | Filter::Age
            | Filter::Date
            | Filter::Time
            | Filter::Distance
            | Filter::Care
            | Filter::Name => None,
        }
    }
}

/// The children's ages: from the address, or as remembered when it says nothing of them.
pub fn births(visit: &Visit) -> Vec<Birth> {
    if visit.query.has("birth") {
        visit.query.all("birth").filter_map(Birth::parse).take(CHILDREN).collect()
    } else {
        let remembered = visit.remembered.get(BIRTHS).unwrap_or_default();
        remembered.split('.').filter_map(Birth::parse).take(CHILDREN).collect()
    }
}

/// Both or neither: one alone asks for the hour beside it.
fn times(from: Option<HalfHour>, to: Option<HalfHour>) -> (Option<HalfHour>, Option<HalfHour>) {
    match (from, to) {
        (Some(from), None) => (Some(from), HalfHour::new(from.index().saturating_add(2).min(48))),
        (None, Some(to)) => (HalfHour::new(to.index().saturating_sub(2)), Some(to)),
        both => both,
    }
}

/// `95` or `95.23`.
fn yuan(text: &str) -> Option<Fen> {
    let (yuan, fen) = text.split_once('.').unwrap_or((text, "0"));
    let digits = fen.len();
    let fen: i64 = fen.parse().ok().filter(|_| digits <= 2)?;
    let fen = if digits == 1 { fen * 10 } else { fen };
    Some(Fen(yuan.parse::<u32>().map(i64::from).ok()? * 100 + fen))
}

/// As [`yuan`] reads it.
pub fn in_yuan(price: Fen) -> String {
    let (yuan, fen) = (price.0 / 100, price.0 % 100);
    if fen == 0 { yuan.to_string() } else { format!("{yuan}.{fen:02}") }
}

/// `31.575,120.302`.
pub fn point(text: &str) -> Option<Point> {
    let (lat, lng) = text.split_once(',')?;
    Point::new(lat.parse().ok()?, lng.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::at("2026-11-23".parse().unwrap(), "09:00".parse().unwrap())
    }

    #[test]
    fn every_chip_that_is_switched_on_can_be_switched_off_again() {
        let off = Wanted { near_km: 3, common_price: Fen(9523), ..Wanted::default() };
        for filter in Filter::ALL {
            let Some(on) = off.toggled(*filter, now()) else { continue };
            assert!(on.has(*filter, now()), "{filter} is on");
            let again = on.toggled(*filter, now()).unwrap();
            assert!(!again.has(*filter, now()), "{filter} is off again");
            // The price is that of full-day care, which stays chosen: it has a chip of its own.
            assert_eq!(again.without(Filter::Care, now()), off, "{filter}");
        }
    }

    #[test]
    fn a_price_survives_the_address() {
        for (text, fen) in [("95.23", Some(9523)), ("90", Some(9000)), ("0.5", Some(50)), ("-1", None), ("1.234", None)]
        {
            assert_eq!(yuan(text), fen.map(Fen), "{text}");
        }
        assert_eq!((in_yuan(Fen(9523)), in_yuan(Fen(9000))), ("95.23".to_owned(), "90".to_owned()));
    }

    #[test]
    fn one_time_alone_asks_for_the_hour_beside_it() {
        let time = |text: &str| -> Option<HalfHour> { text.parse().ok() };
        assert_eq!(times(time("09:00"), None), (time("09:00"), time("10:00")));
        assert_eq!(times(None, time("09:00")), (time("08:00"), time("09:00")));
        assert_eq!(times(None, None), (None, None));
    }

    #[test]
    fn a_month_of_birth_stands_for_its_middle_but_never_lies_ahead() {
        let birth = Birth::parse("2026-11").unwrap();
        assert_eq!(birth.to_string(), "2026-11");
        assert_eq!(birth.on_or_before("2026-11-03".parse().unwrap()).to_string(), "2026-11-03");
        assert_eq!(Birth::parse("2025-05-20").unwrap().to_string(), "2025-05-20");
        assert_eq!(Birth::parse("2025-13"), None);
    }
}
