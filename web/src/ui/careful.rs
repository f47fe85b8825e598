//! Keeps a form that cannot be sent: without network a browser would show a page of its own in its place.
//!
//! It looks after forms with `data-careful`. One is sent only when the server answers at all; otherwise it stays as it
//! is and says so. Without WebAssembly the form is sent as forms are.

use leptos::prelude::*;

use crate::{Locale, td};

#[island]
pub fn Careful(locale: Locale) -> impl IntoView {
    let stuck = RwSignal::new(false);
    Effect::new(move |_| look_after(stuck));
    let said = move || {
        stuck.get().then(|| {
            view! { <p class="notice warn" id="stuck"><span>{td!(locale, careful.stuck)}" "{td!(locale, careful.kept)}</span></p> }
        })
    };
    view! { <div role="alert">{said}</div> }
}

#[cfg(all(feature = "family", target_arch = "wasm32"))]
fn look_after(stuck: RwSignal<bool>) {
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Element, HtmlFormElement};

    use crate::api;

    /// Answers without looking at anything.
    const ALIVE: &str = "/livez";

    // A second tap while the first one asks.
    let asking = StoredValue::new(false);
    let _ = window_event_listener_untyped("submit", move |event| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.has_attribute("data-careful")) else { return };
        event.prevent_default();
        if asking.get_value() {
            return;
        }
        asking.set_value(true);
        // Sent by script, a form does not name its button.
        let button = js_sys::Reflect::get(&event, &JsValue::from_str("submitter")).ok();
        let button = button.and_then(|button| button.dyn_into::<Element>().ok());
        spawn_local(async move {
            let answered = api::page(ALIVE, None).await.is_ok();
            asking.set_value(false);
            stuck.set(!answered);
            if !answered {
                // Whoever pressed the bar at the foot of a phone may be looking at another part of the form.
                request_animation_frame(|| {
                    let document = web_sys::window().and_then(|window| window.document());
                    if let Some(said) = document.and_then(|document| document.get_element_by_id("stuck")) {
                        said.scroll_into_view();
                    }
                });
                return;
            }
            name_button(&form, button.as_ref());
            // A form that is there can be sent.
            let _ = form.submit();
        });
    });
}

/// Adds the name and value of the button that was pressed as a hidden field.
#[cfg(all(feature = "family", target_arch = "wasm32"))]
fn name_button(form: &web_sys::HtmlFormElement, button: Option<&web_sys::Element>) {
    let Some((button, name)) = button.and_then(|button| Some((button, button.get_attribute("name")?))) else { return };
    let document = web_sys::window().and_then(|window| window.document());
    let Some(Ok(field)) = document.map(|document| document.create_element("input")) else { return };
    let value = button.get_attribute("value").unwrap_or_default();
    for (attribute, value) in [("type", "hidden"), ("name", name.as_str()), ("value", value.as_str())] {
        // These names are valid, and an element that was just made takes them.
        let _ = field.set_attribute(attribute, value);
    }
    let _ = form.append_child(&field);
}

#[cfg(not(all(feature = "family", target_arch = "wasm32")))]
fn look_after(_: RwSignal<bool>) {}
