//! What is asked about a child: on its own page and on the way of a booking.

use doorstep_shared::{
    Date, Problem,
    children::{AddChild, Consent, ConsentPurpose, NAME_CHARACTERS, Sex, TEXT_CHARACTERS, birth_date_fault},
    problem::{FieldProblem, FieldRule, ProblemKind},
};
use leptos::prelude::*;

use crate::{
    Locale, td,
    ui::field::{Choice, FieldError, TextField},
    visit::{Fields, FormState},
};

/// The value of a field before it is typed into.
pub type First<'a> = &'a dyn Fn(&str) -> String;

/// The names of all fields.
pub const FIELDS: [&str; 7] = ["name", "birth_date", "sex", "allergies", "notes", "consent_care", "consent_health"];

/// Whether something was typed about a child.
pub fn is_begun(form: &Fields) -> bool {
    FIELDS.iter().any(|name| form.get(name).is_some_and(|value| !value.trim().is_empty()))
}

/// A field's name in the request, its input's id and its label: for the summary of a refused form.
pub fn labels(locale: Locale) -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("name", "name", td!(locale, child.name)),
        ("birth_date", "birth_date", td!(locale, child.birth_date)),
        ("sex", "sex", td!(locale, child.sex)),
        ("allergies", "allergies", td!(locale, child.allergies)),
        ("notes", "notes", td!(locale, child.notes)),
        ("consents", "consent_care", td!(locale, child.consent_care)),
        ("consents.care", "consent_care", td!(locale, child.consent_care)),
        ("consents.health", "consent_health", td!(locale, child.consent_health)),
    ]
}

/// The form's child. Consents are those whose text was ticked, in the version that was shown.
///
/// # Errors
/// `invalid`, with every field that is wrong by itself.
pub fn read(form: &Fields, today: Date) -> Result<AddChild, Problem> {
    let mut problem = Problem::new(ProblemKind::Invalid);
    problem.fields = faults(form, today);
    let mut wrong = |field: &str, rule| problem.fields.push(fault(field, rule));
    let (birth_date, sex) = (form.date("birth_date"), form.read::<Sex>("sex"));
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let consents: Vec<_> = ConsentPurpose::ALL.iter().filter_map(|purpose| ticked(form, *purpose)).collect();
    if !consents.iter().any(|consent| consent.purpose == ConsentPurpose::Care) {
        wrong("consents.care", FieldRule::ConsentNeeded);
    }
    let tells_health = !text("allergies").is_empty() || !text("notes").is_empty();
    if tells_health && !consents.iter().any(|consent| consent.purpose == ConsentPurpose::Health) {
        wrong("consents.health", FieldRule::ConsentNeeded);
    }
    match (birth_date, sex) {
        (Some(birth_date), Some(sex)) if problem.fields.is_empty() => Ok(AddChild {
            name: text("name"),
            birth_date,
            sex,
            birth_order: 1,
            residence_district: String::new(),
            allergies: text("allergies"),
            notes: text("notes"),
            consents: Some(consents),
        }),
        _ => Err(problem),
    }
}

fn fault(field: &str, rule: FieldRule) -> FieldProblem {
    FieldProblem { field: field.to_owned(), rule, detail: String::new() }
}

/// What is wrong with name, birthday, sex and texts, all of it at once.
pub fn faults(form: &Fields, today: Date) -> Vec<FieldProblem> {
    let length = |name: &str| form.get(name).unwrap_or_default().trim().chars().count();
    let name = match length("name") {
        0 => Some(FieldRule::Required),
        1..=NAME_CHARACTERS => None,
        _ => Some(FieldRule::TooLong),
    };
    let birth_date = match (form.date("birth_date"), form.get("birth_date")) {
        (Some(birth), _) => birth_date_fault(birth, today),
        (None, Some(_)) => Some(FieldRule::NotADate),
        (None, None) => Some(FieldRule::Required),
    };
    let sex = form.read::<Sex>("sex").is_none().then_some(FieldRule::Required);
    let text = |name: &str| (length(name) > TEXT_CHARACTERS).then_some(FieldRule::TooLong);
    let all = [
        ("name", name),
        ("birth_date", birth_date),
        ("sex", sex),
        ("allergies", text("allergies")),
        ("notes", text("notes")),
    ];
    all.into_iter().filter_map(|(field, rule)| Some(fault(field, rule?))).collect()
}

/// A consent that is missing is missing at its own box, not at the text that needs it.
pub fn at_their_boxes(mut problem: Problem) -> Problem {
    for wrong in problem.fields.iter_mut().filter(|wrong| wrong.rule == FieldRule::ConsentNeeded) {
        if ["allergies", "notes"].contains(&wrong.field.as_str()) {
            "consents.health".clone_into(&mut wrong.field);
        }
    }
    problem.fields.dedup_by(|one, other| one.field == other.field);
    problem
}

fn ticked(form: &Fields, purpose: ConsentPurpose) -> Option<Consent> {
    let version = form.get(consent_field(purpose))?;
    Some(Consent { purpose, version: version.to_owned() })
}

/// The checkbox of a purpose; its value is the version of the text beside it.
pub const fn consent_field(purpose: ConsentPurpose) -> &'static str {
    match purpose {
        ConsentPurpose::Care => "consent_care",
        ConsentPurpose::Health => "consent_health",
    }
}

