//! Follows links and forms marked `data-live` without loading the page anew.
//!
//! It fetches the page that the link or form leads to and puts each of its `data-zone`s in the place of the one with the
//! same id. So a page has one renderer, the address stays true, and without WebAssembly the same links simply load.
//!
//! A form with `data-recount` is one that somebody fills in to send it: it lists the fields that change what the page
//! says (a sum), and when one of these changes the zones are fetched for them. Other fields never get into an address.

use leptos::prelude::*;

use crate::{Locale, td};

#[cfg(all(feature = "family", target_arch = "wasm32"))]
mod browser;
#[cfg(all(feature = "family", target_arch = "wasm32"))]
mod stream;
#[cfg(all(feature = "family", target_arch = "wasm32"))]
pub use browser::{CHANGED, go};

/// How the latest request fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Still,
    /// Asked; what stands there is of before.
    Loading,
    /// Asked some seconds ago.
    Slow,
    Offline,
}

#[island]
pub fn Live(
    locale: Locale,
    /// Where the server tells which of the elements with `data-watch` have changed; nothing when they cannot.
    #[prop(optional_no_strip)]
    changes: Option<String>,
) -> impl IntoView {
    let state = RwSignal::new(State::Still);
    // What a screen reader hears when the new results stand there.
    let heard = RwSignal::new(String::new());
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    #[cfg(all(feature = "family", target_arch = "wasm32"))]
    {
        browser::listen(state, heard);
        changes.into_iter().for_each(stream::start);
    }
    // Only the browser hears.
    #[cfg(not(all(feature = "family", target_arch = "wasm32")))]
    let _ = changes;
    let text = move || match state.get() {
        State::Still | State::Loading => "",
        State::Slow => td!(locale, live.slow),
        State::Offline => td!(locale, live.offline),
    };
    let again = move |_| {
        #[cfg(all(feature = "family", target_arch = "wasm32"))]
        browser::again();
    };
    view! {
        <div class="live" data-state=move || word(state.get()) data-ready=move || ready.get().then_some("")>
            <p role="status">{text}</p>
            <button type="button" class="button quiet small" on:click=again hidden=move || state.get() != State::Offline>
                {td!(locale, common.try_again)}
            </button>
            <p class="visually-hidden" role="status">{move || heard.get()}</p>
        </div>
    }
}

const fn word(state: State) -> &'static str {
    match state {
        State::Still => "still",
        State::Loading => "loading",
        State::Slow => "slow",
        State::Offline => "offline",
    }
}
