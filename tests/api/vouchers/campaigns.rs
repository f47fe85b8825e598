//! Campaigns as their issuer sets them up, and who is an issuer.

use doorstep_shared::{
    issuers::{GetIssuerMe, IssuerSignOut, RefreshIssuerSession},
    problem::FieldRule,
    vouchers::{CareStatus, CreateCampaign, ListIssuerCampaigns, Preview, PreviewCampaign, SetBudget, WaveState},
};
use doorstep_tests::{
    program,
    staff::{PASSWORD, code, secret},
};

use super::*;

type Change = fn(&mut CreateCampaign);

#[test_on_both]
async fn a_campaign_that_cannot_be_is_refused_with_the_reason_and_nothing_changes(app: TestApp) {
    let manager = app.manager("区卫生健康局").await;
    let before = app.snapshot().await;
    let cases: [(&str, Change, &str, FieldRule); 4] = [
        ("a fen too little", |draft| draft.budget_fen = draft.budget_fen - Fen(1), "budget_fen", FieldRule::OverBudget),
        (
            "validity before opening",
            |draft| draft.waves[0].opens_at = draft.waves[0].opens_at + Duration::days(31),
            "waves.0.opens_at",
            FieldRule::AfterValidity,
        ),
        ("waves that overlap", |draft| draft.waves.push(draft.waves[0]), "waves.1.opens_at", FieldRule::Overlaps),
        (
            "a district that there is not",
            |draft| draft.eligibility.districts = vec!["999999".to_owned()],
            "eligibility.districts",
            FieldRule::Unknown,
        ),
    ];
    for (name, change, field, rule) in cases {
        let mut draft = app.campaign(2);
        change(&mut draft);
        let refused = manager.call(&draft).await.unwrap_err();
        assert_eq!(refused.kind, ProblemKind::Invalid, "{name}");
        let told: Vec<_> = refused.fields.iter().map(|wrong| (wrong.field.as_str(), wrong.rule)).collect();
        assert!(told.contains(&(field, rule)), "{name}: {told:?}");
    }
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}

