//! Who comes to a made-up nursery: families, and bookings that fill its places to the wanted share.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, Duration, Months};
use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    bookings::CancelRule,
    care::CareKind,
    children::Sex,
    ids::{AccountId, BookingDayId, BookingId, ChildId, ClassId, FamilyId, NurseryId, OfferId},
};
use rand::{RngExt as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

use super::{
    Options,
    nursery::{Made, uuid},
    words,
};
use crate::{
    inventory::{
        rules::{Closed, Hours, Used, open_on, runs},
        seats::Staffing,
    },
    nurseries::draft::{ClassDraft, OfferDraft},
    policy::{ClassRule, Policies, Policy},
};

/// Days of one booking at most, as families may book.
const DAYS_A_BOOKING: usize = 31;
/// Children who find no place in a row, before a class counts as filled.
const TRIES: u32 = 40;

/// Everything that is written beside the nursery itself.
#[derive(Default)]
pub struct Plan {
    pub families: Vec<Family>,
    pub children: Vec<Child>,
    pub bookings: Vec<Booking>,
    /// Places in use, of each class and day that has any.
    pub class_days: Vec<(ClassId, Date, Used)>,
    /// Half-hours × places that are taken, of those that are open.
    pub taken: u64,
    pub open: u64,
}

pub struct Family {
    pub id: FamilyId,
    pub account_id: AccountId,
    /// Eleven digits that begin with 100, which no carrier has.
    pub phone: String,
    pub created_at: Timestamp,
}

pub struct Child {
    pub id: ChildId,
    pub family_id: FamilyId,
    pub account_id: AccountId,
    pub name: String,
    pub birth_date: Date,
    pub sex: Sex,
    pub birth_order: i16,
    pub residence_district: String,
    pub created_at: Timestamp,
}

pub struct Booking {
    pub id: BookingId,
    pub family_id: FamilyId,
    pub account_id: AccountId,
    pub nursery_id: NurseryId,
    pub child_id: ChildId,
    pub class_id: ClassId,
    pub offer_id: OfferId,
    pub care: CareKind,
    pub unit_price_fen: Fen,
    pub cancel_rule: CancelRule,
    pub created_at: Timestamp,
    pub door_code: String,
    /// In order, at least one.
    pub days: Vec<Day>,
}

pub struct Day {
    pub id: BookingDayId,
    pub date: Date,
    pub span: Span,
    pub price_fen: Fen,
}

/// A class while it is being filled.
struct Room<'a> {
    class: &'a ClassDraft,
    rule: ClassRule,
    seats: u16,
    /// Open half-hours and places in use, of the days on which it is open at all.
    days: BTreeMap<Date, (u64, Used)>,
}

impl Room<'_> {
    fn capacity(&self) -> u64 {
        let open: u64 = self.days.values().map(|(open, _)| u64::from(open.count_ones())).sum();
        open * u64::from(self.seats)
    }

    /// Takes a place when there is one.
    fn take(&mut self, date: Date, span: Span) -> bool {
        let Some((open, used)) = self.days.get_mut(&date) else { return false };
        let fits = *open & span.mask() == span.mask() && u16::from(used.peak(span)) < self.seats;
        if fits {
            used.add(span);
        }
        fits
    }
}

impl Plan {
    /// How much there is to write.
    pub fn rows(&self) -> usize {
        self.class_days.len() + self.bookings.iter().map(|booking| booking.days.len()).sum::<usize>()
    }

    /// The places of the nursery from today to the last day that can be booked, about 60 % of them taken.
    pub fn of(rng: &mut ChaCha8Rng, made: &Made, policies: &Policies, now: Timestamp, options: &Options) -> Self {
        let policy = policies.on(now.local_date());
        let mut plan = Self::default();
        for class in &made.draft.classes {
            let mut room = room(made, class, policies, policy, now);
            let capacity = room.capacity();
            let wanted = capacity * wanted_percent(rng) / 100;
            let taken = if options.places_only {
                crowd(rng, &mut room, wanted)
            } else {
                Filling { rng, made, policy, now, plan: &mut plan }.fill(&mut room, wanted)
            };
            plan.open += capacity;
            plan.taken += taken;
            let used = room.days.into_iter().filter(|(_, (_, used))| !used.is_empty());
            plan.class_days.extend(used.map(|(date, (_, used))| (class.id, date, used)));
        }
        plan
    }
}

/// Some classes are all but full, some half full, some nearly empty; 60 on average.
fn wanted_percent(rng: &mut ChaCha8Rng) -> u64 {
    match rng.random_range(0..100) {
        0..30 => rng.random_range(86..=96),
        30..72 => rng.random_range(50..=76),
        _ => rng.random_range(8..=44),
    }
}

