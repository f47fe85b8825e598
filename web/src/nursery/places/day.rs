//! A class on one date, or on one weekday of every week: who is on duty from when until when, and how many children may
//! come.

use doorstep_shared::{
    Date, HalfHour, Problem, ProblemKind,
    ids::{CarerId, ClassId},
    roster::{Allowed, Carer, SetAllowed, SetRoster, Shift},
};
use leptos::prelude::*;

use super::{Known, PATH, address, load_to_edit, name};
use crate::{
    Locale, app,
    nursery::{missing, shell, words},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{Inert as _, field::OnceKey, icon::Icon},
    visit::{Fields, FormState, Visit},
};

/// Shifts that a carer can have on one day: a morning and an afternoon.
const SHIFTS: usize = 2;

/// The day that is planned.
#[derive(Clone, Copy)]
pub enum Which {
    Date(Date),
    /// 1 is Monday.
    Weekday(u8),
}

impl Which {
    /// `2026-11-23`, or `weekday/1`, of the page's address.
    pub fn parse(segments: &[&str]) -> Option<Self> {
        match segments {
            ["weekday", number] => number.parse().ok().filter(|number| (1..=7).contains(number)).map(Self::Weekday),
            [date] => doorstep_shared::dates::read(date).map(Self::Date),
            _ => None,
        }
    }

    fn address(self, class: ClassId) -> String {
        match self {
            Self::Date(date) => format!("{PATH}/{class}/{date}"),
            Self::Weekday(weekday) => format!("{PATH}/{class}/weekday/{weekday}"),
        }
    }

    const fn fields(self) -> (Option<Date>, Option<u8>) {
        match self {
            Self::Date(date) => (Some(date), None),
            Self::Weekday(weekday) => (None, Some(weekday)),
        }
    }

    fn text(self, locale: Locale) -> String {
        match self {
            Self::Date(date) => words::date(date, locale),
            Self::Weekday(weekday) => {
                td!(locale, places.every_weekday, weekday = words::weekday_number(weekday, locale))
            }
        }
    }
}

/// What is planned now.
#[derive(Clone)]
struct Planned {
    title: String,
    carers: Vec<Carer>,
    shifts: Vec<Shift>,
    allowed: Vec<Allowed>,
    /// The date says something of its own.
    own_shifts: bool,
    own_allowed: bool,
}

/// `GET /staff/places/{class}/{day}`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit, class: &str, which: Option<Which>) -> Answer {
    let (Ok(class), Some(which)) = (class.parse::<ClassId>(), which) else { return missing::page(visit) };
    let (date, _) = which.fields();
    let (me, week) = match load_to_edit(visit, date).await {
        Ok(loaded) => loaded,
        Err(answer) => return answer,
    };
    let locale = visit.locale();
    let found = week.classes.into_iter().find(|found| found.class_id == class);
    let planned = found.and_then(|found| {
        let title = format!("{} · {}", name(&found, locale), which.text(locale));
        let carers = week.carers;
        match which {
            Which::Date(date) => found.days.into_iter().find(|day| day.date == date).map(|day| Planned {
                title,
                carers,
                shifts: day.shifts,
                allowed: day.allowed,
                own_shifts: day.own_shifts,
                own_allowed: day.own_allowed,
            }),
            Which::Weekday(weekday) => {
                found.weekly.into_iter().find(|plan| plan.weekday == weekday).map(|plan| Planned {
                    title,
                    carers,
                    shifts: plan.shifts,
                    allowed: plan.allowed,
                    own_shifts: false,
                    own_allowed: false,
                })
            }
        }
    });
    let Some(planned) = planned else { return missing::page(visit) };
    let (form, title) = (visit.form.clone(), planned.title.clone());
    let back = address(date.unwrap_or(week.monday), Some(class));
    let body = move || {
        let here = which.address(class);
        view! {
            <a class="back" href=back.clone()><Icon name="i-back"/>{td!(locale, places.title)}</a>
            <h1>{planned.title.clone()}</h1>
            <FormSummary form=form.clone() locale/>
            <Roster planned=planned.clone() form=form.clone() here=here.clone() locale/>
            <Children planned=planned.clone() form=form.clone() here locale/>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(title, body).back(PATH)).into()
}

/// What was refused, when it was this form.
fn refused(form: Option<&FormState>, which: &str) -> Option<Problem> {
    let form = form.filter(|form| form.fields.get("form") == Some(which))?;
    Some(form.problem.clone()).filter(|problem| problem.kind == ProblemKind::FewerThanBooked)
}

