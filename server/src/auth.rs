//! Permissions are types: what a handler asks for stands in its signature.

use std::{
    cell::RefCell,
    net::{IpAddr, SocketAddr},
    rc::Rc,
};

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
    let lines: Vec<_> = request.headers().get_all("x-forwarded-for").map(|line| line.to_str().ok()).collect();
    forwarded(peer, &lines, &app.config.trusted_proxies)
}

/// Whether the call comes from this machine, or from an address that may read figures.
pub fn is_operator(app: &App, request: &HttpRequest) -> bool {
    let (caller, peer) = (address(app, request), request.peer_addr().map(|peer| peer.ip().to_canonical()));
    // A proxy on this machine that is not known as one, or does not know the caller, brings anybody.
    let is_hidden = request.headers().contains_key("x-forwarded-for") && Some(caller) == peer;
    let named = app.config.metrics_for.iter().any(|operator| operator.to_canonical() == caller);
    (caller.is_loopback() || named) && !is_hidden
}

/// The last hop, from the right, that is not one of ours: what stands left of it anybody may have written. `lines` are
/// those of `X-Forwarded-For`, in order, None for one that is no text. Behind a hop that cannot be read the proxy that
/// wrote it counts as the caller.
fn forwarded(peer: IpAddr, lines: &[Option<&str>], trusted: &[IpAddr]) -> IpAddr {
    let is_ours = |address: &IpAddr| trusted.iter().any(|ours| ours.to_canonical() == *address);
    let mut caller = peer.to_canonical();
    let hops = lines.iter().rev().flat_map(|line| line.unwrap_or_default().rsplit(','));
    for hop in hops {
        if !is_ours(&caller) {
            break;
        }
        match hop_address(hop.trim()) {
            Some(address) => caller = address,
            None => break,
        }
    }
    caller
}

/// What one subscriber has: an IPv4 address, or the 64 bits of an IPv6 network.
pub fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
    }
}

/// `192.0.2.1`, `2001:db8::1`, and both with a port: `192.0.2.1:80`, `[2001:db8::1]:80`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let address = hop.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip())).or_else(bare);
    address.map(|address| address.to_canonical())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_the_last_hop_that_no_proxy_of_ours_is() {
        let trusted: Vec<IpAddr> = ["127.0.0.1", "10.0.0.1", "fd00::1"].map(|ours| ours.parse().unwrap()).to_vec();
        let cases: &[(&str, &str, &[Option<&str>], &str)] = &[
            ("no proxy", "198.51.100.7", &[], "198.51.100.7"),
            ("a stranger tells stories", "198.51.100.7", &[Some("203.0.113.1")], "198.51.100.7"),
            ("one proxy", "127.0.0.1", &[Some("203.0.113.1")], "203.0.113.1"),
            ("what the caller wrote himself", "127.0.0.1", &[Some("192.0.2.9, 203.0.113.1")], "203.0.113.1"),
            ("the same in a line of its own", "127.0.0.1", &[Some("192.0.2.9"), Some("203.0.113.1")], "203.0.113.1"),
            ("two proxies", "127.0.0.1", &[Some("203.0.113.1, 10.0.0.1")], "203.0.113.1"),
            ("two proxies, two lines", "127.0.0.1", &[Some("203.0.113.1"), Some("10.0.0.1")], "203.0.113.1"),
            ("with a port", "127.0.0.1", &[Some("203.0.113.1:4711")], "203.0.113.1"),
            ("of the newer kind", "127.0.0.1", &[Some("2001:db8::1")], "2001:db8::1"),
            ("of the newer kind with a port", "127.0.0.1", &[Some("[2001:db8::1]:4711")], "2001:db8::1"),
            ("of the newer kind in brackets", "127.0.0.1", &[Some("[2001:db8::1]")], "2001:db8::1"),
            ("an older one in new clothes", "::ffff:127.0.0.1", &[Some("::ffff:203.0.113.1")], "203.0.113.1"),
            ("our own only", "127.0.0.1", &[Some("10.0.0.1")], "10.0.0.1"),
            ("behind what cannot be read", "127.0.0.1", &[Some("192.0.2.9, unknown")], "127.0.0.1"),
            ("behind nothing", "127.0.0.1", &[Some("192.0.2.9,")], "127.0.0.1"),
            ("behind a line that is no text", "127.0.0.1", &[Some("192.0.2.9"), None], "127.0.0.1"),
            ("unreadable beyond a proxy", "127.0.0.1", &[Some("192.0.2.9, ?, 10.0.0.1")], "10.0.0.1"),
        ];
        for (name, peer, lines, caller) in cases {
            let found = forwarded(peer.parse().unwrap(), lines, &trusted);
            assert_eq!(found, caller.parse::<IpAddr>().unwrap(), "{name}");
        }
    }

    #[test]
    fn an_ipv6_subscriber_is_one_address() {
        let cases = [
            ("203.0.113.7", "203.0.113.8", false),
            ("::ffff:203.0.113.7", "203.0.113.7", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ];
        for (one, other, same) in cases {
            assert_eq!(network(one.parse().unwrap()) == network(other.parse().unwrap()), same, "{one} {other}");
        }
    }
}
