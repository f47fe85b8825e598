//! A map that can be moved: Leaflet, fetched when somebody opens it.
//!
//! It shows what the page already lists, each element with `data-lat` and `data-lng`, so the list stays its equivalent
//! for everybody who cannot use a map. Without a key for tiles it shows the outlines of the districts.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{Locale, td};

#[cfg(all(feature = "family", target_arch = "wasm32"))]
mod leaflet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Closed,
    Loading,
    Open,
    Failed,
}

#[island]
pub fn LiveMap(
    locale: Locale,
    /// URL of Leaflet's script.
    script: String,
    /// URL of its style.
    style: String,
    /// Of Tianditu; empty when there is none.
    key: String,
) -> impl IntoView {
    let state = RwSignal::new(State::Closed);
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let attribution = td!(locale, map.tianditu);
    let open = move |_| {
        state.set(State::Loading);
        #[cfg(all(feature = "family", target_arch = "wasm32"))]
        leaflet::open(state, locale, &script, &style, &key, attribution);
        // Only the browser opens it.
        #[cfg(not(all(feature = "family", target_arch = "wasm32")))]
        let _ = (&script, &style, &key, attribution);
    };
    view! {
        <div class="live-map" data-open=move || (state.get() == State::Open).then_some("")>
            <div id="map" class="map" role="application" aria-label=td!(locale, map.label) hidden=move || state.get() != State::Open></div>
            <button
                type="button"
                class="pill"
                data-ready=move || ready.get().then_some("")
                disabled=move || state.get() == State::Loading
                hidden=move || state.get() == State::Open
                on:click=open
            >
                <Icon name="i-map"/>{td!(locale, map.open)}
            </button>
            <p class="meta" role="status">
                {move || if state.get() == State::Failed { td!(locale, map.failed) } else { "" }}
            </p>
        </div>
    }
}
