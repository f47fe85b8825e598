//! What becomes of each booked day that does not fit the hours any more. Pure decisions over class-days.

use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    bookings::{BookingState, DayState},
    care::{CareKind, ClassKind},
    hours::{Fate, Instead, Touched, TouchedPlace},
    ids::{BookingId, ClassId, OfferId},
};
use sha2::{Digest as _, Sha256};

use crate::{
    bookings::{
        facts::{Known, Offer},
        rules::is_sold,
        store::{BookingRow, DayRow},
    },
    inventory::{Days, rules as place_rules},
    policy::Policies,
};

/// A child's day that takes a place, with what is to be known of it.
#[derive(Clone, Debug)]
pub struct Standing {
    pub booking: BookingRow,
    pub day: DayRow,
    pub child_name: String,
    pub birth_date: Date,
    pub class_kind: ClassKind,
}

/// Where a child comes instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub offer: OfferId,
    pub class: ClassId,
    pub class_kind: ClassKind,
    pub span: Span,
    /// Never more than it was.
    pub unit_price: Fen,
}

#[derive(Clone, Debug)]
pub struct Treated {
    pub standing: Standing,
    pub fate: Fate,
    pub place: Option<Place>,
}

/// What decisions are made by.
pub struct Scene<'a> {
    pub policies: &'a Policies,
    pub now: Timestamp,
    pub instead: Instead,
    /// What the nursery sells.
    pub offers: &'a [Offer],
    /// Where the children are besides.
    pub known: &'a Known,
}

/// Decides each day, and takes and gives back places in `days`. Older bookings choose first; children of one booking go
/// elsewhere together, or are cancelled together.
pub fn plan(scene: &Scene<'_>, days: &mut Days, mut touched: Vec<Standing>) -> Vec<Treated> {
    touched.sort_by_key(|standing| (standing.day.date, standing.booking.id, standing.day.id));
    let mut all = Vec::with_capacity(touched.len());
    for group in touched.chunk_by(|one, next| (one.day.date, one.booking.id) == (next.day.date, next.booking.id)) {
        all.extend(scene.treat(days, group));
    }
    all
}

