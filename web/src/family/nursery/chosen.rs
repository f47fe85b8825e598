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
    /// Other days of the same visit, as they were looked for.
    pub also: Vec<Date>,
    /// The care looked for: its windows come first.
    pub care: Option<CareKind>,
    pub offer: Option<OfferId>,
    pub span: Option<Span>,
    /// What the offer's window is and costs, once it is known to be free.
    pub window: Option<Window>,
    births: Vec<Birth>,
    pub at: Option<Point>,
    /// The search that led here, as its query.
    search: String,
    /// Whether somebody chose the day; otherwise it is the first with a place.
    day_is_chosen: bool,
}

/// Days shown at a time.
const DAYS: chrono::Days = chrono::Days::new(7);

impl Chosen {
    pub fn read(visit: &Visit, nursery: NurseryId) -> Self {
        let (query, today) = (&visit.query, visit.now.local_date());
        // A link of yesterday shows today.
        let date = query.date("date").filter(|date| *date >= today);
        let first = query.date("week").unwrap_or(today).max(today);
        let shown = |date: &Date| *date >= first && Some(*date) < first.checked_add_days(DAYS);
        let first_day = if date.as_ref().is_none_or(shown) { first } else { date.unwrap_or(first) };
        Self {
            nursery,
            first_day,
            date: date.unwrap_or(first_day),
            also: query.all("also").filter_map(|date| date.parse().ok()).filter(|also| *also >= today).collect(),
            care: query.read("care"),
            offer: query.read("offer"),
            span: hours(query.read("from"), query.read("to"), query.read("length")),
            window: None,
            births: births(visit),
            at: query.get("at").and_then(point),
            search: query.get("search").unwrap_or_default().to_owned(),
            day_is_chosen: date.is_some(),
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
        if !self.day_is_chosen && day(self.date).is_none_or(|day| !day.windows.iter().any(|window| is_free(&window))) {
            let first = free.days.iter().find(|day| day.windows.iter().any(|window| is_free(&window)));
            if let Some(first) = first {
                self.date = first.date;
            }
        }
        let windows = day(self.date).map(|day| day.windows.as_slice()).unwrap_or_default();
        let free: Vec<_> = windows.iter().filter(is_free).collect();
        let is_wanted = |window: &&&Window| match self.offer {
            Some(offer) => offer == window.offer_id,
            None => self.care.is_none_or(|care| care == window.care),
        };
        let wanted: Vec<_> = free.iter().filter(is_wanted).copied().collect();
        let covers = |window: &&&Window| self.span.is_none_or(|span| window.span.covers(span));
        // What was looked for; else the same care at another time; else, where nothing was fixed, whatever is free.
        let window = wanted.iter().find(covers).or_else(|| wanted.first());
        let window = window.or_else(|| free.first().filter(|_| self.offer.is_none())).copied();
        self.span = window.map(|window| match (window.care, self.span) {
            (CareKind::Hourly, Some(span)) => within(window.span, span),
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
        let mut fields = vec![
            ("offer".to_owned(), offer.to_string()),
            ("date".to_owned(), self.date.to_string()),
            ("from".to_owned(), span.from.to_string()),
            ("to".to_owned(), span.to.to_string()),
        ];
        fields.extend(self.also.iter().map(|date| ("date".to_owned(), date.to_string())));
        Some(format!("/book?{}", Fields(fields).encoded()))
    }

    /// Another day: what was looked for stays.
    pub fn on(&self, date: Date) -> Self {
        let span = self.span.filter(|_| self.care == Some(CareKind::Hourly));
        Self { date, also: Vec::new(), offer: None, span, window: None, ..self.clone() }
    }

    /// Another window: its care is what is looked for from now on.
    pub fn with(&self, window: &Window, span: Span) -> Self {
        Self { offer: Some(window.offer_id), care: Some(window.care), span: Some(span), window: None, ..self.clone() }
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
        fields.extend(self.also.iter().map(|date| ("also".to_owned(), date.to_string())));
        fields.extend(self.care.map(|care| ("care".to_owned(), care.to_string())));
        fields.extend(self.births.iter().map(|birth| ("birth".to_owned(), birth.to_string())));
        fields.extend(self.at.map(|at| ("at".to_owned(), format!("{:.3},{:.3}", at.lat, at.lng))));
        if !self.search.is_empty() {
            fields.push(("search".to_owned(), self.search.clone()));
        }
        fields
    }

    /// The search that led here.
    pub fn back(&self) -> String {
        // Read and written again, so that nothing but a search comes out of an address that somebody made.
        if self.search.is_empty() { "/".to_owned() } else { format!("/?{}", Fields::parse(&self.search).encoded()) }
    }
}

/// The hours chosen. An end before the beginning moves along with it, `length` half-hours later.
fn hours(from: Option<HalfHour>, to: Option<HalfHour>, length: Option<u8>) -> Option<Span> {
    let (from, to) = (from?, to?);
    let moved = || HalfHour::new(from.index().saturating_add(length.unwrap_or(USUAL)).min(HALF_HOURS));
    Span::new(from, to).or_else(|| Span::new(from, moved()?))
}

/// As much of `hours` as a free run has, of the same length where it can be.
fn within(run: Span, hours: Span) -> Span {
    let length = hours.half_hours().min(run.half_hours());
    let from = hours.from.index().clamp(run.from.index(), run.to.index() - length);
    let span = HalfHour::new(from).zip(HalfHour::new(from + length));
    span.and_then(|(from, to)| Span::new(from, to)).unwrap_or(run)
}

/// Half-hours that are proposed.
pub const USUAL: u8 = 4;
/// Of a day.
const HALF_HOURS: u8 = 48;

/// Two hours, or what there is.
pub fn first_hours(run: Span) -> Span {
    let end = HalfHour::new(run.from.index().saturating_add(USUAL)).filter(|end| *end <= run.to);
    Span { from: run.from, to: end.unwrap_or(run.to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    #[test]
    fn an_end_before_the_beginning_moves_along() {
        let at = |text: &str| text.parse::<HalfHour>().ok();
        let cases = [
            ("09:00", "12:00", None, Some("09:00-12:00")),
            ("09:00", "09:00", Some(6), Some("09:00-12:00")),
            ("14:00", "12:00", None, Some("14:00-16:00")),
            ("23:00", "12:00", None, Some("23:00-24:00")),
            ("24:00", "12:00", None, None),
        ];
        for (from, to, length, expected) in cases {
            assert_eq!(hours(at(from), at(to), length), expected.map(span), "{from} {to}");
        }
    }

    #[test]
    fn hours_move_into_the_free_run_and_keep_their_length() {
        let run = span("08:00-12:00");
        let cases = [
            ("09:00-11:00", "09:00-11:00"),
            ("07:00-09:00", "08:00-10:00"),
            ("11:00-13:00", "10:00-12:00"),
            ("07:00-18:00", "08:00-12:00"),
        ];
        for (wanted, expected) in cases {
            assert_eq!(within(run, span(wanted)), span(expected), "{wanted}");
        }
    }
}
