//! Who gets what falls free: the first in line whom it fits, before anybody else.

use std::collections::{BTreeMap, HashSet};

use chrono::Duration;
use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    bookings::{Book, ChildInOffer, DayAndTime, WaitState},
    ids::{BookingId, WaitlistEntryId},
};
use doorstep_web::Locale;

use super::{
    messages::{self, Event},
    rules as line_rules,
    store::{self, Entry, EntryRow},
};
use crate::{
    accounts,
    bookings::{
        book::{self, New},
        facts::Known,
        order::Order,
        rules::{self, Plan},
        store as rows,
    },
    db::Conn,
    error::Result,
    inventory::{Day, Days},
    outbox,
    policy::Policies,
};

/// What serving writes.
#[derive(Default)]
struct Served {
    new: New,
    /// To whom which place was given; None: booked at once.
    given: Vec<(WaitlistEntryId, BookingId, Option<Timestamp>)>,
    passed: BTreeMap<ProblemKind, Vec<WaitlistEntryId>>,
    /// Who waits no more because another place was won.
    left: HashSet<WaitlistEntryId>,
}

/// Offers what was given back since to those who wait, each place to one family: in strict order, leaving out whom it
/// does not fit, or who could not book it. Notes which offers ran out. True when anything was written.
///
/// The class-days are locked, and so are the families in their lines. To be called before the class-days are saved.
///
/// # Errors
/// When the database fails.
pub fn serve(conn: &mut Conn, policies: &Policies, now: Timestamp, days: &mut Days) -> Result<bool> {
    let awaited: Vec<_> = days.iter().filter(|day| day.is_awaited()).map(|day| (day.class, day.date)).collect();
    days.iter_mut().for_each(Day::settle);
    if awaited.is_empty() {
        return Ok(false);
    }
    let line = store::line(conn, &awaited)?;
    let hopeful: Vec<&Entry> = line.iter().filter(|entry| is_hopeful(entry, days, now)).collect();
    let mut known = facts(conn, &hopeful, now)?;
    let mut served = Served::default();
    let mut told: Vec<(&EntryRow, Event)> = Vec::new();
    for entry in hopeful {
        // Who stands before may have taken it.
        if !is_hopeful(entry, days, now) || served.left.contains(&entry.row.id) {
            continue;
        }
        let is_won = entry.row.auto_accept_until.is_some_and(|until| now <= until);
        let order = order(entry, now, is_won);
        match plan(&order, entry, &known, days, policies) {
            Ok(plan) => {
                let until = plan.hold_expires_at;
                let place = served.new.add(&order, plan, &mut known, policies).id;
                served.given.push((entry.row.id, place, is_won.then_some(now)));
                if is_won && entry.row.leave_others {
                    served.left.extend(store::others(conn, entry)?);
                }
                told.extend(until.map(|until| (&entry.row, Event::Offered(place, until))));
            }
            // It may be so for weeks: written down when it begins to be.
            Err(problem) if entry.row.passed_for.as_deref() == Some(problem.kind.as_str()) => {}
            Err(problem) => served.passed.entry(problem.kind).or_default().push(entry.row.id),
        }
    }
    // What is given back later, in this transaction still, is compared with what they have left.
    days.iter_mut().for_each(Day::settle);
    let ran_out = |entry: &&Entry| entry.row.state == WaitState::Offered && entry.state_at(now) == WaitState::Expired;
    let ran_out: Vec<_> = line.iter().filter(ran_out).map(|entry| &entry.row).collect();
    told.extend(ran_out.iter().map(|row| (*row, Event::RanOut)));
    let ran_out: HashSet<_> = ran_out.iter().map(|row| row.id).collect();
    let still_open = |entry: &&Entry| {
        let id = entry.row.id;
        let is_won = served.given.iter().any(|(given, _, won_at)| *given == id && won_at.is_some());
        !is_won && !ran_out.contains(&id) && !served.left.contains(&id)
    };
    for (class, date) in awaited {
        let open = line.iter().filter(|entry| (entry.row.class_id, entry.row.date) == (class, date)).filter(still_open);
        let open = i32::try_from(open.count()).unwrap_or(i32::MAX);
        if let Some(day) = days.get_mut(class, date).filter(|day| day.waiting != open) {
            day.waiting = open;
            day.touch();
        }
    }
    store::end(conn, now, &ran_out.iter().copied().collect::<Vec<_>>(), WaitState::Expired)?;
    messages::tell(conn, now, &told)?;
    Ok(served.write(conn, now)? || !ran_out.is_empty())
}

