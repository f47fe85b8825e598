//! Find: what is free near home. Every choice is in the address, so links, history and forms work without script.

mod card;
mod filters;
mod map;
mod nothing;
mod results;
mod wanted;

use doorstep_shared::{
    Problem, Timestamp,
    children::{Child, ListChildren},
    nurseries::{CHANGES, DistrictOutline, ListDistricts},
    slots::SlotPage,
};
use leptos::prelude::*;

use crate::ui::Inert as _;

pub use card::Face;
pub use wanted::{Birth, Wanted, births, point};
use {filters::Filters, results::Results};

use crate::{
    Locale,
    family::near::NearMe,
    page::{Page, Tab},
    problems::ProblemNotice,
    td,
    ui::{
        live::Live,
        notice::{Notice, Tone},
    },
    visit::Visit,
};

/// What the parts of the page need to know.
#[derive(Clone)]
pub struct Scene {
    pub locale: Locale,
    pub now: Timestamp,
    pub wanted: Wanted,
    pub districts: Vec<DistrictOutline>,
    /// Of the family that is signed in.
    pub children: Vec<Child>,
    pub elder: bool,
    /// URLs of Leaflet's script and style; nothing when they were not built.
    pub leaflet: Option<(String, String)>,
    pub tianditu_key: Option<String>,
}

impl Scene {
    pub fn district(&self) -> Option<&DistrictOutline> {
        let wanted = self.wanted.district.as_deref()?;
        self.districts.iter().find(|district| district.id == wanted)
    }

    pub fn district_name<'a>(&self, district: &'a DistrictOutline) -> &'a str {
        match self.locale {
            Locale::Zh => &district.name,
            Locale::En => &district.name_en,
        }
    }
}

pub async fn page(visit: &Visit) -> Page {
    // Without districts one can still search: the select is then missing.
    let districts = visit.call(ListDistricts {}).await.map(|districts| districts.items).unwrap_or_default();
    // Nobody is signed in, most of the time.
    let children = visit.call(ListChildren {}).await.map(|children| children.items).unwrap_or_default();
    let site = &visit.site;
    let scene = Scene {
        locale: visit.locale(),
        now: visit.now,
        wanted: Wanted::read(visit, &children),
        districts,
        children,
        elder: visit.settings.elder,
        leaflet: site.file("leaflet/leaflet.js").zip(site.file("leaflet/leaflet.css")),
        tianditu_key: site.tianditu_key.clone(),
    };
    let search = scene.wanted.search(scene.district(), visit.now.local_date());
    let answer = visit.call(search).await;
    let mut scene = scene;
    if let Some(facets) = answer.as_ref().ok().and_then(|page| page.facets.as_ref()) {
        scene.wanted.learn(facets);
    }
    let status = answer.as_ref().err().map_or(200, |problem| problem.status);
    let births = births_told(visit, &scene.wanted);
    let page = Page::new(td!(scene.locale, find.title), move || view! { <Find scene answer/> }.inert())
        .tab(Tab::Find)
        .layout("wide find")
        .status(status);
    match births {
        Some(births) => page.remember(wanted::BIRTHS, births),
        None => page,
    }
}

/// What to remember of the children's ages, when the address tells something new.
fn births_told(visit: &Visit, wanted: &Wanted) -> Option<String> {
    let births: Vec<_> = wanted.births.iter().map(ToString::to_string).collect();
    let births = if births.is_empty() { wanted::ANY_AGE.to_owned() } else { births.join(".") };
    let known = visit.remembered.get(wanted::BIRTHS);
    (visit.query.has("birth") && Some(births.as_str()) != known).then_some(births)
}

#[component]
fn Find(scene: Scene, answer: Result<SlotPage, Problem>) -> impl IntoView {
    let locale = scene.locale;
    let near_off = scene.wanted.at.map(|_| scene.wanted.with(|wanted| wanted.at = None).href());
    let view = if scene.wanted.map { "map" } else { "list" };
    let past = scene.wanted.some_are_past;
    let past = past.then(|| view! { <Notice tone=Tone::Info title=td!(locale, common.day_is_past)/> }.inert());
    let body = match answer {
        Ok(page) => view! { <Results scene=scene.clone() page/> }.inert(),
        Err(problem) => view! {
            <div id="head" data-zone>
                <ProblemNotice problem locale again=Some("/".to_owned())/>
            </div>
        }
        .inert(),
    };
    view! {
        <h1 class="visually-hidden">{td!(locale, find.title)}</h1>
        <div id="finder" data-view=view>
            <Filters scene/>
            {view! { <NearMe locale active=near_off/> }.inert()}
            {view! { <Live locale changes=Some(CHANGES.to_owned())/> }.inert()}
            <div id="past" class="whole" data-zone>{past}</div>
            {body}
        </div>
    }
    .inert()
}
