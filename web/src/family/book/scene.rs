//! What the page of a wish needs to know: nursery, offer, free places, the family's children.

use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Span, Timestamp,
    age::completed_months,
    bookings::{Booking, BookingDay, ChildInOffer, Price, PriceLine},
    care::{CareKind, ClassKind},
    children::{Child, ListChildren},
    family::GetFamily,
    ids::OfferId,
    nurseries::{
        Availability, ClassProfile, DayAvailability, GetAvailability, GetNurseryOfOffer, NurseryProfile, OfferProfile,
    },
};

use super::wish::Wish;
use crate::{family::price, visit::Visit};

/// Days shown for adding more of the same.
const DAYS: u8 = 14;
/// Days that can be asked for at once.
const MOST_DAYS: u8 = 31;

pub struct Scene {
    pub wish: Wish,
    pub nursery: NurseryProfile,
    pub class: ClassProfile,
    pub offer: OfferProfile,
    /// None when the days are not ones that can be asked about.
    pub availability: Option<Availability>,
    /// None: nobody is signed in.
    pub children: Option<Vec<Child>>,
    /// What persons are called who pick up for the family.
    pub persons: Vec<String>,
    /// Care that begins before cannot be booked any more.
    in_time_from: Timestamp,
}

/// A child beside the class it would go to.
pub struct Candidate<'a> {
    pub child: &'a Child,
    pub class: &'a ClassProfile,
    pub offer: &'a OfferProfile,
    /// Completed months on the first day.
    pub months: u16,
    /// Whether its age is the class's on every day. A hint: booking decides.
    pub fits: bool,
}

/// The chosen children who go to one offer.
struct Group<'a> {
    class: &'a ClassProfile,
    offer: &'a OfferProfile,
    names: Vec<&'a str>,
}

/// A class that has too few places for the chosen children on a chosen day.
pub struct Full {
    pub date: Date,
    pub class: ClassKind,
    pub names: Vec<String>,
    pub left: u16,
}

/// Free places from a date until another, in as many calls as that takes: what lies further ahead than can be booked is
/// left out.
async fn availability(
    visit: &Visit,
    asked: GetAvailability,
    mut from: Date,
    until: Option<Date>,
) -> Option<Availability> {
    let mut all: Option<Availability> = None;
    loop {
        let left = until.map_or(0, |until| (until - from).num_days() + 1);
        let least = if all.is_none() { DAYS } else { 1 };
        let days = u8::try_from(left).unwrap_or(MOST_DAYS).clamp(least, MOST_DAYS);
        let Ok(part) = visit.call(GetAvailability { from: Some(from), days: Some(days), ..asked.clone() }).await else {
            return all;
        };
        let told = part.days.len();
        match &mut all {
            Some(all) => all.days.extend(part.days),
            None => all = Some(part),
        }
        from = from + chrono::Days::new(days.into());
        if told < usize::from(days) || until.is_none_or(|until| until < from) {
            return all;
        }
    }
}

/// How a day stands for the window that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Places left.
    Free(u16),
    Full,
    /// Too late to book it.
    Late,
    /// Closed, or the window is not sold.
    Closed,
}

impl Scene {
    /// # Errors
    /// `not-found` when the offer is not sold any more, and whatever the calls refuse.
    pub async fn load(visit: &Visit, wish: Wish) -> Result<Self, Problem> {
        let last = wish.dates.last().copied();
        Self::load_until(visit, wish, last).await
    }

    /// The same with free places at least until a date.
    ///
    /// # Errors
    /// As [`Scene::load`].
    pub async fn load_until(visit: &Visit, mut wish: Wish, until: Option<Date>) -> Result<Self, Problem> {
        let nursery = visit.call(GetNurseryOfOffer { id: wish.offer }).await?;
        let (class, offer) = find(&nursery, wish.offer).ok_or(ProblemKind::NotFound)?;
        let today = visit.now.local_date();
        let from = wish.dates.first().copied().filter(|date| *date > today).unwrap_or(today);
        let asked = GetAvailability {
            id: nursery.id,
            from: Some(from),
            days: None,
            care: Some(offer.care),
            birth_date: Vec::new(),
            age_months: None,
        };
        let availability = availability(visit, asked, from, until).await;
        let children = match visit.call(ListChildren {}).await {
            Ok(children) => Some(children.items),
            Err(problem) if problem.kind == ProblemKind::Unauthenticated => None,
            Err(problem) => return Err(problem),
        };
        let mut persons = Vec::new();
        if children.is_some() {
            let people = visit.call(GetFamily {}).await.map(|people| people.pick_up_persons).unwrap_or_default();
            persons.extend(people.into_iter().map(|person| person.name));
        }
        if let Some(children) = &children {
            // An id of another family, or of a child that was erased, is not carried on.
            wish.children.retain(|id| children.iter().any(|child| child.id == *id));
        }
        let in_time_from = visit.now + chrono::Duration::minutes(offer.lead_minutes.into());
        let mut scene = Self { wish, nursery, class, offer, availability, children, persons, in_time_from };
        scene.choose();
        Ok(scene)
    }

