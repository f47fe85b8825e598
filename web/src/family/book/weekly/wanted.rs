//! Which weekdays, from when until when, as a URL and a form carry it.

use doorstep_shared::{Date, Span, bookings::Pattern, care::CareKind};

use crate::{family::book::Wish, visit::Fields};

/// Days of the first proposal: four weeks.
const PROPOSED: u64 = 28;

/// `offer=…&from=…&to=…&start=…&until=…&weekday=…`, the weekdays as often as there are some, Monday is 1.
///
/// A list of days is told in two kinds of fields: `shown` for each, `date` for those that are ticked. So a day that
/// was taken off stays off when the weekdays change.
#[derive(Clone, Debug, PartialEq)]
pub struct Weekly {
    /// Offer, window and children; the ticked days.
    pub wish: Wish,
    pub start: Date,
    pub until: Date,
    /// In order, each once.
    pub weekdays: Vec<u8>,
    /// Days that were shown and are not ticked.
    pub left_out: Vec<Date>,
    /// Whether a person has chosen, so that nothing is proposed.
    is_told: bool,
}

impl Weekly {
    /// None when offer or window are missing.
    pub fn read(fields: &Fields, today: Date) -> Option<Self> {
        let wish = Wish::read(fields)?;
        let proposed = wish.dates.first().copied().filter(|date| *date > today).or(today.succ_opt()).unwrap_or(today);
        let start = fields.date("start").unwrap_or(proposed);
        let until = fields.date("until").unwrap_or(start + chrono::Days::new(PROPOSED - 1));
        let mut weekdays: Vec<u8> =
            fields.all("weekday").filter_map(|day| day.parse().ok()).filter(|day| (1..=7).contains(day)).collect();
        weekdays.sort_unstable();
        weekdays.dedup();
        let shown = fields.dates("shown");
        let left_out = shown.into_iter().filter(|date| !wish.dates.contains(date)).collect();
        Some(Self { wish, start, until, weekdays, left_out, is_told: fields.has("start") })
    }

    /// Where no weekday was said: every working day of full-day care, else the weekdays that were looked at.
    pub fn propose(&mut self, care: CareKind) {
        if self.is_told || !self.weekdays.is_empty() {
            return;
        }
        let looked_at = self.wish.dates.iter().map(number);
        self.weekdays = if care == CareKind::FullDay { (1..=5).collect() } else { looked_at.collect() };
        self.weekdays.sort_unstable();
        self.weekdays.dedup();
    }

    pub fn is_named(&self, date: Date) -> bool {
        self.weekdays.contains(&number(&date))
    }

    /// Whether every working day is meant, so that working weekends belong to it.
    pub fn is_every_workday(&self) -> bool {
        (1..=5).all(|day| self.weekdays.contains(&day))
    }

    /// What is asked for, without the dates that do not come.
    pub fn pattern(&self, except: Vec<Date>) -> Pattern {
        let span: Span = self.wish.span;
        Pattern { from: self.start, until: self.until, weekdays: self.weekdays.clone(), windows: vec![span], except }
    }

    /// The page that books a single day of it.
    pub fn once(&self, date: Date) -> String {
        Wish { dates: vec![date], ..self.wish.clone() }.href()
    }

    /// The page that books it.
    pub fn href(&self) -> String {
        let mut fields =
            Fields(vec![("start".to_owned(), self.start.to_string()), ("until".to_owned(), self.until.to_string())]);
        fields.0.extend(self.weekdays.iter().map(|day| ("weekday".to_owned(), day.to_string())));
        let wish = Wish { dates: Vec::new(), ..self.wish.clone() };
        format!("{}&{}", of_wish(&wish), fields.encoded())
    }
}

/// The page that proposes a pattern for a wish.
pub fn of_wish(wish: &Wish) -> String {
    wish.href().replacen("/book?", "/book/weekly?", 1)
}

/// 1 is Monday.
fn number(date: &Date) -> u8 {
    use chrono::Datelike as _;
    u8::try_from(date.weekday().number_from_monday()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "01938f00-0000-7000-8000-000000000001";

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn read(more: &str) -> Weekly {
        // 2026-11-22 is a Sunday.
        let fields = Fields::parse(&format!("offer={OFFER}&from=09:00&to=11:00{more}"));
        Weekly::read(&fields, day("2026-11-22")).unwrap()
    }

    fn proposed(more: &str, care: CareKind) -> Vec<u8> {
        let mut weekly = read(more);
        weekly.propose(care);
        weekly.weekdays
    }

    #[test]
    fn the_first_proposal_is_four_weeks_of_what_was_looked_at() {
        let hours = read("&date=2026-11-24");
        assert_eq!((hours.start, hours.until), (day("2026-11-24"), day("2026-12-21")));
        assert_eq!(read("").start, day("2026-11-23"), "not before tomorrow");
        assert_eq!(proposed("&date=2026-11-24", CareKind::Hourly), [2]);
        assert_eq!(proposed("&date=2026-11-24", CareKind::FullDay), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn whoever_takes_every_weekday_off_gets_none_proposed() {
        assert!(proposed("&start=2026-11-24&until=2026-12-21", CareKind::FullDay).is_empty());
    }

    #[test]
    fn a_day_that_was_shown_and_is_not_ticked_is_left_out() {
        let weekly = read("&start=2026-11-24&weekday=2&shown=2026-11-24&shown=2026-12-01&date=2026-12-01");
        assert_eq!(weekly.left_out, [day("2026-11-24")]);
    }

    #[test]
    fn it_survives_its_url() {
        let weekly = read("&start=2026-11-24&until=2026-12-10&weekday=2&weekday=4&weekday=9");
        assert_eq!(weekly.weekdays, [2, 4]);
        let query = weekly.href().split_once('?').unwrap().1.to_owned();
        assert_eq!(Weekly::read(&Fields::parse(&query), day("2026-11-22")), Some(weekly));
    }
}
