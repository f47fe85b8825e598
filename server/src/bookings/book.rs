//! The hot verb: lock, load, decide, write, each once for the whole batch.

mod store;

use std::collections::HashMap;

use chrono::Datelike as _;
use doorstep_shared::{
    Date, Fen, Timestamp,
    bookings::{Booking, BookingState, DayState, Pattern, Series, Skipped},
    ids::{BookingDayId, BookingId, ClassId, FamilyId, OfferId},
    text,
};

pub use self::store::insert_batch;
use super::{
    facts::{Known, Taken},
    messages::{self, Actor, Event},
    order::Order,
    places,
    rules::{self, Plan, moving, series},
    store::{self as rows, BookingRow, DayRow, DayView},
    view,
};
use crate::{
    accounts::{self, Told},
    db::{
        Conn, Once,
        batch::Ran,
        once::{remember_batch, replay_batch},
    },
    error::{Error, Result},
    inventory,
    outbox::{self, Notice},
    policy::Policies,
};

/// Books each order wholly or not at all, in the given order; one refused order leaves the others alone.
///
/// Orders of one batch see each other's effects. Places whose hold ran out go to those who wait for them, before any
/// order; that stands although every order may be refused. A call that was answered before gets the same answer again.
/// Lock order: class-days by class and date, then families by id. Never opens its own transaction.
///
/// # Errors
/// When the database fails; then no order has been carried out.
pub fn book_many(conn: &mut Conn, policies: &Policies, orders: &[Order]) -> Result<Ran<Booking>> {
    let Some(now) = orders.iter().map(|order| order.now).max() else { return Ok(Ran::default()) };
    let mut known = Known { offers: rows::offers(conn, &offer_ids(orders))?, ..Known::default() };
    look_around(conn, orders, &mut known)?;
    let wanted = class_days(orders, &known, now, policies);
    let families = families(orders);
    let (mut days, stands) = places::lock_to_take(conn, policies, now, &wanted, &families)?;
    rows::lock_families(conn, &families)?;
    // Read under the locks: the same call, running elsewhere a moment ago, has been answered by now.
    let calls: Vec<&Once> = orders.iter().filter_map(|order| order.once.as_ref()).collect();
    let mut answered = replay_batch(conn, &calls)?;
    known.children = rows::children(conn, &families)?;
    known.taken = rows::taken(conn, &families, since(&wanted, now), now)?;

    let (mut new, mut remembered) = (New::default(), Vec::new());
    let mut results = Vec::with_capacity(orders.len());
    for order in orders {
        let replayed = order.once.as_ref().and_then(|once| answered.of(once));
        if let Some(answer) = replayed {
            results.push(answer.and_then(|answer| serde_json::from_str(answer).map_err(Error::internal)));
            continue;
        }
        let booking = match rules::decide(order, &known, &mut days, policies) {
            Ok(plan) => new.add(order, plan, &mut known, policies),
            Err(problem) => {
                results.push(Err(problem.into()));
                continue;
            }
        };
        if let Some(once) = &order.once {
            let answer = serde_json::to_string(&booking).map_err(Error::internal)?;
            answered.add(once, answer.clone());
            remembered.push((once, answer));
        }
        results.push(Ok(booking));
    }

    insert_batch(conn, &new.bookings, &new.days)?;
    inventory::save_days(conn, now, &days)?;
    let told = new.messages(&accounts::told(conn, &new.families())?);
    outbox::tell_batch(conn, now, &told)?;
    remember_batch(conn, &remembered)?;
    Ok(Ran { results, stands })
}

/// A pattern may lead into the next class: reads what else its nurseries sell, and how old its children are.
///
/// The children are read again under the locks; who has become another age in between is refused.
fn look_around(conn: &mut Conn, orders: &[Order], known: &mut Known) -> Result<()> {
    let series: Vec<&Order> = orders.iter().filter(|order| order.book.pattern.is_some()).collect();
    if series.is_empty() {
        return Ok(());
    }
    let named = || series.iter().flat_map(|order| &order.book.children);
    let offers: Vec<_> = named().filter_map(|child| known.offers.get(&child.offer_id)).collect();
    let nurseries = sorted(offers.iter().map(|offer| offer.nursery.id));
    let cares = sorted(offers.iter().map(|offer| offer.care));
    let beside = rows::offers_beside(conn, &nurseries, &cares)?;
    known.offers.extend(rows::offers(conn, &beside)?);
    known.children = rows::children(conn, &sorted(series.iter().map(|order| order.family)))?;
    Ok(())
}

fn offer_ids(orders: &[Order]) -> Vec<OfferId> {
    sorted(orders.iter().flat_map(|order| order.book.children.iter().map(|child| child.offer_id)))
}

fn families(orders: &[Order]) -> Vec<FamilyId> {
    sorted(orders.iter().map(|order| order.family))
}

