//! Cancel some days of a booking: choose them, see what each costs, then one button.

use doorstep_shared::{
    Date, Fen, Timestamp,
    bookings::{Booking, BookingDay, CancelBooking, GetBooking},
    ids::BookingId,
};
use leptos::prelude::*;

use super::{SEEN, ahead, cost_of, dates_of, dearer, field, href, missing, names, open, outcome, rose, why, words};
use crate::{
    Locale, app,
    page::Answer,
    td,
    ui::{
        Inert as _,
        careful::Careful,
        field::{OnceKey, SelectField},
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// Of the form that chooses: it was sent, be it with no day ticked.
const CHOSEN: &str = "chosen";
/// In the address: choose again, with these days ticked.
const AGAIN: &str = "again";

fn path(id: BookingId) -> String {
    format!("{}/days", href(id))
}

/// `GET /bookings/{id}/days?date=…` or `?from=…`; without days, the form that chooses them.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let booking = match open(visit, id).await {
        Ok(booking) => booking,
        Err(answer) => return answer,
    };
    let fields = visit.form.as_ref().map_or(&visit.query, |form| &form.fields).clone();
    let (chosen, again) = (chosen(&booking, &fields, visit.now), fields.has(AGAIN));
    let back = super::with_query(&path(booking.id), chosen.iter().map(|date| field("date", date)).collect());
    let (visit, locale, own) = (visit.clone(), visit.locale(), back.clone());
    let title = if chosen.is_empty() || again {
        td!(locale, change.days_title).to_owned()
    } else {
        td!(locale, change.cancel_days, count = chosen.len())
    };
    let heading = title.clone();
    let body = move || {
        if chosen.is_empty() || again {
            view! { <Choose visit booking chosen title=heading/> }.into_any()
        } else {
            view! { <Sure visit booking chosen own title=heading/> }.into_any()
        }
    };
    super::page(title, back, body).into()
}

/// `POST /bookings/{id}/days`.
pub async fn submit(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<BookingId>() else { return missing::page(visit).into() };
    let dates = form.dates("date");
    if dates.is_empty() {
        // Nothing named would mean all of it.
        return page(visit, &id.to_string()).await;
    }
    let booking = match visit.call(GetBooking { id }).await {
        Ok(booking) => booking,
        Err(problem) => return app::refused(visit, form, problem).await,
    };
    let cost = cost_of(&of(&ahead(&booking, visit.now), &dates));
    if form.read::<i64>(SEEN).is_none_or(|seen| cost > Fen(seen)) {
        return app::refused(visit, form, dearer()).await;
    }
    let ask = CancelBooking { dates: dates.clone(), ..CancelBooking::all(id) };
    match visit.call_once(form, ask).await {
        Ok(booking) => Answer::see_other(outcome::done(&booking, &dates)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// Of the days that can still be cancelled: the ticked ones, or all from a date on.
fn chosen(booking: &Booking, fields: &Fields, now: Timestamp) -> Vec<Date> {
    let (dates, from) = (fields.dates("date"), fields.date("from"));
    let mut possible = dates_of(&ahead(booking, now));
    possible.retain(|date| dates.contains(date) || from.is_some_and(|from| from <= *date));
    possible
}

fn of<'a>(days: &[&'a BookingDay], dates: &[Date]) -> Vec<&'a BookingDay> {
    days.iter().copied().filter(|day| dates.contains(&day.date)).collect()
}

#[component]
fn Choose(visit: Visit, booking: Booking, chosen: Vec<Date>, title: String) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let days = ahead(&booking, now);
    let dates = dates_of(&days);
    let none = visit.query.has(CHOSEN) && chosen.is_empty();
    let gone = none && (visit.query.has("date") || visit.query.has("from"));
    let text = if gone { td!(locale, change.days_gone) } else { td!(locale, change.choose_a_day) };
    let rows = dates.iter().map(|date| {
        let that_day = of(&days, &[*date]);
        view! { <Pick date=*date days=that_day checked=chosen.contains(date) now locale/> }
    });
    let rows: Vec<_> = rows.collect();
    let starts = dates.iter().map(|date| (date.to_string(), words::date(*date, locale))).collect();
    let first = dates.first().map(ToString::to_string).unwrap_or_default();
    let action = path(booking.id);
    let nothing = rows.is_empty();
    view! {
        <a class="back" href=href(booking.id)><Icon name="i-back"/>{td!(locale, change.back)}</a>
        <h1>{title}</h1>
        <super::Refused form=visit.form rose=false kept=td!(locale, change.kept).to_owned() locale/>
        {none.then(|| view! { <Notice tone=Tone::Warn title=text focus=true/> })}
        {if nothing {
            view! { <Notice tone=Tone::Info title=td!(locale, change.no_day)/> }.into_any()
        } else {
            view! {
                <form class="card stack" id="choose" method="get" action=action.clone()>
                    <input type="hidden" name=CHOSEN value="yes"/>
                    <fieldset class="stack picks">
                        <legend><h2>{td!(locale, change.which_days)}</h2></legend>
                        {rows}
                    </fieldset>
                    <button class="button wide">{td!(locale, change.look_at_cost)}</button>
                </form>
                <form class="card stack" id="rest" method="get" action=action>
                    <h2>{td!(locale, change.rest)}</h2>
                    <input type="hidden" name=CHOSEN value="yes"/>
                    <SelectField id="from" name="from" label=td!(locale, change.rest_from) options=starts chosen=first/>
                    <button class="button line wide">{td!(locale, change.look_at_cost)}</button>
                </form>
            }
            .into_any()
        }}
    }
    .into_any()
}

