//! A way to another page, with a word on what is there.

use leptos::prelude::*;

use super::{Inert as _, icon::Icon};

#[component]
pub fn Way(
    #[prop(optional, into)] id: Option<String>,
    #[prop(into)] href: String,
    title: &'static str,
    #[prop(into)] text: String,
) -> impl IntoView {
    view! {
        <a class="item" id=id href=href>
            <span><b>{title}</b><span class="meta">{text}</span></span>
            <Icon name="i-next"/>
        </a>
    }
    .inert()
}
