//! One child's month at the nursery.

use doorstep_shared::{
    Month, Problem, ProblemKind,
    staff::{GetStaffMe, StaffMe},
    statements::{GetStatement, Statement},
};
use leptos::prelude::*;

use crate::{
    nursery::{missing, shell},
    page::{Answer, Page},
    statement::{MonthNav, StatementBody, child_name},
    td,
    ui::{Inert as _, icon::Icon, print::PrintButton},
    visit::Visit,
    words,
};

/// Where a child's month is.
pub fn address(month: Month, child: &str) -> String {
    format!("{}/{month}/children/{child}", super::PATH)
}

/// `GET /staff/statements/{month}/children/{id}`.
pub async fn page(visit: &Visit, month: &str, id: &str) -> Answer {
    let (me, statement) = match load(visit, month, id).await {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, month, child) = (visit.locale(), statement.month, statement.child_id.to_string());
    let name = child_name(&statement.child_name, locale);
    let title = td!(locale, statement.of_month, month = words::month(month, locale));
    // A month without the child has no page: there is nothing to say.
    let back = address(month, &child);
    let body = move || {
        let nursery = statement.nursery_name.clone();
        view! {
            <a class="back" href=super::address(month, "")>
                <Icon name="i-back"/>{td!(locale, statement.all, month = words::month(month, locale))}
            </a>
            <h1>{title}" · "{name}</h1>
            <p class="print-only">{nursery}</p>
            <MonthNav month address of=child locale/>
            <StatementBody statement locale/>
            <p class="actions"><PrintButton text=td!(locale, statement.print)/></p>
            <p class="meta no-print">{td!(locale, statement.print_text)}</p>
        }
        .inert()
    };
    // The window's title names nobody.
    shell::inside(visit, &me, Page::new(td!(locale, statement.title), body).back(back)).into()
}

async fn load(visit: &Visit, month: &str, id: &str) -> Result<(StaffMe, Statement), Problem> {
    let month = month.parse().map_err(|_| ProblemKind::NotFound)?;
    let child_id = id.parse().map_err(|_| ProblemKind::NotFound)?;
    Ok((visit.call(GetStaffMe {}).await?, visit.call(GetStatement { month, child_id }).await?))
}
