//! Files in `dist/`: named by content, compressed once, never half-written.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Result, at};
use crate::manifest::{self, Entry, File, Manifest};

/// Hex digits of the hash in a name: 48 bits, ample for a few dozen files.
const HASH_DIGITS: usize = 12;

/// The output folder while it is being filled.
pub struct Dist {
    folder: PathBuf,
    last: Manifest,
    next: Manifest,
}

impl Dist {
    pub fn open(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder).map_err(at(&folder))?;
        Ok(Self { last: Manifest::read(&folder)?, folder, next: Manifest::empty() })
    }

    /// Stores a file under a path that carries the hash of its own content: `style.css` → `style-77ab….css`.
    pub fn put_hashed(&mut self, name: &str, path: &str, content: &[u8]) -> Result<()> {
        let hash = short_hash([content]);
        let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
        self.put(name, &format!("{stem}-{hash}.{extension}"), content, true)
    }

    /// Stores a file under `path`; `immutable` says that the path changes whenever the content does.
    pub fn put(&mut self, name: &str, path: &str, content: &[u8], immutable: bool) -> Result<()> {
        let etag = short_hash([content]);
        let known = self.last.files.get(name).filter(|file| file.path == path && file.etag == etag);
        let file = match known {
            Some(file) if self.is_complete(file) => file.clone(),
            _ => {
                write_whole(&self.folder.join(path), content)?;
                let content_type = content_type(path);
                let pays = is_compressible(content_type);
                File {
                    path: path.to_owned(),
                    content_type: content_type.to_owned(),
                    bytes: content.len() as u64,
                    brotli: self.put_smaller(path, "br", content, pays, brotli)?,
                    gzip: self.put_smaller(path, "gz", content, pays, gzip)?,
                    etag,
                    immutable,
                }
            }
        };
        self.next.files.insert(name.to_owned(), file);
        Ok(())
    }

    /// Keeps an entry of the last run when it was compiled from the same inputs and all its files are still there.
    pub fn keep_entry(&mut self, name: &str, inputs: &str) -> bool {
        let Some(entry) = self.last.entries.get(name).filter(|entry| entry.inputs == inputs) else { return false };
        let files: Option<Vec<_>> = entry
            .files
            .iter()
            .map(|file_name| {
                let file = self.last.files.get(file_name).filter(|file| self.is_complete(file))?;
                Some((file_name.clone(), file.clone()))
            })
            .collect();
        let Some(files) = files else { return false };
        self.next.entries.insert(name.to_owned(), entry.clone());
        self.next.files.extend(files);
        true
    }

    pub fn put_entry(&mut self, name: &str, entry: Entry) {
        self.next.entries.insert(name.to_owned(), entry);
    }

    /// Writes the manifest, then removes what it does not name.
    pub fn close(self) -> Result<Manifest> {
        write_whole(&self.folder.join(manifest::FILE_NAME), &self.next.to_json()?)?;
        let mut wanted = BTreeSet::from([self.folder.join(manifest::FILE_NAME)]);
        for file in self.next.files.values() {
            wanted.extend(["", ".br", ".gz"].map(|suffix| self.folder.join(format!("{}{suffix}", file.path))));
        }
        for path in files_below(&self.folder)? {
            if !wanted.contains(&path) {
                std::fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(self.next)
    }

    fn is_complete(&self, file: &File) -> bool {
        let exists = |suffix: &str| self.folder.join(format!("{}{suffix}", file.path)).is_file();
        exists("") && (file.brotli.is_none() || exists(".br")) && (file.gzip.is_none() || exists(".gz"))
    }

    /// Writes the compressed file and answers its size, unless it would not be smaller.
    fn put_smaller(
        &self,
        path: &str,
        suffix: &str,
        content: &[u8],
        pays: bool,
        compress: fn(&[u8]) -> std::io::Result<Vec<u8>>,
    ) -> Result<Option<u64>> {
        if !pays {
            return Ok(None);
        }
        let target = self.folder.join(format!("{path}.{suffix}"));
        let compressed = compress(content).map_err(at(&target))?;
        if compressed.len() >= content.len() {
            return Ok(None);
        }
        write_whole(&target, &compressed)?;
        Ok(Some(compressed.len() as u64))
    }
}

/// Copies `web/public/`: its files by name, each of its folders under the hash of all that is in it.
pub fn copy_public(dist: &mut Dist, public: &Path) -> Result<()> {
    let mut folders = BTreeSet::new();
    for path in files_below(public)? {
        let name = relative(public, &path);
        match name.split_once('/') {
            None => dist.put(&name, &name, &std::fs::read(&path).map_err(at(&path))?, false)?,
            Some((folder, _)) => {
                folders.insert(folder.to_owned());
            }
        }
    }
    for folder in folders {
        let contents = contents_below(&public.join(&folder))?;
        let hash = short_hash(contents.iter().flat_map(|(name, content)| [name.as_bytes(), content.as_slice()]));
        for (name, content) in contents {
            dist.put(&format!("{folder}/{name}"), &format!("{folder}-{hash}/{name}"), &content, true)?;
        }
    }
    Ok(())
}

/// Path below `folder` with forward slashes, and content, of every file in it, in the order of their paths.
pub fn contents_below(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let read = |path: PathBuf| Ok((relative(folder, &path), std::fs::read(&path).map_err(at(&path))?));
    files_below(folder)?.into_iter().map(read).collect()
}

/// All files below a folder in the order of their paths; a folder that does not exist has none.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in std::fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn relative(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Hash over parts, each with its length, so that moving a byte from one to the next changes it.
pub fn short_hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(HASH_DIGITS).collect()
}

