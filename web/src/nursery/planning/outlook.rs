//! How full a class is in the coming weeks, and what one more child would make of it: asked before accepting one.

use doorstep_shared::{
    Problem, ProblemKind, Span,
    planning::{GetOutlook, Outlook, OutlookWeek, WEEKS_BACK},
    roster::{ClassWeek, Overfull},
};
use leptos::prelude::*;

use crate::{
    Locale,
    nursery::{hours::TimeField, missing, places, shell, words},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        chart::{Bar, Bars},
        field::{SelectField, TextField},
        icon::Icon,
        notice::{Empty, Notice, Tone},
    },
    visit::{Fields, FormState, Visit},
};

pub const PATH: &str = "/staff/places/outlook";

/// `GET /staff/places/outlook?class&weekday…&from&until&from_time&to_time`.
pub async fn page(visit: &Visit) -> Answer {
    let (me, week) = match places::load_to_edit(visit, None).await {
        Ok(loaded) => loaded,
        Err(answer) => return answer,
    };
    let locale = visit.locale();
    let asked = visit.query.clone();
    let (outlook, form) = match visit.call(ask(&asked)).await {
        Ok(outlook) => (Some(outlook), None),
        // What was asked makes no sense: said at the form, and the weeks are shown without it.
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let class_id = asked.read("class");
            let plain = visit.call(GetOutlook { class_id, ..GetOutlook::default() }).await.ok();
            (plain, Some(problem))
        }
        // There is no class yet.
        Err(problem) if problem.kind == ProblemKind::NotFound && week.classes.is_empty() => (None, None),
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let status = form.as_ref().map_or(200, |problem| problem.status);
    let body = move || {
        let form = form.map(|problem: Problem| FormState { fields: asked.clone(), problem });
        view! {
            <a class="back" href=places::PATH><Icon name="i-back"/>{td!(locale, places.title)}</a>
            <h1>{td!(locale, planning.outlook)}</h1>
            <FormSummary form locale/>
            {if week.classes.is_empty() {
                view! { <Empty icon="i-home" title=td!(locale, places.no_class) text=td!(locale, places.no_class_text)/> }.inert()
            } else {
                view! { <Asked asked=asked.clone() classes=week.classes locale/> }.inert()
            }}
            {outlook.map(|outlook| view! { <Found outlook locale/> })}
        }
        .inert()
    };
    let page = Page::new(td!(locale, planning.outlook), body).back(PATH).status(status);
    shell::inside(visit, &me, page).into()
}

fn ask(form: &Fields) -> GetOutlook {
    GetOutlook {
        class_id: form.read("class"),
        weekdays: form.all("weekday").filter_map(|weekday| weekday.parse().ok()).collect(),
        from: form.date("from"),
        until: form.date("until"),
        from_time: form.read("from_time"),
        to_time: form.read("to_time"),
    }
}

#[component]
fn Asked(asked: Fields, classes: Vec<ClassWeek>, locale: Locale) -> impl IntoView {
    let options = classes.iter().map(|class| (class.class_id.to_string(), places::name(class, locale))).collect();
    let value = |name: &str| asked.get(name).unwrap_or_default().to_owned();
    let chosen: Vec<_> = asked.all("weekday").map(str::to_owned).collect();
    let weekdays = (1..=7_u8).map(|weekday| {
        let number = weekday.to_string();
        let checked = chosen.contains(&number);
        view! {
            <label class="choice">
                <input type="checkbox" name="weekday" value=number checked=checked/>
                <span>{words::weekday_number(weekday, locale)}</span>
            </label>
        }
    });
    view! {
        <form class="card stack" method="get" action=PATH id="ask">
            <p class="meta">{td!(locale, planning.ask_text)}</p>
            <SelectField id="class" name="class" label=td!(locale, planning.class) options chosen=value("class")/>
            <fieldset class="choices">
                <legend>{td!(locale, planning.weekdays)}</legend>
                <div>{weekdays.collect_view()}</div>
            </fieldset>
            <div class="pair">
                <TimeField id="from_time" label=td!(locale, hours.from_time) none="—" chosen=value("from_time")/>
                <TimeField id="to_time" label=td!(locale, hours.to_time) none="—" chosen=value("to_time")/>
            </div>
            <div class="pair">
                <TextField id="from" kind="date" label=td!(locale, planning.from) value=value("from")/>
                <TextField id="until" kind="date" label=td!(locale, planning.until_date) value=value("until")/>
            </div>
            <button class="button" id="reckon">{td!(locale, planning.reckon)}</button>
        </form>
    }
    .inert()
}

