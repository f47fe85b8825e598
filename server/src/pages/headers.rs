//! What a browser may do with a page.

use actix_web::{HttpResponseBuilder, http::header};
use doorstep_web::visit::Visit;

/// Where 天地图 serves its tiles.
const TIANDITU: &str = "https://*.tianditu.gov.cn";

/// Headers of an HTML page. `nonce` is that of its inline script.
pub fn page(response: &mut HttpResponseBuilder, nonce: &str, visit: &Visit) {
    let tiles = if visit.site.tianditu_key.is_some() { TIANDITU } else { "" };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: {tiles}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    // A page that shows a family's or a nursery's data must not stay anywhere; others may be kept but are asked for
    // again.
    let is_private = visit.signed_in || visit.as_staff || visit.path.starts_with("/staff");
    let cache = if is_private { "no-store" } else { "private, no-cache" };
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .insert_header((header::PERMISSIONS_POLICY, "geolocation=(self), camera=(), microphone=(), payment=()"))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header((header::VARY, "Cookie, Accept-Language"));
}
