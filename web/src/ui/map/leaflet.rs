//! Leaflet, as far as we use it.

use std::cell::RefCell;

use doorstep_shared::{Endpoint as _, nurseries::ListDistricts};
use js_sys::{Array, Object, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Document, Element, Event, HtmlElement, HtmlLinkElement, HtmlScriptElement};

use super::State;
use crate::{Locale, api, ui::live::CHANGED};

/// Pins at most: more cannot be told apart.
const PINS: usize = 40;

#[wasm_bindgen]
extern "C" {
    type LeafletMap;
    type Layer;

    #[wasm_bindgen(js_namespace = L, js_name = map)]
    fn new_map(element: &Element, options: &JsValue) -> LeafletMap;
    #[wasm_bindgen(js_namespace = L, js_name = tileLayer)]
    fn tile_layer(url: &str, options: &JsValue) -> Layer;
    #[wasm_bindgen(js_namespace = L, js_name = geoJSON)]
    fn geo_json(shape: &JsValue, options: &JsValue) -> Layer;
    #[wasm_bindgen(js_namespace = L)]
    fn marker(at: &JsValue, options: &JsValue) -> Layer;
    #[wasm_bindgen(js_namespace = L, js_name = divIcon)]
    fn div_icon(options: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = L, js_name = layerGroup)]
    fn layer_group() -> Layer;

    #[wasm_bindgen(method, js_name = addTo)]
    fn add_to(this: &Layer, target: &JsValue) -> Layer;
    #[wasm_bindgen(method, js_name = clearLayers)]
    fn clear_layers(this: &Layer);
    #[wasm_bindgen(method)]
    fn on(this: &Layer, event: &str, handle: &JsValue);
    #[wasm_bindgen(method, js_name = bindTooltip)]
    fn bind_tooltip(this: &Layer, text: &str, options: &JsValue) -> Layer;
    #[wasm_bindgen(method, js_name = fitBounds)]
    fn fit_bounds(this: &LeafletMap, bounds: &JsValue, options: &JsValue);
}

/// The open map and its pins.
struct Shown {
    map: LeafletMap,
    pins: Layer,
}

thread_local! {
    static SHOWN: RefCell<Option<Shown>> = const { RefCell::new(None) };
}

/// Fetches Leaflet, then builds the map.
pub fn open(state: RwSignal<State>, locale: Locale, script: &str, style: &str, key: &str, attribution: &'static str) {
    let key = key.to_owned();
    let ready = Closure::once_into_js(move || build(state, locale, &key, attribution));
    let failed = Closure::once_into_js(move || state.set(State::Failed));
    if fetch(script, style, &ready, &failed).is_none() {
        state.set(State::Failed);
    }
}

fn fetch(script: &str, style: &str, ready: &JsValue, failed: &JsValue) -> Option<()> {
    let document = document()?;
    let head = document.query_selector("head").ok()??;
    let link: HtmlLinkElement = document.create_element("link").ok()?.dyn_into().ok()?;
    link.set_rel("stylesheet");
    link.set_href(style);
    let element: HtmlScriptElement = document.create_element("script").ok()?.dyn_into().ok()?;
    element.set_src(script);
    element.set_onload(Some(ready.unchecked_ref()));
    element.set_onerror(Some(failed.unchecked_ref()));
    head.append_child(&link).ok()?;
    head.append_child(&element).ok()?;
    Some(())
}

fn build(state: RwSignal<State>, locale: Locale, key: &str, attribution: &str) {
    state.set(State::Open);
    let Some(element) = document().and_then(|document| document.get_element_by_id("map")) else { return };
    // The attribute goes with the next frame, but Leaflet measures now.
    let _ = element.remove_attribute("hidden");
    let map = new_map(&element, &object(&[("zoomSnap", 0.5.into()), ("maxZoom", 17.into()), ("minZoom", 8.into())]));
    if key.is_empty() {
        outlines(locale);
    } else {
        for layer in ["vec", "cva"] {
            let options =
                [("subdomains", "01234567".into()), ("attribution", attribution.into()), ("maxZoom", 17.into())];
            tile_layer(&tiles(layer, key), &object(&options)).add_to(&map);
        }
    }
    let pins = layer_group().add_to(&map);
    SHOWN.with_borrow_mut(|shown| *shown = Some(Shown { map, pins }));
    show_pins();
    let changed = Closure::<dyn Fn(Event)>::new(|_| show_pins());
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback(CHANGED, changed.as_ref().unchecked_ref());
    }
    changed.forget();
}

