//! Who acts for a family: a bearer token, or the cookies of a browser.

use actix_web::{HttpMessage as _, HttpRequest, http::header};
use doorstep_shared::{
    ProblemKind,
    ids::{AccountId, FamilyId, SessionId},
};
use futures::future::LocalBoxFuture;

use super::{
    cookies,
    sessions::{Holder, RefreshToken, Trust},
};
use crate::{
    app::App,
    auth::{Permission, Reply},
    error::Result,
};

/// A signed-in guardian, acting for a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guardian {
    pub account: AccountId,
    pub family: FamilyId,
    pub session: SessionId,
}

impl From<Holder> for Guardian {
    fn from(holder: Holder) -> Self {
        Self { account: holder.account, family: holder.family, session: holder.session }
    }
}

impl Permission for Guardian {
    const NAME: &'static str = "guardian";

    fn of<'a>(app: &'a App, request: &'a HttpRequest, reply: &'a Reply) -> LocalBoxFuture<'a, Result<Self>> {
        Box::pin(async move {
            let found = caller(app, request, reply).await?;
            Ok(found.ok_or(ProblemKind::Unauthenticated)?)
        })
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account)
    }
}

/// Found once per request: a page makes several calls, and a refresh token is exchanged once.
#[derive(Clone, Copy)]
struct Caller(Option<Guardian>);

/// What the calls that follow in this request go by, after a sign-in or a sign-out.
pub fn remember(request: &HttpRequest, guardian: Option<Guardian>) {
    request.extensions_mut().insert(Caller(guardian));
}

async fn caller(app: &App, request: &HttpRequest, reply: &Reply) -> Result<Option<Guardian>> {
    let known = request.extensions().get::<Caller>().copied();
    if let Some(Caller(guardian)) = known {
        return Ok(guardian);
    }
    let found = match bearer(request) {
        Some(token) => app.accounts.by_access(&app.db, app.clock.now(), &token, trust(app, request)).await?,
        None => by_cookies(app, request, reply).await?,
    };
    remember(request, found);
    Ok(found)
}

/// What changes nothing may be answered to a session that another process ended a moment ago; what changes something is
/// asked of the database each time. One process serves a SQLite file, and knows every end itself.
fn trust(app: &App, request: &HttpRequest) -> Trust {
    if request.method().is_safe() || app.db.is_sqlite() { Trust::ForAWhile } else { Trust::Nothing }
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

async fn by_cookies(app: &App, request: &HttpRequest, reply: &Reply) -> Result<Option<Guardian>> {
    let now = app.clock.now();
    if let Some(token) = cookies::access(app, request)
        && let Some(guardian) = app.accounts.by_access(&app.db, now, &token, trust(app, request)).await?
    {
        return Ok(Some(guardian));
    }
    let Some(token) = cookies::refresh(app, request) else { return Ok(None) };
    let continued = match RefreshToken::parse(&token) {
        Some(token) => app.accounts.rotate(&app.db, now, token).await?,
        None => None,
    };
    let Some((held, me)) = continued else {
        cookies::clear(app, reply);
        return Ok(None);
    };
    cookies::set(app, reply, &app.accounts.tokens(now, &held, me)?);
    Ok(Some(held.holder.into()))
}
