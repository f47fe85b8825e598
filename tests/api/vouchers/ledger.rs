//! The ledger is only added to, and what is wrong in it is found.

use diesel::{RunQueryDsl as _, sql_query};
use doorstep_server::{
    db::Conn,
    vouchers::{self, By, Step, take},
};
use doorstep_shared::ids::{BookingId, VoucherId};

use super::*;

async fn execute(app: &TestApp, sql: &'static str) -> Result<usize, String> {
    let run = app.db().write(move |conn| {
        Ok(match conn {
            Conn::Sqlite(conn) => sql_query(sql).execute(conn)?,
            Conn::Postgres(conn) => sql_query(sql).execute(conn)?,
        })
    });
    run.await.map_err(|error| error.to_string())
}

async fn differences(app: &TestApp) -> Vec<String> {
    app.db().read(vouchers::check).await.unwrap()
}

/// Takes a step with a voucher, as bookings will.
pub async fn step(app: &TestApp, id: VoucherId, step: Step) -> Result<(), ProblemKind> {
    let now = app.now();
    let by = By { account: None, booking: Some(BookingId::new()), at: now };
    let taken = app.db().write(move |conn| take(conn, now, &[(id, step)], by)).await;
    taken.map_err(|error| error.into_problem().kind)
}

#[test_on_both]
async fn no_entry_is_changed_or_removed_or_unbalanced(app: TestApp) {
    let (_, campaign) = open(&app, 2).await;
    app.family("Ann").await.claim(campaign.id).await.unwrap();
    let before = app.snapshot().await;
    for sql in [
        "UPDATE ledger_entry SET claimed_fen = claimed_fen + 1, remaining_fen = remaining_fen - 1",
        "UPDATE ledger_entry SET recorded_at = business_at",
        "DELETE FROM ledger_entry",
    ] {
        let refused = execute(&app, sql).await.unwrap_err();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    let unbalanced = execute(
        &app,
        "INSERT INTO ledger_entry (id, campaign_id, kind, budget_fen, remaining_fen, claimed_fen, locked_fen, \
         redeemed_fen, settled_fen, expired_fen, business_at, recorded_at) \
         SELECT voucher_id, campaign_id, 'fund', -1, 2, 0, 0, 0, 0, 0, business_at, recorded_at FROM ledger_entry \
         WHERE voucher_id IS NOT NULL",
    );
    let refused = unbalanced.await.unwrap_err();
    assert!(refused.to_lowercase().contains("check"), "{refused}");
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}

#[test_on_both]
async fn what_does_not_agree_is_found(app: TestApp) {
    let (_, campaign) = open(&app, 2).await;
    app.family("Ann").await.claim(campaign.id).await.unwrap();
    assert_eq!(differences(&app).await, [""; 0]);
    let cases = [
        ("UPDATE voucher SET state = 'redeemed'", "UPDATE voucher SET state = 'claimed'", "not Amounts"),
        ("UPDATE campaign_wave SET issued = 2", "UPDATE campaign_wave SET issued = 1", "there are 1"),
        ("UPDATE campaign_wave SET stock = 3", "UPDATE campaign_wave SET stock = 2", "may cost more"),
        ("UPDATE voucher SET worth_fen = 4000", "UPDATE voucher SET worth_fen = 5000", "the ledger says"),
    ];
    for (wrong, right, told) in cases {
        execute(&app, wrong).await.unwrap();
        let found = differences(&app).await;
        assert!(found.iter().any(|difference| difference.contains(told)), "{wrong}: {found:?}");
        execute(&app, right).await.unwrap();
        assert_eq!(differences(&app).await, [""; 0], "{right}");
    }
}

#[test_on_both]
async fn what_a_voucher_did_not_pay_is_lost_and_what_was_wrongly_paid_comes_back(app: TestApp) {
    let (manager, campaign) = open(&app, 1).await;
    let id = app.family("Ann").await.claim(campaign.id).await.unwrap().id;
    let at = async || {
        let at = manager.call(&GetIssuerCampaign { id: campaign.id }).await.unwrap().burn_down;
        [at.remaining_fen, at.outstanding_fen, at.redeemed_fen, at.settled_fen, at.expired_fen].map(|fen| fen.0)
    };
    let used = Fen::from_yuan(30);
    let steps = [
        (Step::Lock, [0, 5_000, 0, 0, 0]),
        (Step::Redeem { used }, [0, 0, 3_000, 0, 2_000]),
        (Step::Undo, [0, 5_000, 0, 0, 0]),
        (Step::Release, [0, 5_000, 0, 0, 0]),
        (Step::Lock, [0, 5_000, 0, 0, 0]),
        (Step::Redeem { used }, [0, 0, 3_000, 0, 2_000]),
        (Step::Settle, [0, 0, 0, 3_000, 2_000]),
        (Step::Recover, [3_000, 0, 0, 0, 2_000]),
    ];
    for (taken, expected) in steps {
        step(&app, id, taken).await.unwrap();
        assert_eq!(at().await, expected, "{taken:?}");
        assert_eq!(differences(&app).await, [""; 0], "{taken:?}");
    }
    assert_eq!(step(&app, id, Step::Settle).await, Err(ProblemKind::WrongState));
    assert_eq!(step(&app, VoucherId::new(), Step::Lock).await, Err(ProblemKind::NotFound));
}