    /// Where nobody was chosen: the first child whose age fits.
    fn choose(&mut self) {
        if self.wish.children.is_empty() {
            let first = self.candidates().into_iter().find(|candidate| candidate.fits).map(|fit| fit.child.id);
            self.wish.children.extend(first);
        }
    }

    pub fn candidates(&self) -> Vec<Candidate<'_>> {
        self.children.iter().flatten().map(|child| self.candidate(child)).collect()
    }

    pub fn chosen(&self) -> Vec<Candidate<'_>> {
        let is_chosen = |candidate: &Candidate<'_>| self.wish.children.contains(&candidate.child.id);
        self.candidates().into_iter().filter(is_chosen).collect()
    }

    /// The class of the offer when the age fits; else another class that sells the same care in the same window.
    fn candidate<'a>(&'a self, child: &'a Child) -> Candidate<'a> {
        self.candidate_on(child, &self.wish.dates)
    }

    /// The same for other days.
    pub fn candidate_on<'a>(&'a self, child: &'a Child, dates: &[Date]) -> Candidate<'a> {
        let fits = |class: &ClassProfile| {
            let age_on = |date: &Date| completed_months(child.birth_date, *date);
            dates.iter().all(|date| age_on(date).is_some_and(|months| class.ages.contains(months)))
        };
        let months = dates.first().and_then(|date| completed_months(child.birth_date, *date)).unwrap_or_default();
        let sibling = || {
            let classes = self.nursery.classes.iter().filter(|class| class.id != self.class.id && fits(class));
            let mut offers = classes.flat_map(|class| class.offers.iter().map(move |offer| (class, offer)));
            offers.find(|(_, offer)| offer.care == self.offer.care && sells(offer, self.wish.span))
        };
        if fits(&self.class) {
            return Candidate { child, class: &self.class, offer: &self.offer, months, fits: true };
        }
        match sibling() {
            Some((class, offer)) => Candidate { child, class, offer, months, fits: true },
            None => Candidate { child, class: &self.class, offer: &self.offer, months, fits: false },
        }
    }

    /// Who goes where, for the booking.
    pub fn children_in_offers(&self) -> Vec<ChildInOffer> {
        let in_offer =
            |candidate: Candidate<'_>| ChildInOffer { child_id: candidate.child.id, offer_id: candidate.offer.id };
        self.chosen().into_iter().map(in_offer).collect()
    }

    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for candidate in self.chosen() {
            match groups.iter_mut().find(|group| group.offer.id == candidate.offer.id) {
                Some(group) => group.names.push(&candidate.child.name),
                None => groups.push(Group {
                    class: candidate.class,
                    offer: candidate.offer,
                    names: vec![&candidate.child.name],
                }),
            }
        }
        groups
    }

    /// Which classes have too few places, on which of the chosen days.
    pub fn full(&self) -> Vec<Full> {
        let days = self.availability.iter().flat_map(|availability| &availability.days);
        let chosen = days.filter(|day| self.wish.dates.contains(&day.date));
        let (mut full, groups) = (Vec::new(), self.groups());
        for day in chosen {
            full.extend(groups.iter().filter_map(|group| {
                let left = match self.standing(day, group.offer) {
                    Standing::Free(left) => left,
                    Standing::Full => 0,
                    Standing::Late | Standing::Closed => return None,
                };
                let names = group.names.iter().map(|name| (*name).to_owned()).collect();
                let class = group.class.kind;
                (usize::from(left) < group.names.len()).then_some(Full { date: day.date, class, names, left })
            }));
        }
        full
    }

    /// Whether every place that is wanted is free, as far as is known here.
    pub fn is_free(&self) -> bool {
        let standings = self.days();
        let is_open = |date: &Date| standings.iter().any(|(day, at)| day == date && matches!(at, Standing::Free(_)));
        self.wish.dates.iter().all(is_open) && self.full().is_empty()
    }

    /// The day of a booking on which a chosen child is to be at two places at once.
    pub fn collides<'a>(&self, booking: &'a Booking) -> Option<&'a BookingDay> {
        let wish = &self.wish;
        let at_once = |day: &&BookingDay| {
            let same_time = day.from < wish.span.to && wish.span.from < day.to;
            same_time && wish.dates.contains(&day.date) && wish.children.contains(&day.child_id)
        };
        booking.days.iter().find(at_once).filter(|_| booking.state.is_active())
    }

    /// What it would cost, line by line. With nobody chosen: for one child.
    pub fn price(&self) -> Price {
        let days = u32::try_from(self.wish.dates.len()).unwrap_or_default().max(1);
        let line = |name: String, class: &ClassProfile, offer: &OfferProfile| {
            let per_day = match offer.care {
                CareKind::Hourly => u32::from(self.wish.span.half_hours()),
                CareKind::FullDay | CareKind::HalfDay | CareKind::Temporary => 1,
            };
            PriceLine {
                label: String::new(),
                care: offer.care,
                class_kind: class.kind,
                child_name: name,
                units: per_day * days,
                unit_price_fen: offer.price_fen,
                amount_fen: offer.care.price_of(offer.price_fen, self.wish.span).times(days.into()),
            }
        };
        let chosen = self.chosen();
        let mut lines: Vec<_> = chosen.iter().map(|c| line(c.child.name.clone(), c.class, c.offer)).collect();
        if lines.is_empty() {
            lines.push(line(String::new(), &self.class, &self.offer));
        }
        let total_fen = price::total(&lines);
        Price { lines, total_fen, cancelled_fen: Fen::ZERO, late_pick_up_fen: Fen::ZERO, due_fen: total_fen }
    }

    /// Unit prices of what is chosen, as the form remembers them: a change in between is noticed, never silent.
    pub fn unit_prices(&self) -> String {
        let mut prices = vec![(self.offer.id, self.offer.price_fen)];
        prices.extend(self.chosen().iter().map(|candidate| (candidate.offer.id, candidate.offer.price_fen)));
        prices.sort_unstable();
        prices.dedup();
        prices.iter().map(|(offer, price)| format!("{offer}:{}", price.0)).collect::<Vec<_>>().join(",")
    }

    /// The unit price of an offer when the form was shown and now, if they differ.
    pub fn price_before(&self, seen: &str) -> Option<(CareKind, Fen, Fen)> {
        let was = |offer: &OfferProfile| {
            let id = offer.id.to_string();
            let prices = seen.split(',').filter_map(|pair| pair.split_once(':'));
            let (_, fen) = prices.into_iter().find(|(seen, _)| *seen == id)?;
            fen.parse()
                .ok()
                .map(Fen)
                .filter(|before| *before != offer.price_fen)
                .map(|before| (offer.care, before, offer.price_fen))
        };
        self.chosen().iter().find_map(|candidate| was(candidate.offer)).or_else(|| was(&self.offer))
    }

    /// The first day from which on cancelling is counted.
    pub fn free_until(&self) -> Option<Timestamp> {
        let first = self.wish.dates.first()?;
        Some(self.offer.cancel_rule.free_until(Timestamp::at(*first, self.wish.span.from)))
    }

    /// Days on which the same window can be added, with their standing; those chosen already are among them.
    pub fn days(&self) -> Vec<(Date, Standing)> {
        let days = self.availability.iter().flat_map(|availability| &availability.days);
        let mut days: Vec<_> = days.map(|day| (day.date, self.standing(day, &self.offer))).collect();
        days.extend(
            self.wish
                .dates
                .iter()
                .filter(|date| !days.iter().any(|(known, _)| known == *date))
                .map(|date| (*date, Standing::Closed))
                .collect::<Vec<_>>(),
        );
        days.sort_by_key(|(date, _)| *date);
        days
    }

    pub fn standing(&self, day: &DayAvailability, offer: &OfferProfile) -> Standing {
        let windows = &day.windows;
        let ours = windows.iter().filter(|window| window.offer_id == offer.id);
        let wanted = self.wish.span;
        let mut fitting = ours.filter(|window| match offer.care {
            CareKind::Hourly => window.span.covers(wanted),
            CareKind::FullDay | CareKind::HalfDay | CareKind::Temporary => window.span == wanted,
        });
        match (fitting.next(), offer.care) {
            (Some(window), _) if !window.bookable => Standing::Late,
            (Some(window), _) if window.free > 0 => Standing::Free(window.free),
            (Some(_), _) => Standing::Full,
            // Hourly care lists only what is free and in time, so a missing run is a late, a full or a closed one.
            (None, CareKind::Hourly) if Timestamp::at(day.date, wanted.from) < self.in_time_from => Standing::Late,
            (None, CareKind::Hourly) if !windows.is_empty() => Standing::Full,
            (None, _) => Standing::Closed,
        }
    }

    /// Changes whenever a person should look again: prices, and whether the chosen days are still free.
    pub fn stamp(&self) -> String {
        let days = self.days();
        let open = days.iter().filter(|(date, _)| self.wish.dates.contains(date));
        let open: String =
            open.map(|(_, standing)| if matches!(standing, Standing::Free(_)) { 'f' } else { 'x' }).collect();
        format!("{}-{open}", self.price().total_fen.0)
    }
}

fn find(nursery: &NurseryProfile, id: OfferId) -> Option<(ClassProfile, OfferProfile)> {
    nursery.classes.iter().find_map(|class| {
        let offer = class.offers.iter().find(|offer| offer.id == id)?;
        Some((class.clone(), offer.clone()))
    })
}

fn sells(offer: &OfferProfile, span: Span) -> bool {
    offer.care == CareKind::Hourly || offer.windows.contains(&span)
}
