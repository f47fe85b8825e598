//! Inviting somebody by phone number, and taking that back.

use doorstep_shared::{
    Problem,
    accounts::GetMe,
    family::{Ability, Invite, PERSON_CHARACTERS, RevokeInvitation, Role},
    ids::InvitationId,
    phone::Phone,
    problem::FieldRule,
};
use leptos::prelude::*;

use super::{AskGuardian, PATH, may};
use crate::{
    app,
    family::{missing, sign_in},
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        field::{Choice, OnceKey, TextField},
        icon::Icon,
    },
    visit::{Fields, Visit},
};

/// `GET /family/invite`, and the form again after a refusal.
pub async fn page(visit: &Visit) -> Answer {
    let me = match visit.call(GetMe {}).await {
        Ok(me) => me,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, visit) = (visit.locale(), visit.clone());
    let body = move || {
        let form = visit.form.clone();
        let error = |field: &str| form.as_ref().and_then(|form| form.error(field, locale));
        let labels = vec![
            ("phone", "phone", td!(locale, people.phone)),
            ("name", "name", td!(locale, people.called)),
            ("role", "role", td!(locale, people.role)),
        ];
        let roles = vec![
            (Role::Member.to_string(), td!(locale, people.role_member).to_owned()),
            (Role::Guardian.to_string(), td!(locale, people.role_guardian).to_owned()),
        ];
        let invites = may(&me, Ability::ManageFamily).then(|| {
            view! {
                <form class="card stack" method="post" action="/family/invite">
                    <OnceKey/>
                    <p class="meta">{td!(locale, people.invite_text)}</p>
                    <TextField
                        id="phone"
                        kind="tel"
                        inputmode="tel"
                        label=td!(locale, people.phone)
                        value=visit.value("phone", "")
                        nostrip:error=error("phone")
                        required=true
                    />
                    <TextField
                        id="name"
                        label=td!(locale, people.called)
                        hint=td!(locale, people.called_hint)
                        value=visit.value("name", "")
                        nostrip:error=error("name")
                        maxlength=u16::try_from(PERSON_CHARACTERS).unwrap_or(u16::MAX)
                        required=true
                    />
                    <Choice
                        name="role"
                        legend=td!(locale, people.role)
                        options=roles
                        chosen=visit.value("role", Role::Member.as_str())
                    />
                    <button class="button" id="do-invite">{td!(locale, people.do_invite)}</button>
                </form>
            }
        });
        view! {
            <a class="back" href=PATH><Icon name="i-back"/>{td!(locale, people.title)}</a>
            <h1>{td!(locale, people.invite_title)}</h1>
            <FormSummary form=visit.form.clone() locale fields=labels/>
            {invites.is_none().then(|| view! { <AskGuardian me=&me locale/> })}
            {invites}
        }
        .into_any()
    };
    Page::new(td!(locale, people.invite_title), body).tab(Tab::Me).into()
}

/// `POST /family/invite`.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let invited = match read(form) {
        Ok(invite) => visit.call_once(form, invite).await,
        Err(problem) => Err(problem),
    };
    match invited {
        Ok(_) => Answer::see_other(format!("{PATH}?done=invited")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn read(form: &Fields) -> Result<Invite, Problem> {
    let Some(phone) = form.read::<Phone>("phone") else {
        return Err(Problem::field("phone", FieldRule::NotAPhone, "eleven digits"));
    };
    let role = form.read("role").unwrap_or(Role::Member);
    Ok(Invite { phone, role, name: form.get("name").unwrap_or_default().to_owned() })
}

/// `POST /family/invitations/{id}/revoke`.
pub async fn revoke(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<InvitationId>() else { return missing::page(visit).into() };
    match visit.call_once(form, RevokeInvitation { id }).await {
        Ok(()) => Answer::see_other(format!("{PATH}?done=revoked")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
