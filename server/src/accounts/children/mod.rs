//! The children of a family: their records, the consents given for them, and how both are erased.
//!
//! Allergies and notes are sealed with the data key and bound to the child and the field, so a row copied to another
//! child does not open. Whoever changes a child locks its family first, as bookings do, so that no booking slips in
//! while a record is erased.

mod consents;
mod rules;
mod store;

use doorstep_shared::{
    Date, Problem, ProblemKind, Timestamp,
    accounts::ChildExport,
    children::{AddChild, ChangeChild, Child, ConsentPurpose, Sex},
    family::Ability,
    ids::{ChildId, FamilyId},
    problem::FieldRule,
};

pub use self::consents::{give, list as list_consents, withdraw};
use super::{Booked, BookingsOf, families, keys::Keys, sessions::Holder};
use crate::{
    audit::{self, Action},
    db::{Conn, once},
    error::{Error, Result},
    policy::Policies,
};

/// A child's row, its health facts still sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: ChildId,
    pub name: String,
    pub birth_date: Date,
    pub sex: Sex,
    pub birth_order: u8,
    pub residence_district: String,
    /// None when empty.
    pub allergies: Option<Vec<u8>>,
    pub notes: Option<Vec<u8>>,
}

/// A sealed field of a child.
#[derive(Clone, Copy, Debug)]
enum Field {
    Allergies,
    Notes,
}

impl Field {
    /// What the seal is bound to.
    fn place(self, child: ChildId) -> Vec<u8> {
        let field: &[u8] = match self {
            Self::Allergies => b"child allergies ",
            Self::Notes => b"child notes ",
        };
        [field, child.0.as_bytes()].concat()
    }

    fn seal(self, keys: &Keys, child: ChildId, text: &str) -> Result<Option<Vec<u8>>> {
        if text.is_empty() { Ok(None) } else { keys.seal(&self.place(child), text).map(Some) }
    }

    fn open(self, keys: &Keys, child: ChildId, sealed: Option<&[u8]>) -> Result<String> {
        sealed.map_or(Ok(String::new()), |sealed| keys.open_sealed(&self.place(child), sealed))
    }
}

impl Record {
    /// As `reader` sees it: who may not see health facts is told none, and that there may be some.
    fn open(self, keys: &Keys, reader: &Holder) -> Result<Child> {
        let hidden = !reader.role.may(Ability::SeeHealth);
        let seen = |sealed: Option<Vec<u8>>| sealed.filter(|_| !hidden);
        Ok(Child {
            allergies: Field::Allergies.open(keys, self.id, seen(self.allergies).as_deref())?,
            notes: Field::Notes.open(keys, self.id, seen(self.notes).as_deref())?,
            health_hidden: hidden,
            id: self.id,
            name: self.name,
            birth_date: self.birth_date,
            sex: self.sex,
            birth_order: self.birth_order,
            residence_district: self.residence_district,
        })
    }
}

/// Adds a child with the consents it needs. Returns its id only, so that no health fact enters the record of answers
/// that are kept for repeated calls; read it back with [`get`].
///
/// # Errors
/// `invalid` with each field that breaks a rule.
pub fn add(conn: &mut Conn, now: Timestamp, keys: &Keys, holder: &Holder, child: AddChild) -> Result<ChildId> {
    let child = rules::checked(child, now.local_date()).map_err(|problem| *problem)?;
    lock(conn, holder)?;
    if store::count(conn, holder.family)? >= rules::MOST {
        let detail = format!("a family has at most {} children", rules::MOST);
        return Err(Problem::field("children", FieldRule::TooLarge, detail).into());
    }
    let id = ChildId::new();
    let record = Record {
        id,
        allergies: Field::Allergies.seal(keys, id, &child.allergies)?,
        notes: Field::Notes.seal(keys, id, &child.notes)?,
        name: child.name.clone(),
        birth_date: child.birth_date,
        sex: child.sex,
        birth_order: child.birth_order,
        residence_district: child.residence_district.clone(),
    };
    store::insert(conn, now, holder.family, &record)?;
    audit::record(conn, now, holder.account, Action::ChildAdded, id.0)?;
    for purpose in rules::consented(&child) {
        consents::note(conn, now, holder.account, id, purpose)?;
    }
    Ok(id)
}

/// Allergies and notes of a child, for who looks after it.
pub fn health_of(conn: &mut Conn, keys: &Keys, id: ChildId) -> Result<(String, String)> {
    let Some((allergies, notes)) = store::health(conn, id)? else { return Ok(Default::default()) };
    let open = |field: Field, sealed: Option<Vec<u8>>| field.open(keys, id, sealed.as_deref());
    Ok((open(Field::Allergies, allergies)?, open(Field::Notes, notes)?))
}

/// The children of the family, oldest first.
pub fn list(conn: &mut Conn, keys: &Keys, holder: &Holder) -> Result<Vec<Child>> {
    store::list(conn, holder.family)?.into_iter().map(|record| record.open(keys, holder)).collect()
}

/// One child.
///
/// # Errors
/// `not-found` when it is erased or another family's.
pub fn get(conn: &mut Conn, keys: &Keys, holder: &Holder, id: ChildId) -> Result<Child> {
    find(conn, holder.family, id)?.open(keys, holder)
}

