//! The calls of people of issuers about themselves: decode, one verb, encode.

use doorstep_shared::{
    Timestamp,
    issuers::{GetIssuerMe, IssuerMe, IssuerSignIn, IssuerSignOut, IssuerTokens, RefreshIssuerSession},
};

use crate::{
    accounts::{
        credentials,
        http::refreshed,
        permission::IssuerSignedIn,
        sessions::{self, Held, IssuerHolder},
    },
    api::{Api, Call},
    auth::Anyone,
    error::Result,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(sign_in).on(refresh).on(sign_out).on(me);
}

async fn sign_in(call: Call<Anyone>, given: IssuerSignIn) -> Result<IssuerTokens> {
    let IssuerSignIn { phone, password, code } = given;
    let (held, access, issuer) = credentials::sign_in::<IssuerHolder>(&call, &phone, password, &code).await?;
    Ok(tokens(held, access, issuer))
}

async fn refresh(call: Call<Anyone>, given: RefreshIssuerSession) -> Result<IssuerTokens> {
    let (held, access, issuer) = refreshed::<IssuerHolder>(&call, given.refresh_token).await?;
    Ok(tokens(held, access, issuer))
}

fn tokens(held: Held<IssuerHolder>, access: (String, Timestamp), issuer: IssuerMe) -> IssuerTokens {
    let (access_token, access_expires_at) = access;
    let (refresh_token, session_ends_at) = (held.refresh.to_string(), held.ends_at);
    IssuerTokens { access_token, access_expires_at, refresh_token, session_ends_at, issuer }
}

async fn sign_out(call: Call<IssuerSignedIn>, _: IssuerSignOut) -> Result<()> {
    let (now, session) = (call.now, call.who.session);
    call.app.db.write(move |conn| sessions::end(conn, now, session)).await?;
    call.app.accounts.live_issuers.ended(now, session);
    call.app.accounts.leave::<IssuerHolder, _>(&call);
    Ok(())
}

async fn me(call: Call<IssuerSignedIn>, _: GetIssuerMe) -> Result<IssuerMe> {
    let holder = *call.who;
    call.app.db.read(move |conn| super::me(conn, &holder)).await
}
