//! The codes that a family says at the door: whoever belongs to it and sees its bookings knows them.
//!
//! The rows are those of bookings, a higher slice: renewed here, in the transaction that takes somebody's rights.

use doorstep_shared::{Date, Timestamp, ids::FamilyId, messages::MessageKind};
use doorstep_web::family::messages as texts;

use super::{store, told};
use crate::{
    db::Conn,
    error::Result,
    outbox::{self, Channel, Haste, Message, Notice},
};

/// Six digits to say at the door.
pub fn draw() -> String {
    format!("{:06}", rand::random_range(0..1_000_000))
}

/// Keeps away who changes a booking of these families that is not over yet. Bookings are locked before families
/// everywhere, so this comes first.
pub fn lock(conn: &mut Conn, now: Timestamp, families: &[FamilyId]) -> Result<()> {
    store::lock_bookings_ahead(conn, families, now.local_date())?;
    Ok(())
}

/// Draws new ones for all that is not over yet, and tells who still belongs to the family. It must be locked.
pub fn renew(conn: &mut Conn, now: Timestamp, family: FamilyId) -> Result<()> {
    let today: Date = now.local_date();
    let ahead = store::bookings_ahead(conn, family, today)?;
    for booking in &ahead {
        store::set_door_code(conn, *booking, &draw())?;
    }
    if ahead.is_empty() {
        return Ok(());
    }
    let event = format!("door-codes:{family}:{}", now.micros());
    let told = told(conn, &[family])?.remove(&family).unwrap_or_default();
    let notices = told.into_iter().map(|to| {
        let body = texts::door_codes_renewed(ahead.len(), to.locale);
        let message = Message { event: event.clone(), recipient: to.phone, channel: Channel::Sms, body };
        Notice { kind: MessageKind::Booking, haste: Haste::AtOnce, ..message.into() }
    });
    outbox::tell_batch(conn, now, &notices.collect::<Vec<_>>())?;
    Ok(())
}
