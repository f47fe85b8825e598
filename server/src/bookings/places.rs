//! Class-days under lock. What falls free goes to those who wait for it before anybody else can have it: whoever takes
//! or gives back places does it through here.
//!
//! Lock order: class-days by class and date, then families by id, those of the caller and of who waits together. Nobody
//! joins a line without the lock of its class-day, so whoever holds it knows all who can be served.

use doorstep_shared::{
    Date, Timestamp,
    ids::{ClassId, FamilyId},
};

use super::{store, waiting};
use crate::{
    db::Conn,
    error::Result,
    inventory::{self, Days},
    policy::Policies,
};

/// Locks class-days of which places will be given back, as [`inventory::lock_days`] does. Where somebody waits, their
/// families and `families` are locked too, so that [`save`] can serve them.
///
/// # Errors
/// When the database fails.
pub fn lock(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    wanted: &[(ClassId, Date)],
    families: &[FamilyId],
) -> Result<Days> {
    let mut days = lock_unserved(conn, policies, now, wanted, families)?;
    waiting::serve(conn, policies, now, &mut days)?;
    Ok(days)
}

/// The same without serving anybody yet: for who closes or opens some of them first, and then saves.
///
/// # Errors
/// When the database fails.
pub fn lock_unserved(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    wanted: &[(ClassId, Date)],
    families: &[FamilyId],
) -> Result<Days> {
    let days = inventory::lock_days(conn, policies, now, wanted)?;
    let awaited: Vec<_> = days.iter().filter(|day| day.waiting > 0).map(|day| (day.class, day.date)).collect();
    lock_all(conn, &awaited, families)?;
    Ok(days)
}

/// The same for who only takes places: nobody is locked unless locking has given back what somebody waits for. Tells
/// whether they were served, which stands whatever becomes of the caller.
///
/// # Errors
/// When the database fails.
pub fn lock_to_take(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    wanted: &[(ClassId, Date)],
    families: &[FamilyId],
) -> Result<(Days, bool)> {
    let mut days = inventory::lock_days(conn, policies, now, wanted)?;
    let awaited: Vec<_> = days.iter().filter(|day| day.is_awaited()).map(|day| (day.class, day.date)).collect();
    lock_all(conn, &awaited, families)?;
    let served = waiting::serve(conn, policies, now, &mut days)?;
    Ok((days, served))
}

fn lock_all(conn: &mut Conn, awaited: &[(ClassId, Date)], families: &[FamilyId]) -> Result<()> {
    if awaited.is_empty() {
        return Ok(());
    }
    let mut all = waiting::families_in_line(conn, awaited)?;
    all.extend(families);
    all.sort_unstable();
    all.dedup();
    Ok(store::lock_families(conn, &all)?)
}

/// Gives what was given back to those who wait, and writes the class-days down as [`inventory::save_days`] does.
///
/// # Errors
/// When the database fails.
pub fn save(conn: &mut Conn, policies: &Policies, now: Timestamp, days: &mut Days) -> Result<()> {
    waiting::serve(conn, policies, now, days)?;
    Ok(inventory::save_days(conn, now, days)?)
}
