//! The page of contents of `dist/`; its format is described at the top of this crate.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{BundleError, Result, at};

pub const FILE_NAME: &str = "manifest.json";
const FORMAT: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub entries: BTreeMap<String, Entry>,
    pub files: BTreeMap<String, File>,
}

/// One WebAssembly entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Leptos' `output_name`: logical name and content hash.
    pub output_name: String,
    /// Hash of everything it was compiled from; the same value means that nothing needs compiling.
    pub inputs: String,
    /// Logical names of its files.
    pub files: Vec<String>,
}

/// One file to be served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    pub path: String,
    pub content_type: String,
    pub bytes: u64,
    pub brotli: Option<u64>,
    pub gzip: Option<u64>,
    pub etag: String,
    pub immutable: bool,
}

impl File {
    /// Bytes that a browser with brotli downloads.
    pub fn download_bytes(&self) -> u64 {
        self.brotli.unwrap_or(self.bytes)
    }
}

impl Manifest {
    pub fn empty() -> Self {
        Self { format: FORMAT, entries: BTreeMap::new(), files: BTreeMap::new() }
    }

    /// What the last run left; nothing when there was none or it wrote another format.
    pub fn read(dist: &Path) -> Result<Self> {
        let path = dist.join(FILE_NAME);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)
                .ok()
                .filter(|manifest: &Self| manifest.format == FORMAT)
                .unwrap_or_else(Self::empty)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::empty()),
            Err(error) => Err(at(&path)(error)),
        }
    }

    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|source| BundleError::Json { path: FILE_NAME.into(), source })
    }
}
