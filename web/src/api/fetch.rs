//! Calls from the browser.

use doorstep_shared::{Endpoint, Problem, endpoint::encode};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request, RequestCredentials, RequestInit, Response};

use super::NoAnswer;

/// Calls an endpoint. What changes something carries a new idempotency key.
///
/// # Errors
/// The server's problem, or [`NoAnswer::Offline`] when what came back was not the server's JSON.
pub async fn call<E: Endpoint>(request: &E) -> Result<E::Response, NoAnswer> {
    let sent = encode(request).map_err(|_| NoAnswer::Offline)?;
    let init = RequestInit::new();
    init.set_method(E::METHOD.as_str());
    init.set_credentials(RequestCredentials::SameOrigin);
    if let Some(body) = &sent.body {
        init.set_body(&JsValue::from_str(body));
    }
    let prepared = Request::new_with_str_and_init(&sent.url, &init).map_err(offline)?;
    let headers = prepared.headers();
    headers.set("Accept", "application/json").map_err(offline)?;
    if sent.body.is_some() {
        headers.set("Content-Type", "application/json").map_err(offline)?;
    }
    if !E::METHOD.is_safe() {
        headers.set("Idempotency-Key", &new_key()).map_err(offline)?;
    }
    let (status, text) = send(&prepared).await?;
    if (200..300).contains(&status) {
        // An endpoint without content answers with an empty body, which reads as `null`.
        let text = if text.is_empty() { "null" } else { text.as_str() };
        return serde_json::from_str(text).map_err(|_| NoAnswer::Offline);
    }
    let problem: Problem = serde_json::from_str(&text).map_err(|_| NoAnswer::Offline)?;
    Err(NoAnswer::Refused(Box::new(problem)))
}

/// Fetches one of our own pages as HTML, with its status. An error page is an answer too: it says what happened.
///
/// # Errors
/// [`NoAnswer::Offline`] when nothing came back or `signal` was aborted.
pub async fn page(url: &str, signal: Option<&AbortSignal>) -> Result<(u16, String), NoAnswer> {
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::SameOrigin);
    init.set_signal(signal);
    let prepared = Request::new_with_str_and_init(url, &init).map_err(offline)?;
    prepared.headers().set("Accept", "text/html").map_err(offline)?;
    send(&prepared).await
}

async fn send(request: &Request) -> Result<(u16, String), NoAnswer> {
    let window = web_sys::window().ok_or(NoAnswer::Offline)?;
    let response = JsFuture::from(window.fetch_with_request(request)).await.map_err(offline)?;
    let response: Response = response.dyn_into().map_err(offline)?;
    let text = JsFuture::from(response.text().map_err(offline)?).await.map_err(offline)?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}

fn new_key() -> String {
    web_sys::window().and_then(|window| window.crypto().ok()).map(|crypto| crypto.random_uuid()).unwrap_or_default()
}

fn offline(_: JsValue) -> NoAnswer {
    NoAnswer::Offline
}
