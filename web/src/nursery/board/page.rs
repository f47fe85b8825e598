//! The page of the board, and its forms where WebAssembly does not run.

use doorstep_shared::{
    Problem, ProblemKind,
    board::{Board, BoardAction, Deed, DeedKind, GetBoard, Outcome, SendActions},
    ids::ClassId,
    staff::{GetStaffMe, StaffMe},
};
use leptos::prelude::*;

use super::{PATH, today::Today};
use crate::{
    app,
    nursery::{missing, shell, words},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{Inert as _, field::TextField, notice::Empty},
    visit::{Fields, Visit},
};

/// `GET /staff/board?class`, also below the address of its forms.
pub async fn page(visit: &Visit) -> Answer {
    let (me, board) = match load(visit).await {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form, nursery) = (visit.locale(), visit.form.clone(), me.at.nursery_id);
    let class =
        visit.query.read::<ClassId>("class").filter(|id| board.classes.iter().any(|class| class.class_id == *id));
    let body = move || {
        let error = form.as_ref().and_then(|form| form.error("code", locale));
        let fields = vec![("code", "code", td!(locale, board.door_code_field))];
        let none = board.children.is_empty().then(|| {
            view! { <Empty icon="i-calendar" title=td!(locale, board.empty) text=td!(locale, board.empty_text)/> }
        });
        view! {
            <h1>{td!(locale, board.title)}" · "{words::date(board.date, locale)}</h1>
            <FormSummary form locale fields/>
            {none}
            <Today board nursery class locale/>
            <form class="card row" id="find-code" method="post" action=format!("{PATH}/code")>
                <TextField
                    id="code"
                    label=td!(locale, board.door_code_field)
                    value=String::new()
                    nostrip:error=error
                    autocomplete="off"
                    inputmode="numeric"
                    maxlength=6
                    required=true
                />
                <button class="button line">{td!(locale, board.find_code)}</button>
                <a class="button line" href=format!("{PATH}/door")>{td!(locale, board.door)}</a>
            </form>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, board.title), body).layout("wide").back(PATH)).into()
}

async fn load(visit: &Visit) -> Result<(StaffMe, Board), Problem> {
    Ok((visit.call(GetStaffMe {}).await?, visit.call(GetBoard {}).await?))
}

/// `POST /staff/board`.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let Some((id, deed)) = form.read("id").zip(deed(form)) else { return missing::page(visit) };
    let ask = SendActions { actions: vec![BoardAction { id, at: visit.now, deed }], sent_at: None };
    match visit.call(ask).await {
        // The board says what does not fit.
        Ok(sent) if sent.items.iter().all(|item| item.outcome != Outcome::Refused) => Answer::see_other(PATH),
        Ok(_) => app::refused(visit, form, ProblemKind::NotFound.into()).await,
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn deed(form: &Fields) -> Option<Deed> {
    Some(match form.read::<DeedKind>("kind")? {
        DeedKind::CheckIn => Deed::CheckIn { day_id: form.read("day")? },
        DeedKind::CheckOut => Deed::CheckOut { day_id: form.read("day")?, by: form.get("by").map(str::to_owned) },
        DeedKind::Absent => Deed::Absent { day_id: form.read("day")? },
        DeedKind::NoShow => Deed::NoShow { day_id: form.read("day")? },
        DeedKind::CarerCame => Deed::CarerCame { carer_id: form.read("carer")?, class_id: form.read("class")? },
        DeedKind::CarerLeft => Deed::CarerLeft { carer_id: form.read("carer")?, class_id: form.read("class")? },
        DeedKind::Undo => Deed::Undo { action_id: form.read("action")? },
        DeedKind::MorningCheck => return None,
    })
}
