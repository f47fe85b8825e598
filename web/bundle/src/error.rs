//! Why a bundle was not built.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("do not know `{0}`: build [--html-bytes N] | lint | toolchain")]
    Usage(String),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error(
        "no compiler for WebAssembly: `rustup target add wasm32-unknown-unknown` {rustup}; \
         Debian's rustc-web, rust-web-src and lld-22 are not all installed"
    )]
    NoCompiler { rustup: String },
    #[error("{0} failed")]
    Cargo(String),
    #[error("wasm-bindgen: {0}")]
    Bindgen(String),
    #[error("web/style needs exactly one file that only orders the layers (`@layer reset, tokens, …;`), found {0}")]
    LayerOrder(usize),
    #[error("over budget")]
    OverBudget,
}

pub type Result<T> = std::result::Result<T, BundleError>;

/// Names the path in an input or output error.
pub fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BundleError + '_ {
    move |source| BundleError::Io { path: path.to_path_buf(), source }
}
