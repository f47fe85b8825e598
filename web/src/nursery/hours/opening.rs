//! When the nursery is open: its week, and dates that have hours of their own. What a change touches is shown first.

use chrono::Datelike as _;
use doorstep_shared::{
    Date, Problem, Span,
    hours::{ChangeHours, GetHours, HoursChange, HoursPreview, Instead, OpeningHours, PreviewHours, REASON_CHARACTERS},
    problem::FieldRule,
    staff::{GetStaffMe, StaffAbility, StaffMe},
};
use leptos::prelude::*;

use super::{InsteadField, TimeField, change_words, instead, open_words, record, told, touched::Preview};
use crate::{
    Locale, app,
    nursery::{missing, places, shell, words},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{Inert as _, field::TextField, icon::Icon},
    visit::{Fields, FormState, Visit},
};

pub const PATH: &str = "/staff/places/hours";

/// Times at which it may open on one day: a morning and an afternoon.
const PARTS: [(&str, &str); 2] = [("from_0", "to_0"), ("from_1", "to_1")];

/// The day whose hours are changed.
#[derive(Clone, Copy)]
pub enum Which {
    /// 1 is Monday.
    Weekday(u8),
    Date(Date),
}

impl Which {
    /// `week/1`, or `2026-11-23`, of the page's address.
    pub fn parse(segments: &[&str]) -> Option<Self> {
        match segments {
            ["week", number] => number.parse().ok().filter(|number| (1..=7).contains(number)).map(Self::Weekday),
            [date] => doorstep_shared::dates::read(date).map(Self::Date),
            _ => None,
        }
    }

    fn path(self) -> String {
        match self {
            Self::Weekday(number) => format!("{PATH}/week/{number}"),
            Self::Date(date) => format!("{PATH}/{date}"),
        }
    }

    fn change(self, open: Vec<Span>) -> HoursChange {
        match self {
            Self::Weekday(weekday) => HoursChange::Week { weekday, open },
            Self::Date(date) => HoursChange::Date { date, open },
        }
    }

    /// The hours that it has now: those of its weekday where a date has none of its own.
    fn open(self, hours: &OpeningHours) -> Vec<Span> {
        let weekday = match self {
            Self::Weekday(number) => number,
            Self::Date(date) => match hours.dates.iter().find(|own| own.date == date) {
                Some(own) => return own.open.clone(),
                None => u8::try_from(date.weekday().number_from_monday()).unwrap_or_default(),
            },
        };
        hours.week.get(usize::from(weekday.saturating_sub(1))).cloned().unwrap_or_default()
    }
}

/// Who may change hours, and the hours.
async fn load(visit: &Visit) -> Result<(StaffMe, OpeningHours), Answer> {
    let loaded = async { Ok((visit.call(GetStaffMe {}).await?, visit.call(GetHours {}).await?)) };
    let (me, hours) = loaded.await.map_err(|problem| missing::or_problem(visit, problem))?;
    if me.at.role.may(StaffAbility::EditPlaces) { Ok((me, hours)) } else { Err(missing::for_others(visit, &me)) }
}

/// `GET /staff/places/hours`. A date that is asked for leads on to its page.
pub async fn page(visit: &Visit) -> Answer {
    if let Some(date) = visit.query.date("date") {
        return Answer::see_other(Which::Date(date).path());
    }
    let (me, hours) = match load(visit).await {
        Ok(loaded) => loaded,
        Err(answer) => return answer,
    };
    let (locale, today) = (visit.locale(), visit.now.local_date());
    let body = move || {
        view! {
            <a class="back" href=places::PATH><Icon name="i-back"/>{td!(locale, places.title)}</a>
            <h1>{td!(locale, hours.opening)}</h1>
            <Week hours=hours.clone() locale/>
            <Dates hours=hours.clone() today locale/>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, hours.opening), body).back(PATH)).into()
}

