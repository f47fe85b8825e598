//! The calls about rosters: decode, one verb, encode.

use doorstep_shared::roster::{
    AddCarer, Carer, CopyRoster, GetPlacesWeek, PlacesChange, PlacesWeek, RemoveCarer, SetAllowed, SetRoster,
};

use super::{Asked, week};
use crate::{
    accounts::{EditsPlaces, KeepsBoard, person_name},
    api::{Api, Call},
    db::Conn,
    error::Result,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(get_week).on(set_roster).on(set_allowed).on(copy).on(add_carer).on(remove_carer);
}

async fn get_week(call: Call<KeepsBoard>, ask: GetPlacesWeek) -> Result<PlacesWeek> {
    let (policies, nursery, now) = (call.app.policy.clone(), call.who.nursery, call.now);
    let date = ask.date.unwrap_or_else(|| now.local_date());
    let read =
        move |conn: &mut Conn| week::week(conn, Asked { nursery, now, policies: &policies, accept: false }, date);
    call.app.db.read(read).await
}

async fn set_roster(call: Call<EditsPlaces>, ask: SetRoster) -> Result<PlacesChange> {
    change(call, ask.accept, move |conn, asked| super::set_roster(conn, asked, &ask)).await
}

async fn set_allowed(call: Call<EditsPlaces>, ask: SetAllowed) -> Result<PlacesChange> {
    change(call, ask.accept, move |conn, asked| super::set_allowed(conn, asked, &ask)).await
}

async fn copy(call: Call<EditsPlaces>, ask: CopyRoster) -> Result<PlacesChange> {
    change(call, ask.accept, move |conn, asked| super::copy(conn, asked, &ask)).await
}

async fn remove_carer(call: Call<EditsPlaces>, ask: RemoveCarer) -> Result<PlacesChange> {
    change(call, ask.accept, move |conn, asked| super::remove_carer(conn, asked, &ask)).await
}

async fn change(
    call: Call<EditsPlaces>,
    accept: bool,
    verb: impl FnOnce(&mut Conn, Asked<'_>) -> Result<PlacesChange> + Send + 'static,
) -> Result<PlacesChange> {
    let (policies, nursery, now) = (call.app.policy.clone(), call.who.nursery, call.now);
    call.write(move |conn| verb(conn, Asked { nursery, now, policies: &policies, accept })).await
}

async fn add_carer(call: Call<EditsPlaces>, ask: AddCarer) -> Result<Carer> {
    let name = person_name("name", &ask.name)?;
    let (nursery, now) = (call.who.nursery, call.now);
    call.write(move |conn| super::add_carer(conn, nursery, now, name)).await
}
