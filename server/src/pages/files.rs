//! Static files of `dist/`, kept in memory with their compressed forms. `web/bundle` describes the manifest.

use std::{
    collections::{BTreeMap, HashMap},
    io::ErrorKind,
    path::Path,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap, HeaderValue},
    web::Bytes,
};
use serde::Deserialize;

use crate::error::{Error, Result};

#[derive(Deserialize)]
struct Manifest {
    entries: BTreeMap<String, Entry>,
    files: BTreeMap<String, Named>,
}

#[derive(Deserialize)]
struct Entry {
    output_name: String,
}

#[derive(Deserialize)]
struct Named {
    path: String,
    content_type: String,
    brotli: Option<u64>,
    gzip: Option<u64>,
    etag: String,
    immutable: bool,
}

struct File {
    content_type: String,
    etag: String,
    immutable: bool,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

/// The bundle.
#[derive(Default)]
pub struct Files {
    by_url: HashMap<String, File>,
    urls: BTreeMap<String, String>,
    entries: BTreeMap<String, String>,
}

impl Files {
    /// Reads all files that the manifest names; nothing when there is no manifest.
    ///
    /// # Errors
    /// When the manifest names what is not there.
    pub fn read(dist: &Path) -> Result<Self> {
        let manifest = match std::fs::read(dist.join("manifest.json")) {
            Ok(json) => serde_json::from_slice::<Manifest>(&json).map_err(Error::internal)?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::internal(format!("{}: {error}", dist.display()))),
        };
        let mut files = Self::default();
        files.entries.extend(manifest.entries.into_iter().map(|(name, entry)| (name, entry.output_name)));
        for (name, named) in manifest.files {
            let url = format!("/{}", named.path);
            let beside = |suffix: &str, there: bool| there.then(|| load(dist, &format!("{}{suffix}", named.path)));
            let file = File {
                plain: load(dist, &named.path)?,
                brotli: beside(".br", named.brotli.is_some()).transpose()?,
                gzip: beside(".gz", named.gzip.is_some()).transpose()?,
                content_type: named.content_type,
                etag: named.etag,
                immutable: named.immutable,
            };
            files.by_url.insert(url.clone(), file);
            files.urls.insert(name, url);
        }
        Ok(files)
    }

    /// Logical name → URL.
    pub fn urls(&self) -> BTreeMap<String, String> {
        self.urls.clone()
    }

    /// Leptos' output name of a WebAssembly entry.
    pub fn entry(&self, name: &str) -> Option<String> {
        self.entries.get(name).cloned()
    }

    /// The answer for a file; nothing when the path names none.
    pub fn answer(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let file = self.by_url.get(request.path())?;
        let etag = format!("\"{}\"", file.etag);
        let cache = if file.immutable { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag)) {
            return Some(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
        }
        let mut response = HttpResponse::Ok();
        response
            .insert_header((header::CONTENT_TYPE, file.content_type.as_str()))
            .insert_header((header::CACHE_CONTROL, cache))
            .insert_header((header::ETAG, etag))
            .insert_header((header::VARY, "Accept-Encoding"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
        let (encoding, body) = file.smallest(request.headers());
        if let Some(encoding) = encoding {
            response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(encoding)));
        }
        Some(response.body(body))
    }
}

impl File {
    fn smallest(&self, headers: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = |word: &str| {
            accepted.split(',').any(|coding| {
                let mut parts = coding.split(';').map(str::trim);
                parts.next() == Some(word) && parts.next() != Some("q=0")
            })
        };
        match (&self.brotli, &self.gzip) {
            (Some(body), _) if accepts("br") => (Some("br"), body.clone()),
            (_, Some(body)) if accepts("gzip") => (Some("gzip"), body.clone()),
            _ => (None, self.plain.clone()),
        }
    }
}

fn load(dist: &Path, path: &str) -> Result<Bytes> {
    let path = dist.join(path);
    std::fs::read(&path).map(Bytes::from).map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}
