//! Who belongs to the family: guardians, members, persons who pick up, invitations.

pub mod invitations;
pub mod invite;
pub mod member;
pub mod person;
pub mod pick_ups;

use doorstep_shared::{
    Problem, ProblemKind,
    accounts::{GetMe, Me},
    family::{
        Ability, FamilyMember, FamilyPeople, GetFamily, Invitation, InvitationState, PickUpPerson, Role,
        guardian_may_go,
    },
};
use leptos::prelude::*;

use super::{sign_in, words};
use crate::{
    Locale,
    page::{Answer, Page, Tab},
    problems::{self, FormSummary},
    td,
    ui::{
        face::initial,
        field::OnceKey,
        icon::Icon,
        notice::{Empty, Notice, Tone},
    },
    visit::Visit,
};

/// Where the page is.
pub const PATH: &str = "/family";

/// `GET /family`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit) -> Answer {
    let (me, people) = match load(visit).await {
        Ok(loaded) => loaded,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, visit) = (visit.locale(), visit.clone());
    let body = move || view! { <People visit me people/> }.into_any();
    Page::new(td!(locale, people.title), body).tab(Tab::Me).back(PATH).into()
}

async fn load(visit: &Visit) -> Result<(Me, FamilyPeople), Problem> {
    Ok((visit.call(GetMe {}).await?, visit.call(GetFamily {}).await?))
}

/// Whether whoever is signed in may do something in the family.
pub fn may(me: &Me, ability: Ability) -> bool {
    me.role().is_some_and(|role| role.may(ability))
}

/// What somebody must be allowed to do for a page to be of use to them, beyond what the page itself asks for.
fn needed(segments: &[&str]) -> Option<Ability> {
    Some(match segments {
        ["book", ..] | ["wait"] | ["bookings", _, "days" | "absent" | "move"] => Ability::Book,
        ["children", "new"] | ["children", _, "delete" | "withdraw" | "calendar", ..] => Ability::ManageChildren,
        ["children", ..] => Ability::SeeChildren,
        ["family", "invite"] | ["family", "members" | "pick-up", ..] => Ability::ManageFamily,
        ["family"] => Ability::SeeFamily,
        _ => return None,
    })
}

/// Instead of a page that is of no use to whoever is signed in: that it is not for them, and who can.
pub async fn refusal(visit: &Visit, segments: &[&str]) -> Option<Answer> {
    let ability = needed(segments).filter(|_| visit.signed_in)?;
    let me = visit.call(GetMe {}).await.ok().filter(|me| !may(me, ability))?;
    let locale = visit.locale();
    let title = problems::title(ProblemKind::Forbidden, locale);
    let body = move || {
        view! {
            <h1>{title}</h1>
            <AskGuardian me=&me locale/>
            <a class="button line" href="/bookings">{td!(locale, booking.all)}</a>
        }
        .into_any()
    };
    Some(Page::new(title, body).status(ProblemKind::Forbidden.status()).into())
}

/// Whom to ask: `138****0001`, or nothing where it is oneself.
pub fn guardian_of(me: &Me) -> Option<String> {
    me.families.iter().find(|family| family.family_id == me.family_id)?.guardian_phone_masked.clone()
}

/// To who only looks: that others decide, and who.
#[component]
pub fn AskGuardian<'a>(me: &'a Me, locale: Locale) -> impl IntoView + use<> {
    let phone = guardian_of(me)?;
    Some(view! { <Notice tone=Tone::Info title=td!(locale, people.ask_guardian, phone = phone)/> })
}

pub fn role(role: Role, locale: Locale) -> &'static str {
    match role {
        Role::Guardian => td!(locale, people.guardian),
        Role::Member => td!(locale, people.member),
        Role::PickUp => td!(locale, people.pick_up),
    }
}

#[component]
fn People(visit: Visit, me: Me, people: FamilyPeople) -> impl IntoView {
    let locale = visit.locale();
    let manages = may(&me, Ability::ManageFamily);
    let done = match visit.query.get("done") {
        Some("invited") => Some(td!(locale, people.invited)),
        Some("revoked") => Some(td!(locale, people.revoked)),
        Some("removed") => Some(td!(locale, people.removed)),
        Some("saved") => Some(td!(locale, people.saved)),
        _ => None,
    };
    let alone = manages && people.members.len() == 1 && people.invitations.is_empty();
    let guardians = people.members.iter().filter(|member| member.role == Role::Guardian).count();
    let may_leave = me.role() != Some(Role::Guardian) || guardian_may_go(guardians);
    let members = people.members.into_iter().map(|member| view! { <Member member manages locale/> });
    view! {
        <a class="back" href="/me"><Icon name="i-back"/>{td!(locale, me.title)}</a>
        <h1>{td!(locale, people.title)}</h1>
        <FormSummary form=visit.form locale/>
        {done.map(|title| view! { <Notice tone=Tone::Good title/> })}
        <p class="meta">{td!(locale, people.intro)}</p>
        {(!manages).then(|| view! { <AskGuardian me=&me locale/> })}
        <section class="stack" aria-labelledby="members">
            <h2 id="members">{td!(locale, people.members)}</h2>
            <ul class="card rows">{members.collect_view()}</ul>
            {alone.then(|| view! {
                <Empty icon="i-me" title=td!(locale, people.alone) text=td!(locale, people.alone_text)/>
            })}
            {manages.then(|| view! {
                <a class="button quiet" id="invite" href="/family/invite">{td!(locale, people.invite)}</a>
            })}
        </section>
        <Invitations invitations=people.invitations locale/>
        <Persons persons=people.pick_up_persons manages locale/>
        {may_leave.then(|| view! {
            <p><a class="link bad" id="to-leave" href="/family/leave">{td!(locale, people.leave)}</a></p>
        })}
    }
    .into_any()
}

