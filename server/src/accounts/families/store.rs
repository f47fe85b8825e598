//! The rows of accounts and families.

use diesel::prelude::*;
use doorstep_shared::{
    Date, Timestamp,
    family::Role,
    ids::{AccountId, BookingId, ChildId, FamilyId},
    messages::{Language, WechatChannel},
    phone::Phone,
};

use super::Met;
use crate::db::{
    Conn,
    schema::{
        account, booking, calendar_feed, child, family, family_invitation, family_member, pick_up_person,
        wechat_binding,
    },
};

pub fn by_phone(conn: &mut Conn, phone: &Phone) -> QueryResult<Option<AccountId>> {
    account::table.filter(account::phone.eq(phone.as_str())).select(account::id).first(conn).optional()
}

pub fn insert_account(conn: &mut Conn, now: Timestamp, id: AccountId, phone: &Phone) -> QueryResult<()> {
    diesel::insert_into(account::table)
        .values((account::id.eq(id), account::phone.eq(phone.as_str()), account::created_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

pub fn insert_family(conn: &mut Conn, now: Timestamp, id: FamilyId) -> QueryResult<()> {
    diesel::insert_into(family::table).values((family::id.eq(id), family::created_at.eq(now))).execute(conn)?;
    Ok(())
}

pub fn insert_member(conn: &mut Conn, now: Timestamp, member: Met, name: &str) -> QueryResult<()> {
    diesel::insert_into(family_member::table)
        .values((
            family_member::family_id.eq(member.family),
            family_member::account_id.eq(member.account),
            family_member::role.eq(member.role),
            family_member::name.eq(name),
            family_member::joined_at.eq(now),
            family_member::chosen_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The family that an account chose last, with its role there.
pub fn chosen(conn: &mut Conn, account: AccountId) -> QueryResult<Option<Met>> {
    let row: Option<(FamilyId, Role)> = family_member::table
        .filter(family_member::account_id.eq(account))
        .order((family_member::chosen_at.desc(), family_member::family_id.desc()))
        .select((family_member::family_id, family_member::role))
        .first(conn)
        .optional()?;
    Ok(row.map(|(family, role)| Met { account, family, role }))
}

/// Notes that an account acts for a family now; its role there, or None when it does not belong to it.
pub fn choose(conn: &mut Conn, now: Timestamp, account: AccountId, family: FamilyId) -> QueryResult<Option<Role>> {
    let member =
        family_member::table.filter(family_member::account_id.eq(account)).filter(family_member::family_id.eq(family));
    diesel::update(member)
        .set(family_member::chosen_at.eq(now))
        .returning(family_member::role)
        .get_result(conn)
        .optional()
}

pub fn phone_of(conn: &mut Conn, account: AccountId) -> QueryResult<Option<String>> {
    account::table.filter(account::id.eq(account)).select(account::phone).first(conn).optional()
}

/// The WeChat that is bound to an account.
pub fn wechat_of(conn: &mut Conn, account: AccountId) -> QueryResult<Option<WechatChannel>> {
    let columns = (wechat_binding::is_on, wechat_binding::bound_at);
    let found: Option<(bool, Timestamp)> =
        wechat_binding::table.find(account).select(columns).first(conn).optional()?;
    Ok(found.map(|(on, bound_at)| WechatChannel { on, bound_at: Some(bound_at) }))
}

/// Where an account belongs, longest known first: family, role, and what it is called there.
pub fn belongings(conn: &mut Conn, account: AccountId) -> QueryResult<Vec<(FamilyId, Role, String)>> {
    family_member::table
        .filter(family_member::account_id.eq(account))
        .order((family_member::joined_at, family_member::family_id))
        .select((family_member::family_id, family_member::role, family_member::name))
        .load(conn)
}

/// The guardians of these families with their phone numbers, longest-standing first.
pub fn guardians(conn: &mut Conn, families: &[FamilyId]) -> QueryResult<Vec<(FamilyId, AccountId, String)>> {
    family_member::table
        .inner_join(account::table)
        .filter(family_member::family_id.eq_any(families))
        .filter(family_member::role.eq(Role::Guardian))
        .order((family_member::joined_at, family_member::account_id))
        .select((family_member::family_id, family_member::account_id, account::phone))
        .load(conn)
}

/// Whoever belongs to these families, with role, phone number and language.
pub fn members_of_all(
    conn: &mut Conn,
    families: &[FamilyId],
) -> QueryResult<Vec<(FamilyId, Role, AccountId, String, Language)>> {
    family_member::table
        .inner_join(account::table)
        .filter(family_member::family_id.eq_any(families))
        .order((family_member::family_id, family_member::account_id))
        .select((family_member::family_id, family_member::role, account::id, account::phone, account::language))
        .load(conn)
}

pub fn set_language(conn: &mut Conn, id: AccountId, language: Language) -> QueryResult<()> {
    // Usually it is the same, and nothing is written.
    let other = account::table.find(id).filter(account::language.ne(language));
    diesel::update(other).set(account::language.eq(language)).execute(conn)?;
    Ok(())
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

/// Nobody belongs to the family any more; its row stays for the bookings that name it.
pub fn delete_members(conn: &mut Conn, family: FamilyId) -> QueryResult<()> {
    diesel::delete(family_member::table.filter(family_member::family_id.eq(family))).execute(conn)?;
    Ok(())
}

/// Keeps other changes of the family away until the transaction ends; what an account is in it, None when it does not
/// belong to it (any more). Bookings lock a family in the same way.
pub fn lock_family(conn: &mut Conn, family: FamilyId, account: AccountId) -> QueryResult<Option<Role>> {
    match conn {
        Conn::Postgres(conn) => {
            // Not FOR UPDATE: rows of other tables that point at the family may still be written.
            let row = family::table.filter(family::id.eq(family)).select(family::id);
            row.for_no_key_update().first::<FamilyId>(conn).optional()?;
        }
        // The writer is alone.
        Conn::Sqlite(_) => (),
    }
    let member =
        family_member::table.filter(family_member::family_id.eq(family)).filter(family_member::account_id.eq(account));
    member.select(family_member::role).first(conn).optional()
}

/// Somebody who belongs to a family.
pub struct Member {
    pub account_id: AccountId,
    pub role: Role,
    pub name: String,
    pub phone: String,
    pub joined_at: Timestamp,
}

/// Guardians and members, longest-standing first.
pub fn members(conn: &mut Conn, family: FamilyId) -> QueryResult<Vec<Member>> {
    let rows: Vec<(AccountId, Role, String, String, Timestamp)> = family_member::table
        .inner_join(account::table)
        .filter(family_member::family_id.eq(family))
        .filter(family_member::role.ne(Role::PickUp))
        .order((family_member::joined_at, family_member::account_id))
        .select((account::id, family_member::role, family_member::name, account::phone, family_member::joined_at))
        .load(conn)?;
    let member = |(account_id, role, name, phone, joined_at)| Member { account_id, role, name, phone, joined_at };
    Ok(rows.into_iter().map(member).collect())
}

/// Whether a number is of somebody who belongs to the family, in whatever role.
pub fn has_phone(conn: &mut Conn, family: FamilyId, phone: &Phone) -> QueryResult<bool> {
    let found = family_member::table
        .inner_join(account::table)
        .filter(family_member::family_id.eq(family))
        .filter(account::phone.eq(phone.as_str()));
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

pub fn role(conn: &mut Conn, family: FamilyId, account: AccountId) -> QueryResult<Option<Role>> {
    family_member::table.find((family, account)).select(family_member::role).first(conn).optional()
}

pub fn rename(conn: &mut Conn, family: FamilyId, account: AccountId, name: &str) -> QueryResult<()> {
    let member = family_member::table.find((family, account));
    diesel::update(member).set(family_member::name.eq(name)).execute(conn)?;
    Ok(())
}

pub fn set_role(conn: &mut Conn, family: FamilyId, account: AccountId, role: Role) -> QueryResult<()> {
    diesel::update(family_member::table.find((family, account))).set(family_member::role.eq(role)).execute(conn)?;
    Ok(())
}

pub fn delete_member(conn: &mut Conn, family: FamilyId, account: AccountId) -> QueryResult<()> {
    diesel::delete(family_member::table.find((family, account))).execute(conn)?;
    Ok(())
}

/// Ends the links by which calendars follow the family's children: whoever has one needs no sign-in.
///
/// The rows are those of bookings, a higher slice: ended here, in the transaction that takes a guardian's rights.
pub fn end_calendar_links(conn: &mut Conn, family: FamilyId) -> QueryResult<()> {
    let children = child::table.filter(child::family_id.eq(family)).select(child::id);
    let children: Vec<ChildId> = children.load(conn)?;
    diesel::delete(calendar_feed::table.filter(calendar_feed::child_id.eq_any(children))).execute(conn)?;
    Ok(())
}

/// Locks the bookings of these families of which some day is not before `from`, in the order in which bookings lock.
pub fn lock_bookings_ahead(conn: &mut Conn, families: &[FamilyId], from: Date) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => {
            let ahead = booking::family_id.eq_any(families).and(booking::last_date.ge(from));
            let rows = booking::table.filter(ahead).order(booking::id).select(booking::id);
            rows.for_no_key_update().load::<BookingId>(conn)?;
        }
        // The writer is alone.
        Conn::Sqlite(_) => (),
    }
    Ok(())
}

pub fn bookings_ahead(conn: &mut Conn, family: FamilyId, from: Date) -> QueryResult<Vec<BookingId>> {
    let ahead = booking::family_id.eq(family).and(booking::last_date.ge(from));
    booking::table.filter(ahead).order(booking::id).select(booking::id).load(conn)
}

pub fn set_door_code(conn: &mut Conn, id: BookingId, code: &str) -> QueryResult<()> {
    diesel::update(booking::table.find(id)).set(booking::door_code.eq(code)).execute(conn)?;
    Ok(())
}

/// Erases a family in which there was never anything but this one account; false when there was. It must be locked.
pub fn give_up_empty(conn: &mut Conn, family: FamilyId, account: AccountId) -> QueryResult<bool> {
    let others = family_member::table
        .filter(family_member::family_id.eq(family))
        .filter(family_member::account_id.ne(account))
        .count();
    let children = child::table.filter(child::family_id.eq(family)).count();
    let persons = pick_up_person::table.filter(pick_up_person::family_id.eq(family)).count();
    let invitations = family_invitation::table.filter(family_invitation::family_id.eq(family)).count();
    let bookings = booking::table.filter(booking::family_id.eq(family)).count();
    let found: [i64; 5] = [
        others.get_result(conn)?,
        children.get_result(conn)?,
        persons.get_result(conn)?,
        invitations.get_result(conn)?,
        bookings.get_result(conn)?,
    ];
    if found != [0; 5] {
        return Ok(false);
    }
    diesel::delete(family::table.find(family)).execute(conn)?;
    Ok(true)
}
