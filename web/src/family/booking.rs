//! One booking, in each of its states: held, confirmed, cancelled, expired.

use doorstep_shared::{
    Fen, Problem, ProblemKind, Timestamp,
    accounts::{GetMe, Me},
    bookings::{
        Booking, BookingState, CancelBooking, ConfirmBooking, DayState, ExtendHold, GetBooking, Series, UndoBooking,
        Undoable,
    },
    family::{Ability, GetFamily, PickUpCode, PickUpPerson},
    ids::BookingId,
};
use leptos::prelude::*;

use super::{
    again,
    book::Wish,
    change::{
        self,
        card::{ChangeCard, DayRow},
    },
    missing,
    people::{
        self, AskGuardian,
        pick_ups::{self, WhoPicksUp},
    },
    price,
    price::PriceTable,
    sign_in,
    ticket::{self, Ticket},
    words,
};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        careful::Careful,
        countdown::{AtZero, Countdown},
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
        recheck::Recheck,
    },
    visit::{Fields, FormState, Visit},
};

/// Hidden field of the form that cancels: what it said that cancelling costs.
const SEEN: &str = "seen";

/// `GET /bookings/{id}`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    page_with(visit, id, None).await
}

/// The same with a code to pick up with that was just given.
pub async fn page_with(visit: &Visit, id: &str, given: Option<PickUpCode>) -> Answer {
    let Ok(id) = id.parse::<BookingId>() else { return missing::page(visit).into() };
    let booking = match visit.call(GetBooking { id }).await {
        Ok(booking) => booking,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let locale = visit.locale();
    let title = title(booking.state, locale);
    let held = booking.state == BookingState::Held;
    let again = if held { None } else { again::find(visit, &booking).await };
    let people = match visit.call(GetMe {}).await {
        Ok(me) => Around {
            codes: pick_ups::codes(visit, id).await,
            persons: visit.call(GetFamily {}).await.map(|people| people.pick_up_persons).unwrap_or_default(),
            given,
            me,
        },
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let visit = visit.clone();
    let body = move || view! { <BookingPage visit booking again people/> }.into_any();
    let page = Page::new(title, body).tab(Tab::Bookings);
    if held { page.own_foot().into() } else { page.into() }
}

/// `POST /bookings/{id}/confirm`, `/extend`, `/cancel`, `/undo`.
pub async fn submit(visit: &Visit, form: &Fields, id: &str, verb: &str) -> Answer {
    let Ok(id) = id.parse::<BookingId>() else { return missing::page(visit).into() };
    let done = match verb {
        "confirm" => visit.call_once(form, ConfirmBooking { id }).await,
        "extend" => visit.call_once(form, ExtendHold { id }).await,
        "cancel" => cancel(visit, form, id).await,
        "undo" => visit.call_once(form, UndoBooking { id, what: form.read("what") }).await,
        _ => return missing::page(visit).into(),
    };
    match done {
        Ok(booking) => Answer::see_other(format!("/bookings/{}", booking.id)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// Cancels, unless it has come to cost more than the form said: then it is shown again.
async fn cancel(visit: &Visit, form: &Fields, id: BookingId) -> Result<Booking, Problem> {
    let booking = visit.call(GetBooking { id }).await?;
    let seen = form.read::<i64>(SEEN).map(Fen);
    if booking.state.is_active() && seen.is_some_and(|seen| booking.cancel_cost_fen > seen) {
        let detail = "cancelling costs more now than the form said";
        return Err(Problem::new(ProblemKind::WrongState).detail(detail));
    }
    visit.call_once(form, CancelBooking::all(id)).await
}

pub fn title(state: BookingState, locale: Locale) -> &'static str {
    match state {
        BookingState::Held => td!(locale, booking.held),
        BookingState::Confirmed => td!(locale, booking.confirmed),
        BookingState::CancelledByFamily | BookingState::CancelledByNursery => td!(locale, booking.cancelled),
        BookingState::Expired => td!(locale, booking.expired),
    }
}

/// Differs when a person should look again.
pub fn stamp(booking: &Booking) -> String {
    format!("{}-{}-{}", booking.state, booking.price.due_fen.0, booking.cancel_cost_fen.0)
}

/// Who looks at a booking, and who picks up.
struct Around {
    me: Me,
    codes: Vec<PickUpCode>,
    persons: Vec<PickUpPerson>,
    given: Option<PickUpCode>,
}

#[component]
fn BookingPage(visit: Visit, booking: Booking, again: Option<Wish>, people: Around) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let heading = title(booking.state, locale);
    let url = format!("/bookings/{}", booking.id);
    let seen = visit.form.as_ref().and_then(|form| form.fields.read::<i64>(SEEN));
    let rose = seen.is_some_and(|seen| booking.state.is_active() && booking.cancel_cost_fen > Fen(seen));
    // Nothing was to be booked: what was given back is somebody else's by now.
    let taken = |form: &FormState| visit.path.ends_with("/undo") && form.problem.kind == ProblemKind::SlotFull;
    let title = visit.form.as_ref().filter(|form| taken(form)).map(|_| td!(locale, change.undo_taken).to_owned());
    let revoked = visit.query.get("done") == Some("code-revoked");
    let revoked = revoked.then(|| view! { <Notice tone=Tone::Good title=td!(locale, people.code_revoked)/> });
    let decides = people::may(&people.me, Ability::Book);
    let Around { me, codes, persons, given } = people;
    let who = view! { <WhoPicksUp booking=&booking codes persons given decides now locale/> };
    let main = match booking.state {
        _ if !decides => view! { <OnlyLook booking=booking.clone() me now locale/> }.into_any(),
        BookingState::Held => view! { <Held booking=booking.clone() now locale/> }.into_any(),
        BookingState::Confirmed => {
            let part = change::outcome(&booking, &visit.query, locale);
            view! { <Confirmed booking=booking.clone() part again now locale/> }.into_any()
        }
        BookingState::CancelledByFamily | BookingState::CancelledByNursery | BookingState::Expired => {
            view! { <Ended booking=booking.clone() again now locale/> }.into_any()
        }
    };
    view! {
        <a class="back" href="/bookings"><Icon name="i-back"/>{td!(locale, booking.all)}</a>
        <h1>{heading}</h1>
        {if rose {
            view! { <Notice tone=Tone::Warn title=td!(locale, booking.cost_rose) focus=true/> }.into_any()
        } else {
            view! { <FormSummary form=visit.form locale title/> }.into_any()
        }}
        <Recheck locale stamp=stamp(&booking) url as_of=now.clock_time() reload=true/>
        {revoked}
        {main}
        {who}
    }
    .into_any()
}

/// What is booked, for who may not change it: without buttons, and whom to ask.
#[component]
fn OnlyLook(booking: Booking, me: Me, now: Timestamp, locale: Locale) -> impl IntoView {
    let shows_ticket = booking.state == BookingState::Confirmed && !ticket::is_over(&booking, now);
    let held = booking.hold_expires_at.map(|expires| {
        view! { <Notice tone=Tone::Info title=td!(locale, booking.held_until, time = expires.clock_time())/> }
    });
    let days = booking.days.iter().map(|day| {
        let state = day_state(day.state, locale).map(|text| view! { <span class="tag plain">{text}</span> });
        view! {
            <li>
                <p><b>{words::date(day.date, locale)}" "{ticket::window(day)}</b>" "{state}</p>
                <p class="meta">{day.child_name.clone()}</p>
            </li>
        }
    });
    view! {
        <AskGuardian me=&me locale/>
        {held}
        {shows_ticket.then(|| view! { <Ticket booking=&booking now locale/> })}
        <section class="card stack">
            <h2><a href=format!("/nurseries/{}", booking.nursery.id)>{booking.nursery.name.clone()}</a></h2>
            <p class="meta">{booking.nursery.address.clone()}</p>
            <ul class="rows">{days.collect_view()}</ul>
        </section>
        <SumCard booking=&booking locale/>
    }
    .into_any()
}

/// A place is kept for ten minutes: look once more, then say yes or give it back.
#[component]
fn Held(booking: Booking, now: Timestamp, locale: Locale) -> impl IntoView {
    let id = booking.id;
    let due = booking.price.due_fen;
    let cancelling = price::cancelling(booking.cancel_rule, booking.free_cancel_until, now, locale);
    view! {
        <HoldClock booking=&booking now locale/>
        <DaysCard booking=&booking now locale/>
        <SumCard booking=&booking locale/>
        <p class="meta">{cancelling}" "{td!(locale, book.undo)}</p>
        <form method="post" action=format!("/bookings/{id}/cancel")>
            <OnceKey/>
            <button class="button line wide" id="give-back">{td!(locale, booking.give_back)}</button>
        </form>
        {view! { <Careful locale/> }.inert()}
        <form class="foot-bar" method="post" action=format!("/bookings/{id}/confirm") data-careful>
            <OnceKey/>
            <p><b>{due.to_string()}</b><span class="tiny">{td!(locale, book.pay_there)}</span></p>
            <button class="button" id="confirm">{td!(locale, booking.confirm)}</button>
        </form>
    }
    .into_any()
}

/// Until when the place is kept, counting down where it can, and ten minutes more, once.
#[component]
pub fn HoldClock<'a>(booking: &'a Booking, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let expires = booking.hold_expires_at?;
    let seconds = u32::try_from((expires - now).num_seconds()).unwrap_or_default();
    let extend = booking.can_extend.then(|| {
        view! {
            <form method="post" action=format!("/bookings/{}/extend", booking.id)>
                <OnceKey/>
                <button class="link" id="extend">{td!(locale, booking.extend)}</button>
            </form>
        }
    });
    Some(
        view! {
            <section class="hold" aria-label=td!(locale, booking.held)>
                <Countdown seconds then=AtZero::Reload/>
                <p>{td!(locale, booking.held_until, time = expires.clock_time())}</p>
                {extend}
            </section>
        }
        .into_any(),
    )
}

#[component]
fn Confirmed(
    booking: Booking,
    /// What was just done to some of its days, and what that costs.
    part: Option<(String, Fen)>,
    again: Option<Wish>,
    now: Timestamp,
    locale: Locale,
) -> impl IntoView {
    let several = ticket::dates(&booking).len() > 1 || booking.days.len() > 1;
    let over = ticket::is_over(&booking, now);
    view! {
        <UndoNotice booking=&booking part locale/>
        <ByNursery booking=&booking locale/>
        {(!over).then(|| view! { <Ticket booking=&booking now locale/> })}
        {(several || over).then(|| view! { <DaysCard booking=&booking now locale/> })}
        <ChangeCard booking=&booking now locale/>
        <SumCard booking=&booking locale/>
        <AgainCard booking=&booking wish=again locale/>
        {(!over).then(|| view! { <CancelCard booking=&booking now locale/> })}
    }
    .into_any()
}

/// Cancelled or expired: what that means, and how to go on.
#[component]
fn Ended(booking: Booking, again: Option<Wish>, now: Timestamp, locale: Locale) -> impl IntoView {
    let due = booking.price.due_fen;
    let text = match booking.state {
        BookingState::Expired => td!(locale, booking.expired_text).to_owned(),
        BookingState::CancelledByNursery => td!(locale, booking.cancelled_by_nursery).to_owned(),
        _ if due == Fen::ZERO => td!(locale, booking.cancelled_free).to_owned(),
        _ => td!(locale, booking.cancelled_cost, cost = due),
    };
    let undoable = booking.undo.is_some();
    let tone = if due == Fen::ZERO { Tone::Info } else { Tone::Warn };
    view! {
        <UndoNotice booking=&booking part=None locale/>
        {(!undoable).then(|| view! { <Notice tone title=text/> })}
        <ByNursery booking=&booking locale/>
        <DaysCard booking=&booking now locale/>
        <AgainCard booking=&booking wish=again locale/>
    }
    .into_any()
}

/// Why the nursery cancelled or moved some of its days, in its words.
#[component]
fn ByNursery<'a>(booking: &'a Booking, locale: Locale) -> impl IntoView + use<> {
    let mut reasons: Vec<_> = booking.days.iter().filter_map(|day| day.closed_for.clone()).collect();
    reasons.dedup();
    let days = booking.days.iter().filter(|day| day.closed_for.is_some());
    let days: Vec<_> = days.map(|day| format!("{} {}", words::date(day.date, locale), ticket::window(day))).collect();
    (!reasons.is_empty()).then(|| {
        let title = td!(locale, booking.by_nursery, reason = words::list(&reasons, locale));
        view! { <Notice tone=Tone::Info title><p>{words::list(&days, locale)}</p></Notice> }.into_any()
    })
}

/// What was just done, and a few minutes to undo it.
#[component]
fn UndoNotice<'a>(booking: &'a Booking, part: Option<(String, Fen)>, locale: Locale) -> impl IntoView + use<> {
    let undo = booking.undo?;
    let cost = part.as_ref().map_or(booking.price.due_fen, |(_, cost)| *cost);
    let (title, button) = match undo.what {
        Undoable::Booking => (td!(locale, booking.booked).to_owned(), td!(locale, booking.undo_booking)),
        Undoable::Cancellation if let Some((text, _)) = part => (text, td!(locale, booking.undo_cancellation)),
        Undoable::Cancellation if booking.price.due_fen == Fen::ZERO => {
            (td!(locale, booking.cancelled_free).to_owned(), td!(locale, booking.undo_cancellation))
        }
        Undoable::Cancellation => {
            (td!(locale, booking.cancelled_cost, cost = booking.price.due_fen), td!(locale, booking.undo_cancellation))
        }
        Undoable::Move => (td!(locale, booking.moved).to_owned(), td!(locale, booking.undo_move)),
    };
    let action = format!("/bookings/{}/undo", booking.id);
    // Owing money is nothing to tick off.
    let owes = undo.what == Undoable::Cancellation && cost != Fen::ZERO;
    let tone = if owes { Tone::Warn } else { Tone::Good };
    let time = undo.until.clock_time();
    let until = match undo.what {
        Undoable::Booking => td!(locale, booking.undo_or_cancel_until, time = time),
        Undoable::Cancellation | Undoable::Move => td!(locale, booking.undo_until, time = time),
    };
    Some(
        view! {
            <Notice tone title>
                <form class="row" method="post" action=action>
                    <OnceKey/>
                    <input type="hidden" name="what" value=undo.what.as_str()/>
                    <button class="button line small" id="undo">{button}</button>
                    <span>{until}</span>
                </form>
            </Notice>
        }
        .into_any(),
    )
}

