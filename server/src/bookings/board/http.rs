//! The calls about boards: decode, one verb, encode.

use actix_web::{HttpRequest, HttpResponse, web};
use doorstep_shared::{
    Method, ProblemKind,
    board::{
        ActionsSent, Board, BoardDetails, CollectChild, Collected, DoorShown, EnterDoor, Entered, FindDoorCode,
        FoundByCode, GetBoard, GetBoardDetails, SendActions, ShowDoor,
    },
    ids::{AccountId, BookingDayId, NurseryId, PickUpPersonId},
};

use super::{Asked, door, read};
use crate::{
    accounts::{self, ChecksIn, KeepsBoard, SeesBookings, SeesNurseryChildren},
    api::{Api, Call, add_cookies, problem_response},
    app::App,
    auth::{Permission, Reply},
    db::Conn,
    error::{Error, Result},
};

/// Of somebody who may collect a child, by the child's day.
const PHOTO: &str = "/api/v1/staff/board/days/{id}/photos/{person_id}";

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(get).on(send).on(details).on(collect).on(find_code).on(show_door).on(enter);
    let summary = "The photo of somebody who may collect a child that is on today's board, a small JPEG.";
    api.raw(Method::Get, PHOTO, SeesNurseryChildren::NAME, summary, |config| {
        config.route(PHOTO, web::get().to(photo));
    });
}

/// `GET` of a photo. Who looked at it is written down.
async fn photo(app: web::Data<App>, request: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let reply = Reply::of(&request);
    let mut answer = match open_photo(&app, &request, &reply, &path).await.map_err(Error::into_problem) {
        Ok(photo) => accounts::photo_response(photo),
        Err(problem) => problem_response(&problem),
    };
    add_cookies(&reply, &mut answer);
    answer
}

async fn open_photo(
    app: &App,
    request: &HttpRequest,
    reply: &Reply,
    (day, person): &(String, String),
) -> Result<Vec<u8>> {
    let holder = *SeesNurseryChildren::of(app, request, reply).await?;
    let day: BookingDayId = day.parse().map_err(|_| ProblemKind::NotFound)?;
    let person: PickUpPersonId = person.parse().map_err(|_| ProblemKind::NotFound)?;
    let (now, photos) = (app.clock.now(), app.accounts.collector_photos());
    app.db.write(move |conn| door::photo(conn, now, &photos, (holder.account, holder.nursery), day, person)).await
}

async fn get(call: Call<KeepsBoard>, _: GetBoard) -> Result<Board> {
    let (policies, seal) = (call.app.policy.clone(), call.app.accounts.board_seal());
    let (nursery, now) = (call.who.nursery, call.now);
    let read = move |conn: &mut _| read::board(conn, &policies, nursery, now.local_date(), now, Some(&seal));
    call.app.db.read(read).await
}

async fn send(call: Call<ChecksIn>, ask: SendActions) -> Result<ActionsSent> {
    let at = (call.who.nursery, call.who.account);
    write(call, at, move |conn, asked| super::send(conn, asked, &ask)).await
}

async fn details(call: Call<SeesNurseryChildren>, ask: GetBoardDetails) -> Result<BoardDetails> {
    let (health, at) = (call.app.accounts.child_health(), (call.who.nursery, call.who.account));
    write(call, at, move |conn, asked| door::details(conn, asked, &health, ask.id)).await
}

async fn collect(call: Call<ChecksIn>, ask: CollectChild) -> Result<Collected> {
    let (digits, at) = (call.app.accounts.pick_up_digits(), (call.who.nursery, call.who.account));
    let verb = move |conn: &mut Conn, asked: Asked<'_>| door::collect(conn, asked, &digits, ask.id, ask.code.expose());
    write(call, at, verb).await?.ok_or_else(|| ProblemKind::WrongCode.into())
}

async fn find_code(call: Call<ChecksIn>, ask: FindDoorCode) -> Result<FoundByCode> {
    let (nursery, now) = (call.who.nursery, call.now);
    let find = move |conn: &mut Conn| door::by_code(conn, nursery, now, ask.code.expose());
    let day_ids = call.app.db.read(find).await?;
    if day_ids.is_empty() { Err(ProblemKind::NotFound.into()) } else { Ok(FoundByCode { day_ids }) }
}

async fn show_door(call: Call<ChecksIn>, _: ShowDoor) -> Result<DoorShown> {
    let nursery = call.who.nursery;
    let (token, seconds) = door::shown(&call.app.accounts.door_key(), nursery, call.now);
    let url = format!("{}/door?nursery={nursery}&token={token}", call.app.config.origin());
    Ok(DoorShown { url: url.as_str().into(), seconds })
}

async fn enter(call: Call<SeesBookings>, ask: EnterDoor) -> Result<Entered> {
    if !door::is_said(&call.app.accounts.door_key(), ask.nursery_id, call.now, ask.token.expose()) {
        return Err(ProblemKind::WrongCode.into());
    }
    let (family, at) = (call.who.family, (ask.nursery_id, call.who.account));
    write(call, at, move |conn, asked| door::enter(conn, asked, family)).await
}

async fn write<P: Permission, T>(
    call: Call<P>,
    (nursery, account): (NurseryId, AccountId),
    verb: impl FnOnce(&mut Conn, Asked<'_>) -> Result<T> + Send + 'static,
) -> Result<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
{
    let (policies, seal, now) = (call.app.policy.clone(), call.app.accounts.board_seal(), call.now);
    call.write(move |conn| verb(conn, Asked { nursery, account: Some(account), now, policies: &policies, seal: &seal }))
        .await
}
