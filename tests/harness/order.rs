//! What a family wants to book.

use doorstep_shared::{
    Date, Problem, Span,
    bookings::{Book, Booking, ChildInOffer, DayAndTime, Pattern},
    ids::ChildId,
};

use crate::{family::Family, nursery::Offer};

/// An order to be completed and sent.
pub struct Order<'a> {
    family: &'a Family,
    offer: Offer,
    span: Span,
    dates: Vec<Date>,
    pattern: Option<Pattern>,
    children: Vec<ChildInOffer>,
    hold: bool,
    pickup: String,
    key: String,
}

impl<'a> Order<'a> {
    pub(crate) fn new(family: &'a Family, offer: &Offer, span: &str) -> Self {
        Self {
            family,
            offer: offer.clone(),
            span: span.parse().unwrap(),
            dates: Vec::new(),
            pattern: None,
            children: Vec::new(),
            hold: false,
            pickup: String::new(),
            key: uuid::Uuid::now_v7().to_string(),
        }
    }

    /// On this day; once more for several. Tomorrow when none is named.
    pub fn on(mut self, date: Date) -> Self {
        self.dates.push(date);
        self
    }

    /// On these weekdays, 1 for Monday, from one date until another.
    pub fn weekly(mut self, weekdays: &[u8], from: Date, until: Date) -> Self {
        let (weekdays, windows) = (weekdays.to_vec(), vec![self.span]);
        self.pattern = Some(Pattern { from, until, weekdays, windows, except: Vec::new() });
        self
    }

    /// But not on these dates of the pattern.
    pub fn except(mut self, dates: &[Date]) -> Self {
        self.pattern.as_mut().expect("a pattern").except.extend(dates);
        self
    }

    /// In this window of the pattern's dates, too.
    pub fn and(mut self, span: &str) -> Self {
        self.pattern.as_mut().expect("a pattern").windows.push(span.parse().unwrap());
        self
    }

    /// For this child; once more for siblings. The first child when none is named.
    pub fn child(self, child: ChildId) -> Self {
        let offer = self.offer.clone();
        self.child_in(child, &offer)
    }

    /// For this child in another offer of the nursery.
    pub fn child_in(mut self, child: ChildId, offer: &Offer) -> Self {
        self.children.push(ChildInOffer { child_id: child, offer_id: offer.id });
        self
    }

    /// Keeps the places for ten minutes instead of confirming at once.
    pub fn hold(mut self) -> Self {
        self.hold = true;
        self
    }

    /// This person picks the child up.
    pub fn pickup(mut self, who: &str) -> Self {
        who.clone_into(&mut self.pickup);
        self
    }

    /// Under this idempotency key.
    pub fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    pub fn request(&self) -> Book {
        let own = [ChildInOffer { child_id: self.family.child().id, offer_id: self.offer.id }];
        let children = if self.children.is_empty() { &own[..] } else { &self.children };
        let tomorrow = [self.family.tomorrow()];
        let dates = if self.dates.is_empty() { &tomorrow[..] } else { &self.dates };
        let day = |&date| DayAndTime { date, from: self.span.from, to: self.span.to };
        Book {
            children: children.to_vec(),
            days: if self.pattern.is_some() { Vec::new() } else { dates.iter().map(day).collect() },
            pattern: self.pattern.clone(),
            hold: self.hold,
            pickup: self.pickup.clone(),
            voucher_ids: Vec::new(),
        }
    }

    pub async fn send(self) -> Result<Booking, Problem> {
        self.family.call_once(&self.request(), Some(&self.key)).await
    }
}
