//! The peers, each a small server in this program: `bench peer PORT KIND …`.

use std::{process::ExitCode, rc::Rc, sync::Arc};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use diesel::{
    PgConnection, RunQueryDsl as _,
    r2d2::{ConnectionManager, Pool},
    sql_types::{BigInt, Date, Double, SmallInt, Text},
};
use doorstep_shared::{Endpoint, Problem, slots::SearchSlots};
use doorstep_web::{
    api::{Call, Door},
    app,
    page::Answer,
    settings::Settings,
    visit::{Fields, Site, Visit},
};

use crate::{page::Recorded, postgis::SEARCH};

pub fn serve(arguments: &[String]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let served = actix_web::rt::System::new().block_on(async {
        match *arguments.as_slice() {
            [port, "static", bytes] => fixed(number(port)?, number(bytes)?).await,
            [port, "postgis", url] => postgis(number(port)?, url).await,
            [port, "page", recorded] => page(number(port)?, recorded).await,
            _ => Err(format!("no peer is called {arguments:?}")),
        }
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is no number"))
}

async fn ready() -> &'static str {
    "ready\n"
}

async fn listen<F, I>(port: u16, configure: F) -> Result<(), String>
where
    F: Fn(&mut web::ServiceConfig) -> I + Clone + Send + 'static,
{
    let server = HttpServer::new(move || {
        let configure = configure.clone();
        App::new()
            .configure(move |config| {
                configure(config);
            })
            .route("/readyz", web::get().to(ready))
    });
    let server = server.workers(1).bind(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    server.run().await.map_err(|error| error.to_string())
}

/// As many bytes as an answer has, and nothing else.
async fn fixed(port: u16, bytes: usize) -> Result<(), String> {
    let body = web::Bytes::from(vec![b'x'; bytes]);
    listen(port, move |config: &mut web::ServiceConfig| {
        let body = body.clone();
        let answer = move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(body) }
        };
        config.default_service(web::to(answer));
    })
    .await
}

type Postgres = Pool<ConnectionManager<PgConnection>>;

async fn postgis(port: u16, url: &str) -> Result<(), String> {
    let pool: Postgres = Pool::builder().max_size(16).build(ConnectionManager::new(url)).map_err(|e| e.to_string())?;
    let pool = web::Data::new(pool);
    listen(port, move |config: &mut web::ServiceConfig| {
        config.app_data(pool.clone()).route("/api/v1/slots", web::get().to(search));
    })
    .await
}

#[derive(diesel::QueryableByName, serde::Serialize)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Double)]
    distance_m: f64,
    #[diesel(sql_type = BigInt)]
    free_mask: i64,
}

async fn search(request: HttpRequest, pool: web::Data<Postgres>) -> Result<HttpResponse, actix_web::Error> {
    let bad = actix_web::error::ErrorBadRequest::<String>;
    let asked: SearchSlots =
        doorstep_shared::endpoint::decode(&[], request.query_string(), b"").map_err(|error| bad(error.to_string()))?;
    let found = web::block(move || {
        let mut conn = pool.get().map_err(|error| error.to_string())?;
        let (Some(from), Some(to), Some(date)) = (asked.from, asked.to, asked.date.first()) else {
            return Err("a window and a date are needed".to_owned());
        };
        let mask = doorstep_shared::Span::new(from, to).map(doorstep_shared::Span::mask).unwrap_or_default();
        diesel::sql_query(SEARCH)
            .bind::<Double, _>(asked.lng.unwrap_or_default())
            .bind::<Double, _>(asked.lat.unwrap_or_default())
            .bind::<Date, _>(date)
            .bind::<SmallInt, _>(asked.age_months.unwrap_or_default() as i16)
            .bind::<BigInt, _>(mask as i64)
            .load::<Found>(&mut *conn)
            .map_err(|error| error.to_string())
    });
    let found = found.await?.map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(found))
}

/// The same view over answers recorded before: what rendering alone costs.
async fn page(port: u16, recorded: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(recorded).map_err(|error| error.to_string())?;
    let recorded: Arc<Recorded> = Arc::new(serde_json::from_str(&text).map_err(|error| error.to_string())?);
    listen(port, move |config: &mut web::ServiceConfig| {
        let recorded = Arc::clone(&recorded);
        let answer = move |request: HttpRequest| render(request, Arc::clone(&recorded));
        config.default_service(web::to(answer));
    })
    .await
}

async fn render(request: HttpRequest, recorded: Arc<Recorded>) -> HttpResponse {
    let (bundle, files) = (recorded.bundle.clone(), recorded.files.clone());
    let site = Site { bundle, staff_bundle: None, files, demo: false, tianditu_key: None };
    let visit = Visit {
        path: request.path().to_owned(),
        query: Fields::parse(request.query_string()),
        settings: Settings::read(None, ""),
        remembered: Fields::default(),
        now: recorded.page.as_of,
        signed_in: false,
        as_staff: false,
        site: Arc::new(site),
        form: None,
        door: door(recorded),
    };
    match app::answer(&visit).await {
        Answer::Page(page) => {
            HttpResponse::Ok().content_type("text/html; charset=utf-8").body(app::render(&visit, *page).html)
        }
        Answer::SeeOther(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn door(recorded: Arc<Recorded>) -> Door {
    Door(Rc::new(move |call: Call| {
        let answer = answer::<SearchSlots>(&call, &recorded.page)
            .or_else(|| answer::<doorstep_shared::nurseries::ListDistricts>(&call, &recorded.districts));
        Box::pin(std::future::ready(answer))
    }))
}

fn answer<E>(call: &Call, recorded: &E::Response) -> Option<Box<dyn std::any::Any>>
where
    E: Endpoint<Response: Clone>,
{
    let answer: Result<E::Response, Problem> = Ok(recorded.clone());
    (call.endpoint == std::any::TypeId::of::<E>()).then(|| Box::new(answer) as Box<dyn std::any::Any>)
}
