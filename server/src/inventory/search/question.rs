//! A search request that has been checked and completed.

use doorstep_shared::{
    Date, HalfHour, Problem, ProblemKind, Span, Timestamp,
    care::NurseryKind,
    geo::{Datum, Point},
    problem::{FieldProblem, FieldRule},
    slots::{SearchSlots, SlotSort},
    text,
};

use super::{
    cursor::Cursor,
    fit::{Child, Days, Wish},
    reach,
};
use crate::inventory::index::{
    city::City,
    names::{LONGEST, Typed},
    nursery::Nursery,
    table,
};

/// Days that are tried when none is named.
pub const DAYS_TRIED: i32 = 7;

#[derive(Clone, Debug)]
pub struct Question {
    pub origin: Point,
    /// Whether the request named a point.
    pub located: bool,
    /// Largest gap from the origin.
    pub reach: f64,
    pub children: Vec<Child>,
    /// In order, each once.
    pub dates: Vec<Date>,
    pub span: Option<Span>,
    pub wish: Wish,
    pub inclusive: bool,
    /// Any of these; empty for all.
    pub kinds: Vec<NurseryKind>,
    pub district: Option<String>,
    pub typed: Option<Typed>,
    pub sort: SlotSort,
    pub limit: usize,
    pub after: Option<Cursor>,
    pub facets: bool,
}

/// Collects what is wrong, so that all of it is told at once.
#[derive(Default)]
pub struct Faults(Vec<FieldProblem>);

impl Faults {
    pub fn refuse(&mut self, wrong: bool, field: &str, rule: FieldRule, detail: impl Into<String>) {
        if wrong {
            self.0.push(FieldProblem { field: field.to_owned(), rule, detail: detail.into() });
        }
    }

    pub fn into_result(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut problem = Problem::new(ProblemKind::Invalid);
        problem.fields = self.0;
        Err(problem)
    }

    /// A date on which care could be.
    pub fn date(&mut self, field: &str, date: Date, city: &City) {
        let (day, held) = (table::number(date), city.table.held());
        self.refuse(day < held.start, field, FieldRule::InThePast, "the date has passed");
        let ahead = held.end - held.start - 1;
        self.refuse(day >= held.end, field, FieldRule::TooFarAhead, format!("at most {ahead} days ahead"));
    }

    /// A child's age, told in one of two ways.
    pub fn age(&mut self, births: &[Date], age_months: Option<u16>, today: Date) {
        for (birth, index) in births.iter().zip(0..) {
            let field = field("birth_date", births.len(), index);
            self.refuse(*birth > today, &field, FieldRule::NotBornYet, "the child is yet to be born");
        }
        let both = age_months.is_some() && !births.is_empty();
        self.refuse(both, "age_months", FieldRule::Twice, "either birth_date or age_months");
        let old = age_months.is_some_and(|months| months > 47);
        self.refuse(old, "age_months", FieldRule::TooLarge, "0 to 47 completed months");
    }
}

/// The name of a field of a list; a list of one is named like a single value.
fn field(name: &str, count: usize, index: usize) -> String {
    if count == 1 { name.to_owned() } else { format!("{name}.{index}") }
}

/// Siblings asked for at once, at most.
pub const CHILDREN: usize = 4;