fn room<'a>(made: &Made, class: &'a ClassDraft, policies: &Policies, policy: &Policy, now: Timestamp) -> Room<'a> {
    let draft = &made.draft;
    let mut hours = Hours::default();
    for (weekday, spans) in draft.opening.iter().enumerate() {
        spans.iter().for_each(|span| hours.week.open(weekday, *span));
    }
    let closures: Vec<Closed> = made
        .closures
        .iter()
        .map(|one| Closed { class: one.class_id, date: one.date, span: one.span, reason: one.reason.as_str().into() })
        .collect();
    let rule = policy.class_rule(draft.kind, class.kind);
    let horizon = usize::from(policy.booking.horizon_days) + 1;
    let days = now.local_date().iter_days().take(horizon).filter_map(|date| {
        let open = open_on(&hours, date, policies.calendar.day_kind(date), class.id, &closures);
        (open != 0).then_some((date, (open, Used::NOBODY)))
    });
    let seats = Staffing::new(class.places, class.carers, rule).seats();
    Room { class, rule, seats, days: days.collect() }
}

/// Takes places for nobody in particular: every day about as full as wanted.
fn crowd(rng: &mut ChaCha8Rng, room: &mut Room<'_>, wanted: u64) -> u64 {
    let share = wanted as f64 / room.capacity().max(1) as f64;
    let (seats, mut taken) = (room.seats, 0);
    for (open, used) in room.days.values_mut() {
        let children = (f64::from(seats) * share + rng.random_range(0.0..1.0)) as u16;
        for child in 0..children.min(seats) {
            // One in five stays for a part of the day.
            let whole = runs(*open).next();
            let part = whole.filter(|span| child % 5 == 4 && span.half_hours() > 8);
            let half =
                part.and_then(|span| HalfHour::new(span.from.index() + 8).and_then(|to| Span::new(span.from, to)));
            if let Some(span) = half.or(whole) {
                used.add(span);
                taken += u64::from(span.half_hours());
            }
        }
    }
    taken
}

/// Fills classes with children.
struct Filling<'a> {
    rng: &'a mut ChaCha8Rng,
    made: &'a Made,
    policy: &'a Policy,
    now: Timestamp,
    plan: &'a mut Plan,
}

