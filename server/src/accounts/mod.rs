//! Accounts, sign-in and sessions, families and their children.

use actix_web::HttpRequest;
use doorstep_shared::{
    ProblemKind,
    ids::{AccountId, FamilyId},
};
use futures::future::LocalBoxFuture;

use crate::{
    app::App,
    auth::{Permission, Reply},
    error::Result,
};

/// A signed-in guardian, acting for a family.
#[derive(Clone, Copy, Debug)]
pub struct Guardian {
    pub account: AccountId,
    pub family: FamilyId,
}

impl Permission for Guardian {
    const NAME: &'static str = "guardian";

    fn of<'a>(_: &'a App, _: &'a HttpRequest, _: &'a Reply) -> LocalBoxFuture<'a, Result<Self>> {
        Box::pin(async { Err(ProblemKind::Unauthenticated.into()) })
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.account)
    }
}

/// Whether the request carries a session, valid or not: what is answered then must not be kept by anybody.
pub fn has_session(request: &HttpRequest) -> bool {
    ["doorstep_access", "doorstep_refresh"].iter().any(|name| request.cookie(name).is_some())
}
