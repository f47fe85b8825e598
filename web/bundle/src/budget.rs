//! What a first visit to the search page downloads, against what it may.

use std::fmt;

use crate::manifest::Manifest;

/// Bytes in a kilobyte, here and in the benchmarks: the stricter reading.
const KB: u64 = 1_000;

const HTML_CSS_KB: u64 = 24;
const WASM_JS_KB: u64 = 110;
const TOTAL_KB: u64 = 150;
/// Only when the map is opened.
const MAP_KB: u64 = 46;

/// The byte table; `Display` prints it.
pub struct Report {
    files: Vec<(String, u64, Option<u64>, u64)>,
    sums: Vec<Sum>,
    html_measured: bool,
}

struct Sum {
    label: &'static str,
    bytes: u64,
    limit_kb: u64,
}

/// `html_bytes` is the search page with 20 results after brotli; without it only the rest is judged.
pub fn report(manifest: &Manifest, html_bytes: Option<u64>) -> Report {
    let bytes = |wanted: &dyn Fn(&str) -> bool| -> u64 {
        manifest.files.iter().filter(|(name, _)| wanted(name)).map(|(_, file)| file.download_bytes()).sum()
    };
    let is_family =
        |name: &str| manifest.entries.get("family").is_some_and(|entry| entry.files.iter().any(|f| f == name));
    let html_css = html_bytes.unwrap_or(0) + bytes(&|name| name == "style.css");
    let wasm_js = bytes(&is_family);
    let icons = bytes(&is_icon);
    let sum = |label, bytes, limit_kb| Sum { label, bytes, limit_kb };
    Report {
        files: manifest
            .files
            .iter()
            .map(|(name, file)| (name.clone(), file.bytes, file.gzip, file.download_bytes()))
            .collect(),
        sums: vec![
            sum("HTML + CSS", html_css, HTML_CSS_KB),
            sum("WASM + JS", wasm_js, WASM_JS_KB),
            sum("first visit, with icons", html_css + wasm_js + icons, TOTAL_KB),
            sum("Leaflet, once the map opens", bytes(&is_map), MAP_KB),
        ],
        html_measured: html_bytes.is_some(),
    }
}

/// Pictures directly in `web/public/` belong to every page.
fn is_icon(name: &str) -> bool {
    !name.contains('/') && (name.ends_with(".svg") || name.ends_with(".ico"))
}

fn is_map(name: &str) -> bool {
    name.rsplit('/')
        .next()
        .is_some_and(|file| file.starts_with("leaflet") && (file.ends_with(".js") || file.ends_with(".css")))
}

impl Report {
    pub fn is_within(&self) -> bool {
        self.sums.iter().all(Sum::is_within)
    }
}

impl Sum {
    fn is_within(&self) -> bool {
        self.bytes <= self.limit_kb * KB
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<34} {:>9} {:>9} {:>9}", "bytes", "plain", "gzip", "brotli")?;
        for (name, plain, gzip, brotli) in &self.files {
            let gzip = gzip.map_or_else(|| "–".to_owned(), |bytes| bytes.to_string());
            writeln!(f, "{name:<34} {plain:>9} {gzip:>9} {brotli:>9}")?;
        }
        for sum in &self.sums {
            let verdict = if sum.is_within() { "" } else { "  OVER BUDGET" };
            writeln!(f, "{:<34} {:>29} of {:>3} 000{verdict}", sum.label, sum.bytes, sum.limit_kb)?;
        }
        if !self.html_measured {
            writeln!(f, "The page itself is not counted: `make bench` measures it on the running server.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Entry, File};

    fn manifest(files: &[(&str, u64)]) -> Manifest {
        let mut manifest = Manifest::empty();
        for (name, brotli) in files {
            let file = File {
                path: (*name).to_owned(),
                content_type: String::new(),
                bytes: brotli * 3,
                brotli: Some(*brotli),
                gzip: None,
                etag: String::new(),
                immutable: true,
            };
            manifest.files.insert((*name).to_owned(), file);
        }
        let files = vec!["family.js".to_owned(), "family_bg.wasm".to_owned()];
        let entry = Entry { output_name: String::new(), inputs: String::new(), files };
        manifest.entries.insert("family".to_owned(), entry);
        manifest
    }

    #[test]
    fn each_budget_is_held_by_itself() {
        let small = [("family.js", 6_000), ("family_bg.wasm", 90_000), ("style.css", 9_000)];
        let with = |extra: (&'static str, u64)| [&small[..], &[extra]].concat();
        let cases = [
            ("a small bundle fits", small.to_vec(), None, true),
            ("a page that fits", small.to_vec(), Some(15_000), true),
            ("a page one byte too large", small.to_vec(), Some(15_001), false),
            ("much code", with(("family_bg.wasm", 104_001)), None, false),
            ("large icons count in the sum only", with(("sprite.svg", 46_000)), None, false),
            ("a map that fits", with(("vendor/leaflet.js", 46_000)), None, true),
            ("a map too large", with(("vendor/leaflet.js", 46_001)), None, false),
            ("other files cost a first visit nothing", with(("districts.json", 900_000)), None, true),
        ];
        for (name, files, html, fits) in cases {
            assert_eq!(report(&manifest(&files), html).is_within(), fits, "{name}");
        }
    }
}
