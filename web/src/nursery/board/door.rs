//! The door: the code that families scan, and the one that they say.

use doorstep_shared::{
    Problem, ProblemKind,
    board::{DoorShown, FindDoorCode, ShowDoor},
    problem::FieldRule,
    secret::Secret,
    staff::GetStaffMe,
};
use leptos::prelude::*;

use super::{PATH, today::NextCode};
use crate::{
    app,
    nursery::{missing, shell},
    page::{Answer, Page},
    td,
    ui::{Inert as _, icon::Icon, qr::Qr},
    visit::{Fields, Visit},
};

/// `GET /staff/board/door`.
pub async fn page(visit: &Visit) -> Answer {
    let loaded = async { Ok::<_, Problem>((visit.call(GetStaffMe {}).await?, visit.call(ShowDoor {}).await?)) };
    let (me, DoorShown { url, seconds }) = match loaded.await {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let locale = visit.locale();
    let body = move || {
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, board.title)}</a>
            <h1>{td!(locale, board.door)}</h1>
            <section class="card stack center" id="door" data-url=url.expose().to_owned()>
                <Qr text=url.expose().to_owned() label=td!(locale, board.door)/>
                <p>{td!(locale, board.door_text)}</p>
                <p><a class="button line" href=format!("{PATH}/door")>{td!(locale, board.door_next)}</a></p>
                <NextCode seconds/>
            </section>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, board.door), body).back(format!("{PATH}/door"))).into()
}

/// `POST /staff/board/code`: to the child whose family says this, or to the board where there are several.
pub async fn find(visit: &Visit, form: &Fields) -> Answer {
    let code = Secret::from(form.get("code").unwrap_or_default());
    match visit.call(FindDoorCode { code }).await {
        Ok(found) => match found.day_ids.as_slice() {
            [one] => Answer::see_other(format!("{PATH}/{one}")),
            several => {
                let first = several.first().map(ToString::to_string).unwrap_or_default();
                Answer::see_other(format!("{PATH}#kid-{first}"))
            }
        },
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            let problem = Problem::field("code", FieldRule::NotACode, "nobody of today says this");
            app::refused(visit, form, problem).await
        }
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
