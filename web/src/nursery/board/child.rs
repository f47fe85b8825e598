//! One child today: what its family told, the morning check, who collects it, and what was done.

use doorstep_shared::{
    Problem, ProblemKind,
    board::{
        BoardAction, BoardDetails, CollectChild, Collector, Deed, GetBoardDetails, Outcome, SendActions,
        fold::{Attendance, Entry},
    },
    bookings::DayState,
    ids::{ActionId, BookingDayId},
    problem::FieldRule,
    secret::Secret,
    staff::GetStaffMe,
};
use leptos::prelude::*;

use super::{PATH, shown::degrees};
use crate::{
    Locale, app,
    nursery::{missing, shell},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::{OnceKey, TextField},
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::{Fields, FormState, Visit},
};

/// `GET /staff/board/ID`, also below the addresses of its forms.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let Ok(id) = id.parse::<BookingDayId>() else { return missing::page(visit) };
    let loaded =
        async { Ok::<_, Problem>((visit.call(GetStaffMe {}).await?, visit.call(GetBoardDetails { id }).await?)) };
    let (me, details) = match loaded.await {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let title = details.child.name.clone();
    let heading = title.clone();
    let body = move || {
        let day = details.child.attendance(&details.entries);
        let fields = vec![
            ("temperature", "temperature", td!(locale, board.temperature_field)),
            ("medicine", "medicine", td!(locale, board.medicine_field)),
            ("code", "code", td!(locale, board.code_field)),
        ];
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, board.title)}</a>
            <h1>{heading}</h1>
            <FormSummary form=form.clone() locale fields/>
            <Facts details=details.clone() locale/>
            <Steps id day=day.clone() locale/>
            <Collectors details=details.clone() is_here=day.is_present() form=form.clone() locale/>
            <Morning id day form locale/>
            <History entries=details.entries locale/>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(title, body).back(PATH)).into()
}

#[component]
fn Facts(details: BoardDetails, locale: Locale) -> impl IntoView {
    let BoardDetails { child, allergies, notes, .. } = details;
    let allergies = (!allergies.is_empty()).then(|| {
        view! { <Notice tone=Tone::Warn title=td!(locale, board.allergies)><p>{allergies}</p></Notice> }
    });
    let notes = (!notes.is_empty()).then(|| view! { <p class="meta">{notes}</p> });
    let pickup = (!child.pickup.is_empty()).then(|| td!(locale, board.picks_up, name = child.pickup));
    view! {
        {allergies}
        <section class="card stack">
            <p><b>{format!("{}–{}", child.from, child.to)}</b></p>
            {notes}
            <p class="meta">{pickup}</p>
        </section>
    }
    .inert()
}

/// What can be done now, one form each.
#[component]
fn Steps(id: BookingDayId, day: Attendance, locale: Locale) -> impl IntoView {
    let form = move |kind: &'static str, class: &'static str, text: &'static str| {
        view! {
            <form method="post" action=format!("{PATH}/{id}")>
                <OnceKey/>
                <input type="hidden" name="kind" value=kind/>
                <button class=class id=kind>{text}</button>
            </form>
        }
        .inert()
    };
    let steps = match day.state {
        DayState::Expected | DayState::Released => vec![
            form("check_in", "button", td!(locale, board.check_in)),
            form("absent", "button line", td!(locale, board.say_absent)),
            form("no_show", "button line", td!(locale, board.say_no_show)),
        ],
        DayState::CheckedIn => vec![form("check_out", "button", td!(locale, board.check_out))],
        DayState::Absent | DayState::NoShow => vec![form("check_in", "button", td!(locale, board.check_in))],
        DayState::CheckedOut => Vec::new(),
    };
    let back = day.last.map(|last| {
        view! {
            <form method="post" action=format!("{PATH}/{id}")>
                <OnceKey/>
                <input type="hidden" name="kind" value="undo"/>
                <input type="hidden" name="action" value=last.to_string()/>
                <button class="button bad" id="take-back">{td!(locale, board.take_back)}</button>
            </form>
        }
    });
    view! { <div class="actions">{steps}{back}</div> }.inert()
}

