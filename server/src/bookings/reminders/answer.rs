//! What a family answers to a reminder.

use doorstep_shared::{
    Problem, ProblemKind,
    bookings::BookingState,
    messages::{AnswerReminder, InboxMessage, VisitAnswer},
};

use super::{store, visits};
use crate::{
    accounts::{self, SignedIn},
    api::Call,
    db::Conn,
    error::Result,
    outbox,
};

/// Notes the answer to a reminder in one's own inbox, and that it was read.
///
/// # Errors
/// `not-found` when it is none of the account's reminders, or the account does not belong to that family any more;
/// `wrong-state` when the visit was cancelled or moved, or has begun.
pub async fn answer(call: Call<SignedIn>, AnswerReminder { id, answer }: AnswerReminder) -> Result<InboxMessage> {
    let (account, now) = (call.who.account, call.now);
    let answered = move |conn: &mut Conn| {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let message = outbox::find(conn, account, id)?.ok_or_else(not_found)?;
        let (booking, visit) = message.booking_id.zip(message.visit).ok_or_else(not_found)?;
        let (row, _, days) = store::with_days(conn, &[booking])?.pop().ok_or_else(not_found)?;
        let told = accounts::told(conn, &[row.family_id])?.remove(&row.family_id).unwrap_or_default();
        if !told.iter().any(|person| person.account == account) {
            return Err(not_found().into());
        }
        let stands = row.state == BookingState::Confirmed && visit.at > now;
        if !stands || !visits(&row, &days).iter().any(|stands| stands.begins == visit.at) {
            return Err(Problem::new(ProblemKind::WrongState)
                .detail("the visit was cancelled or moved, or has begun")
                .into());
        }
        match answer {
            VisitAnswer::Coming => store::insert_answer(conn, now, account, booking, visit.at)?,
        }
        Ok(outbox::read(conn, now, account, id)?.ok_or_else(not_found)?)
    };
    call.write(answered).await
}