/// Every day of the booking; while it stands, with how each stands and what can be done.
#[component]
fn DaysCard<'a>(booking: &'a Booking, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let stands = booking.state == BookingState::Confirmed;
    let days: Vec<_> = booking
        .days
        .iter()
        .map(|day| {
            if stands || day.moved_to.is_some() {
                return view! { <DayRow booking day now locale/> }.into_any();
            }
            let state = day_state(day.state, locale).map(|text| view! { <span class="tag plain">{text}</span> });
            let what = format!("{} · {}", words::class(day.class_kind, locale), words::care(day.care, locale));
            view! {
                <li>
                    <p><b>{words::date(day.date, locale)}" "{ticket::window(day)}</b>" "{state}</p>
                    <p class="meta">{day.child_name.clone()}" · "{what}</p>
                </li>
            }
            .into_any()
        })
        .collect();
    let pickup = (!booking.pickup.is_empty()).then(|| {
        view! { <p class="meta">{td!(locale, booking.pickup)}" "{booking.pickup.clone()}</p> }
    });
    view! {
        <section class="card stack">
            <h2><a href=format!("/nurseries/{}", booking.nursery.id)>{booking.nursery.name.clone()}</a></h2>
            <p class="meta">{booking.nursery.address.clone()}</p>
            {booking.series.as_ref().map(|series| view! { <SeriesWords booking series locale/> })}
            <ul class="rows">{days}</ul>
            {pickup}
        </section>
    }
    .into_any()
}

