//! The rows of persons who pick up.

use diesel::prelude::*;
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, FamilyId, PickUpPersonId},
    phone::Phone,
};

use crate::db::{Conn, schema::pick_up_person as person};

/// Without the photo, which is read by itself.
pub struct Row {
    pub id: PickUpPersonId,
    pub name: String,
    pub relation: String,
    pub phone: Option<String>,
    pub account_id: Option<AccountId>,
    pub has_photo: bool,
}

type Columns = (PickUpPersonId, String, String, Option<String>, Option<AccountId>, bool);

macro_rules! columns {
    () => {
        (
            person::id,
            person::name,
            person::relation,
            person::phone,
            person::account_id,
            person::photo_sealed.is_not_null(),
        )
    };
}

fn row((id, name, relation, phone, account_id, has_photo): Columns) -> Row {
    Row { id, name, relation, phone, account_id, has_photo }
}

/// By name.
pub fn list(conn: &mut Conn, family: FamilyId) -> QueryResult<Vec<Row>> {
    let persons = person::table.filter(person::family_id.eq(family)).order((person::name, person::id));
    Ok(persons.select(columns!()).load::<Columns>(conn)?.into_iter().map(row).collect())
}

pub fn find(conn: &mut Conn, family: FamilyId, id: PickUpPersonId) -> QueryResult<Option<Row>> {
    let found = person::table.filter(person::family_id.eq(family)).filter(person::id.eq(id));
    Ok(found.select(columns!()).first::<Columns>(conn).optional()?.map(row))
}

pub fn insert(
    conn: &mut Conn,
    now: Timestamp,
    family: FamilyId,
    id: PickUpPersonId,
    name: &str,
    relation: &str,
) -> QueryResult<()> {
    diesel::insert_into(person::table)
        .values((
            person::id.eq(id),
            person::family_id.eq(family),
            person::name.eq(name),
            person::relation.eq(relation),
            person::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn rename(conn: &mut Conn, id: PickUpPersonId, name: &str, relation: &str) -> QueryResult<()> {
    diesel::update(person::table.find(id)).set((person::name.eq(name), person::relation.eq(relation))).execute(conn)?;
    Ok(())
}

pub fn set_phone(conn: &mut Conn, id: PickUpPersonId, phone: Option<&Phone>) -> QueryResult<()> {
    diesel::update(person::table.find(id)).set(person::phone.eq(phone.map(Phone::as_str))).execute(conn)?;
    Ok(())
}

pub fn set_account(conn: &mut Conn, id: PickUpPersonId, account: AccountId) -> QueryResult<()> {
    diesel::update(person::table.find(id)).set(person::account_id.eq(account)).execute(conn)?;
    Ok(())
}

/// Forgets the phone number as well: they have said that they pick up no more, or were told so.
pub fn unset_account(conn: &mut Conn, family: FamilyId, account: AccountId) -> QueryResult<()> {
    diesel::update(person::table.filter(person::family_id.eq(family)).filter(person::account_id.eq(account)))
        .set((person::account_id.eq(None::<AccountId>), person::phone.eq(None::<String>)))
        .execute(conn)?;
    Ok(())
}

pub fn forget_number(conn: &mut Conn, phone: &Phone) -> QueryResult<()> {
    diesel::update(person::table.filter(person::phone.eq(phone.as_str())))
        .set(person::phone.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

pub fn set_photo(conn: &mut Conn, id: PickUpPersonId, sealed: Option<Vec<u8>>) -> QueryResult<()> {
    diesel::update(person::table.find(id)).set(person::photo_sealed.eq(sealed)).execute(conn)?;
    Ok(())
}

pub fn photo(conn: &mut Conn, id: PickUpPersonId) -> QueryResult<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = person::table.find(id).select(person::photo_sealed).first(conn).optional()?;
    Ok(found.flatten())
}

pub fn photos(conn: &mut Conn, family: FamilyId) -> QueryResult<Vec<(PickUpPersonId, Vec<u8>)>> {
    person::table
        .filter(person::family_id.eq(family))
        .filter(person::photo_sealed.is_not_null())
        .select((person::id, person::photo_sealed.assume_not_null()))
        .load(conn)
}

pub fn delete(conn: &mut Conn, id: PickUpPersonId) -> QueryResult<()> {
    diesel::delete(person::table.find(id)).execute(conn)?;
    Ok(())
}

pub fn delete_all(conn: &mut Conn, family: FamilyId) -> QueryResult<()> {
    diesel::delete(person::table.filter(person::family_id.eq(family))).execute(conn)?;
    Ok(())
}
