//! What a child's month comes to, for its family: at each nursery that it was booked at.

use doorstep_shared::{
    Month, Problem, ProblemKind,
    children::{Child, GetChild},
    statements::{GetChildStatements, Statement},
};
use leptos::prelude::*;

use super::sign_in;
use crate::{
    Locale,
    page::{Answer, Page, Tab},
    statement::{MonthNav, StatementBody},
    td,
    ui::{Inert as _, icon::Icon, notice::Empty, print::PrintButton},
    visit::Visit,
    words,
};

/// Where a child's month is; of the current one the address needs no word.
pub fn address(month: Month, child: &str) -> String {
    format!("/children/{child}/statement?month={month}")
}

/// `GET /children/{id}/statement?month=2026-11`.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let month = visit.query.read("month").unwrap_or_else(|| Month::of(visit.now.local_date()));
    let (child, items) = match load(visit, id, month).await {
        Ok(loaded) => loaded,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let locale = visit.locale();
    let title = td!(locale, statement.of_month, month = words::month(month, locale));
    let heading = title.clone();
    let body = move || {
        let id = child.id.to_string();
        let none = items.is_empty();
        let each: Vec<_> = items.into_iter().map(|statement| view! { <AtNursery statement locale/> }).collect();
        view! {
            <a class="back" href=format!("/children/{id}")><Icon name="i-back"/>{child.name.clone()}</a>
            <h1>{heading}" · "{child.name}</h1>
            <MonthNav month address of=id locale/>
            {if none {
                let text = td!(locale, statement.none_text);
                view! { <Empty icon="i-calendar" title=td!(locale, statement.none) text/> }.inert()
            } else {
                view! {
                    {each}
                    <p class="actions"><PrintButton text=td!(locale, statement.print)/></p>
                    <p class="meta no-print">{td!(locale, statement.print_text)}</p>
                }
                .inert()
            }}
        }
        .inert()
    };
    Page::new(title, body).tab(Tab::Children).into()
}

async fn load(visit: &Visit, id: &str, month: Month) -> Result<(Child, Vec<Statement>), Problem> {
    let id = id.parse().map_err(|_| ProblemKind::NotFound)?;
    let child = visit.call(GetChild { id }).await?;
    Ok((child, visit.call(GetChildStatements { id, month }).await?.items))
}

#[component]
fn AtNursery(statement: Statement, locale: Locale) -> impl IntoView {
    view! {
        <section class="stack statement">
            <h2>{statement.nursery_name.clone()}</h2>
            <StatementBody statement locale/>
        </section>
    }
    .inert()
}
