//! Who works at the first two made-up nurseries, which have the same head and a board that is kept. Everybody knows their password; their codes
//! are shown where the messages of a demonstration are.

use doorstep_shared::{
    Timestamp,
    ids::NurseryId,
    staff::{StaffRole, demo},
};

use super::{board, store};
use crate::{
    accounts::{Colleague, Enlister, NewCredential, TotpSecret, hash_password},
    db::{Conn, Db},
    error::{Error, Result},
    policy::Policies,
};

/// Puts them to work, unless somebody works there already or there is no made-up city.
///
/// # Errors
/// When the database fails.
pub fn put_to_work(db: &Db, enlister: &Enlister, policies: &Policies, now: Timestamp) -> Result<()> {
    let Some(mark) = db.read_blocking(store::mark)?.filter(|mark| mark.complete) else { return Ok(()) };
    let seed = mark.options.seed;
    let places = |conn: &mut Conn| Ok((store::unstaffed(conn, seed, 0)?, store::unstaffed(conn, seed, 1)?));
    let (Some(first), second) = db.read_blocking(places)? else { return Ok(()) };
    let password_hash = hash_password(&demo::PASSWORD.into())?;
    let (enlister, seal) = (enlister.clone(), enlister.board_seal());
    let mut people = Vec::new();
    for (at, (phone, role, name)) in demo::PEOPLE.into_iter().enumerate() {
        let phone = phone.parse().map_err(Error::internal)?;
        let new = |nursery: NurseryId| Colleague { nursery, phone, role, name: name.to_owned() };
        let credential =
            NewCredential { password_hash: password_hash.clone(), totp: TotpSecret::draw()?, totp_step: 0 };
        let nursery = if at < demo::AT_FIRST { Some(first) } else { second };
        let Some(colleague) = nursery.map(new) else { continue };
        // The head of both signs in at the first: that is chosen last.
        if let Some(second) = second.filter(|_| role == StaffRole::Head) {
            people.push((Colleague { nursery: second, ..colleague.clone() }, now - chrono::Duration::seconds(1), None));
        }
        people.push((colleague, now, Some(credential)));
    }
    db.write_blocking(move |conn| {
        for (colleague, since, credential) in &people {
            enlister.enlist(conn, *since, colleague, credential.as_ref())?;
        }
        Ok(())
    })?;
    // One that only counts places has nobody who comes.
    let is_kept = !mark.options.places_only;
    let mut kept = [Some(first), second].into_iter().flatten().filter(|_| is_kept);
    kept.try_for_each(|nursery| board::begin(db, &seal, policies, now, nursery))
}
