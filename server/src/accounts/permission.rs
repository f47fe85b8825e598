//! Who acts for a family, a nursery or an issuer, and in which role: by a bearer token, or by the cookies of a browser.
//!
//! What a role may are the tables in `doorstep_shared`'s `family`, `staff` and `issuers`; each of their abilities that a
//! route can ask for is a type here. A session of another kind than a route asks for is none.

use std::ops::Deref;

use actix_web::{HttpMessage as _, HttpRequest, http::header};
use doorstep_shared::{ProblemKind, family::Ability, ids::AccountId, issuers::IssuerAbility, staff::StaffAbility};
use futures::future::LocalBoxFuture;

use super::{
    cookies,
    sessions::{Actor, Holder, IssuerHolder, RefreshToken, StaffHolder, Trust},
};
use crate::{
    app::App,
    auth::{Permission, Reply},
    error::Result,
    language,
};

macro_rules! permissions {
    ($actor:ident by $abilities:ident { $($(#[$meta:meta])* $name:ident = $ability:ident;)+ }) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name($actor);

        impl Deref for $name {
            type Target = $actor;
            fn deref(&self) -> &$actor {
                &self.0
            }
        }

        impl Permission for $name {
            const NAME: &'static str = $abilities::$ability.as_str();

            fn of<'a>(app: &'a App, request: &'a HttpRequest, reply: &'a Reply) -> LocalBoxFuture<'a, Result<Self>> {
                Box::pin(async move { allowed(app, request, reply, $abilities::$ability).await.map(Self) })
            }

            fn account(&self) -> Option<AccountId> {
                Some(self.0.account)
            }
        }
    )+};
}

permissions! {
    Holder by Ability {
        /// Whoever has signed in for a family, in whatever role.
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
}

permissions! {
    StaffHolder by StaffAbility {
        /// Whoever has signed in as staff, in whatever role.
        StaffSignedIn = OwnStaffAccount;
        KeepsBoard = KeepBoard;
        ChecksIn = CheckIn;
        SeesNurseryChildren = SeeNurseryChildren;
        EditsPlaces = EditPlaces;
        AnswersRequests = AnswerRequests;
        EditsOffers = EditOffers;
        WritesReports = WriteReports;
        SeesMoney = SeeMoney;
        ClosesMonths = CloseMonths;
        ManagesStaff = ManageStaff;
    }
}

permissions! {
    IssuerHolder by IssuerAbility {
        /// Whoever has signed in for an issuer, in whatever role.
        IssuerSignedIn = OwnIssuerAccount;
        SeesCampaigns = SeeCampaigns;
        ManagesCampaigns = ManageCampaigns;
    }
}

async fn allowed<A: Actor>(app: &App, request: &HttpRequest, reply: &Reply, ability: A::Ability) -> Result<A> {
    let holder = caller::<A>(app, request, reply).await?.ok_or(ProblemKind::Unauthenticated)?;
    if holder.may(ability) { Ok(holder) } else { Err(ProblemKind::Forbidden.into()) }
}

/// Found once per request and kind: a page makes several calls, and a refresh token is exchanged once.
#[derive(Clone, Copy)]
struct Caller<A>(Option<A>);

/// What the calls that follow in this request go by, after a sign-in or a sign-out.
pub fn remember<A: Actor>(request: &HttpRequest, holder: Option<A>) {
    request.extensions_mut().insert(Caller(holder));
}

async fn caller<A: Actor>(app: &App, request: &HttpRequest, reply: &Reply) -> Result<Option<A>> {
    let known = request.extensions().get::<Caller<A>>().copied();
    if let Some(Caller(holder)) = known {
        return Ok(holder);
    }
    let found = match bearer(request) {
        Some(token) => app.accounts.by_access(app, &token, trust(app, request)).await?,
        None => by_cookies(app, request, reply).await?,
    };
    remember::<A>(request, found);
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

async fn by_cookies<A: Actor>(app: &App, request: &HttpRequest, reply: &Reply) -> Result<Option<A>> {
    let now = app.clock.now();
    if let Some(token) = cookies::access(app, request, A::KIND)
        && let Some(holder) = app.accounts.by_access(app, &token, trust(app, request)).await?
    {
        return Ok(Some(holder));
    }
    let Some(token) = cookies::refresh(app, request, A::KIND) else { return Ok(None) };
    let continued = match RefreshToken::parse(&token) {
        Some(token) => app.accounts.rotate::<A>(app, now, token, language::of(request)).await?,
        None => None,
    };
    let Some((held, _)) = continued else {
        cookies::clear(app, reply, A::KIND);
        return Ok(None);
    };
    app.accounts.hand_over(app, now, reply, &held)?;
    Ok(Some(held.holder))
}