#[component]
fn Roster(planned: Planned, form: Option<FormState>, here: String, locale: Locale) -> impl IntoView {
    let Planned { carers, shifts, own_shifts, .. } = planned;
    let rows = carers.iter().map(|carer| {
        let mine: Vec<Shift> = shifts.iter().filter(|shift| shift.carer_id == carer.id).copied().collect();
        let parts = (0..SHIFTS).map(|part| {
            let shift = mine.get(part);
            let (from, to) = (format!("from_{}_{part}", carer.id), format!("to_{}_{part}", carer.id));
            let label = |what: &str| format!("{} {what} {}", carer.name, part + 1);
            view! {
                <span class="from-to">
                    {time(&from, label(td!(locale, places.from)), typed(form.as_ref(), &from, shift.map(|shift| shift.from)))}
                    "–"
                    {time(&to, label(td!(locale, places.to)), typed(form.as_ref(), &to, shift.map(|shift| shift.to)))}
                </span>
            }
        });
        view! { <li class="duty-row"><b>{carer.name.clone()}</b>{parts.collect_view()}</li> }
    });
    let rows: Vec<_> = rows.collect();
    let nobody = rows.is_empty();
    view! {
        <form class="card stack" method="post" action=format!("{here}/roster") id="roster">
            <OnceKey/>
            <input type="hidden" name="form" value="roster"/>
            <h2>{td!(locale, places.on_duty)}</h2>
            <p class="meta">{if nobody { td!(locale, places.no_carers) } else { td!(locale, places.roster_text) }}</p>
            <ul class="rows">{rows}</ul>
            <Known problem=refused(form.as_ref(), "roster") locale/>
            {(!nobody).then(|| view! { <button class="button" id="save-roster">{td!(locale, common.save)}</button> })}
        </form>
        {own_shifts.then(|| view! { <AsEveryWeek action=format!("{here}/roster") form=form.clone() which="roster" locale/> })}
    }
    .inert()
}

#[component]
fn Children(planned: Planned, form: Option<FormState>, here: String, locale: Locale) -> impl IntoView {
    let Planned { allowed, own_allowed, .. } = planned;
    let parts = (0..SHIFTS).map(|part| {
        let limit = allowed.get(part);
        let [from, to, children] = ["from", "to", "children"].map(|what| format!("{what}_{part}"));
        let label = |what: &str| format!("{what} {}", part + 1);
        let number = form.as_ref().map_or_else(
            || limit.map(|limit| limit.children.to_string()).unwrap_or_default(),
            |form| form.fields.get(&children).unwrap_or_default().to_owned(),
        );
        view! {
            <li class="duty-row">
                <span class="from-to">
                    {time(&from, label(td!(locale, places.from)), typed(form.as_ref(), &from, limit.map(|limit| limit.from)))}
                    "–"
                    {time(&to, label(td!(locale, places.to)), typed(form.as_ref(), &to, limit.map(|limit| limit.to)))}
                </span>
                <label class="row">
                    {td!(locale, places.at_most)}
                    <input class="number" type="number" inputmode="numeric" min="0" max="255" name=children.clone() id=children value=number/>
                </label>
            </li>
        }
    });
    view! {
        <form class="card stack" method="post" action=format!("{here}/allowed") id="allowed">
            <OnceKey/>
            <input type="hidden" name="form" value="allowed"/>
            <h2>{td!(locale, places.allowed)}</h2>
            <p class="meta">{td!(locale, places.allowed_text)}</p>
            <ul class="rows">{parts.collect_view()}</ul>
            <Known problem=refused(form.as_ref(), "allowed") locale/>
            <button class="button" id="save-allowed">{td!(locale, common.save)}</button>
        </form>
        {own_allowed.then(|| view! { <AsEveryWeek action=format!("{here}/allowed") form=form.clone() which="allowed" locale/> })}
    }
    .inert()
}

/// Gives up what the date says of its own.
#[component]
fn AsEveryWeek(action: String, form: Option<FormState>, which: &'static str, locale: Locale) -> impl IntoView {
    let back = format!("{which}-back");
    view! {
        <form class="stack" method="post" action=action>
            <OnceKey/>
            <input type="hidden" name="form" value=back.clone()/>
            <input type="hidden" name="back" value="true"/>
            <Known problem=refused(form.as_ref(), &back) locale/>
            <button class="button line" id=back.clone()>{td!(locale, places.as_every_week)}</button>
        </form>
    }
    .inert()
}

/// What stands in a field: as typed, or what is planned.
fn typed(form: Option<&FormState>, name: &str, planned: Option<HalfHour>) -> String {
    match form.filter(|form| form.fields.has(name)) {
        Some(form) => form.fields.get(name).unwrap_or_default().to_owned(),
        None => planned.map(|time| time.to_string()).unwrap_or_default(),
    }
}

/// A time of the day by half-hours, or none.
fn time(name: &str, label: String, chosen: String) -> impl IntoView + use<> {
    let options = (12..=44).filter_map(HalfHour::new).map(|time| {
        let value = time.to_string();
        let selected = value == chosen;
        view! { <option value=value.clone() selected=selected>{value.clone()}</option> }
    });
    let none = chosen.is_empty();
    view! {
        <select name=name.to_owned() id=name.to_owned() aria-label=label>
            <option value="" selected=none>"—"</option>
            {options.collect_view()}
        </select>
    }
    .inert()
}

