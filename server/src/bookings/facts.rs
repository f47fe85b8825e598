//! What is known when an order is decided: offers, children, and what the families have booked already.

use std::collections::{HashMap, HashSet};

use chrono::Datelike as _;
use doorstep_shared::{
    Date, Fen, Span, Timestamp,
    bookings::{BookedNursery, BookingState, CancelRule},
    care::{CareKind, ClassKind, NurseryKind},
    ids::{BookingId, ChildId, ClassId, FamilyId, OfferId},
};

/// What a class sells, with where that is.
#[derive(Clone, Debug)]
pub struct Offer {
    pub id: OfferId,
    pub class: ClassId,
    pub class_kind: ClassKind,
    pub nursery: BookedNursery,
    pub nursery_kind: NurseryKind,
    pub care: CareKind,
    pub unit_price: Fen,
    pub lead_minutes: u32,
    pub rule: CancelRule,
    /// Of each half-hour by which a child is collected late.
    pub late_pick_up: Fen,
    /// Empty for hourly care.
    pub windows: Vec<Span>,
}

#[derive(Clone, Debug)]
pub struct Child {
    pub id: ChildId,
    pub family: FamilyId,
    pub name: String,
    pub birth_date: Date,
    /// Whether the consent without which nothing can be booked is in force.
    pub may_be_booked: bool,
}

/// A child's day that takes a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub booking: BookingId,
    pub child: ChildId,
    pub care: CareKind,
    pub date: Date,
    pub span: Span,
    /// When the place is given back; None when it is confirmed.
    pub hold_expires_at: Option<Timestamp>,
}

impl Taken {
    /// None for a hold that ran out by `now`: it reads as expired whether or not somebody wrote that down.
    pub fn at(self, state: BookingState, now: Timestamp) -> Option<Self> {
        match (state, self.hold_expires_at) {
            (BookingState::Held, Some(expires)) if expires > now => Some(self),
            (BookingState::Held, _) => None,
            _ => Some(Self { hold_expires_at: None, ..self }),
        }
    }
}

/// The facts of one batch. Each admitted order adds to them, so that the next one sees it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub offers: HashMap<OfferId, Offer>,
    pub children: HashMap<ChildId, Child>,
    pub taken: HashMap<FamilyId, Vec<Taken>>,
}

impl Known {
    fn of_family(&self, family: FamilyId) -> &[Taken] {
        self.taken.get(&family).map_or(&[], Vec::as_slice)
    }

    /// Where the child is already at some time of `span`.
    pub fn busy(&self, family: FamilyId, child: ChildId, date: Date, span: Span) -> Option<&Taken> {
        self.of_family(family)
            .iter()
            .find(|taken| taken.child == child && taken.date == date && taken.span.overlaps(span))
    }

    /// Whether the child is somewhere at some time of `span` besides one day of its own: of that booking, at that time.
    pub fn busy_besides(
        &self,
        family: FamilyId,
        child: ChildId,
        date: Date,
        own: (BookingId, Span),
        span: Span,
    ) -> bool {
        self.of_family(family).iter().any(|taken| {
            (taken.child, taken.date) == (child, date)
                && (taken.booking, taken.span) != own
                && taken.span.overlaps(span)
        })
    }

    /// Places that the family holds: each child of each open hold, however many days it is for.
    pub fn held_places(&self, family: FamilyId, now: Timestamp) -> usize {
        let open = |taken: &&Taken| taken.hold_expires_at.is_some_and(|expires| expires > now);
        self.of_family(family)
            .iter()
            .filter(open)
            .map(|taken| (taken.booking, taken.child))
            .collect::<HashSet<_>>()
            .len()
    }

    /// Dates in the month of `date` on which the child has temporary care.
    pub fn temporary_dates(&self, family: FamilyId, child: ChildId, date: Date) -> HashSet<Date> {
        let same_month = |other: Date| (other.year(), other.month()) == (date.year(), date.month());
        self.of_family(family)
            .iter()
            .filter(|taken| taken.child == child && taken.care == CareKind::Temporary && same_month(taken.date))
            .map(|taken| taken.date)
            .collect()
    }

    /// Takes out what is given up before something else is decided.
    pub fn forget(&mut self, family: FamilyId, which: impl Fn(&Taken) -> bool) {
        if let Some(taken) = self.taken.get_mut(&family) {
            taken.retain(|taken| !which(taken));
        }
    }

    /// Adds what an order has just been given.
    pub fn admit(&mut self, family: FamilyId, taken: impl IntoIterator<Item = Taken>) {
        self.taken.entry(family).or_default().extend(taken);
    }
}
