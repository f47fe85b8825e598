//! Who works at the nursery: its people, their roles, and who is invited. For heads.

pub mod invite;
pub mod member;

use doorstep_shared::{
    Problem,
    staff::{
        GetStaffMe, GetStaffPeople, StaffAbility, StaffInvitation, StaffInvitationPurpose, StaffMe, StaffMember,
        StaffPeople, StaffRole,
    },
};
use leptos::prelude::*;

use super::{missing, shell, words};
use crate::{
    Locale,
    page::{Answer, Page},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        face::initial,
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::Visit,
};

pub const PATH: &str = "/staff/people";

/// Who asks, when they may say who works there.
///
/// # Errors
/// The answer instead of the page.
async fn head(visit: &Visit) -> Result<StaffMe, Answer> {
    match visit.call(GetStaffMe {}).await {
        Ok(me) if me.at.role.may(StaffAbility::ManageStaff) => Ok(me),
        Ok(me) => Err(missing::for_others(visit, &me)),
        Err(problem) => Err(missing::or_problem(visit, problem)),
    }
}

/// `GET /staff/people`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit) -> Answer {
    let me = match head(visit).await {
        Ok(me) => me,
        Err(answer) => return answer,
    };
    let people = match load(visit).await {
        Ok(people) => people,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let done = match visit.query.get("done") {
        Some("invited") => Some(td!(locale, staff.invited)),
        Some("revoked") => Some(td!(locale, staff.revoked)),
        Some("removed") => Some(td!(locale, staff.removed)),
        Some("saved") => Some(td!(locale, staff.saved)),
        Some("anew") => Some(td!(locale, staff.anew_sent)),
        _ => None,
    };
    let body = move || {
        let members = people.members.into_iter().map(|member| view! { <Member member locale/> });
        view! {
            <div class="row between">
                <h1>{td!(locale, staff.people)}</h1>
                <a class="button" id="invite" href=invite::PATH>{td!(locale, staff.invite)}</a>
            </div>
            <FormSummary form locale/>
            {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
            <ul class="card rows" id="members">{members.collect_view()}</ul>
            <Invitations invitations=people.invitations locale/>
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, staff.people), body).back(PATH)).into()
}

async fn load(visit: &Visit) -> Result<StaffPeople, Problem> {
    visit.call(GetStaffPeople {}).await
}

#[component]
fn Member(member: StaffMember, locale: Locale) -> impl IntoView {
    let StaffMember { id, name, phone_masked, role, is_me, .. } = member;
    let mine = is_me.then(|| view! { <span class="tag plain">{td!(locale, staff.me)}</span> });
    view! {
        <li>
            <a class="item child" href=format!("{PATH}/{id}")>
                <span class="face" aria-hidden="true">{initial(&name)}</span>
                <span>
                    <b>{name.clone()}</b>" "<span class="tag">{words::role(role, locale)}</span>" "{mine}
                    <span class="meta">{phone_masked}</span>
                </span>
                <Icon name="i-next"/>
            </a>
        </li>
    }
    .inert()
}

#[component]
fn Invitations(invitations: Vec<StaffInvitation>, locale: Locale) -> impl IntoView {
    let rows = invitations.into_iter().map(|invitation| {
        let until = words::moment(invitation.expires_at, locale);
        let state = if invitation.is_open {
            td!(locale, staff.open_until, time = until)
        } else {
            td!(locale, staff.ran_out).to_owned()
        };
        let label = if invitation.is_open { td!(locale, staff.revoke) } else { td!(locale, staff.put_away) };
        let purpose = match invitation.purpose {
            StaffInvitationPurpose::Join => words::role(invitation.role, locale),
            StaffInvitationPurpose::Reset => td!(locale, staff.anew_short),
        };
        view! {
            <li class="row between">
                <span>
                    <b>{invitation.name}</b>" "<span class="tag plain">{purpose}</span>
                    <span class="meta">{invitation.phone_masked}" · "{state}</span>
                </span>
                <form method="post" action=format!("{PATH}/invitations/{}/revoke", invitation.id)>
                    <OnceKey/>
                    <button class="button line small">{label}</button>
                </form>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="invitations">
                <h2 id="invitations">{td!(locale, staff.invitations)}</h2>
                <ul class="card rows">{rows}</ul>
            </section>
        }
        .inert()
    })
}

/// The roles to choose from, each with what it may.
fn roles(locale: Locale) -> Vec<(String, String)> {
    let told = |role: &StaffRole| {
        let (named, text) = (words::role(*role, locale), words::role_text(*role, locale));
        (role.to_string(), td!(locale, staff.role_named, role = named, text = text))
    };
    StaffRole::ALL.iter().map(told).collect()
}
