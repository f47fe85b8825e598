//! The rows of accounts and families.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    accounts::Role,
    ids::{AccountId, FamilyId},
    phone::Phone,
};

use crate::db::{
    Conn,
    schema::{account, booking, family, family_member},
};

pub fn by_phone(conn: &mut Conn, phone: &Phone) -> QueryResult<Option<(AccountId, FamilyId)>> {
    family_member::table
        .inner_join(account::table)
        .filter(account::phone.eq(phone.as_str()))
        .select((family_member::account_id, family_member::family_id))
        .first(conn)
        .optional()
}

pub fn insert(
    conn: &mut Conn,
    now: Timestamp,
    account: AccountId,
    family: FamilyId,
    phone: &Phone,
    role: Role,
) -> QueryResult<()> {
    diesel::insert_into(account::table)
        .values((account::id.eq(account), account::phone.eq(phone.as_str()), account::created_at.eq(now)))
        .execute(conn)?;
    diesel::insert_into(family::table).values((family::id.eq(family), family::created_at.eq(now))).execute(conn)?;
    diesel::insert_into(family_member::table)
        .values((
            family_member::family_id.eq(family),
            family_member::account_id.eq(account),
            family_member::role.eq(role),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn phone_of(conn: &mut Conn, account: AccountId) -> QueryResult<Option<String>> {
    account::table.filter(account::id.eq(account)).select(account::phone).first(conn).optional()
}

/// Who picks up is written in bookings, but it is the family's to have erased.
pub fn forget_pickups(conn: &mut Conn, family: FamilyId) -> QueryResult<()> {
    diesel::update(booking::table.filter(booking::family_id.eq(family))).set(booking::pickup.eq("")).execute(conn)?;
    Ok(())
}

pub fn delete_account(conn: &mut Conn, account: AccountId) -> QueryResult<()> {
    diesel::delete(account::table.filter(account::id.eq(account))).execute(conn)?;
    Ok(())
}
