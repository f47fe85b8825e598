//! Looking ahead: how full the coming weeks are, and who grows out of a class.

pub mod ageing;
pub mod outlook;

use leptos::prelude::*;

use crate::{
    Locale, td,
    ui::{Inert as _, way::Way},
};

/// The ways to both.
#[component]
pub fn Ahead(may_edit: bool, locale: Locale) -> impl IntoView {
    view! {
        <section class="card stack" aria-labelledby="ahead">
            <h2 id="ahead">{td!(locale, planning.ahead)}</h2>
            <ul class="rows">
                {may_edit.then(|| view! {
                    <li>
                        <Way id="to-outlook" href=outlook::PATH title=td!(locale, planning.outlook)
                            text=td!(locale, planning.outlook_text)/>
                    </li>
                })}
                <li>
                    <Way id="to-ageing" href=ageing::PATH title=td!(locale, planning.ageing)
                        text=td!(locale, planning.ageing_text)/>
                </li>
            </ul>
        </section>
    }
    .inert()
}
