//! The rows of who works where.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, NurseryId, SessionId},
    phone::Phone,
    staff::{StaffRole, StaffSession, Workplace},
};

use crate::{
    accounts::sessions::{Actor as _, StaffHolder},
    db::{
        Conn,
        schema::{account, nursery, session, staff_member},
    },
};

pub fn insert_member(
    conn: &mut Conn,
    now: Timestamp,
    at: NurseryId,
    account: AccountId,
    role: StaffRole,
    name: &str,
) -> QueryResult<()> {
    diesel::insert_into(staff_member::table)
        .values((
            staff_member::nursery_id.eq(at),
            staff_member::account_id.eq(account),
            staff_member::role.eq(role),
            staff_member::name.eq(name),
            staff_member::joined_at.eq(now),
            staff_member::chosen_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The nursery that an account chose last, with its role there.
pub fn chosen(conn: &mut Conn, account: AccountId) -> QueryResult<Option<(NurseryId, StaffRole)>> {
    staff_member::table
        .filter(staff_member::account_id.eq(account))
        .order((staff_member::chosen_at.desc(), staff_member::nursery_id.desc()))
        .select((staff_member::nursery_id, staff_member::role))
        .first(conn)
        .optional()
}

/// Notes that an account acts for a nursery now; its role there, or None when it does not work there.
pub fn choose(conn: &mut Conn, now: Timestamp, account: AccountId, at: NurseryId) -> QueryResult<Option<StaffRole>> {
    diesel::update(staff_member::table.find((at, account)))
        .set(staff_member::chosen_at.eq(now))
        .returning(staff_member::role)
        .get_result(conn)
        .optional()
}

/// Where an account works, the longest known first.
pub fn workplaces(conn: &mut Conn, account: AccountId) -> QueryResult<Vec<Workplace>> {
    let rows: Vec<(NurseryId, String, StaffRole, String)> = staff_member::table
        .inner_join(nursery::table)
        .filter(staff_member::account_id.eq(account))
        .order((staff_member::joined_at, staff_member::nursery_id))
        .select((nursery::id, nursery::name, staff_member::role, staff_member::name))
        .load(conn)?;
    let place = |(nursery_id, nursery_name, role, name)| Workplace { nursery_id, nursery_name, role, name };
    Ok(rows.into_iter().map(place).collect())
}

/// Keeps other changes of who works at a nursery away until the transaction ends.
pub fn lock_staff(conn: &mut Conn, at: NurseryId) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => {
            // Not FOR UPDATE: rows of other tables that point at the nursery may still be written.
            let row = nursery::table.find(at).select(nursery::id);
            row.for_no_key_update().first::<NurseryId>(conn).optional()?;
        }
        // The writer is alone.
        Conn::Sqlite(_) => (),
    }
    Ok(())
}

pub fn role(conn: &mut Conn, at: NurseryId, account: AccountId) -> QueryResult<Option<StaffRole>> {
    staff_member::table.find((at, account)).select(staff_member::role).first(conn).optional()
}

/// Role and name of who works there.
pub fn member(conn: &mut Conn, at: NurseryId, account: AccountId) -> QueryResult<Option<(StaffRole, String)>> {
    let member = staff_member::table.find((at, account));
    member.select((staff_member::role, staff_member::name)).first(conn).optional()
}

/// Whether a number is of somebody who works there.
pub fn has_phone(conn: &mut Conn, at: NurseryId, phone: &Phone) -> QueryResult<bool> {
    let found = staff_member::table
        .inner_join(account::table)
        .filter(staff_member::nursery_id.eq(at))
        .filter(account::phone.eq(phone.as_str()));
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

/// Whether an account is a head, anywhere.
pub fn is_head(conn: &mut Conn, account: AccountId) -> QueryResult<bool> {
    let found =
        staff_member::table.filter(staff_member::account_id.eq(account)).filter(staff_member::role.eq(StaffRole::Head));
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

/// How many heads a nursery has.
pub fn heads(conn: &mut Conn, at: NurseryId) -> QueryResult<usize> {
    let heads = staff_member::table.filter(staff_member::nursery_id.eq(at));
    let heads: i64 = heads.filter(staff_member::role.eq(StaffRole::Head)).count().get_result(conn)?;
    Ok(usize::try_from(heads).unwrap_or_default())
}

/// Somebody who works at a nursery.
pub struct Member {
    pub account_id: AccountId,
    pub role: StaffRole,
    pub name: String,
    pub phone: String,
    pub joined_at: Timestamp,
}

/// The longest-standing first.
pub fn members(conn: &mut Conn, at: NurseryId) -> QueryResult<Vec<Member>> {
    let rows: Vec<(AccountId, StaffRole, String, String, Timestamp)> = staff_member::table
        .inner_join(account::table)
        .filter(staff_member::nursery_id.eq(at))
        .order((staff_member::joined_at, staff_member::account_id))
        .select((account::id, staff_member::role, staff_member::name, account::phone, staff_member::joined_at))
        .load(conn)?;
    let member = |(account_id, role, name, phone, joined_at)| Member { account_id, role, name, phone, joined_at };
    Ok(rows.into_iter().map(member).collect())
}

pub fn rename(conn: &mut Conn, at: NurseryId, account: AccountId, name: &str) -> QueryResult<()> {
    diesel::update(staff_member::table.find((at, account))).set(staff_member::name.eq(name)).execute(conn)?;
    Ok(())
}

pub fn set_role(conn: &mut Conn, at: NurseryId, account: AccountId, role: StaffRole) -> QueryResult<()> {
    diesel::update(staff_member::table.find((at, account))).set(staff_member::role.eq(role)).execute(conn)?;
    Ok(())
}

pub fn delete_member(conn: &mut Conn, at: NurseryId, account: AccountId) -> QueryResult<()> {
    diesel::delete(staff_member::table.find((at, account))).execute(conn)?;
    Ok(())
}

/// The nursery of the register with this id, if there is one.
pub fn nurseries_by_id(conn: &mut Conn, id: NurseryId) -> QueryResult<Vec<NurseryId>> {
    nursery::table.find(id).filter(nursery::import_id.is_null()).select(nursery::id).load(conn)
}

/// Those with this filing number.
pub fn nurseries_by_filing_no(conn: &mut Conn, number: &str) -> QueryResult<Vec<NurseryId>> {
    let filed = nursery::table.filter(nursery::filing_no.eq(number)).filter(nursery::import_id.is_null());
    filed.select(nursery::id).limit(2).load(conn)
}

/// Where a number works, as what and as whom: the nursery that it chose last.
pub fn works_at(conn: &mut Conn, phone: &Phone) -> QueryResult<Option<(NurseryId, StaffRole, String)>> {
    staff_member::table
        .inner_join(account::table)
        .filter(account::phone.eq(phone.as_str()))
        .order(staff_member::chosen_at.desc())
        .select((staff_member::nursery_id, staff_member::role, staff_member::name))
        .first(conn)
        .optional()
}

/// Where an account is signed in as staff, the latest first.
pub fn sessions(conn: &mut Conn, now: Timestamp, holder: &StaffHolder) -> QueryResult<Vec<StaffSession>> {
    let rows: Vec<(SessionId, String, Timestamp, Timestamp)> = session::table
        .inner_join(nursery::table.on(session::nursery_id.eq(nursery::id.nullable())))
        .filter(session::account_id.eq(holder.account))
        .filter(session::kind.eq(StaffHolder::KIND))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(now))
        .order((session::rotated_at.desc(), session::id.desc()))
        .select((session::id, nursery::name, session::created_at, session::rotated_at))
        .load(conn)?;
    let session = |(id, nursery_name, began_at, used_at)| StaffSession {
        id,
        nursery_name,
        began_at,
        used_at,
        is_this: id == holder.session,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Phone, name and account of those who work at made-up nurseries, each once.
pub fn at_made_up_nurseries(conn: &mut Conn) -> QueryResult<Vec<(String, String, AccountId)>> {
    staff_member::table
        .inner_join(account::table)
        .inner_join(nursery::table)
        .filter(nursery::demo.eq(true))
        .order(account::phone)
        .select((account::phone, staff_member::name, account::id))
        .distinct()
        .load(conn)
}
