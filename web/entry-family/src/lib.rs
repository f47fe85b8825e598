//! Wakes the islands of the pages of one audience: of families, or with the feature `staff` of nurseries' staff.

// Linking the crate is what brings its islands in: each exports the function that wakes it.
use doorstep_web as _;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