impl Scene<'_> {
    /// The days of one booking on one date.
    fn treat(&self, days: &mut Days, group: &[Standing]) -> Vec<Treated> {
        let has_begun =
            |standing: &Standing| standing.day.begins() <= self.now || standing.day.state != DayState::Expected;
        let is_held = |standing: &Standing| standing.booking.state == BookingState::Held;
        for standing in group.iter().filter(|standing| is_held(standing) || !has_begun(standing)) {
            days.give_back(standing.day.class_id, standing.day.date, standing.day.span());
        }
        let mut elsewhere: Vec<Option<(Fate, Place)>> = group
            .iter()
            .map(|standing| if has_begun(standing) { None } else { self.elsewhere(days, standing) })
            .collect();
        let stays = |standing: &Standing| has_begun(standing) && !is_held(standing);
        let all_fit = group.iter().zip(&elsewhere).all(|(standing, place)| stays(standing) || place.is_some());
        if !all_fit || group.iter().any(is_held) {
            for (place, standing) in elsewhere.iter().zip(group) {
                if let Some((_, place)) = place {
                    days.give_back(place.class, standing.day.date, place.span);
                }
            }
            elsewhere.fill(None);
        }
        let treated = group.iter().zip(elsewhere).map(|(standing, place)| {
            let standing = standing.clone();
            match place {
                _ if is_held(&standing) => Treated { standing, fate: Fate::Released, place: None },
                _ if has_begun(&standing) => Treated { standing, fate: Fate::PickUp, place: None },
                Some((fate, place)) => Treated { standing, fate, place: Some(place) },
                None => Treated { standing, fate: Fate::Cancelled, place: None },
            }
        });
        treated.collect()
    }

    /// Takes a place elsewhere, if there is one.
    fn elsewhere(&self, days: &mut Days, standing: &Standing) -> Option<(Fate, Place)> {
        let date = standing.day.date;
        let found = [
            (self.instead.other_class, Fate::OtherClass),
            (self.instead.shorter, Fate::Shorter),
            (self.instead.other_time, Fate::OtherTime),
        ];
        let mut tried = found.into_iter().filter(|(is_wanted, _)| *is_wanted).filter_map(|(_, fate)| {
            let place = match fate {
                Fate::OtherClass => self.other_class(days, standing),
                Fate::Shorter => self.shorter(days, standing),
                _ => self.other_time(days, standing),
            };
            Some((fate, place?))
        });
        let found = tried.next()?;
        days.take(found.1.class, date, found.1.span).then_some(found)
    }

    /// The cheapest place at the same time in another class that takes the child.
    fn other_class(&self, days: &Days, standing: &Standing) -> Option<Place> {
        let (day, span) = (&standing.day, standing.day.span());
        let fits = |offer: &&Offer| {
            let rules = &self.policies.on(day.date).booking;
            let takes = self.policies.age_misfit(offer.nursery_kind, offer.class_kind, standing.birth_date, day.date);
            let free = days.get(offer.class, day.date).map_or(0, |other| other.free(span));
            offer.class != day.class_id
                && offer.care == day.care
                && takes.is_none()
                && free > 0
                && is_sold(offer, span, rules).is_ok()
        };
        let best = self.offers.iter().filter(fits).min_by_key(|offer| (offer.unit_price, offer.class, offer.id))?;
        Some(place(best, span, day.unit_price_fen))
    }

    /// The longest part of the day that is left, if it is enough of it.
    fn shorter(&self, days: &Days, standing: &Standing) -> Option<Place> {
        let (row, span) = (&standing.day, standing.day.span());
        let rules = &self.policies.on(row.date).booking;
        let day = days.get(row.class_id, row.date)?;
        let left = longest(place_rules::runs(day.open & span.mask()))?;
        let enough = u16::from(left.half_hours()) * 100 >= u16::from(span.half_hours()) * rules.shortened_percent;
        let minutes = u16::from(left.half_hours()) * 30;
        let long_enough = row.care != CareKind::Hourly || minutes >= rules.hourly_min_minutes;
        let place = Place {
            offer: row.offer_id,
            class: row.class_id,
            class_kind: standing.class_kind,
            span: left,
            unit_price: row.unit_price_fen,
        };
        (enough && long_enough && day.free(left) > 0).then_some(place)
    }

    /// The nearest other time of the same day that the class sells for the same care.
    fn other_time(&self, days: &Days, standing: &Standing) -> Option<Place> {
        let (row, span) = (&standing.day, standing.day.span());
        let day = days.get(row.class_id, row.date)?;
        let is_free = |other: &Span| {
            let own = (standing.booking.id, span);
            let busy = self.known.busy_besides(standing.booking.family_id, row.child_id, row.date, own, *other);
            *other != span && Timestamp::at(row.date, other.from) > self.now && !busy && day.free(*other) > 0
        };
        let here = self.offers.iter().filter(|offer| offer.class == row.class_id && offer.care == row.care);
        let times = here.flat_map(|offer| {
            let hourly = (offer.care == CareKind::Hourly).then(|| {
                let length = span.half_hours();
                (0..48_u8).filter_map(move |from| Span::new(HalfHour::new(from)?, HalfHour::new(from + length)?))
            });
            let windows = offer.windows.iter().copied().chain(hourly.into_iter().flatten());
            windows.map(move |window| (offer, window))
        });
        let away = |window: &Span| window.from.index().abs_diff(span.from.index());
        let best = times
            .filter(|(_, window)| is_free(window))
            .min_by_key(|(offer, window)| (away(window), window.from, window.to, offer.unit_price, offer.id))?;
        Some(place(best.0, best.1, row.unit_price_fen))
    }
}

/// At most for what the family was told.
fn place(offer: &Offer, span: Span, before: Fen) -> Place {
    let Offer { id, class, class_kind, unit_price, .. } = offer;
    Place { offer: *id, class: *class, class_kind: *class_kind, span, unit_price: (*unit_price).min(before) }
}

/// The longest, of several the first.
fn longest(spans: impl Iterator<Item = Span>) -> Option<Span> {
    spans.reduce(|best, span| if span.half_hours() > best.half_hours() { span } else { best })
}

/// As it is shown.
pub fn touched(treated: &Treated) -> Touched {
    let Treated { standing: Standing { booking, day, child_name, class_kind, .. }, fate, place } = treated;
    Touched {
        booking_id: booking.id,
        day_id: day.id,
        child_name: child_name.clone(),
        care: day.care,
        date: day.date,
        class_id: day.class_id,
        class_kind: *class_kind,
        from: day.from_half_hour,
        to: day.to_half_hour,
        fate: *fate,
        instead: place.map(|Place { class, class_kind, span, .. }| TouchedPlace {
            class_id: class,
            class_kind,
            from: span.from,
            to: span.to,
        }),
    }
}

/// Stands for exactly these days with what becomes of them.
pub fn seen(treated: &[Treated]) -> String {
    let mut hash = Sha256::new();
    for Treated { standing: Standing { day, .. }, fate, place } in treated {
        let place = place.map(|place| format!("{} {}", place.class, place.span)).unwrap_or_default();
        let line = format!("{} {} {} {} {fate} {place}\n", day.id, day.class_id, day.date, day.span());
        hash.update(line.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The bookings among these, each once, in order.
pub fn bookings<'a>(all: impl Iterator<Item = &'a Standing>) -> Vec<BookingId> {
    let mut ids: Vec<_> = all.map(|standing| standing.booking.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
