//! Vouchers go their ways at random, and after every step the ledger is balanced, no voucher is in two places, and each is
//! where a simple reference says.

use std::collections::HashMap;

use doorstep_server::vouchers::{Step, expire_due};
use doorstep_shared::ids::VoucherId;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{ledger::step, *};

const FAMILIES: usize = 8;
const STEPS: usize = 250;
const WORTH: i64 = 5_000;

/// What a voucher is, as somebody would keep it on paper.
#[derive(Clone, Copy, Debug)]
struct OnPaper {
    state: VoucherState,
    expires_on: Date,
    used: i64,
}

/// The sums that the paper makes: remaining, outstanding, redeemed, settled, expired.
fn sums(budget: i64, paper: &HashMap<VoucherId, OnPaper>) -> [i64; 5] {
    let mut sums = [budget, 0, 0, 0, 0];
    for voucher in paper.values() {
        let (used, rest) = (voucher.used, WORTH - voucher.used);
        let moved = match voucher.state {
            VoucherState::Claimed | VoucherState::Locked => [-WORTH, WORTH, 0, 0, 0],
            VoucherState::Redeemed => [-WORTH, 0, used, 0, rest],
            VoucherState::Settled => [-WORTH, 0, 0, used, rest],
            VoucherState::Expired => [-WORTH, 0, 0, 0, WORTH],
            VoucherState::Void => [0; 5],
            VoucherState::Recovered => [used - WORTH, 0, 0, 0, rest],
        };
        sums.iter_mut().zip(moved).for_each(|(sum, fen)| *sum += fen);
    }
    sums
}

/// What becomes of it; None when it cannot be done.
fn on_paper(voucher: OnPaper, step: Step, today: Date) -> Option<OnPaper> {
    let over = voucher.expires_on < today;
    let state = match (step, voucher.state) {
        (Step::Lock, VoucherState::Claimed) if !over => VoucherState::Locked,
        (Step::Release, VoucherState::Locked) => VoucherState::Claimed,
        (Step::Redeem { used }, VoucherState::Locked) => {
            return Some(OnPaper { state: VoucherState::Redeemed, used: used.0, ..voucher });
        }
        (Step::Undo, VoucherState::Redeemed) => {
            return Some(OnPaper { state: VoucherState::Locked, used: 0, ..voucher });
        }
        (Step::Settle, VoucherState::Redeemed) => VoucherState::Settled,
        (Step::Expire, VoucherState::Claimed) if over => VoucherState::Expired,
        (Step::Cancel, VoucherState::Claimed) => VoucherState::Void,
        (Step::Recover, VoucherState::Settled) => VoucherState::Recovered,
        _ => return None,
    };
    Some(OnPaper { state, ..voucher })
}

fn any_step(dice: &mut StdRng) -> Step {
    match dice.random_range(0..12) {
        0..3 => Step::Lock,
        3 => Step::Release,
        4..6 => Step::Redeem { used: Fen(dice.random_range(0..=WORTH)) },
        6 => Step::Undo,
        7..9 => Step::Settle,
        9 => Step::Expire,
        10 => Step::Cancel,
        _ => Step::Recover,
    }
}

