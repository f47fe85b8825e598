//! Looking ahead: how full the coming weeks are, and who grows out of a class.

pub mod ageing;
pub mod outlook;

use leptos::prelude::*;

use crate::{
    Locale, td,
    ui::{Inert as _, icon::Icon},
};

/// The ways to both.
#[component]
pub fn Ahead(may_edit: bool, locale: Locale) -> impl IntoView {
    let item = |id: &'static str, href: &'static str, name: &'static str, text: &'static str| {
        view! {
            <li>
                <a class="item" id=id href=href>
                    <span><b>{name}</b><span class="meta">{text}</span></span>
                    <Icon name="i-next"/>
                </a>
            </li>
        }
    };
    let outlook = may_edit
        .then(|| item("to-outlook", outlook::PATH, td!(locale, planning.outlook), td!(locale, planning.outlook_text)));
    view! {
        <section class="card stack" aria-labelledby="ahead">
            <h2 id="ahead">{td!(locale, planning.ahead)}</h2>
            <ul class="rows">
                {outlook}
                {item("to-ageing", ageing::PATH, td!(locale, planning.ageing), td!(locale, planning.ageing_text))}
            </ul>
        </section>
    }
    .inert()
}
