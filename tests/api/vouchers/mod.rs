//! Campaigns, claims, the wallet, and the money of it.

mod campaigns;
mod ledger;
mod race;
mod story;

use std::sync::Arc;

use chrono::Duration;
use doorstep_server::{
    jobs::{Jobs, Office},
    vouchers::ExpireVouchers,
};
use doorstep_shared::{
    Fen,
    children::DeleteChild,
    family::Role,
    ids::{CampaignId, ChildId},
    vouchers::{
        Campaign, CancelVoucher, Claim, ClaimState, CloseCampaign, Eligibility, EligibilityRule, GetIssuerCampaign,
        ListCampaigns, ListVouchers, PauseCampaign, ResumeCampaign, Voucher, VoucherState, WaveDraft,
    },
};
use doorstep_tests::{Answer, Officer, prelude::*, read};

trait Claims {
    async fn claim(&self, campaign: CampaignId) -> Result<Voucher, Problem>;
    async fn claim_for(&self, campaign: CampaignId, child_id: ChildId) -> Result<Voucher, Problem>;
}

impl Claims for Family {
    async fn claim(&self, campaign: CampaignId) -> Result<Voucher, Problem> {
        self.claim_for(campaign, self.child().id).await
    }

    async fn claim_for(&self, campaign: CampaignId, child_id: ChildId) -> Result<Voucher, Problem> {
        self.call(&Claim { id: campaign, child_id }).await
    }
}

/// A manager with a campaign of so many vouchers.
async fn open(app: &TestApp, vouchers: u32) -> (Officer, Campaign) {
    let manager = app.manager("区卫生健康局").await;
    let campaign = manager.call(&app.campaign(vouchers)).await.unwrap();
    (manager, campaign)
}

/// Lets time pass until then.
fn until(app: &TestApp, then: Timestamp) {
    app.clock.advance(then - app.now());
}

fn kind<T: std::fmt::Debug>(answer: Result<T, Problem>) -> ProblemKind {
    answer.unwrap_err().kind
}

