//! Campaigns: set up, followed, paused, closed, and given another budget.

use std::collections::HashMap;

use doorstep_shared::{
    Fen, Problem, ProblemKind, Timestamp,
    ids::{CampaignId, ChildId, IssuerId, VoucherId},
    problem::{FieldProblem, FieldRule},
    vouchers::{
        Campaign, Campaigns, CreateCampaign, Eligibility, LedgerKind, Preview, SetBudget, Usable, VoucherValue, Wave,
    },
};

use super::{
    ledger::{self, Entry},
    rules::{
        draft,
        eligibility::{self, OfFamily},
        states::Amounts,
        waves::{Timing, WaveTime},
    },
    store::{self, CampaignRow, Of, WaveRow},
};
use crate::{
    accounts::IssuerHolder,
    audit::{self, Action},
    db::Conn,
    error::{Error, Result},
};

/// A campaign as it was read, its JSON too.
pub struct Terms {
    pub row: CampaignRow,
    pub waves: Vec<WaveRow>,
    pub eligibility: Eligibility,
    pub usable: Usable,
}

impl Terms {
    /// # Errors
    /// When the database fails, or holds what is no campaign.
    pub fn of(conn: &mut Conn, rows: Vec<CampaignRow>) -> Result<Vec<Self>> {
        let mut waves = store::waves(conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
        let terms = rows.into_iter().map(|row| {
            let broken = |error| Error::internal(format!("campaign {}: {error}", row.id));
            Ok(Self {
                waves: waves.remove(&row.id).unwrap_or_default(),
                eligibility: serde_json::from_str(&row.eligibility).map_err(broken)?,
                usable: serde_json::from_str(&row.usable).map_err(broken)?,
                row,
            })
        });
        terms.collect()
    }

    pub fn timing(&self) -> Timing {
        let time = |wave: &WaveRow| WaveTime {
            opens_at: wave.opens_at,
            closes_at: wave.closes_at,
            stock: count(wave.stock),
            issued: count(wave.issued),
        };
        Timing {
            paused: self.row.paused_at.is_some(),
            closed: self.row.closed_at.is_some(),
            valid_until: self.row.valid_until,
            waves: self.waves.iter().map(time).collect(),
        }
    }

    pub fn per_family(&self) -> Option<u16> {
        self.row.per_family.and_then(|most| u16::try_from(most).ok())
    }

    pub fn value(&self) -> VoucherValue {
        VoucherValue {
            kind: self.row.value_kind,
            amount_fen: self.row.worth_fen,
            percent: self.row.percent.and_then(|percent| u8::try_from(percent).ok()),
        }
    }

    pub fn valid_days(&self) -> Option<u16> {
        self.row.valid_days.and_then(|days| u16::try_from(days).ok())
    }

    fn shown(self, now: Timestamp, amounts: Amounts) -> Campaign {
        let (timing, value, per_family, valid_days) =
            (self.timing(), self.value(), self.per_family(), self.valid_days());
        let waves = timing.waves.iter().enumerate().map(|(number, wave)| Wave {
            opens_at: wave.opens_at,
            closes_at: timing.closes_at(number),
            vouchers: wave.stock,
            issued: wave.issued,
            state: timing.wave_state(number, now),
        });
        let waves = waves.collect();
        let Self { row, eligibility, usable, .. } = self;
        Campaign {
            id: row.id,
            name: row.name,
            value,
            waves,
            per_family,
            eligibility,
            usable,
            stacking_group: row.stacking_group,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            valid_days,
            burn_down: ledger::burn_down(amounts),
            created_at: row.created_at,
            paused_at: row.paused_at,
            closed_at: row.closed_at,
        }
    }
}

/// A CHECK keeps it from being negative.
fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// Sets a campaign up, with its whole budget.
///
/// # Errors
/// `invalid` with each field that breaks a rule.
pub fn create(conn: &mut Conn, now: Timestamp, holder: &IssuerHolder, wanted: CreateCampaign) -> Result<CampaignId> {
    let wanted = draft::checked(wanted, &store::districts(conn)?).map_err(|problem| *problem)?;
    let id = CampaignId::new();
    let row = CampaignRow {
        id,
        issuer_id: holder.issuer,
        name: wanted.name,
        value_kind: wanted.value.kind,
        worth_fen: wanted.value.amount_fen,
        percent: wanted.value.percent.map(i16::from),
        per_family: wanted.per_family.map(|most| i16::try_from(most).unwrap_or(i16::MAX)),
        eligibility: serde_json::to_string(&wanted.eligibility).map_err(Error::internal)?,
        usable: serde_json::to_string(&wanted.usable).map_err(Error::internal)?,
        stacking_group: wanted.stacking_group,
        valid_from: wanted.valid_from,
        valid_until: wanted.valid_until,
        valid_days: wanted.valid_days.map(|days| i16::try_from(days).unwrap_or(i16::MAX)),
        created_by: holder.account,
        created_at: now,
        paused_at: None,
        closed_at: None,
    };
    let waves: Vec<_> = (1..)
        .zip(&wanted.waves)
        .map(|(number, wave)| WaveRow {
            campaign_id: id,
            number,
            opens_at: wave.opens_at,
            closes_at: wave.closes_at,
            stock: i32::try_from(wave.vouchers).unwrap_or(i32::MAX),
            issued: 0,
        })
        .collect();
    store::insert_campaign(conn, &row, &waves)?;
    fund(conn, now, holder, id, wanted.budget_fen)?;
    audit::record(conn, now, holder.account, Action::CampaignCreated, id.0)?;
    Ok(id)
}

fn fund(conn: &mut Conn, now: Timestamp, holder: &IssuerHolder, campaign: CampaignId, added: Fen) -> Result<()> {
    let entry = Entry {
        campaign,
        voucher: None,
        kind: LedgerKind::Fund,
        amounts: Amounts::funded(added),
        at: now,
        by: Some(holder.account),
    };
    Ok(ledger::record_batch(conn, now, &[entry])?)
}

/// The issuer's campaigns, newest first.
///
/// # Errors
/// When the database fails.
pub fn list(conn: &mut Conn, now: Timestamp, issuer: IssuerId) -> Result<Campaigns> {
    let rows = store::campaigns_of(conn, issuer)?;
    Ok(Campaigns { items: shown(conn, now, rows)? })
}

fn shown(conn: &mut Conn, now: Timestamp, rows: Vec<CampaignRow>) -> Result<Vec<Campaign>> {
    let mut amounts = store::amounts(conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
    let terms = Terms::of(conn, rows)?;
    Ok(terms
        .into_iter()
        .map(|terms| {
            let amounts = amounts.remove(&terms.row.id).unwrap_or_default();
            terms.shown(now, amounts)
        })
        .collect())
}

/// One of the issuer's.
///
/// # Errors
/// `not-found` for another issuer's as for none.
pub fn get(conn: &mut Conn, now: Timestamp, issuer: IssuerId, id: CampaignId) -> Result<Campaign> {
    let rows = store::campaigns_by_id(conn, &[id])?;
    let own = rows.into_iter().filter(|row| row.issuer_id == issuer).collect();
    Ok(shown(conn, now, own)?.pop().ok_or(ProblemKind::NotFound)?)
}

/// One of the issuer's, kept from others until the transaction ends.
fn lock(conn: &mut Conn, issuer: IssuerId, id: CampaignId) -> Result<CampaignRow> {
    let row = store::lock_campaigns(conn, &[id])?.pop();
    Ok(row.filter(|row| row.issuer_id == issuer).ok_or(ProblemKind::NotFound)?)
}

/// The same of one that was not closed.
fn lock_running(conn: &mut Conn, issuer: IssuerId, id: CampaignId) -> Result<CampaignRow> {
    let row = lock(conn, issuer, id)?;
    if row.closed_at.is_some() { Err(ProblemKind::CampaignClosed.into()) } else { Ok(row) }
}

/// Nobody can claim any more until it is resumed. Paused twice is paused.
///
/// # Errors
/// `not-found`, `campaign-closed`.
pub fn pause(conn: &mut Conn, now: Timestamp, holder: &IssuerHolder, id: CampaignId) -> Result<()> {
    if lock_running(conn, holder.issuer, id)?.paused_at.is_none() {
        store::set_paused(conn, id, Some(now))?;
        audit::record(conn, now, holder.account, Action::CampaignPaused, id.0)?;
    }
    Ok(())
}

/// # Errors
/// `not-found`, `campaign-closed`.
pub fn resume(conn: &mut Conn, now: Timestamp, holder: &IssuerHolder, id: CampaignId) -> Result<()> {
    if lock_running(conn, holder.issuer, id)?.paused_at.is_some() {
        store::set_paused(conn, id, None)?;
        audit::record(conn, now, holder.account, Action::CampaignResumed, id.0)?;
    }
    Ok(())
}

/// Nobody can claim any more, for good. Closed twice is closed.
///
/// # Errors
/// `not-found`.
pub fn close(conn: &mut Conn, now: Timestamp, holder: &IssuerHolder, id: CampaignId) -> Result<()> {
    if lock(conn, holder.issuer, id)?.closed_at.is_none() {
        store::set_closed(conn, id, now)?;
        audit::record(conn, now, holder.account, Action::CampaignClosed, id.0)?;
    }
    Ok(())
}

/// Sets another budget and, where told, other numbers of vouchers.
///
/// # Errors
/// `not-found`, `campaign-closed`; `invalid` when a wave would have less than were claimed, or the budget be less than
/// what was promised and what may still be claimed.
pub fn set_budget(conn: &mut Conn, now: Timestamp, holder: &IssuerHolder, wanted: &SetBudget) -> Result<()> {
    let row = lock_running(conn, holder.issuer, wanted.id)?;
    let waves = store::waves(conn, &[row.id])?.remove(&row.id).unwrap_or_default();
    let stocks = match &wanted.vouchers {
        Some(stocks) => checked_stocks(&waves, stocks).map_err(|problem| *problem)?,
        None => waves.iter().map(|wave| count(wave.stock)).collect(),
    };
    let amounts = store::amounts(conn, &[row.id])?.remove(&row.id).unwrap_or_default();
    let before = ledger::burn_down(amounts);
    let added = Fen(wanted.budget_fen.0.checked_sub(before.budget_fen.0).ok_or_else(too_little)?);
    let unclaimed = waves.iter().zip(&stocks).map(|(wave, stock)| stock.saturating_sub(count(wave.issued)));
    let remaining = i128::from(before.remaining_fen.0) + i128::from(added.0);
    if draft::promised(row.worth_fen, unclaimed) > remaining || wanted.budget_fen < Fen::ZERO {
        return Err(too_little().into());
    }
    for (wave, stock) in waves.iter().zip(&stocks) {
        store::set_stock(conn, row.id, wave.number, i32::try_from(*stock).unwrap_or(i32::MAX))?;
    }
    if added != Fen::ZERO {
        fund(conn, now, holder, row.id, added)?;
    }
    audit::record(conn, now, holder.account, Action::BudgetSet, row.id.0)?;
    Ok(())
}

fn too_little() -> Problem {
    Problem::field(
        "budget_fen",
        FieldRule::OverBudget,
        "it is less than what was promised and what may still be claimed",
    )
}

fn checked_stocks(waves: &[WaveRow], stocks: &[u32]) -> Result<Vec<u32>, Box<Problem>> {
    let invalid = |field: String, rule, detail: &str| {
        let mut problem = Problem::new(ProblemKind::Invalid);
        problem.fields.push(FieldProblem { field, rule, detail: detail.to_owned() });
        Err(Box::new(problem))
    };
    if stocks.len() != waves.len() {
        return invalid("vouchers".to_owned(), FieldRule::Required, "one number for each wave");
    }
    for (number, (wave, stock)) in waves.iter().zip(stocks).enumerate() {
        let field = format!("vouchers.{number}");
        if let Some(rule) = draft::stock_fault(*stock) {
            return invalid(field, rule, "1 to 1,000,000");
        }
        if *stock < count(wave.issued) {
            return invalid(field, FieldRule::FewerThanIssued, "so many have been claimed");
        }
    }
    Ok(stocks.to_vec())
}

/// Children looked at at a time.
const AT_A_TIME: i64 = 5_000;

/// Counts the children who could claim today.
///
/// # Errors
/// `invalid` when the terms cannot be.
pub fn preview(conn: &mut Conn, now: Timestamp, issuer: IssuerId, asked: &Eligibility) -> Result<Preview> {
    draft::checked_eligibility(asked, &store::districts(conn)?).map_err(|problem| *problem)?;
    let had = store::all_had_of_issuer(conn, issuer)?;
    let (mut found, mut after) = (Preview { children: 0, eligible: 0 }, None::<ChildId>);
    // What a family may have of a campaign does not count before there is one.
    let family = OfFamily { vouchers: 0, children: 1, most: None };
    loop {
        let page = store::children(conn, Of::All(after, AT_A_TIME), now)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.id);
        for mut child in page {
            child.facts.had_one = had.contains(&child.id);
            found.children += 1;
            let may = eligibility::why_not(asked, &child.facts, family, now.local_date()).is_empty();
            found.eligible += u32::from(may);
        }
    }
}

/// Campaigns by id.
pub fn by_id(conn: &mut Conn, ids: &[CampaignId]) -> Result<HashMap<CampaignId, Terms>> {
    let rows = store::campaigns_by_id(conn, ids)?;
    Ok(Terms::of(conn, rows)?.into_iter().map(|terms| (terms.row.id, terms)).collect())
}

/// # Errors
/// `not-found` for a voucher of another issuer as for none.
pub fn refuse_foreign(conn: &mut Conn, issuer: IssuerId, voucher: VoucherId) -> Result<()> {
    let own = store::issuer_of(conn, voucher)?;
    if own == Some(issuer) { Ok(()) } else { Err(ProblemKind::NotFound.into()) }
}
