//! The rows of who works where.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, NurseryId},
    staff::{StaffRole, Workplace},
};

use crate::db::{
    Conn,
    schema::{nursery, staff_member},
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
