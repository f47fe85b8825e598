//! Where days are to go, as an address and a form carry it.

use doorstep_shared::{
    Date, HalfHour, Span,
    bookings::{ChildInOffer, PreviewMove},
    ids::{BookingId, NurseryId},
};

use super::{path, shift};
use crate::{family::change::field, visit::Fields};

/// `day=…&on=…&place=CHILD:OFFER&from=…&to=…`, days and places as often as there are some.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// The dates that are to go, in order, each once.
    pub days: Vec<Date>,
    /// Where the first of them goes; the others go as many days further. The same day unless told.
    to_date: Option<Date>,
    /// An offer for each child.
    pub places: Vec<ChildInOffer>,
    pub span: Option<Span>,
    /// Another nursery than now.
    pub nursery: Option<NurseryId>,
    /// The first day that is shown, when somebody leafed through the weeks.
    pub week: Option<Date>,
}

impl Target {
    /// What cannot be read is not chosen yet.
    pub fn read(fields: &Fields) -> Self {
        let place = |text: &str| {
            let (child, offer) = text.split_once(':')?;
            Some(ChildInOffer { child_id: child.parse().ok()?, offer_id: offer.parse().ok()? })
        };
        let window = fields.read::<HalfHour>("from").zip(fields.read::<HalfHour>("to"));
        Self {
            days: fields.dates("day"),
            to_date: fields.date("on"),
            places: fields.all("place").filter_map(place).collect(),
            span: window.and_then(|(from, to)| Span::new(from, to)),
            nursery: fields.read("nursery"),
            week: fields.date("week"),
        }
    }

    /// Where the first day goes.
    pub fn on(&self) -> Option<Date> {
        self.to_date.or_else(|| self.days.first().copied())
    }

    pub fn to_date(&self, date: Date) -> Self {
        Self { to_date: Some(date), places: Vec::new(), span: None, week: None, ..self.clone() }
    }

    /// At another nursery, or at that of now.
    pub fn at(&self, nursery: Option<NurseryId>) -> Self {
        Self { nursery, places: Vec::new(), span: None, ..self.clone() }
    }

    pub fn in_week(&self, first: Date) -> Self {
        Self { week: Some(first), ..self.clone() }
    }

    pub fn in_place(&self, places: &[ChildInOffer], span: Span) -> Self {
        Self { places: places.to_vec(), span: Some(span), ..self.clone() }
    }

    /// How many days later the days go.
    pub fn shift(&self) -> Option<i16> {
        shift(*self.days.first()?, self.on()?)
    }

    /// None until all of it is chosen.
    pub fn request(&self, id: BookingId) -> Option<PreviewMove> {
        let Span { from, to } = self.span?;
        if self.places.is_empty() {
            return None;
        }
        Some(PreviewMove {
            dates: self.days.clone(),
            children: self.places.clone(),
            shift_days: self.shift()?,
            from: Some(from),
            to: Some(to),
            ..PreviewMove::of(id)
        })
    }

    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields = self.fields_of_day();
        let place = |place: &ChildInOffer| field("place", format!("{}:{}", place.child_id, place.offer_id));
        fields.extend(self.places.iter().map(place));
        fields.extend(self.span.into_iter().flat_map(|span| [field("from", span.from), field("to", span.to)]));
        fields
    }

    /// All but the window.
    pub fn fields_of_day(&self) -> Vec<(String, String)> {
        let mut fields: Vec<_> = self.days.iter().map(|date| field("day", date)).collect();
        fields.extend(self.to_date.map(|date| field("on", date)));
        fields.extend(self.nursery.map(|nursery| field("nursery", nursery)));
        fields.extend(self.week.map(|date| field("week", date)));
        fields
    }

    pub fn href(&self, id: BookingId) -> String {
        crate::family::change::with_query(&path(id), self.fields())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHILD: &str = "01938f00-0000-7000-8000-000000000002";
    const OFFER: &str = "01938f00-0000-7000-8000-000000000001";

    fn read(query: &str) -> Target {
        Target::read(&Fields::parse(query))
    }

    #[test]
    fn a_target_survives_its_address_and_shifts_all_days_alike() {
        let query = format!("day=2026-11-24&day=2026-11-23&on=2026-11-30&place={CHILD}:{OFFER}&from=09:00&to=11:00");
        let target = read(&query);
        let id = OFFER.parse().unwrap();
        let (_, again) =
            target.href(id).split_once('?').map(|(path, query)| (path.to_owned(), query.to_owned())).unwrap();
        assert_eq!(read(&again), target);
        let ask = target.request(id).unwrap();
        assert_eq!((ask.dates.len(), ask.shift_days, ask.children.len()), (2, 7, 1));
        assert_eq!(ask.from.map(|from| from.to_string()).as_deref(), Some("09:00"));
    }

    #[test]
    fn what_is_not_chosen_yet_is_no_request() {
        let id = OFFER.parse().unwrap();
        let cases = [
            "".to_owned(),
            "day=2026-11-23&on=2026-11-30".to_owned(),
            format!("day=2026-11-23&place={CHILD}:{OFFER}&from=11:00&to=09:00"),
            format!("day=2026-11-23&place={CHILD}&from=09:00&to=11:00"),
            format!("place={CHILD}:{OFFER}&from=09:00&to=11:00"),
        ];
        for query in cases {
            assert_eq!(read(&query).request(id), None, "{query}");
        }
    }
}
