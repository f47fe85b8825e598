//! The source files of the project.

use std::{
    fs,
    path::{Path, PathBuf},
};

use doorstep_tests::workspace;

/// A Rust file of ours.
pub struct Source {
    /// From the root of the work tree, `server/src/app.rs`.
    pub path: String,
    pub text: String,
}

/// Every Rust file below this folder, sorted by path.
pub fn below(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&workspace().join(folder), &mut paths);
    paths.sort();
    let root = workspace();
    let read = |path: PathBuf| Source {
        path: path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"),
        text: fs::read_to_string(&path).unwrap(),
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

impl Source {
    /// Its lines of code, numbered from 1, without comments.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

#[test]
fn no_source_file_is_longer_than_five_hundred_lines() {
    let long = ["server", "shared", "web", "tests"].into_iter().flat_map(below).filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > 500).then(|| format!("{} has {lines} lines", file.path))
    });
    let long: Vec<_> = long.collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
