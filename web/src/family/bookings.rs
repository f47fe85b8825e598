//! All bookings of the family: the next one as a ticket, what else is to come, what was.

use doorstep_shared::{
    Timestamp,
    accounts::{GetMe, Me},
    bookings::{Booking, BookingState, ListBookings, ListWaitlist, WaitState, WaitlistEntry},
    family::{Ability, MyInvitation},
};
use leptos::prelude::*;

use super::{
    again,
    book::Wish,
    booking::{self, AgainCard, HoldClock},
    people::{
        self, AskGuardian,
        invitations::{self, Invited},
    },
    sign_in,
    ticket::{self, Ticket},
    waiting, words,
};
use crate::{
    Locale,
    page::{Answer, Page, Tab},
    td,
    ui::{icon::Icon, notice::Empty, recheck::Recheck},
    visit::Visit,
};

/// `GET /bookings`, with `?cursor=…` further back.
pub async fn page(visit: &Visit) -> Answer {
    let me = match visit.call(GetMe {}).await {
        Ok(me) => me,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    if !people::may(&me, Ability::SeeBookings) {
        return people::pick_ups::page(visit).await;
    }
    let decides = people::may(&me, Ability::Book);
    let today = visit.now.local_date();
    let asked = ListBookings { from: Some(today), ..ListBookings::default() };
    let to_come = match visit.call(asked).await {
        Ok(page) => page.items,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let cursor = visit.query.get("cursor").map(str::to_owned);
    let further = cursor.is_some();
    let all = match visit.call(ListBookings { cursor, ..ListBookings::default() }).await {
        Ok(page) => page,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let waiting = match visit.call(ListWaitlist {}).await {
        Ok(waiting) => waiting.items,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    // What is offered is shown as that, with its own deadline and its own way to say no.
    let offered: Vec<_> =
        waiting.iter().filter(|entry| entry.state == WaitState::Offered).filter_map(|entry| entry.booking_id).collect();
    let now = visit.now;
    let is_ahead = |booking: &Booking| booking.state.is_active() && !ticket::is_over(booking, now);
    let mut lists = Lists {
        held: to_come.iter().filter(|b| b.state == BookingState::Held && !offered.contains(&b.id)).cloned().collect(),
        waiting,
        confirmed: to_come.iter().filter(|b| b.state == BookingState::Confirmed && is_ahead(b)).cloned().collect(),
        past: all.items.into_iter().filter(|booking| !is_ahead(booking)).collect(),
        older: all.next_cursor,
        further,
        again: None,
        invited: invitations::waiting(visit).await,
    };
    if lists.confirmed.is_empty() && !further && decides {
        let was = lists.past.iter().find(|booking| booking.state == BookingState::Confirmed);
        lists.again = match was {
            Some(booking) => Some((booking.clone(), again::find(visit, booking).await)),
            None => None,
        };
    }
    let locale = visit.locale();
    Page::new(td!(locale, bookings.title), move || view! { <Bookings lists me now locale/> }.into_any())
        .tab(Tab::Bookings)
        .into()
}

struct Lists {
    held: Vec<Booking>,
    /// What the family waits for, and what came of it lately.
    waiting: Vec<WaitlistEntry>,
    /// Soonest first.
    confirmed: Vec<Booking>,
    /// Newest first: over, cancelled or expired.
    past: Vec<Booking>,
    /// Cursor of the page with older ones.
    older: Option<String>,
    /// Whether this is such a page.
    further: bool,
    /// Where nothing lies ahead: what was last, and when it is free next.
    again: Option<(Booking, Option<Wish>)>,
    /// To other families.
    invited: Vec<MyInvitation>,
}

#[component]
fn Bookings(lists: Lists, me: Me, now: Timestamp, locale: Locale) -> impl IntoView {
    let Lists { held, waiting, confirmed, past, older, further, again, invited } = lists;
    let nothing = held.is_empty() && confirmed.is_empty();
    let mut stamps: Vec<_> = held.iter().chain(&confirmed).map(booking::stamp).collect();
    stamps.extend(waiting.iter().map(|entry| format!("{}-{}", entry.state, entry.position)));
    let stamp = stamps.join("_");
    let waiting = if further { Vec::new() } else { waiting };
    let is_waiting = waiting.iter().any(|entry| entry.state.is_open());
    let mut confirmed = confirmed.into_iter();
    let next = confirmed.next().filter(|_| !further);
    let others: Vec<_> = if further { Vec::new() } else { confirmed.collect() };
    let none_at_all = nothing && past.is_empty() && waiting.is_empty() && !further;
    view! {
        <h1>{td!(locale, bookings.title)}</h1>
        <Invited invitations=invited locale/>
        {(!people::may(&me, Ability::Book)).then(|| view! { <AskGuardian me=&me locale/> })}
        <Recheck locale stamp url="/bookings".to_owned() as_of=now.clock_time() reload=true/>
        {none_at_all.then(|| view! {
            <Empty icon="i-calendar" title=td!(locale, bookings.none) text=td!(locale, bookings.none_text)>
                <a class="button" href="/">{td!(locale, find.to_search)}</a>
            </Empty>
        })}
        <waiting::Offers entries=waiting.clone() now locale/>
        {held.into_iter().filter(|_| !further).map(|booking| view! { <HeldCard booking now locale/> }).collect_view()}
        {next.map(|booking| view! { <Ticket booking=&booking now locale link=true/> })}
        {(nothing && !none_at_all && !is_waiting && !further).then(|| view! {
            <p class="card row between">
                <span>{td!(locale, bookings.none_ahead)}</span>
                <a class="button small" href="/">{td!(locale, find.to_search)}</a>
            </p>
        })}
        {again.map(|(booking, wish)| view! { <AgainCard booking=&booking wish=wish locale/> })}
        <waiting::WaitingList entries=waiting locale/>
        <Listed title=td!(locale, bookings.others) id="upcoming" bookings=others now locale/>
        <Listed title=td!(locale, bookings.past) id="past" bookings=past now locale/>
        {older.map(|cursor| {
            let href = format!("/bookings?{}", crate::visit::Fields(vec![("cursor".to_owned(), cursor)]).encoded());
            view! { <a class="link" href=href>{td!(locale, bookings.older)}</a> }
        })}
        {further.then(|| view! { <a class="link" href="/bookings">{td!(locale, bookings.newest)}</a> })}
        <p class="tiny">{td!(locale, bookings.as_of, time = now.clock_time())}</p>
    }
    .into_any()
}

/// A place is being kept: the first thing to see.
#[component]
fn HeldCard(booking: Booking, now: Timestamp, locale: Locale) -> impl IntoView {
    let when =
        ticket::next_day(&booking, now).map(|day| format!("{} {}", words::date(day.date, locale), ticket::window(day)));
    view! {
        <section class="card stack">
            <HoldClock booking=&booking now locale/>
            <h2>{when}</h2>
            <p class="meta">{booking.nursery.name.clone()}" · "{ticket::names(&booking, locale)}</p>
            <a class="button" href=format!("/bookings/{}", booking.id)>{td!(locale, bookings.to_confirm)}</a>
        </section>
    }
    .into_any()
}

/// A list with a heading; nothing when it is empty.
#[component]
fn Listed(
    title: &'static str,
    id: &'static str,
    bookings: Vec<Booking>,
    now: Timestamp,
    locale: Locale,
) -> impl IntoView {
    (!bookings.is_empty()).then(|| {
        let items = bookings.into_iter().map(|booking| view! { <Item booking now locale/> });
        view! {
            <section class="stack" aria-labelledby=id>
                <h2 id=id>{title}</h2>
                <ul class="card rows">{items.collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn Item(booking: Booking, now: Timestamp, locale: Locale) -> impl IntoView {
    let day = ticket::next_day(&booking, now);
    let when = day.map(|day| format!("{} {}", words::date(day.date, locale), ticket::window(day)));
    let dates = ticket::dates(&booking).len();
    let several = (dates > 1).then_some(dates);
    let more = several.filter(|_| booking.series.is_none());
    let more = more.map(|days| view! { <span class="tag">{td!(locale, book.more_days, count = days - 1)}</span> });
    // A month in one line: its weekdays, from when until when, and the day that comes next.
    let series = booking.series.as_ref().map(|series| {
        let next = view! { <span class="meta">{td!(locale, booking.next)}" · "{when.clone()}</span> };
        let days = view! { <span class="tag">{td!(locale, booking.days, count = dates)}</span> };
        view! { <b>{ticket::series_words(&booking, series, locale)}</b>" "{days}{next} }
    });
    let when = series.is_none().then(|| view! { <b>{when}</b> });
    let state = match booking.state {
        BookingState::Confirmed => None,
        state => Some(view! { <span class="tag plain">{booking::title(state, locale)}</span> }),
    };
    view! {
        <li>
            <a class="item" href=format!("/bookings/{}", booking.id)>
                <span>
                    {when}{series}" "{more}" "{state}
                    <span class="meta">{booking.nursery.name.clone()}" · "{ticket::names(&booking, locale)}</span>
                </span>
                <Icon name="i-next"/>
            </a>
        </li>
    }
    .into_any()
}