#[component]
fn Found(outlook: Outlook, locale: Locale) -> impl IntoView {
    let asked = outlook.weeks.iter().any(|week| week.added > 0) || !outlook.closed.is_empty();
    let verdict = asked.then(|| view! { <Verdict outlook=outlook.clone() locale/> });
    let bars = outlook.weeks.iter().zip(0..).map(|(week, index)| Bar {
        label: words::short_day(week.monday),
        outline: week.planned,
        filled: [week.confirmed, week.added],
        mark: (index <= usize::from(WEEKS_BACK)).then_some(week.realised),
    });
    let rows = outlook.weeks.iter().map(|week| view! { <Week week=*week locale/> });
    let name = format!("{} {}", words::class(outlook.class_kind, locale), outlook.class_name);
    view! {
        {verdict}
        <section class="card stack" aria-labelledby="weeks">
            <h2 id="weeks">{name}</h2>
            <Bars label=td!(locale, planning.chart) bars=bars.collect() divided_at=usize::from(WEEKS_BACK)/>
            <ul class="legend">
                <li><i></i>{td!(locale, planning.planned)}</li>
                <li><i class="below"></i>{td!(locale, planning.confirmed)}</li>
                <li><i class="above"></i>{td!(locale, planning.added)}</li>
                <li><i class="mark"></i>{td!(locale, planning.realised)}</li>
            </ul>
            <div class="chart-scroll" tabindex="0" role="region" aria-label=td!(locale, planning.chart)>
                <table class="figures" id="outlook">
                    <caption class="visually-hidden">{td!(locale, planning.chart)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{td!(locale, planning.week)}</th>
                            <th scope="col">{td!(locale, planning.planned)}</th>
                            <th scope="col">{td!(locale, planning.confirmed)}</th>
                            <th scope="col">{td!(locale, planning.realised)}</th>
                            <th scope="col">{td!(locale, planning.added)}</th>
                            <th scope="col">{td!(locale, planning.share)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .inert()
}

/// Whether the child would fit.
#[component]
fn Verdict(outlook: Outlook, locale: Locale) -> impl IntoView {
    let over = outlook.over.iter().map(|over| view! { <li>{too_many(over, locale)}</li> });
    let over: Vec<_> = over.collect();
    let closed: Vec<_> = outlook.closed.iter().map(|date| words::date(*date, locale)).collect();
    let closed = (!closed.is_empty()).then(|| {
        let dates = closed.join(if locale == Locale::Zh { "、" } else { ", " });
        view! { <p class="meta">{td!(locale, planning.closed, dates = dates)}</p> }
    });
    let (tone, title) = if over.is_empty() {
        (Tone::Good, td!(locale, planning.fits).to_owned())
    } else {
        (Tone::Warn, td!(locale, planning.does_not_fit, count = over.len()))
    };
    view! {
        <section class="card stack" id="verdict">
            <Notice tone title/>
            {(!over.is_empty()).then(|| view! { <ul class="stack">{over}</ul> })}
            {closed}
        </section>
    }
    .inert()
}

fn too_many(over: &Overfull, locale: Locale) -> String {
    let time = format!("{} {}", words::date(over.date, locale), Span { from: over.from, to: over.to });
    td!(locale, planning.too_many, time = time, children = over.children, places = over.places)
}

#[component]
fn Week(week: OutlookWeek, locale: Locale) -> impl IntoView {
    // Half-hours of one child make hours.
    let hours = |half_hours: u32| format!("{}{}", half_hours / 2, if half_hours % 2 == 1 { ".5" } else { "" });
    let share = match week.planned {
        0 => "–".to_owned(),
        planned => format!("{} %", (week.confirmed + week.added) * 100 / planned),
    };
    view! {
        <tr>
            <th scope="row">{words::month_day(week.monday, locale)}</th>
            <td>{hours(week.planned)}</td>
            <td>{hours(week.confirmed)}</td>
            <td>{hours(week.realised)}</td>
            <td>{hours(week.added)}</td>
            <td>{share}</td>
        </tr>
    }
    .inert()
}
