//! A child's days as a calendar that a phone follows: a link with a secret instead of a sign-in, which calendars cannot.

mod store;

use actix_web::{HttpResponse, web};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use doorstep_shared::{
    Problem, ProblemKind,
    bookings::{CalendarFeed, EndCalendarFeed, GetCalendarFeed, MakeCalendarFeed, NewCalendarFeed},
    ids::{ChildId, FamilyId},
};
use sha2::{Digest as _, Sha256};

use super::{calendar, read};
use crate::{
    accounts::{ManagesChildren, SeesChildren},
    api::{Call, problem_response},
    app::App,
    db::Conn,
    error::{Error, Result},
};

/// The secret travels in the query, which is never logged.
pub const PATH: &str = "/api/v1/calendar.ics";

/// Days of the past that stay in the calendar.
const PAST: Duration = Duration::days(60);

pub async fn make(call: Call<ManagesChildren>, MakeCalendarFeed { id }: MakeCalendarFeed) -> Result<NewCalendarFeed> {
    let (family, now) = (call.who.family, call.now);
    let key = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
    let url = format!("{}{PATH}?key={key}", call.app.config.origin());
    call.write(move |conn| {
        is_theirs(conn, family, id)?;
        store::replace(conn, now, id, &hash(&key))?;
        Ok(NewCalendarFeed { url, created_at: now })
    })
    .await
}

pub async fn get(call: Call<SeesChildren>, GetCalendarFeed { id }: GetCalendarFeed) -> Result<CalendarFeed> {
    let family = call.who.family;
    let read = move |conn: &mut Conn| {
        is_theirs(conn, family, id)?;
        Ok(CalendarFeed { created_at: store::created_at(conn, id)? })
    };
    call.app.db.read(read).await
}

pub async fn end(call: Call<ManagesChildren>, EndCalendarFeed { id }: EndCalendarFeed) -> Result<()> {
    let family = call.who.family;
    call.write(move |conn| {
        is_theirs(conn, family, id)?;
        Ok(store::end(conn, id)?)
    })
    .await
}

/// # Errors
/// `not-found` for a child of another family, or one that was erased.
fn is_theirs(conn: &mut Conn, family: FamilyId, child: ChildId) -> Result<()> {
    store::child_of(conn, family, child)?.map(drop).ok_or_else(|| Problem::new(ProblemKind::NotFound).into())
}

fn hash(key: &str) -> Vec<u8> {
    Sha256::digest(key).to_vec()
}

#[derive(serde::Deserialize)]
pub struct Key {
    key: Option<String>,
}

/// `GET /api/v1/calendar.ics?key=…`.
pub async fn answer(app: web::Data<App>, query: web::Query<Key>) -> HttpResponse {
    match follow(&app, query.into_inner()).await.map_err(Error::into_problem) {
        Ok(file) => calendar::response(file, "child.ics"),
        Err(problem) => problem_response(&problem),
    }
}

async fn follow(app: &App, query: Key) -> Result<String> {
    let key_hash = hash(&query.key.unwrap_or_default());
    let (policy, now) = (app.policy.clone(), app.clock.now());
    app.db
        .read(move |conn| {
            let followed = store::followed(conn, &key_hash)?;
            let (child, name, family) = followed.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
            let bookings = read::since(conn, &policy, now, family, Some((now - PAST).local_date()))?;
            Ok(calendar::of_child(&bookings, child, &name))
        })
        .await
}
