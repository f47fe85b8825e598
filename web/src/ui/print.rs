//! Printing a page, which is also how it becomes a PDF.

use leptos::{nonce::use_nonce, prelude::*};

use super::Inert as _;

/// A button that is there once it works.
#[component]
pub fn PrintButton(text: &'static str) -> impl IntoView {
    view! {
        <button type="button" class="button line" id="print" hidden>{text}</button>
        <script nonce=use_nonce()>"{const b=document.getElementById('print');b.hidden=false;b.onclick=()=>print()}"</script>
    }
    .inert()
}
