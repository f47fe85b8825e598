//! The part of [`super::Live`] that touches the page.

use std::{cell::RefCell, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    AbortController, Document, DomParser, Element, Event, FormData, HtmlElement, HtmlFormElement, MouseEvent,
    SupportedType, UrlSearchParams, VisibilityState, Window,
};

use super::State;
use crate::api;

/// Sent to the window after zones were changed.
pub const CHANGED: &str = "zones-changed";

/// Nothing dims for an answer that comes sooner.
const DIM_AFTER: Duration = Duration::from_millis(300);
const SLOW_AFTER: Duration = Duration::from_secs(3);

/// A tab that comes back asks again when its answer is older than this, in milliseconds.
const STALE_MS: f64 = 20_000.0;

/// One per page.
struct Follower {
    state: RwSignal<State>,
    heard: RwSignal<String>,
    /// Cancels the request under way.
    running: Option<AbortController>,
    /// Counts requests, so that a late answer is known as such.
    asked: u32,
    answered_at: f64,
    /// Where the latest request went.
    url: String,
}

thread_local! {
    static FOLLOWER: RefCell<Option<Follower>> = const { RefCell::new(None) };
}

fn with<T>(change: impl FnOnce(&mut Follower) -> T) -> Option<T> {
    FOLLOWER.with_borrow_mut(|follower| follower.as_mut().map(change))
}

pub fn listen(state: RwSignal<State>, heard: RwSignal<String>) {
    let Some(window) = web_sys::window() else { return };
    let url = here(&window);
    let follower = Follower { state, heard, running: None, asked: 0, answered_at: js_sys::Date::now(), url };
    FOLLOWER.with_borrow_mut(|slot| *slot = Some(follower));
    let Some(document) = window.document() else { return };
    on(&document, "click", clicked);
    on(&document, "change", changed);
    on(&document, "submit", submitted);
    on(&document, "visibilitychange", |_| come_back());
    on(&window, "focus", |_| come_back());
    on(&window, "popstate", |_| {
        if let Some(window) = web_sys::window() {
            ask(here(&window), Then::Stay);
        }
    });
    on(&window, "online", |_| again());
}

/// Listens for as long as the target lives.
pub fn on(target: &web_sys::EventTarget, name: &str, handle: fn(Event)) {
    let handle = Closure::<dyn Fn(Event)>::new(handle);
    // A target that takes no listener leaves plain links and forms, which work.
    let _ = target.add_event_listener_with_callback(name, handle.as_ref().unchecked_ref());
    handle.forget();
}

fn clicked(event: Event) {
    let Some(mouse) = event.dyn_ref::<MouseEvent>() else { return };
    let plain = mouse.button() == 0 && !(mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() || mouse.alt_key());
    if !plain || event.default_prevented() {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let link = target.and_then(|target| target.closest("a[data-live]").ok().flatten());
    if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
        event.prevent_default();
        go(href);
    }
}

fn changed(event: Event) {
    let Some(field) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let form = |css| field.closest(css).ok().flatten().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    if let Some(url) = form("form[data-live]").and_then(|form| address(&form, |_| true)) {
        go(url);
    }
    let Some(form) = form(RECOUNTED) else { return };
    let counted = form.get_attribute("data-recount").unwrap_or_default();
    let counts = |name: &str| counted.split(' ').any(|one| one == name);
    if let Some(url) = address(&form, counts).filter(|_| counts(&field.get_attribute("name").unwrap_or_default())) {
        ask(url, Then::Replace);
    }
}

/// A form that is filled in to be sent.
const RECOUNTED: &str = "form[data-recount]";

fn submitted(event: Event) {
    let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form.filter(|form| form.has_attribute("data-live")) else { return };
    if let Some(url) = address(&form, |_| true) {
        event.prevent_default();
        go(url);
    }
}

/// Where a form leads with these of its fields, without the empty ones; a name whose fields are all empty stays once, to
/// say so.
fn address(form: &HtmlFormElement, takes: impl Fn(&str) -> bool) -> Option<String> {
    let data = FormData::new_with_form(form).ok()?;
    let query = UrlSearchParams::new().ok()?;
    let mut unsaid: Vec<String> = Vec::new();
    for entry in data.entries().into_iter().flatten() {
        let pair: js_sys::Array = entry.unchecked_into();
        let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) else { continue };
        if !takes(&name) {
            continue;
        }
        if value.is_empty() {
            unsaid.push(name);
        } else {
            query.append(&name, &value);
        }
    }
    let forget = form.get_attribute("data-keep-empty").unwrap_or_default();
    if unsaid.contains(&forget) && !query.has(&forget) {
        query.append(&forget, "");
    }
    let query = query.to_string().as_string().unwrap_or_default();
    let path = form.get_attribute("action").unwrap_or_default();
    Some(if query.is_empty() { path } else { format!("{path}?{query}") })
}

/// A tab that was left and is looked at again.
fn come_back() {
    let visible = document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible);
    // What somebody is filling in is not exchanged behind their back.
    let filled_in = document().is_some_and(|document| matches!(document.query_selector(RECOUNTED), Ok(Some(_))));
    let old = with(|follower| js_sys::Date::now() - follower.answered_at > STALE_MS).unwrap_or_default() && !filled_in;
    if let Some(window) = web_sys::window().filter(|_| visible && old) {
        ask(here(&window), Then::Stay);
    }
}