#[component]
fn Week(hours: OpeningHours, locale: Locale) -> impl IntoView {
    let rows = hours.week.iter().zip(1_u8..).map(|(open, weekday)| {
        let name = words::weekday_number(weekday, locale);
        view! {
            <li class="row between">
                <span><b>{name}</b>" "<span class="meta">{open_words(open, td!(locale, hours.closed), locale)}</span></span>
                <a class="button line small" href=Which::Weekday(weekday).path()>
                    {td!(locale, places.change)}
                    <span class="visually-hidden">" "{name}</span>
                </a>
            </li>
        }
    });
    view! {
        <section class="card stack" aria-labelledby="week-hours">
            <h2 id="week-hours">{td!(locale, places.every_week)}</h2>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    }
    .inert()
}

#[component]
fn Dates(hours: OpeningHours, today: Date, locale: Locale) -> impl IntoView {
    let own = hours.dates.iter().map(|day| (day.date, open_words(&day.open, "", locale), None));
    let calendar = hours.calendar.iter().filter(|day| hours.dates.iter().all(|own| own.date != day.date)).map(|day| {
        let name = if locale == Locale::Zh { &day.name_zh } else { &day.name_en };
        let kind = if day.holiday { td!(locale, hours.holiday) } else { td!(locale, hours.workday) };
        (day.date, open_words(&day.open, td!(locale, hours.closed), locale), Some(format!("{name} {kind}")))
    });
    let mut days: Vec<_> = own.chain(calendar).collect();
    days.sort_by_key(|(date, ..)| *date);
    let rows = days.into_iter().map(|(date, open, name)| {
        let tag = name.unwrap_or_else(|| td!(locale, places.own).to_owned());
        view! {
            <li class="row between">
                <span><b>{words::date(date, locale)}</b>" "<span class="tag plain">{tag}</span>" "<span class="meta">{open}</span></span>
                <a class="button line small" href=Which::Date(date).path()>
                    {td!(locale, places.change)}
                    <span class="visually-hidden">" "{words::date(date, locale)}</span>
                </a>
            </li>
        }
    });
    view! {
        <section class="card stack" aria-labelledby="own-hours">
            <h2 id="own-hours">{td!(locale, hours.own_dates)}</h2>
            <p class="meta">{td!(locale, hours.own_dates_text)}</p>
            <ul class="rows">{rows.collect_view()}</ul>
            <form class="stack" method="get" action=PATH>
                <TextField id="date" kind="date" label=td!(locale, hours.other_date) value=today.to_string() required=true/>
                <button class="button line" id="to-date">{td!(locale, hours.set_date)}</button>
            </form>
        </section>
    }
    .inert()
}

/// `GET /staff/places/hours/week/{number}` and `/{date}`, and again after a refusal. With `look` it shows what is
/// touched.
pub async fn day_page(visit: &Visit, which: Option<Which>) -> Answer {
    let Some(which) = which else { return missing::page(visit) };
    let (me, hours) = match load(visit).await {
        Ok(loaded) => loaded,
        Err(answer) => return answer,
    };
    let locale = visit.locale();
    let asked = visit.form.as_ref().map_or(&visit.query, |form| &form.fields).clone();
    let (mut form, mut preview) = (visit.form.clone(), None);
    if asked.has("look") {
        match look(visit, which, &asked).await {
            Ok(found) => preview = Some(found),
            Err(problem) => form = form.or(Some(FormState { fields: asked.clone(), problem })),
        }
    }
    let status = form.as_ref().map_or(200, |form| form.problem.status);
    let open = which.open(&hours);
    let title = change_words(&which.change(open.clone()), &[], locale);
    let heading = title.clone();
    let own = matches!(which, Which::Date(date) if hours.dates.iter().any(|own| own.date == date));
    let body = move || {
        let form = told(form);
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, hours.opening)}</a>
            <h1>{heading}</h1>
            <FormSummary form=form.clone() locale/>
            <Asked asked=asked.clone() form which open own locale/>
            {preview.map(|preview| {
                let (plain, telling) = (td!(locale, common.save), td!(locale, hours.save_and_tell));
                view! { <Preview asked preview action=which.path() plain telling locale/> }
            })}
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(title, body).back(which.path()).status(status)).into()
}

