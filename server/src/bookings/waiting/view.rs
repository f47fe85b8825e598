//! Entries as their family reads them at a moment.

use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Timestamp,
    bookings::{LookAtWaitlist, PassedOver, WaitState, WaitlistAhead, WaitlistEntry},
    ids::{ClassId, FamilyId, WaitlistEntryId},
    problem::FieldRule,
};

use super::{
    odds::odds,
    rules::{self, position},
    store::{self, Entry},
};
use crate::{
    bookings::{price, rules::undo_time, store as rows},
    db::Conn,
    error::Result,
    policy::Policies,
};

/// Days for which entries that ended stay in the list.
const SHOWN_DAYS: i64 = 7;
/// Entries in the list at most.
const MOST: i64 = 200;

/// One entry of the family.
///
/// # Errors
/// `not-found` when there is none, or it is another family's.
pub fn get(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    family: FamilyId,
    id: WaitlistEntryId,
) -> Result<WaitlistEntry> {
    let entry = store::find(conn, family, id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let found = many(conn, policies, now, vec![entry])?.pop();
    Ok(found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?)
}

/// What the family waits for, and what came of it lately: soonest care first.
pub fn list(conn: &mut Conn, policies: &Policies, now: Timestamp, family: FamilyId) -> Result<Vec<WaitlistEntry>> {
    let from = (now - chrono::Duration::days(SHOWN_DAYS)).local_date();
    let entries = store::of_family(conn, family, Some(from), MOST)?;
    many(conn, policies, now, entries)
}

/// Class-days for which the family waits and where a hold ran out that nobody has given back yet: what time has decided
/// is to be written down before it is told.
pub fn overdue(conn: &mut Conn, now: Timestamp, items: &[WaitlistEntry]) -> Result<Vec<(ClassId, Date)>> {
    let waiting = items.iter().filter(|entry| entry.state == WaitState::Waiting);
    let days: Vec<_> = waiting.map(|entry| (entry.class_id, entry.date)).collect();
    let overdue = !days.is_empty() && store::is_overdue(conn, now, &days)?;
    Ok(if overdue { days } else { Vec::new() })
}

/// All that is kept of what the family waited for, for its export.
pub fn of_family(conn: &mut Conn, policies: &Policies, now: Timestamp, family: FamilyId) -> Result<Vec<WaitlistEntry>> {
    let entries = store::of_family(conn, family, None, i64::MAX)?;
    many(conn, policies, now, entries)
}

fn many(conn: &mut Conn, policies: &Policies, now: Timestamp, entries: Vec<Entry>) -> Result<Vec<WaitlistEntry>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let policy = policies.on(now.local_date());
    let waiting = entries.iter().filter(|entry| entry.state_at(now) == WaitState::Waiting);
    let days: Vec<_> = waiting.map(|entry| (entry.row.class_id, entry.row.date)).collect();
    let line = store::line(conn, &days)?;
    let nurseries = rows::nurseries(conn, &entries.iter().map(|entry| entry.row.nursery_id).collect::<Vec<_>>())?;
    let sold = store::sold(conn, &entries.iter().map(|entry| entry.row.offer_id).collect::<Vec<_>>())?;
    let names = store::names(conn, &entries.iter().flat_map(|entry| entry.children.clone()).collect::<Vec<_>>())?;
    let mut shown = Vec::with_capacity(entries.len());
    for entry in entries {
        let (Some(nursery), Some(sold)) = (nurseries.get(&entry.row.nursery_id), sold.get(&entry.row.offer_id)) else {
            continue;
        };
        let (state, position) = (entry.state_at(now), position(&entry, &line, now));
        let others = if state == WaitState::Offered { store::others(conn, &entry)?.len() } else { 0 };
        let Entry { row, children, place } = entry;
        let place_in_line = (row.class_id, row.date, row.span());
        let odds = if state == WaitState::Waiting {
            odds(conn, now, place_in_line, position, &policy.waitlist)?
        } else {
            None
        };
        let price: Fen = children.iter().map(|_| price::of_day(sold.care, sold.unit_price, row.span())).sum();
        let passed_over = row.passed_at.zip(row.passed_for.as_deref().and_then(|why| why.parse().ok()));
        let rejoin_until = row.ended_at.filter(|_| row.state == WaitState::Left);
        let rejoin_until = rejoin_until.map(|left| left + undo_time(&policy.booking));
        shown.push(WaitlistEntry {
            id: row.id,
            position,
            state,
            offer_expires_at: place.and_then(|(_, until)| until).filter(|_| state == WaitState::Offered),
            joined_at: row.joined_at,
            nursery: nursery.clone(),
            offer_id: row.offer_id,
            class_id: row.class_id,
            class_kind: sold.class_kind,
            care: sold.care,
            date: row.date,
            from: row.from_half_hour,
            to: row.to_half_hour,
            children: children.iter().filter_map(|child| names.get(child).cloned()).collect(),
            price_fen: price,
            priority_group: row.priority_group,
            auto_accept_until: row.auto_accept_until,
            leave_others: row.leave_others,
            others: u32::try_from(others).unwrap_or(u32::MAX),
            booking_id: row.booking_id,
            odds,
            passed_over: passed_over.map(|(at, why)| PassedOver { at, why }),
            ended_at: row.ended_at,
            rejoin_until: rejoin_until.filter(|until| now < *until && now < row.begins()),
            as_of: now,
        });
    }
    Ok(shown)
}

/// How many wait for a window.
///
/// # Errors
/// `not-found` for an offer that is not sold, `invalid` for a window that ends before it begins.
pub fn look(conn: &mut Conn, policies: &Policies, now: Timestamp, ask: &LookAtWaitlist) -> Result<WaitlistAhead> {
    let backwards = || Problem::field("to", FieldRule::TooShort, "a window ends after it begins");
    let span = doorstep_shared::Span::new(ask.from, ask.to).ok_or_else(backwards)?;
    let offer = rows::offers(conn, &[ask.id])?.remove(&ask.id).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let limits = &policies.on(now.local_date()).waitlist;
    let line = store::line(conn, &[(offer.class, ask.date)])?;
    let waiting = rules::waiting(line.iter(), span, now);
    let odds = odds(conn, now, (offer.class, ask.date, span), waiting + 1, limits)?;
    Ok(WaitlistAhead { waiting, odds, offer_minutes: limits.offer_minutes })
}