#[component]
fn Member(member: FamilyMember, manages: bool, locale: Locale) -> impl IntoView {
    let FamilyMember { id, name, phone_masked, is_me, .. } = member;
    let shown = if name.is_empty() { phone_masked.clone() } else { name.clone() };
    let face = initial(if name.is_empty() { role(member.role, locale) } else { &name });
    let mine = is_me.then(|| view! { <span class="tag plain">{td!(locale, people.me)}</span> });
    let inside = view! {
        <span class="face" aria-hidden="true">{face}</span>
        <span>
            <b>{shown}</b>" "<span class="tag">{role(member.role, locale)}</span>" "{mine}
            <span class="meta">{phone_masked}</span>
        </span>
    };
    if manages {
        view! { <li><a class="item child" href=format!("/family/members/{id}")>{inside}<Icon name="i-next"/></a></li> }
            .into_any()
    } else {
        view! { <li><div class="item child">{inside}</div></li> }.into_any()
    }
}

#[component]
fn Invitations(invitations: Vec<Invitation>, locale: Locale) -> impl IntoView {
    let rows = invitations.into_iter().map(|invitation| {
        let until = words::month_day(invitation.expires_at.local_date(), locale);
        let (state, label) = match invitation.state {
            InvitationState::Open => (td!(locale, people.open, date = until), td!(locale, people.revoke)),
            InvitationState::Declined => (td!(locale, people.declined).to_owned(), td!(locale, people.put_away)),
            InvitationState::Expired => (td!(locale, people.expired).to_owned(), td!(locale, people.put_away)),
        };
        view! {
            <li class="row between">
                <span>
                    <b>{invitation.name}</b>" "<span class="tag plain">{role(invitation.role, locale)}</span>
                    <span class="meta">{invitation.phone_masked}" · "{state}</span>
                </span>
                <form method="post" action=format!("/family/invitations/{}/revoke", invitation.id)>
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
                <h2 id="invitations">{td!(locale, people.invitations)}</h2>
                <ul class="card rows">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

#[component]
fn Persons(persons: Vec<PickUpPerson>, manages: bool, locale: Locale) -> impl IntoView {
    let none = persons.is_empty().then(|| {
        let text = if manages { td!(locale, people.no_persons) } else { td!(locale, people.no_persons_guardian) };
        view! { <p class="meta">{text}</p> }
    });
    let rows = persons.into_iter().map(|person| view! { <Person person manages locale/> }).collect::<Vec<_>>();
    let list = (!rows.is_empty()).then(|| view! { <ul class="card rows">{rows}</ul> });
    view! {
        <section class="stack" aria-labelledby="persons">
            <h2 id="persons">{td!(locale, people.persons)}</h2>
            <p class="meta">{td!(locale, people.persons_text)}</p>
            {list}
            {none}
            {manages.then(|| view! {
                <a class="button quiet" id="add-person" href="/family/pick-up/new">{td!(locale, people.add_person)}</a>
            })}
        </section>
    }
    .into_any()
}

#[component]
fn Person(person: PickUpPerson, manages: bool, locale: Locale) -> impl IntoView {
    let face = if person.has_photo {
        person::photo(&person, locale).into_any()
    } else {
        view! { <span class="face" aria-hidden="true">{initial(&person.name)}</span> }.into_any()
    };
    let state = match (&person.phone_masked, person.signs_in) {
        (None, _) => td!(locale, people.no_sign_in).to_owned(),
        (Some(phone), true) => format!("{phone} · {}", td!(locale, people.signs_in)),
        (Some(phone), false) => format!("{phone} · {}", td!(locale, people.waits)),
    };
    let inside = view! {
        {face}
        <span><b>{person.name.clone()}</b>" "{person.relation.clone()}<span class="meta">{state}</span></span>
    };
    if manages {
        let href = person::path(person.id);
        view! { <li><a class="item child" href=href>{inside}<Icon name="i-next"/></a></li> }.into_any()
    } else {
        view! { <li><div class="item child">{inside}</div></li> }.into_any()
    }
}
