//! A child does not come on a day: one tap to what that means, one more to say it.

use doorstep_shared::{
    Date, Fen, Timestamp,
    bookings::{Booking, BookingDay, DayState, GetBooking, ReportAbsent},
    ids::{BookingId, ChildId},
};
use leptos::prelude::*;

use super::{SEEN, cost_of, dearer, field, href, missing, names, open, outcome, rose, ticket, when, why, words};
use crate::{
    Locale, app,
    page::Answer,
    td,
    ui::{
        Inert as _,
        careful::Careful,
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

fn path(id: BookingId) -> String {
    format!("{}/absent", href(id))
}

/// Until its care ends, unless the child has been there.
pub fn is_possible(day: &BookingDay, now: Timestamp) -> bool {
    day.state == DayState::Expected && Timestamp::at(day.date, day.to) > now
}

pub fn possible(booking: &Booking, now: Timestamp) -> Vec<&BookingDay> {
    booking.days.iter().filter(|day| is_possible(day, now)).collect()
}

/// The page that says it of this day; it names the child only where there are several.
pub fn href_of(booking: &Booking, day: &BookingDay) -> String {
    let several = booking.days.iter().any(|other| other.child_id != day.child_id);
    let mut fields = vec![field("date", day.date)];
    fields.extend(several.then(|| field("child", day.child_id)));
    super::with_query(&path(booking.id), fields)
}

fn of<'a>(days: &[&'a BookingDay], date: Date, child: Option<ChildId>) -> Vec<&'a BookingDay> {
    let is_it = |day: &&BookingDay| day.date == date && child.is_none_or(|child| day.child_id == child);
    days.iter().copied().filter(is_it).collect()
}

/// `GET /bookings/{id}/absent?date=…&child=…`; without a date, the days to choose from.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let booking = match open(visit, id).await {
        Ok(booking) => booking,
        Err(answer) => return answer,
    };
    let fields = visit.form.as_ref().map_or(&visit.query, |form| &form.fields);
    let (locale, now) = (visit.locale(), visit.now);
    let days = possible(&booking, now);
    let asked = fields.date("date").map(|date| (date, fields.read::<ChildId>("child")));
    let only = match days.as_slice() {
        [day] if asked.is_none() => Some((day.date, None)),
        _ => None,
    };
    let chosen = asked.or(only).filter(|(date, child)| !of(&days, *date, *child).is_empty());
    let missed = asked.is_some() && chosen.is_none();
    let visit = visit.clone();
    let Some((date, child)) = chosen else {
        let title = td!(locale, change.absent_title);
        let back = path(booking.id);
        let body = move || view! { <Choose visit booking missed/> }.into_any();
        return super::page(title.to_owned(), back, body).into();
    };
    let title =
        td!(locale, change.absent_on, names = names(&of(&days, date, child), locale), day = on(date, now, locale));
    let mut query = vec![field("date", date)];
    query.extend(child.map(|child| field("child", child)));
    let back = super::with_query(&path(booking.id), query);
    let (heading, own) = (title.clone(), back.clone());
    let body = move || view! { <Sure visit booking date child own title=heading/> }.into_any();
    super::page(title, back, body).into()
}