#[component]
fn Collectors(details: BoardDetails, is_here: bool, form: Option<FormState>, locale: Locale) -> impl IntoView {
    let id = details.child.day_id;
    let with_code = details.code.as_ref().filter(|code| !code.used).map(|code| code.person_id);
    let people = details.collectors.into_iter().map(|Collector { id: person, name, relation, has_photo }| {
        let photo = has_photo.then(|| {
            let source = format!("/api/v1/staff/board/days/{id}/photos/{person}");
            view! { <img class="photo" src=source alt=td!(locale, board.photo_of, name = name) width="96" height="96"/> }
        });
        let code = (with_code == Some(person)).then(|| view! { <span class="tag">{td!(locale, board.has_code)}</span> });
        view! { <li class="row">{photo}<span><b>{name}</b>" "<span class="meta">{relation}</span>" "{code}</span></li> }
    });
    let people: Vec<_> = people.collect();
    let ask = (is_here && with_code.is_some()).then(|| {
        let error = form.as_ref().and_then(|form| form.error("code", locale));
        view! {
            <form class="stack" method="post" action=format!("{PATH}/{id}/collect")>
                <OnceKey/>
                <TextField
                    id="code"
                    label=td!(locale, board.code_field)
                    value=String::new()
                    nostrip:error=error
                    autocomplete="off"
                    inputmode="numeric"
                    maxlength=6
                    required=true
                />
                <button class="button" id="collect">{td!(locale, board.collect)}</button>
            </form>
        }
    });
    (!people.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="collectors">
                <h2 id="collectors">{td!(locale, board.collectors)}</h2>
                <ul class="rows">{people}</ul>
                {ask}
            </section>
        }
        .inert()
    })
}

#[component]
fn Morning(id: BookingDayId, day: Attendance, form: Option<FormState>, locale: Locale) -> impl IntoView {
    let known = day.morning.unwrap_or_default();
    let typed = |name: &str, first: String| {
        let typed = form.as_ref().and_then(|form| form.fields.get(name)).map(str::to_owned);
        typed.unwrap_or(first)
    };
    let error = |field: &str| form.as_ref().and_then(|form| form.error(field, locale));
    let choice = |value: &'static str, text: &'static str, chosen: bool| {
        view! {
            <label class="check"><input type="radio" name="spots" value=value checked=chosen/><span>{text}</span></label>
        }
    };
    view! {
        <form class="card stack" id="morning" method="post" action=format!("{PATH}/{id}")>
            <OnceKey/>
            <input type="hidden" name="kind" value="morning_check"/>
            <h2>{td!(locale, board.morning)}</h2>
            <TextField
                id="temperature"
                label=td!(locale, board.temperature_field)
                value=typed("temperature", known.temperature.map(degrees).unwrap_or_default())
                nostrip:error=error("temperature")
                inputmode="decimal"
                maxlength=5
            />
            <fieldset class="stack">
                <legend>{td!(locale, board.spots_field)}</legend>
                {choice("", td!(locale, board.spots_unseen), known.spots.is_none())}
                {choice("false", td!(locale, board.spots_no), known.spots == Some(false))}
                {choice("true", td!(locale, board.spots_yes), known.spots == Some(true))}
            </fieldset>
            <TextField
                id="medicine"
                label=td!(locale, board.medicine_field)
                value=typed("medicine", known.medicine)
                nostrip:error=error("medicine")
                maxlength=200
            />
            <button class="button" id="save-morning">{td!(locale, common.save)}</button>
        </form>
    }
    .inert()
}

#[component]
fn History(entries: Vec<Entry>, locale: Locale) -> impl IntoView {
    let mut entries = entries;
    entries.sort_by_key(|entry| (entry.at, entry.id));
    let rows = entries.into_iter().map(|entry| {
        let what = match entry.deed {
            Deed::CheckIn { .. } => td!(locale, board.check_in).to_owned(),
            Deed::CheckOut { by, .. } => format!("{} {}", td!(locale, board.check_out), by.unwrap_or_default()),
            Deed::MorningCheck { .. } => td!(locale, board.morning).to_owned(),
            Deed::Absent { .. } => td!(locale, board.say_absent).to_owned(),
            Deed::NoShow { .. } => td!(locale, board.say_no_show).to_owned(),
            Deed::Undo { .. } => td!(locale, board.take_back).to_owned(),
            Deed::CarerCame { .. } | Deed::CarerLeft { .. } => String::new(),
        };
        view! { <li><b>{entry.at.clock_time()}</b>" "{what}</li> }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="history">
                <h2 id="history">{td!(locale, board.history)}</h2>
                <ol class="rows">{rows}</ol>
            </section>
        }
        .inert()
    })
}