#[test_on_both]
async fn the_budget_is_raised_with_what_can_be_claimed_and_never_below_what_was(app: TestApp) {
    let (manager, campaign) = open(&app, 2).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    ann.claim(campaign.id).await.unwrap();
    ben.claim(campaign.id).await.unwrap();
    let set = |yuan, vouchers: Option<u32>| SetBudget {
        id: campaign.id,
        budget_fen: Fen::from_yuan(yuan),
        vouchers: vouchers.map(|vouchers| vec![vouchers]),
    };
    let before = app.snapshot().await;
    let refusals = [
        (set(99, None), "budget_fen", FieldRule::OverBudget),
        (set(100, Some(3)), "budget_fen", FieldRule::OverBudget),
        (set(100, Some(1)), "vouchers.0", FieldRule::FewerThanIssued),
        (set(-1, None), "budget_fen", FieldRule::OverBudget),
        (set(i64::MIN / 100, None), "budget_fen", FieldRule::OverBudget),
    ];
    for (wanted, field, rule) in refusals {
        let refused = manager.call(&wanted).await.unwrap_err();
        assert_eq!((refused.fields[0].field.as_str(), refused.fields[0].rule), (field, rule), "{wanted:?}");
    }
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    let raised = manager.call(&set(160, Some(3))).await.unwrap();
    assert_eq!(
        (raised.burn_down.budget_fen, raised.burn_down.remaining_fen),
        (Fen::from_yuan(160), Fen::from_yuan(60))
    );
    assert_eq!((raised.waves[0].vouchers, raised.waves[0].state), (3, WaveState::Open));
    cem.claim(campaign.id).await.unwrap();
    let lowered = manager.call(&set(150, None)).await.unwrap();
    assert_eq!(lowered.burn_down.remaining_fen, Fen::ZERO);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_preview_counts_who_could_claim(app: TestApp) {
    let manager = app.manager("区卫生健康局").await;
    let offer = app.offer().places(9).full_day().create().await;
    let (ann, mut ben) = (app.family("Ann").await, app.family("Ben").await);
    ben.add_child(6).await;
    ann.order(&offer, "08:00-17:30").send().await.unwrap();
    let count = async |eligibility| manager.call(&PreviewCampaign { eligibility }).await.unwrap();
    let any = Eligibility::default;
    assert_eq!(count(any()).await, Preview { children: 3, eligible: 3 });
    let older = Eligibility { from_months: Some(12), ..any() };
    assert_eq!(count(older).await.eligible, 2);
    let care = |care| Eligibility { care: Some(care), ..any() };
    assert_eq!(count(care(CareStatus::Enrolled)).await.eligible, 1);
    assert_eq!(count(care(CareStatus::HomeCared)).await.eligible, 2);
    let campaign = manager.call(&app.campaign(9)).await.unwrap();
    ann.claim(campaign.id).await.unwrap();
    assert_eq!(count(Eligibility { first_time: true, ..any() }).await.eligible, 2);
}

#[test_on_both]
async fn an_issuer_sees_its_own_campaigns_and_an_auditor_changes_none(app: TestApp) {
    let (manager, campaign) = open(&app, 2).await;
    let (auditor, other) = (app.auditor("区卫生健康局").await, app.manager("另一个区").await);
    let own = auditor.call(&ListIssuerCampaigns {}).await.unwrap().items;
    assert_eq!(own.iter().map(|own| own.id).collect::<Vec<_>>(), [campaign.id]);
    assert_eq!(other.call(&ListIssuerCampaigns {}).await.unwrap().items, []);
    let before = app.snapshot().await;
    let id = campaign.id;
    assert_eq!(kind(auditor.call(&CloseCampaign { id }).await), ProblemKind::Forbidden);
    assert_eq!(kind(auditor.call(&app.campaign(1)).await), ProblemKind::Forbidden);
    for answer in [
        kind(other.call(&GetIssuerCampaign { id }).await),
        kind(other.call(&CloseCampaign { id }).await),
        kind(other.call(&SetBudget { id, budget_fen: Fen::from_yuan(900), vouchers: None }).await),
    ] {
        assert_eq!(answer, ProblemKind::NotFound);
    }
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    assert_eq!(manager.call(&GetIssuerCampaign { id }).await.unwrap().closed_at, None);
}

#[test_on_both]
async fn a_session_of_an_issuer_is_one_of_its_own_kind(app: TestApp) {
    let manager = app.manager("区卫生健康局").await;
    assert_eq!(manager.call(&GetIssuerMe {}).await.unwrap(), manager.me);
    // Neither a parent's nor a nursery's.
    for path in ["/api/v1/me", "/api/v1/staff/me", "/api/v1/vouchers"] {
        assert_eq!(manager.get(path).await.problem().kind, ProblemKind::Unauthenticated, "{path}");
    }
    let head = app.head(app.nursery().create().await.id).await;
    assert_eq!(head.get("/api/v1/issuer/me").await.problem().kind, ProblemKind::Unauthenticated);
    // With her password she signs in at her nursery only.
    app.clock.advance(Duration::minutes(1));
    let sign_in = serde_json::json!({"phone": head.phone, "password": PASSWORD, "code": head.code(&app)});
    let refused = app.client().send("POST", "/api/v1/issuer/sessions", &sign_in).await;
    assert_eq!(refused.problem().kind, ProblemKind::Forbidden);
    let refresh = RefreshIssuerSession { refresh_token: Some(manager.refresh_token.clone()) };
    let renewed = app.client().call(&refresh).await.unwrap();
    manager.bear(&renewed.access_token);
    manager.call(&IssuerSignOut {}).await.unwrap();
    assert_eq!(kind(manager.call(&GetIssuerMe {}).await), ProblemKind::Unauthenticated);
}

#[test_on_both]
async fn the_operator_lets_people_in_who_then_sign_in_with_what_was_printed(app: TestApp) {
    let let_in = || {
        let mut command = program();
        command.args(["issuer", "let-in", "区卫生健康局", "13699999999", "王科长"]);
        command.env("DATABASE_URL", app.database().url_text()).env("DOORSTEP_DATA", &app.inside().config.data);
        command.output().unwrap()
    };
    let printed = let_in();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let printed = String::from_utf8(printed.stdout).unwrap();
    let told = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    let url = told("authenticator app: ");
    let base32 = url.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let sign_in = serde_json::json!({
        "phone": "13699999999",
        "password": told("password: "),
        "code": code(&secret(base32), app.now()),
    });
    let answer = app.client().send("POST", "/api/v1/issuer/sessions", &sign_in).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.json()["issuer"]["issuer_name"], "区卫生健康局");
    let again = let_in();
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("works for an issuer already"));
}
