//! The calls about codes to pick up with: decode, one verb, encode.

use doorstep_shared::{
    ProblemKind,
    family::{IssuePickUpCode, ListPickUpCodes, ListPickUps, PickUpCode, PickUpCodes, PickUps, RevokePickUpCode},
};

use crate::{
    accounts::{Guardian, PicksUp, SeesBookings},
    api::{Api, Call},
    error::Result,
    language,
};

pub fn register(api: &mut Api) {
    api.on(issue).on(list).on(revoke).on(pick_ups);
}

async fn issue(call: Call<Guardian>, ask: IssuePickUpCode) -> Result<PickUpCode> {
    let (now, holder, policy) = (call.now, *call.who, call.app.policy.clone());
    let (digits, locale) = (call.app.accounts.pick_up_digits(), language::of(&call.request));
    let (draw, verb_policy) = (digits.clone(), policy.clone());
    // Only the id enters the record of answers; the digits are drawn from it.
    let verb = move |conn: &mut _| super::issue(conn, &verb_policy, now, &draw, &holder, locale, &ask);
    let id = call.write(verb).await?;
    let codes = call.app.db.read(move |conn| super::list(conn, &policy, now, holder.family, ask.id)).await?;
    // Followed by another one at once, or its day was given up.
    let code = codes.into_iter().find(|code| code.date == ask.date).ok_or(ProblemKind::WrongState)?;
    Ok(PickUpCode { code: Some(digits.of(id)), ..code })
}

async fn list(call: Call<SeesBookings>, wanted: ListPickUpCodes) -> Result<PickUpCodes> {
    let (now, family, policy) = (call.now, call.who.family, call.app.policy.clone());
    let items = call.app.db.read(move |conn| super::list(conn, &policy, now, family, wanted.id)).await?;
    Ok(PickUpCodes { items })
}

async fn revoke(call: Call<Guardian>, wanted: RevokePickUpCode) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| super::revoke(conn, now, &holder, wanted.id, wanted.date)).await
}

async fn pick_ups(call: Call<PicksUp>, _: ListPickUps) -> Result<PickUps> {
    let (now, holder, policy) = (call.now, *call.who, call.app.policy.clone());
    let digits = call.app.accounts.pick_up_digits();
    let items = call.app.db.read(move |conn| super::pick_ups(conn, &policy, now, &digits, &holder)).await?;
    Ok(PickUps { items })
}
