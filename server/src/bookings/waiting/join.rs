//! Getting in line.

use std::collections::HashSet;

use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    bookings::{Book, ChildInOffer, DayAndTime, JoinWaitlist, WaitState, WaitlistEntry},
    ids::{AccountId, ChildId, FamilyId, WaitlistEntryId},
    problem::{FieldProblem, FieldRule},
};
use doorstep_web::Locale;

use super::{
    rules::priority,
    store::{self, Entry, EntryRow},
    view,
};
use crate::{
    bookings::{book, facts::Known, order::Order, places, rules, rules::moving, store as rows},
    db::Conn,
    error::Result,
    policy::Policies,
};

/// Children in one entry at most, as in one booking.
const CHILDREN: usize = 4;

/// Who wants to wait.
#[derive(Clone, Copy, Debug)]
pub struct Joining {
    pub family: FamilyId,
    pub account: AccountId,
    pub locale: Locale,
    pub now: Timestamp,
}

/// What can be said about a request without looking anything up.
///
/// # Errors
/// `invalid`, naming every field that breaks a rule.
fn check_shape(ask: &JoinWaitlist, now: Timestamp) -> Result<(), Problem> {
    let mut fields = Vec::new();
    let mut broken = |field: String, rule, detail: &str| {
        fields.push(FieldProblem { field, rule, detail: detail.to_owned() });
    };
    match ask.child_ids.len() {
        0 => broken("child_ids".into(), FieldRule::Required, "at least one child waits"),
        1..=CHILDREN => {}
        _ => broken("child_ids".into(), FieldRule::TooLong, "at most four children wait together"),
    }
    let mut children = HashSet::new();
    for (index, child) in ask.child_ids.iter().enumerate() {
        if !children.insert(child) {
            broken(format!("child_ids.{index}"), FieldRule::Twice, "each child is named once");
        }
    }
    if ask.span().is_none() {
        broken("to".into(), FieldRule::TooShort, "a window ends after it begins");
    }
    if let Some(until) = ask.auto_accept_until {
        if until <= now {
            broken("auto_accept_until".into(), FieldRule::InThePast, "it lies ahead");
        } else if until > Timestamp::at(ask.date, ask.from) {
            broken("auto_accept_until".into(), FieldRule::TooLarge, "not later than the care begins");
        }
    }
    if fields.is_empty() {
        return Ok(());
    }
    let mut problem = Problem::new(ProblemKind::Invalid);
    problem.fields = fields;
    Err(problem)
}

/// Gets in line, behind all who wait for the class and date already, unless a group of the city's comes first. The same
/// children for the same window once more: the entry that there is, and one that was left stands at the end again.
///
/// # Errors
/// `place-free`, `already-waiting`, `too-many-entries`, and what a booking would be refused for other than a place.
pub fn join(conn: &mut Conn, policies: &Policies, who: Joining, ask: &JoinWaitlist) -> Result<WaitlistEntry> {
    let Joining { family, account, locale, now } = who;
    check_shape(ask, now)?;
    let policy = policies.on(now.local_date());
    let order = order(who, ask);
    let offers = rows::offers(conn, &[ask.offer_id])?;
    let class_day = offers.get(&ask.offer_id).map(|offer| (offer.class, ask.date));
    // A day that no rule allows is left out, so that it leaves no row.
    let bookable = now.local_date()..=moving::last_date(now, policies);
    let wanted: Vec<_> = class_day.into_iter().filter(|(_, date)| bookable.contains(date)).collect();
    let mut days = places::lock(conn, policies, now, &wanted, &[family])?;
    rows::lock_families(conn, &[family])?;
    let mut children = ask.child_ids.clone();
    children.sort_unstable();
    let own = store::of_family(conn, family, Some(now.local_date()), i64::MAX)?;
    if let Some(same) = same(&own, ask, &children, now)? {
        // Locking has given back what ran out.
        places::save(conn, policies, now, &mut days)?;
        return view::get(conn, policies, now, family, same);
    }
    let taken = rows::taken(conn, &[family], book::since(&wanted, now), now)?;
    let known = Known { offers, children: rows::children(conn, &[family])?, taken };
    // All that a booking needs but a place.
    match rules::decide(&order, &known, &mut days, policies) {
        Err(full) if full.kind == ProblemKind::SlotFull => {}
        Err(problem) => return Err(renamed(problem).into()),
        Ok(_) => return Err(Problem::new(ProblemKind::PlaceFree).into()),
    }
    let open = own.iter().filter(|entry| entry.state_at(now).is_open()).count();
    if open >= usize::from(policy.waitlist.entries) {
        let detail = format!("a family waits for at most {} windows", policy.waitlist.entries);
        return Err(Problem::new(ProblemKind::TooManyEntries).detail(detail).into());
    }
    let gone = || Problem::new(ProblemKind::NotFound);
    let offer = known.offers.get(&ask.offer_id).ok_or_else(gone)?;
    let day = days.get_mut(offer.class, ask.date).ok_or_else(gone)?;
    day.waiting += 1;
    day.touch();
    let (priority, priority_group) = priority(&store::groups(conn, &children)?, &policy.waitlist);
    // Who leaves and joins again and again has one entry all the same.
    let left = own.iter().find(|entry| was_left(entry, ask, &children)).map(|entry| entry.row.id);
    let row = EntryRow {
        id: left.unwrap_or_else(WaitlistEntryId::new),
        family_id: family,
        account_id: account,
        nursery_id: offer.nursery.id,
        class_id: offer.class,
        offer_id: offer.id,
        date: ask.date,
        from_half_hour: ask.from,
        to_half_hour: ask.to,
        priority,
        priority_group,
        number: store::next_number(conn, offer.class, ask.date)?,
        locale: locale.as_str().to_owned(),
        state: WaitState::Waiting,
        joined_at: now,
        auto_accept_until: ask.auto_accept_until,
        leave_others: ask.leave_others,
        booking_id: None,
        ended_at: None,
        passed_at: None,
        passed_for: None,
    };
    match left {
        Some(_) => store::join_again(conn, &row)?,
        None => store::insert(conn, &row, &children)?,
    }
    places::save(conn, policies, now, &mut days)?;
    view::get(conn, policies, now, family, row.id)
}

