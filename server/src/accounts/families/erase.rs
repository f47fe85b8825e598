//! The end of an account, and of the families of which it is the last guardian.

use doorstep_shared::{Timestamp, accounts::SessionKind, family::Role, ids::FamilyId};

use super::{door_codes, invitations, members, phone, pick_ups, store};
use crate::{
    accounts::{
        children,
        sessions::{self, Holder},
        staff,
    },
    audit::{self, Action},
    db::{Conn, once},
    error::Result,
    outbox,
};

/// Erases the account and what was sent to its phone. Families that have another guardian stay as they are; of the
/// others, nothing is left but past bookings, which keep their places and prices and say nothing of who came. Codes sent
/// to the phone go within a day, with the limits that count them. Who works at a nursery goes on doing so: for that the
/// account stays, with its number.
///
/// Returns the families that were erased.
///
/// # Errors
/// `still-booked` while there are bookings to come for a family that would be erased.
pub fn erase(conn: &mut Conn, now: Timestamp, holder: &Holder) -> Result<Vec<FamilyId>> {
    let phone = phone(conn, holder.account)?;
    // In the order of their ids, so that two who belong to the same families do not wait for each other.
    let mut families: Vec<FamilyId> =
        store::belongings(conn, holder.account)?.into_iter().map(|(family, ..)| family).collect();
    families.sort_unstable();
    door_codes::lock(conn, now, &families)?;
    let mut erased = Vec::new();
    for family in families {
        // Removed a moment ago: nothing is left to end there.
        let Some(role) = store::lock_family(conn, family, holder.account)? else { continue };
        let others = store::guardians(conn, &[family])?.iter().any(|(_, account, _)| *account != holder.account);
        if role == Role::Guardian && !others {
            erase_family(conn, now, &Holder { family, role, ..*holder })?;
            erased.push(family);
        } else {
            members::end(conn, now, family, holder.account, role)?;
        }
    }
    invitations::forget_phone(conn, &phone)?;
    pick_ups::forget_number(conn, &phone)?;
    once::forget(conn, holder.account)?;
    outbox::forget(conn, phone.as_str())?;
    audit::record(conn, now, holder.account, Action::AccountErased, holder.account.0)?;
    if staff::works(conn, holder.account)? {
        sessions::end_all(conn, now, holder.account, SessionKind::Family)?;
    } else {
        // Sessions and what it belonged to go with it.
        store::delete_account(conn, holder.account)?;
    }
    Ok(erased)
}

fn erase_family(conn: &mut Conn, now: Timestamp, last: &Holder) -> Result<()> {
    children::erase_all(conn, now, last)?;
    store::forget_pickups(conn, last.family)?;
    store::end_calendar_links(conn, last.family)?;
    invitations::forget_family(conn, now, last.family)?;
    pick_ups::forget_family(conn, last.family)?;
    store::delete_members(conn, last.family)?;
    Ok(())
}
