//! The icons: one sprite, part of every page, so that none appears late.

use leptos::prelude::*;

/// All icons as `<symbol>`s.
#[cfg(feature = "ssr")]
pub const SPRITE: &str = include_str!("sprite.svg");

/// An icon of the sprite, in the colour of the text. It says nothing to a screen reader: words stand beside it.
#[component]
pub fn Icon(
    /// Without `#`.
    name: &'static str,
) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use href=format!("#{name}")></use></svg> }
}
