//! One child: what is known, what was agreed to, taking it away, erasing it.

use doorstep_shared::{
    Date, Problem, ProblemKind,
    accounts::{GetMe, Me},
    children::{
        ChangeChild, Child, Consent, ConsentGiven, ConsentPurpose, DeleteChild, GetChild, GiveConsent, ListConsents,
        WithdrawConsent,
    },
    family::Ability,
    ids::ChildId,
    nurseries::{ClassKinds, ListClassKinds},
};
use leptos::prelude::*;

use super::{
    child_form::{self, ChildFields, ConsentFields, ConsentWords, consent_field},
    children, missing,
    people::{self, AskGuardian},
    sign_in, words,
};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// `GET /children/{id}`, and the form again after a refusal.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    match visit.call(GetMe {}).await {
        Ok(me) if !people::may(&me, Ability::ManageChildren) => return look_page(visit, id, me).await,
        Ok(_) => {}
        Err(problem) => return sign_in::or_problem(visit, problem),
    }
    let (child, consents, kinds) = match load_all(visit, id).await {
        Ok(loaded) => loaded,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (title, visit) = (child.name.clone(), visit.clone());
    Page::new(title, move || view! { <ChildPage visit child consents kinds/> }.into_any()).tab(Tab::Children).into()
}

/// The same for who may not change it.
async fn look_page(visit: &Visit, id: &str, me: Me) -> Answer {
    let loaded = match load(visit, id).await {
        Ok(child) => visit.call(ListClassKinds {}).await.map(|kinds| (child, kinds)),
        Err(problem) => Err(problem),
    };
    let (child, kinds) = match loaded {
        Ok(loaded) => loaded,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, today, title) = (visit.locale(), visit.now.local_date(), child.name.clone());
    let may_see_bookings = people::may(&me, Ability::SeeBookings);
    let body = move || {
        view! {
            <a class="back" href="/children"><Icon name="i-back"/>{td!(locale, child.all)}</a>
            <h1>{child.name.clone()}</h1>
            <p class="meta">{children::age(&child, &kinds, today, locale)}</p>
            <AskGuardian me=&me locale/>
            {child.health_hidden.then(|| view! { <p class="meta">{td!(locale, people.health_hidden)}</p> })}
            {may_see_bookings.then(|| view! {
                <p><a class="link" href=format!("/children/{}/statement", child.id)>{td!(locale, statement.title)}</a></p>
            })}
        }
        .into_any()
    };
    Page::new(title, body).tab(Tab::Children).into()
}