/// Name, birthday, sex, what carers must know.
#[component]
pub fn ChildFields<'a>(
    locale: Locale,
    /// The refused form, when it was about the child.
    form: Option<&'a FormState>,
    /// What a field shows.
    value: First<'a>,
    /// Where the fields need not be filled, because there may be no child to add.
    #[prop(optional)]
    voluntary: bool,
) -> impl IntoView + use<> {
    let error = |field: &str| form.and_then(|form| form.error(field, locale));
    let sexes = [(Sex::Female, td!(locale, child.girl)), (Sex::Male, td!(locale, child.boy))];
    let sexes = sexes.map(|(sex, text)| (sex.as_str().to_owned(), text.to_owned()));
    view! {
        <TextField
            id="name"
            label=td!(locale, child.name)
            hint=td!(locale, child.name_hint)
            value=value("name")
            nostrip:error=error("name")
            maxlength=40
            required=!voluntary
        />
        <TextField
            id="birth_date"
            kind="date"
            label=td!(locale, child.birth_date)
            value=value("birth_date")
            nostrip:error=error("birth_date")
            required=!voluntary
        />
        <div id="sex" tabindex="-1">
            <FieldError id="sex" error=error("sex")/>
            <Choice name="sex" legend=td!(locale, child.sex) options=sexes.to_vec() chosen=value("sex")/>
        </div>
        <TextField
            id="allergies"
            label=td!(locale, child.allergies)
            hint=td!(locale, child.allergies_hint)
            value=value("allergies")
            nostrip:error=error("allergies")
            maxlength=500
        />
        <TextField
            id="notes"
            label=td!(locale, child.notes)
            hint=td!(locale, child.notes_hint)
            value=value("notes")
            nostrip:error=error("notes")
            maxlength=500
        />
    }
    .into_any()
}

/// What the guardian agrees to, purpose by purpose, in plain words.
#[component]
pub fn ConsentFields<'a>(
    locale: Locale,
    form: Option<&'a FormState>,
    /// What a field shows: a consent that was ticked stays so.
    value: First<'a>,
    #[prop(default = ConsentPurpose::ALL)] purposes: &'static [ConsentPurpose],
) -> impl IntoView + use<> {
    let boxes = purposes.iter().map(|purpose| {
        let id = consent_field(*purpose);
        let error = form.and_then(|form| {
            form.error(&format!("consents.{purpose}"), locale)
                .or_else(|| form.error("consents", locale).filter(|_| *purpose == ConsentPurpose::Care))
        });
        let checked = !value(id).is_empty();
        let words = ConsentWords::of(*purpose, locale);
        view! {
            <FieldError id error=error.clone()/>
            <label class="consent">
                <input
                    type="checkbox"
                    id=id
                    name=id
                    value=purpose.version()
                    checked=checked
                    aria-invalid=error.is_some().then_some("true")
                    aria-describedby=error.is_some().then(|| format!("{id}-error"))
                />
                <span>
                    <b>{words.title}</b>
                    <span class="meta">{words.text}</span>
                    <span class="tiny">{td!(locale, child.consent_version, version = purpose.version())}</span>
                </span>
            </label>
        }
    });
    view! { <fieldset class="consents"><legend>{td!(locale, child.consents)}</legend>{boxes.collect_view()}</fieldset> }
}

/// The text of a purpose. It belongs to the version of [`ConsentPurpose::version`].
pub struct ConsentWords {
    pub title: &'static str,
    pub text: &'static str,
}

impl ConsentWords {
    pub fn of(purpose: ConsentPurpose, locale: Locale) -> Self {
        match purpose {
            ConsentPurpose::Care => {
                Self { title: td!(locale, child.consent_care), text: td!(locale, child.consent_care_text) }
            }
            ConsentPurpose::Health => {
                Self { title: td!(locale, child.consent_health), text: td!(locale, child.consent_health_text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        "2026-11-23".parse().unwrap()
    }

    #[test]
    fn a_child_is_read_only_when_nothing_is_missing() {
        let cases = [
            ("name=小米&birth_date=2025-05-20&sex=female&consent_care=2026-11", vec![]),
            ("birth_date=2025-05-20&sex=female&consent_care=2026-11", vec!["name"]),
            ("name=+&birth_date=gestern&sex=x&consent_care=2026-11", vec!["name", "birth_date", "sex"]),
            ("name=小米&birth_date=2025-05-20&sex=male", vec!["consents.care"]),
            ("name=小米&birth_date=2025-05-20&sex=male&consent_care=1&allergies=花生", vec!["consents.health"]),
            ("name=小米&birth_date=2025-05-20&sex=male&consent_care=1&allergies=花生&consent_health=1", vec![]),
            ("name=&birth_date=2026-11-24&sex=male&consent_care=1", vec!["name", "birth_date"]),
            ("name=小米&birth_date=2022-11-22&sex=male&consent_care=1", vec!["birth_date"]),
        ];
        for (form, wrong) in cases {
            let found = read(&Fields::parse(form), today()).err().map(|problem| problem.fields).unwrap_or_default();
            assert_eq!(found.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), wrong, "{form}");
        }
    }

    #[test]
    fn a_consent_carries_the_version_that_was_shown() {
        let child =
            read(&Fields::parse("name=a&birth_date=2025-05-20&sex=male&consent_care=2019-01"), today()).unwrap();
        let consents = child.consents.unwrap();
        assert_eq!((consents[0].purpose, consents[0].version.as_str()), (ConsentPurpose::Care, "2019-01"));
    }
}
