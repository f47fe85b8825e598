//! Campaigns and vouchers as a family sees them.

use std::collections::HashMap;

use doorstep_shared::{
    ProblemKind, Timestamp,
    ids::{FamilyId, IssuerId, VoucherId},
    vouchers::{ChildAndCampaign, ClaimState, OpenCampaign, OpenCampaigns, Voucher, VoucherState, Wallet},
};

use super::{
    campaigns::{self, Terms},
    rules::eligibility::{self, OfFamily},
    store::{self, Of, VoucherRow},
};
use crate::{db::Conn, error::Result};

/// What can be claimed or will be, and which of the family's children may.
///
/// # Errors
/// When the database fails.
pub fn campaigns(conn: &mut Conn, now: Timestamp, family: FamilyId) -> Result<OpenCampaigns> {
    let today = now.local_date();
    let rows = store::running_campaigns(conn, today)?;
    let terms = Terms::of(conn, rows)?;
    let names = names(conn, &terms)?;
    let children = store::children(conn, Of::Families(&[family]), now)?;
    let had = store::had_of_issuer(conn, &children.iter().map(|child| child.id).collect::<Vec<_>>())?;
    let ids: Vec<_> = terms.iter().map(|terms| terms.row.id).collect();
    let held = store::held(conn, &ids, &[family])?;
    let mut items = Vec::new();
    for terms in terms {
        let (timing, id) = (terms.timing(), terms.row.id);
        let opening = timing.at(now);
        let mine: Vec<_> = held.iter().filter(|(campaign, ..)| *campaign == id).collect();
        if opening.state == ClaimState::Closed && mine.is_empty() {
            continue;
        }
        let of_family = OfFamily { vouchers: mine.len(), children: children.len(), most: terms.per_family() };
        let each = children.iter().map(|child| {
            let voucher_id = mine.iter().find(|(_, _, holder, _)| *holder == child.id).map(|held| held.3);
            let mut facts = child.facts.clone();
            facts.had_one = had.contains(&(terms.row.issuer_id, child.id));
            let ineligible = match voucher_id {
                Some(_) => Vec::new(),
                None => eligibility::why_not(&terms.eligibility, &facts, of_family, today),
            };
            ChildAndCampaign { child_id: child.id, name: child.name.clone(), voucher_id, ineligible }
        });
        items.push(OpenCampaign {
            id,
            children: each.collect(),
            issuer_name: names.get(&terms.row.issuer_id).cloned().unwrap_or_default(),
            value: terms.value(),
            state: opening.state,
            opens_at: opening.opens_at,
            left: opening.wave.and_then(|wave| timing.waves.get(wave)).map_or(0, |wave| wave.left()),
            valid_days: terms.valid_days(),
            name: terms.row.name,
            eligibility: terms.eligibility,
            usable: terms.usable,
            valid_from: terms.row.valid_from,
            valid_until: terms.row.valid_until,
        });
    }
    items.sort_by_key(|item| (item.state != ClaimState::Open, item.opens_at, item.valid_until, item.id));
    Ok(OpenCampaigns { now, items })
}

fn names<'a>(conn: &mut Conn, terms: impl IntoIterator<Item = &'a Terms>) -> Result<HashMap<IssuerId, String>> {
    let mut issuers: Vec<_> = terms.into_iter().map(|terms| terms.row.issuer_id).collect();
    issuers.sort_unstable();
    issuers.dedup();
    Ok(store::issuer_names(conn, &issuers)?)
}

/// The family's vouchers: those that can be used first, what expires soonest before the rest. What was not used in time
/// has expired, whether or not that has been written down.
///
/// # Errors
/// When the database fails.
pub fn wallet(conn: &mut Conn, now: Timestamp, family: FamilyId) -> Result<Wallet> {
    let rows = store::wallet(conn, family)?;
    let campaigns = campaigns::by_id(conn, &rows.iter().map(|row| row.campaign_id).collect::<Vec<_>>())?;
    let names = names(conn, campaigns.values())?;
    let shown = rows.iter().filter_map(|row| {
        let terms = campaigns.get(&row.campaign_id)?;
        Some(shown(row, terms, names.get(&terms.row.issuer_id).cloned().unwrap_or_default(), now))
    });
    let mut items: Vec<_> = shown.collect();
    let is_over = |state| !matches!(state, VoucherState::Claimed | VoucherState::Locked);
    items.sort_by_key(|voucher| (is_over(voucher.state), voucher.expires_on, voucher.id));
    Ok(Wallet { items })
}

fn shown(row: &VoucherRow, terms: &Terms, issuer_name: String, now: Timestamp) -> Voucher {
    let run_out = row.standing().has_run_out(now.local_date());
    Voucher {
        id: row.id,
        campaign_id: row.campaign_id,
        campaign_name: terms.row.name.clone(),
        issuer_name,
        child_id: row.child_id,
        state: if run_out { VoucherState::Expired } else { row.state },
        value: terms.value(),
        used_fen: row.used_fen,
        usable: terms.usable.clone(),
        stacking_group: terms.row.stacking_group.clone(),
        claimed_at: row.claimed_at,
        valid_from: terms.row.valid_from,
        expires_on: row.expires_on,
    }
}

/// One of the family's vouchers.
///
/// # Errors
/// `not-found` for another family's as for none.
pub fn get(conn: &mut Conn, now: Timestamp, family: FamilyId, id: VoucherId) -> Result<Voucher> {
    let found = wallet(conn, now, family)?.items.into_iter().find(|voucher| voucher.id == id);
    Ok(found.ok_or(ProblemKind::NotFound)?)
}