/// `POST /staff/board/ID`, and `/collect` below it.
pub async fn submit(visit: &Visit, form: &Fields, id: &str, verb: Option<&str>) -> Answer {
    let Ok(id) = id.parse::<BookingDayId>() else { return missing::page(visit) };
    let done = match verb {
        None => act(visit, form, id).await,
        Some("collect") => {
            let code = Secret::from(form.get("code").unwrap_or_default());
            visit.call_once(form, CollectChild { id, code }).await.map(drop).map_err(at_code)
        }
        Some(_) => return missing::page(visit),
    };
    match done {
        Ok(()) => Answer::see_other(format!("{PATH}/{id}")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// Said at the field: whoever typed it is signed in all right.
fn at_code(problem: Problem) -> Problem {
    match problem.kind {
        ProblemKind::WrongCode => Problem::field("code", FieldRule::NotACode, "not the code, or no longer"),
        _ => problem,
    }
}

async fn act(visit: &Visit, form: &Fields, day_id: BookingDayId) -> Result<(), Problem> {
    let Some((id, deed)) = form.read::<ActionId>(crate::visit::KEY).zip(deed(form, day_id)?) else {
        return Err(ProblemKind::NotFound.into());
    };
    let ask = SendActions { actions: vec![BoardAction { id, at: visit.now, deed }], sent_at: None };
    let sent = visit.call(ask).await?;
    let is_refused = sent.items.iter().any(|item| item.outcome == Outcome::Refused);
    if is_refused { Err(ProblemKind::NotFound.into()) } else { Ok(()) }
}

fn deed(form: &Fields, day_id: BookingDayId) -> Result<Option<Deed>, Problem> {
    Ok(match form.get("kind") {
        Some("check_in") => Some(Deed::CheckIn { day_id }),
        Some("check_out") => Some(Deed::CheckOut { day_id, by: None }),
        Some("absent") => Some(Deed::Absent { day_id }),
        Some("no_show") => Some(Deed::NoShow { day_id }),
        Some("undo") => form.read("action").map(|action_id| Deed::Undo { action_id }),
        Some("morning_check") => Some(Deed::MorningCheck {
            day_id,
            temperature: form.get("temperature").map(tenths).transpose()?,
            spots: form.read("spots"),
            medicine: form.get("medicine").unwrap_or_default().to_owned(),
        }),
        _ => None,
    })
}

/// `36.5` or `36` as tenths.
///
/// # Errors
/// `invalid` for what no thermometer shows.
fn tenths(text: &str) -> Result<u16, Problem> {
    let text = text.trim().replace(['，', '。', ','], ".");
    let (whole, part) = text.split_once('.').unwrap_or((text.as_str(), "0"));
    let read = whole.parse::<u16>().ok().zip(part.parse::<u16>().ok().filter(|_| part.len() == 1));
    let tenths = read.and_then(|(whole, part)| whole.checked_mul(10)?.checked_add(part));
    let shown = tenths.filter(|tenths| doorstep_shared::board::TEMPERATURES.contains(tenths));
    shown.ok_or_else(|| Problem::field("temperature", FieldRule::Unknown, "34.0 to 43.0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temperature_is_what_a_thermometer_shows() {
        let cases = [
            ("36.5", Some(365)),
            (" 37 ", Some(370)),
            ("36，8", Some(368)),
            ("33.9", None),
            ("365", None),
            ("36.55", None),
            ("warm", None),
        ];
        for (text, expected) in cases {
            assert_eq!(tenths(text).ok(), expected, "{text}");
        }
    }
}
