//! The program as people start it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The root of the work tree.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A command that starts `doorstep`, with an environment that names no database and no port of the machine.
///
/// Built on first use in a process, which takes a second when nothing has changed; `DOORSTEP_PROGRAM` skips that.
pub fn program() -> Command {
    command_of(&program_path())
}

/// The same of a program that was built elsewhere.
pub fn command_of(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DOORSTEP_") || name == "DATABASE_URL") {
        command.env_remove(name);
    }
    command.env("RUST_LOG", "warn");
    command
}

/// Where that program lies.
pub fn program_path() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let found = PROGRAM.get_or_init(|| match std::env::var_os("DOORSTEP_PROGRAM") {
        Some(path) => path.into(),
        None => build(),
    });
    found.clone()
}

fn build() -> PathBuf {
    // The same packages as in every other call: other features would compile the dependencies anew.
    let selected = ["build", "--quiet", "--workspace", "--exclude", "doorstep-family", "--bin", "doorstep"];
    let built = Command::new(env!("CARGO")).args(selected).current_dir(workspace()).status().unwrap();
    assert!(built.success(), "the program does not build");
    let program = build_folder().join("doorstep");
    assert!(program.exists(), "{} is missing", program.display());
    program
}

/// `target/PROFILE`: this test lies in its folder `deps`.
pub fn build_folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().and_then(Path::parent).unwrap().to_owned()
}
