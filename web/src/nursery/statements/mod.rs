//! What a month comes to: for the nursery, and for each child.

pub mod child;
pub mod sheets;

use doorstep_shared::{
    Fen, Month, Problem,
    staff::{GetStaffMe, StaffAbility, StaffMe},
    statements::{CloseMonth, GetStatements, MonthState, StatementOfChild, Statements},
};
use leptos::prelude::*;

use super::{missing, shell};
use crate::{
    Locale, app,
    page::{Answer, Page},
    problems::FormSummary,
    statement::{Holidays, MonthNav, Standing, child_name, counted},
    td,
    ui::{
        Inert as _,
        field::OnceKey,
        notice::{Empty, Notice, Tone},
        print::PrintButton,
    },
    visit::{Fields, Visit},
    words,
};

pub const PATH: &str = "/staff/statements";

/// Where a month is.
pub fn address(month: Month, _: &str) -> String {
    format!("{PATH}/{month}")
}

/// `GET /staff/statements` for the month that runs, and below it for others.
pub async fn page(visit: &Visit, month: Option<&str>) -> Answer {
    let month = match month.map(str::parse) {
        None => Month::of(visit.now.local_date()),
        Some(Ok(month)) => month,
        Some(Err(_)) => return missing::page(visit),
    };
    let loaded: Result<(StaffMe, Statements), Problem> =
        async { Ok((visit.call(GetStaffMe {}).await?, visit.call(GetStatements { month }).await?)) }.await;
    let (me, statements) = match loaded {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let may_close = me.at.role.may(StaffAbility::CloseMonths);
    let done = (visit.query.get("done") == Some("closed")).then(|| td!(locale, statement.closed_done));
    let title = td!(locale, statement.of_month, month = words::month(month, locale));
    let heading = title.clone();
    let body = move || {
        let none = statements.children.is_empty();
        view! {
            <h1>{heading}</h1>
            <p class="print-only">{statements.nursery_name.clone()}</p>
            <FormSummary form locale/>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            <MonthNav month address of=String::new() locale/>
            <Standing state=statements.state as_of=statements.as_of closed_at=statements.closed_at locale/>
            {if none {
                let text = td!(locale, statement.nobody_text);
                view! { <Empty icon="i-calendar" title=td!(locale, statement.nobody) text/> }.inert()
            } else {
                view! { <AllChildren statements=statements.clone() locale/> }.inert()
            }}
            <Holidays holidays=statements.holidays.clone() locale/>
            <Close statements may_close locale/>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(title, body).layout("wide stack").back(address(month, ""))).into()
}

#[component]
fn AllChildren(statements: Statements, locale: Locale) -> impl IntoView {
    let Statements { month, sums, counts, children, .. } = statements;
    let of_month = td!(locale, statement.all_children, count = children.len());
    let file = format!("/api/v1/staff/statements/{month}/statements.xlsx");
    let rows: Vec<_> = children.into_iter().map(|child| view! { <Child child month locale/> }).collect();
    let amount = |fen: Fen| view! { <td class="amount wide-only">{fen.to_string()}</td> };
    view! {
        <section class="card stack" aria-labelledby="all">
            <h2 id="all">{of_month}</h2>
            <table class="ledger" id="statements">
                <thead>
                    <tr>
                        <th scope="col">{td!(locale, statement.child)}</th>
                        <th scope="col" class="amount wide-only">{td!(locale, statement.care)}</th>
                        <th scope="col" class="amount wide-only">{td!(locale, statement.given_up)}</th>
                        <th scope="col" class="amount wide-only">{td!(locale, statement.late)}</th>
                        <th scope="col" class="amount wide-only">{td!(locale, statement.adjusted)}</th>
                        <th scope="col" class="amount wide-only">{td!(locale, statement.vouchers)}</th>
                        <th scope="col" class="amount">{td!(locale, statement.due)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">{td!(locale, statement.sum)}<small>{counted(counts, locale)}</small></th>
                        {amount(sums.care_fen)}
                        {amount(sums.given_up_fen)}
                        {amount(sums.late_pick_up_fen)}
                        {amount(sums.adjusted_fen)}
                        {amount(Fen::ZERO - sums.vouchers_fen)}
                        <td class="amount" id="due">{sums.due_fen.to_string()}</td>
                    </tr>
                </tfoot>
            </table>
            {(sums.expected_subsidy_fen != Fen::ZERO).then(|| view! {
                <p class="meta">{td!(locale, statement.subsidies_expected, amount = sums.expected_subsidy_fen)}</p>
            })}
            <p class="actions">
                <a class="button line" id="xlsx" href=file download>{td!(locale, statement.xlsx)}</a>
                <PrintButton text=td!(locale, statement.print)/>
            </p>
            <p class="meta no-print">{td!(locale, statement.print_text)}</p>
        </section>
    }
    .inert()
}

#[component]
fn Child(child: StatementOfChild, month: Month, locale: Locale) -> impl IntoView {
    let sums = child.sums;
    let amount = |fen: Fen| view! { <td class="amount wide-only">{fen.to_string()}</td> };
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=child::address(month, &child.child_id.to_string())>{child_name(&child.child_name, locale)}</a>
                <small>{counted(child.counts, locale)}</small>
            </th>
            {amount(sums.care_fen)}
            {amount(sums.given_up_fen)}
            {amount(sums.late_pick_up_fen)}
            {amount(sums.adjusted_fen)}
            {amount(Fen::ZERO - sums.vouchers_fen)}
            <td class="amount">{sums.due_fen.to_string()}</td>
        </tr>
    }
    .inert()
}

/// What closing means, and the button where it can be done.
#[component]
fn Close(statements: Statements, may_close: bool, locale: Locale) -> impl IntoView {
    let Statements { month, state, next_to_close, sums, .. } = statements;
    let (is_next, earlier) = (next_to_close == Some(month), next_to_close.filter(|next| *next < month));
    match state {
        MonthState::Closed => view! { <p class="meta">{td!(locale, statement.closed_text)}</p> }.inert(),
        MonthState::Over if is_next && may_close => view! {
            <details class="card more no-print" id="close-card">
                <summary>{td!(locale, statement.close)}</summary>
                <form class="stack" method="post" action=format!("{PATH}/{month}/close")>
                    <OnceKey/>
                    <input type="hidden" name="seen" value=sums.due_fen.0.to_string()/>
                    <p>{td!(locale, statement.close_text)}</p>
                    <button class="button" id="close">
                        {td!(locale, statement.do_close, month = words::month(month, locale), amount = sums.due_fen)}
                    </button>
                </form>
            </details>
        }
        .inert(),
        MonthState::Over => match earlier {
            Some(earlier) => view! {
                <p class="meta no-print">
                    {td!(locale, statement.earlier_first)}" "
                    <a href=address(earlier, "")>{words::month(earlier, locale)}</a>
                </p>
            }
            .inert(),
            None => view! { <p class="meta no-print">{td!(locale, statement.head_closes)}</p> }.inert(),
        },
        MonthState::Running => view! { <p class="meta no-print">{td!(locale, statement.running_text)}</p> }.inert(),
    }
}

/// `POST /staff/statements/{month}/close`.
pub async fn close(visit: &Visit, form: &Fields, month: &str) -> Answer {
    let (Ok(month), Some(seen)) = (month.parse(), form.read("seen")) else { return missing::page(visit) };
    match visit.call_once(form, CloseMonth { month, seen_fen: Fen(seen) }).await {
        Ok(_) => Answer::see_other(format!("{}?done=closed", address(month, ""))),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
