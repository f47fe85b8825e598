//! Vouchers that paid, and subsidies that are expected, in a child's month.

use doorstep_server::vouchers::{self, By, Step};
use doorstep_shared::{
    children::{AddChild, Child, Sex},
    ids::VoucherId,
    policy::Standing,
    vouchers::Claim,
};

use super::*;

const DAY: &str = "08:00-17:30";

async fn in_city(database: Database, pack: &str) -> TestApp {
    let pack = pack.to_owned();
    TestApp::at(at("2026-10-20", "08:00"), database, move |config| config.policy = Some(pack.into())).await
}

/// A toddler who is the second child of her mother.
async fn second_child(app: &TestApp, family: &mut Family) -> Child {
    let add = AddChild {
        name: "二宝".to_owned(),
        birth_date: app.today() - chrono::Months::new(18),
        sex: Sex::Female,
        birth_order: 2,
        residence_district: String::new(),
        allergies: String::new(),
        notes: String::new(),
        consents: None,
    };
    let child = family.call(&add).await.unwrap();
    family.children.push(child.clone());
    child
}

/// November 2026 has 21 weekdays: 21 × 180 = 3,780 yuan; Jining gives a second child 300.
#[test_on_both]
async fn a_subsidy_in_force_is_expected_with_its_article_and_not_taken_off(database: Database) {
    let app = in_city(database, "jining").await;
    let offer = app.offer().places(9).full_day().price_fen(18_000).create().await;
    let mut ann = app.family_without_children("Ann").await;
    let child = second_child(&app, &mut ann).await;
    let order = ann.order(&offer, DAY);
    order.weekly(&[1, 2, 3, 4, 5], date("2026-11-01"), date("2026-11-30")).send().await.unwrap();
    // A first child is not named by the text, and hourly care comes without enrolment.
    let ben = app.family("Ben").await;
    ben.order(&offer, DAY).on(date("2026-11-03")).send().await.unwrap();
    let hourly = app.offer().beside(&offer).hourly().create().await;
    let mut cem = app.family_without_children("Cem").await;
    let guest = second_child(&app, &mut cem).await;
    cem.order(&hourly, "09:00-11:00").on(date("2026-11-03")).send().await.unwrap();
    let head = app.head(offer.nursery).await;
    let november = month("2026-11");
    let statement = one(&head, november, child.id).await;
    assert_eq!((statement.sums.due_fen, statement.sums.expected_subsidy_fen), (Fen(378_000), Fen(30_000)));
    let told = &statement.subsidies[0];
    assert_eq!((told.standing, told.article.as_deref()), (Standing::InForce, Some("§13")));
    assert_eq!(told.source, "济政办字〔2025〕15号");
    for other in [ben.child().id, guest.id] {
        assert_eq!(one(&head, november, other).await.subsidies, []);
    }
    assert_eq!(all(&head, november).await.sums.expected_subsidy_fen, Fen(30_000));
    // It is frozen with the month.
    until(&app, "2026-12-01", "09:00");
    let head = head.again(&app).await;
    let due = all(&head, november).await.sums.due_fen.0;
    close(&head, november, due).await.unwrap();
    assert_eq!(one(&head, november, child.id).await.subsidies, statement.subsidies);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn what_a_draft_gives_is_a_figure_to_look_at(database: Database) {
    let app = in_city(database, "zhangye").await;
    let offer = app.offer().places(9).full_day().price_fen(18_000).create().await;
    let ann = app.family("Ann").await;
    ann.order(&offer, DAY).on(date("2026-11-02")).send().await.unwrap();
    let statement = one(&app.head(offer.nursery).await, month("2026-11"), ann.child().id).await;
    assert_eq!((statement.sums.due_fen, statement.sums.expected_subsidy_fen), (Fen(18_000), Fen(20_000)));
    assert_eq!(statement.subsidies[0].standing, Standing::Draft);
}

#[test_on_both]
async fn a_child_at_two_nurseries_gets_the_month_once(database: Database) {
    let app = in_city(database, "zhangye").await;
    let (here, there) = (app.offer().full_day().create().await, app.offer().full_day().create().await);
    let ann = app.family("Ann").await;
    ann.order(&here, DAY).on(date("2026-11-03")).send().await.unwrap();
    ann.order(&there, DAY).on(date("2026-11-02")).send().await.unwrap();
    let (here, there) = (app.head(here.nursery).await, app.head(there.nursery).await);
    let november = month("2026-11");
    assert_eq!(one(&here, november, ann.child().id).await.subsidies, []);
    assert_eq!(one(&there, november, ann.child().id).await.subsidies.len(), 1);
}

/// Locks a voucher for a booking and redeems it, as a check-in will.
async fn pays(app: &TestApp, id: VoucherId, booking: &Booking, fen: i64) {
    let (booking, now) = (booking.id, app.now());
    let write = move |conn: &mut _| {
        let by = By { account: None, booking: Some(booking), at: now };
        vouchers::take(conn, now, &[(id, Step::Lock)], by)?;
        vouchers::take(conn, now, &[(id, Step::Redeem { used: Fen(fen) })], by)
    };
    app.db().write(write).await.unwrap();
}

#[test_on_both]
async fn a_voucher_is_taken_off_once_it_was_redeemed(app: TestApp) {
    let offer = app.offer().places(5).full_day().price_fen(18_000).create().await;
    let manager = app.manager("区卫生健康局").await;
    let campaign = manager.call(&app.campaign(9)).await.unwrap();
    let ann = app.family("Ann").await;
    let booking = ann.order(&offer, DAY).on(date("2026-03-20")).send().await.unwrap();
    let voucher = ann.call(&Claim { id: campaign.id, child_id: ann.child().id }).await.unwrap();
    let (head, child, march) = (app.head(offer.nursery).await, ann.child().id, month("2026-03"));
    assert_eq!(one(&head, march, child).await.sums.vouchers_fen, Fen::ZERO, "claimed is not used");
    pays(&app, voucher.id, &booking, 5_000).await;
    let statement = one(&head, march, child).await;
    assert_eq!((statement.sums.vouchers_fen, statement.sums.due_fen), (Fen(5_000), Fen(13_000)));
    assert_eq!(statement.vouchers[0].campaign_name, "托育消费券");
    until(&app, "2026-04-01", "09:00");
    let head = head.again(&app).await;
    close(&head, march, 13_000).await.unwrap();
    assert_eq!(one(&head, march, child).await.sums, statement.sums);
    assert_eq!(all(&head, month("2026-04")).await.children.len(), 0, "it is not taken off again");
    // Taken back afterwards: April has it to pay.
    let (id, now) = (voucher.id, app.now());
    let undo = move |conn: &mut _| {
        vouchers::take(conn, now, &[(id, Step::Undo)], By { account: None, booking: None, at: now })
    };
    app.db().write(undo).await.unwrap();
    let april = one(&head, month("2026-04"), child).await;
    assert_eq!((april.sums.vouchers_fen, april.sums.due_fen), (Fen(-5_000), Fen(5_000)));
    app.check_finds_no_difference().await;
}
