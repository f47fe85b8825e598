//! The cookies of a browser, two of each kind of session and one that marks a device as known: out of reach of scripts,
//! and not sent along by other sites' forms. A parent who works at a nursery has a session of each kind in one browser.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time},
};
use doorstep_shared::accounts::SessionKind;

use super::sessions;
use crate::{app::App, auth::Reply};

/// A name for plain HTTP, and one that browsers accept over TLS only and never from a neighbouring host.
struct Name {
    plain: &'static str,
    host: &'static str,
}

const DEVICE: Name = Name { plain: "doorstep_device", host: "__Host-doorstep_device" };
const STAFF_DEVICE: Name = Name { plain: "doorstep_staff_device", host: "__Host-doorstep_staff_device" };
/// How long a device that is not used stays known.
const DEVICE_KNOWN: chrono::Duration = chrono::Duration::days(365);

const fn access_name(kind: SessionKind) -> Name {
    match kind {
        SessionKind::Family => Name { plain: "doorstep_access", host: "__Host-doorstep_access" },
        SessionKind::Staff => Name { plain: "doorstep_staff_access", host: "__Host-doorstep_staff_access" },
        SessionKind::Issuer => Name { plain: "doorstep_issuer_access", host: "__Host-doorstep_issuer_access" },
    }
}

const fn refresh_name(kind: SessionKind) -> Name {
    match kind {
        SessionKind::Family => Name { plain: "doorstep_refresh", host: "__Host-doorstep_refresh" },
        SessionKind::Staff => Name { plain: "doorstep_staff_refresh", host: "__Host-doorstep_staff_refresh" },
        SessionKind::Issuer => Name { plain: "doorstep_issuer_refresh", host: "__Host-doorstep_issuer_refresh" },
    }
}

impl Name {
    fn of(&self, app: &App) -> &'static str {
        if app.config.is_https() { self.host } else { self.plain }
    }

    fn read(&self, app: &App, request: &HttpRequest) -> Option<String> {
        request.cookie(self.of(app)).map(|cookie| cookie.value().to_owned())
    }
}

/// Whether the request carries a session of that kind, valid or not: what is answered then must not be kept by anybody.
pub fn has_session(request: &HttpRequest, kind: SessionKind) -> bool {
    let there = |name: Name| request.cookie(name.plain).or(request.cookie(name.host)).is_some();
    there(access_name(kind)) || there(refresh_name(kind))
}

pub fn access(app: &App, request: &HttpRequest, kind: SessionKind) -> Option<String> {
    access_name(kind).read(app, request)
}

pub fn refresh(app: &App, request: &HttpRequest, kind: SessionKind) -> Option<String> {
    refresh_name(kind).read(app, request)
}

/// The mark of `devices`.
pub fn device(app: &App, request: &HttpRequest) -> Option<String> {
    DEVICE.read(app, request)
}

pub fn set_device(app: &App, reply: &Reply, mark: String) {
    reply.set_cookie(cookie(app, &DEVICE, mark, DEVICE_KNOWN));
}

/// The marks of `credentials::devices`.
pub fn staff_device(app: &App, request: &HttpRequest) -> Option<String> {
    STAFF_DEVICE.read(app, request)
}

pub fn set_staff_device(app: &App, reply: &Reply, marks: String) {
    reply.set_cookie(cookie(app, &STAFF_DEVICE, marks, DEVICE_KNOWN));
}

/// Both tokens of a session; `lives`: how long it may go on without being used.
pub fn set(app: &App, reply: &Reply, kind: SessionKind, access: String, refresh: String, lives: chrono::Duration) {
    set_access(app, reply, kind, access);
    reply.set_cookie(cookie(app, &refresh_name(kind), refresh, lives));
}

pub fn set_access(app: &App, reply: &Reply, kind: SessionKind, token: String) {
    reply.set_cookie(cookie(app, &access_name(kind), token, sessions::ACCESS_VALID));
}

pub fn clear(app: &App, reply: &Reply, kind: SessionKind) {
    for name in [access_name(kind), refresh_name(kind)] {
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
