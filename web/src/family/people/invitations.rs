//! Invitations to whoever is signed in, and the families that one belongs to.

use doorstep_shared::{
    accounts::{Belonging, ChooseFamily, Me},
    family::{AcceptInvitation, DeclineInvitation, ListMyInvitations, MyInvitation, Role},
    ids::InvitationId,
};
use leptos::prelude::*;

use super::role;
use crate::{
    Locale, app,
    family::missing,
    page::Answer,
    td,
    ui::field::OnceKey,
    visit::{Fields, Visit},
};

/// What waits for an answer; nothing where it cannot be told.
pub async fn waiting(visit: &Visit) -> Vec<MyInvitation> {
    visit.call(ListMyInvitations {}).await.map(|mine| mine.items).unwrap_or_default()
}

/// Each with who invites, as what, and the two answers.
#[component]
pub fn Invited(invitations: Vec<MyInvitation>, locale: Locale) -> impl IntoView {
    let card = |invitation: MyInvitation| {
        let as_what = match invitation.role {
            Role::Guardian => td!(locale, people.as_guardian, name = invitation.name),
            Role::Member => td!(locale, people.as_member, name = invitation.name),
            Role::PickUp => td!(locale, people.as_pick_up, name = invitation.name),
        };
        let title = td!(locale, people.invites_you, phone = invitation.guardian_phone_masked);
        let form = |verb: &str, class: &'static str, label: &'static str| {
            view! {
                <form method="post" action=format!("/invitations/{}/{verb}", invitation.id)>
                    <OnceKey/>
                    <button class=class>{label}</button>
                </form>
            }
        };
        view! {
            <section class="card stack invited">
                <h2>{title}</h2>
                <p>{as_what}</p>
                <p class="meta">{td!(locale, people.accept_text)}</p>
                <div class="actions">
                    {form("accept", "button accept", td!(locale, people.accept))}
                    {form("decline", "button line decline", td!(locale, people.decline))}
                </div>
            </section>
        }
    };
    invitations.into_iter().map(card).collect_view().into_any()
}

/// `POST /invitations/{id}/accept` and `/decline`.
pub async fn answer(visit: &Visit, form: &Fields, id: &str, verb: &str) -> Answer {
    let Ok(id) = id.parse::<InvitationId>() else { return missing::page(visit).into() };
    let done = match verb {
        "accept" => visit.call_once(form, AcceptInvitation { id }).await.map(|_| "/bookings"),
        "decline" => visit.call_once(form, DeclineInvitation { id }).await.map(|()| "/me?done=declined"),
        _ => return missing::page(visit).into(),
    };
    match done {
        Ok(to) => Answer::see_other(to),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// The families one belongs to, where there are several, with the way to each.
#[component]
pub fn Families<'a>(me: &'a Me, locale: Locale) -> impl IntoView + use<> {
    let row = |family: &Belonging| {
        let name = match &family.guardian_phone_masked {
            Some(phone) => td!(locale, people.family_of, phone = phone),
            None => td!(locale, people.own_family).to_owned(),
        };
        let way = if family.family_id == me.family_id {
            view! { <span class="tag ok">{td!(locale, people.acting)}</span> }.into_any()
        } else {
            view! {
                <form method="post" action="/me/family">
                    <OnceKey/>
                    <input type="hidden" name="family" value=family.family_id.to_string()/>
                    <button class="button line small switch">{td!(locale, people.switch)}</button>
                </form>
            }
            .into_any()
        };
        view! {
            <li class="row between">
                <span><b>{name}</b><span class="meta">" "{role(family.role, locale)}</span></span>
                {way}
            </li>
        }
    };
    (me.families.len() > 1).then(|| {
        view! {
            <section class="card stack" id="families">
                <h2>{td!(locale, people.families)}</h2>
                <ul class="rows">{me.families.iter().map(row).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// `POST /me/family`.
pub async fn choose(visit: &Visit, form: &Fields) -> Answer {
    let Some(family_id) = form.read("family") else { return missing::page(visit).into() };
    match visit.call_once(form, ChooseFamily { family_id }).await {
        Ok(_) => Answer::see_other("/bookings"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