async fn look(visit: &Visit, which: Which, asked: &Fields) -> Result<HoursPreview, Problem> {
    if asked.get("reason").is_none() {
        return Err(Problem::field("reason", FieldRule::Required, "families read why"));
    }
    visit.call(PreviewHours { change: which.change(open(asked)?), instead: instead(asked) }).await
}

/// The times that a form names. One of which only an end is named is refused.
fn open(form: &Fields) -> Result<Vec<Span>, Problem> {
    let mut open = Vec::new();
    for (from, to) in PARTS.iter().filter(|_| !form.has("back")) {
        match (form.read(from), form.read(to)) {
            (None, None) => {}
            (Some(from), Some(to)) => open.push(Span { from, to }),
            _ => return Err(Problem::field(*to, FieldRule::Required, "a time has a beginning and an end")),
        }
    }
    Ok(open)
}

#[component]
fn Asked(
    asked: Fields,
    form: Option<FormState>,
    which: Which,
    open: Vec<Span>,
    /// The date has hours of its own, which can be given up.
    own: bool,
    locale: Locale,
) -> impl IntoView {
    let error = form.as_ref().and_then(|form| form.error("reason", locale));
    let is_asked = asked.has("look");
    let usual = Instead { other_class: true, shorter: true, other_time: false };
    let chosen = if is_asked { instead(&asked) } else { usual };
    let parts = PARTS.iter().enumerate().map(|(part, (from, to))| {
        let span = open.get(part);
        let value = |name: &str, now: Option<String>| {
            if is_asked { asked.get(name).unwrap_or_default().to_owned() } else { now.unwrap_or_default() }
        };
        view! {
            <div class="pair">
                <TimeField id=from label=td!(locale, hours.opens) none="—" chosen=value(from, span.map(|span| span.from.to_string()))/>
                <TimeField id=to label=td!(locale, hours.closes) none="—" chosen=value(to, span.map(|span| span.to.to_string()))/>
            </div>
        }
    });
    let parts: Vec<_> = parts.collect();
    let reason = asked.get("reason").unwrap_or(td!(locale, hours.usual_reason)).to_owned();
    let kept = reason.clone();
    let back = own.then(|| {
        view! {
            <form class="stack" method="get" action=which.path()>
                <input type="hidden" name="look" value="true"/>
                <input type="hidden" name="back" value="true"/>
                <input type="hidden" name="reason" value=kept/>
                <input type="hidden" name="other_class" value="true"/>
                <input type="hidden" name="shorter" value="true"/>
                <button class="button line" id="as-every-week">{td!(locale, hours.back_to_week)}</button>
            </form>
        }
    });
    view! {
        <form class="card stack" method="get" action=which.path() id="open">
            <input type="hidden" name="look" value="true"/>
            <p class="meta">{td!(locale, hours.opening_text)}</p>
            {parts}
            <TextField
                id="reason"
                label=td!(locale, hours.reason)
                hint=td!(locale, hours.reason_hint)
                value=reason
                nostrip:error=error
                maxlength=u16::try_from(REASON_CHARACTERS).unwrap_or(u16::MAX)
                required=true
            />
            <InsteadField chosen locale/>
            <button class="button line" id="look">{td!(locale, hours.look)}</button>
        </form>
        {back}
    }
    .inert()
}

/// `POST /staff/places/hours/week/{number}` and `/{date}`.
pub async fn submit(visit: &Visit, form: &Fields, which: Option<Which>) -> Answer {
    let Some(which) = which else { return missing::page(visit) };
    let done = match open(form) {
        Ok(open) => {
            let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
            let (change, instead) = (which.change(open), instead(form));
            visit.call_once(form, ChangeHours { change, instead, reason: text("reason"), seen: text("seen") }).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(made) => Answer::see_other(format!("{}?done=changed", record::path(made.id))),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
