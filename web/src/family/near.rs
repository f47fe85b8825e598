//! "Near me": asks for the place only when tapped, and says why.

use leptos::prelude::*;

use crate::{Locale, td, ui::icon::Icon};

/// How far the asking has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Not wanted yet.
    Rest,
    /// The reason stands there.
    Why,
    /// The device is asked.
    Asking,
    /// It said no, or nothing.
    Denied,
}

#[island]
pub fn NearMe(
    locale: Locale,
    /// The page without the place, when the place is in use.
    active: Option<String>,
) -> impl IntoView {
    let step = RwSignal::new(Step::Rest);
    // Only a script can ask the device, so the button shows when there is one.
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let ask = move |_| {
        step.set(Step::Asking);
        #[cfg(all(feature = "family", target_arch = "wasm32"))]
        browser::ask(step);
    };
    let button = match active {
        Some(href) => {
            view! { <a class="pill" href=href data-on=""><Icon name="i-pin"/>{td!(locale, near.on)}<Icon name="i-cross"/></a> }
                .into_any()
        }
        None => {
            view! {
                <button type="button" class="pill" data-ready=move || ready.get().then_some("") on:click=move |_| step.set(Step::Why)>
                    <Icon name="i-pin"/>{td!(locale, near.me)}
                </button>
            }
            .into_any()
        }
    };
    let text = move || match step.get() {
        Step::Rest | Step::Why => td!(locale, near.why),
        Step::Asking => td!(locale, near.asking),
        Step::Denied => td!(locale, near.denied),
    };
    view! {
        <div class="near">
            {button}
            <div class="near-why card" hidden=move || step.get() == Step::Rest>
                <p role="status">{text}</p>
                <div class="actions" hidden=move || step.get() == Step::Asking>
                    <button type="button" class="button small" on:click=ask hidden=move || step.get() == Step::Denied>
                        {td!(locale, near.allow)}
                    </button>
                    <button type="button" class="button line small" on:click=move |_| step.set(Step::Rest)>
                        {td!(locale, near.not_now)}
                    </button>
                </div>
            </div>
        </div>
    }
}

#[cfg(all(feature = "family", target_arch = "wasm32"))]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{Position, PositionOptions, UrlSearchParams};

    use super::Step;
    use crate::ui::live::go;

    const TIMEOUT_MS: u32 = 10_000;
    /// An answer the device still remembers is as good: nobody moves house in five minutes.
    const MAX_AGE_MS: u32 = 300_000;

    pub fn ask(step: RwSignal<Step>) {
        let geolocation = web_sys::window().and_then(|window| window.navigator().geolocation().ok());
        let Some(geolocation) = geolocation else {
            step.set(Step::Denied);
            return;
        };
        let found = Closure::once_into_js(move |position: Position| {
            let coordinates = position.coords();
            match address(coordinates.latitude(), coordinates.longitude()) {
                Some(url) => {
                    step.set(Step::Rest);
                    go(url);
                }
                None => step.set(Step::Denied),
            }
        });
        let denied = Closure::once_into_js(move |_: JsValue| step.set(Step::Denied));
        let options = PositionOptions::new();
        options.set_timeout(TIMEOUT_MS);
        options.set_maximum_age(MAX_AGE_MS);
        let (found, denied) = (found.unchecked_ref(), denied.unchecked_ref());
        if geolocation.get_current_position_with_error_callback_and_options(found, Some(denied), &options).is_err() {
            step.set(Step::Denied);
        }
    }

    /// This page with the place in it, cut to three decimals: about 100 metres. The exact one never leaves the device.
    fn address(lat: f64, lng: f64) -> Option<String> {
        let search = web_sys::window()?.location().search().ok()?;
        let query = UrlSearchParams::new_with_str(&search).ok()?;
        query.set("at", &format!("{lat:.3},{lng:.3}"));
        query.delete("district");
        query.delete("cursor");
        Some(format!("/?{}", query.to_string().as_string()?))
    }
}
