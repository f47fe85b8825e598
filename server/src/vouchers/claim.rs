//! Claiming: one voucher for each child and campaign, whatever the number of sessions, devices and retries.
//!
//! Set-based from the first day: lock, load, decide, write, each once for all who claim; one claim is a batch of one.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::Days;
use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Timestamp,
    ids::{AccountId, CampaignId, ChildId, FamilyId, IssuerId, VoucherId},
    vouchers::{ClaimState, LedgerKind, VoucherState},
};

use super::{
    campaigns::Terms,
    ledger::{self, Entry},
    rules::{
        eligibility::{self, OfFamily},
        waves::Opening,
    },
    store::{self, KnownChild, Of, VoucherRow},
};
use crate::{db::Conn, error::Result};

/// Who claims what for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimOrder {
    pub campaign: CampaignId,
    pub child: ChildId,
    /// The one that the caller acts for.
    pub family: FamilyId,
    pub account: AccountId,
}

/// What is known when claims are decided, kept up as they are.
struct Known {
    campaigns: HashMap<CampaignId, Terms>,
    children: HashMap<ChildId, KnownChild>,
    /// Vouchers of a family in a campaign.
    of_family: HashMap<(CampaignId, FamilyId), usize>,
    holding: HashSet<(CampaignId, ChildId)>,
    had: HashSet<(IssuerId, ChildId)>,
}

impl Known {
    /// Locks the campaigns: from here on nobody else claims from them until the transaction ends.
    fn load(conn: &mut Conn, now: Timestamp, orders: &[ClaimOrder]) -> Result<Self> {
        let wanted: BTreeSet<_> = orders.iter().map(|order| order.campaign).collect();
        let families: BTreeSet<_> = orders.iter().map(|order| order.family).collect();
        let (wanted, families): (Vec<_>, Vec<_>) = (wanted.into_iter().collect(), families.into_iter().collect());
        let rows = store::lock_campaigns(conn, &wanted)?;
        let campaigns = Terms::of(conn, rows)?.into_iter().map(|terms| (terms.row.id, terms)).collect();
        let children = store::children(conn, Of::Families(&families), now)?;
        let (mut of_family, mut holding) = (HashMap::new(), HashSet::new());
        for (campaign, family, child, _) in store::held(conn, &wanted, &families)? {
            *of_family.entry((campaign, family)).or_default() += 1;
            holding.insert((campaign, child));
        }
        let had = store::had_of_issuer(conn, &children.iter().map(|child| child.id).collect::<Vec<_>>())?;
        let children = children.into_iter().map(|child| (child.id, child)).collect();
        Ok(Self { campaigns, children, of_family, holding, had })
    }

    fn decide(&mut self, now: Timestamp, order: &ClaimOrder) -> Result<VoucherRow, Box<Problem>> {
        let unknown = || Box::new(Problem::new(ProblemKind::NotFound));
        let child = self.children.get(&order.child).filter(|child| child.family == order.family);
        let child = child.ok_or_else(unknown)?;
        let children = self.children.values().filter(|other| other.family == order.family).count();
        let terms = self.campaigns.get_mut(&order.campaign).ok_or_else(unknown)?;
        if self.holding.contains(&(order.campaign, order.child)) {
            return Err(Box::new(ProblemKind::AlreadyClaimed.into()));
        }
        let opening = terms.timing().at(now);
        refuse_closed(opening)?;
        let mut facts = child.facts.clone();
        facts.had_one = self.had.contains(&(terms.row.issuer_id, order.child));
        let vouchers = self.of_family.entry((order.campaign, order.family)).or_default();
        let family = OfFamily { vouchers: *vouchers, children, most: terms.per_family() };
        let ineligible = eligibility::why_not(&terms.eligibility, &facts, family, now.local_date());
        if !ineligible.is_empty() {
            let mut problem = Problem::new(ProblemKind::NotEligible);
            problem.ineligible = ineligible.into();
            return Err(Box::new(problem));
        }
        let wave = opening.wave.and_then(|wave| terms.waves.get_mut(wave));
        let Some(wave) = wave else {
            let mut problem = Problem::new(ProblemKind::SoldOut);
            problem.opens_at = opening.opens_at;
            return Err(Box::new(problem));
        };
        wave.issued += 1;
        *vouchers += 1;
        self.holding.insert((order.campaign, order.child));
        self.had.insert((terms.row.issuer_id, order.child));
        Ok(VoucherRow {
            id: VoucherId::new(),
            campaign_id: order.campaign,
            wave: wave.number,
            child_id: order.child,
            family_id: order.family,
            state: VoucherState::Claimed,
            worth_fen: terms.row.worth_fen,
            used_fen: Fen::ZERO,
            booking_id: None,
            claimed_at: now,
            expires_on: expiry(now.local_date(), terms.row.valid_until, terms.row.valid_days),
            changed_at: now,
        })
    }
}