/// Changes what is named.
///
/// # Errors
/// `invalid` with each field that breaks a rule; `not-found`; `still-booked` with the dates when the child would be too
/// young or too old for a class where it is expected: the family first cancels there.
pub fn change(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    keys: &Keys,
    holder: &Holder,
    change: ChangeChild,
) -> Result<ChildId> {
    let change = rules::checked_change(change, now.local_date()).map_err(|problem| *problem)?;
    lock(conn, holder)?;
    let id = change.id;
    let mut record = find(conn, holder.family, id)?;
    let health = consents::standing(conn, id, ConsentPurpose::Health)?;
    let consented = rules::consented_by_change(&change, health).map_err(|problem| *problem)?;
    if let Some(allergies) = &change.allergies {
        record.allergies = Field::Allergies.seal(keys, id, allergies)?;
    }
    if let Some(notes) = &change.notes {
        record.notes = Field::Notes.seal(keys, id, notes)?;
    }
    if let Some(birth_date) = change.birth_date {
        let misfits = rules::misfits(policies, record.birth_date, birth_date, &store::expected(conn, id, now)?);
        if !misfits.is_empty() {
            return Err(rules::not_of_age(misfits).into());
        }
    }
    record.name = change.name.unwrap_or(record.name);
    record.birth_date = change.birth_date.unwrap_or(record.birth_date);
    record.sex = change.sex.unwrap_or(record.sex);
    record.birth_order = change.birth_order.unwrap_or(record.birth_order);
    record.residence_district = change.residence_district.unwrap_or(record.residence_district);
    store::update(conn, &record)?;
    audit::record(conn, now, holder.account, Action::ChildChanged, id.0)?;
    for purpose in consented {
        consents::note(conn, now, holder.account, id, purpose)?;
    }
    Ok(id)
}

/// Everything that is kept about one child.
///
/// # Errors
/// `not-found` when it is erased or another family's.
pub fn export(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    holder: &Holder,
    id: ChildId,
    bookings: &BookingsOf,
) -> Result<ChildExport> {
    let child = get(conn, keys, holder, id)?;
    let Booked { mut bookings, mut waitlist, .. } = bookings(conn, now, holder.family)?;
    bookings.retain(|booking| booking.days.iter().any(|day| day.child_id == id));
    waitlist.retain(|entry| entry.children.iter().any(|child| child.id == id));
    audit::record(conn, now, holder.account, Action::ChildExported, id.0)?;
    Ok(ChildExport { child, consents: consents::of(conn, id)?, bookings, waitlist })
}

/// Everything that is kept about each child, for the family's own export.
pub fn export_all(conn: &mut Conn, keys: &Keys, holder: &Holder) -> Result<Vec<ChildExport>> {
    let children = list(conn, keys, holder)?;
    let export = |child: Child| {
        let (bookings, waitlist) = (Vec::new(), Vec::new());
        Ok(ChildExport { consents: consents::of(conn, child.id)?, child, bookings, waitlist })
    };
    children.into_iter().map(export).collect()
}

/// Erases what a child's row says, withdraws its consents and takes it out of every line. The row stays, so that past
/// bookings still add up.
///
/// # Errors
/// `still-booked` while there are bookings to come; `not-found`.
pub fn erase(conn: &mut Conn, now: Timestamp, holder: &Holder, id: ChildId) -> Result<()> {
    lock(conn, holder)?;
    find(conn, holder.family, id)?;
    refuse_booked(conn, now, &[id])?;
    erase_records(conn, now, holder, &[id])
}

/// The same for all children of the family.
pub fn erase_all(conn: &mut Conn, now: Timestamp, holder: &Holder) -> Result<()> {
    lock(conn, holder)?;
    let ids: Vec<_> = store::list(conn, holder.family)?.iter().map(|record| record.id).collect();
    refuse_booked(conn, now, &ids)?;
    erase_records(conn, now, holder, &ids)
}

fn erase_records(conn: &mut Conn, now: Timestamp, holder: &Holder, ids: &[ChildId]) -> Result<()> {
    once::forget(conn, holder.account)?;
    for &id in ids {
        store::erase(conn, id, now)?;
        consents::withdraw_all(conn, id, now)?;
        store::leave_lines(conn, id, now)?;
        store::forget_at_boards(conn, id)?;
        audit::record(conn, now, holder.account, Action::ChildErased, id.0)?;
    }
    Ok(())
}

/// # Errors
/// `still-booked` when one of these children is expected somewhere from now on, or a place is held for it.
fn refuse_booked(conn: &mut Conn, now: Timestamp, ids: &[ChildId]) -> Result<()> {
    if store::is_any_booked(conn, ids, now)? { Err(ProblemKind::StillBooked.into()) } else { Ok(()) }
}

fn find(conn: &mut Conn, family: FamilyId, id: ChildId) -> Result<Record> {
    store::find(conn, family, id)?.ok_or_else(|| Error::from(ProblemKind::NotFound))
}

/// Keeps bookings and other changes of the family away until the transaction ends.
///
/// # Errors
/// `unauthenticated` or `forbidden` when the account lost its place in the family a moment ago.
fn lock(conn: &mut Conn, holder: &Holder) -> Result<()> {
    families::lock(conn, holder, Ability::ManageChildren)
}
