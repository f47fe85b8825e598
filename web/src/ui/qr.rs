//! A QR code as SVG, drawn on the server.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of quiet around the code, as the standard asks.
const QUIET: usize = 4;

/// Nothing when the text is too long for a code.
#[component]
pub fn Qr(
    text: String,
    /// What a screen reader says.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width() + 2 * QUIET;
    let path = path(&code.to_colors(), code.width());
    Some(view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label shape-rendering="crispEdges">
            <path d=path/>
        </svg>
    })
}

/// One rectangle for each run of dark modules.
fn path(modules: &[Color], width: usize) -> String {
    use std::fmt::Write as _;

    let mut path = String::new();
    for (y, row) in modules.chunks(width.max(1)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_modules_are_drawn_in_runs_inside_the_quiet_zone() {
        use Color::{Dark as D, Light as L};
        assert_eq!(path(&[D, D, L, L, L, D, L, D, L], 3), "M4 4h2v1h-2zM6 5h1v1h-1zM5 6h1v1h-1z");
    }
}
