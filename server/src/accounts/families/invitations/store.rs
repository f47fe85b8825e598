//! The rows of invitations.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    family::{InvitationAnswer, Role},
    ids::{AccountId, FamilyId, InvitationId, PickUpPersonId},
    phone::Phone,
};

use super::Invited;
use crate::{
    accounts::sessions::Holder,
    db::{
        Conn,
        schema::{account, family_invitation as invitation, family_member, pick_up_person},
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitation)]
pub struct Row {
    pub id: InvitationId,
    pub family_id: FamilyId,
    pub phone: String,
    pub role: Role,
    pub name: String,
    pub person_id: Option<PickUpPersonId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub answer: Option<InvitationAnswer>,
}

pub fn insert(
    conn: &mut Conn,
    id: InvitationId,
    holder: &Holder,
    invited: &Invited,
    texted: bool,
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(invitation::table)
        .values((
            invitation::id.eq(id),
            invitation::family_id.eq(holder.family),
            invitation::phone.eq(invited.phone.as_str()),
            invitation::role.eq(invited.role),
            invitation::name.eq(invited.name.clone()),
            invitation::person_id.eq(invited.person),
            invitation::invited_by.eq(holder.account),
            invitation::texted.eq(texted),
            invitation::created_at.eq(now),
            invitation::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// When the family's invitations since then were sent, newest first, those that ended included.
pub fn sent_since(conn: &mut Conn, family: FamilyId, since: Timestamp) -> QueryResult<Vec<Timestamp>> {
    invitation::table
        .filter(invitation::family_id.eq(family))
        .filter(invitation::created_at.gt(since))
        .order(invitation::created_at.desc())
        .select(invitation::created_at)
        .load(conn)
}

/// Text messages that invitations have sent to a number since then, whoever invited.
pub fn texts_since(conn: &mut Conn, phone: &Phone, since: Timestamp) -> QueryResult<i64> {
    invitation::table
        .filter(invitation::phone.eq(phone.as_str()))
        .filter(invitation::created_at.gt(since))
        .filter(invitation::texted.eq(true))
        .count()
        .get_result(conn)
}

/// Who belongs to the family, who picks up for it, and who is invited.
pub fn people(conn: &mut Conn, now: Timestamp, family: FamilyId) -> QueryResult<i64> {
    let members: i64 = family_member::table
        .filter(family_member::family_id.eq(family))
        .filter(family_member::role.ne(Role::PickUp))
        .count()
        .get_result(conn)?;
    let persons: i64 = pick_up_person::table.filter(pick_up_person::family_id.eq(family)).count().get_result(conn)?;
    let invited: i64 = invitation::table
        .filter(invitation::family_id.eq(family))
        .filter(invitation::person_id.is_null())
        .filter(invitation::answer.is_null())
        .filter(invitation::expires_at.gt(now))
        .count()
        .get_result(conn)?;
    Ok(members + persons + invited)
}

/// Which open invitations of a family.
pub enum Which<'a> {
    /// Of a number.
    Phone(&'a Phone),
    /// To sign in as a person who picks up.
    Person(PickUpPersonId),
    /// Sent by a guardian who is one no more.
    By(AccountId),
    All,
}

/// Takes back open invitations.
pub fn take_back(conn: &mut Conn, now: Timestamp, family: FamilyId, which: Which<'_>) -> QueryResult<()> {
    let open = invitation::table.filter(invitation::family_id.eq(family)).filter(invitation::answer.is_null());
    let ids = open.select(invitation::id).into_boxed();
    let ids = match which {
        Which::Phone(phone) => ids.filter(invitation::phone.eq(phone.as_str().to_owned())),
        Which::Person(person) => ids.filter(invitation::person_id.eq(person)),
        Which::By(account) => ids.filter(invitation::invited_by.eq(account)),
        Which::All => ids,
    };
    let ids: Vec<InvitationId> = ids.load(conn)?;
    diesel::update(invitation::table.filter(invitation::id.eq_any(ids)))
        .set((invitation::answer.eq(InvitationAnswer::Revoked), invitation::answered_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Newest first.
pub fn of_family(conn: &mut Conn, family: FamilyId) -> QueryResult<Vec<Row>> {
    invitation::table
        .filter(invitation::family_id.eq(family))
        .order((invitation::created_at.desc(), invitation::id.desc()))
        .select(Row::as_select())
        .load(conn)
}

/// Open invitations of a number with the phone of the guardian who invites, newest first.
pub fn of_phone(conn: &mut Conn, now: Timestamp, phone: &Phone) -> QueryResult<Vec<(Row, String)>> {
    invitation::table
        .inner_join(account::table.on(account::id.eq(invitation::invited_by)))
        .filter(invitation::phone.eq(phone.as_str()))
        .filter(invitation::answer.is_null())
        .filter(invitation::expires_at.gt(now))
        .order((invitation::created_at.desc(), invitation::id.desc()))
        .select((Row::as_select(), account::phone))
        .load(conn)
}

pub fn find(conn: &mut Conn, id: InvitationId) -> QueryResult<Option<Row>> {
    invitation::table.find(id).select(Row::as_select()).first(conn).optional()
}

/// Writes the answer to an open invitation, once; false when it has ended.
pub fn answer(conn: &mut Conn, now: Timestamp, id: InvitationId, answer: InvitationAnswer) -> QueryResult<bool> {
    let open = invitation::table
        .filter(invitation::id.eq(id))
        .filter(invitation::answer.is_null())
        .filter(invitation::expires_at.gt(now));
    let answered = (invitation::answer.eq(answer), invitation::answered_at.eq(now));
    Ok(diesel::update(open).set(answered).execute(conn)? == 1)
}

/// Shows an invitation that has ended no longer; it counts on.
pub fn put_away(conn: &mut Conn, id: InvitationId) -> QueryResult<()> {
    diesel::update(invitation::table.find(id)).set(invitation::answer.eq(InvitationAnswer::Revoked)).execute(conn)?;
    Ok(())
}

/// What limits no longer count goes at once, the rest says no name and goes with time.
pub fn forget_family(conn: &mut Conn, family: FamilyId, counted_since: Timestamp) -> QueryResult<()> {
    let of_family = invitation::table.filter(invitation::family_id.eq(family));
    diesel::delete(of_family.filter(invitation::created_at.le(counted_since))).execute(conn)?;
    diesel::update(of_family).set(invitation::name.eq("")).execute(conn)?;
    Ok(())
}

pub fn forget_phone(conn: &mut Conn, phone: &Phone) -> QueryResult<()> {
    diesel::delete(invitation::table.filter(invitation::phone.eq(phone.as_str()))).execute(conn)?;
    Ok(())
}

/// Rows erased in one transaction at most.
const PRUNED: i64 = 5_000;

/// Erases invitations that ran out by `oldest`.
pub fn delete_over(conn: &mut Conn, oldest: Timestamp) -> QueryResult<usize> {
    let over = invitation::table.filter(invitation::expires_at.le(oldest));
    let over: Vec<InvitationId> = over.select(invitation::id).limit(PRUNED).load(conn)?;
    diesel::delete(invitation::table.filter(invitation::id.eq_any(over))).execute(conn)
}
