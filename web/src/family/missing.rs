//! Pages that are not there, and pages that cannot be shown.

use doorstep_shared::{Problem, ProblemKind};
use leptos::prelude::*;

use crate::ui::Inert as _;

use crate::{page::Page, problems, problems::ProblemNotice, td, ui::notice::Empty, visit::Visit};

/// 404.
pub fn page(visit: &Visit) -> Page {
    let locale = visit.locale();
    let (title, text) =
        (problems::title(ProblemKind::NotFound, locale), problems::advice(ProblemKind::NotFound, locale));
    let body = move || {
        view! {
            <h1 class="visually-hidden">{title}</h1>
            <Empty icon="i-find" title text>
                <a class="button" href="/">{td!(locale, find.to_search)}</a>
            </Empty>
        }
        .inert()
    };
    Page::new(title, body).status(404)
}

/// The page of a problem that leaves nothing else to show, with the problem's status.
pub fn problem_page(visit: &Visit, problem: Problem) -> Page {
    let (locale, here, status) = (visit.locale(), visit.here(), problem.status);
    if problem.kind == ProblemKind::NotFound {
        return page(visit);
    }
    let title = problems::title(problem.kind, locale);
    let body = move || {
        view! {
            <h1 class="visually-hidden">{title}</h1>
            <ProblemNotice problem locale again=Some(here)/>
        }
        .inert()
    };
    Page::new(title, body).status(status)
}

/// What is shown in place of a page that cannot be loaded without network. It says nothing of anybody.
pub fn offline_page(visit: &Visit) -> Page {
    let locale = visit.locale();
    let body = move || {
        view! {
            <h1 class="visually-hidden">{td!(locale, common.offline)}</h1>
            <Empty icon="i-warn" title=td!(locale, common.offline) text=td!(locale, common.offline_text)>
                <a class="button" href="/bookings">{td!(locale, common.offline_bookings)}</a>
                <a class="button line" href="/">{td!(locale, common.try_again)}</a>
            </Empty>
        }
        .inert()
    };
    Page::new(td!(locale, common.offline), body)
}
