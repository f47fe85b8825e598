//! What is chosen on a nursery's page, all of it in the address: a day, an offer, a window.

use doorstep_shared::{
    Date, Fen, HalfHour, Span,
    care::CareKind,
    geo::Point,
    ids::{NurseryId, OfferId},
    nurseries::{Availability, Window},
};

use crate::{
    family::find::{Birth, births, point},
    visit::{Fields, Visit},
};

#[derive(Clone, Debug)]
pub struct Chosen {
    pub nursery: NurseryId,
    pub first_day: Date,
    pub date: Date,
    pub offer: Option<OfferId>,
    pub span: Option<Span>,
    /// What the offer's window is and costs, once it is known to be free.
    pub window: Option<Window>,
    births: Vec<Birth>,
    pub at: Option<Point>,
}

/// Days shown at a time.
const DAYS: chrono::Days = chrono::Days::new(7);

impl Chosen {
    pub fn read(visit: &Visit, nursery: NurseryId) -> Self {
        let (query, today) = (&visit.query, visit.now.local_date());
        let date = query.read::<Date>("date");
        let first: Date = query.read("week").unwrap_or(today);
        let shown = |date: &Date| *date >= first && Some(*date) < first.checked_add_days(DAYS);
        let first_day = if date.as_ref().is_none_or(shown) { first } else { date.unwrap_or(first) };
        let span = query.read::<HalfHour>("from").zip(query.read::<HalfHour>("to"));
        Self {
            nursery,
            first_day,
            date: date.unwrap_or(first_day),
            offer: query.read("offer"),
            span: span.and_then(|(from, to)| Span::new(from, to)),
            window: None,
            births: births(visit),
            at: query.get("at").and_then(point),
        }
    }

    /// Of the children looked for; empty for any age.
    pub fn birth_dates(&self, today: Date) -> Vec<Date> {
        self.births.iter().map(|birth| birth.on_or_before(today)).collect()
    }

    /// Fixes what was left open: the first day with a place when none was asked for, and its first free window.
    pub fn settle(mut self, free: &Availability) -> Self {
        let is_free = |window: &&Window| window.free > 0 && window.bookable;
        let day = |date: Date| free.days.iter().find(move |day| day.date == date);
        let asked = self.offer.is_some() || self.span.is_some();
        if !asked && day(self.date).is_none_or(|day| !day.windows.iter().any(|window| is_free(&window))) {
            let first = free.days.iter().find(|day| day.windows.iter().any(|window| is_free(&window)));
            // A day that somebody chose stays, even when it is full.
            if let Some(first) = first.filter(|_| self.date == self.first_day) {
                self.date = first.date;
            }
        }
        let windows = day(self.date).map(|day| day.windows.as_slice()).unwrap_or_default();
        let window = windows.iter().filter(is_free).find(|window| {
            let offer = self.offer.is_none_or(|offer| offer == window.offer_id);
            offer && self.span.is_none_or(|span| window.span.covers(span))
        });
        self.span = window.map(|window| match (window.care, self.span) {
            (CareKind::Hourly, Some(span)) => span,
            (CareKind::Hourly, None) => first_hours(window.span),
            _ => window.span,
        });
        self.offer = window.map(|window| window.offer_id);
        self.window = window.cloned();
        self
    }

    /// What the chosen window costs for one child.
    pub fn price(&self) -> Option<Fen> {
        let (window, span) = (self.window.as_ref()?, self.span?);
        Some(match window.care {
            CareKind::Hourly => Fen(window.price_fen.0 * i64::from(span.half_hours()) / 2),
            CareKind::FullDay | CareKind::HalfDay | CareKind::Temporary => window.price_fen,
        })
    }

    /// Where the chosen window is booked.
    pub fn book_href(&self) -> Option<String> {
        let (offer, span) = (self.offer?, self.span?);
        let fields = vec![
            ("offer".to_owned(), offer.to_string()),
            ("date".to_owned(), self.date.to_string()),
            ("from".to_owned(), span.from.to_string()),
            ("to".to_owned(), span.to.to_string()),
        ];
        Some(format!("/book?{}", Fields(fields).encoded()))
    }

    pub fn on(&self, date: Date) -> Self {
        Self { date, offer: None, span: None, window: None, ..self.clone() }
    }

    pub fn with(&self, offer: OfferId, span: Span) -> Self {
        Self { offer: Some(offer), span: Some(span), window: None, ..self.clone() }
    }

    /// Seven other days.
    pub fn week(&self, first_day: Date) -> Self {
        Self { first_day, ..self.on(first_day) }
    }

    pub fn reset(&self) -> Self {
        Self { births: Vec::new(), at: None, ..self.on(self.first_day) }
    }

    /// Its address.
    pub fn href(&self) -> String {
        format!("/nurseries/{}?{}", self.nursery, Fields(self.fields()).encoded())
    }

    /// Everything but offer and window, for forms that choose those.
    pub fn fields_of_day(&self) -> Vec<(String, String)> {
        let plain = Self { offer: None, span: None, ..self.clone() };
        plain.fields()
    }

    fn fields(&self) -> Vec<(String, String)> {
        let mut fields =
            vec![("date".to_owned(), self.date.to_string()), ("week".to_owned(), self.first_day.to_string())];
        fields.extend(self.offer.map(|offer| ("offer".to_owned(), offer.to_string())));
        if let Some(span) = self.span {
            fields.push(("from".to_owned(), span.from.to_string()));
            fields.push(("to".to_owned(), span.to.to_string()));
        }
        fields.extend(self.births.iter().map(|birth| ("birth".to_owned(), birth.to_string())));
        fields.extend(self.at.map(|at| ("at".to_owned(), format!("{:.3},{:.3}", at.lat, at.lng))));
        fields
    }

    /// The search that led here, as far as the address tells.
    pub fn back(&self) -> String {
        let mut fields: Vec<_> = self.births.iter().map(|birth| ("birth".to_owned(), birth.to_string())).collect();
        fields.extend(self.at.map(|at| ("at".to_owned(), format!("{:.3},{:.3}", at.lat, at.lng))));
        if fields.is_empty() { "/".to_owned() } else { format!("/?{}", Fields(fields).encoded()) }
    }
}

/// Two hours, or what there is.
fn first_hours(run: Span) -> Span {
    let end = HalfHour::new(run.from.index().saturating_add(4)).filter(|end| *end <= run.to);
    Span { from: run.from, to: end.unwrap_or(run.to) }
}
