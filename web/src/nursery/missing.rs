//! Pages of staff that are not there, that cannot be shown, or that are for others.

use doorstep_shared::{Problem, ProblemKind, staff::StaffMe};
use leptos::prelude::*;

use super::{shell, sign_in};
use crate::{
    page::{Answer, Page},
    problems::{self, ProblemNotice},
    td,
    ui::{
        Inert as _,
        notice::{Notice, Tone},
    },
    visit::Visit,
};

/// The answer when a page could not load: to sign-in and back when that is what it takes, else the problem's page.
pub fn or_problem(visit: &Visit, problem: Problem) -> Answer {
    if problem.kind == ProblemKind::Unauthenticated {
        return sign_in::interrupted(visit);
    }
    let (locale, here, status) = (visit.locale(), visit.here(), problem.status);
    let title = match problem.kind {
        ProblemKind::Forbidden => td!(locale, staff.for_others),
        kind => problems::title(kind, locale),
    };
    let body = move || {
        let notice = if problem.kind == ProblemKind::Forbidden {
            view! { <Notice tone=Tone::Info title=td!(locale, staff.for_others_text)/> }.inert()
        } else {
            view! { <ProblemNotice problem locale again=Some(here)/> }.inert()
        };
        view! {
            <h1>{title}</h1>
            {notice}
            <p><a class="button line" href="/staff">{td!(locale, staff.to_home)}</a></p>
        }
        .inert()
    };
    shell::outside(visit, Page::new(title, body).status(status)).into()
}

/// 404, for who is signed in or not.
pub fn page(visit: &Visit) -> Answer {
    or_problem(visit, ProblemKind::NotFound.into())
}

/// A page that is of use only to who may do something: that it is for others, in the frame of who asks.
pub fn for_others(visit: &Visit, me: &StaffMe) -> Answer {
    let locale = visit.locale();
    let title = td!(locale, staff.for_others);
    let body = move || {
        view! {
            <h1>{title}</h1>
            <Notice tone=Tone::Info title=td!(locale, staff.for_others_text)/>
        }
        .inert()
    };
    shell::inside(visit, me, Page::new(title, body).status(ProblemKind::Forbidden.status())).into()
}
