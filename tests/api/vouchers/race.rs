//! Many families, few vouchers, from two processes at once: exactly so many are given out, and no child has two. Without
//! the lock the same race gives out too many.

use diesel::{dsl::count_star, prelude::*};
use doorstep_server::{
    db::{
        Conn, Db,
        schema::{child, family, voucher},
    },
    vouchers::{ClaimOrder, claim_many},
};
use doorstep_shared::{
    children::Sex,
    ids::{AccountId, FamilyId, VoucherId},
};

use super::*;

const VOUCHERS: u32 = 20;
const FAMILIES: usize = 60;

/// Families with one child each, written as rows.
async fn families(app: &TestApp) -> Vec<(FamilyId, ChildId)> {
    let made: Vec<_> = (0..FAMILIES).map(|_| (FamilyId::new(), ChildId::new())).collect();
    let (rows, now, birth_date) = (made.clone(), app.now(), app.today() - chrono::Months::new(18));
    let write = app.db().write(move |conn| {
        for (of, id) in rows {
            diesel::insert_into(family::table).values((family::id.eq(of), family::created_at.eq(now))).execute(conn)?;
            let facts = (
                child::id.eq(id),
                child::family_id.eq(of),
                child::name.eq("Mia"),
                child::birth_date.eq(birth_date),
                child::sex.eq(Sex::Female),
                child::birth_order.eq(1_i16),
                child::residence_district.eq(""),
                child::created_at.eq(now),
            );
            diesel::insert_into(child::table).values(facts).execute(conn)?;
        }
        Ok(())
    });
    write.await.unwrap();
    made
}

fn given(conn: &mut Conn, of: CampaignId) -> QueryResult<i64> {
    voucher::table.filter(voucher::campaign_id.eq(of)).select(count_star()).first(conn)
}

async fn claim_guarded(db: &Db, now: Timestamp, campaign: CampaignId, (family, child): (FamilyId, ChildId)) -> bool {
    let order = ClaimOrder { campaign, child, family, account: AccountId::new() };
    db.write(move |conn| claim_many(conn, now, &[order])).await.unwrap().remove(0).is_ok()
}

/// Looks in one transaction and writes in another, as a careless server would. It lives here only.
async fn claim_split(db: &Db, now: Timestamp, campaign: CampaignId, (family, child): (FamilyId, ChildId)) -> bool {
    let given = db.read(move |conn| Ok(given(conn, campaign)?)).await.unwrap();
    if given >= i64::from(VOUCHERS) {
        return false;
    }
    let row = (
        voucher::id.eq(VoucherId::new()),
        voucher::campaign_id.eq(campaign),
        voucher::wave.eq(1_i16),
        voucher::child_id.eq(child),
        voucher::family_id.eq(family),
        voucher::state.eq(VoucherState::Claimed),
        voucher::worth_fen.eq(5_000_i64),
        voucher::claimed_at.eq(now),
        voucher::expires_on.eq(now.local_date()),
        voucher::changed_at.eq(now),
    );
    db.write(move |conn| Ok(diesel::insert_into(voucher::table).values(row).execute(conn)?)).await.is_ok()
}

#[test_on_both]
async fn exactly_so_many_are_given_out_from_two_processes_and_the_lock_is_why(app: TestApp) {
    let beside = app.beside().await;
    let manager = app.manager("区卫生健康局").await;
    let (guarded, split) = (app.campaign(VOUCHERS), app.campaign(VOUCHERS));
    let guarded = manager.call(&guarded).await.unwrap().id;
    let split = manager.call(&split).await.unwrap().id;
    let (families, now) = (families(&app).await, app.now());
    let server = |number: usize| if number.is_multiple_of(2) { app.db() } else { beside.db() };
    // Each child three times, at both processes.
    let wishes = || (0..3).flat_map(|_| families.iter().copied().enumerate());
    let won = join_all(wishes().map(|(number, who)| claim_guarded(server(number), now, guarded, who))).await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), VOUCHERS as usize);
    app.check_finds_no_difference().await;
    let won = join_all(wishes().map(|(number, who)| claim_split(server(number), now, split, who))).await;
    assert!(won.into_iter().filter(|won| *won).count() > VOUCHERS as usize, "the race does not happen");
}
