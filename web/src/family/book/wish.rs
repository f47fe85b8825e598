//! What is to be booked, as a URL and a form carry it.

use doorstep_shared::{
    Date, HalfHour, Span,
    ids::{BookingId, ChildId, OfferId},
    slots::NextBest,
};

use crate::visit::Fields;

/// `offer=…&date=…&from=…&to=…&child=…`, dates and children as often as there are some.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    pub offer: OfferId,
    /// In order, each once.
    pub dates: Vec<Date>,
    pub span: Span,
    pub children: Vec<ChildId>,
    /// The booking that it repeats, for who picks up.
    pub again: Option<BookingId>,
}

impl Wish {
    /// None when offer or window are missing or cannot be read; days and children may still be chosen.
    pub fn read(fields: &Fields) -> Option<Self> {
        let mut wish = Self {
            offer: fields.read("offer")?,
            dates: fields.dates("date"),
            span: Span::new(fields.read::<HalfHour>("from")?, fields.read::<HalfHour>("to")?)?,
            children: Vec::new(),
            again: fields.read("again"),
        };
        for child in fields.all("child").filter_map(|child| child.parse().ok()) {
            if !wish.children.contains(&child) {
                wish.children.push(child);
            }
        }
        Some(wish)
    }

    /// One of the choices offered with a refusal: another window, the same children.
    pub fn instead(&self, choice: &str) -> Option<Self> {
        let mut other = Self::read(&Fields::parse(choice))?;
        other.children.clone_from(&self.children);
        other.again = self.again;
        Some(other)
    }

    /// The same, for one of the windows offered with a refusal.
    pub fn with(&self, choice: &NextBest) -> Self {
        let offer = &choice.offer;
        let mut dates = match (choice.replaces, self.dates.len()) {
            (Some(old), _) => self.dates.iter().map(|date| if *date == old { offer.date } else { *date }).collect(),
            (None, 0 | 1) => vec![offer.date],
            (None, _) => self.dates.clone(),
        };
        dates.sort_unstable();
        Self {
            offer: offer.offer_id,
            dates,
            span: Span { from: offer.from, to: offer.to },
            children: Vec::new(),
            again: None,
        }
    }

    /// The page that books it. It names no person, only ids.
    pub fn href(&self) -> String {
        let mut fields = Fields(vec![
            ("offer".to_owned(), self.offer.to_string()),
            ("from".to_owned(), self.span.from.to_string()),
            ("to".to_owned(), self.span.to.to_string()),
        ]);
        fields.0.extend(self.dates.iter().map(|date| ("date".to_owned(), date.to_string())));
        fields.0.extend(self.children.iter().map(|child| ("child".to_owned(), child.to_string())));
        fields.0.extend(self.again.map(|booking| ("again".to_owned(), booking.to_string())));
        format!("/book?{}", fields.encoded())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "01938f00-0000-7000-8000-000000000001";
    const CHILD: &str = "01938f00-0000-7000-8000-000000000002";

    #[test]
    fn a_wish_survives_its_url() {
        let query =
            format!("offer={OFFER}&date=2026-11-24&date=2026-11-23&date=2026-11-24&from=09:00&to=11:00&child={CHILD}");
        let wish = Wish::read(&Fields::parse(&query)).unwrap();
        assert_eq!(wish.dates, ["2026-11-23".parse().unwrap(), "2026-11-24".parse().unwrap()]);
        let (_, query) = wish.href().split_once('?').map(|(path, query)| (path.to_owned(), query.to_owned())).unwrap();
        assert_eq!(Wish::read(&Fields::parse(&query)), Some(wish));
    }

    #[test]
    fn what_cannot_be_booked_is_no_wish() {
        let cases = [
            "date=2026-11-23&from=09:00&to=11:00".to_owned(),
            format!("offer={OFFER}&date=2026-11-23&from=11:00&to=09:00"),
            format!("offer={OFFER}&date=2026-11-23&from=09:10&to=11:00"),
            "offer=1&from=09:00&to=11:00".to_owned(),
        ];
        for query in cases {
            assert_eq!(Wish::read(&Fields::parse(&query)), None, "{query}");
        }
    }

    #[test]
    fn another_window_keeps_the_children() {
        let query = format!("offer={OFFER}&date=2026-11-23&from=09:00&to=11:00&child={CHILD}");
        let wish = Wish::read(&Fields::parse(&query)).unwrap();
        let other = wish.instead(&format!("offer={OFFER}&date=2026-11-25&from=13:00&to=15:00")).unwrap();
        assert_eq!((other.children, other.dates.len()), (wish.children, 1));
    }
}