/// `GET /children/{id}/delete`: what erasing means, before it is done.
pub async fn delete_page(visit: &Visit, id: &str) -> Answer {
    let child = match load(visit, id).await {
        Ok(child) => child,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let title = td!(locale, child.delete_title, name = child.name);
    let heading = title.clone();
    let body = move || {
        let here = format!("/children/{}", child.id);
        view! {
            <a class="back" href=here.clone()><Icon name="i-back"/>{child.name}</a>
            <h1>{heading}</h1>
            <FormSummary form locale/>
            <form class="card stack" method="post" action=format!("/children/{}/delete", child.id)>
                <OnceKey/>
                <p>{td!(locale, child.delete_text)}</p>
                <p class="meta">{td!(locale, child.delete_kept)}</p>
                <div class="actions">
                    <button class="button bad" id="delete">{td!(locale, child.do_delete)}</button>
                    <a class="button line" href=here>{td!(locale, child.keep)}</a>
                </div>
            </form>
        }
        .into_any()
    };
    Page::new(title, body).tab(Tab::Children).into()
}

/// `GET /children/{id}/withdraw`: what withdrawing the consent to health facts erases, before it is done.
pub async fn withdraw_page(visit: &Visit, id: &str) -> Answer {
    let child = match load(visit, id).await {
        Ok(child) => child,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let locale = visit.locale();
    let title = td!(locale, child.withdraw_title);
    let body = move || {
        let here = format!("/children/{}", child.id);
        let back = here.clone();
        view! {
            <a class="back" href=here.clone()><Icon name="i-back"/>{child.name.clone()}</a>
            <h1>{title}</h1>
            <form class="card stack" method="post" action=format!("{here}/consents")>
                <OnceKey/>
                <input type="hidden" name="purpose" value=ConsentPurpose::Health.as_str()/>
                <p>{td!(locale, child.withdraw_sure, name = child.name)}</p>
                <div class="actions">
                    <button class="button bad" id="withdraw">{td!(locale, child.do_withdraw)}</button>
                    <a class="button line" href=back>{td!(locale, child.withdraw_not)}</a>
                </div>
            </form>
        }
        .into_any()
    };
    Page::new(title, body).tab(Tab::Children).into()
}

async fn load(visit: &Visit, id: &str) -> Result<Child, Problem> {
    let id = id.parse::<ChildId>().map_err(|_| Problem::new(ProblemKind::NotFound))?;
    visit.call(GetChild { id }).await
}

async fn load_all(visit: &Visit, id: &str) -> Result<(Child, Vec<ConsentGiven>, ClassKinds), Problem> {
    let child = load(visit, id).await?;
    let consents = visit.call(ListConsents { id: child.id }).await?.items;
    Ok((child, consents, visit.call(ListClassKinds {}).await?))
}

/// `POST /children/{id}`.
pub async fn change(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<ChildId>() else { return missing::page(visit).into() };
    let changed = match read(form, id, visit.now.local_date()) {
        Ok(change) => visit.call_once(form, change).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Answer::see_other(format!("/children/{id}?done=saved")),
        Err(problem) => app::refused(visit, form, child_form::at_their_boxes(problem)).await,
    }
}

/// # Errors
/// `invalid` when a field cannot be read.
fn read(form: &Fields, id: ChildId, today: Date) -> Result<ChangeChild, Problem> {
    let mut problem = Problem::new(ProblemKind::Invalid);
    problem.fields = child_form::faults(form, today);
    let text = |name: &str| Some(form.get(name).unwrap_or_default().trim().to_owned());
    let (birth_date, sex) = (form.date("birth_date"), form.read("sex"));
    if !problem.fields.is_empty() {
        return Err(problem);
    }
    Ok(ChangeChild {
        id,
        name: text("name"),
        birth_date,
        sex,
        birth_order: None,
        residence_district: None,
        allergies: text("allergies"),
        notes: text("notes"),
        // Asked for only where it is not in force.
        consents: form
            .get(consent_field(ConsentPurpose::Health))
            .map(|version| vec![Consent { purpose: ConsentPurpose::Health, version: version.to_owned() }]),
    })
}

/// `POST /children/{id}/delete`.
pub async fn delete(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<ChildId>() else { return missing::page(visit).into() };
    match visit.call_once(form, DeleteChild { id }).await {
        Ok(()) => Answer::see_other("/children?done=deleted"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// `POST /children/{id}/consents`: gives or withdraws one.
pub async fn consent(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<ChildId>() else { return missing::page(visit).into() };
    let Some(purpose) = form.read::<ConsentPurpose>("purpose") else { return missing::page(visit).into() };
    let done = match form.get("version") {
        Some(version) => {
            let version = version.to_owned();
            visit.call_once(form, GiveConsent { id, purpose, version }).await.map(|_| ())
        }
        None => visit.call_once(form, WithdrawConsent { id, purpose }).await,
    };
    match done {
        Ok(()) => Answer::see_other(format!("/children/{id}?done=consent")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

#[component]
fn ChildPage(visit: Visit, child: Child, consents: Vec<ConsentGiven>, kinds: ClassKinds) -> impl IntoView {
    let (locale, today) = (visit.locale(), visit.now.local_date());
    let health = standing(&consents, ConsentPurpose::Health).is_none();
    let told = !child.allergies.is_empty() || !child.notes.is_empty();
    let here = format!("/children/{}", child.id);
    let done = match visit.query.get("done") {
        Some("saved") => Some(td!(locale, child.saved)),
        Some("consent") => Some(td!(locale, child.consent_saved)),
        _ => None,
    };
    let value = |name: &str| visit.value(name, &first(&child, name));
    view! {
        <a class="back" href="/children"><Icon name="i-back"/>{td!(locale, child.all)}</a>
        <h1>{child.name.clone()}</h1>
        <p class="meta">{children::age(&child, &kinds, today, locale)}</p>
        <FormSummary form=visit.form.clone() locale fields=child_form::labels(locale)/>
        {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
        <form class="card stack" method="post" action=here.clone()>
            <OnceKey/>
            <ChildFields locale form=visit.form.as_ref() value=&value/>
            {health.then(|| view! { <ConsentFields locale form=visit.form.as_ref() value=&value purposes=&[ConsentPurpose::Health]/> })}
            <button class="button">{td!(locale, common.save)}</button>
        </form>
        <p class="actions">
            <a class="link" id="to-statement" href=format!("{here}/statement")>{td!(locale, statement.title)}</a>
            <a class="link" href=format!("{here}/calendar")>{td!(locale, feed.enter)}</a>
        </p>
        <section class="card stack" id="consents">
            <h2>{td!(locale, child.consents)}</h2>
            {ConsentPurpose::ALL.iter().map(|purpose| {
                let given = standing(&consents, *purpose).cloned();
                let ask_first = *purpose == ConsentPurpose::Health && told;
                view! { <ConsentRow here=here.clone() purpose=*purpose given ask_first locale/> }
            }).collect_view()}
        </section>
        <section class="card stack">
            <h2>{td!(locale, child.data)}</h2>
            <a class="link" href=format!("/api/v1/children/{}/export", child.id) download="child.json">
                {td!(locale, child.export)}
            </a>
            <a class="link bad" href=format!("{here}/delete")>{td!(locale, child.delete)}</a>
        </section>
    }
    .into_any()
}

fn first(child: &Child, name: &str) -> String {
    match name {
        "name" => child.name.clone(),
        "birth_date" => child.birth_date.to_string(),
        "sex" => child.sex.to_string(),
        "allergies" => child.allergies.clone(),
        "notes" => child.notes.clone(),
        _ => String::new(),
    }
}

/// The consent in force for a purpose.
fn standing(consents: &[ConsentGiven], purpose: ConsentPurpose) -> Option<&ConsentGiven> {
    consents.iter().rfind(|consent| consent.purpose == purpose && consent.withdrawn_at.is_none())
}

/// What was agreed to, since when, and the way to change one's mind.
#[component]
fn ConsentRow(
    here: String,
    purpose: ConsentPurpose,
    given: Option<ConsentGiven>,
    /// Whether withdrawing would erase something.
    ask_first: bool,
    locale: Locale,
) -> impl IntoView {
    let text = ConsentWords::of(purpose, locale);
    let state = match &given {
        Some(consent) => {
            let date = words::month_day(consent.given_at.local_date(), locale);
            td!(locale, child.consent_given, date = date, version = consent.version)
        }
        None => td!(locale, child.consent_not_given).to_owned(),
    };
    let (button, class) = if given.is_some() {
        (td!(locale, child.withdraw), "button line small")
    } else {
        (td!(locale, child.give), "button quiet small")
    };
    let effect = given.is_some().then(|| match purpose {
        ConsentPurpose::Care => td!(locale, child.withdraw_care),
        ConsentPurpose::Health => td!(locale, child.withdraw_health),
    });
    let version = given.is_none().then(|| view! { <input type="hidden" name="version" value=purpose.version()/> });
    view! {
        <form class="consent-row stack" method="post" action=format!("{here}/consents")>
            <OnceKey/>
            <input type="hidden" name="purpose" value=purpose.as_str()/>
            {version}
            <p><b>{text.title}</b></p>
            <p class="meta">{text.text}</p>
            <p class="tiny">{state}</p>
            {effect.map(|text| view! { <p class="tiny">{text}</p> })}
            {if ask_first && given.is_some() {
                view! { <a class=class href=format!("{here}/withdraw")>{button}</a> }.into_any()
            } else {
                view! { <button class=class>{button}</button> }.into_any()
            }}
        </form>
    }
    .into_any()
}
