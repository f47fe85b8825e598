//! A nursery: who they are, what is free, what it costs.

mod about;
mod chosen;
mod windows;

use doorstep_shared::{
    Date, Timestamp,
    geo::walk_minutes,
    ids::NurseryId,
    nurseries::{Availability, CHANGES, GetAvailability, GetNursery, NurseryProfile},
};
use leptos::prelude::*;

use self::{
    about::About,
    chosen::Chosen,
    windows::{Bar, Days, Windows},
};
use super::{find::Face, missing, words};
use crate::{
    Locale,
    page::{Page, Tab},
    problems::ProblemNotice,
    td,
    ui::{
        Inert as _,
        icon::Icon,
        live::Live,
        notice::{Notice, Tone},
    },
    visit::Visit,
};

/// Days shown at a time.
const DAYS: u8 = 7;

/// What the parts of the page need to know.
#[derive(Clone)]
pub struct Scene {
    pub locale: Locale,
    pub now: Timestamp,
    pub chosen: Chosen,
    pub profile: NurseryProfile,
    pub elder: bool,
    /// Half-hours of hourly care at least.
    pub hourly_least: u8,
}

pub async fn page(visit: &Visit, id: &str) -> Page {
    let Ok(id) = id.parse::<NurseryId>() else { return missing::page(visit) };
    let profile = match visit.call(GetNursery { id }).await {
        Ok(profile) => profile,
        Err(problem) => return missing::problem_page(visit, problem),
    };
    let locale = visit.locale();
    let chosen = Chosen::read(visit, id);
    let request = GetAvailability {
        id,
        from: Some(chosen.first_day),
        days: Some(DAYS),
        care: None,
        birth_date: chosen.birth_dates(visit.now.local_date()),
        age_months: None,
    };
    let answer = visit.call(request).await;
    let status = answer.as_ref().err().map_or(200, |problem| problem.status);
    let title = profile.name.clone();
    let chosen = match &answer {
        Ok(free) => chosen.settle(free),
        Err(_) => chosen,
    };
    let hourly_least = answer.as_ref().map_or(0, |free| free.hourly_min_minutes / 30);
    let hourly_least = u8::try_from(hourly_least).unwrap_or(u8::MAX);
    let past = visit.query.read::<Date>("date").is_some_and(|date| date < visit.now.local_date());
    let scene = Scene { locale, now: visit.now, chosen, profile, elder: visit.settings.elder, hourly_least };
    let page = Page::new(title, move || {
        let free = match answer {
            Ok(free) => view! { <Free scene=scene.clone() free/> }.inert(),
            Err(problem) => view! { <ProblemNotice problem locale again=Some(scene.chosen.reset().href())/> }.inert(),
        };
        view! {
            <Head scene=scene.clone()/>
            {past.then(|| view! { <Notice tone=Tone::Info title=td!(locale, common.day_is_past)/> })}
            <div class="place">
                {free}
                <About scene/>
            </div>
        }
    });
    page.tab(Tab::Find).layout("wide").own_foot().status(status)
}

#[component]
fn Head(scene: Scene) -> impl IntoView {
    let (locale, profile) = (scene.locale, scene.profile);
    let mut facts = vec![
        words::nursery_kind(profile.kind, locale).to_owned(),
        words::ownership(profile.ownership, locale).to_owned(),
    ];
    if let Some(here) = scene.chosen.at {
        let metres = here.distance_m(doorstep_shared::geo::Point { lat: profile.lat, lng: profile.lng });
        facts.push(words::distance(metres.round() as u32, locale));
        facts.push(td!(locale, words.walk, minutes = walk_minutes(metres)));
    }
    let filing = profile.filing_no.map(|number| {
        view! { <li class="tag ok"><Icon name="i-tick"/>{td!(locale, nursery.filing, number = number)}</li> }
    });
    let call = profile.phone.clone().filter(|_| scene.elder).map(|phone| {
        view! { <a class="button wide" href=tel(&phone)><Icon name="i-phone"/>{td!(locale, nursery.call, phone = phone)}</a> }
    });
    view! {
        <p><a class="back" href=scene.chosen.back()><Icon name="i-back"/>{td!(locale, nursery.back)}</a></p>
        <header class="nursery-head">
            <Face name=profile.name.clone()/>
            <div>
                <h1>{profile.name}</h1>
                <p class="meta">{facts.join(" · ")}</p>
            </div>
        </header>
        <ul class="tags">
            {filing}
            {profile.inclusive.then(|| view! { <li class="tag">{td!(locale, words.inclusive)}</li> })}
            {profile.rating.map(|rating| view! { <li class="tag plain">{rating}</li> })}
            {profile.demo.then(|| view! { <li class="tag warn">{td!(locale, common.demo)}</li> })}
        </ul>
        {call}
        {profile.to_confirm.then(|| view! { <Notice tone=Tone::Info title=td!(locale, nursery.to_confirm)/> })}
    }
    .inert()
}

/// What is free: days, windows of the chosen day, the bar that leads on.
#[component]
fn Free(scene: Scene, free: Availability) -> impl IntoView {
    let locale = scene.locale;
    let day = free.days.iter().find(|day| day.date == scene.chosen.date).cloned();
    view! {
        <section class="stack free">
            <Days scene=scene.clone() strip=free.strip told=free.days/>
            {view! { <Live locale changes=Some(CHANGES.to_owned())/> }.inert()}
            <Windows scene=scene.clone() day as_of=free.as_of/>
            <Bar scene/>
        </section>
    }
    .inert()
}

pub fn tel(phone: &str) -> String {
    let dialled: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    format!("tel:{dialled}")
}
