//! Where staff begin: which nursery, and changing to another one of one's own.

use doorstep_shared::staff::{ChooseNursery, GetStaffMe, StaffMe, Workplace};
use leptos::prelude::*;

use super::{missing, shell, words};
use crate::{
    Locale, app,
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::OnceKey,
        notice::{Notice, Tone},
        way::Way,
    },
    visit::{Fields, Visit},
};

/// `GET /staff`, also below the address of its form.
pub async fn page(visit: &Visit) -> Answer {
    let me = match visit.call(GetStaffMe {}).await {
        Ok(me) => me,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form, here) = (visit.locale(), visit.form.clone(), me.clone());
    let chosen = (visit.query.get("done") == Some("chosen")).then(|| td!(locale, staff.chosen));
    let body = move || {
        view! {
            <h1>{here.at.nursery_name.clone()}</h1>
            <FormSummary form locale/>
            {chosen.map(|title| view! { <Notice tone=Tone::Good title/> })}
            <section class="card stack">
                <p><b>{here.at.name.clone()}</b>" "<span class="tag">{words::role(here.at.role, locale)}</span></p>
                <p class="meta">{words::role_text(here.at.role, locale)}</p>
                <Way href=format!("/nurseries/{}", here.at.nursery_id) title=td!(locale, staff.as_parents_see)
                    text=td!(locale, staff.as_parents_see_text)/>
            </section>
            <Places me=here locale/>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, staff.home), body).back("/staff")).into()
}

/// The other nurseries of whoever works at several.
#[component]
fn Places(me: StaffMe, locale: Locale) -> impl IntoView {
    let others = me.workplaces.into_iter().filter(|place| place.nursery_id != me.at.nursery_id);
    let rows: Vec<_> = others.map(|place| view! { <Place place locale/> }).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="places">
                <h2 id="places">{td!(locale, staff.places)}</h2>
                <ul class="card rows">{rows}</ul>
            </section>
        }
        .inert()
    })
}

#[component]
fn Place(place: Workplace, locale: Locale) -> impl IntoView {
    let Workplace { nursery_id, nursery_name, role, .. } = place;
    view! {
        <li class="row between">
            <span><b>{nursery_name.clone()}</b>" "<span class="tag plain">{words::role(role, locale)}</span></span>
            <form method="post" action="/staff/nursery">
                <OnceKey/>
                <input type="hidden" name="nursery" value=nursery_id.to_string()/>
                <button class="button line small" aria-label=td!(locale, staff.choose_named, name = nursery_name)>
                    {td!(locale, staff.choose)}
                </button>
            </form>
        </li>
    }
    .inert()
}

/// `POST /staff/nursery`.
pub async fn choose(visit: &Visit, form: &Fields) -> Answer {
    let Some(nursery_id) = form.read("nursery") else { return missing::page(visit) };
    match visit.call(ChooseNursery { nursery_id }).await {
        Ok(_) => Answer::see_other("/staff?done=chosen"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
