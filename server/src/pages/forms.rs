//! Forms: a POST beside each page, which works without any script.
//!
//! The form's own fields go to [`app::submit`], which calls endpoints in this process and answers 303, or renders the
//! page again with the refusal.

use actix_web::{HttpRequest, http::header, web};
use doorstep_shared::{Problem, ProblemKind};
use doorstep_web::{
    app,
    page::Answer,
    visit::{Fields, Visit},
};

use crate::{app::App, auth};

/// Bytes of a form at most.
const FORM_LIMIT: usize = 64 * 1024;

pub async fn submit(app: &App, visit: &Visit, request: &HttpRequest, payload: web::Payload) -> Answer {
    match form(app, request, payload).await {
        Ok(form) => app::submit(visit, &form).await,
        Err(problem) => app::refused(visit, &Fields::default(), problem).await,
    }
}

async fn form(app: &App, request: &HttpRequest, payload: web::Payload) -> Result<Fields, Problem> {
    if !auth::is_same_site(app, request) {
        return Err(ProblemKind::CrossSite.into());
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded")) {
        return Err(ProblemKind::UnsupportedMediaType.into());
    }
    let body = match payload.to_bytes_limited(FORM_LIMIT).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return Err(Problem::new(ProblemKind::Malformed).detail(error.to_string())),
        Err(_) => return Err(ProblemKind::TooLarge.into()),
    };
    let text = std::str::from_utf8(&body).map_err(|_| Problem::from(ProblemKind::Malformed))?;
    Ok(Fields::parse(text))
}
