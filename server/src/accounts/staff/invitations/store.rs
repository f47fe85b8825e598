//! The rows of invitations to work at a nursery.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, NurseryId, StaffInvitationId},
    phone::Phone,
    staff::{StaffInvitationAnswer, StaffInvitationPurpose, StaffRole},
};

use super::Invited;
use crate::db::{
    Conn,
    schema::{nursery, staff_invitation as invitation},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitation)]
pub struct Row {
    pub id: StaffInvitationId,
    pub nursery_id: NurseryId,
    pub purpose: StaffInvitationPurpose,
    pub phone: String,
    pub role: StaffRole,
    pub name: String,
    pub totp_sealed: Option<Vec<u8>>,
    pub tries: i16,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub answer: Option<StaffInvitationAnswer>,
}

pub fn insert(
    conn: &mut Conn,
    id: StaffInvitationId,
    invited: &Invited,
    code_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(invitation::table)
        .values((
            invitation::id.eq(id),
            invitation::nursery_id.eq(invited.nursery),
            invitation::purpose.eq(invited.purpose),
            invitation::phone.eq(invited.phone.as_str()),
            invitation::role.eq(invited.role),
            invitation::name.eq(&invited.name),
            invitation::code_hash.eq(code_hash.to_vec()),
            invitation::invited_by.eq(invited.by),
            invitation::created_at.eq(now),
            invitation::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The name of a nursery of the register.
pub fn nursery_name(conn: &mut Conn, id: NurseryId) -> QueryResult<Option<String>> {
    let known = nursery::table.find(id).filter(nursery::import_id.is_null());
    known.select(nursery::name).first(conn).optional()
}

/// Which invitations count against a limit.
pub enum Sent<'a> {
    By(NurseryId),
    To(&'a Phone),
}

/// When heads have sent invitations since then, newest first, those that ended included.
pub fn sent_since(conn: &mut Conn, which: &Sent<'_>, since: Timestamp) -> QueryResult<Vec<Timestamp>> {
    let sent = invitation::table
        .filter(invitation::created_at.gt(since))
        .filter(invitation::invited_by.is_not_null())
        .order(invitation::created_at.desc())
        .select(invitation::created_at)
        .into_boxed();
    match which {
        Sent::By(nursery) => sent.filter(invitation::nursery_id.eq(*nursery)).load(conn),
        Sent::To(phone) => sent.filter(invitation::phone.eq(phone.as_str().to_owned())).load(conn),
    }
}

/// Which open invitations of a nursery.
pub enum Which<'a> {
    /// Of a number.
    Phone(&'a Phone),
    /// Sent by a head who is one no more.
    By(AccountId),
}

/// Takes back open invitations.
pub fn take_back(conn: &mut Conn, now: Timestamp, at: NurseryId, which: &Which<'_>) -> QueryResult<()> {
    let open = invitation::table.filter(invitation::nursery_id.eq(at)).filter(invitation::answer.is_null());
    let ids = open.select(invitation::id).into_boxed();
    let ids = match which {
        Which::Phone(phone) => ids.filter(invitation::phone.eq(phone.as_str().to_owned())),
        Which::By(account) => ids.filter(invitation::invited_by.eq(*account)),
    };
    let ids: Vec<StaffInvitationId> = ids.load(conn)?;
    diesel::update(invitation::table.filter(invitation::id.eq_any(ids)))
        .set((invitation::answer.eq(StaffInvitationAnswer::Revoked), invitation::answered_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Those that have not been answered, newest first.
pub fn unanswered(conn: &mut Conn, at: NurseryId) -> QueryResult<Vec<Row>> {
    invitation::table
        .filter(invitation::nursery_id.eq(at))
        .filter(invitation::answer.is_null())
        .order((invitation::created_at.desc(), invitation::id.desc()))
        .select(Row::as_select())
        .load(conn)
}

pub fn find(conn: &mut Conn, id: StaffInvitationId) -> QueryResult<Option<Row>> {
    invitation::table.find(id).select(Row::as_select()).first(conn).optional()
}

/// Which nursery the code invites to.
pub fn nursery_of_code(conn: &mut Conn, code_hash: &[u8]) -> QueryResult<Option<NurseryId>> {
    let row = invitation::table.filter(invitation::code_hash.eq(code_hash.to_vec()));
    row.select(invitation::nursery_id).first(conn).optional()
}

/// The invitation of a code, kept from others until the transaction ends.
pub fn lock_by_code(conn: &mut Conn, code_hash: &[u8]) -> QueryResult<Option<Row>> {
    let row = invitation::table.filter(invitation::code_hash.eq(code_hash.to_vec()));
    match conn {
        Conn::Postgres(conn) => {
            row.clone().select(invitation::id).for_update().first::<StaffInvitationId>(conn).optional()?;
        }
        // The writer is alone.
        Conn::Sqlite(_) => (),
    }
    row.select(Row::as_select()).first(conn).optional()
}

pub fn count_try(conn: &mut Conn, id: StaffInvitationId) -> QueryResult<()> {
    diesel::update(invitation::table.find(id)).set(invitation::tries.eq(invitation::tries + 1)).execute(conn)?;
    Ok(())
}

pub fn put_app(conn: &mut Conn, id: StaffInvitationId, totp_sealed: &[u8]) -> QueryResult<()> {
    diesel::update(invitation::table.find(id)).set(invitation::totp_sealed.eq(totp_sealed.to_vec())).execute(conn)?;
    Ok(())
}

/// Writes the answer; the secret of the app has gone where it belongs, or is of no use any more.
pub fn answer(
    conn: &mut Conn,
    now: Timestamp,
    id: StaffInvitationId,
    answer: StaffInvitationAnswer,
) -> QueryResult<()> {
    diesel::update(invitation::table.find(id))
        .set((
            invitation::answer.eq(answer),
            invitation::answered_at.eq(now),
            invitation::totp_sealed.eq(None::<Vec<u8>>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Rows erased in one transaction at most.
const PRUNED: i64 = 5_000;

/// Erases invitations that ran out by `oldest`.
pub fn delete_over(conn: &mut Conn, oldest: Timestamp) -> QueryResult<usize> {
    let over = invitation::table.filter(invitation::expires_at.le(oldest));
    let over: Vec<StaffInvitationId> = over.select(invitation::id).limit(PRUNED).load(conn)?;
    diesel::delete(invitation::table.filter(invitation::id.eq_any(over))).execute(conn)
}
