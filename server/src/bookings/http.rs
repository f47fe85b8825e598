//! The calls about bookings: decode, one verb, encode.

use doorstep_shared::bookings::{
    Book, Booking, BookingPage, CancelBooking, ConfirmBooking, ExtendHold, GetBooking, ListBookings, UndoBooking,
};

use super::{Order, change, check_shape, read};
use crate::{
    accounts::Guardian,
    api::{Api, Call},
    error::Result,
};

/// Registers every endpoint of this slice.
pub fn register(api: &mut Api) {
    api.on(book).on(get).on(list).on(confirm).on(extend).on(cancel).on(undo);
}

async fn book(call: Call<Guardian>, book: Book) -> Result<Booking> {
    check_shape(&book)?;
    let Guardian { account, family, .. } = call.who;
    let order = Order { family, account, now: call.now, once: call.once, book };
    call.app.bookings.submit(order).await
}

async fn get(call: Call<Guardian>, GetBooking { id }: GetBooking) -> Result<Booking> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.app.db.read(move |conn| read::get(conn, &policy, now, family, id)).await
}

async fn list(call: Call<Guardian>, ask: ListBookings) -> Result<BookingPage> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.app.db.read(move |conn| read::list(conn, &policy, now, family, &ask)).await
}

async fn confirm(call: Call<Guardian>, ConfirmBooking { id }: ConfirmBooking) -> Result<Booking> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.write(move |conn| change::confirm(conn, &policy, now, family, id)).await
}

async fn extend(call: Call<Guardian>, ExtendHold { id }: ExtendHold) -> Result<Booking> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.write(move |conn| change::extend(conn, &policy, now, family, id)).await
}

async fn cancel(call: Call<Guardian>, CancelBooking { id }: CancelBooking) -> Result<Booking> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.write(move |conn| change::cancel(conn, &policy, now, family, id)).await
}

async fn undo(call: Call<Guardian>, UndoBooking { id }: UndoBooking) -> Result<Booking> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.write(move |conn| change::undo(conn, &policy, now, family, id)).await
}
