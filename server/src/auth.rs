//! Permissions are types: what a handler asks for stands in its signature.

use std::{cell::RefCell, net::IpAddr, rc::Rc};

use actix_web::{HttpRequest, cookie::Cookie};
use doorstep_shared::ids::AccountId;
use futures::future::LocalBoxFuture;

use crate::{app::App, error::Result};

/// Who may call. Checked before the handler runs, for the HTTP route and for the in-process door alike.
pub trait Permission: Sized + 'static {
    /// As it stands in the OpenAPI document and in the permission matrix of the tests.
    const NAME: &'static str;

    /// `reply` takes cookies that the check itself renews.
    fn of<'a>(app: &'a App, request: &'a HttpRequest, reply: &'a Reply) -> LocalBoxFuture<'a, Result<Self>>;

    /// Whose call it is, for idempotency keys and limits.
    fn account(&self) -> Option<AccountId> {
        None
    }
}

/// Everybody, signed in or not.
pub struct Anyone;

impl Permission for Anyone {
    const NAME: &'static str = "anyone";

    fn of<'a>(_: &'a App, _: &'a HttpRequest, _: &'a Reply) -> LocalBoxFuture<'a, Result<Self>> {
        Box::pin(async { Ok(Self) })
    }
}

/// What a call adds to the HTTP answer besides its body. Shared by everything that serves one request.
#[derive(Clone, Default)]
pub struct Reply(Rc<RefCell<Vec<Cookie<'static>>>>);

impl Reply {
    /// The reply of this request: the same one for a page and the calls it makes.
    pub fn of(request: &HttpRequest) -> Self {
        use actix_web::HttpMessage as _;
        if let Some(reply) = request.extensions().get::<Self>() {
            return reply.clone();
        }
        let reply = Self::default();
        request.extensions_mut().insert(reply.clone());
        reply
    }

    /// Sets a cookie; a later one of the same name wins.
    pub fn set_cookie(&self, cookie: Cookie<'static>) {
        let mut cookies = self.0.borrow_mut();
        cookies.retain(|known| known.name() != cookie.name());
        cookies.push(cookie);
    }

    pub fn take_cookies(&self) -> Vec<Cookie<'static>> {
        self.0.take()
    }
}

/// The address of the caller: of the connection, or as told by a proxy that the configuration trusts.
pub fn address(app: &App, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.ip());
    let trusted = &app.config.trusted_proxies;
    if !trusted.contains(&peer) {
        return peer;
    }
    let hops = request.headers().get("x-forwarded-for").and_then(|hops| hops.to_str().ok()).unwrap_or_default();
    // From the right: the last hop that is not one of ours is the caller.
    hops.rsplit(',').filter_map(|hop| hop.trim().parse().ok()).find(|hop| !trusted.contains(hop)).unwrap_or(peer)
}

/// Whether an unsafe request comes from our own pages, or from a program that is no browser.
pub fn is_same_site(app: &App, request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // Older browsers: the origin must be ours, by the configuration or by the host that was asked.
        (None, Some(origin)) => {
            origin == app.config.origin()
                || header("host").is_some_and(|host| origin.split_once("://").is_some_and(|(_, ours)| ours == host))
        }
        (None, None) => true,
    }
}
