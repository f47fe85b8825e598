//! The calls about who belongs to a family: decode, one verb, encode.

use std::ops::Deref;

use actix_web::web;
use doorstep_shared::{
    Method, Timestamp,
    accounts::{ChooseFamily, Me},
    family::{
        AcceptInvitation, AddPickUpPerson, ChangeMember, ChangePickUpPerson, DeclineInvitation, FamilyPeople,
        GetFamily, Invitation, Invite, LeaveFamily, ListMyInvitations, MyInvitations, PickUpPerson, RemoveMember,
        RemovePickUpPerson, RevokeInvitation,
    },
    ids::PickUpPersonId,
};

use super::{
    invitations::{self, Inviting},
    members,
    pick_ups::{self, photo},
};
use crate::{
    accounts::{
        permission::{ManagesFamily, SeesFamily, SignedIn},
        sessions::Holder,
    },
    api::{Api, Call, Upload},
    auth::Permission,
    db::Conn,
    error::Result,
    language,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(choose).on(leave);
    api.on(people).on(change_member).on(remove_member);
    api.on(invite).on(revoke).on(mine).on(accept).on(decline);
    api.on(add_person).on(change_person).on(remove_person);
    let upload = Upload {
        path: photo::PATH,
        summary: "The photo of a person who picks up, as a form sends it: the field `photo`, JPEG, PNG or WebP.",
        field: "photo",
        most: photo::MOST_BYTES,
        page: |id| format!("/family/pick-up/{id}"),
    };
    api.upload(upload, photo::receive).on(photo::erase);
    let summary = "The photo of a person who picks up, a small JPEG.";
    api.raw(Method::Get, photo::PATH, SeesFamily::NAME, summary, |config| {
        config.route(photo::PATH, web::get().to(photo::answer));
    });
}

async fn choose(call: Call<SignedIn>, chosen: ChooseFamily) -> Result<Me> {
    let (now, holder) = (call.now, *call.who);
    // Without an idempotency record: chosen twice is chosen, and the answer is who one is now.
    let choose = move |conn: &mut Conn| super::choose(conn, now, &holder, chosen.family_id);
    let (holder, me) = call.app.db.write(choose).await?;
    call.app.accounts.acts_as(&call, holder)?;
    Ok(me)
}

async fn leave(call: Call<SignedIn>, _: LeaveFamily) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| members::leave(conn, now, &holder)).await?;
    call.app.accounts.live.ended_in(now, holder.account, holder.family);
    call.app.accounts.leave::<Holder, _>(&call);
    Ok(())
}

async fn people(call: Call<SeesFamily>, _: GetFamily) -> Result<FamilyPeople> {
    let (now, holder) = (call.now, *call.who);
    call.app.db.read(move |conn| members::people(conn, now, &holder)).await
}

async fn change_member(call: Call<ManagesFamily>, change: ChangeMember) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    let signed_out = call.write(move |conn| members::change(conn, now, &holder, &change)).await?;
    sign_out(&call, signed_out);
    Ok(())
}

async fn remove_member(call: Call<ManagesFamily>, wanted: RemoveMember) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| members::remove(conn, now, &holder, wanted.id)).await?;
    sign_out(&call, Some(wanted.id));
    Ok(())
}

/// Ends in this process what the database has ended.
fn sign_out<P: Permission + Deref<Target = Holder>>(call: &Call<P>, account: members::SignedOut) {
    if let Some(account) = account {
        call.app.accounts.live.ended_in(call.now, account, call.who.family);
        if account == call.who.account {
            call.app.accounts.leave::<Holder, _>(call);
        }
    }
}

/// Runs a verb that may invite somebody.
async fn inviting<T, F>(call: &Call<ManagesFamily>, verb: F) -> Result<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
    F: FnOnce(&mut Conn, Timestamp, &Inviting<'_>, &Holder) -> Result<T> + Send + 'static,
{
    let (now, holder, locale) = (call.now, *call.who, language::of(&call.request));
    let site = call.app.config.origin();
    let rules = call.app.policy.on(now.local_date()).family;
    call.write(move |conn| verb(conn, now, &Inviting { rules, locale, site: &site }, &holder)).await
}

async fn invite(call: Call<ManagesFamily>, asked: Invite) -> Result<Invitation> {
    let (now, holder) = (call.now, *call.who);
    let id =
        inviting(&call, move |conn, now, with, holder| invitations::invite(conn, now, with, holder, &asked)).await?;
    call.app.db.read(move |conn| invitations::get(conn, now, &holder, id)).await
}

async fn revoke(call: Call<ManagesFamily>, wanted: RevokeInvitation) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| invitations::revoke(conn, now, &holder, wanted.id)).await
}

async fn mine(call: Call<SignedIn>, _: ListMyInvitations) -> Result<MyInvitations> {
    let (now, holder) = (call.now, *call.who);
    let items = call.app.db.read(move |conn| invitations::mine(conn, now, &holder)).await?;
    Ok(MyInvitations { items })
}

async fn accept(call: Call<SignedIn>, wanted: AcceptInvitation) -> Result<Me> {
    let (now, holder) = (call.now, *call.who);
    // Without an idempotency record: it is accepted once, and the answer is who one is then.
    let (holder, me) = call.app.db.write(move |conn| invitations::accept(conn, now, &holder, wanted.id)).await?;
    call.app.accounts.acts_as(&call, holder)?;
    Ok(me)
}

async fn decline(call: Call<SignedIn>, wanted: DeclineInvitation) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| invitations::decline(conn, now, &holder, wanted.id)).await
}

async fn add_person(call: Call<ManagesFamily>, person: AddPickUpPerson) -> Result<PickUpPerson> {
    let id = inviting(&call, move |conn, now, with, holder| pick_ups::add(conn, now, with, holder, &person)).await?;
    person_of(&call, id).await
}

async fn change_person(call: Call<ManagesFamily>, change: ChangePickUpPerson) -> Result<PickUpPerson> {
    let verb = move |conn: &mut Conn, now, with: &Inviting<'_>, holder: &Holder| {
        pick_ups::change(conn, now, with, holder, &change)
    };
    let (id, signed_out) = inviting(&call, verb).await?;
    sign_out(&call, signed_out);
    person_of(&call, id).await
}

async fn person_of(call: &Call<ManagesFamily>, id: PickUpPersonId) -> Result<PickUpPerson> {
    let family = call.who.family;
    call.app.db.read(move |conn| pick_ups::get(conn, family, id)).await
}

async fn remove_person(call: Call<ManagesFamily>, wanted: RemovePickUpPerson) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    let signed_out = call.write(move |conn| pick_ups::remove(conn, now, &holder, wanted.id)).await?;
    sign_out(&call, signed_out);
    Ok(())
}
