//! What a person who picks up sees: when, where, whom, and the code. And how a guardian gives one.

use doorstep_shared::{
    Problem, Timestamp,
    bookings::{Booking, BookingState, DayState},
    dates,
    family::{IssuePickUpCode, ListPickUpCodes, ListPickUps, PickUp, PickUpCode, PickUpPerson, RevokePickUpCode},
    ids::BookingId,
    problem::FieldRule,
};
use leptos::prelude::*;

use crate::{
    Locale, app,
    family::{missing, sign_in, ticket, words},
    page::{Answer, Page, Tab},
    td,
    ui::{
        field::{OnceKey, SelectField},
        icon::Icon,
        notice::{Empty, Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// `GET /bookings` of who only picks up.
pub async fn page(visit: &Visit) -> Answer {
    let pick_ups = match visit.call(ListPickUps {}).await {
        Ok(pick_ups) => pick_ups.items,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, now) = (visit.locale(), visit.now);
    let body = move || {
        let none = pick_ups.is_empty().then(|| {
            view! {
                <Empty
                    icon="i-calendar"
                    title=td!(locale, people.no_pick_ups)
                    text=td!(locale, people.no_pick_ups_text)
                />
            }
        });
        let cards = pick_ups.into_iter().map(|pick_up| view! { <Card pick_up now locale/> });
        view! {
            <h1>{td!(locale, people.pick_ups)}</h1>
            {none}
            {cards.collect_view()}
        }
        .into_any()
    };
    Page::new(td!(locale, people.pick_ups), body).tab(Tab::Bookings).into()
}

#[component]
fn Card(pick_up: PickUp, now: Timestamp, locale: Locale) -> impl IntoView {
    let near = words::near_day(pick_up.date, now, locale);
    let until = td!(locale, people.until, time = pick_up.until);
    let code = match pick_up.code {
        Some(code) => {
            let (left, right) = code.split_at_checked(3).unwrap_or((&code, ""));
            view! {
                <div class="door-code">
                    <p>
                        <span class="meta">{td!(locale, people.code)}</span>
                        <strong class="pick-up-code">{format!("{left} {right}")}</strong>
                    </p>
                </div>
                <p class="meta">{td!(locale, people.code_text)}</p>
            }
            .into_any()
        }
        None => view! { <p class="tag plain">{td!(locale, people.code_used)}</p> }.into_any(),
    };
    let phone = pick_up.nursery.phone.clone().map(|phone| {
        view! { <a class="button line small" href=format!("tel:{phone}")><Icon name="i-phone"/>{td!(locale, booking.call)}</a> }
    });
    view! {
        <article class="ticket">
            <header>
                <p class="tiny">{near}</p>
                <p class="big"><span>{words::date(pick_up.date, locale)}</span>" "<span>{until}</span></p>
                <p>{words::list(&pick_up.children, locale)}</p>
            </header>
            <div class="body">
                {code}
                <dl class="facts">
                    {ticket::row(td!(locale, booking.address), format!("{} · {}", pick_up.nursery.name, pick_up.nursery.address))}
                </dl>
                <div class="actions">
                    <a class="button line small" href=ticket::way(&pick_up.nursery) target="_blank" rel="noopener noreferrer"><Icon name="i-way"/>{td!(locale, booking.way)}</a>
                    {phone}
                </div>
            </div>
        </article>
    }
    .into_any()
}

/// The codes of a booking; none where they cannot be told.
pub async fn codes(visit: &Visit, id: BookingId) -> Vec<PickUpCode> {
    visit.call(ListPickUpCodes { id }).await.map(|codes| codes.items).unwrap_or_default()
}

/// On a booking's page: who has a code for which day, and a form for the next one.
#[component]
pub fn WhoPicksUp<'a>(
    booking: &'a Booking,
    codes: Vec<PickUpCode>,
    persons: Vec<PickUpPerson>,
    /// One that was just given.
    given: Option<PickUpCode>,
    /// Whether codes may be given.
    decides: bool,
    now: Timestamp,
    locale: Locale,
) -> impl IntoView + use<> {
    if booking.state != BookingState::Confirmed || (!decides && codes.is_empty()) {
        return None;
    }
    let here = format!("/bookings/{}/pick-up", booking.id);
    let comes = |state| matches!(state, DayState::Expected | DayState::CheckedIn);
    let mut days: Vec<_> = booking.days.iter().filter(|day| comes(day.state)).collect();
    days.retain(|day| Timestamp::at(day.date, day.to) > now);
    days.dedup_by_key(|day| day.date);
    let (revoke, lines) = (format!("{here}/revoke"), codes.into_iter());
    let lines: Vec<_> = lines
        .map(|code| {
            let date = words::date(code.date, locale);
            let state = match code.used_at {
                Some(at) => td!(locale, people.code_taken, name = code.name, time = at.clock_time()),
                None => td!(locale, people.code_given, name = code.name),
            };
            let end = (decides && code.used_at.is_none()).then(|| {
                view! {
                    <form method="post" action=revoke.clone()>
                        <OnceKey/>
                        <input type="hidden" name="date" value=code.date.to_string()/>
                        <button class="button line small revoke-code">{td!(locale, people.revoke_code)}</button>
                    </form>
                }
            });
            view! { <li class="row between"><span><b>{date}</b>" "{state}</span>{end}</li> }
        })
        .collect();
    let given = given.and_then(|given| {
        let code = given.code?;
        let title = td!(locale, people.code_for, name = given.name, date = words::date(given.date, locale));
        Some(view! {
            <Notice tone=Tone::Good title focus=true>
                <p class="big"><b id="given-code">{code}</b></p>
                <p>{td!(locale, people.code_once)}</p>
            </Notice>
        })
    });
    let form = (decides && !days.is_empty()).then(|| {
        if persons.is_empty() {
            return view! { <a class="link" href="/family/pick-up/new">{td!(locale, people.add_person)}</a> }.into_any();
        }
        let first = |options: &[(String, String)]| options.first().map(|(value, _)| value.clone()).unwrap_or_default();
        let dates: Vec<_> =
            days.iter().map(|day| (day.date.to_string(), words::date(day.date, locale))).collect();
        let persons: Vec<_> = persons.iter().map(|person| (person.id.to_string(), person.name.clone())).collect();
        let (first_date, first_person) = (first(&dates), first(&persons));
        view! {
            <form class="stack" method="post" action=here>
                <OnceKey/>
                <SelectField id="pick-up-person" name="person" label=td!(locale, people.person) options=persons chosen=first_person/>
                <SelectField id="pick-up-date" name="date" label=td!(locale, people.day) options=dates chosen=first_date/>
                <button class="button line" id="give-code">{td!(locale, people.give_code)}</button>
            </form>
        }
        .into_any()
    });
    Some(
        view! {
            <section class="card stack" id="who-picks-up">
                <h2>{td!(locale, people.who_picks_up)}</h2>
                {given}
                {(!lines.is_empty()).then(|| view! { <ul class="rows">{lines}</ul> })}
                {decides.then(|| view! { <p class="meta">{td!(locale, people.who_text)}</p> })}
                {form}
            </section>
        }
        .into_any(),
    )
}

/// `POST /bookings/{id}/pick-up`: gives a code and shows it, this once.
pub async fn give(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(booking) = id.parse::<BookingId>() else { return missing::page(visit).into() };
    let given = match read(form, booking) {
        Ok(ask) => visit.call_once(form, ask).await,
        Err(problem) => Err(problem),
    };
    match given {
        Ok(code) => crate::family::booking::page_with(visit, id, Some(code)).await,
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn read(form: &Fields, id: BookingId) -> Result<IssuePickUpCode, Problem> {
    let date = form.get("date").and_then(dates::read);
    let date = date.ok_or_else(|| Problem::field("date", FieldRule::NotADate, "a day of the booking"))?;
    let person = form.read("person");
    let person_id = person.ok_or_else(|| Problem::field("person", FieldRule::Required, "somebody who picks up"))?;
    Ok(IssuePickUpCode { id, date, person_id })
}

/// `POST /bookings/{id}/pick-up/revoke`.
pub async fn revoke(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let (Ok(id), Some(date)) = (id.parse::<BookingId>(), form.date("date")) else {
        return missing::page(visit).into();
    };
    match visit.call_once(form, RevokePickUpCode { id, date }).await {
        Ok(()) => Answer::see_other(format!("/bookings/{id}?done=code-revoked")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
