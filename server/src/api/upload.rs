//! Files that are sent in: the same checks as for any other call, a limit of their own, and an answer for programs and
//! for plain forms.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use doorstep_shared::{Method, Problem, ProblemKind, problem::FieldRule};
use futures::TryStreamExt as _;

use super::{Api, Call, Limits, add_cookies, problem_response};
use crate::{
    app::App,
    auth::{self, Permission, Reply},
    error::{Error, Result},
};

/// What can be sent where.
#[derive(Clone, Copy)]
pub struct Upload {
    /// With `{id}`.
    pub path: &'static str,
    pub summary: &'static str,
    /// The field of the form that holds the file.
    pub field: &'static str,
    /// Bytes of the file at most.
    pub most: usize,
    /// Where a browser goes on, by the id.
    pub page: fn(&str) -> String,
}

impl Api {
    /// Registers what takes a file as a form sends it (`multipart/form-data`). Programs are answered 204; a browser goes
    /// on to a page, with `?done=FIELD`, or with `?refused=KIND` in the words of a problem.
    pub fn upload<P, H, F>(&mut self, upload: Upload, handler: H) -> &mut Self
    where
        P: Permission,
        H: Fn(Call<P>, String, Vec<u8>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<()>> + 'static,
    {
        let limits = self.limits.clone();
        self.raw(Method::Post, upload.path, P::NAME, upload.summary, move |config| {
            let (handler, limits) = (handler.clone(), limits.clone());
            let route = move |app: web::Data<App>, request: HttpRequest, id: web::Path<String>, sent: web::Payload| {
                let (handler, limits, app) = (handler.clone(), limits.clone(), app.get_ref().clone());
                async move {
                    let (reply, id) = (Reply::of(&request), id.into_inner());
                    let done = take::<P, H, F>(app, &request, sent, upload, &id, handler, limits).await;
                    let mut response = respond(&request, upload, &id, done.map_err(Error::into_problem));
                    add_cookies(&reply, &mut response);
                    response
                }
            };
            config.route(upload.path, web::post().to(route));
        })
    }
}

async fn take<P, H, F>(
    app: App,
    request: &HttpRequest,
    sent: web::Payload,
    upload: Upload,
    id: &str,
    handler: H,
    limits: Limits,
) -> Result<()>
where
    P: Permission,
    H: Fn(Call<P>, String, Vec<u8>) -> F,
    F: Future<Output = Result<()>>,
{
    if !auth::is_same_site(&app, request) {
        return Err(ProblemKind::CrossSite.into());
    }
    let (now, reply) = (app.clock.now(), Reply::of(request));
    let who = P::of(&app, request, &reply).await?;
    if let (Some(limiter), Some(account)) = (limits.unsafe_calls, who.account()) {
        limiter.check(&account.0.as_bytes().to_vec())?;
    }
    // Read once it is known who sends it: nobody else makes the server hold a file.
    let file = file(request, sent, upload).await?;
    handler(Call { app, who, now, once: None, request: request.clone(), reply }, id.to_owned(), file).await
}

async fn file(request: &HttpRequest, sent: web::Payload, upload: Upload) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::new(ProblemKind::TooLarge).detail(format!("a file has at most {} bytes", upload.most));
    let broken = |error: actix_multipart::MultipartError| {
        Problem::new(ProblemKind::Malformed).detail(format!("no form with a file: {error}"))
    };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return Err(ProblemKind::UnsupportedMediaType.into());
    }
    let mut form = Multipart::new(request.headers(), sent);
    // Of all fields together: what is not asked for is read past, and not for ever.
    let (mut read, mut file) = (0_usize, Vec::new());
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let wanted = field.name() == Some(upload.field);
        while let Some(chunk) = field.try_next().await.map_err(broken)? {
            read = read.saturating_add(chunk.len());
            if read > upload.most {
                return Err(too_large());
            }
            if wanted {
                file.extend_from_slice(&chunk);
            }
        }
    }
    if file.is_empty() {
        return Err(Problem::field(upload.field, FieldRule::Required, "no file was sent"));
    }
    Ok(file)
}

fn respond(request: &HttpRequest, upload: Upload, id: &str, done: Result<(), Problem>) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if !accept.is_some_and(|accept| accept.contains("text/html")) {
        return match done {
            Ok(()) => HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish(),
            Err(problem) => problem_response(&problem),
        };
    }
    // What is no id names no page.
    let id = if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') { id } else { "" };
    let page = (upload.page)(id);
    let to = match done {
        Ok(()) => format!("{page}?done={}", upload.field),
        Err(problem) => format!("{page}?refused={}", problem.kind),
    };
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, to)).insert_header((header::CACHE_CONTROL, "no-store")).finish()
}
