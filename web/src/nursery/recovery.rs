//! Recovery codes, shown once, to be written down or printed.

use doorstep_shared::secret::Secret;
use leptos::prelude::*;

use crate::{
    Locale, td,
    ui::{
        Inert as _,
        notice::{Notice, Tone},
    },
};

#[component]
pub fn Codes(codes: Vec<Secret>, locale: Locale) -> impl IntoView {
    let rows = codes.into_iter().map(|code| view! { <li><code>{code.0}</code></li> });
    view! {
        <Notice tone=Tone::Warn title=td!(locale, staff.codes_once)>
            <p>{td!(locale, staff.codes_once_text)}</p>
        </Notice>
        <ol class="card codes" id="recovery-codes">{rows.collect_view()}</ol>
    }
    .inert()
}
