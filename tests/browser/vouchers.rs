//! Claiming a voucher on a phone.

use chrono::Duration;
use doorstep_shared::vouchers::WaveDraft;
use doorstep_tests::{Database, run};

use crate::{browser::Browser, look::Look, site::site};

#[test]
fn a_parent_waits_for_the_opening_and_claims_with_one_tap() {
    run(Database::Sqlite, async |_: Database| {
        let app = site().await;
        let manager = app.manager("区卫生健康局").await;
        let mut draft = app.campaign(5);
        let opens_at = app.now() + Duration::minutes(30);
        draft.waves = vec![WaveDraft { opens_at, closes_at: None, vouchers: 5 }];
        manager.call(&draft).await.unwrap();
        let browser = Browser::signed_in(&app, Look::PHONE, "13800004321").await;
        browser.go("/vouchers").await;
        browser.see(".countdown").await;
        browser.shoot("vouchers-coming").await;
        browser.is_accessible().await;
        app.clock.advance(Duration::minutes(31));
        browser.go("/vouchers").await;
        browser.see("[data-claim]").await;
        browser.shoot("vouchers-open").await;
        browser.tap("[data-claim]").await;
        browser.see("#wallet").await;
        browser.shoot("vouchers-claimed").await;
        browser.is_accessible().await;
        browser.fits_the_screen().await;
        browser.close().await;
    });
}
