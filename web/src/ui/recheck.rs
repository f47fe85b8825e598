//! A page that lay open is looked at again when somebody comes back to it. It says what changed, never in silence.

use leptos::prelude::*;

use crate::{Locale, td};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(all(feature = "family", target_arch = "wasm32")),
    expect(dead_code, reason = "on the server every page is fresh")
)]
enum Age {
    Fresh,
    /// The server would answer another page now.
    Changed,
    /// There is no network; what stands here is as old as it is.
    Offline,
}

/// Asks for the page again on return, and compares what the two say of themselves.
#[island]
pub fn Recheck(
    locale: Locale,
    /// What a page says of itself: differs when a person should look again.
    stamp: String,
    /// Where the page is asked for.
    url: String,
    /// `HH:MM`, when it was made.
    as_of: String,
    /// Show the new page at once, where nothing can be typed that would be lost.
    reload: bool,
) -> impl IntoView {
    let age = RwSignal::new(Age::Fresh);
    let (asked, known) = (url.clone(), stamp.clone());
    Effect::new(move |_| watch(asked.clone(), known.clone(), reload, age));
    let body = move || {
        match age.get() {
        Age::Fresh => None,
        Age::Changed => {
            Some(view! { <p class="notice warn"><span>{td!(locale, recheck.changed)}" "<a href=url.clone()>{td!(locale, recheck.look)}</a></span></p> }.into_any())
        }
        Age::Offline => {
            let text = td!(locale, recheck.offline, time = as_of);
            Some(view! { <p class="notice warn"><span>{text}</span></p> }.into_any())
        }
    }
    };
    view! { <div class="recheck" role="status" data-stamp=stamp>{body}</div> }
}

#[cfg(all(feature = "family", target_arch = "wasm32"))]
fn watch(url: String, stamp: String, reload: bool, age: RwSignal<Age>) {
    use leptos::ev;

    use crate::api::{self, NoAnswer};

    if super::kept::is_kept() {
        age.set(Age::Offline);
    }
    let hidden = || web_sys::window().and_then(|window| window.document()).is_none_or(|document| document.hidden());
    let check = move || {
        let (url, stamp) = (url.clone(), stamp.clone());
        leptos::task::spawn_local(async move {
            match api::page(&url, None).await {
                // A server that is being exchanged says nothing about this page; what stands here may be needed at a door.
                Ok((500.., _)) => age.set(Age::Offline),
                Ok((_, html)) if html.contains(&format!("data-stamp=\"{stamp}\"")) => age.set(Age::Fresh),
                Ok(_) if reload => {
                    if let Some(window) = web_sys::window() {
                        // A page that cannot be loaded again stays as it is.
                        let _ = window.location().reload();
                    }
                }
                Ok(_) => age.set(Age::Changed),
                Err(NoAnswer::Offline | NoAnswer::Refused(_)) => age.set(Age::Offline),
            }
        });
    };
    let (on_show, on_network) = (check.clone(), check.clone());
    let _ = window_event_listener_untyped("visibilitychange", move |_| {
        if !hidden() {
            check();
        }
    });
    // Also when the browser takes the page out of its drawer (back, forward).
    let _ = window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            on_show();
        }
    });
    let _ = window_event_listener(ev::online, move |_| on_network());
    let _ = window_event_listener(ev::offline, move |_| age.set(Age::Offline));
}

#[cfg(not(all(feature = "family", target_arch = "wasm32")))]
fn watch(_: String, _: String, _: bool, _: RwSignal<Age>) {}
