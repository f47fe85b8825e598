//! Who looks after children here: the list that rosters are made from.

use doorstep_shared::{
    ProblemKind,
    family::PERSON_CHARACTERS,
    ids::CarerId,
    roster::{AddCarer, Carer, RemoveCarer},
};
use leptos::prelude::*;

use super::{Here, Kept, Known, PATH};
use crate::{
    Locale, app,
    nursery::missing,
    page::Answer,
    td,
    ui::{
        Inert as _,
        field::{OnceKey, TextField},
    },
    visit::{Fields, FormState, Visit},
};

#[component]
pub fn Carers(carers: Vec<Carer>, here: Here, form: Option<FormState>, locale: Locale) -> impl IntoView {
    let refused = form.as_ref().filter(|form| form.problem.kind == ProblemKind::FewerThanBooked);
    let leaving = refused.and_then(|form| form.fields.read::<CarerId>("carer"));
    let error = form.as_ref().and_then(|form| form.error("name", locale));
    let typed = form.as_ref().and_then(|form| form.fields.get("name")).unwrap_or_default().to_owned();
    let rows = carers.into_iter().map(|carer| {
        let known = refused.filter(|_| leaving == Some(carer.id)).map(|form| form.problem.clone());
        view! {
            <li>
                <form class="stack" method="post" action=format!("{PATH}/carers/{}/remove", carer.id)>
                    <OnceKey/>
                    <input type="hidden" name="carer" value=carer.id.to_string()/>
                    <Kept here/>
                    <div class="row between">
                        <b>{carer.name.clone()}</b>
                        <button class="button line small" aria-label=td!(locale, places.carer_remove_named, name = carer.name)>
                            {td!(locale, places.carer_remove)}
                        </button>
                    </div>
                    <Known problem=known locale/>
                </form>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <section class="stack" aria-labelledby="carers">
            <h2 id="carers">{td!(locale, places.carers)}</h2>
            <p class="meta">{td!(locale, places.carers_text)}</p>
            {(!rows.is_empty()).then(|| view! { <ul class="card rows" id="carer-list">{rows}</ul> })}
            <form class="card stack" method="post" action=format!("{PATH}/carers")>
                <OnceKey/>
                <Kept here/>
                <TextField
                    id="name"
                    label=td!(locale, places.carer_name)
                    value=typed
                    nostrip:error=error
                    maxlength=u16::try_from(PERSON_CHARACTERS).unwrap_or(u16::MAX)
                    required=true
                />
                <button class="button line" id="add-carer">{td!(locale, places.carer_add)}</button>
            </form>
        </section>
    }
    .inert()
}

/// `POST /staff/places/carers`.
pub async fn add(visit: &Visit, form: &Fields) -> Answer {
    let Some(here) = Here::of(form) else { return missing::page(visit) };
    let name = form.get("name").unwrap_or_default().to_owned();
    match visit.call_once(form, AddCarer { name }).await {
        Ok(_) => here.done("carer"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// `POST /staff/places/carers/{id}/remove`.
pub async fn remove(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let (Ok(id), Some(here)) = (id.parse::<CarerId>(), Here::of(form)) else { return missing::page(visit) };
    match visit.call_once(form, RemoveCarer { id, accept: form.has("accept") }).await {
        Ok(_) => here.done("left"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
