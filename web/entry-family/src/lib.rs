//! Wakes the islands of the family pages.

pub use doorstep_web::*;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