/// `POST /staff/places/{class}/{day}/roster`.
pub async fn set_roster(visit: &Visit, form: &Fields, class: &str, which: Option<Which>) -> Answer {
    let (Ok(class_id), Some(which)) = (class.parse::<ClassId>(), which) else { return missing::page(visit) };
    let (date, weekday) = which.fields();
    let shifts = (!form.has("back")).then(|| shifts(form));
    done(visit, form, (class_id, which), SetRoster { class_id, date, weekday, shifts, accept: form.has("accept") })
        .await
}

/// `POST /staff/places/{class}/{day}/allowed`.
pub async fn set_allowed(visit: &Visit, form: &Fields, class: &str, which: Option<Which>) -> Answer {
    let (Ok(class_id), Some(which)) = (class.parse::<ClassId>(), which) else { return missing::page(visit) };
    let (date, weekday) = which.fields();
    let allowed = (!form.has("back")).then(|| allowed(form));
    done(visit, form, (class_id, which), SetAllowed { class_id, date, weekday, allowed, accept: form.has("accept") })
        .await
}

async fn done<E: doorstep_shared::Endpoint>(
    visit: &Visit,
    form: &Fields,
    (class, which): (ClassId, Which),
    ask: E,
) -> Answer {
    match visit.call_once(form, ask).await {
        Ok(_) => {
            let date = which.fields().0.map(|date| format!("&date={date}")).unwrap_or_default();
            Answer::see_other(format!("{PATH}?class={class}{date}&done=saved"))
        }
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// Shifts of which a beginning or an end is named; what is missing of one is refused by its rule.
fn shifts(form: &Fields) -> Vec<Shift> {
    let names = form.0.iter().filter_map(|(name, _)| name.strip_prefix("from_"));
    let shift = |name: &str| {
        let (carer, _) = name.rsplit_once('_')?;
        let (from, to) = span(form, name)?;
        Some(Shift { carer_id: carer.parse::<CarerId>().ok()?, from, to })
    };
    names.filter_map(shift).collect()
}

fn allowed(form: &Fields) -> Vec<Allowed> {
    let limit = |part: usize| {
        let (from, to) = span(form, &part.to_string())?;
        // No number: nobody, which the head has to say.
        Some(Allowed { from, to, children: form.read(&format!("children_{part}"))? })
    };
    (0..SHIFTS).filter_map(limit).collect()
}

/// From and to; where only one is named, both are that one, which no shift can be.
fn span(form: &Fields, name: &str) -> Option<(HalfHour, HalfHour)> {
    let (from, to) = (form.read(&format!("from_{name}")), form.read(&format!("to_{name}")));
    Some((from.or(to)?, to.or(from)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(String, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_form_says_who_is_on_duty() {
        let (wang, li) = (CarerId::new(), CarerId::new());
        let form = fields(&[
            (format!("from_{wang}_0"), "08:00"),
            (format!("to_{wang}_0"), "12:00"),
            (format!("from_{wang}_1"), "13:30"),
            (format!("to_{wang}_1"), "17:30"),
            (format!("from_{li}_0"), ""),
            (format!("to_{li}_0"), ""),
        ]);
        let told: Vec<_> = shifts(&form).iter().map(|shift| (shift.carer_id, shift.from.to_string())).collect();
        assert_eq!(told, [(wang, "08:00".to_owned()), (wang, "13:30".to_owned())]);
    }

    #[test]
    fn half_a_time_is_no_time_and_is_refused_rather_than_forgotten() {
        let wang = CarerId::new();
        let form = fields(&[(format!("from_{wang}_0"), "08:00"), (format!("to_{wang}_0"), "")]);
        assert_eq!(shifts(&form)[0].span(), None);
    }

    #[test]
    fn limits_need_a_number() {
        let form = fields(&[
            ("from_0".to_owned(), "08:00"),
            ("to_0".to_owned(), "12:00"),
            ("children_0".to_owned(), "0"),
            ("from_1".to_owned(), "12:00"),
            ("to_1".to_owned(), "13:00"),
        ]);
        assert_eq!(allowed(&form).iter().map(|limit| limit.children).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn a_day_is_a_date_or_a_weekday() {
        assert!(matches!(Which::parse(&["2026-11-23"]), Some(Which::Date(_))));
        assert!(matches!(Which::parse(&["weekday", "7"]), Some(Which::Weekday(7))));
        for wrong in [&["weekday", "8"][..], &["weekday"], &["tomorrow"], &[]] {
            assert!(Which::parse(wrong).is_none(), "{wrong:?}");
        }
    }
}
