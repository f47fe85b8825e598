//! Hears from the server which of the things on the page have changed, and asks for the page again.
//!
//! What `data-watch` names is watched for as long as the tab is looked at. When the stream breaks, it is opened again
//! after a second, then two, four … up to a minute, each time a little by chance: the tabs of a whole city must not come
//! back in the same moment.

use std::{cell::RefCell, time::Duration};

use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventSource, VisibilityState};

use super::browser::{self, CHANGED};

/// Named on one stream at most.
const MOST: u32 = 60;
const FIRST_WAIT_MS: u64 = 1_000;
const LONGEST_WAIT_MS: u64 = 60_000;
/// A change is shown after up to so long, by chance, and not more often than that.
const SPREAD_MS: u64 = 2_000;

struct Watch {
    /// Where the stream is.
    path: String,
    /// In the order of the page.
    names: String,
    source: Option<EventSource>,
    /// Breaks in a row.
    breaks: u32,
    /// Opens the stream again.
    again: Option<TimeoutHandle>,
    /// Whether the page will be asked for.
    asking: bool,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

fn with<T>(change: impl FnOnce(&mut Watch) -> T) -> Option<T> {
    WATCH.with_borrow_mut(|watch| watch.as_mut().map(change))
}

pub fn start(path: String) {
    let Some((window, document)) = web_sys::window().and_then(|window| Some((window.clone(), window.document()?)))
    else {
        return;
    };
    let watch = Watch { path, names: String::new(), source: None, breaks: 0, again: None, asking: false };
    WATCH.with_borrow_mut(|slot| *slot = Some(watch));
    browser::on(&document, "visibilitychange", |_| look());
    // Other results stand there: others are watched.
    browser::on(&window, CHANGED, |_| look());
    browser::on(&window, "pagehide", |_| close());
    browser::on(&window, "pageshow", |_| look());
    look();
}

/// Watches what stands on the page now, or nothing while nobody looks.
fn look() {
    let names = if is_looked_at() { named() } else { String::new() };
    let changed = with(|watch| {
        let same = watch.names == names && (watch.source.is_some() || watch.again.is_some() || names.is_empty());
        if !same {
            watch.names = names;
            watch.breaks = 0;
        }
        !same
    });
    if changed.unwrap_or_default() {
        open();
    }
}

fn is_looked_at() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// As the query that asks for them.
fn named() -> String {
    let document = web_sys::window().and_then(|window| window.document());
    let found = document.and_then(|document| document.query_selector_all("[data-watch]").ok());
    let Some(found) = found else { return String::new() };
    let mut query = String::new();
    for at in 0..found.length().min(MOST) {
        let element = found.get(at).and_then(|node| node.dyn_into::<Element>().ok());
        if let Some(name) = element.and_then(|element| element.get_attribute("data-watch")) {
            query.push_str("&id=");
            query.push_str(&name);
        }
    }
    query
}

fn close() {
    with(|watch| {
        if let Some(source) = watch.source.take() {
            source.close();
        }
        if let Some(again) = watch.again.take() {
            again.clear();
        }
    });
}

fn open() {
    close();
    with(|watch| {
        if watch.names.is_empty() {
            return;
        }
        let mut url = watch.path.clone();
        url.push('?');
        url.push_str(watch.names.get(1..).unwrap_or_default());
        let Ok(source) = EventSource::new(&url) else { return };
        browser::on(&source, "places", |_| changed());
        browser::on(&source, "open", |_| {
            with(|watch| watch.breaks = 0);
        });
        browser::on(&source, "error", |_| broken());
        watch.source = Some(source);
    });
}

fn broken() {
    // The browser would come back by itself, but always after the same time.
    close();
    with(|watch| {
        let wait = Duration::from_millis((FIRST_WAIT_MS << watch.breaks.min(10)).min(LONGEST_WAIT_MS));
        watch.breaks += 1;
        watch.again = set_timeout_with_handle(reopen, wait / 2 + by_chance(wait)).ok();
    });
}

fn reopen() {
    with(|watch| watch.again = None);
    open();
}

fn changed() {
    if with(|watch| std::mem::replace(&mut watch.asking, true)) != Some(false) {
        return;
    }
    let ask = || {
        with(|watch| watch.asking = false);
        browser::look_again();
    };
    if set_timeout_with_handle(ask, by_chance(Duration::from_millis(SPREAD_MS))).is_err() {
        ask();
    }
}

/// Something between nothing and `most`.
fn by_chance(most: Duration) -> Duration {
    most.mul_f64(js_sys::Math::random())
}