impl Served {
    /// True when there was anything to write.
    fn write(self, conn: &mut Conn, now: Timestamp) -> Result<bool> {
        let Self { new, given, passed, left } = self;
        book::insert_batch(conn, &new.bookings, &new.days)?;
        let told = new.messages(&accounts::told(conn, &new.families())?);
        outbox::tell_batch(conn, now, &told)?;
        for (id, place, won_at) in &given {
            store::give(conn, *id, *place, *won_at)?;
        }
        for (why, ids) in &passed {
            store::pass_over(conn, now, ids, *why)?;
        }
        store::end(conn, now, &left.into_iter().collect::<Vec<_>>(), WaitState::Left)?;
        Ok(!given.is_empty() || !passed.is_empty())
    }
}

/// Whether all its children would find a place.
fn is_hopeful(entry: &Entry, days: &Days, now: Timestamp) -> bool {
    let places = u16::try_from(entry.children.len()).unwrap_or(u16::MAX);
    let EntryRow { class_id, date, .. } = entry.row;
    entry.state_at(now) == WaitState::Waiting
        && days.get(class_id, date).is_some_and(|day| places > 0 && day.free(entry.row.span()) >= places)
}

fn facts(conn: &mut Conn, hopeful: &[&Entry], now: Timestamp) -> Result<Known> {
    if hopeful.is_empty() {
        return Ok(Known::default());
    }
    let families: Vec<_> = hopeful.iter().map(|entry| entry.row.family_id).collect();
    let offers: Vec<_> = hopeful.iter().map(|entry| entry.row.offer_id).collect();
    let wanted: Vec<_> = hopeful.iter().map(|entry| (entry.row.class_id, entry.row.date)).collect();
    Ok(Known {
        offers: rows::offers(conn, &offers)?,
        children: rows::children(conn, &families)?,
        taken: rows::taken(conn, &families, book::since(&wanted, now), now)?,
    })
}

/// What the family would have sent, had it been there.
fn order(entry: &Entry, now: Timestamp, is_won: bool) -> Order {
    let EntryRow { family_id, account_id, offer_id, date, from_half_hour, to_half_hour, .. } = entry.row;
    let children = entry.children.iter().map(|child| ChildInOffer { child_id: *child, offer_id });
    Order {
        family: family_id,
        account: account_id,
        locale: Locale::parse(&entry.row.locale).unwrap_or_default(),
        now,
        once: None,
        book: Book {
            children: children.collect(),
            days: vec![DayAndTime { date, from: from_half_hour, to: to_half_hour }],
            pattern: None,
            hold: !is_won,
            pickup: String::new(),
            voucher_ids: Vec::new(),
        },
    }
}

/// Takes the places, if the family could book them now.
fn plan(order: &Order, entry: &Entry, known: &Known, days: &mut Days, policies: &Policies) -> Result<Plan, Problem> {
    let lead = known.offers.get(&entry.row.offer_id).map_or(0, |offer| offer.lead_minutes);
    let last = entry.row.begins() - Duration::minutes(lead.into());
    let until = line_rules::deadline(order.now, last, &policies.on(order.now.local_date()).waitlist);
    if order.book.hold && until <= order.now {
        return Err(Problem::new(ProblemKind::NotBookable));
    }
    let plan = rules::decide(order, known, days, policies)?;
    Ok(Plan { hold_expires_at: plan.hold_expires_at.map(|_| until), from_waitlist: true, ..plan })
}
