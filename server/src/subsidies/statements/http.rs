//! The calls about statements: decode, one verb, encode.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use doorstep_shared::{
    Method, Month, ProblemKind, Timestamp,
    ids::AccountId,
    statements::{ChildStatements, CloseMonth, GetChildStatements, GetStatement, GetStatements, Statement, Statements},
};

use uuid::Uuid;

use super::{
    close,
    read::{self, Asked},
    xlsx,
};
use crate::{
    accounts::{ClosesMonths, SeesBookings, SeesMoney},
    api::{Api, Call, add_cookies, problem_response},
    app::App,
    audit::{self, Action},
    auth::{Permission as _, Reply},
    db::Conn,
    error::{Error, Result},
    language,
};

/// All of a nursery's month.
const FILE: &str = "/api/v1/staff/statements/{month}/statements.xlsx";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(get_all).on(get_one).on(close_month).on(of_child);
    let summary = "What the nursery's children come to in a month, day by day, as a spreadsheet.";
    api.raw(Method::Get, FILE, SeesMoney::NAME, summary, |config| {
        config.route(FILE, web::get().to(file));
    });
}

async fn get_all(call: Call<SeesMoney>, GetStatements { month }: GetStatements) -> Result<Statements> {
    let (policies, nursery, now) = (call.app.policy.clone(), call.who.nursery, call.now);
    let read =
        move |conn: &mut Conn| read::statements(conn, Asked { policies: &policies, now, nursery, month, child: None });
    call.app.db.read(read).await
}

async fn get_one(call: Call<SeesMoney>, GetStatement { month, child_id }: GetStatement) -> Result<Statement> {
    let (policies, nursery, account, now) = (call.app.policy.clone(), call.who.nursery, call.who.account, call.now);
    let read = move |conn: &mut Conn| {
        read::statement(conn, Asked { policies: &policies, now, nursery, month, child: Some(child_id) })
    };
    let statement = call.app.db.read(read).await?;
    note(&call.app, now, account, Action::ChildSeenInStatement, child_id.0).await?;
    Ok(statement)
}

async fn close_month(call: Call<ClosesMonths>, CloseMonth { month, seen_fen }: CloseMonth) -> Result<Statements> {
    let (policies, nursery, account, now) = (call.app.policy.clone(), call.who.nursery, call.who.account, call.now);
    let close = move |conn: &mut Conn| {
        close::close(conn, Asked { policies: &policies, now, nursery, month, child: None }, account, seen_fen)
    };
    call.write(close).await
}

async fn of_child(call: Call<SeesBookings>, ask: GetChildStatements) -> Result<ChildStatements> {
    let (policies, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    let read = move |conn: &mut Conn| read::of_family(conn, &policies, now, family, (ask.id, ask.month));
    call.app.db.read(read).await
}

/// Writes down who looked, before anything is shown. What is shown was read before, so that adding up does not hold the writer.
async fn note(app: &App, now: Timestamp, account: AccountId, action: Action, subject: Uuid) -> Result<()> {
    app.db.write(move |conn| Ok(audit::record(conn, now, account, action, subject)?)).await
}

/// `GET` of the spreadsheet. That somebody took it is written down.
async fn file(app: web::Data<App>, request: HttpRequest, month: web::Path<String>) -> HttpResponse {
    let reply = Reply::of(&request);
    let mut response = match spreadsheet(&app, &request, &reply, &month).await.map_err(Error::into_problem) {
        Ok((month, file)) => HttpResponse::Ok()
            .content_type(XLSX)
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"statements-{month}.xlsx\"")))
            .body(file),
        Err(problem) => problem_response(&problem),
    };
    add_cookies(&reply, &mut response);
    response
}

async fn spreadsheet(app: &App, request: &HttpRequest, reply: &Reply, month: &str) -> Result<(Month, Vec<u8>)> {
    let holder = *SeesMoney::of(app, request, reply).await?;
    let month: Month = month.parse().map_err(|_| ProblemKind::Malformed)?;
    let (policies, now, locale) = (app.policy.clone(), app.clock.now(), language::of(request));
    let nursery = holder.nursery;
    let load =
        move |conn: &mut Conn| read::whole(conn, Asked { policies: &policies, now, nursery, month, child: None });
    let (all, each) = app.db.read(load).await?;
    note(app, now, holder.account, Action::StatementsExported, nursery.0).await?;
    let file = web::block(move || xlsx::file(&all, &each, locale)).await.map_err(Error::internal)??;
    Ok((month, file))
}
