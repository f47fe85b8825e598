//! The calls about bookings: decode, one verb, encode.

use actix_web::web;
use doorstep_shared::{
    Method, Problem, ProblemKind, Timestamp,
    bookings::{
        Book, Booking, BookingPage, CancelBooking, ConfirmBooking, ExtendHold, GetBooking, ListBookings, MoveBooking,
        MovePreview, PreviewMove, ReportAbsent, UndoBooking,
    },
    ids::{BookingId, FamilyId},
};

use super::{
    Order, board, calendar, cancel, change, check_shape, feed, hours, locked::Asked, messages::Actor, moving, pick_up,
    planning, read, reminders, roster, waiting,
};
use crate::{
    accounts::{Guardian, SeesBookings},
    api::{Api, Call},
    app::App,
    auth::{Anyone, Permission as _},
    db::Conn,
    error::{Error, Result},
    inventory::{self, Refused},
    language,
    policy::Policies,
};

/// Registers every endpoint of this slice.
pub fn register(api: &mut Api) {
    api.on(book).on(get).on(list).on(confirm).on(extend).on(undo);
    api.on(cancel_days).on(report_absent).on(move_days).on(preview_move);
    let summary = "A booking as a calendar file (RFC 5545).";
    api.raw(Method::Get, calendar::PATH, SeesBookings::NAME, summary, |config| {
        config.route(calendar::PATH, web::get().to(calendar::answer));
    });
    waiting::register(api);
    api.on(feed::make).on(feed::get).on(feed::end);
    api.on(reminders::answer);
    pick_up::register(api);
    roster::register(api);
    hours::register(api);
    planning::register(api);
    board::register(api);
    let summary = "A child's days as a calendar to follow (RFC 5545), by the secret of its link.";
    api.raw(Method::Get, feed::PATH, Anyone::NAME, summary, |config| {
        config.route(feed::PATH, web::get().to(feed::answer));
    });
}

async fn book(call: Call<Guardian>, book: Book) -> Result<Booking> {
    check_shape(&book)?;
    let (account, family) = (call.who.account, call.who.family);
    let locale = language::of(&call.request);
    let order = Order { family, account, locale, now: call.now, once: call.once, book };
    match call.app.bookings.submit(order.clone()).await {
        Err(Error::Refused(full)) if full.kind == ProblemKind::SlotFull => {
            let (now, field) = (order.now, full.fields.first().map(|field| field.field.clone()));
            let refused = move |conn: &mut Conn| read::refused(conn, &order, field.as_deref());
            Err(with_next_best(&call.app, now, *full, refused).await.into())
        }
        answer => answer,
    }
}

/// Adds windows that may do instead. The refusal stands without them when they cannot be found.
async fn with_next_best(
    app: &App,
    now: Timestamp,
    mut full: Problem,
    refused: impl FnOnce(&mut Conn) -> Result<Option<Refused>> + Send + 'static,
) -> Problem {
    let refused = app.db.read(refused).await;
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

async fn get(call: Call<SeesBookings>, GetBooking { id }: GetBooking) -> Result<Booking> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.app.db.read(move |conn| read::get(conn, &policy, now, family, id)).await
}

async fn list(call: Call<SeesBookings>, ask: ListBookings) -> Result<BookingPage> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    call.app.db.read(move |conn| read::list(conn, &policy, now, family, &ask)).await
}

async fn confirm(call: Call<Guardian>, ConfirmBooking { id }: ConfirmBooking) -> Result<Booking> {
    changed(call, id, change::confirm).await
}

async fn extend(call: Call<Guardian>, ExtendHold { id }: ExtendHold) -> Result<Booking> {
    changed(call, id, change::extend).await
}

async fn cancel_days(call: Call<Guardian>, ask: CancelBooking) -> Result<Booking> {
    changed(call, ask.id, move |conn, policies, asked| cancel::cancel(conn, policies, asked, &ask)).await
}

async fn report_absent(call: Call<Guardian>, ask: ReportAbsent) -> Result<Booking> {
    changed(call, ask.id, move |conn, policies, asked| cancel::absent(conn, policies, asked, ask)).await
}

async fn move_days(call: Call<Guardian>, ask: MoveBooking) -> Result<Booking> {
    let (app, family, now, wanted) = (call.app.clone(), call.who.family, call.now, ask.clone());
    let moved = changed(call, ask.id, move |conn, policies, asked| moving::move_days(conn, policies, asked, &ask));
    or_next_best(&app, (family, now), wanted, moved.await).await
}

async fn preview_move(call: Call<Guardian>, ask: PreviewMove) -> Result<MovePreview> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    let (ask, app) = (MoveBooking::from(ask), call.app.clone());
    let wanted = ask.clone();
    let seen = call.app.db.read(move |conn| moving::preview(conn, &policy, now, family, &ask)).await;
    or_next_best(&app, (family, now), wanted, seen).await
}

/// A move that is refused because a place is full, with windows that may do instead.
async fn or_next_best<T>(
    app: &App,
    (family, now): (FamilyId, Timestamp),
    wanted: MoveBooking,
    answer: Result<T>,
) -> Result<T> {
    match answer {
        Err(Error::Refused(full)) if full.kind == ProblemKind::SlotFull => {
            let field = full.fields.first().map(|field| field.field.clone());
            let refused = move |conn: &mut Conn| read::refused_move(conn, family, now, &wanted, field.as_deref());
            Err(with_next_best(app, now, *full, refused).await.into())
        }
        answer => answer,
    }
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
    let by = Actor { account: call.who.account, locale: language::of(&call.request) };
    let asked = Asked { id, family: call.who.family, now: call.now, by };
    call.write(move |conn| verb(conn, &policy, asked)).await
}
