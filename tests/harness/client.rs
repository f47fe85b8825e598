//! Calls over a real socket.

use std::sync::Mutex;

use doorstep_shared::{Endpoint, Problem, Status, endpoint::encode};
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

/// A program that speaks to the server: one address, one session at most.
pub struct Client {
    http: reqwest::Client,
    base: String,
    /// Told in `X-Forwarded-For`, so that limits by address count each client alone.
    address: String,
    token: Mutex<Option<String>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Client {
    pub fn new(base: String, address: String) -> Self {
        // No proxy of the machine's, no redirect followed unseen.
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { http: http.build().unwrap(), base, address, token: Mutex::default() }
    }

    /// Sends this access token with every further call.
    pub fn bear(&self, token: &str) {
        *self.token.lock().unwrap() = Some(token.to_owned());
    }

    pub fn token(&self) -> Option<String> {
        self.token.lock().unwrap().clone()
    }

    /// Calls an endpoint. An idempotency key of its own goes with a call that needs one.
    ///
    /// # Panics
    /// When the answer is neither what the contract says for success, nor a problem as RFC 9457 has it.
    pub async fn call<E: Endpoint>(&self, request: &E) -> Result<E::Response, Problem> {
        let key = (!E::METHOD.is_safe()).then(|| uuid::Uuid::now_v7().to_string());
        self.call_once(request, key.as_deref()).await
    }

    /// The same with a given idempotency key, or without one.
    pub async fn call_once<E: Endpoint>(&self, request: &E, key: Option<&str>) -> Result<E::Response, Problem> {
        self.try_call_once(request, key).await.unwrap()
    }

    /// The same where the server may go away in the middle.
    ///
    /// # Errors
    /// When no whole answer came: nobody knows then what became of the call.
    pub async fn try_call_once<E: Endpoint>(
        &self,
        request: &E,
        key: Option<&str>,
    ) -> reqwest::Result<Result<E::Response, Problem>> {
        let encoded = encode(request).unwrap();
        let mut call = self.request(E::METHOD.as_str(), &encoded.url);
        if let Some(body) = encoded.body {
            call = call.header("content-type", "application/json").body(body);
        }
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        let answer = try_read(call).await?;
        Ok(Self::decode::<E>(&answer))
    }

    fn decode<E: Endpoint>(answer: &Answer) -> Result<E::Response, Problem> {
        if answer.status != E::SUCCESS as u16 {
            return Err(answer.problem());
        }
        let body = if E::SUCCESS == Status::NoContent { "null" } else { &answer.body };
        let parsed = serde_json::from_str(body);
        Ok(parsed.unwrap_or_else(|error| panic!("{} answers otherwise than agreed: {error}\n{body}", E::PATH)))
    }

    /// A request to be completed by the test, with this client's address and session.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request =
            self.http.request(method, format!("{}{path}", self.base)).header("x-forwarded-for", &self.address);
        match self.token() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request("GET", path)).await
    }

    /// Sends JSON that need not be what the endpoint expects.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header("idempotency-key", uuid::Uuid::now_v7().to_string());
        read(request.json(body)).await
    }
}

/// Sends a request and reads the whole answer.
pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    try_read(request).await.unwrap()
}

async fn try_read(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.text().await? })
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The answer as a problem.
    ///
    /// # Panics
    /// When it is none.
    pub fn problem(&self) -> Problem {
        let problem: Problem = serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{} is not a problem: {error}\n{}", self.status, self.body));
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{problem}");
        assert_eq!((self.status, problem.status), (problem.kind.status(), problem.kind.status()), "{problem}");
        problem
    }
}
