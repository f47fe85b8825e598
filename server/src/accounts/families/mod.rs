//! Accounts and their families: met at sign-in, exported and erased on demand.

mod store;

use std::sync::Arc;

use doorstep_shared::{
    ProblemKind, Timestamp,
    accounts::{FamilyExport, Me, Role},
    bookings::Booking,
    ids::{AccountId, FamilyId},
    phone::Phone,
};

use super::{children, keys::Keys, permission::Guardian};
use crate::{
    audit::{self, Action},
    db::Conn,
    error::{Error, Result},
    outbox,
};

/// Gives a family's bookings. The slice of bookings lies above this one, so it is handed in when endpoints are
/// registered.
pub type BookingsOf = Arc<dyn Fn(&mut Conn, Timestamp, FamilyId) -> Result<Vec<Booking>> + Send + Sync>;

/// The account of a phone; an unknown phone becomes a new account with an empty family.
pub fn meet(conn: &mut Conn, now: Timestamp, phone: &Phone) -> Result<(AccountId, FamilyId)> {
    if let Some(known) = store::by_phone(conn, phone)? {
        return Ok(known);
    }
    let (account, family) = (AccountId::new(), FamilyId::new());
    store::insert(conn, now, account, family, phone, Role::Guardian)?;
    Ok((account, family))
}

/// The account as it sees itself.
///
/// # Errors
/// `unauthenticated` when it was erased a moment ago.
pub fn me(conn: &mut Conn, account: AccountId) -> Result<Me> {
    let phone = phone(conn, account)?;
    Ok(Me { id: account, phone_masked: phone.masked(), roles: vec![Role::Guardian] })
}

fn phone(conn: &mut Conn, account: AccountId) -> Result<Phone> {
    let phone = store::phone_of(conn, account)?.ok_or(ProblemKind::Unauthenticated)?;
    phone.parse().map_err(Error::internal)
}

/// Everything that is kept about the family.
pub fn export(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    guardian: &Guardian,
    bookings: &BookingsOf,
) -> Result<FamilyExport> {
    let phone = phone(conn, guardian.account)?;
    let children = children::export_all(conn, keys, guardian.family)?;
    let bookings = bookings(conn, now, guardian.family)?;
    audit::record(conn, now, guardian.account, Action::FamilyExported, guardian.family.0)?;
    Ok(FamilyExport { exported_at: now, phone: phone.as_str().to_owned(), children, bookings })
}

/// Erases the account, what its children's rows say, and what was sent to its phone. Past bookings keep their places
/// and prices, and say nothing of who came. Codes sent to the phone go within a day, with the limits that count them.
///
/// # Errors
/// `still-booked` while there are bookings to come.
pub fn erase(conn: &mut Conn, now: Timestamp, guardian: &Guardian) -> Result<()> {
    let phone = phone(conn, guardian.account)?;
    children::erase_all(conn, now, guardian)?;
    store::forget_pickups(conn, guardian.family)?;
    outbox::forget(conn, phone.as_str())?;
    audit::record(conn, now, guardian.account, Action::AccountErased, guardian.account.0)?;
    // Sessions and membership go with it; the family's row stays for the bookings that name it.
    store::delete_account(conn, guardian.account)?;
    Ok(())
}
