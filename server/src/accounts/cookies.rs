//! The cookies of a browser, two of its session and one that marks a device as known: out of reach of scripts, and not sent along by other sites' forms.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time},
};
use doorstep_shared::accounts::Tokens;

use super::sessions;
use crate::{app::App, auth::Reply};

/// A name for plain HTTP, and one that browsers accept over TLS only and never from a neighbouring host.
struct Name {
    plain: &'static str,
    host: &'static str,
}

const ACCESS: Name = Name { plain: "doorstep_access", host: "__Host-doorstep_access" };
const REFRESH: Name = Name { plain: "doorstep_refresh", host: "__Host-doorstep_refresh" };

const DEVICE: Name = Name { plain: "doorstep_device", host: "__Host-doorstep_device" };
/// How long a device that is not used stays known.
const DEVICE_KNOWN: chrono::Duration = chrono::Duration::days(365);

impl Name {
    fn of(&self, app: &App) -> &'static str {
        if app.config.is_https() { self.host } else { self.plain }
    }
}

/// Whether the request carries a session, valid or not: what is answered then must not be kept by anybody.
pub fn has_session(request: &HttpRequest) -> bool {
    [ACCESS, REFRESH].iter().any(|name| request.cookie(name.plain).or(request.cookie(name.host)).is_some())
}

pub fn access(app: &App, request: &HttpRequest) -> Option<String> {
    request.cookie(ACCESS.of(app)).map(|cookie| cookie.value().to_owned())
}

pub fn refresh(app: &App, request: &HttpRequest) -> Option<String> {
    request.cookie(REFRESH.of(app)).map(|cookie| cookie.value().to_owned())
}

/// The mark of `devices`.
pub fn device(app: &App, request: &HttpRequest) -> Option<String> {
    request.cookie(DEVICE.of(app)).map(|cookie| cookie.value().to_owned())
}

pub fn set_device(app: &App, reply: &Reply, mark: String) {
    reply.set_cookie(cookie(app, &DEVICE, mark, DEVICE_KNOWN));
}

pub fn set(app: &App, reply: &Reply, tokens: &Tokens) {
    set_access(app, reply, tokens.access_token.clone());
    reply.set_cookie(cookie(app, &REFRESH, tokens.refresh_token.clone(), sessions::IDLE));
}

pub fn set_access(app: &App, reply: &Reply, token: String) {
    reply.set_cookie(cookie(app, &ACCESS, token, sessions::ACCESS_VALID));
}

pub fn clear(app: &App, reply: &Reply) {
    for name in [ACCESS, REFRESH] {
        reply.set_cookie(cookie(app, &name, String::new(), chrono::Duration::zero()));
    }
}

fn cookie(app: &App, name: &Name, value: String, lives: chrono::Duration) -> Cookie<'static> {
    Cookie::build(name.of(app), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.is_https())
        .max_age(time::Duration::seconds(lives.num_seconds()))
        .finish()
}