/// By which weekdays it was booked, and which dates of them have no care.
#[component]
fn SeriesWords<'a>(booking: &'a Booking, series: &'a Series, locale: Locale) -> impl IntoView + use<> {
    let told = ticket::series_words(booking, series, locale);
    let skipped = series.skipped.iter().map(|skipped| {
        view! { <li>{words::date(skipped.date, locale)}" "{words::closed(&skipped.reason, locale)}</li> }
    });
    let skipped = (!series.skipped.is_empty()).then(|| {
        view! {
            <details class="more" id="skipped">
                <summary>{td!(locale, booking.skipped, count = series.skipped.len())}</summary>
                <ul>{skipped.collect_view()}</ul>
            </details>
        }
    });
    view! {
        <p class="meta" id="series">{told}</p>
        {skipped}
    }
    .into_any()
}

/// Nothing for what needs no word.
fn day_state(state: DayState, locale: Locale) -> Option<&'static str> {
    match state {
        DayState::Expected | DayState::Released => None,
        DayState::CheckedIn => Some(td!(locale, booking.checked_in)),
        DayState::CheckedOut => Some(td!(locale, booking.checked_out)),
        DayState::Absent => Some(td!(locale, booking.absent)),
        DayState::NoShow => Some(td!(locale, booking.no_show)),
    }
}

