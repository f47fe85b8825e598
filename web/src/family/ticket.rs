//! A confirmed booking as it is shown at the door: when, where, the code.

use doorstep_shared::{
    Date, Timestamp,
    bookings::{BookedNursery, Booking, BookingDay, DayState, Series},
    ids::BookingId,
};
use leptos::prelude::*;

use super::{price, words};
use crate::{
    Locale, td,
    ui::{icon::Icon, qr::Qr},
};

/// The days on which the children come; all of them where no day is left.
fn coming(booking: &Booking) -> Vec<&BookingDay> {
    let gone = |day: &&BookingDay| matches!(day.state, DayState::Released | DayState::Absent);
    let left: Vec<_> = booking.days.iter().filter(|day| !gone(day)).collect();
    if left.is_empty() { booking.days.iter().collect() } else { left }
}

/// The day that comes next: the first whose care has not ended; the last day of all when all have.
pub fn next_day(booking: &Booking, now: Timestamp) -> Option<&BookingDay> {
    let coming = coming(booking);
    let to_come = coming.iter().copied().find(|day| Timestamp::at(day.date, day.to) > now);
    to_come.or_else(|| coming.last().copied())
}

/// Whether the care of its last day has ended.
pub fn is_over(booking: &Booking, now: Timestamp) -> bool {
    coming(booking).iter().all(|day| Timestamp::at(day.date, day.to) <= now)
}

pub fn window(day: &BookingDay) -> String {
    format!("{}–{}", day.from, day.to)
}

/// Names of who comes, each once.
pub fn names(booking: &Booking, locale: Locale) -> String {
    let mut names: Vec<&str> = Vec::new();
    for day in &booking.days {
        if !names.contains(&day.child_name.as_str()) {
            names.push(&day.child_name);
        }
    }
    words::list(&names, locale)
}

/// Dates, each once.
pub fn dates(booking: &Booking) -> Vec<Date> {
    let mut dates: Vec<_> = coming(booking).iter().map(|day| day.date).collect();
    dates.dedup();
    dates
}

/// The ticket of the booking's next day.
#[component]
pub fn Ticket<'a>(
    booking: &'a Booking,
    now: Timestamp,
    locale: Locale,
    /// Whether it links to the booking's own page.
    #[prop(optional)]
    link: bool,
) -> impl IntoView + use<> {
    let day = next_day(booking, now)?;
    let near = words::near_day(day.date, now, locale);
    let href = format!("/bookings/{}", booking.id);
    let code = booking.door_code.clone().map(|code| view! { <DoorCode code locale/> });
    let pickup = (!booking.pickup.is_empty()).then(|| row(td!(locale, booking.pickup), booking.pickup.clone()));
    let what = classes(booking, day.date, locale);
    let also = others(booking, day, now, locale).map(|days| row(td!(locale, booking.also), days));
    let series = booking.series.as_ref().filter(|_| link);
    let series = series.map(|series| row(td!(locale, booking.weekly), series_words(booking, series, locale)));
    let cancel = price::cancelling(booking.cancel_rule, booking.free_cancel_until, now, locale);
    Some(
        view! {
            <article class="ticket" aria-label=td!(locale, booking.ticket)>
                <header>
                    <p class="tiny">{td!(locale, booking.next)}" · "{near}</p>
                    <p class="big"><span>{words::date(day.date, locale)}</span>" "<span>{window(day)}</span></p>
                    <p>{booking.nursery.name.clone()}</p>
                </header>
                <div class="body">
                    {code}
                    <dl class="facts">
                        {series}
                        {also}
                        {row(td!(locale, booking.children), names(booking, locale))}
                        {row(td!(locale, booking.care), what)}
                        {row(td!(locale, booking.address), booking.nursery.address.clone())}
                        {pickup}
                    </dl>
                    <Ways booking=booking.id nursery=booking.nursery.clone() locale/>
                    <p class="meta">{cancel}</p>
                {link.then(|| view! { <a class="link" href=href>{td!(locale, booking.details)}</a> })}
                </div>
            </article>
        }
        .into_any(),
    )
}

