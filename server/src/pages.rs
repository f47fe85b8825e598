//! Everything that is not the API: pages, their forms, and the static files they need.

mod files;
mod forms;
mod headers;

use std::{rc::Rc, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite},
    http::{Method, StatusCode, header},
    web,
};
use doorstep_shared::{Problem, ProblemKind, accounts::SessionKind};
use doorstep_web::{
    api::{Call, Door},
    app,
    page::{Answer, Remembered},
    settings,
    visit::{Fields, Site, Visit},
};

use crate::{
    api::{Api, add_cookies, problem_response},
    app::App,
    auth::Reply,
    error::Result,
    language,
};
use files::Files;

/// Days for which a choice is remembered.
const REMEMBERED_DAYS: i64 = 365;

/// Cookies of choices begin so; others are none of the pages' business.
const REMEMBERED: &str = "keep-";

/// What serves pages: the bundle read at start and what pages need to know of it.
pub struct Pages {
    files: Files,
    site: Arc<Site>,
}

impl Pages {
    /// Reads the bundle. Without one, pages come without styles and islands.
    ///
    /// # Errors
    /// When there is a bundle that cannot be read.
    pub fn open(app: &App) -> Result<Self> {
        let files = Files::read(&app.config.dist)?;
        let site = Site {
            bundle: files.entry("family"),
            staff_bundle: files.entry("staff"),
            files: files.urls(),
            demo: app.config.demo,
            tianditu_key: app.config.tianditu_key.clone(),
        };
        Ok(Self { files, site: Arc::new(site) })
    }
}

/// Answers whatever no API route has taken.
pub async fn serve(
    app: web::Data<App>,
    api: web::Data<Api>,
    pages: web::Data<Pages>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if request.path().starts_with("/api/") {
        return problem_response(&Problem::new(ProblemKind::NotFound));
    }
    if reading && let Some(file) = pages.files.answer(&request) {
        return file;
    }
    let visit = visit(&app, api, &pages, &request);
    let answer = match *request.method() {
        Method::GET | Method::HEAD => app::answer(&visit).await,
        Method::POST => forms::submit(&app, &visit, &request, payload).await,
        _ => return problem_response(&Problem::new(ProblemKind::MethodNotAllowed)),
    };
    respond(&app, &request, &visit, answer)
}

fn visit(app: &web::Data<App>, api: web::Data<Api>, pages: &Pages, request: &HttpRequest) -> Visit {
    Visit {
        path: request.path().to_owned(),
        query: Fields::parse(request.query_string()),
        settings: language::settings(request),
        remembered: remembered(request),
        now: app.clock.now(),
        signed_in: crate::accounts::has_session(request, SessionKind::Family),
        as_staff: crate::accounts::has_session(request, SessionKind::Staff),
        site: Arc::clone(&pages.site),
        form: None,
        door: door(app.get_ref().clone(), api, request.clone()),
    }
}

/// The in-process door: what a page calls runs as this request's caller.
fn door(app: App, api: web::Data<Api>, request: HttpRequest) -> Door {
    Door(Rc::new(move |call: Call| {
        let answer = api.call_any(app.clone(), request.clone(), call.key, call.endpoint, call.request);
        Box::pin(async move {
            match answer {
                Some(answer) => Some(answer.await),
                None => None,
            }
        })
    }))
}

fn remembered(request: &HttpRequest) -> Fields {
    let cookies = request.cookies();
    let ours = cookies.iter().flat_map(|cookies| cookies.iter()).filter_map(|cookie| {
        let name = cookie.name().strip_prefix(REMEMBERED)?;
        Some((name.to_owned(), cookie.value().to_owned()))
    });
    Fields(ours.collect())
}

fn respond(app: &App, request: &HttpRequest, visit: &Visit, answer: Answer) -> HttpResponse {
    let (mut response, remembered) = match answer {
        Answer::SeeOther(see_other) => {
            let mut response = HttpResponse::SeeOther();
            let to = if settings::is_ours(&see_other.to) { see_other.to.as_str() } else { "/" };
            response.insert_header((header::LOCATION, ascii(to)));
            response.insert_header((header::CACHE_CONTROL, "no-store"));
            (response.finish(), see_other.remembered)
        }
        Answer::Page(mut page) => {
            let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let remembered = std::mem::take(&mut page.remembered);
            let rendered = app::render(visit, *page);
            let mut response = HttpResponse::build(status);
            headers::page(&mut response, &rendered.nonce, visit);
            (response.content_type("text/html; charset=utf-8").body(rendered.html), remembered)
        }
    };
    let reply = Reply::of(request);
    for choice in &remembered {
        reply.set_cookie(cookie(app, choice));
    }
    add_cookies(&reply, &mut response);
    response
}

fn cookie(app: &App, choice: &Remembered) -> Cookie<'static> {
    let name = match choice.name {
        settings::COOKIE => choice.name.to_owned(),
        name => format!("{REMEMBERED}{name}"),
    };
    let days = if choice.value.is_empty() { 0 } else { REMEMBERED_DAYS };
    Cookie::build(name, choice.value.clone())
        .path("/")
        .same_site(SameSite::Lax)
        .secure(app.config.is_https())
        .http_only(true)
        .max_age(actix_web::cookie::time::Duration::days(days))
        .finish()
}

/// A path as a header may hold it: what is not ASCII is percent-encoded.
fn ascii(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() { out.push(char::from(byte)) } else { out.push_str(&format!("%{byte:02X}")) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn a_place_to_go_to_is_ascii() {
        assert_eq!(ascii("/?q=春 a&b=1%20"), "/?q=%E6%98%A5%20a&b=1%20");
    }
}