#[component]
fn SumCard<'a>(booking: &'a Booking, locale: Locale) -> impl IntoView + use<> {
    view! {
        <section class="card stack">
            <h2>{td!(locale, price.title)}</h2>
            <PriceTable price=booking.price.clone() locale/>
        </section>
    }
    .into_any()
}

/// The same window for the same children, when it is free next.
#[component]
pub fn AgainCard<'a>(booking: &'a Booking, wish: Option<Wish>, locale: Locale) -> impl IntoView + use<> {
    let (when, href, label) = match wish {
        Some(wish) => {
            let date = wish.dates.first().map(|date| words::date(*date, locale)).unwrap_or_default();
            let days = match wish.dates.len() {
                0 | 1 => date,
                count => td!(locale, booking.again_days, date = date, count = count),
            };
            (format!("{days} {}", wish.span), wish.href(), td!(locale, booking.book_again))
        }
        None => {
            let nursery = format!("/nurseries/{}", booking.nursery.id);
            (td!(locale, booking.again_none).to_owned(), nursery, td!(locale, booking.again_elsewhere))
        }
    };
    view! {
        <section class="card row between again">
            <div>
                <h2>{td!(locale, booking.again)}</h2>
                <p class="meta">{when}</p>
            </div>
            <a class="button quiet small" href=href>{label}</a>
        </section>
    }
    .into_any()
}

/// What cancelling costs stands before the button that does it.
#[component]
fn CancelCard<'a>(booking: &'a Booking, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let cost = booking.cancel_cost_fen;
    let (title, button) = if cost == Fen::ZERO {
        (td!(locale, booking.cancel_free).to_owned(), td!(locale, booking.do_cancel_free).to_owned())
    } else {
        (td!(locale, booking.cancel_costs, cost = cost), td!(locale, booking.do_cancel, cost = cost))
    };
    let rule = price::cancelling(booking.cancel_rule, booking.free_cancel_until, now, locale);
    let several = ticket::dates(booking).len() > 1;
    view! {
        <details class="card more" id="cancel-card">
            <summary>{td!(locale, booking.cancel)}</summary>
            <form class="stack" method="post" action=format!("/bookings/{}/cancel", booking.id)>
                <OnceKey/>
                <input type="hidden" name=SEEN value=cost.0.to_string()/>
                <p><b>{title}</b></p>
                <p class="meta">{rule}</p>
                {several.then(|| view! { <p class="meta">{td!(locale, booking.cancel_all_days)}</p> })}
                <button class="button bad" id="cancel">{button}</button>
            </form>
        </details>
    }
    .into_any()
}