/// A date with what cancelling it costs and until when that is free.
#[component]
fn Pick<'a>(
    date: Date,
    days: Vec<&'a BookingDay>,
    checked: bool,
    now: Timestamp,
    locale: Locale,
) -> impl IntoView + use<> {
    let windows = windows(&days, locale);
    let cost = cost_of(&days);
    let why = days.first().map(|day| why(day, now, locale));
    view! {
        <label class="pick">
            <input type="checkbox" name="date" value=date.to_string() checked=checked/>
            <span>
                {super::when_in_parts(date, windows, locale)}
                <span class="meta">{names(&days, locale)}" · "{why}</span>
            </span>
            <b>{cost_text(cost, locale)}</b>
        </label>
    }
    .into_any()
}

fn windows(days: &[&BookingDay], locale: Locale) -> String {
    let mut windows: Vec<String> = days.iter().map(|day| super::ticket::window(day)).collect();
    windows.dedup();
    words::list(&windows, locale)
}

fn cost_text(cost: Fen, locale: Locale) -> String {
    if cost == Fen::ZERO { td!(locale, change.free_word).to_owned() } else { cost.to_string() }
}

/// The chosen days with what each costs, the sum, and the button.
#[component]
fn Sure(
    visit: Visit,
    booking: Booking,
    chosen: Vec<Date>,
    /// Its own address.
    own: String,
    title: String,
) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let all = ahead(&booking, now);
    let days = of(&all, &chosen);
    let cost = cost_of(&days);
    let rose = rose(&visit, cost);
    let left = dates_of(&all).len().saturating_sub(chosen.len());
    let left =
        if left == 0 { td!(locale, change.none_left).to_owned() } else { td!(locale, change.days_left, count = left) };
    let rows: Vec<_> = chosen
        .iter()
        .map(|date| {
            let that_day = of(&days, &[*date]);
            let why = that_day.first().map(|day| why(day, now, locale));
            view! {
                <div>
                    <dt>
                        {super::when_in_parts(*date, windows(&that_day, locale), locale)}
                        <span class="meta line">{names(&that_day, locale)}" · "{why}</span>
                    </dt>
                    <dd>{cost_text(cost_of(&that_day), locale)}</dd>
                </div>
            }
        })
        .collect();
    let button = if cost == Fen::ZERO {
        td!(locale, change.do_cancel_free, count = chosen.len())
    } else {
        td!(locale, change.do_cancel, count = chosen.len(), cost = cost)
    };
    let mut again: Vec<_> = chosen.iter().map(|date| field("date", date)).collect();
    again.push(field(AGAIN, "yes"));
    let again = super::with_query(&path(booking.id), again);
    let hidden: Vec<_> =
        chosen.iter().map(|date| view! { <input type="hidden" name="date" value=date.to_string()/> }).collect();
    let look_again = view! { <super::LookAgain visit=&visit booking=&booking cost=Some(cost) url=own/> };
    view! {
        <a class="back" href=again><Icon name="i-back"/>{td!(locale, change.other_days)}</a>
        <h1>{title}</h1>
        {look_again}
        <super::Refused form=visit.form rose=rose kept=td!(locale, change.kept).to_owned() locale/>
        <form class="card stack" id="cancel-days" method="post" action=path(booking.id) data-careful>
            <OnceKey/>
            {hidden}
            <input type="hidden" name=SEEN value=cost.0.to_string()/>
            <p class="meta">{booking.nursery.name.clone()}</p>
            <dl class="sum">
                {rows}
                <div class="total"><dt>{td!(locale, change.cancel_total)}</dt><dd>{cost.to_string()}</dd></div>
            </dl>
            <p>{left}</p>
            <p class="meta">{td!(locale, change.given_back)}</p>
            {view! { <Careful locale/> }.inert()}
            <button class="button bad wide" id="do-cancel">{button}</button>
            <a class="button line wide" href=href(booking.id)>{td!(locale, change.leave_it)}</a>
        </form>
    }
    .into_any()
}
