//! The children of the family, and adding one.

use doorstep_shared::{
    Date,
    accounts::GetMe,
    age::completed_months,
    children::{Child, ListChildren},
    family::Ability,
    nurseries::{ClassKinds, ListClassKinds},
};
use leptos::prelude::*;

use super::{
    child_form::{self, ChildFields, ConsentFields},
    people, sign_in, words,
};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        face::initial,
        field::OnceKey,
        icon::Icon,
        notice::{Empty, Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// `GET /children`.
pub async fn page(visit: &Visit) -> Answer {
    let children = match visit.call(ListChildren {}).await {
        Ok(children) => children.items,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let decides = visit.call(GetMe {}).await.is_ok_and(|me| people::may(&me, Ability::ManageChildren));
    let kinds = match visit.call(ListClassKinds {}).await {
        Ok(kinds) => kinds,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, today) = (visit.locale(), visit.now.local_date());
    let done = match visit.query.get("done") {
        Some("added") => Some(td!(locale, child.added)),
        Some("deleted") => Some(td!(locale, child.deleted)),
        _ => None,
    };
    let body = move || {
        view! {
            <h1>{td!(locale, child.all)}</h1>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            {if children.is_empty() {
                view! {
                    <Empty icon="i-child" title=td!(locale, child.none) text=td!(locale, child.none_text)>
                        {decides.then(|| view! { <a class="button" href="/children/new">{td!(locale, child.add)}</a> })}
                    </Empty>
                }
                .into_any()
            } else {
                view! {
                    <ul class="card rows">
                        {children.into_iter().map(|child| view! { <Row child kinds=&kinds today locale/> }).collect_view()}
                    </ul>
                    {decides.then(|| view! { <a class="button quiet" href="/children/new">{td!(locale, child.add)}</a> })}
                }
                .into_any()
            }}
        }
        .into_any()
    };
    Page::new(td!(locale, child.all), body).tab(Tab::Children).into()
}

#[component]
fn Row<'a>(child: Child, kinds: &'a ClassKinds, today: Date, locale: Locale) -> impl IntoView + use<> {
    let allergies =
        (!child.allergies.is_empty()).then(|| view! { <span class="tag accent">{child.allergies.clone()}</span> });
    view! {
        <li>
            <a class="item child" href=format!("/children/{}", child.id)>
                <span class="face" aria-hidden="true">{initial(&child.name)}</span>
                <span>
                    <b>{child.name.clone()}</b>" "{allergies}
                    <span class="meta">{age(&child, kinds, today, locale)}</span>
                </span>
                <Icon name="i-next"/>
            </a>
        </li>
    }
    .into_any()
}

/// `18 个月 · 托小班`: completed months, and the class that takes the child today.
pub fn age(child: &Child, kinds: &ClassKinds, today: Date, locale: Locale) -> String {
    let months = completed_months(child.birth_date, today).unwrap_or_default();
    let age = td!(locale, common.months_old, count = months);
    match kinds.of_age(months) {
        Some(kind) => format!("{age} · {}", words::class(kind, locale)),
        None => {
            match kinds.items.iter().map(|kind| kind.ages.from_months).min().filter(|youngest| months < *youngest) {
                // What a childcare institution may take; care in a family's home begins earlier.
                Some(youngest) => format!("{age} · {}", td!(locale, child.no_class_yet, from = youngest)),
                None => format!("{age} · {}", td!(locale, child.no_class)),
            }
        }
    }
}

/// `GET /children/new`, and the form again after a refusal.
pub async fn new_page(visit: &Visit) -> Answer {
    // Asked only to know that somebody is signed in before a form is filled in vain.
    if let Err(problem) = visit.call(ListChildren {}).await {
        return sign_in::or_problem(visit, problem);
    }
    let (locale, visit) = (visit.locale(), visit.clone());
    let body = move || {
        let value = |name: &str| visit.value(name, "");
        view! {
            <a class="back" href="/children"><Icon name="i-back"/>{td!(locale, child.all)}</a>
            <h1>{td!(locale, child.add)}</h1>
            <p class="meta">{td!(locale, child.why)}</p>
            <FormSummary form=visit.form.clone() locale fields=child_form::labels(locale)/>
            <form class="card stack" method="post" action="/children/new">
                <OnceKey/>
                <ChildFields locale form=visit.form.as_ref() value=&value/>
                <ConsentFields locale form=visit.form.as_ref() value=&value/>
                <button class="button">{td!(locale, child.do_add)}</button>
            </form>
        }
        .into_any()
    };
    Page::new(td!(locale, child.add), body).tab(Tab::Children).into()
}

/// `POST /children/new`.
pub async fn add(visit: &Visit, form: &Fields) -> Answer {
    let added = match child_form::read(form, visit.now.local_date()) {
        Ok(child) => visit.call_once(form, child).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(_) => Answer::see_other("/children?done=added"),
        Err(problem) => app::refused(visit, form, child_form::at_their_boxes(problem)).await,
    }
}