impl Filling<'_> {
    /// Enrols children until `wanted` half-hours are taken or nobody fits any more. Returns the half-hours taken.
    fn fill(&mut self, room: &mut Room<'_>, wanted: u64) -> u64 {
        let (mut taken, mut failures) = (0, 0);
        while taken < wanted && failures < TRIES {
            let Some(offer) = self.offer(room.class) else { break };
            let left = wanted - taken;
            let days = self.days(room, offer, left);
            let half_hours: u64 = days.iter().map(|day| u64::from(day.span.half_hours())).sum();
            if half_hours == 0 {
                failures += 1;
                continue;
            }
            (taken, failures) = (taken + half_hours, 0);
            self.enrol(room, offer, days);
        }
        taken
    }

    /// Most children come all day.
    fn offer<'c>(&mut self, class: &'c ClassDraft) -> Option<&'c OfferDraft> {
        let care = match self.rng.random_range(0..100) {
            0..58 => CareKind::FullDay,
            58..74 => CareKind::HalfDay,
            74..84 => CareKind::Temporary,
            _ => CareKind::Hourly,
        };
        class.offers.iter().find(|offer| offer.care == care).or_else(|| class.offers.first())
    }

    /// The days on which one child comes and finds a place.
    fn days(&mut self, room: &mut Room<'_>, offer: &OfferDraft, left: u64) -> Vec<Day> {
        let all: Vec<Date> = room.days.keys().copied().collect();
        let today = self.now.local_date();
        let wanted: Vec<Date> = match offer.care {
            CareKind::Temporary => self.single_days(&all, today),
            // Five days a week, or three, or two.
            _ => {
                let weekdays: &[u32] = match self.rng.random_range(0..10) {
                    0..6 => &[0, 1, 2, 3, 4, 5, 6],
                    6..8 => &[0, 2, 4],
                    _ => &[1, 3],
                };
                all.into_iter().filter(|date| weekdays.contains(&date.weekday().num_days_from_monday())).collect()
            }
        };
        let Some(span) = self.span(offer) else { return Vec::new() };
        let most = (left.div_ceil(u64::from(span.half_hours())) as usize).max(1);
        let price_fen = match offer.care {
            CareKind::Hourly => Fen(offer.price_fen.0 * i64::from(span.half_hours()) / 2),
            _ => offer.price_fen,
        };
        // The last child of a class comes for a while only.
        let skip = wanted.len().saturating_sub(most);
        let skip = if skip > 0 { self.rng.random_range(0..=skip) } else { 0 };
        let mut days = Vec::new();
        for date in wanted.into_iter().skip(skip).take(most) {
            if room.take(date, span) {
                days.push(Day { id: BookingDayId(uuid(self.rng, self.now)), date, span, price_fen });
            }
        }
        days
    }

    /// One to five days of the next two weeks, within what the policy allows in a month.
    fn single_days(&mut self, all: &[Date], today: Date) -> Vec<Date> {
        let last = today.checked_add_days(Days::new(u64::from(self.policy.booking.temporary_days_ahead)));
        let near: Vec<Date> = all.iter().copied().filter(|date| Some(*date) <= last).collect();
        let most = self.policy.booking.temporary_days_a_month.min(4);
        let count = self.rng.random_range(1..=most.max(1));
        let mut days: Vec<Date> = near.sample(self.rng, usize::from(count)).copied().collect();
        days.sort_unstable();
        days
    }

    fn span(&mut self, offer: &OfferDraft) -> Option<Span> {
        if offer.care != CareKind::Hourly {
            return offer.windows.choose(self.rng).copied();
        }
        let length = self.rng.random_range(4..=8_u8);
        let from = self.rng.random_range(17..=34 - length);
        Span::new(HalfHour::new(from)?, HalfHour::new(from + length)?)
    }

    /// A child of the right age with these days, in bookings of at most a month each.
    fn enrol(&mut self, room: &Room<'_>, offer: &OfferDraft, mut days: Vec<Day>) {
        let (Some(first), Some(last)) = (days.first().map(|day| day.date), days.last().map(|day| day.date)) else {
            return;
        };
        let Some(birth_date) = birth_date(self.rng, room.rule, first, last) else { return };
        let (child_id, family_id, account_id) = self.child(birth_date);
        while !days.is_empty() {
            let later = days.split_off(days.len().min(DAYS_A_BOOKING));
            let days = std::mem::replace(&mut days, later);
            let ahead = if offer.care == CareKind::Temporary { 2 } else { 30 };
            let created_at = self.now - Duration::minutes(self.rng.random_range(30..ahead * 1_440));
            self.plan.bookings.push(Booking {
                id: BookingId(uuid(self.rng, created_at)),
                family_id,
                account_id,
                nursery_id: self.made.draft.id,
                child_id,
                class_id: room.class.id,
                offer_id: offer.id,
                care: offer.care,
                unit_price_fen: offer.price_fen,
                cancel_rule: offer.cancel_rule,
                created_at,
                door_code: format!("{:06}", self.rng.random_range(0..1_000_000)),
                days,
            });
        }
    }

    fn child(&mut self, birth_date: Date) -> (ChildId, FamilyId, AccountId) {
        let created_at = self.now - Duration::minutes(self.rng.random_range(31 * 1_440..200 * 1_440));
        let brother_or_sister = self.rng.random_bool(0.12).then(|| self.plan.children.last()).flatten();
        // Ten months lie between brothers and sisters.
        let apart = |other: &&Child| (other.birth_date - birth_date).num_days().abs() > 300 && other.birth_order == 1;
        let older = brother_or_sister.filter(apart).map(|other| (other.family_id, other.account_id, other.created_at));
        let (family_id, account_id, created_at, birth_order) = match older {
            Some((family, account, created_at)) => (family, account, created_at, 2),
            None => {
                let (id, account_id) = (FamilyId(uuid(self.rng, created_at)), AccountId(uuid(self.rng, created_at)));
                let number = u64::from(self.made.index) * 1_000 + self.plan.families.len() as u64;
                let phone = format!("100{number:08}");
                self.plan.families.push(Family { id, account_id, phone, created_at });
                (id, account_id, created_at, 1)
            }
        };
        let surname = words::surname(self.rng);
        let child = Child {
            id: ChildId(uuid(self.rng, created_at)),
            family_id,
            account_id,
            name: words::child(self.rng, surname),
            birth_date,
            sex: if self.rng.random_bool(0.5) { Sex::Female } else { Sex::Male },
            birth_order,
            residence_district: self.made.draft.district_id.clone().unwrap_or_default(),
            created_at,
        };
        let id = child.id;
        self.plan.children.push(child);
        (id, family_id, account_id)
    }
}

/// Old enough on the first day and not too old on the last.
fn birth_date(rng: &mut ChaCha8Rng, rule: ClassRule, first: Date, last: Date) -> Option<Date> {
    let ages = rule.ages();
    let youngest = first.checked_sub_months(Months::new(u32::from(ages.from_months)))?;
    // The day after: the month must not be completed on the last day. Month ends differ by up to three days.
    let oldest = last.checked_sub_months(Months::new(u32::from(ages.to_months)))?.checked_add_days(Days::new(4))?;
    let between = u64::try_from((youngest - oldest).num_days()).ok()?;
    // A few days short of the youngest, for months of different length.
    youngest.checked_sub_days(Days::new(rng.random_range(4..=between.max(5))))
}
