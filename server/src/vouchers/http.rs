//! The calls about campaigns and vouchers: decode, one verb, encode.

use doorstep_shared::{
    Timestamp,
    ids::CampaignId,
    vouchers::{
        Campaign, Campaigns, CancelVoucher, Claim, CloseCampaign, CreateCampaign, GetIssuerCampaign, ListCampaigns,
        ListIssuerCampaigns, ListVouchers, OpenCampaigns, PauseCampaign, Preview, PreviewCampaign, ResumeCampaign,
        SetBudget, Voucher, Wallet,
    },
};

use super::{
    campaigns,
    claim::{ClaimOrder, claim_many},
    rules::states::Step,
    steps::{self, By},
    wallet,
};
use crate::{
    accounts::{Guardian, IssuerHolder, ManagesCampaigns, SeesBookings, SeesCampaigns, SeesChildren},
    api::{Api, Call},
    audit::{self, Action},
    db::Conn,
    error::{Error, Result},
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(create).on(preview).on(list_own).on(get_own);
    api.on(pause).on(resume).on(close).on(set_budget).on(cancel);
    api.on(list).on(claim).on(vouchers);
}

/// Runs a verb that changes a campaign, and shows what it is then.
async fn changing<F>(call: Call<ManagesCampaigns>, verb: F) -> Result<Campaign>
where
    F: FnOnce(&mut Conn, Timestamp, &IssuerHolder) -> Result<CampaignId> + Send + 'static,
{
    let (now, holder) = (call.now, *call.who);
    let id = call.write(move |conn| verb(conn, now, &holder)).await?;
    call.app.db.read(move |conn| campaigns::get(conn, now, holder.issuer, id)).await
}

async fn create(call: Call<ManagesCampaigns>, wanted: CreateCampaign) -> Result<Campaign> {
    changing(call, move |conn, now, holder| campaigns::create(conn, now, holder, wanted)).await
}

async fn pause(call: Call<ManagesCampaigns>, wanted: PauseCampaign) -> Result<Campaign> {
    changing(call, move |conn, now, holder| campaigns::pause(conn, now, holder, wanted.id).map(|()| wanted.id)).await
}

async fn resume(call: Call<ManagesCampaigns>, wanted: ResumeCampaign) -> Result<Campaign> {
    changing(call, move |conn, now, holder| campaigns::resume(conn, now, holder, wanted.id).map(|()| wanted.id)).await
}

async fn close(call: Call<ManagesCampaigns>, wanted: CloseCampaign) -> Result<Campaign> {
    changing(call, move |conn, now, holder| campaigns::close(conn, now, holder, wanted.id).map(|()| wanted.id)).await
}

async fn set_budget(call: Call<ManagesCampaigns>, wanted: SetBudget) -> Result<Campaign> {
    changing(call, move |conn, now, holder| campaigns::set_budget(conn, now, holder, &wanted).map(|()| wanted.id)).await
}

async fn preview(call: Call<ManagesCampaigns>, wanted: PreviewCampaign) -> Result<Preview> {
    let (now, issuer) = (call.now, call.who.issuer);
    call.app.db.read(move |conn| campaigns::preview(conn, now, issuer, &wanted.eligibility)).await
}

async fn list_own(call: Call<SeesCampaigns>, _: ListIssuerCampaigns) -> Result<Campaigns> {
    let (now, issuer) = (call.now, call.who.issuer);
    call.app.db.read(move |conn| campaigns::list(conn, now, issuer)).await
}

async fn get_own(call: Call<SeesCampaigns>, wanted: GetIssuerCampaign) -> Result<Campaign> {
    let (now, issuer) = (call.now, call.who.issuer);
    call.app.db.read(move |conn| campaigns::get(conn, now, issuer, wanted.id)).await
}

async fn cancel(call: Call<ManagesCampaigns>, wanted: CancelVoucher) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    let cancel = move |conn: &mut Conn| {
        campaigns::refuse_foreign(conn, holder.issuer, wanted.id)?;
        let by = By { account: Some(holder.account), booking: None, at: now };
        steps::take(conn, now, &[(wanted.id, Step::Cancel)], by)?;
        Ok(audit::record(conn, now, holder.account, Action::VoucherCancelled, wanted.id.0)?)
    };
    call.write(cancel).await
}

async fn list(call: Call<SeesChildren>, _: ListCampaigns) -> Result<OpenCampaigns> {
    let (now, family) = (call.now, call.who.family);
    call.app.db.read(move |conn| wallet::campaigns(conn, now, family)).await
}

async fn claim(call: Call<Guardian>, wanted: Claim) -> Result<Voucher> {
    let (now, holder) = (call.now, *call.who);
    let order =
        ClaimOrder { campaign: wanted.id, child: wanted.child_id, family: holder.family, account: holder.account };
    let claim = move |conn: &mut Conn| {
        let claimed = claim_many(conn, now, &[order])?.pop();
        let id = claimed.ok_or_else(|| Error::internal("a claim was not decided"))?.map_err(|problem| *problem)?;
        wallet::get(conn, now, holder.family, id)
    };
    call.write(claim).await
}

async fn vouchers(call: Call<SeesBookings>, _: ListVouchers) -> Result<Wallet> {
    let (now, family) = (call.now, call.who.family);
    call.app.db.read(move |conn| wallet::wallet(conn, now, family)).await
}
