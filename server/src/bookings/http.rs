//! The calls about bookings: decode, one verb, encode.

use actix_web::web;
use doorstep_shared::{
    Method, Problem, ProblemKind,
    bookings::{
        Book, Booking, BookingPage, CancelBooking, ConfirmBooking, ExtendHold, GetBooking, ListBookings, UndoBooking,
    },
    ids::BookingId,
};

use super::{
    Order, calendar,
    change::{self, Asked},
    check_shape, read,
};
use crate::{
    accounts::Guardian,
    api::{Api, Call},
    app::App,
    auth::Permission as _,
    db::Conn,
    error::{Error, Result},
    inventory, language,
    policy::Policies,
};

/// Registers every endpoint of this slice.
pub fn register(api: &mut Api) {
    api.on(book).on(get).on(list).on(confirm).on(extend).on(cancel).on(undo);
    let summary = "A booking as a calendar file (RFC 5545).";
    api.raw(Method::Get, calendar::PATH, Guardian::NAME, summary, |config| {
        config.route(calendar::PATH, web::get().to(calendar::answer));
    });
}

async fn book(call: Call<Guardian>, book: Book) -> Result<Booking> {
    check_shape(&book)?;
    let Guardian { account, family, .. } = call.who;
    let locale = language::of(&call.request);
    let order = Order { family, account, locale, now: call.now, once: call.once, book };
    match call.app.bookings.submit(order.clone()).await {
        Err(Error::Refused(full)) if full.kind == ProblemKind::SlotFull => {
            Err(with_next_best(&call.app, order, *full).await.into())
        }
        answer => answer,
    }
}

/// Adds windows that may do instead. The refusal stands without them when they cannot be found.
async fn with_next_best(app: &App, order: Order, mut full: Problem) -> Problem {
    let (now, full_day) = (order.now, full.fields.first().map(|field| field.field.clone()));
    let refused = app.db.read(move |conn| read::refused(conn, &order, full_day.as_deref())).await;
    let found = refused.and_then(|refused| match refused {
        Some(refused) => inventory::next_best(&app.index, &refused, now),
        None => Ok(Vec::new()),
    });
    match found {
        Ok(next_best) => full.next_best = next_best,
        Err(error) => tracing::warn!(%error, "no other window could be looked for"),
    }
    full
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
    changed(call, id, change::confirm).await
}

async fn extend(call: Call<Guardian>, ExtendHold { id }: ExtendHold) -> Result<Booking> {
    changed(call, id, change::extend).await
}

async fn cancel(call: Call<Guardian>, CancelBooking { id }: CancelBooking) -> Result<Booking> {
    changed(call, id, change::cancel).await
}

async fn undo(call: Call<Guardian>, UndoBooking { id, what }: UndoBooking) -> Result<Booking> {
    changed(call, id, move |conn, policies, asked| change::undo(conn, policies, asked, what)).await
}

async fn changed(
    call: Call<Guardian>,
    id: BookingId,
    verb: impl FnOnce(&mut Conn, &Policies, Asked) -> Result<Booking> + Send + 'static,
) -> Result<Booking> {
    let policy = call.app.policy.clone();
    let asked = Asked { id, family: call.who.family, now: call.now, locale: language::of(&call.request) };
    call.write(move |conn| verb(conn, &policy, asked)).await
}
