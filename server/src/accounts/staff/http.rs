//! The calls of staff about themselves and each other: decode, one verb, encode.

use doorstep_shared::{
    Timestamp,
    staff::{
        ChangeStaff, ChooseNursery, GetStaffMe, GetStaffPeople, RefreshStaffSession, RemoveStaff, StaffMe, StaffPeople,
        StaffSignIn, StaffSignOut, StaffTokens,
    },
};

use super::{invitations, people, security};
use crate::{
    accounts::{
        credentials,
        http::refreshed,
        permission::{ManagesStaff, StaffSignedIn},
        sessions::{self, Held, StaffHolder},
    },
    api::{Api, Call},
    auth::Anyone,
    db::Conn,
    error::Result,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(sign_in).on(refresh).on(sign_out);
    api.on(choose).on(me);
    api.on(people).on(change).on(remove);
    invitations::register(api);
    security::register(api);
}

async fn sign_in(call: Call<Anyone>, given: StaffSignIn) -> Result<StaffTokens> {
    let StaffSignIn { phone, password, code } = given;
    let (held, access, staff) = credentials::sign_in::<StaffHolder>(&call, &phone, password, &code).await?;
    Ok(tokens(held, access, staff))
}

async fn refresh(call: Call<Anyone>, given: RefreshStaffSession) -> Result<StaffTokens> {
    let (held, access, staff) = refreshed::<StaffHolder>(&call, given.refresh_token).await?;
    Ok(tokens(held, access, staff))
}

/// The answer to whoever has signed in.
pub fn tokens(held: Held<StaffHolder>, access: (String, Timestamp), staff: StaffMe) -> StaffTokens {
    let (access_token, access_expires_at) = access;
    let (refresh_token, session_ends_at) = (held.refresh.to_string(), held.ends_at);
    StaffTokens { access_token, access_expires_at, refresh_token, session_ends_at, staff }
}

async fn sign_out(call: Call<StaffSignedIn>, _: StaffSignOut) -> Result<()> {
    let (now, session) = (call.now, call.who.session);
    call.app.db.write(move |conn| sessions::end(conn, now, session)).await?;
    call.app.accounts.live_staff.ended(now, session);
    call.app.accounts.leave::<StaffHolder, _>(&call);
    Ok(())
}

async fn choose(call: Call<StaffSignedIn>, chosen: ChooseNursery) -> Result<StaffMe> {
    let (now, holder) = (call.now, *call.who);
    // Without an idempotency record: chosen twice is chosen, and the answer is who one is now.
    let choose = move |conn: &mut Conn| super::choose(conn, now, &holder, chosen.nursery_id);
    let (holder, me) = call.app.db.write(choose).await?;
    call.app.accounts.acts_as(&call, holder)?;
    Ok(me)
}

async fn me(call: Call<StaffSignedIn>, _: GetStaffMe) -> Result<StaffMe> {
    let holder = *call.who;
    call.app.db.read(move |conn| super::me(conn, &holder)).await
}

async fn people(call: Call<ManagesStaff>, _: GetStaffPeople) -> Result<StaffPeople> {
    let (now, holder) = (call.now, *call.who);
    call.app.db.read(move |conn| people::people(conn, now, &holder)).await
}

async fn change(call: Call<ManagesStaff>, change: ChangeStaff) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    let signed_out = call.write(move |conn| people::change(conn, now, &holder, &change)).await?;
    sign_out_there(&call, signed_out);
    Ok(())
}

async fn remove(call: Call<ManagesStaff>, wanted: RemoveStaff) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| people::remove(conn, now, &holder, wanted.id)).await?;
    sign_out_there(&call, Some(wanted.id));
    Ok(())
}

/// Ends in this process what the database has ended.
fn sign_out_there(call: &Call<ManagesStaff>, account: people::SignedOut) {
    if let Some(account) = account {
        call.app.accounts.live_staff.ended_at(call.now, account, call.who.nursery);
        if account == call.who.account {
            call.app.accounts.leave::<StaffHolder, _>(call);
        }
    }
}
