//! One person who picks up: added, changed, shown with a photo, removed.

use doorstep_shared::{
    Problem, ProblemKind,
    family::{
        AddPickUpPerson, ChangePickUpPerson, ErasePhoto, GetFamily, PERSON_CHARACTERS, PickUpPerson, RemovePickUpPerson,
    },
    ids::PickUpPersonId,
    phone::Phone,
    problem::FieldRule,
};
use leptos::prelude::*;

use super::PATH;
use crate::{
    Locale, app,
    family::{missing, sign_in},
    page::{Answer, Page, Tab},
    problems::{self, FormSummary},
    td,
    ui::{
        field::{OnceKey, TextField},
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// Where a person's page is.
pub fn path(id: PickUpPersonId) -> String {
    format!("{PATH}/pick-up/{id}")
}

/// The photo of a person who has one.
pub fn photo(person: &PickUpPerson, locale: Locale) -> impl IntoView + use<> {
    view! {
        <img
            class="face photo"
            src=format!("/api/v1/family/pick-up-persons/{}/photo", person.id)
            alt=td!(locale, people.photo_of, name = person.name)
            width="96"
            height="96"
        />
    }
}

#[component]
fn PersonFields<'a>(visit: &'a Visit, before: Option<&'a PickUpPerson>) -> impl IntoView + use<> {
    let locale = visit.locale();
    let error = |field: &str| visit.form.as_ref().and_then(|form| form.error(field, locale));
    let most = u16::try_from(PERSON_CHARACTERS).unwrap_or(u16::MAX);
    let (name, relation) = before.map_or(("", ""), |person| (&person.name, &person.relation));
    let hint = before.and_then(|person| person.phone_masked.clone());
    let hint = hint.map_or(td!(locale, people.phone_why).to_owned(), |phone| {
        format!("{phone} · {}", td!(locale, people.phone_why))
    });
    view! {
        <TextField
            id="name"
            label=td!(locale, people.person_name)
            value=visit.value("name", name)
            nostrip:error=error("name")
            maxlength=most
            required=true
        />
        <TextField
            id="relation"
            label=td!(locale, people.relation)
            hint=td!(locale, people.relation_hint)
            value=visit.value("relation", relation)
            nostrip:error=error("relation")
            maxlength=most
        />
        <TextField
            id="phone"
            kind="tel"
            inputmode="tel"
            label=td!(locale, people.phone_voluntary)
            hint=hint
            value=visit.value("phone", "")
            nostrip:error=error("phone")
        />
    }
    .into_any()
}

fn labels(locale: Locale) -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("name", "name", td!(locale, people.person_name)),
        ("relation", "relation", td!(locale, people.relation)),
        ("phone", "phone", td!(locale, people.phone)),
    ]
}

/// `GET /family/pick-up/new`, and the form again after a refusal.
pub async fn new_page(visit: &Visit) -> Answer {
    // Asked only to know that somebody is signed in before a form is filled in vain.
    if let Err(problem) = visit.call(GetFamily {}).await {
        return sign_in::or_problem(visit, problem);
    }
    let (locale, visit) = (visit.locale(), visit.clone());
    let body = move || {
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, people.title)}</a>
            <h1>{td!(locale, people.add_person)}</h1>
            <p class="meta">{td!(locale, people.persons_text)}</p>
            <FormSummary form=visit.form.clone() locale fields=labels(locale)/>
            <form class="card stack" method="post" action="/family/pick-up/new">
                <OnceKey/>
                <PersonFields visit=&visit before=None/>
                <button class="button" id="do-add">{td!(locale, people.do_add)}</button>
            </form>
        }
        .into_any()
    };
    Page::new(td!(locale, people.add_person), body).tab(Tab::Me).into()
}

