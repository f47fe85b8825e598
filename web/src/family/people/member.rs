//! One guardian or member: what they are called, their role, removing them; leaving oneself.

use doorstep_shared::{
    Problem, ProblemKind,
    family::{ChangeMember, FamilyMember, GetFamily, LeaveFamily, PERSON_CHARACTERS, RemoveMember, Role},
    ids::AccountId,
};
use leptos::prelude::*;

use super::{PATH, role};
use crate::{
    app,
    family::{missing, sign_in},
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        field::{OnceKey, TextField},
        icon::Icon,
    },
    visit::{Fields, Visit},
};

/// `GET /family/members/{id}`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    let member = match load(visit, id).await {
        Ok(member) => member,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let locale = visit.locale();
    let title = if member.name.is_empty() { member.phone_masked.clone() } else { member.name.clone() };
    let (heading, visit) = (title.clone(), visit.clone());
    let body = move || {
        let here = format!("{PATH}/members/{}", member.id);
        let (to, label) = match member.role {
            Role::Guardian => (Role::Member, td!(locale, people.make_member)),
            Role::Member | Role::PickUp => (Role::Guardian, td!(locale, people.make_guardian)),
        };
        let error = visit.form.as_ref().and_then(|form| form.error("name", locale));
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, people.title)}</a>
            <h1>{heading}</h1>
            <p class="meta">{role(member.role, locale)}" · "{member.phone_masked}</p>
            <FormSummary form=visit.form.clone() locale fields=vec![("name", "name", td!(locale, people.called))]/>
            <form class="card stack" method="post" action=here.clone()>
                <OnceKey/>
                <TextField
                    id="name"
                    label=td!(locale, people.called)
                    hint=td!(locale, people.called_hint)
                    value=visit.value("name", &member.name)
                    nostrip:error=error
                    maxlength=u16::try_from(PERSON_CHARACTERS).unwrap_or(u16::MAX)
                />
                <button class="button" id="save">{td!(locale, common.save)}</button>
            </form>
            <form class="card stack" method="post" action=here.clone()>
                <OnceKey/>
                <input type="hidden" name="role" value=to.as_str()/>
                <p class="meta">{td!(locale, people.role_text)}</p>
                <button class="button line" id="change-role">{label}</button>
            </form>
            {(!member.is_me).then(|| view! {
                <form class="card stack" method="post" action=format!("{here}/remove")>
                    <OnceKey/>
                    <p class="meta">{td!(locale, people.remove_text)}</p>
                    <button class="button bad" id="remove">{td!(locale, people.remove)}</button>
                </form>
            })}
        }
        .into_any()
    };
    Page::new(title, body).tab(Tab::Me).into()
}

async fn load(visit: &Visit, id: &str) -> Result<FamilyMember, Problem> {
    let members = visit.call(GetFamily {}).await?.members;
    let found = id.parse::<AccountId>().ok().and_then(|id| members.into_iter().find(|member| member.id == id));
    found.ok_or_else(|| ProblemKind::NotFound.into())
}

/// `POST /family/members/{id}`: another name, or another role.
pub async fn change(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<AccountId>() else { return missing::page(visit).into() };
    let name = form.has("name").then(|| form.get("name").unwrap_or_default().to_owned());
    match visit.call_once(form, ChangeMember { id, name, role: form.read("role") }).await {
        Ok(()) => Answer::see_other(format!("{PATH}?done=saved")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// `POST /family/members/{id}/remove`.
pub async fn remove(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<AccountId>() else { return missing::page(visit).into() };
    match visit.call_once(form, RemoveMember { id }).await {
        Ok(()) => Answer::see_other(format!("{PATH}?done=removed")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// `GET /family/leave`: what leaving means, before it is done.
pub fn leave_page(visit: &Visit) -> Page {
    let (locale, form) = (visit.locale(), visit.form.clone());
    let body = move || {
        view! {
            <a class="back" href="/me"><Icon name="i-back"/>{td!(locale, me.title)}</a>
            <h1>{td!(locale, people.leave)}</h1>
            <FormSummary form locale/>
            <form class="card stack" method="post" action="/family/leave">
                <OnceKey/>
                <p>{td!(locale, people.leave_text)}</p>
                <div class="actions">
                    <button class="button bad" id="leave">{td!(locale, people.do_leave)}</button>
                    <a class="button line" href="/me">{td!(locale, people.stay)}</a>
                </div>
            </form>
        }
        .into_any()
    };
    Page::new(td!(locale, people.leave), body).tab(Tab::Me)
}

/// `POST /family/leave`.
pub async fn leave(visit: &Visit, form: &Fields) -> Answer {
    match visit.call_once(form, LeaveFamily {}).await {
        Ok(()) => Answer::see_other("/me?done=left"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
