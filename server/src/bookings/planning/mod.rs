//! Looking ahead, for who plans the places of a nursery. Reads what is booked; decides and changes nothing.

mod ageing;
mod outlook;
mod store;

use doorstep_shared::planning::{Ageing, GetAgeing, GetOutlook, Outlook};

use crate::{
    accounts::{EditsPlaces, SeesNurseryChildren},
    api::{Api, Call},
    db::Conn,
    error::Result,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(outlook).on(ageing);
}

async fn outlook(call: Call<EditsPlaces>, ask: GetOutlook) -> Result<Outlook> {
    let (policies, nursery, now) = (call.app.policy.clone(), call.who.nursery, call.now);
    let read = move |conn: &mut Conn| outlook::outlook(conn, &policies, now, nursery, &ask);
    call.app.db.read(read).await
}

async fn ageing(call: Call<SeesNurseryChildren>, _: GetAgeing) -> Result<Ageing> {
    let (policies, nursery, now) = (call.app.policy.clone(), call.who.nursery, call.now);
    call.app.db.read(move |conn: &mut Conn| ageing::ageing(conn, &policies, now, nursery)).await
}
