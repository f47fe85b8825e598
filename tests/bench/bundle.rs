//! `bundle_*`: what a first visit to the search page with 20 results downloads, after brotli.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::{
    city::City,
    figures::{Figures, Goal},
    process::workspace,
};

fn manifest() -> Result<Value, String> {
    let file = workspace().join("dist/manifest.json");
    let text =
        std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}; run make bundle", file.display()))?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// Output name of the islands, and the URL of each static file, as the server takes them from the manifest.
pub fn names() -> Result<(Option<String>, BTreeMap<String, String>), String> {
    let manifest = manifest()?;
    let bundle = manifest.pointer("/entries/family/output_name").and_then(Value::as_str).map(str::to_owned);
    let files = manifest["files"].as_object().into_iter().flatten().filter_map(|(name, file)| {
        let path = file["path"].as_str()?;
        Some((name.clone(), format!("/{}", path.trim_start_matches('/'))))
    });
    Ok((bundle, files.collect()))
}

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let city = City::make(200, true)?;
    let server = city.serve()?;
    let html = city.folder.join("page.html");
    std::fs::write(&html, server.get("/")?).map_err(|error| error.to_string())?;
    // As the server compresses: its own answer to a browser that takes brotli.
    let sent = Command::new("curl")
        .args([
            "--silent",
            "--header",
            "accept-encoding: br",
            "--output",
            "/dev/null",
            "--write-out",
            "%{size_download}",
        ])
        .arg(format!("http://127.0.0.1:{}/", server.port))
        .output()
        .map_err(|error| error.to_string())?;
    let html: f64 = String::from_utf8_lossy(&sent.stdout).trim().parse().map_err(|_| "curl told no size")?;
    let manifest = manifest()?;
    let bytes = |name: &str| {
        let file = &manifest["files"][name];
        file["brotli"].as_f64().or_else(|| file["bytes"].as_f64()).unwrap_or_default()
    };
    let css = bytes("style.css");
    let entry = manifest.pointer("/entries/family/files").and_then(Value::as_array).cloned().unwrap_or_default();
    let wasm_js: f64 = entry.iter().filter_map(Value::as_str).map(bytes).sum();
    if wasm_js == 0.0 {
        return Err("the manifest names no islands".to_owned());
    }
    let kb = |bytes: f64| bytes / 1_000.0;
    let from = format!("HTML {:.1}, CSS {:.1}", kb(html), kb(css));
    figures.add("bundle_html_css_kb", kb(html + css), "KB", Goal::AtMost(24.0), from);
    figures.add("bundle_wasm_js_kb", kb(wasm_js), "KB", Goal::AtMost(110.0), "");
    figures.add("bundle_total_kb", kb(html + css + wasm_js), "KB", Goal::AtMost(150.0), "");
    Ok(())
}