/// Something on the page has changed on the server: shows it, unless a person is just changing something.
pub fn look_again() {
    let busy = with(|follower| follower.running.is_some()).unwrap_or(true);
    if let Some(window) = web_sys::window().filter(|_| !busy) {
        ask(here(&window), Then::Quiet);
    }
}

/// Tries the latest request again, if it went nowhere.
pub fn again() {
    let url = with(|follower| (follower.state.get_untracked() == State::Offline).then(|| follower.url.clone()));
    if let Some(url) = url.flatten() {
        ask(url, Then::Move);
    }
}

/// Goes to another page of the same zones, as a link would.
pub fn go(url: String) {
    ask(url, Then::Move);
}

/// What becomes of the address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It moves on; back leads to where we are.
    Move,
    /// It is there already.
    Stay,
    /// It is there already, and nobody asked: neither a dimmed page nor a word to a screen reader.
    Quiet,
    /// It says the new thing in place of the old; a page of another kind is not followed.
    Replace,
}

fn ask(url: String, then: Then) {
    let asked = with(|follower| {
        if let Some(running) = follower.running.take() {
            running.abort();
        }
        follower.running = AbortController::new().ok();
        follower.asked = follower.asked.wrapping_add(1);
        follower.url.clone_from(&url);
        (follower.asked, follower.running.as_ref().map(AbortController::signal))
    });
    let Some((number, signal)) = asked else { return };
    let mark = move |state| {
        move || {
            with(|follower| {
                if follower.asked == number && follower.running.is_some() {
                    follower.state.set(state);
                }
            });
        }
    };
    if then != Then::Quiet {
        set_timeout(mark(State::Loading), DIM_AFTER);
        set_timeout(mark(State::Slow), SLOW_AFTER);
    }
    spawn_local(async move {
        let answer = api::page(&url, signal.as_ref()).await;
        let ours = with(|follower| {
            if follower.asked != number {
                return false;
            }
            follower.running = None;
            if answer.is_ok() {
                follower.state.set(State::Still);
            } else if then != Then::Quiet {
                follower.state.set(State::Offline);
            }
            true
        });
        if let (Some(true), Ok((_, html))) = (ours, answer) {
            show(&html, &url, then);
        }
    });
}

fn show(html: &str, url: &str, then: Then) {
    let parsed = DomParser::new().and_then(|parser| parser.parse_from_string(html, SupportedType::TextHtml));
    let (Some(window), Some(document), Ok(fresh)) = (web_sys::window(), document(), parsed) else { return };
    let focused = document.active_element();
    let zones = fresh.query_selector_all("[data-zone]");
    let zones = zones.map(|zones| (0..zones.length()).filter_map(|at| zones.get(at)).collect::<Vec<_>>());
    let mut shown = false;
    for zone in zones.unwrap_or_default() {
        let Ok(zone) = zone.dyn_into::<Element>() else { continue };
        let Some(old) = document.get_element_by_id(&zone.id()) else { continue };
        shown = true;
        // A form that somebody is filling in is right already, and must not lose what is being typed.
        if old.tag_name() == "FORM" && old.contains(focused.as_deref()) {
            continue;
        }
        keep_open(&old, &zone);
        let _ = old.replace_with_with_node_1(&zone);
    }
    if !shown && matches!(then, Then::Replace | Then::Quiet) {
        return;
    }
    if !shown {
        // Another kind of page, such as an error: let the browser show it.
        let _ = window.location().assign(url);
        return;
    }
    if let Ok(history) = window.history() {
        let _ = match then {
            Then::Move => history.push_state_with_url(&JsValue::NULL, "", Some(url)),
            Then::Replace => history.replace_state_with_url(&JsValue::NULL, "", Some(url)),
            Then::Stay | Then::Quiet => Ok(()),
        };
    }
    document.set_title(&fresh.title());
    let again = focused.map(|element| element.id()).filter(|id| !id.is_empty());
    let again =
        again.and_then(|id| document.get_element_by_id(&id)).and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(element) = again.filter(|element| document.active_element().as_deref() != Some(element)) {
        let _ = element.focus();
    }
    let found = document.get_element_by_id("found").and_then(|found| found.text_content()).unwrap_or_default();
    with(|follower| {
        follower.answered_at = js_sys::Date::now();
        if then != Then::Quiet {
            follower.heard.set(found);
        }
    });
    if let Ok(event) = Event::new(CHANGED) {
        let _ = window.dispatch_event(&event);
    }
}

/// A sheet that is open stays open.
fn keep_open(old: &Element, new: &Element) {
    let Ok(open) = old.query_selector_all("details[open]") else { return };
    for details in (0..open.length()).filter_map(|at| open.get(at)).filter_map(|node| node.dyn_into::<Element>().ok()) {
        if let Ok(Some(same)) = new.query_selector(&format!("#{}", details.id())) {
            let _ = same.set_attribute("open", "");
        }
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn here(window: &Window) -> String {
    let location = window.location();
    format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}