/// A reader sees the old file or the new one, never a part.
fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, content).map_err(at(path))?;
    std::fs::rename(&partial, path).map_err(at(path))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "html" => "text/html; charset=utf-8",
        "json" | "geojson" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" | "md" => "text/plain; charset=utf-8",
        "ico" => "image/x-icon",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

fn is_compressible(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || ["application/wasm", "application/json", "application/manifest+json", "image/svg+xml", "image/x-icon"]
            .contains(&content_type)
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, size_hint: content.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is gone after the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> Self {
            let path = std::env::temp_dir().join(format!("doorstep-bundle-{test}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    fn filled(folder: &Folder, css: &str) -> Manifest {
        let mut dist = Dist::open(folder.0.join("dist")).unwrap();
        dist.put_hashed("style.css", "style.css", css.as_bytes()).unwrap();
        copy_public(&mut dist, &folder.0.join("public")).unwrap();
        dist.close().unwrap()
    }

    #[test]
    fn the_folder_holds_what_the_manifest_names_and_nothing_else() {
        let folder = Folder::new("names");
        let css = "a{color:red}".repeat(20);
        write_whole(&folder.0.join("public/robots.txt"), b"User-agent: *").unwrap();
        write_whole(&folder.0.join("public/vendor/a/map.png"), &[7; 900]).unwrap();
        filled(&folder, "b{}");
        let manifest = filled(&folder, &css);

        let style = &manifest.files["style.css"];
        assert_eq!(style.path, format!("style-{}.css", style.etag));
        assert!(style.immutable && style.brotli.unwrap() < 240 && style.gzip.unwrap() < 240);
        assert_eq!(manifest.files["robots.txt"].path, "robots.txt");
        assert!(!manifest.files["robots.txt"].immutable);
        let image = &manifest.files["vendor/a/map.png"];
        assert!(image.path.starts_with("vendor-") && image.path.ends_with("/a/map.png") && image.immutable);
        assert_eq!((image.brotli, image.gzip), (None, None), "an image is compressed already");

        let on_disk: Vec<_> =
            contents_below(&folder.0.join("dist")).unwrap().into_iter().map(|(name, _)| name).collect();
        let mut named = vec!["manifest.json".to_owned(), "robots.txt".to_owned(), image.path.clone()];
        named.extend(["", ".br", ".gz"].map(|suffix| format!("{}{suffix}", style.path)));
        named.sort();
        assert_eq!(on_disk, named, "the old style sheet is gone");
    }

    #[test]
    fn a_folder_moves_when_anything_in_it_changes() {
        let folder = Folder::new("folder");
        write_whole(&folder.0.join("public/vendor/one.js"), b"1").unwrap();
        write_whole(&folder.0.join("public/vendor/two.js"), b"2").unwrap();
        let before = filled(&folder, "a{}").files["vendor/one.js"].path.clone();
        assert_eq!(filled(&folder, "a{}").files["vendor/one.js"].path, before);
        write_whole(&folder.0.join("public/vendor/two.js"), b"3").unwrap();
        assert_ne!(filled(&folder, "a{}").files["vendor/one.js"].path, before);
    }

    #[test]
    fn an_entry_is_kept_only_while_its_inputs_and_files_are_the_same() {
        let folder = Folder::new("entry");
        let mut dist = Dist::open(folder.0.clone()).unwrap();
        dist.put("family.js", "pkg/family-1.js", b"let x = 1", true).unwrap();
        let entry = Entry { output_name: "family-1".into(), inputs: "i1".into(), files: vec!["family.js".into()] };
        dist.put_entry("family", entry);
        dist.close().unwrap();

        let keeps = |inputs| Dist::open(folder.0.clone()).unwrap().keep_entry("family", inputs);
        assert!(keeps("i1"));
        assert!(!keeps("i2"), "changed inputs are compiled again");
        std::fs::remove_file(folder.0.join("pkg/family-1.js")).unwrap();
        assert!(!keeps("i1"), "a lost file is made again");
    }

    #[test]
    fn a_hash_tells_where_one_part_ends() {
        assert_ne!(short_hash([&b"ab"[..], b"c"]), short_hash([&b"a"[..], b"bc"]));
        assert_eq!(short_hash([&b"ab"[..]]).len(), HASH_DIGITS);
    }
}
