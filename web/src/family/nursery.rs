//! A nursery: who they are, what is free, what it costs.

use doorstep_shared::{ids::NurseryId, nurseries::GetNursery};
use leptos::prelude::*;

use super::missing;
use crate::{page::Page, visit::Visit};

pub async fn page(visit: &Visit, id: &str) -> Page {
    let Ok(id) = id.parse::<NurseryId>() else { return missing::page(visit) };
    let profile = match visit.call(GetNursery { id }).await {
        Ok(profile) => profile,
        Err(problem) => return missing::problem_page(visit, problem),
    };
    let title = profile.name.clone();
    Page::new(title, move || view! { <h1>{profile.name}</h1> }.into_any())
}
