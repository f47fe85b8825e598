//! Looking through campaigns, vouchers and the ledger for what cannot be.

use std::collections::HashMap;

use doorstep_shared::{Fen, ids::CampaignId};

use super::{
    ledger,
    rules::{draft, states::Amounts},
    store,
};
use crate::{db::Conn, error::Result};

/// Vouchers looked through at a time.
const AT_A_TIME: i64 = 2_000;

/// Names each campaign whose accounts do not make nothing, or whose budget is not outstanding + redeemed + settled +
/// expired + remaining; each wave that has given out more or less than there are vouchers; each voucher whose money is
/// not where its state says, and in one place. Empty: all is well.
///
/// # Errors
/// When the database fails.
pub fn check(conn: &mut Conn) -> Result<Vec<String>> {
    let campaigns = store::all_campaigns(conn)?;
    let ids: Vec<_> = campaigns.iter().map(|row| row.id).collect();
    let (amounts, waves, counted) = (store::amounts(conn, &ids)?, store::waves(conn, &ids)?, store::counted(conn)?);
    let (mut found, mut promised) = (Vec::new(), HashMap::<CampaignId, Amounts>::new());
    vouchers(conn, &mut found, &mut promised)?;
    for row in campaigns {
        let mut wrong = |what: String| found.push(format!("campaign {}: {what}", row.id));
        let amounts = amounts.get(&row.id).copied().unwrap_or_default();
        if amounts.sum() != Fen::ZERO {
            wrong(format!("its accounts make {}, not nothing", amounts.sum()));
        }
        let at = ledger::burn_down(amounts);
        let parts = [at.outstanding_fen, at.redeemed_fen, at.settled_fen, at.expired_fen, at.remaining_fen];
        if parts.into_iter().sum::<Fen>() != at.budget_fen {
            wrong(format!("its budget is {}, its parts are {parts:?}", at.budget_fen));
        }
        let funded = Amounts::funded(at.budget_fen) + promised.remove(&row.id).unwrap_or_default();
        if funded != amounts {
            wrong(format!("its vouchers make {funded:?}, the ledger says {amounts:?}"));
        }
        let waves = waves.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        for wave in waves {
            let vouchers = counted.get(&(row.id, wave.number)).copied().unwrap_or_default();
            if i64::from(wave.issued) != vouchers || wave.issued > wave.stock {
                let told = format!("{} of {} given out, there are {vouchers}", wave.issued, wave.stock);
                wrong(format!("wave {}: {told}", wave.number));
            }
        }
        let unclaimed = waves.iter().map(|wave| u32::try_from(wave.stock - wave.issued).unwrap_or_default());
        if draft::promised(row.worth_fen, unclaimed) > i128::from(at.remaining_fen.0) {
            wrong(format!("{} are left for vouchers that may cost more", at.remaining_fen));
        }
    }
    Ok(found)
}

fn vouchers(conn: &mut Conn, found: &mut Vec<String>, promised: &mut HashMap<CampaignId, Amounts>) -> Result<()> {
    let mut after = None;
    loop {
        let rows = store::all_vouchers(conn, after, AT_A_TIME)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        let amounts = store::amounts_of_vouchers(conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
        for row in &rows {
            let expected = row.standing().amounts();
            let sum = promised.entry(row.campaign_id).or_default();
            *sum = *sum + expected;
            let told = amounts.get(&row.id).copied().unwrap_or_default();
            if told != expected {
                found.push(format!("voucher {} ({}): its money is at {told:?}, not {expected:?}", row.id, row.state));
            }
        }
    }
}
