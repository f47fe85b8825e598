//! One registration of an [`Endpoint`] gives its HTTP route, its OpenAPI entry and its in-process door.
//!
//! Permission, cross-site check, size limit, rate limit and idempotency run here, so that no door is without them.

mod upload;

use std::{
    any::{Any, TypeId},
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
    web,
};
use doorstep_shared::{Endpoint, Problem, ProblemKind, Status, Timestamp, endpoint};
use futures::future::LocalBoxFuture;
use serde::{Serialize, de::DeserializeOwned};

pub use self::upload::Upload;
use crate::{
    app::App,
    auth::{self, Permission, Reply},
    db::{Conn, Once},
    error::{Error, Result},
    limiter::Limiter,
    openapi::Document,
};

/// Bytes of a body at most.
const BODY_LIMIT: usize = 64 * 1024;

/// One call of a handler: by whom, when, and what it may add to the answer.
pub struct Call<P> {
    pub app: App,
    pub who: P,
    pub now: Timestamp,
    /// Present when the caller sent an `Idempotency-Key`.
    pub once: Option<Once>,
    pub request: HttpRequest,
    pub reply: Reply,
}

impl<P: Permission> Call<P> {
    /// One transaction, with its idempotency record.
    ///
    /// # Errors
    /// What `run` returns, or `unavailable`; nothing is changed then.
    pub async fn write<T, F>(&self, run: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.app.db.write_once(self.once.clone(), run).await
    }
}

/// Runs a call. What comes out is the endpoint's response, or that response as JSON.
type Handle<E, T> =
    Arc<dyn Fn(App, HttpRequest, Option<String>, E) -> LocalBoxFuture<'static, Result<T, Problem>> + Send + Sync>;
/// Puts what came out into the HTTP answer.
type Respond<T> = fn(HttpResponseBuilder, T) -> HttpResponse;
type Door =
    Arc<dyn Fn(App, HttpRequest, Option<String>, Box<dyn Any>) -> LocalBoxFuture<'static, Box<dyn Any>> + Send + Sync>;
type Configure = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// How often one caller may call.
#[derive(Clone)]
struct Limits {
    /// By account, or by network of who is not signed in.
    unsafe_calls: Option<Arc<Limiter>>,
    /// Costly ones, by network.
    searches: Option<Arc<Limiter>>,
}

/// The table of everything that can be called.
pub struct Api {
    routes: Vec<Configure>,
    /// The methods that each path takes.
    methods: BTreeMap<&'static str, Vec<&'static str>>,
    doors: HashMap<TypeId, Door>,
    document: Document,
    limits: Limits,
}

impl Api {
    /// `calls_per_second`: unsafe calls of one account; `searches_per_second`: costly searches from one network. 0 for
    /// no limit. Five seconds' worth may come at once.
    pub fn new(calls_per_second: u32, searches_per_second: u32) -> Self {
        let limiter = |per_second| Limiter::new(per_second).map(Arc::new);
        Self {
            routes: Vec::new(),
            methods: BTreeMap::new(),
            doors: HashMap::new(),
            document: Document::new(),
            limits: Limits { unsafe_calls: limiter(calls_per_second), searches: limiter(searches_per_second) },
        }
    }

