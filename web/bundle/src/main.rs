//! Builds what browsers download: the WebAssembly entries, the styles and the public files, into `dist/`.
//!
//! ```text
//! doorstep-bundle [build] [--html-bytes N]   fill dist/, print the byte table, exit 1 over budget;
//!                                            N is the brotli size of the search page, when somebody measured it
//! doorstep-bundle lint                       clippy for WebAssembly, warnings denied
//! doorstep-bundle toolchain                  say which compiler builds WebAssembly here: `own` or `debian`
//! ```
//!
//! # What the server reads: `dist/manifest.json`
//!
//! ```json
//! {
//!   "format": 1,
//!   "entries": { "family": { "output_name": "family-0f3a91c2d4e5", "inputs": "9b…" }, "staff": { … } },
//!   "files": {
//!     "style.css":       { "path": "style-77ab01c2d4e5.css", "content_type": "text/css; charset=utf-8",
//!                          "bytes": 41200, "brotli": 7100, "gzip": 8200, "etag": "77ab01c2d4e5", "immutable": true },
//!     "family.js":       { "path": "pkg/family-0f3a91c2d4e5.js", … },
//!     "family_bg.wasm":  { "path": "pkg/family-0f3a91c2d4e5_bg.wasm", … },
//!     "vendor/leaflet.js": { "path": "vendor-5c…/leaflet.js", … },
//!     "favicon.ico":     { "path": "favicon.ico", …, "brotli": null, "gzip": null, "immutable": false }
//!   }
//! }
//! ```
//!
//! - A key of `files` is the logical name that code asks for; `path` is relative to `dist/` and is the URL after `/`.
//! - `entries.family.output_name` is Leptos' `output_name`, with `site_pkg_dir = "pkg"` and `hash_files = false`.
//! - `brotli` and `gzip` are sizes in bytes; the compressed file lies beside the plain one as `PATH.br` and `PATH.gz`.
//!   `null`: compressing does not pay, only the plain file exists.
//! - `etag` is the start of the content's SHA-256 in hex, without quotes.
//! - `immutable`: the content's hash is part of `path`, so a browser may keep the answer for a year. Files directly in
//!   `web/public/` keep their names, because others know them (`favicon.ico`, `robots.txt`); they want revalidation.
//!   A folder in `web/public/` is hashed as a whole, so links inside it go on working: `vendor/` → `vendor-5c…/`.
//! - Everything named is complete on disk: the manifest is written last. Without `dist/manifest.json` nothing was
//!   bundled, and the server serves pages without styles and islands.

mod budget;
mod compiler;
mod error;
mod files;
mod manifest;
mod style;
mod wasm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use compiler::{Compiler, ThisMachine};
use error::{BundleError, Result};
use files::Dist;

/// The package of the WebAssembly entries.
const PACKAGE: &str = "doorstep-family";
/// Its entries, each a feature of it: logical names.
const ENTRIES: &[&str] = &["family", "staff"];

enum Command {
    Build { html_bytes: Option<u64> },
    Lint,
    Toolchain,
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|command| run(&command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bundle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command> {
    let mut command = Command::Build { html_bytes: None };
    while let Some(argument) = arguments.next() {
        command = match argument.as_str() {
            "build" => Command::Build { html_bytes: None },
            "lint" => Command::Lint,
            "toolchain" => Command::Toolchain,
            "--html-bytes" => {
                let bytes = arguments.next().and_then(|number| number.parse().ok());
                Command::Build { html_bytes: Some(bytes.ok_or(BundleError::Usage(argument))?) }
            }
            _ => return Err(BundleError::Usage(argument)),
        };
    }
    Ok(command)
}

fn run(command: &Command) -> Result<()> {
    let root = workspace_root()?;
    let compiler = compiler::decide(&ThisMachine)?;
    match command {
        Command::Toolchain => {
            println!("{}", compiler.word());
            Ok(())
        }
        Command::Lint => ENTRIES.iter().try_for_each(|name| wasm::lint(&root, &compiler, name)),
        Command::Build { html_bytes } => build(&root, &compiler, *html_bytes),
    }
}

fn build(root: &Path, compiler: &Compiler, html_bytes: Option<u64>) -> Result<()> {
    let mut dist = Dist::open(root.join("dist"))?;
    for name in ENTRIES {
        wasm::bundle(&mut dist, root, compiler, name)?;
    }
    if let Some(css) = style::concatenate(&root.join("web/style"))? {
        dist.put_hashed("style.css", "style.css", css.as_bytes())?;
        let staff = style::of_audience(&root.join("web/style/staff"))?;
        dist.put_hashed("staff.css", "staff.css", staff.as_bytes())?;
    }
    files::copy_public(&mut dist, &root.join("web/public"))?;
    let manifest = dist.close()?;
    let report = budget::report(&manifest, html_bytes);
    print!("{report}");
    if report.is_within() { Ok(()) } else { Err(BundleError::OverBudget) }
}

/// Cargo says where this package lies; called without cargo, the current folder is the workspace.
fn workspace_root() -> Result<PathBuf> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    match package.as_deref().and_then(|folder| folder.ancestors().nth(2)) {
        Some(root) => Ok(root.to_path_buf()),
        None => std::env::current_dir().map_err(|source| BundleError::Io { path: PathBuf::from("."), source }),
    }
}