#[test_on_both]
async fn whatever_becomes_of_vouchers_their_money_is_in_one_place(app: TestApp) {
    let manager = app.manager("区卫生健康局").await;
    let mut draft = app.campaign(40);
    draft.valid_days = Some(2);
    let mut campaigns = Vec::new();
    for _ in 0..5 {
        campaigns.push(manager.call(&draft).await.unwrap());
    }
    let mut families = Vec::new();
    for number in 0..FAMILIES {
        families.push(app.family(&format!("F{number}")).await);
    }
    let budget = campaigns.iter().map(|campaign| campaign.burn_down.budget_fen.0).sum();
    let seed = rand::random();
    println!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let mut paper: HashMap<VoucherId, OnPaper> = HashMap::new();
    let mut claimed: HashMap<(usize, usize), VoucherId> = HashMap::new();
    for number in 0..STEPS {
        let (family, campaign) = (dice.random_range(0..FAMILIES), dice.random_range(0..campaigns.len()));
        match dice.random_range(0..20) {
            // Claimed inside, so that no session ends while days go by.
            0..5 => {
                claim(&app, &families[family], &campaigns[campaign], (family, campaign), &mut claimed, &mut paper).await
            }
            5 => app.clock.advance(Duration::hours(dice.random_range(1..20))),
            6 => {
                let now = app.now();
                app.db().write(move |conn| expire_due(conn, now)).await.unwrap();
                for voucher in paper.values_mut() {
                    *voucher = on_paper(*voucher, Step::Expire, app.today()).unwrap_or(*voucher);
                }
            }
            _ => {
                let ids: Vec<_> = paper.keys().copied().collect();
                let Some(id) = ids.get(dice.random_range(0..ids.len().max(1))).copied() else { continue };
                let wanted = any_step(&mut dice);
                let after = on_paper(paper[&id], wanted, app.today());
                let taken = step(&app, id, wanted).await;
                assert_eq!(taken, after.map(|_| ()).ok_or(ProblemKind::WrongState), "step {number}: {wanted:?}");
                paper.extend(after.map(|after| (id, after)));
            }
        }
        app.check_finds_no_difference().await;
        assert_eq!(ledger_says(&app, &campaigns).await, sums(budget, &paper), "step {number}");
    }
    let seen: std::collections::HashSet<_> = paper.values().map(|voucher| voucher.state.as_str()).collect();
    assert!(seen.len() >= 5, "the steps are too few to say anything: {seen:?}");
}

async fn claim(
    app: &TestApp,
    family: &Family,
    campaign: &Campaign,
    place: (usize, usize),
    claimed: &mut HashMap<(usize, usize), VoucherId>,
    paper: &mut HashMap<VoucherId, OnPaper>,
) {
    use doorstep_server::vouchers::{ClaimOrder, claim_many};
    let order = ClaimOrder {
        campaign: campaign.id,
        child: family.child().id,
        family: family.me.family_id,
        account: family.me.id,
    };
    let now = app.now();
    let answer = app.db().write(move |conn| claim_many(conn, now, &[order])).await.unwrap().remove(0);
    if claimed.contains_key(&place) {
        assert_eq!(answer.unwrap_err().kind, ProblemKind::AlreadyClaimed);
        return;
    }
    match answer {
        Ok(id) => {
            claimed.insert(place, id);
            let expires_on = app.in_days(2).min(campaign.valid_until);
            paper.insert(id, OnPaper { state: VoucherState::Claimed, expires_on, used: 0 });
        }
        Err(problem) => assert_eq!(problem.kind, ProblemKind::CampaignClosed, "{problem}"),
    }
}

async fn ledger_says(app: &TestApp, campaigns: &[Campaign]) -> [i64; 5] {
    use diesel::prelude::*;
    use doorstep_server::db::schema::ledger_entry as entry;
    type Row = (i64, i64, i64, i64, i64, i64);
    let ids: Vec<_> = campaigns.iter().map(|campaign| campaign.id).collect();
    let rows: Vec<Row> = app
        .db()
        .read(move |conn| {
            let columns = (
                entry::remaining_fen,
                entry::claimed_fen,
                entry::locked_fen,
                entry::redeemed_fen,
                entry::settled_fen,
                entry::expired_fen,
            );
            Ok(entry::table.filter(entry::campaign_id.eq_any(ids)).select(columns).load(conn)?)
        })
        .await
        .unwrap();
    rows.into_iter().fold([0; 5], |sums, (remaining, claimed, locked, redeemed, settled, expired)| {
        let row = [remaining, claimed + locked, redeemed, settled, expired];
        std::array::from_fn(|at| sums[at] + row[at])
    })
}