    /// Registers the handler of an endpoint.
    pub fn on<E, P, H, F>(&mut self, handler: H) -> &mut Self
    where
        E: Endpoint,
        P: Permission,
        H: Fn(Call<P>, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<E::Response>> + 'static,
    {
        let handle = self.handle(handler);
        self.add_door::<E, P>(Arc::clone(&handle));
        self.add_route(
            handle,
            |mut response, answer| {
                if E::SUCCESS == Status::NoContent { response.finish() } else { response.json(answer) }
            },
        )
    }

    /// The same for an endpoint whose JSON is worth writing by hand: `write` gives over HTTP, as JSON, what `handler`
    /// gives in-process.
    pub fn on_written<E, P, H, F, W, G>(&mut self, handler: H, write: W) -> &mut Self
    where
        E: Endpoint,
        P: Permission,
        H: Fn(Call<P>, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<E::Response>> + 'static,
        W: Fn(Call<P>, E) -> G + Clone + Send + Sync + 'static,
        G: Future<Output = Result<Vec<u8>>> + 'static,
    {
        let (handle, write) = (self.handle(handler), self.handle(write));
        self.add_door::<E, P>(handle);
        self.add_route(write, |mut response, json: Vec<u8>| response.content_type("application/json").body(json))
    }

    fn handle<E, P, H, F, T>(&self, handler: H) -> Handle<E, T>
    where
        E: Endpoint,
        P: Permission,
        H: Fn(Call<P>, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T>> + 'static,
        T: 'static,
    {
        let limits = self.limits.clone();
        Arc::new(move |app, request, key, input| {
            let (handler, limits) = (handler.clone(), limits.clone());
            Box::pin(async move {
                let started = Instant::now();
                let result = run::<E, P, H, F, T>(app, request, key, input, handler, limits).await;
                let result = result.map_err(Error::into_problem);
                measure::<E>(started, result.as_ref().err());
                result
            })
        })
    }

    fn add_door<E: Endpoint, P: Permission>(&mut self, handle: Handle<E, E::Response>) {
        self.document.add::<E>(P::NAME);
        self.methods.entry(E::PATH).or_default().push(E::METHOD.as_str());
        self.doors.insert(
            TypeId::of::<E>(),
            Arc::new(move |app, request, key, input| {
                let door = Arc::clone(&handle);
                Box::pin(async move {
                    let answer: Result<E::Response, Problem> = match input.downcast::<E>() {
                        Ok(input) => door(app, request, key, *input).await,
                        Err(_) => Err(Error::internal("a door was given another door's request").into_problem()),
                    };
                    Box::new(answer) as Box<dyn Any>
                })
            }),
        );
    }

    fn add_route<E: Endpoint, T: 'static>(&mut self, handle: Handle<E, T>, respond: Respond<T>) -> &mut Self {
        self.routes.push(Arc::new(move |config| {
            let handle = Arc::clone(&handle);
            let route = move |app: web::Data<App>, request: HttpRequest, payload: web::Payload| {
                let handle = Arc::clone(&handle);
                async move { over_http(app.get_ref().clone(), request, payload, &handle, respond).await }
            };
            let method = actix_web::http::Method::from_bytes(E::METHOD.as_str().as_bytes()).unwrap_or_default();
            config.route(E::PATH, web::method(method).to(route));
        }));
        self
    }

    /// Registers what is not JSON: its own actix route, named in the document with its permission.
    pub fn raw(
        &mut self,
        method: doorstep_shared::Method,
        path: &'static str,
        permission: &'static str,
        summary: &'static str,
        configure: impl Fn(&mut web::ServiceConfig) + Send + Sync + 'static,
    ) -> &mut Self {
        self.document.add_raw(method, path, permission, summary);
        self.methods.entry(path).or_default().push(method.as_str());
        self.routes.push(Arc::new(configure));
        self
    }

    /// Adds the routes of the document itself, which have been named with [`Api::raw`] before it was built.
    pub fn serve_document(&mut self, configure: impl Fn(&mut web::ServiceConfig) + Send + Sync + 'static) {
        self.routes.push(Arc::new(configure));
    }

    /// The OpenAPI document of all that has been registered.
    pub fn document(&self) -> utoipa::openapi::OpenApi {
        self.document.build()
    }

    /// Adds every route to an actix application.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        for route in &self.routes {
            route(config);
        }
        // After the others, so that it meets only the methods that they do not take.
        for (path, methods) in &self.methods {
            let allow = methods.join(", ");
            config.route(path, web::route().to(move || std::future::ready(method_not_allowed(&allow))));
        }
    }

    /// The in-process door: runs the same handler, the same permission check, the same limits, without a socket.
    ///
    /// Takes a boxed endpoint `E`, gives a boxed `Result<E::Response, Problem>`; None when `E` is not registered.
    /// `key` is the idempotency key of a form's hidden field.
    pub fn call_any(
        &self,
        app: App,
        request: HttpRequest,
        key: Option<String>,
        endpoint: TypeId,
        input: Box<dyn Any>,
    ) -> Option<LocalBoxFuture<'static, Box<dyn Any>>> {
        self.doors.get(&endpoint).map(|door| door(app, request, key, input))
    }
}