/// The entry that asks for the same.
///
/// # Errors
/// `already-waiting` when another one does for some of the children.
fn same(
    own: &[Entry],
    ask: &JoinWaitlist,
    children: &[ChildId],
    now: Timestamp,
) -> Result<Option<WaitlistEntryId>, Problem> {
    let same_window = |entry: &&Entry| entry.state_at(now).is_open() && is_for(entry, ask);
    for entry in own.iter().filter(same_window) {
        if entry.children == children {
            return Ok(Some(entry.row.id));
        }
        if let Some(index) = ask.child_ids.iter().position(|child| entry.children.contains(child)) {
            let detail = "the child waits for that window already, with other children or without";
            let mut problem = Problem::new(ProblemKind::AlreadyWaiting).detail(detail);
            let field = format!("child_ids.{index}");
            problem.fields.push(FieldProblem { field, rule: FieldRule::Twice, detail: detail.to_owned() });
            return Err(problem);
        }
    }
    Ok(None)
}

/// Whether the same children waited for the same, and left before a place was offered.
fn was_left(entry: &Entry, ask: &JoinWaitlist, children: &[ChildId]) -> bool {
    entry.row.state == WaitState::Left
        && entry.row.booking_id.is_none()
        && is_for(entry, ask)
        && entry.children == children
}

fn is_for(entry: &Entry, ask: &JoinWaitlist) -> bool {
    let EntryRow { offer_id, date, from_half_hour, to_half_hour, .. } = entry.row;
    (offer_id, date, from_half_hour, to_half_hour) == (ask.offer_id, ask.date, ask.from, ask.to)
}

fn order(who: Joining, ask: &JoinWaitlist) -> Order {
    let children = ask.child_ids.iter().map(|child| ChildInOffer { child_id: *child, offer_id: ask.offer_id });
    Order {
        family: who.family,
        account: who.account,
        locale: who.locale,
        now: who.now,
        once: None,
        book: Book {
            children: children.collect(),
            days: vec![DayAndTime { date: ask.date, from: ask.from, to: ask.to }],
            pattern: None,
            hold: false,
            pickup: String::new(),
            voucher_ids: Vec::new(),
        },
    }
}

/// The same problem, its fields named as this request names them.
fn renamed(mut problem: Problem) -> Problem {
    for field in &mut problem.fields {
        let parts: Vec<&str> = field.field.split('.').collect();
        field.field = match parts.as_slice() {
            ["children", index, "child_id"] => format!("child_ids.{index}"),
            ["children", _, name] | ["days", _, name] => (*name).to_owned(),
            _ => continue,
        };
    }
    problem
}