/// `POST /bookings/{id}/absent`.
pub async fn submit(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<BookingId>() else { return missing::page(visit).into() };
    let Some(date) = form.date("date") else { return page(visit, &id.to_string()).await };
    let child_id = form.read::<ChildId>("child");
    let booking = match visit.call(GetBooking { id }).await {
        Ok(booking) => booking,
        Err(problem) => return app::refused(visit, form, problem).await,
    };
    let cost = cost_of(&of(&possible(&booking, visit.now), date, child_id));
    if form.read::<i64>(SEEN).is_none_or(|seen| cost > Fen(seen)) {
        return app::refused(visit, form, dearer()).await;
    }
    match visit.call_once(form, ReportAbsent { id, date, child_id }).await {
        Ok(booking) => Answer::see_other(outcome::done(&booking, &[date])),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// As it stands inside a sentence: 今天, 周二 11月24日; today, on Tue 24 Nov.
fn on(date: Date, now: Timestamp, locale: Locale) -> String {
    let today = now.local_date();
    match locale {
        _ if date != today && Some(date) != today.succ_opt() => {
            td!(locale, change.on_date, date = words::date(date, locale))
        }
        Locale::Zh => words::near_day(date, now, locale).to_owned(),
        Locale::En => words::near_day(date, now, locale).to_lowercase(),
    }
}

#[component]
fn Choose(visit: Visit, booking: Booking, missed: bool) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let rows: Vec<_> = possible(&booking, now)
        .into_iter()
        .map(|day| {
            view! {
                <li>
                    <a class="item" href=href_of(&booking, day)>
                        <span>
                            <b>{when(day, locale)}</b>
                            <span class="meta">{day.child_name.clone()}" · "{why(day, now, locale)}</span>
                        </span>
                        <Icon name="i-next"/>
                    </a>
                </li>
            }
        })
        .collect();
    let none = rows.is_empty();
    let missed = missed && visit.form.is_none();
    view! {
        <a class="back" href=href(booking.id)><Icon name="i-back"/>{td!(locale, change.back)}</a>
        <h1>{td!(locale, change.absent_title)}</h1>
        <super::Refused form=visit.form rose=false kept=td!(locale, change.kept).to_owned() locale/>
        {missed.then(|| view! { <Notice tone=Tone::Warn title=td!(locale, change.days_gone) focus=true/> })}
        {if none {
            view! { <Notice tone=Tone::Info title=td!(locale, change.no_day)/> }.into_any()
        } else {
            view! {
                <section class="card stack" id="choose">
                    <h2>{td!(locale, change.which_day)}</h2>
                    <ul class="rows">{rows}</ul>
                </section>
            }
            .into_any()
        }}
    }
    .into_any()
}

#[component]
fn Sure(
    visit: Visit,
    booking: Booking,
    date: Date,
    child: Option<ChildId>,
    /// Its own address.
    own: String,
    title: String,
) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let all = possible(&booking, now);
    let days = of(&all, date, child);
    let cost = cost_of(&days);
    let rose = rose(&visit, cost);
    let rows: Vec<_> = days
        .iter()
        .map(|day| {
            let class = format!("{} · {}", words::class(day.class_kind, locale), words::care(day.care, locale));
            view! {
                <div>
                    <dt>
                        <b>{day.child_name.clone()}" "{ticket::window(day)}</b>
                        <span class="meta line">{class}</span>
                        <span class="meta line">{why(day, now, locale)}</span>
                    </dt>
                    <dd>{day.cancel_cost_fen.to_string()}</dd>
                </div>
            }
        })
        .collect();
    let button = if cost == Fen::ZERO {
        td!(locale, change.do_absent_free).to_owned()
    } else {
        td!(locale, change.do_absent, cost = cost)
    };
    let together = of(&all, date, None);
    let others = child.is_some() && together.len() > days.len();
    let others = others.then(|| {
        let href = super::with_query(&path(booking.id), vec![field("date", date)]);
        view! { <a class="link" href=href>{td!(locale, change.all_absent, names = names(&together, locale))}</a> }
    });
    let back = if all.len() > 1 { path(booking.id) } else { href(booking.id) };
    let back_text = if all.len() > 1 { td!(locale, change.other_day) } else { td!(locale, change.back) };
    let child = child.map(|child| view! { <input type="hidden" name="child" value=child.to_string()/> });
    let look_again = view! { <super::LookAgain visit=&visit booking=&booking cost=Some(cost) url=own/> };
    view! {
        <a class="back" href=back><Icon name="i-back"/>{back_text}</a>
        <h1>{title}</h1>
        {look_again}
        <super::Refused form=visit.form rose=rose kept=td!(locale, change.kept).to_owned() locale/>
        <form class="card stack" id="absent" method="post" action=path(booking.id) data-careful>
            <OnceKey/>
            <input type="hidden" name="date" value=date.to_string()/>
            {child}
            <input type="hidden" name=SEEN value=cost.0.to_string()/>
            <p class="meta">{words::date(date, locale)}" · "{booking.nursery.name.clone()}</p>
            <dl class="sum">
                {rows}
                <div class="total"><dt>{td!(locale, change.absent_total)}</dt><dd>{cost.to_string()}</dd></div>
            </dl>
            {others}
            <p>{td!(locale, change.absent_frees)}</p>
            <p class="meta">{td!(locale, change.undo_if_free)}</p>
            {view! { <Careful locale/> }.inert()}
            <button class="button bad wide" id="do-absent">{button}</button>
            <a class="button line wide" href=href(booking.id)>{td!(locale, change.leave_it)}</a>
        </form>
    }
    .into_any()
}
