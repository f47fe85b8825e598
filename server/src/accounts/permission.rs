//! Who acts for a family, and in which role: by a bearer token, or by the cookies of a browser.
//!
//! What a role may is the table in `doorstep_shared::family`; each of its abilities that a route can ask for is a type
//! here.

use std::ops::Deref;

use actix_web::{HttpMessage as _, HttpRequest, http::header};
use doorstep_shared::{ProblemKind, family::Ability, ids::AccountId};
use futures::future::LocalBoxFuture;

use super::{
    cookies,
    sessions::{Holder, RefreshToken, Trust},
};
use crate::{
    app::App,
    auth::{Permission, Reply},
    error::Result,
    language,
};

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident = $ability:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(Holder);

        impl Deref for $name {
            type Target = Holder;
            fn deref(&self) -> &Holder {
                &self.0
            }
        }

        impl Permission for $name {
            const NAME: &'static str = Ability::$ability.as_str();

            fn of<'a>(app: &'a App, request: &'a HttpRequest, reply: &'a Reply) -> LocalBoxFuture<'a, Result<Self>> {
                Box::pin(async move { allowed(app, request, reply, Ability::$ability).await.map(Self) })
            }

            fn account(&self) -> Option<AccountId> {
                Some(self.0.account)
            }
        }
    )+};
}

permissions! {
    /// Whoever has signed in, in whatever role.
    SignedIn = OwnAccount;
    SeesChildren = SeeChildren;
    ManagesChildren = ManageChildren;
    SeesBookings = SeeBookings;
    /// Who books.
    Guardian = Book;
    SeesFamily = SeeFamily;
    ManagesFamily = ManageFamily;
    PicksUp = SeePickUps;
}

async fn allowed(app: &App, request: &HttpRequest, reply: &Reply, ability: Ability) -> Result<Holder> {
    let holder = caller(app, request, reply).await?.ok_or(ProblemKind::Unauthenticated)?;
    if holder.role.may(ability) { Ok(holder) } else { Err(ProblemKind::Forbidden.into()) }
}

/// Found once per request: a page makes several calls, and a refresh token is exchanged once.
#[derive(Clone, Copy)]
struct Caller(Option<Holder>);

/// What the calls that follow in this request go by, after a sign-in or a sign-out.
pub fn remember(request: &HttpRequest, holder: Option<Holder>) {
    request.extensions_mut().insert(Caller(holder));
}

async fn caller(app: &App, request: &HttpRequest, reply: &Reply) -> Result<Option<Holder>> {
    let known = request.extensions().get::<Caller>().copied();
    if let Some(Caller(holder)) = known {
        return Ok(holder);
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

async fn by_cookies(app: &App, request: &HttpRequest, reply: &Reply) -> Result<Option<Holder>> {
    let now = app.clock.now();
    if let Some(token) = cookies::access(app, request)
        && let Some(holder) = app.accounts.by_access(&app.db, now, &token, trust(app, request)).await?
    {
        return Ok(Some(holder));
    }
    let Some(token) = cookies::refresh(app, request) else { return Ok(None) };
    let continued = match RefreshToken::parse(&token) {
        Some(token) => app.accounts.rotate(&app.db, now, token, language::of(request)).await?,
        None => None,
    };
    let Some((held, me)) = continued else {
        cookies::clear(app, reply);
        return Ok(None);
    };
    cookies::set(app, reply, &app.accounts.tokens(now, &held, me)?);
    Ok(Some(held.holder))
}
