//! The calls about opening hours: decode, one verb, encode.

use doorstep_shared::{
    Problem, ProblemKind,
    hours::{
        ChangeHours, GetHours, GetHoursChange, HoursPreview, HoursRecord, LiftClosure, OpeningHours, PreviewHours,
    },
};

use super::{Asked, record};
use crate::{
    accounts::{EditsPlaces, KeepsBoard},
    api::{Api, Call},
    db::Conn,
    error::Result,
    nurseries::hours as register_of_hours,
    policy::Policies,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(get).on(preview).on(change).on(get_change).on(lift);
}

async fn get(call: Call<KeepsBoard>, _: GetHours) -> Result<OpeningHours> {
    let (policies, nursery, account, now) = (call.app.policy.clone(), call.who.nursery, call.who.account, call.now);
    let read = move |conn: &mut Conn| record::opening(conn, Asked { nursery, account, now, policies: &policies });
    call.app.db.read(read).await
}

async fn preview(call: Call<EditsPlaces>, ask: PreviewHours) -> Result<HoursPreview> {
    let policies = call.app.policy.clone();
    let asked = asked(&call);
    let read = move |conn: &mut Conn| super::preview(conn, asked(&policies), &ask.change, ask.instead);
    call.app.db.read(read).await
}

async fn change(call: Call<EditsPlaces>, ask: ChangeHours) -> Result<HoursRecord> {
    let policies = call.app.policy.clone();
    let asked = asked(&call);
    call.write(move |conn| super::change(conn, asked(&policies), (&ask.change, ask.instead), &ask.reason, &ask.seen))
        .await
}

async fn get_change(call: Call<EditsPlaces>, GetHoursChange { id }: GetHoursChange) -> Result<HoursRecord> {
    let nursery = call.who.nursery;
    let read = move |conn: &mut Conn| {
        let row = register_of_hours::find(conn, nursery, id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let touched = record::noted(conn, id)?;
        record::of(&row, touched)
    };
    call.app.db.read(read).await
}

async fn lift(call: Call<EditsPlaces>, LiftClosure { id }: LiftClosure) -> Result<HoursRecord> {
    let policies = call.app.policy.clone();
    let asked = asked(&call);
    call.write(move |conn| super::lift(conn, asked(&policies), id)).await
}

/// Who asks, once the policies are at hand.
fn asked(call: &Call<EditsPlaces>) -> impl Fn(&Policies) -> Asked<'_> + Send + use<> {
    let (nursery, account, now) = (call.who.nursery, call.who.account, call.now);
    move |policies| Asked { nursery, account, now, policies }
}