impl Question {
    pub fn check(request: &SearchSlots, city: &City, now: Timestamp) -> Result<Self, Problem> {
        let mut faults = Faults::default();
        let (origin, located) = origin(request, city, &mut faults);
        if let Some(metres) = request.radius_m {
            faults.refuse(metres < 100, "radius_m", FieldRule::TooSmall, "100 to 50,000 metres");
            faults.refuse(metres > 50_000, "radius_m", FieldRule::TooLarge, "100 to 50,000 metres");
        }
        let long = request.q.as_ref().is_some_and(|q| q.chars().count() > LONGEST);
        faults.refuse(long, "q", FieldRule::TooLong, "at most 60 characters");
        let unwritten = request.q.as_ref().is_some_and(|q| text::one_line(q).is_err());
        faults.refuse(unwritten, "q", FieldRule::ControlCharacters, "control characters name nothing");
        faults.refuse(request.voucher == Some(true), "voucher", FieldRule::Unknown, "there are no vouchers yet");
        faults.refuse(request.birth_date.len() > CHILDREN, "birth_date", FieldRule::TooLong, "at most four children");
        faults.age(&request.birth_date, request.age_months, now.local_date());
        faults.refuse(request.date.len() > 14, "date", FieldRule::TooLong, "at most 14 dates");
        for (date, index) in request.date.iter().zip(0..) {
            faults.date(&field("date", request.date.len(), index), *date, city);
        }
        let span = span(request.from, request.to, &mut faults);
        let negative = request.max_price_fen.is_some_and(|price| price.0 < 0);
        faults.refuse(negative, "max_price_fen", FieldRule::TooSmall, "0 or more");
        let limit = usize::from(request.limit.unwrap_or(20));
        faults.refuse(limit < 1, "limit", FieldRule::TooSmall, "1 to 100");
        faults.refuse(limit > 100, "limit", FieldRule::TooLarge, "1 to 100");
        let sort = request.sort.unwrap_or(SlotSort::Distance);
        let after = request.cursor.as_deref().map(|text| Cursor::decode(text).filter(|after| after.sort == sort));
        faults.refuse(after == Some(None), "cursor", FieldRule::Unknown, "not a next_cursor of this search");
        faults.into_result()?;
        let after = after.flatten();
        let mut dates = request.date.clone();
        dates.sort_unstable();
        dates.dedup();
        let mut children: Vec<_> = request.birth_date.iter().map(|birth| Child::Born(*birth)).collect();
        children.extend(request.age_months.map(Child::Months));
        if children.is_empty() {
            children.push(Child::AnyAge);
        }
        Ok(Self {
            // The centre may move between two pages.
            origin: after.and_then(|after| after.origin).filter(|_| !located).unwrap_or(origin),
            located,
            reach: reach(request.radius_m),
            children,
            dates,
            span,
            wish: Wish { care: request.care, max_price_fen: request.max_price_fen },
            inclusive: request.inclusive == Some(true),
            kinds: request.nursery_kind.clone(),
            district: request.district.clone(),
            typed: request.q.as_deref().and_then(Typed::new),
            sort,
            limit,
            after,
            facets: request.facets == Some(true),
        })
    }

    /// The days asked for, or those tried when none is named.
    pub fn days(&self, city: &City) -> Days {
        if self.dates.is_empty() {
            let first = city.table.held().start;
            return Days::Any((first..first + DAYS_TRIED).collect());
        }
        Days::All(self.dates.iter().map(|date| table::number(*date)).collect())
    }

    /// Whether no nursery is left out whatever its places.
    pub fn is_about_all(&self) -> bool {
        let everywhere = self.reach.is_infinite() && self.typed.is_none() && self.district.is_none();
        everywhere && !self.inclusive && self.kinds.is_empty()
    }

    /// What does not depend on places.
    pub fn admits(&self, nursery: &Nursery) -> bool {
        self.lies_there(nursery) && (!self.inclusive || nursery.inclusive) && self.is_of_kind(nursery)
    }

    pub fn lies_there(&self, nursery: &Nursery) -> bool {
        self.district.is_none() || self.district.as_deref() == nursery.district.as_deref()
    }

    pub fn is_of_kind(&self, nursery: &Nursery) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&nursery.kind)
    }
}

fn origin(request: &SearchSlots, city: &City, faults: &mut Faults) -> (Point, bool) {
    let (lat, lng) = match (request.lat, request.lng) {
        (None, None) => return (city.centre, false),
        (Some(lat), Some(lng)) => (lat, lng),
        (lat, lng) => {
            faults.refuse(lat.is_none(), "lat", FieldRule::Required, "lat and lng go together");
            faults.refuse(lng.is_none(), "lng", FieldRule::Required, "lat and lng go together");
            return (city.centre, false);
        }
    };
    for (field, value, most) in [("lat", lat, 90.0), ("lng", lng, 180.0)] {
        faults.refuse(value < -most, field, FieldRule::TooSmall, format!("-{most} to {most} degrees"));
        faults.refuse(value > most || value.is_nan(), field, FieldRule::TooLarge, format!("-{most} to {most} degrees"));
    }
    if Point::new(lat, lng).is_some() && request.coord == Some(Datum::Gcj02) {
        let (lng, lat) = coordtransform::gcj02_to_wgs84(lng, lat);
        return (Point { lat, lng }, true);
    }
    (Point { lat, lng }, true)
}

/// A window needs both ends.
fn span(from: Option<HalfHour>, to: Option<HalfHour>, faults: &mut Faults) -> Option<Span> {
    faults.refuse(from.is_none() && to.is_some(), "from", FieldRule::Required, "from and to go together");
    faults.refuse(from.is_some() && to.is_none(), "to", FieldRule::Required, "from and to go together");
    let span = Span::new(from?, to?);
    faults.refuse(span.is_none(), "to", FieldRule::TooShort, "to lies after from");
    span
}