async fn run<E, P, H, F, T>(
    app: App,
    request: HttpRequest,
    key: Option<String>,
    input: E,
    handler: H,
    limits: Limits,
) -> Result<T>
where
    E: Endpoint,
    P: Permission,
    H: Fn(Call<P>, E) -> F,
    F: Future<Output = Result<T>>,
{
    let now = app.clock.now();
    let reply = Reply::of(&request);
    if !E::METHOD.is_safe() && !auth::is_same_site(&app, &request) {
        return Err(ProblemKind::CrossSite.into());
    }
    let who = P::of(&app, &request, &reply).await?;
    let network = || auth::network(auth::address(&app, &request));
    let once = if E::METHOD.is_safe() {
        if let Some(limiter) = limits.searches.filter(|_| input.is_costly()) {
            limiter.check(&network())?;
        }
        None
    } else {
        if let Some(limiter) = limits.unsafe_calls {
            limiter.check(&who.account().map_or_else(network, |account| account.0.as_bytes().to_vec()))?;
        }
        match key {
            Some(key) => {
                let body = serde_json::to_vec(&input).map_err(Error::internal)?;
                let route = format!("{} {}", E::METHOD.as_str(), E::PATH);
                Some(Once::new(who.account(), &route, &key, &body, now))
            }
            None if E::NEEDS_KEY => return Err(ProblemKind::KeyMissing.into()),
            None => None,
        }
    };
    handler(Call { app, who, now, once, request, reply }, input).await
}

async fn over_http<E: Endpoint, T>(
    app: App,
    request: HttpRequest,
    payload: web::Payload,
    handle: &Handle<E, T>,
    respond: Respond<T>,
) -> HttpResponse {
    let input = match decode::<E>(&request, payload).await {
        Ok(input) => input,
        Err(problem) => return problem_response(&problem),
    };
    let key = match idempotency_key(&request) {
        Ok(key) => key,
        Err(problem) => return problem_response(&problem),
    };
    let reply = Reply::of(&request);
    let mut response = match handle(app, request, key, input).await {
        Ok(answer) => {
            let status = StatusCode::from_u16(E::SUCCESS as u16).unwrap_or_default();
            let mut response = HttpResponse::build(status);
            // What one family may see must not stay in a cache.
            response.insert_header((header::CACHE_CONTROL, "no-store"));
            respond(response, answer)
        }
        Err(problem) => problem_response(&problem),
    };
    add_cookies(&reply, &mut response);
    response
}

async fn decode<E: Endpoint>(request: &HttpRequest, payload: web::Payload) -> Result<E, Problem> {
    let body = if E::METHOD.has_body() { body(request, payload).await? } else { web::Bytes::new() };
    let path = request.match_info();
    let path: Vec<_> = path.iter().collect();
    endpoint::decode(&path, request.query_string(), &body)
        .map_err(|error| Problem::new(ProblemKind::Malformed).detail(error.to_string()))
}

async fn body(request: &HttpRequest, payload: web::Payload) -> Result<web::Bytes, Problem> {
    let too_large = || Problem::new(ProblemKind::TooLarge).detail(format!("a body has at most {BODY_LIMIT} bytes"));
    let body = match payload.to_bytes_limited(BODY_LIMIT).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return Err(Problem::new(ProblemKind::Malformed).detail(error.to_string())),
        Err(_) => return Err(too_large()),
    };
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = content_type.is_some_and(|value| value.starts_with("application/json"));
    if !body.is_empty() && !is_json {
        return Err(ProblemKind::UnsupportedMediaType.into());
    }
    Ok(body)
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(key) = request.headers().get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if (1..=128).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(ProblemKind::Malformed).detail("an Idempotency-Key has 1 to 128 ASCII characters")),
    }
}

/// A problem as `application/problem+json`.
pub fn problem_response(problem: &Problem) -> HttpResponse {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.content_type("application/problem+json").insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(seconds) = problem.retry_after_s {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    match serde_json::to_vec(problem) {
        Ok(body) => response.body(body),
        Err(_) => response.finish(),
    }
}

fn method_not_allowed(allow: &str) -> HttpResponse {
    let mut response = problem_response(&Problem::new(ProblemKind::MethodNotAllowed));
    if let Ok(allow) = header::HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// Moves the cookies that calls have set into the answer.
pub fn add_cookies(reply: &Reply, response: &mut HttpResponse) {
    for cookie in reply.take_cookies() {
        if let Err(error) = response.add_cookie(&cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
}

fn measure<E: Endpoint>(started: Instant, problem: Option<&Problem>) {
    let status = problem.map_or(E::SUCCESS as u16, |problem| problem.status).to_string();
    let labels = [("method", E::METHOD.as_str().to_owned()), ("path", E::PATH.to_owned()), ("status", status)];
    metrics::counter!("doorstep_calls_total", &labels).increment(1);
    metrics::histogram!("doorstep_call_seconds", "method" => E::METHOD.as_str(), "path" => E::PATH)
        .record(started.elapsed().as_secs_f64());
}