/// # Errors
/// `not-open` or `campaign-closed` when nothing can be claimed, whether or not there is something.
fn refuse_closed(opening: Opening) -> Result<(), Box<Problem>> {
    let kind = match opening.state {
        ClaimState::Open | ClaimState::SoldOut => return Ok(()),
        ClaimState::Coming | ClaimState::Paused => ProblemKind::NotOpen,
        ClaimState::Closed => ProblemKind::CampaignClosed,
    };
    let mut problem = Problem::new(kind);
    problem.opens_at = opening.opens_at;
    Err(Box::new(problem))
}

/// The last day of a voucher that is claimed on a day.
fn expiry(claimed: Date, valid_until: Date, valid_days: Option<i16>) -> Date {
    let days = valid_days.and_then(|days| u64::try_from(days).ok());
    let own = days.and_then(|days| claimed.checked_add_days(Days::new(days)));
    own.map_or(valid_until, |own| own.min(valid_until))
}

/// Claims for each order, in the given order; one refused order leaves the others alone. Never opens its own transaction.
///
/// The inner errors: `not-found` for a campaign that there is not, or a child that is not of the family;
/// `already-claimed`, `not-open`, `campaign-closed`, `not-eligible`, `sold-out`.
///
/// # Errors
/// When the database fails; nothing is claimed then.
pub fn claim_many(
    conn: &mut Conn,
    now: Timestamp,
    orders: &[ClaimOrder],
) -> Result<Vec<Result<VoucherId, Box<Problem>>>> {
    let mut known = Known::load(conn, now, orders)?;
    let decided: Vec<_> = orders.iter().map(|order| (order, known.decide(now, order))).collect();
    let claimed: Vec<_> =
        decided.iter().filter_map(|(order, row)| Some((order.account, *row.as_ref().ok()?))).collect();
    let rows: Vec<_> = claimed.iter().map(|(_, row)| *row).collect();
    let entries: Vec<_> = claimed.iter().map(|(account, row)| entry(now, *account, row)).collect();
    store::insert_vouchers_batch(conn, &rows)?;
    ledger::record_batch(conn, now, &entries)?;
    let touched: BTreeSet<_> = rows.iter().map(|row| (row.campaign_id, row.wave)).collect();
    for (campaign, number) in touched {
        let wave =
            known.campaigns.get(&campaign).and_then(|terms| terms.waves.iter().find(|wave| wave.number == number));
        if let Some(wave) = wave {
            store::set_issued(conn, campaign, number, wave.issued)?;
        }
    }
    Ok(decided.into_iter().map(|(_, row)| row.map(|row| row.id)).collect())
}

fn entry(now: Timestamp, account: AccountId, row: &VoucherRow) -> Entry {
    Entry {
        campaign: row.campaign_id,
        voucher: Some(row.id),
        kind: LedgerKind::Claim,
        amounts: row.standing().amounts(),
        at: now,
        by: Some(account),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_is_good_for_its_days_and_never_longer_than_the_campaigns() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let cases = [
            ("2026-12-01", None, "2026-12-31"),
            ("2026-12-01", Some(7), "2026-12-08"),
            ("2026-12-30", Some(7), "2026-12-31"),
        ];
        for (claimed, days, last) in cases {
            assert_eq!(expiry(date(claimed), date("2026-12-31"), days), date(last), "{claimed} {days:?}");
        }
    }
}