fn sorted<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The class-days that the orders could book. Days that no rule allows are left out, so that they leave no rows.
fn class_days(orders: &[Order], known: &Known, now: Timestamp, policies: &Policies) -> Vec<(ClassId, Date)> {
    let first = orders.iter().map(|order| order.now).min().unwrap_or(now).local_date();
    let last = moving::last_date(now, policies);
    let wanted = orders.iter().flat_map(|order| match &order.book.pattern {
        Some(pattern) => series::class_days(order, pattern, known, policies),
        None => {
            let classes = order.book.children.iter().filter_map(|child| known.offers.get(&child.offer_id));
            classes.flat_map(|offer| order.book.days.iter().map(|day| (offer.class, day.date))).collect()
        }
    });
    sorted(wanted.filter(|(_, date)| (first..=last).contains(date)))
}

/// From when on the families' bookings matter: open holds, and the whole month for temporary care.
pub fn since(wanted: &[(ClassId, Date)], now: Timestamp) -> Date {
    let today = now.local_date();
    let earliest = wanted.iter().map(|(_, date)| *date).min().unwrap_or(today).min(today);
    // The first of a month exists in every month.
    earliest.with_day(1).unwrap_or(earliest)
}

/// How a booking was asked for, as it is stored.
fn written(pattern: &Pattern, skipped: &[Skipped]) -> Option<String> {
    let series = Series { pattern: pattern.clone(), skipped: skipped.to_vec() };
    // Dates, windows and words: they can be written.
    serde_json::to_string(&series).ok()
}

/// What a family is told of, once it is booked.
struct Confirmed {
    family: FamilyId,
    by: Actor,
    booking: Booking,
    event: Event,
}

/// What a batch writes.
#[derive(Default)]
pub struct New {
    pub bookings: Vec<BookingRow>,
    pub days: Vec<DayRow>,
    /// Booked at once, so that it is told.
    confirmed: Vec<Confirmed>,
}

impl New {
    pub fn add(&mut self, order: &Order, plan: Plan, known: &mut Known, policies: &Policies) -> Booking {
        let (id, now) = (BookingId::new(), order.now);
        let dates = || plan.days.iter().map(|day| day.date);
        let row = BookingRow {
            id,
            family_id: order.family,
            account_id: order.account,
            nursery_id: plan.nursery.id,
            state: if order.book.hold { BookingState::Held } else { BookingState::Confirmed },
            created_at: now,
            hold_expires_at: plan.hold_expires_at,
            // What is offered to who waits has a deadline of its own: others wait behind them.
            extended: plan.from_waitlist,
            confirmed_at: (!order.book.hold).then_some(now),
            cancelled_at: None,
            cancel_cost_fen: Fen::ZERO,
            free_until_hours: i16::try_from(plan.rule.free_until_hours).unwrap_or(i16::MAX),
            late_percent: plan.rule.late_percent.into(),
            pickup: text::one_line(&order.book.pickup).unwrap_or_default(),
            door_code: accounts::draw_door_code(),
            first_date: dates().min().unwrap_or_default(),
            last_date: dates().max().unwrap_or_default(),
            version: 1,
            series: order.book.pattern.as_ref().and_then(|pattern| written(pattern, &plan.skipped)),
            moved_from: None,
        };
        let days = plan.days.into_iter().map(|day| DayView {
            row: DayRow {
                id: BookingDayId::new(),
                booking_id: id,
                child_id: day.child,
                offer_id: day.offer,
                class_id: day.class,
                care: day.care,
                date: day.date,
                from_half_hour: day.span.from,
                to_half_hour: day.span.to,
                state: DayState::Expected,
                takes_place: true,
                unit_price_fen: day.unit_price,
                price_fen: day.price,
                left_at: None,
                left_in: None,
                left_cost_fen: Fen::ZERO,
                moved_to: None,
                moved_day: None,
                free_until_hours: None,
                late_percent: None,
                late_pick_up_fen: day.late_pick_up,
                late_cost_fen: Fen::ZERO,
                hours_change_id: None,
            },
            child_name: day.child_name,
            class_kind: day.class_kind,
            closed_for: None,
        });
        let days: Vec<_> = days.collect();
        let taken = days.iter().map(|DayView { row: day, .. }| Taken {
            booking: id,
            child: day.child_id,
            care: day.care,
            date: day.date,
            span: day.span(),
            hold_expires_at: plan.hold_expires_at,
        });
        known.admit(order.family, taken);
        let limits = &policies.on(now.local_date()).booking;
        let booking = view::booking(&row, plan.nursery, &days, now, limits);
        if row.state == BookingState::Confirmed {
            let by = Actor { account: order.account, locale: order.locale };
            let event = if plan.from_waitlist { Event::Won } else { Event::Booked };
            self.confirmed.push(Confirmed { family: order.family, by, booking: booking.clone(), event });
        }
        self.bookings.push(row);
        self.days.extend(days.into_iter().map(|day| day.row));
        booking
    }

    pub fn families(&self) -> Vec<FamilyId> {
        sorted(self.confirmed.iter().map(|confirmed| confirmed.family))
    }

    pub fn messages(&self, told: &HashMap<FamilyId, Vec<Told>>) -> Vec<Notice> {
        let notices = self.confirmed.iter().flat_map(|Confirmed { family, by, booking, event }| {
            let told = told.get(family).map_or(&[][..], Vec::as_slice);
            messages::about(booking, &booking.days, 1, *event, told, *by)
        });
        notices.collect()
    }
}
