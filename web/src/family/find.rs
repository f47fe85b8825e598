//! Find: what is free near home.

use leptos::prelude::*;

use crate::{page::{Page, Tab}, td, visit::Visit};

pub async fn page(visit: &Visit) -> Page {
    let locale = visit.locale();
    let body = move || view! { <h1>{td!(locale, find.title)}</h1> }.into_any();
    Page::new(td!(locale, find.title), body).tab(Tab::Find)
}