/// `POST /family/pick-up/new`.
pub async fn add(visit: &Visit, form: &Fields) -> Answer {
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let added = match phone(form) {
        Ok(phone) => {
            let person = AddPickUpPerson { name: text("name"), relation: text("relation"), phone };
            visit.call_once(form, person).await
        }
        Err(problem) => Err(problem),
    };
    match added {
        Ok(person) => Answer::see_other(format!("{}?done=added", path(person.id))),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn phone(form: &Fields) -> Result<Option<Phone>, Problem> {
    let Some(typed) = form.get("phone").map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
    let phone = typed.parse().map_err(|_| Problem::field("phone", FieldRule::NotAPhone, "eleven digits"))?;
    Ok(Some(phone))
}

/// `GET /family/pick-up/{id}`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let person = match load(visit, id).await {
        Ok(person) => person,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, visit, title) = (visit.locale(), visit.clone(), person.name.clone());
    let body = move || {
        let here = path(person.id);
        let done = match visit.query.get("done") {
            Some("added") => Some(td!(locale, people.added, name = person.name)),
            Some("saved") => Some(td!(locale, people.saved).to_owned()),
            Some("no-phone") => Some(td!(locale, people.phone_forgotten).to_owned()),
            Some("photo") => Some(td!(locale, people.photo_saved).to_owned()),
            Some("photo-erased") => Some(td!(locale, people.photo_erased).to_owned()),
            _ => None,
        };
        // The file goes to the API by itself, and comes back here with what it said.
        let refused = visit.query.read::<ProblemKind>("refused");
        let refused = refused.map(|kind| match kind {
            ProblemKind::Invalid => problems::rule(FieldRule::NotAPhoto, locale),
            kind => problems::title(kind, locale),
        });
        let upload = format!("/api/v1/family/pick-up-persons/{}/photo", person.id);
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, people.title)}</a>
            <h1>{person.name.clone()}</h1>
            <FormSummary form=visit.form.clone() locale fields=labels(locale)/>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            {refused.map(|title| view! { <Notice tone=Tone::Bad title focus=true/> })}
            <section class="card stack" id="photo">
                <h2>{td!(locale, people.photo)}</h2>
                {person.has_photo.then(|| photo(&person, locale))}
                <p class="meta">{td!(locale, people.photo_text)}</p>
                <form class="stack" method="post" action=upload enctype="multipart/form-data">
                    <div class="field">
                        <label for="file">{td!(locale, people.choose_photo)}</label>
                        <input id="file" type="file" name="photo" accept="image/jpeg,image/png,image/webp" required/>
                    </div>
                    <button class="button line" id="send-photo">{td!(locale, people.send_photo)}</button>
                </form>
                {person.has_photo.then(|| view! {
                    <form method="post" action=format!("{here}/photo/erase")>
                        <OnceKey/>
                        <button class="link bad" id="erase-photo">{td!(locale, people.erase_photo)}</button>
                    </form>
                })}
            </section>
            <form class="card stack" method="post" action=here.clone()>
                <OnceKey/>
                <PersonFields visit=&visit before=Some(&person)/>
                <button class="button" id="save">{td!(locale, common.save)}</button>
            </form>
            {person.phone_masked.clone().map(|phone| view! {
                <form class="card stack" method="post" action=format!("{here}/phone/forget")>
                    <OnceKey/>
                    <p class="meta">{td!(locale, people.forget_phone_text, phone = phone)}</p>
                    <button class="button line" id="forget-phone">{td!(locale, people.forget_phone)}</button>
                </form>
            })}
            <form class="card stack" method="post" action=format!("{here}/remove")>
                <OnceKey/>
                <p class="meta">{td!(locale, people.remove_person_text)}</p>
                <button class="button bad" id="remove">{td!(locale, people.remove_person)}</button>
            </form>
        }
        .into_any()
    };
    Page::new(title, body).tab(Tab::Me).into()
}

async fn load(visit: &Visit, id: &str) -> Result<PickUpPerson, Problem> {
    let persons = visit.call(GetFamily {}).await?.pick_up_persons;
    let found = id.parse::<PickUpPersonId>().ok().and_then(|id| persons.into_iter().find(|person| person.id == id));
    found.ok_or_else(|| ProblemKind::NotFound.into())
}

/// `POST /family/pick-up/{id}`, `/remove`, `/phone/forget`, `/photo/erase`.
pub async fn submit(visit: &Visit, form: &Fields, id: &str, verb: &str) -> Answer {
    let Ok(id) = id.parse::<PickUpPersonId>() else { return missing::page(visit).into() };
    let done = match verb {
        "remove" => visit.call_once(form, RemovePickUpPerson { id }).await.map(|()| format!("{PATH}?done=removed")),
        "forget" => {
            let change = ChangePickUpPerson { id, name: None, relation: None, phone: None, without_phone: true };
            visit.call_once(form, change).await.map(|_| format!("{}?done=no-phone", path(id)))
        }
        "erase" => visit.call_once(form, ErasePhoto { id }).await.map(|()| format!("{}?done=photo-erased", path(id))),
        _ => change(visit, form, id).await.map(|()| format!("{}?done=saved", path(id))),
    };
    match done {
        Ok(to) => Answer::see_other(to),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

async fn change(visit: &Visit, form: &Fields, id: PickUpPersonId) -> Result<(), Problem> {
    let text = |name: &str| form.has(name).then(|| form.get(name).unwrap_or_default().to_owned());
    let phone = phone(form)?;
    let change = ChangePickUpPerson { id, name: text("name"), relation: text("relation"), phone, without_phone: false };
    visit.call_once(form, change).await.map(drop)
}
