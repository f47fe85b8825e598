//! At the nursery's door: the phone has read the code there, and checks the children in.

use doorstep_shared::{accounts::GetMe, board::EnterDoor, ids::NurseryId, secret::Secret};
use leptos::prelude::*;

use super::{missing, sign_in};
use crate::{
    app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        field::OnceKey,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// `GET /door?nursery&token`, and the page again after a refusal. Nobody is checked in by a link alone: it takes a tap.
pub async fn page(visit: &Visit) -> Answer {
    if let Err(problem) = visit.call(GetMe {}).await {
        return sign_in::or_problem(visit, problem);
    }
    let (locale, form) = (visit.locale(), visit.form.clone());
    let given = form.as_ref().map_or(&visit.query, |form| &form.fields);
    let given = |name: &str| given.get(name).unwrap_or_default().to_owned();
    let (nursery, token) = (given("nursery"), given("token"));
    let body = move || {
        view! {
            <h1>{td!(locale, door.title)}</h1>
            <FormSummary form locale/>
            <form class="card stack" method="post" action="/door">
                <OnceKey/>
                <input type="hidden" name="nursery" value=nursery/>
                <input type="hidden" name="token" value=token/>
                <p>{td!(locale, door.text)}</p>
                <button class="button wide" id="enter">{td!(locale, door.enter)}</button>
            </form>
        }
        .into_any()
    };
    Page::new(td!(locale, door.title), body).tab(Tab::Bookings).into()
}

/// `POST /door`.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let Some(nursery_id) = form.read::<NurseryId>("nursery") else { return missing::page(visit).into() };
    let token = Secret::from(form.get("token").unwrap_or_default());
    match visit.call_once(form, EnterDoor { nursery_id, token }).await {
        Ok(entered) => {
            let (locale, names) = (visit.locale(), entered.children.join("、"));
            let body = move || {
                view! {
                    <h1>{td!(locale, door.title)}</h1>
                    <Notice tone=Tone::Good title=td!(locale, door.done, names = names)>
                        <p>{entered.nursery}</p>
                    </Notice>
                    <p><a class="button line" href="/bookings">{td!(locale, door.bookings)}</a></p>
                }
                .into_any()
            };
            Page::new(td!(locale, door.title), body).tab(Tab::Bookings).back("/bookings").into()
        }
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
