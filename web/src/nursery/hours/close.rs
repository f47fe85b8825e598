//! Closing the nursery or a class for a time: asked, shown what it touches, and done when that is confirmed.

use doorstep_shared::{
    Date, Problem, Span,
    hours::{ChangeHours, HoursChange, HoursPreview, Instead, PreviewHours, REASON_CHARACTERS},
    ids::ClassId,
    problem::FieldRule,
    roster::ClassWeek,
};
use leptos::prelude::*;

use super::{InsteadField, TimeField, instead, record, told, touched::Preview};
use crate::{
    Locale, app,
    nursery::{places, shell},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::{SelectField, TextField},
        icon::Icon,
    },
    visit::{Fields, FormState, Visit},
};

pub const PATH: &str = "/staff/places/close";

/// `GET /staff/places/close?class&from&until&from_time&to_time&reason…`, and again after a refusal. With `look` it shows
/// what is touched.
pub async fn page(visit: &Visit) -> Answer {
    let (me, week) = match places::load_to_edit(visit, None).await {
        Ok(loaded) => loaded,
        Err(answer) => return answer,
    };
    let locale = visit.locale();
    let asked = visit.form.as_ref().map_or(&visit.query, |form| &form.fields).clone();
    let (mut form, mut preview) = (visit.form.clone(), None);
    if asked.has("look") {
        match look(visit, &asked).await {
            Ok(found) => preview = Some(found),
            // A refused form has said it already.
            Err(problem) => form = form.or(Some(FormState { fields: asked.clone(), problem })),
        }
    }
    let status = form.as_ref().map_or(200, |form| form.problem.status);
    let body = move || {
        let form = told(form);
        let labels = vec![
            ("from", "from", td!(locale, hours.first_day)),
            ("until", "until", td!(locale, hours.last_day)),
            ("to_time", "to_time", td!(locale, hours.to_time)),
            ("reason", "reason", td!(locale, hours.reason)),
        ];
        view! {
            <a class="back" href=places::PATH><Icon name="i-back"/>{td!(locale, places.title)}</a>
            <h1>{td!(locale, hours.close)}</h1>
            <FormSummary form=form.clone() locale fields=labels/>
            <Asked asked=asked.clone() form classes=week.classes locale/>
            {preview.map(|preview| {
                let (plain, telling) = (td!(locale, hours.do_close), td!(locale, hours.do_close_and_tell));
                view! { <Preview asked preview action=PATH.to_owned() plain telling locale/> }
            })}
        }
        .inert()
    };
    let page = Page::new(td!(locale, hours.close), body).back(PATH).status(status);
    shell::inside(visit, &me, page).into()
}

async fn look(visit: &Visit, asked: &Fields) -> Result<HoursPreview, Problem> {
    if asked.get("reason").is_none() {
        return Err(Problem::field("reason", FieldRule::Required, "families read why"));
    }
    visit.call(PreviewHours { change: change(asked)?, instead: instead(asked) }).await
}

/// What a form asks for; where only one day or one end of a time is named, it is refused by its rule.
fn change(form: &Fields) -> Result<HoursChange, Problem> {
    let date = |name: &str| -> Result<Date, Problem> {
        form.date(name).ok_or_else(|| Problem::field(name, FieldRule::NotADate, "a date is needed"))
    };
    let from = date("from")?;
    let until = if form.get("until").is_none() { from } else { date("until")? };
    let window = match (form.read("from_time"), form.read("to_time")) {
        (None, None) => None,
        (Some(from), Some(to)) => Some(Span { from, to }),
        _ => return Err(Problem::field("to_time", FieldRule::Required, "a time has a beginning and an end")),
    };
    Ok(HoursChange::Closure { class_id: form.read::<ClassId>("class"), from, until, window })
}

#[component]
fn Asked(asked: Fields, form: Option<FormState>, classes: Vec<ClassWeek>, locale: Locale) -> impl IntoView {
    let error = |field: &str| form.as_ref().and_then(|form| form.error(field, locale));
    let value = |name: &str| asked.get(name).unwrap_or_default().to_owned();
    let whole = (String::new(), td!(locale, hours.whole_nursery).to_owned());
    let options = classes.iter().map(|class| (class.class_id.to_string(), places::name(class, locale)));
    // What costs the families least, unless the head says otherwise.
    let usual = Instead { other_class: true, shorter: true, other_time: false };
    let chosen = if asked.has("look") { instead(&asked) } else { usual };
    view! {
        <form class="card stack" method="get" action=PATH id="close">
            <input type="hidden" name="look" value="true"/>
            <SelectField
                id="class"
                name="class"
                label=td!(locale, hours.which)
                options=std::iter::once(whole).chain(options).collect()
                chosen=value("class")
            />
            <div class="pair">
                <TextField id="from" kind="date" label=td!(locale, hours.first_day) value=value("from") nostrip:error=error("from") required=true/>
                <TextField
                    id="until"
                    kind="date"
                    label=td!(locale, hours.last_day)
                    value=asked.get("until").or(asked.get("from")).unwrap_or_default()
                    nostrip:error=error("until")
                />
            </div>
            <div class="pair">
                <TimeField id="from_time" label=td!(locale, hours.from_time) none=td!(locale, hours.all_day) chosen=value("from_time")/>
                <TimeField id="to_time" label=td!(locale, hours.to_time) none=td!(locale, hours.all_day) chosen=value("to_time")/>
            </div>
            <TextField
                id="reason"
                label=td!(locale, hours.reason)
                hint=td!(locale, hours.reason_hint)
                value=value("reason")
                nostrip:error=error("reason")
                maxlength=u16::try_from(REASON_CHARACTERS).unwrap_or(u16::MAX)
                required=true
            />
            <InsteadField chosen locale/>
            <button class="button line" id="look">{td!(locale, hours.look)}</button>
        </form>
    }
    .inert()
}

/// `POST /staff/places/close`.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let done = match change(form) {
        Ok(change) => {
            let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
            let ask = ChangeHours { change, instead: instead(form), reason: text("reason"), seen: text("seen") };
            visit.call_once(form, ask).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(made) => Answer::see_other(format!("{}?done=closed", record::path(made.id))),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_form_says_what_closes_when() {
        let day: Date = "2026-11-24".parse().unwrap();
        let closure = |until, window| HoursChange::Closure { class_id: None, from: day, until, window };
        let asked = [("from", "2026-11-24"), ("until", ""), ("from_time", ""), ("to_time", ""), ("class", "")];
        assert_eq!(change(&fields(&asked)).unwrap(), closure(day, None), "one day, all of it");
        let times = [("from", "2026-11-24"), ("until", "2026-11-24"), ("from_time", "12:00"), ("to_time", "17:30")];
        assert_eq!(change(&fields(&times)).unwrap(), closure(day, Some("12:00-17:30".parse().unwrap())));
        let cases: [(&[(&str, &str)], &str, FieldRule); 3] = [
            (&[("from", "")], "from", FieldRule::NotADate),
            (&[("from", "2026-11-24"), ("until", "soon")], "until", FieldRule::NotADate),
            (&[("from", "2026-11-24"), ("from_time", "12:00")], "to_time", FieldRule::Required),
        ];
        for (pairs, field, rule) in cases {
            let problem = change(&fields(pairs)).unwrap_err();
            assert_eq!((problem.fields[0].field.as_str(), problem.fields[0].rule), (field, rule));
        }
    }
}
