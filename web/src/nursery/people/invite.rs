//! Inviting somebody to work at the nursery, and taking that back.

use doorstep_shared::{
    Problem,
    family::PERSON_CHARACTERS,
    ids::StaffInvitationId,
    staff::{InviteStaff, RevokeStaffInvitation, StaffRole},
};
use leptos::prelude::*;

use super::{head, roles};
use crate::{
    app,
    nursery::{missing, shell, sign_in},
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

pub const PATH: &str = "/staff/people/invite";

/// `GET /staff/people/invite`, and the form again after a refusal.
pub async fn page(visit: &Visit) -> Answer {
    let me = match head(visit).await {
        Ok(me) => me,
        Err(answer) => return answer,
    };
    let (locale, shown) = (visit.locale(), visit.clone());
    let body = move || {
        let visit = shown;
        let error = |field: &str| visit.form.as_ref().and_then(|form| form.error(field, locale));
        let labels = vec![("phone", "phone", td!(locale, staff.phone)), ("name", "name", td!(locale, staff.name))];
        view! {
            <a class="back" href=super::PATH><Icon name="i-back"/>{td!(locale, staff.people)}</a>
            <h1>{td!(locale, staff.invite)}</h1>
            <FormSummary form=visit.form.clone() locale fields=labels/>
            <form class="card stack" method="post" action=PATH>
                <OnceKey/>
                <p class="meta">{td!(locale, staff.invite_text)}</p>
                <TextField
                    id="phone"
                    kind="tel"
                    inputmode="tel"
                    label=td!(locale, staff.phone)
                    value=visit.value("phone", "")
                    nostrip:error=error("phone")
                    required=true
                />
                <TextField
                    id="name"
                    label=td!(locale, staff.name)
                    hint=td!(locale, staff.name_hint)
                    value=visit.value("name", "")
                    nostrip:error=error("name")
                    maxlength=u16::try_from(PERSON_CHARACTERS).unwrap_or(u16::MAX)
                    required=true
                />
                <Choice
                    name="role"
                    legend=td!(locale, staff.role)
                    options=roles(locale)
                    chosen=visit.value("role", StaffRole::Teacher.as_str())
                />
                <button class="button" id="do-invite">{td!(locale, staff.do_invite)}</button>
            </form>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, staff.invite), body)).into()
}

/// `POST /staff/people/invite`.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let invited = match read(form) {
        Ok(invite) => visit.call_once(form, invite).await,
        Err(problem) => Err(problem),
    };
    match invited {
        Ok(_) => Answer::see_other(format!("{}?done=invited", super::PATH)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn read(form: &Fields) -> Result<InviteStaff, Problem> {
    let role = form.read("role").unwrap_or(StaffRole::Teacher);
    Ok(InviteStaff { phone: sign_in::phone(form)?, role, name: form.get("name").unwrap_or_default().to_owned() })
}

/// `POST /staff/people/invitations/{id}/revoke`.
pub async fn revoke(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(id) = id.parse::<StaffInvitationId>() else { return missing::page(visit) };
    match visit.call_once(form, RevokeStaffInvitation { id }).await {
        Ok(()) => Answer::see_other(format!("{}?done=revoked", super::PATH)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
