//! A nursery as the index keeps it.

use doorstep_shared::{
    Date, Fen, Span,
    care::{CareKind, ClassKind, NurseryKind},
    geo::Point,
    ids::{ClassId, NurseryId, OfferId},
    slots::AgeRange,
};

use super::{names::Spelled, tree::Unit};
use crate::{
    inventory::{
        rules::{self, Closed, Hours},
        seats::{Limits, Staffing, WeekLimits},
    },
    policy::{ClassRule, DayKind, Policies},
};

/// A nursery with its classes, as the database holds it.
#[derive(Debug)]
pub struct NurseryRow {
    pub id: NurseryId,
    pub name: String,
    pub kind: NurseryKind,
    pub district: Option<String>,
    pub point: Point,
    pub inclusive: bool,
    pub rating: Option<String>,
    pub filing_no: Option<String>,
    pub demo: bool,
    pub hours: Hours,
    /// By date.
    pub closures: Vec<Closed>,
    /// By id.
    pub classes: Vec<ClassRow>,
}

#[derive(Debug)]
pub struct ClassRow {
    pub id: ClassId,
    pub kind: ClassKind,
    pub places: u16,
    pub carers: u16,
    pub week_limits: Option<Box<WeekLimits>>,
    pub offers: Vec<OfferRow>,
}

#[derive(Debug)]
pub struct OfferRow {
    pub id: OfferId,
    pub care: CareKind,
    /// Of one window; of one hour for hourly care.
    pub price_fen: Fen,
    pub lead_minutes: u32,
    /// Empty for hourly care.
    pub windows: Vec<Span>,
}

#[derive(Debug)]
pub struct Nursery {
    pub id: NurseryId,
    pub name: Box<str>,
    pub kind: NurseryKind,
    pub district: Option<Box<str>>,
    pub point: Point,
    pub at: Unit,
    pub inclusive: bool,
    pub rating: Option<Box<str>>,
    pub filing_no: Option<Box<str>>,
    pub demo: bool,
    pub ages: AgeRange,
    pub hours: Hours,
    pub closures: Box<[Closed]>,
    pub spelled: Spelled,
    pub classes: Box<[Class]>,
}

#[derive(Debug)]
pub struct Class {
    pub id: ClassId,
    pub kind: ClassKind,
    pub places: u16,
    /// Most on duty at one time.
    pub carers: u16,
    pub week_limits: Option<Box<WeekLimits>>,
    /// Its row in the table of days.
    pub row: u32,
    /// By price, then offer, then start.
    pub sales: Box<[Sale]>,
}

/// A window of an offer; of hourly care, any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sale {
    pub offer: OfferId,
    pub price_fen: Fen,
    pub lead_minutes: u32,
    pub care: CareKind,
    pub when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    Window(Span),
    AnyTime,
}

impl Nursery {
    /// `row_of` gives each class its row in the table of days; `today` decides which ages are shown.
    pub fn new(row: NurseryRow, policies: &Policies, today: Date, mut row_of: impl FnMut(ClassId) -> u32) -> Self {
        let policy = policies.on(today);
        let ages = row.classes.iter().map(|class| policy.class_rule(row.kind, class.kind).ages());
        let ages = ages.reduce(|all, one| AgeRange {
            from_months: all.from_months.min(one.from_months),
            to_months: all.to_months.max(one.to_months),
        });
        let class = |class: ClassRow| Class {
            id: class.id,
            kind: class.kind,
            places: class.places,
            carers: class.carers,
            week_limits: class.week_limits,
            row: row_of(class.id),
            sales: sales(&class.offers),
        };
        Self {
            id: row.id,
            kind: row.kind,
            district: row.district.map(Into::into),
            point: row.point,
            at: Unit::of(row.point),
            inclusive: row.inclusive,
            rating: row.rating.map(Into::into),
            filing_no: row.filing_no.map(Into::into),
            demo: row.demo,
            ages: ages.unwrap_or(AgeRange { from_months: 0, to_months: 0 }),
            hours: row.hours,
            closures: row.closures.into(),
            spelled: Spelled::new(&row.name),
            name: row.name.into(),
            classes: row.classes.into_iter().map(class).collect(),
        }
    }

    /// What the policy says about a class of this nursery on a date.
    pub fn rule(&self, class: &Class, policies: &Policies, date: Date) -> ClassRule {
        policies.on(date).class_rule(self.kind, class.kind)
    }

    pub fn staffing(&self, class: &Class, policies: &Policies, date: Date) -> Staffing {
        Staffing::new(class.places, class.carers, self.rule(class, policies, date))
    }

    /// What limits the places of a class on a date that says nothing of its own.
    pub fn limits(&self, class: &Class, date: Date, kind: &DayKind) -> Limits {
        let Some(limits) = &class.week_limits else { return Limits::NONE };
        limits.on(rules::weekday_on(&self.hours.week, date, kind))
    }

    /// When a class is open on a date, one bit for each half-hour.
    pub fn open_on(&self, class: &Class, policies: &Policies, date: Date) -> u64 {
        rules::open_on(&self.hours, date, policies.calendar.day_kind(date), class.id, &self.closures)
    }
}

fn sales(offers: &[OfferRow]) -> Box<[Sale]> {
    let sale = |offer: &OfferRow, when| Sale {
        offer: offer.id,
        price_fen: offer.price_fen,
        lead_minutes: offer.lead_minutes,
        care: offer.care,
        when,
    };
    let mut sales = Vec::new();
    for offer in offers {
        match offer.care {
            CareKind::Hourly => sales.push(sale(offer, When::AnyTime)),
            _ => sales.extend(offer.windows.iter().map(|span| sale(offer, When::Window(*span)))),
        }
    }
    sales.sort_unstable_by_key(|sale| (sale.price_fen, sale.offer, sale.when));
    sales.into()
}
