//! Pages that a device keeps for when there is no network: see `sw.js`.

/// Whether this page comes from there: there was no network to load it with.
pub fn is_kept() -> bool {
    let body = web_sys::window().and_then(|window| window.document()).and_then(|document| document.body());
    body.is_some_and(|body| body.has_attribute("data-kept"))
}
