//! Time that runs out, counted down where WebAssembly runs. Without it a clock time beside it says the same.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What happens at zero.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum AtZero {
    /// The page is asked for again, because the server knows what comes next.
    Reload,
    /// The button of this id, disabled until then, can be pressed.
    Enable(String),
}

/// `09:41`, every second. Empty until it runs, so that nothing stands still and lies.
#[island]
pub fn Countdown(
    /// Left when the page was made.
    seconds: u32,
    then: AtZero,
) -> impl IntoView {
    let left = RwSignal::new(None::<u32>);
    Effect::new(move |_| run(seconds, then.clone(), left));
    view! { <b class="countdown" role="timer">{move || left.get().map(clock)}</b> }
}

/// Minutes and seconds.
pub fn clock(seconds: u32) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(all(feature = "family", target_arch = "wasm32"))]
fn run(seconds: u32, then: AtZero, left: RwSignal<Option<u32>>) {
    use std::time::Duration;

    // Counted by the clock, because timers sleep in the background; what the page took to arrive has passed already.
    let ends = js_sys::Date::now() + f64::from(seconds) * 1000.0 - since_navigation_ms();
    let remaining = move || ((ends - js_sys::Date::now()) / 1000.0).ceil().max(0.0) as u32;
    enable(&then, remaining() == 0);
    left.set(Some(remaining()));
    let ticking = StoredValue::new(None::<IntervalHandle>);
    let tick = move || {
        let now = remaining();
        left.set(Some(now));
        if now > 0 {
            return;
        }
        if let Some(handle) = ticking.get_value() {
            handle.clear();
        }
        enable(&then, true);
        if matches!(then, AtZero::Reload)
            && let Some(window) = web_sys::window()
        {
            // A page that cannot be loaded again stays as it is, at 00:00.
            let _ = window.location().reload();
        }
    };
    ticking.set_value(set_interval_with_handle(tick, Duration::from_millis(250)).ok());
}

#[cfg(not(all(feature = "family", target_arch = "wasm32")))]
fn run(_: u32, _: AtZero, _: RwSignal<Option<u32>>) {}

#[cfg(all(feature = "family", target_arch = "wasm32"))]
fn since_navigation_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

#[cfg(all(feature = "family", target_arch = "wasm32"))]
fn enable(then: &AtZero, enabled: bool) {
    let AtZero::Enable(id) = then else { return };
    let button =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(id));
    let Some(button) = button else { return };
    // Setting or removing an attribute of an element that exists cannot fail.
    let _ = if enabled { button.remove_attribute("disabled") } else { button.set_attribute("disabled", "") };
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn seconds_read_as_a_clock() {
        assert_eq!([clock(581), clock(60), clock(0)], ["09:41", "01:00", "00:00"]);
    }
}