/// Where 天地图 serves a layer, in Web Mercator (`_w`).
fn tiles(layer: &str, key: &str) -> String {
    [
        "https://t{s}.tianditu.gov.cn/",
        layer,
        "_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&LAYER=",
        layer,
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=",
        key,
    ]
    .concat()
}

/// Puts a numbered pin where each element of the list says.
fn show_pins() {
    SHOWN.with_borrow(|shown| {
        let (Some(shown), Some(document)) = (shown, document()) else { return };
        shown.pins.clear_layers();
        let corners = Array::new();
        let Ok(found) = document.query_selector_all("[data-lat][data-lng]") else { return };
        let found =
            (0..found.length()).filter_map(|at| found.get(at)).filter_map(|node| node.dyn_into::<Element>().ok());
        for (at, element) in found.take(PINS).enumerate() {
            // As text, which Leaflet takes for numbers: parsing floats would cost more bytes than the rest of this file.
            let (Some(lat), Some(lng)) = (element.get_attribute("data-lat"), element.get_attribute("data-lng")) else {
                continue;
            };
            let corner: JsValue = Array::of2(&number(&lat), &number(&lng)).into();
            corners.push(&corner);
            let name = element.query_selector("h2").ok().flatten().and_then(|name| name.text_content());
            pin(shown, at + 1, &corner, &name.unwrap_or_default(), element.id());
        }
        if corners.length() > 0 {
            let padding = Array::of2(&36.into(), &36.into());
            shown.map.fit_bounds(&corners, &object(&[("padding", padding.into()), ("maxZoom", 15.into())]));
        }
    });
}

fn number(text: &str) -> JsValue {
    js_sys::Number::from(JsValue::from_str(text)).into()
}

fn pin(shown: &Shown, number: usize, at: &JsValue, name: &str, id: String) {
    let text = number.to_string();
    let spoken = [text.as_str(), name].join(" ");
    let size = Array::of2(&32.into(), &32.into());
    let icon = [("className", "pin-icon".into()), ("html", text.as_str().into()), ("iconSize", size.into())];
    let icon = div_icon(&object(&icon));
    let options = object(&[("title", spoken.as_str().into()), ("alt", spoken.as_str().into()), ("icon", icon)]);
    let offset = Array::of2(&0.into(), &(-14).into());
    let tooltip = object(&[("direction", "top".into()), ("offset", offset.into())]);
    let marker = marker(at, &options).bind_tooltip(name, &tooltip);
    let show = Closure::<dyn Fn()>::new(move || {
        let card = document().and_then(|document| document.get_element_by_id(&id));
        let link = card.and_then(|card| card.query_selector("a").ok().flatten());
        if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
            let _ = link.focus();
        }
    });
    marker.on("click", &show.into_js_value());
    marker.add_to(&shown.pins);
}

/// Draws the districts, when they can be fetched; pins alone do without. Leaflet takes them as they travel, so nothing
/// here needs to know their fields but the names of four.
fn outlines(locale: Locale) {
    spawn_local(async move {
        let Ok((_, text)) = api::page(ListDistricts::PATH, None).await else { return };
        let items = js_sys::JSON::parse(&text).and_then(|answer| Reflect::get(&answer, &"items".into()));
        let Ok(items) = items else { return };
        SHOWN.with_borrow(|shown| {
            let Some(shown) = shown else { return };
            for district in Array::from(&items).iter() {
                outline(shown, &district, locale);
            }
        });
    });
}

fn outline(shown: &Shown, district: &JsValue, locale: Locale) {
    let field = |name: &str| Reflect::get(district, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let ring = Array::of1(&field("outline"));
    let shape = object(&[("type", "Polygon".into()), ("coordinates", ring.into())]);
    let name = field(if locale == Locale::Zh { "name" } else { "name_en" }).as_string().unwrap_or_default();
    let style = object(&[("className", "area".into())]);
    let area = geo_json(&shape, &object(&[("style", style), ("interactive", false.into())]));
    let tooltip = [("permanent", true.into()), ("direction", "center".into()), ("className", "area-name".into())];
    area.bind_tooltip(&name, &object(&tooltip));
    area.add_to(&shown.map);
}

/// A plain object, as Leaflet takes its options.
fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a new plain object does not fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}