/// The classes of a day with the care they give, each once.
fn classes(booking: &Booking, date: Date, locale: Locale) -> String {
    let mut classes: Vec<String> = Vec::new();
    for day in booking.days.iter().filter(|day| day.date == date) {
        let class = format!("{} · {}", words::class(day.class_kind, locale), words::care(day.care, locale));
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    words::list(&classes, locale)
}

/// By which weekdays it was booked, and from when until its last day.
pub fn series_words(booking: &Booking, series: &Series, locale: Locale) -> String {
    let weekdays: Vec<_> = series.pattern.weekdays.iter().map(|day| words::weekday_number(*day, locale)).collect();
    let last = dates(booking).last().copied().unwrap_or(series.pattern.until);
    let (from, until) = (words::month_day(series.pattern.from, locale), words::month_day(last, locale));
    td!(locale, booking.series, weekdays = words::list(&weekdays, locale), from = from, until = until)
}

/// Days that are told one by one; of more only how many there are, and the last.
const TOLD: usize = 3;

/// The days of a booking that come after the one shown.
fn others(booking: &Booking, shown: &BookingDay, now: Timestamp, locale: Locale) -> Option<String> {
    let mut days: Vec<String> = Vec::new();
    let to_come =
        coming(booking).into_iter().filter(|day| day.date != shown.date && Timestamp::at(day.date, day.to) > now);
    for day in to_come {
        let when = format!("{} {}", words::date(day.date, locale), window(day));
        if !days.contains(&when) {
            days.push(when);
        }
    }
    match (days.len(), dates(booking).last()) {
        (0, _) => None,
        (count @ TOLD.., Some(last)) if count > TOLD => {
            Some(td!(locale, booking.also_days, count = count, until = words::date(*last, locale)))
        }
        _ => Some(words::list(&days, locale)),
    }
}

/// Six digits to say, and the same as a QR code to show, white whatever the theme.
#[component]
fn DoorCode(code: String, locale: Locale) -> impl IntoView {
    let (left, right) = code.split_at_checked(3).unwrap_or((&code, ""));
    let spaced = format!("{left} {right}");
    // A screen reader says the digits one by one.
    let spoken = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let label = td!(locale, booking.qr, code = code);
    view! {
        <div class="door-code">
            <p>
                <span class="meta">{td!(locale, booking.door_code)}</span>
                <strong id="door-code" aria-hidden="true">{spaced}</strong>
                <span class="visually-hidden">{spoken}</span>
            </p>
            <details>
                <summary class="button wide">{td!(locale, booking.show_qr)}</summary>
                <Qr text=code.clone() label/>
            </details>
        </div>
    }
    .into_any()
}

/// The ways to get there and to speak to somebody.
#[component]
fn Ways(booking: BookingId, nursery: BookedNursery, locale: Locale) -> impl IntoView {
    let phone = nursery.phone.clone().map(|phone| {
        view! { <a class="button line small" href=format!("tel:{phone}")><Icon name="i-phone"/>{td!(locale, booking.call)}</a> }
    });
    view! {
        <div class="actions">
            <a class="button line small" href=way(&nursery) target="_blank" rel="noopener noreferrer"><Icon name="i-way"/>{td!(locale, booking.way)}</a>
            {phone}
            <a class="button line small" href=format!("/api/v1/bookings/{booking}/calendar.ics") download><Icon name="i-calendar"/>{td!(locale, booking.add_to_calendar)}</a>
        </div>
    }
    .into_any()
}

/// Opens the map app of the phone, or the map's web page: on foot, from where one is.
pub fn way(nursery: &BookedNursery) -> String {
    let to = format!("{},{},{}", nursery.lng, nursery.lat, nursery.name);
    let fields = [("to", to.as_str()), ("mode", "walk"), ("coordinate", "wgs84"), ("callnative", "1")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    format!("https://uri.amap.com/navigation?{}", crate::visit::Fields(fields).encoded())
}

/// A name with its value, in a list of them.
pub fn row(name: &'static str, value: String) -> impl IntoView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
}