#[test_on_both]
async fn a_child_gets_one_voucher_and_the_last_one_ends_the_campaign(app: TestApp) {
    let (manager, campaign) = open(&app, 2).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let first = ann.claim(campaign.id).await.unwrap();
    assert_eq!((first.state, first.child_id), (VoucherState::Claimed, ann.child().id));
    assert_eq!((first.expires_on, first.issuer_name.as_str()), (campaign.valid_until, "区卫生健康局"));
    assert_eq!(kind(ann.claim(campaign.id).await), ProblemKind::AlreadyClaimed);
    ben.claim(campaign.id).await.unwrap();
    assert_eq!(kind(cem.claim(campaign.id).await), ProblemKind::SoldOut);
    let seen = cem.call(&ListCampaigns {}).await.unwrap().items.remove(0);
    assert_eq!((seen.state, seen.left), (ClaimState::SoldOut, 0));
    let after = manager.call(&GetIssuerCampaign { id: campaign.id }).await.unwrap();
    assert_eq!((after.waves[0].issued, after.burn_down.outstanding_fen), (2, Fen::from_yuan(100)));
    assert_eq!(after.burn_down.remaining_fen, Fen::ZERO);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_claim_that_is_repeated_is_answered_as_before_and_happens_once(app: TestApp) {
    let (_, campaign) = open(&app, 9).await;
    let ann = app.family("Ann").await;
    let claim = Claim { id: campaign.id, child_id: ann.child().id };
    let first = ann.call_once(&claim, Some("key")).await.unwrap();
    assert_eq!(ann.call_once(&claim, Some("key")).await.unwrap(), first);
    assert_eq!(kind(ann.call_once(&claim, None).await), ProblemKind::KeyMissing);
    // From another device, at the same time, many times.
    app.clock.advance(Duration::minutes(2));
    let again = ann.again(&app).await;
    let calls = join_all((0..6).map(|_| again.call(&claim))).await;
    assert!(calls.into_iter().all(|answer| kind(answer) == ProblemKind::AlreadyClaimed));
    assert_eq!(ann.call(&ListVouchers {}).await.unwrap().items.len(), 1);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn it_opens_by_the_servers_clock_and_the_next_wave_is_told(app: TestApp) {
    let manager = app.manager("区卫生健康局").await;
    let (opens_at, again_at) = (app.now() + Duration::hours(2), app.now() + Duration::hours(4));
    let wave = |opens_at, vouchers| WaveDraft { opens_at, closes_at: None, vouchers };
    let mut draft = app.campaign(2);
    draft.waves = vec![wave(opens_at, 1), wave(again_at, 1)];
    let campaign = manager.call(&draft).await.unwrap();
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let early = ann.claim(campaign.id).await.unwrap_err();
    assert_eq!((early.kind, early.opens_at), (ProblemKind::NotOpen, Some(opens_at)));
    let seen = ann.call(&ListCampaigns {}).await.unwrap();
    assert_eq!(
        (seen.now, seen.items[0].state, seen.items[0].opens_at),
        (app.now(), ClaimState::Coming, Some(opens_at))
    );
    until(&app, opens_at - Duration::microseconds(1));
    let (ann, ben) = (ann.again(&app).await, ben.again(&app).await);
    assert_eq!(kind(ann.claim(campaign.id).await), ProblemKind::NotOpen);
    until(&app, opens_at);
    ann.claim(campaign.id).await.unwrap();
    let late = ben.claim(campaign.id).await.unwrap_err();
    assert_eq!((late.kind, late.opens_at), (ProblemKind::SoldOut, Some(again_at)));
    until(&app, again_at);
    let ben = ben.again(&app).await;
    ben.claim(campaign.id).await.unwrap();
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn who_may_not_is_told_why_and_what_would_make_it_so(app: TestApp) {
    let manager = app.manager("区卫生健康局").await;
    let mut draft = app.campaign(9);
    draft.eligibility = Eligibility { from_months: Some(24), birth_orders: vec![2], ..Eligibility::default() };
    let campaign = manager.call(&draft).await.unwrap();
    let ann = app.family("Ann").await;
    let refused = ann.claim(campaign.id).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::NotEligible);
    let rules: Vec<_> = refused.ineligible.iter().map(|wrong| wrong.rule).collect();
    assert_eq!(rules, [EligibilityRule::TooYoung, EligibilityRule::BirthOrder]);
    let old_enough = refused.ineligible[0].from.unwrap();
    let listed = ann.call(&ListCampaigns {}).await.unwrap().items.remove(0).children.remove(0);
    assert_eq!(*listed.ineligible, *refused.ineligible, "the list says the same");
    // On that day, and with that order, she may.
    draft.valid_until = old_enough;
    let longer = manager.call(&draft).await.unwrap();
    until(&app, Timestamp::at(old_enough, "12:00".parse().unwrap()));
    let ann = ann.again(&app).await;
    let change = serde_json::json!({ "birth_order": 2 });
    assert_eq!(ann.send("PATCH", &format!("/api/v1/children/{}", ann.child().id), &change).await.status, 200);
    ann.claim(longer.id).await.unwrap();
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_child_that_is_erased_and_made_anew_is_no_other_child(app: TestApp) {
    let (_, campaign) = open(&app, 9).await;
    let mut ann = app.family("Ann").await;
    ann.claim(campaign.id).await.unwrap();
    ann.call(&DeleteChild { id: ann.child().id }).await.unwrap();
    let anew = ann.add_child(18).await;
    let refused = ann.claim_for(campaign.id, anew.id).await.unwrap_err();
    assert_eq!(refused.ineligible[0].rule, EligibilityRule::FamilyLimit);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn nobody_claims_for_the_child_of_others_nor_from_what_there_is_not(app: TestApp) {
    let (_, campaign) = open(&app, 9).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let before = app.snapshot().await;
    let foreign = ben.claim_for(campaign.id, ann.child().id).await.unwrap_err();
    let unknown = ben.claim_for(campaign.id, ChildId::new()).await.unwrap_err();
    let nothing = ben.claim(CampaignId::new()).await.unwrap_err();
    assert_eq!((&foreign, foreign.kind), (&unknown, ProblemKind::NotFound));
    assert_eq!(foreign, nothing);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}

#[test_on_both]
async fn what_is_paused_goes_on_and_what_is_closed_does_not(app: TestApp) {
    let (manager, campaign) = open(&app, 9).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let id = campaign.id;
    manager.call(&PauseCampaign { id }).await.unwrap();
    manager.call(&PauseCampaign { id }).await.unwrap();
    assert_eq!(kind(ann.claim(id).await), ProblemKind::NotOpen);
    manager.call(&ResumeCampaign { id }).await.unwrap();
    let voucher = ann.claim(id).await.unwrap();
    let closed = manager.call(&CloseCampaign { id }).await.unwrap();
    assert!(closed.closed_at.is_some());
    assert_eq!(kind(ben.claim(id).await), ProblemKind::CampaignClosed);
    assert_eq!(kind(manager.call(&ResumeCampaign { id }).await), ProblemKind::CampaignClosed);
    // What was claimed stays good, and is seen.
    let wallet = ann.call(&ListVouchers {}).await.unwrap().items;
    assert_eq!((wallet.len(), wallet[0].id, wallet[0].state), (1, voucher.id, VoucherState::Claimed));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn an_issuer_takes_back_its_own_voucher_and_no_other(app: TestApp) {
    let (manager, campaign) = open(&app, 1).await;
    let (ann, other) = (app.family("Ann").await, app.manager("另一个区").await);
    let id = ann.claim(campaign.id).await.unwrap().id;
    assert_eq!(kind(other.call(&CancelVoucher { id }).await), ProblemKind::NotFound);
    manager.call(&CancelVoucher { id }).await.unwrap();
    assert_eq!(kind(manager.call(&CancelVoucher { id }).await), ProblemKind::WrongState);
    let after = manager.call(&GetIssuerCampaign { id: campaign.id }).await.unwrap();
    assert_eq!(after.burn_down.remaining_fen, after.burn_down.budget_fen, "its money is there again");
    assert_eq!(kind(ann.claim(campaign.id).await), ProblemKind::AlreadyClaimed, "and the child gets no other");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_wallet_shows_what_expires_first_and_time_decides_when_it_is_read(app: TestApp) {
    let manager = app.manager("区卫生健康局").await;
    let mut soon = app.campaign(9);
    soon.valid_days = Some(3);
    let (late, soon) = (manager.call(&app.campaign(9)).await.unwrap(), manager.call(&soon).await.unwrap());
    let ann = app.family("Ann").await;
    ann.claim(late.id).await.unwrap();
    let first = ann.claim(soon.id).await.unwrap();
    assert_eq!(first.expires_on, app.in_days(3));
    let wallet = ann.call(&ListVouchers {}).await.unwrap().items;
    assert_eq!(wallet.iter().map(|voucher| voucher.campaign_id).collect::<Vec<_>>(), [soon.id, late.id]);
    app.clock.advance(Duration::days(4));
    let ann = ann.again(&app).await;
    let wallet = ann.call(&ListVouchers {}).await.unwrap().items;
    let states: Vec<_> = wallet.iter().map(|voucher| (voucher.campaign_id, voucher.state)).collect();
    assert_eq!(states, [(late.id, VoucherState::Claimed), (soon.id, VoucherState::Expired)]);
    // The worker writes down what has been so since midnight.
    work(&app).await;
    let after = app.manager("区卫生健康局").await.call(&GetIssuerCampaign { id: soon.id }).await.unwrap().burn_down;
    assert_eq!((after.outstanding_fen, after.expired_fen), (Fen::ZERO, Fen::from_yuan(50)));
    app.check_finds_no_difference().await;
}

/// Sends the form that claims for a family's child.
async fn post(family: &Family, campaign: CampaignId) -> Answer {
    let action = format!("/vouchers/{campaign}/{}", family.child().id);
    let form = family.request("POST", &action).header("content-type", "application/x-www-form-urlencoded");
    read(form.body(format!("key={campaign}"))).await
}

#[test_on_both]
async fn the_page_offers_what_can_be_claimed_and_shows_what_is_held(app: TestApp) {
    let (_, campaign) = open(&app, 1).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let action = format!("/vouchers/{}/{}", campaign.id, ann.child().id);
    let page = ann.get("/vouchers").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains(&action) && page.body.contains("¥50"), "{}", page.body);
    // Somebody of the family who does not decide is shown no button.
    let grandma = app.relative(&ann, Role::Member).await;
    assert!(!grandma.get("/vouchers").await.body.contains(&action));
    let claimed = post(&ann, campaign.id).await;
    assert_eq!((claimed.status, claimed.header("location")), (303, Some("/vouchers?done=claimed")));
    let after = ann.get("/vouchers?done=claimed").await.body;
    assert!(after.contains("可使用") && after.contains("已领取") && !after.contains(&action), "{after}");
    let late = post(&ben, campaign.id).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains("券已领完"), "{}", late.body);
}

/// Runs the work of vouchers that is due.
async fn work(app: &TestApp) {
    let inside = app.inside();
    let (clock, policies) = (Arc::clone(&inside.clock), Arc::clone(&inside.policy));
    let jobs = Jobs::default().always(&ExpireVouchers {}).unwrap();
    let office = Office { db: inside.db.clone(), clock, policies, jobs };
    let ran = move || office.open().and_then(|()| office.run_due()).unwrap();
    tokio::task::spawn_blocking(ran).await.unwrap();
}
