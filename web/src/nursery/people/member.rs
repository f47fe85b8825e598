//! One of those who work at the nursery: name, role, letting them in anew, removing them.

use doorstep_shared::{
    Problem, ProblemKind,
    family::PERSON_CHARACTERS,
    ids::AccountId,
    staff::{ChangeStaff, RemoveStaff, ResetStaff, StaffMember, StaffRole},
};
use leptos::prelude::*;

use super::{PATH, head, load, roles};
use crate::{
    app,
    nursery::{missing, shell, words},
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        field::{Choice, OnceKey, TextField},
        icon::Icon,
    },
    visit::{Fields, Visit},
};

/// `GET /staff/people/{id}`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let me = match head(visit).await {
        Ok(me) => me,
        Err(answer) => return answer,
    };
    let member = match find(visit, id).await {
        Ok(member) => member,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let (title, typed) = (member.name.clone(), visit.value("name", &member.name));
    let heading = title.clone();
    let body = move || {
        let here = format!("{PATH}/{}", member.id);
        let error = form.as_ref().and_then(|form| form.error("name", locale));
        // A head whom nobody here can let in anew is told so instead.
        let may_begin_anew = member.role != StaffRole::Head;
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, staff.people)}</a>
            <h1>{heading}</h1>
            <p class="meta">{words::role(member.role, locale)}" · "{member.phone_masked.clone()}</p>
            <FormSummary form=form.clone() locale fields=vec![("name", "name", td!(locale, staff.name))]/>
            <form class="card stack" method="post" action=here.clone()>
                <OnceKey/>
                <TextField
                    id="name"
                    label=td!(locale, staff.name)
                    value=typed
                    nostrip:error=error
                    maxlength=u16::try_from(PERSON_CHARACTERS).unwrap_or(u16::MAX)
                    required=true
                />
                <Choice name="role" legend=td!(locale, staff.role) options=roles(locale) chosen=member.role.as_str()/>
                <p class="meta">{td!(locale, staff.role_changed)}</p>
                <button class="button" id="save">{td!(locale, common.save)}</button>
            </form>
            <form class="card stack" method="post" action=format!("{here}/anew")>
                <OnceKey/>
                <h2>{td!(locale, staff.anew)}</h2>
                <p class="meta">
                    {if may_begin_anew { td!(locale, staff.anew_text) } else { td!(locale, staff.anew_operator) }}
                </p>
                {may_begin_anew.then(|| view! {
                    <button class="button line" id="anew">{td!(locale, staff.send_anew)}</button>
                })}
            </form>
            {(!member.is_me).then(|| view! {
                <form class="card stack" method="post" action=format!("{here}/remove")>
                    <OnceKey/>
                    <p class="meta">{td!(locale, staff.remove_text)}</p>
                    <button class="button bad" id="remove">{td!(locale, staff.remove)}</button>
                </form>
            })}
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(title, body)).into()
}

async fn find(visit: &Visit, id: &str) -> Result<StaffMember, Problem> {
    let members = load(visit).await?.members;
    let found = id.parse::<AccountId>().ok().and_then(|id| members.into_iter().find(|member| member.id == id));
    found.ok_or_else(|| ProblemKind::NotFound.into())
}

/// `POST /staff/people/{id}`, and `…/anew`, `…/remove`.
pub async fn submit(visit: &Visit, form: &Fields, id: &str, verb: &str) -> Answer {
    let Ok(id) = id.parse::<AccountId>() else { return missing::page(visit) };
    let name = form.get("name").map(str::to_owned);
    let done = match verb {
        "save" => visit.call_once(form, ChangeStaff { id, name, role: form.read("role") }).await.map(|()| "saved"),
        "anew" => visit.call_once(form, ResetStaff { id }).await.map(|_| "anew"),
        "remove" => visit.call_once(form, RemoveStaff { id }).await.map(|()| "removed"),
        _ => return missing::page(visit),
    };
    match done {
        Ok(done) => Answer::see_other(format!("{PATH}?done={done}")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
